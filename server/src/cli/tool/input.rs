//! Files without a use case: the type of a column is inferred from its values.

use std::collections::{BTreeMap, HashMap};

use data::{Raw, Texts};
use model::{Column, MISSING_LEVEL, Table};
use workflow::{Error, Result};

use crate::cli::input::read_input;
use crate::cli::output;
use crate::cli::reading::Reading;

/// Reads a file (CSV, Excel, OpenDocument, Parquet, Arrow, JSON lines), or standard input for `-`,
/// as an import does.
///
/// # Errors
/// [`Error::Invalid`] naming the file, or the flag that has no valid value.
pub fn read(path: &str, reading: &Reading) -> Result<Raw> {
    data::read(&read_input(path)?, &reading.options()?)
        .map_err(|error| Error::Invalid(format!("{path}: {error}")))
}

/// How to read a file whose columns no use case types: here, numbers have a decimal point.
///
/// # Errors
/// [`Error::Invalid`] naming a flag that has no valid value, or one for numbers and dates, which
/// would otherwise be ignored.
pub fn untyped_options(reading: &Reading) -> Result<data::ReadOptions> {
    let options = reading.options()?;
    let stated = [
        ("--decimal", options.decimal.is_some()),
        ("--thousands", options.thousands.is_some()),
        ("--dates", options.dates.is_some()),
    ];
    match stated.iter().find(|(_, is_stated)| *is_stated) {
        Some((flag, _)) => Err(Error::Invalid(format!(
            "{flag} applies to the fields of a use case, and these columns are read without one. \
             Write numbers with a decimal point and dates as YYYY-MM-DD."
        ))),
        None => Ok(options),
    }
}

/// As [`read`], for columns that no use case types.
///
/// # Errors
/// As [`read`] and [`untyped_options`].
pub fn read_untyped(path: &str, reading: &Reading) -> Result<Raw> {
    data::read(&read_input(path)?, &untyped_options(reading)?)
        .map_err(|error| Error::Invalid(format!("{path}: {error}")))
}

/// Says on standard error which values count as missing or as the level "Other", and why.
pub fn say_unknown(path: &str, notes: &data::CheckNotes) {
    let mut other: BTreeMap<&str, usize> = BTreeMap::new();
    for unseen in &notes.unseen {
        let why = match unseen.why {
            data::Unread::NoLevel => "is not known",
            data::Unread::After(_) => "is after the day of its row",
            data::Unread::Other => {
                *other.entry(&unseen.field).or_default() += unseen.rows.len();
                continue;
            }
        };
        let rows = output::counted(unseen.rows.len(), "row", "rows");
        eprintln!(
            "{path}: {}: “{}” {why} and counts as missing in {rows}.",
            unseen.field, unseen.value
        );
    }
    for (field, rows) in other {
        let rows = output::counted(rows, "row", "rows");
        eprintln!("{path}: {field}: values that are not listed count as “Other” in {rows}.");
    }
}

/// The texts of the column called `name`.
///
/// # Errors
/// [`Error::Invalid`] naming the available columns, or why the column cannot be read.
pub fn texts<'a>(raw: &'a Raw, name: &str) -> Result<&'a Texts> {
    let missing = || {
        Error::Invalid(format!(
            "The file has no column “{name}”. It has: {}.",
            raw.names.join(", ")
        ))
    };
    let index = raw
        .names
        .iter()
        .position(|candidate| candidate == name)
        .ok_or_else(missing)?;
    match raw.unreadable(index) {
        Some(reason) => Err(Error::Invalid(format!(
            "The column “{name}” cannot be read: {reason}."
        ))),
        None => Ok(&raw.columns[index]),
    }
}

/// The outcomes in the column called `name`: 1 and 0, true and false, yes and no.
///
/// # Errors
/// [`Error::Invalid`] naming the first row with another value.
pub fn outcomes(raw: &Raw, name: &str) -> Result<Vec<bool>> {
    let outcome = |(row, text): (usize, &str)| match text.trim().to_ascii_lowercase().as_str() {
        "1" | "1.0" | "true" | "yes" | "y" | "t" => Ok(true),
        "0" | "0.0" | "false" | "no" | "n" | "f" => Ok(false),
        _ => Err(Error::Invalid(format!(
            "Row {}: {name} must be 1 or 0, yes or no, or true or false (found “{text}”).",
            row + 2
        ))),
    };
    texts(raw, name)?.iter().enumerate().map(outcome).collect()
}

/// The finite numbers in the column called `name`.
///
/// # Errors
/// [`Error::Invalid`] naming the first row without one.
pub fn scores(raw: &Raw, name: &str) -> Result<Vec<f64>> {
    let score = |(row, text): (usize, &str)| match text.trim().parse::<f64>() {
        Ok(score) if score.is_finite() => Ok(score),
        _ => Err(Error::Invalid(format!(
            "Row {}: {name} must be a number (found “{text}”).",
            row + 2
        ))),
    };
    texts(raw, name)?.iter().enumerate().map(score).collect()
}

/// The text, or `None` for a missing value.
pub fn present(text: &str) -> Option<&str> {
    let text = text.trim();
    (!["", "na", "n/a", "nan", "null"].contains(&text.to_ascii_lowercase().as_str()))
        .then_some(text)
}

/// The inferred type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextKind {
    /// Every value is missing.
    Empty,
    /// Every value is a number.
    Number,
    Level,
    /// Names and other free text with few repeated values.
    Text,
}

/// Distinct values above which a column with few repeats is free text.
const MANY_LEVELS: usize = 50;

/// The inferred type of a column.
pub fn kind(texts: &Texts) -> TextKind {
    let mut values = texts.distinct().filter_map(present).peekable();
    if values.peek().is_none() {
        return TextKind::Empty;
    }
    if values.all(|text| text.parse::<f64>().is_ok()) {
        return TextKind::Number;
    }
    let distinct: std::collections::HashSet<&str> = texts.distinct().filter_map(present).collect();
    if distinct.len() > MANY_LEVELS && 2 * distinct.len() > texts.len() {
        TextKind::Text
    } else {
        TextKind::Level
    }
}

/// The column, read as `kind`; in a numeric column, text counts as missing.
pub fn column(texts: &Texts, kind: TextKind) -> Column {
    let values = texts.distinct().map(present);
    let rows = || texts.codes().iter().map(|code| *code as usize);
    match kind {
        TextKind::Number | TextKind::Empty => {
            let numbers: Vec<f64> = values
                .map(|text| text.and_then(|text| text.parse().ok()).unwrap_or(f64::NAN))
                .collect();
            Column::Number(rows().map(|code| numbers[code]).collect())
        }
        TextKind::Level => {
            let mut levels: Vec<String> = values.clone().flatten().map(str::to_owned).collect();
            levels.sort_unstable();
            levels.dedup();
            let code_of: HashMap<&str, u32> = levels.iter().map(String::as_str).zip(0..).collect();
            let known: Vec<u32> = values
                .map(|text| {
                    text.and_then(|text| code_of.get(text).copied())
                        .unwrap_or(MISSING_LEVEL)
                })
                .collect();
            let codes = rows().map(|code| known[code]).collect();
            Column::Level { codes, levels }
        }
        TextKind::Text => Column::Text(
            texts
                .iter()
                .map(|text| present(text).unwrap_or_default().to_owned())
                .collect(),
        ),
    }
}

/// Every column of the file that can be read, except `except`, with inferred types.
pub fn table(raw: &Raw, except: Option<&str>) -> Table {
    let mut table = Table::default();
    for (index, (name, texts)) in raw.names.iter().zip(&raw.columns).enumerate() {
        if Some(name.as_str()) != except && raw.unreadable(index).is_none() {
            table.push(name, column(texts, kind(texts)));
        }
    }
    table
}
