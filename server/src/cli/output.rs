//! What commands print: JSON for machines, aligned columns for people.

use domain::Estimate;
use serde::Serialize;
use serde_json::json;
use workflow::{Error, Result};

/// Prints a value as one line of JSON.
///
/// # Errors
/// When it cannot be serialized.
pub fn json(value: &impl Serialize) -> Result<()> {
    let text = serde_json::to_string(value).map_err(Error::caused)?;
    line(&text);
    Ok(())
}

/// Prints a line; a closed pipe ends the program silently.
pub fn line(text: &str) {
    use std::io::Write;
    if writeln!(std::io::stdout(), "{text}").is_err() {
        std::process::exit(0);
    }
}

/// Prints rows under headings, columns aligned.
pub fn table(headings: &[&str], rows: &[Vec<String>]) {
    let width = |column: usize| {
        let cells = rows
            .iter()
            .filter_map(|row| row.get(column))
            .map(|cell| cell.chars().count());
        cells
            .chain([headings[column].chars().count()])
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..headings.len()).map(width).collect();
    let print = |cells: &[String]| {
        let padded: Vec<String> = cells
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:<width$}"))
            .collect();
        line(padded.join("  ").trim_end());
    };
    print(
        &headings
            .iter()
            .map(|heading| (*heading).to_owned())
            .collect::<Vec<_>>(),
    );
    for row in rows {
        print(row);
    }
}

/// `0.831 (0.771 to 0.891)`, or why there is no value.
pub fn figure(figure: &Estimate) -> String {
    match (figure.value, figure.interval) {
        (Some(value), Some([low, high])) => format!("{value:.3} ({low:.3} to {high:.3})"),
        (Some(value), None) => format!("{value:.3}"),
        (None, _) => format!(
            "could not compute: {}",
            figure.why.as_deref().unwrap_or("unknown")
        ),
    }
}

/// A number with its noun: `1 row`, `2 rows`.
pub fn counted(number: impl std::fmt::Display, one: &str, many: &str) -> String {
    let number = number.to_string();
    let noun = if number == "1" { one } else { many };
    format!("{number} {noun}")
}

/// The name in JSON, in words: `could not compute`.
pub fn word(value: &impl Serialize) -> String {
    let name = serde_json::to_value(value)
        .ok()
        .and_then(|name| name.as_str().map(str::to_owned));
    name.unwrap_or_default().replace('_', " ")
}

/// Prints an error to standard error (or as JSON to standard output), with every problem of a
/// rejected file.
pub fn error(error: &Error, as_json: bool) {
    if as_json {
        let (problems, total) = if let Error::Refused(refusal) = error {
            (Some(json!(refusal.problems)), Some(refusal.total))
        } else if let Error::Fields(problems) = error {
            (Some(json!(problems)), Some(problems.len()))
        } else {
            (None, None)
        };
        line(
            &json!({ "error": error.to_string(), "problems": problems, "total": total })
                .to_string(),
        );
        return;
    }
    eprintln!("error: {error}");
    if let Error::Refused(refusal) = error {
        for problem in &refusal.problems {
            let value = if problem.value.is_empty() {
                String::new()
            } else {
                format!(" (found “{}”)", problem.value)
            };
            let file = problem
                .file
                .as_ref()
                .map(|file| format!("{file}, "))
                .unwrap_or_default();
            eprintln!(
                "  {file}row {}, {}: {}{value}",
                problem.row, problem.column, problem.rule
            );
        }
        if refusal.total > refusal.problems.len() {
            eprintln!("  … and {} more", refusal.total - refusal.problems.len());
        }
    }
    if matches!(
        error,
        Error::Store(_) | Error::Unavailable(_) | Error::NotLogged(_) | Error::Internal { .. }
    ) {
        let mut source = std::error::Error::source(error);
        while let Some(inner) = source {
            eprintln!("  caused by: {inner}");
            source = inner.source();
        }
    }
}
