//! `tenure use-case init`.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use data::JoinOptions;
use data::draft::{Answers, Blank, ColumnUse, DraftColumn};
use serde_json::json;
use workflow::{Combine, DraftedUseCase, Error, Result, draft_use_case};

use crate::cli::input::read_input;
use crate::cli::outcome::Outcome;
use crate::cli::output;
use crate::cli::reading::Reading;
use crate::settings::Config;

#[derive(Debug, Args)]
#[command(
    after_help = "Example: tenure use-case init people.csv --target Attrition --horizon-days 365"
)]
pub struct Init {
    /// Files with people and their outcomes; several files have the same columns, or are joined by
    /// --join
    #[arg(required = true)]
    files: Vec<String>,
    /// Column with the outcome
    #[arg(long)]
    target: String,
    /// Column that names a person [default: found by its header and values]
    #[arg(long)]
    id: Option<String>,
    /// Column with the date or period of a row, where people have several rows [default: found by
    /// its header and values]
    #[arg(long)]
    time: Option<String>,
    /// Value of the target that is the event; can be repeated [default: found by its word, such as
    /// Yes, Left or Terminated]
    #[arg(long, value_name = "WORD")]
    event: Vec<String>,
    /// Days within which the event is predicted, for example 365
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=36_500))]
    horizon_days: Option<u32>,
    /// Meaning of a blank target: not yet known, or no event
    #[arg(long, value_name = "MEANING")]
    blank: Option<BlankMeaning>,
    /// Use-case file to write [default: ID.toml in the folder of --use-cases, or in the current
    /// folder]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Column that names a person in every file: joins files about the same people, instead of
    /// stacking files with the same columns
    #[arg(long, value_name = "KEY")]
    join: Option<String>,
    #[command(flatten)]
    reading: Reading,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum BlankMeaning {
    Unknown,
    Negative,
}

pub fn run(config: &Config, command: Init, as_json: bool) -> Result<Outcome> {
    let files = command
        .files
        .iter()
        .map(|file| Ok((file.clone(), read_input(file)?)))
        .collect::<Result<Vec<_>>>()?;
    let answers = Answers {
        target: command.target,
        id: command.id,
        time: command.time,
        event: command.event,
        horizon_days: command.horizon_days,
        blank: command.blank.map(|meaning| match meaning {
            BlankMeaning::Unknown => Blank::Unknown,
            BlankMeaning::Negative => Blank::Negative,
        }),
        file: command.files.first().cloned().unwrap_or_default(),
        ..Answers::default()
    };
    let combine = command.join.map_or(Combine::Stack, |key| {
        Combine::Join(JoinOptions {
            key,
            ..JoinOptions::default()
        })
    });
    let drafted = draft_use_case(
        &files,
        &command.reading.options()?,
        &combine,
        &answers,
        &config.catalog()?,
    )?;
    let path = command.out.unwrap_or_else(|| {
        let name = format!("{}.toml", drafted.draft.use_case.id);
        config
            .use_cases
            .as_deref()
            .map_or_else(|| PathBuf::from(&name), |folder| folder.join(&name))
    });
    write_new(&path, &drafted.text)?;
    if as_json {
        output::json(&json!({
            "id": drafted.draft.use_case.id,
            "path": path.display().to_string(),
            "rows": drafted.draft.rows,
            "events": drafted.draft.events[0],
            "known_outcomes": drafted.draft.events[1],
            "columns": drafted.draft.columns,
            "unsure": drafted.draft.unsure,
            "errors": drafted.errors,
            "refusal": drafted.refusal,
            "leaks": drafted.leaks,
            "leaks_unchecked": drafted.unchecked,
        }))?;
    } else {
        print(&drafted);
        output::line("");
        output::line(&format!("Written to {}.", path.display()));
        next_steps(&drafted, &path, &command.files, config.use_cases.as_deref());
    }
    Ok(if drafted.is_usable() {
        Outcome::Done
    } else {
        Outcome::Negative
    })
}

/// Writes a file that is not there yet: an edited use case is not thrown away by a second run.
fn write_new(path: &Path, text: &str) -> Result<()> {
    use std::io::Write;
    let shown = path.display();
    let written =
        std::fs::File::create_new(path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| {
        let exists = error.kind() == std::io::ErrorKind::AlreadyExists;
        let why = if exists {
            "exists. Choose another file with --out, or remove it".to_owned()
        } else {
            format!("could not be written: {error}")
        };
        Error::Invalid(format!("{shown} {why}."))
    })
}

fn print(drafted: &DraftedUseCase) {
    let draft = &drafted.draft;
    let (words, [events, known]) = (&draft.use_case.words, draft.events);
    output::line(&format!(
        "{}: {}, {} of {} with a known outcome.",
        draft.use_case.title,
        output::counted(draft.rows, "row", "rows"),
        output::counted(events, &words.event_one, &words.event_many),
        output::counted(known, "row", "rows")
    ));
    let row = |column: &DraftColumn| {
        let kind = column.kind.filter(|_| column.usage != ColumnUse::Ignored);
        vec![
            column.name.clone(),
            kind.map(|kind| output::word(&kind)).unwrap_or_default(),
            output::word(&column.usage),
            format!("{:.1}%", 100.0 * column.missing_share),
            column.distinct.to_string(),
            column
                .lone_auc
                .map(|auc| format!("{auc:.2}"))
                .unwrap_or_default(),
            column
                .correlation
                .map(|correlation| format!("{correlation:+.2}"))
                .unwrap_or_default(),
            column.encoding.clone().unwrap_or_default(),
            column.reason.clone(),
        ]
    };
    output::line("");
    let headings = [
        "COLUMN",
        "KIND",
        "USE",
        "MISSING",
        "VALUES",
        "ROC AUC ALONE",
        "CORRELATION",
        "ENCODING",
        "REASON",
    ];
    output::table(
        &headings,
        &draft.columns.iter().map(row).collect::<Vec<_>>(),
    );
    if !draft.unsure.is_empty() {
        output::line("");
        output::line("To be checked:");
    }
    for doubt in &draft.unsure {
        let column = doubt
            .column
            .as_ref()
            .map(|column| format!("{column}: "))
            .unwrap_or_default();
        output::line(&format!("  {column}{}", doubt.text));
    }
    output::line("");
    for error in &drafted.errors {
        output::line(&format!("The draft is invalid: {error}"));
    }
    match &drafted.refusal {
        Some(refusal) => {
            output::line(&format!("Trial import: {refusal}"));
            for problem in refusal.problems.iter().take(10) {
                output::line(&format!(
                    "  row {}, {}: {} (found “{}”)",
                    problem.row, problem.column, problem.rule, problem.value
                ));
            }
        }
        None if drafted.errors.is_empty() => {
            output::line("Trial import: the files can be imported.")
        }
        None => {}
    }
    drafted
        .leaks
        .iter()
        .for_each(|leak| output::line(&format!("Possible leakage: {}", leak.sentence)));
    if let Some(why) = &drafted.unchecked {
        output::line(&format!("Leakage was not checked: {why}"));
    }
}

fn next_steps(drafted: &DraftedUseCase, path: &Path, files: &[String], use_cases: Option<&Path>) {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let setting = if use_cases == Some(folder) {
        String::new()
    } else {
        format!(" --use-cases {}", folder.display())
    };
    let use_case = &drafted.draft.use_case;
    let id = &use_case.id;
    let day = if use_case.counts_to_stated_day() {
        " --as-of YYYY-MM-DD"
    } else {
        ""
    };
    if drafted.is_usable() {
        output::line(&format!(
            "Next: tenure{setting} data import {} --use-case {id}{day}",
            files.join(" ")
        ));
        output::line(&format!("      tenure{setting} train --use-case {id}"));
    } else {
        output::line(&format!(
            "Next: correct the file, then tenure use-case check {}",
            path.display()
        ));
    }
}
