//! `tenure tool profile`.

use clap::Args;
use data::CheckMode;
use monitoring::data_profile::{ColumnSummary, DataProfile, GateLimits, data_profile};
use workflow::{Error, Result};

use super::input;
use crate::cli::outcome::Outcome;
use crate::cli::output;
use crate::cli::reading::Reading;
use crate::settings::Config;

#[derive(Debug, Args)]
#[command(after_help = "Example: tenure tool profile people.csv --target left --html profile.html")]
pub struct Profile {
    /// CSV or Parquet file, or - for standard input
    file: String,
    /// Validate the file against this use case and profile its fields [default: every column]
    #[arg(long)]
    use_case: Option<String>,
    /// Column with the outcome (1 or 0, yes or no) to profile the others against
    #[arg(long, conflicts_with = "use_case")]
    target: Option<String>,
    /// Write a self-contained HTML page to this file
    #[arg(long, value_name = "OUT")]
    html: Option<String>,
    /// Day that the file describes, YYYY-MM-DD; needed where fields count from a date and the file
    /// has no periods
    #[arg(long, requires = "use_case", value_name = "DAY")]
    as_of: Option<domain::Date>,
    #[command(flatten)]
    reading: Reading,
}

pub fn run(config: &Config, command: &Profile, as_json: bool) -> Result<Outcome> {
    let use_case = match &command.use_case {
        Some(id) => Some(config.catalog()?.use_case(id)?),
        None => None,
    };
    let raw = match &use_case {
        Some(use_case) => input::read(&command.file, &command.reading, use_case)?,
        None => input::read_untyped(&command.file, &command.reading)?,
    };
    let (table, target) = match &use_case {
        Some(use_case) => {
            let checked = data::check(&raw, use_case, CheckMode::Scoring, command.as_of)?;
            drop(raw);
            input::say_unknown(&command.file, &checked.notes);
            (checked.table, checked.labels)
        }
        None => {
            let target = command
                .target
                .as_deref()
                .map(|name| input::outcomes(&raw, name))
                .transpose()?;
            let target = target.map(|outcomes| outcomes.into_iter().map(Some).collect());
            (data::untyped::table(raw, command.target.as_deref()), target)
        }
    };
    let ordinals = use_case
        .as_ref()
        .map(|use_case| use_case.ordinals())
        .unwrap_or_default();
    let profile = data_profile(
        &table,
        target.as_deref(),
        &[],
        &ordinals,
        &GateLimits::default(),
    );
    if let Some(out) = &command.html {
        let title = std::path::Path::new(&command.file)
            .file_name()
            .map_or("standard input".into(), |name| name.to_string_lossy());
        let shown = use_case
            .as_ref()
            .map_or_else(|| profile.clone(), |use_case| profile.labeled(use_case));
        std::fs::write(
            out,
            pages::datasets::file_of(&title, &shown, &workflow::today().long()),
        )
        .map_err(|error| Error::Invalid(format!("{out}: {error}")))?;
        eprintln!("Written to {out}.");
    }
    if as_json {
        output::json(&profile)?;
    } else if command.html.is_none() {
        print(&profile);
    }
    Ok(Outcome::Done)
}

pub(crate) fn print(profile: &DataProfile) {
    output::line(&format!(
        "{}, {}, {}",
        output::counted(profile.rows, "row", "rows"),
        output::counted(profile.columns.len(), "column", "columns"),
        output::counted(profile.duplicate_rows, "duplicate row", "duplicate rows"),
    ));
    let row = |column: &ColumnSummary| {
        let numbers = column.numbers.as_ref();
        let number = |value: Option<f64>| value.map(short).unwrap_or_default();
        let top = column.bars.levels.first().zip(column.bars.counts.first());
        vec![
            column.name.clone(),
            column.kind.to_string(),
            format!("{:.1}%", 100.0 * column.missing_rate),
            column.distinct.to_string(),
            number(numbers.and_then(|numbers| numbers.min)),
            number(numbers.and_then(|numbers| numbers.quantiles[3])),
            number(numbers.map(|numbers| numbers.mean)),
            number(numbers.and_then(|numbers| numbers.max)),
            top.map(|(level, count)| format!("{level} ({count})"))
                .unwrap_or_default(),
        ]
    };
    let headings = [
        "COLUMN",
        "TYPE",
        "MISSING",
        "DISTINCT",
        "MINIMUM",
        "MEDIAN",
        "MEAN",
        "MAXIMUM",
        "MOST FREQUENT",
    ];
    output::table(
        &headings,
        &profile.columns.iter().map(row).collect::<Vec<_>>(),
    );
    output::line("");
    for gate in &profile.gates {
        let verdict = match gate.passed {
            Some(true) => "pass",
            Some(false) => "fail",
            None => "could not compute",
        };
        output::line(&format!("{verdict}: {}", gate.sentence));
    }
    profile
        .warnings
        .iter()
        .for_each(|warning| output::line(&warning.sentence));
}

/// Four significant digits.
pub fn short(value: f64) -> String {
    let digits = if value == 0.0 {
        0
    } else {
        (3 - value.abs().log10().floor() as i32).clamp(0, 6) as usize
    };
    let text = format!("{value:.digits$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}
