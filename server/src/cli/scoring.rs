//! `tenure predict` and `tenure batch`.

use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, Subcommand};
use domain::{Date, PeopleQuery, TableFormat};
use model::explain::ModelExplainer;
use workflow::{Actor, Error, Models, PredictOptions, Prediction, Result, WriteBack};

use super::blocking::run_blocking;
use super::input::read_input;
use super::outcome::Outcome;
use super::output;
use super::reading::Reading;
use super::use_case_arg::UseCaseArg;
use crate::settings::Config;

#[derive(Debug, Args)]
#[command(
    after_help = "Example: tenure predict people.csv --use-case attrition --explain --out scores.csv"
)]
pub struct Predict {
    /// File with people (CSV, Excel, OpenDocument, Parquet, Arrow, JSON lines), or - for standard
    /// input
    file: String,
    #[command(flatten)]
    use_case: UseCaseArg,
    /// Model file, version number or alias [default: the live version]
    #[arg(long)]
    model: Option<String>,
    /// Add the strongest reasons for each score
    #[arg(long)]
    explain: bool,
    /// Number of reasons per score
    #[arg(long, default_value_t = 3)]
    top: usize,
    /// Write to a .csv, .parquet or .jsonl file
    #[arg(long)]
    out: Option<PathBuf>,
    /// Day that the file describes, YYYY-MM-DD; needed where fields count from a date and the file
    /// has no periods
    #[arg(long, value_name = "DAY")]
    as_of: Option<Date>,
    #[command(flatten)]
    reading: Reading,
}

pub async fn predict(config: &Config, command: Predict, as_json: bool) -> Result<Outcome> {
    let reading = command.reading.options()?;
    let models = load(config, &command).await?;
    let bytes = read_input(&command.file)?;
    let definition = Arc::clone(models.model());
    let options = PredictOptions {
        reasons: if command.explain { command.top } else { 0 },
        as_of: command.as_of,
    };
    let horizon = definition.use_case.horizon_text();
    let predictions =
        run_blocking(move || workflow::predict_with(&models, &bytes, &reading, options)).await?;
    say_unknown(&predictions, &definition.use_case);
    match &command.out {
        Some(out) => {
            write(&predictions, &horizon, out)?;
            eprintln!(
                "{} written to {}.",
                output::counted(predictions.len(), "row", "rows"),
                out.display()
            );
        }
        None if as_json => {
            for prediction in &predictions {
                output::json(prediction)?;
            }
        }
        None => print(&predictions, &horizon),
    }
    Ok(Outcome::Done)
}

/// Rows with values that count as missing are named on standard error, whatever goes to standard
/// output.
fn say_unknown(predictions: &[Prediction], use_case: &model::UseCase) {
    const LISTED: usize = 10;
    let rows: Vec<&Prediction> = predictions
        .iter()
        .filter(|prediction| !prediction.treated_as_missing.is_empty())
        .collect();
    if rows.is_empty() {
        return;
    }
    eprintln!(
        "{} with values that the use case does not know, or dates after the snapshot date; they count as missing:",
        output::counted(rows.len(), "row", "rows")
    );
    for row in rows.iter().take(LISTED) {
        let values: Vec<String> = row
            .treated_as_missing
            .iter()
            .map(|unknown| format!("{} “{}”", use_case.label(&unknown.field), unknown.value))
            .collect();
        eprintln!("  {}: {}", row.id, values.join(", "));
    }
    if rows.len() > LISTED {
        eprintln!("  … and {} more", rows.len() - LISTED);
    }
}

async fn load(config: &Config, command: &Predict) -> Result<Models> {
    let is_file = |model: &&str| {
        model.parse::<i64>().is_err()
            && (std::path::Path::new(model).exists() || model.contains(['/', '.']))
    };
    if let Some(file) = command.model.as_deref().filter(is_file) {
        let model = model::Model::from_bytes(&read_input(file)?)?;
        if let Some(use_case) = command.use_case.named() {
            model.expect_use_case(use_case)?;
        }
        let explainer = ModelExplainer::new(Arc::new(model))?;
        return Ok(Models::File(Arc::new(explainer)));
    }
    let tenure = config.open().await?;
    let actor = Actor::local();
    let use_case = command.use_case.resolve(&tenure).await?;
    let asked = match command.model.as_deref() {
        Some(name) => Some(
            tenure
                .version_called(&actor.member()?, &use_case, name)
                .await?,
        ),
        None => None,
    };
    let (version, scorer) = tenure.scorer(&actor.analyst()?, &use_case, asked).await?;
    Ok(Models::Version(version, scorer))
}

fn print(predictions: &[Prediction], horizon: &str) {
    let row = |prediction: &Prediction| {
        let interval = prediction
            .interval
            .map(|[low, high]| domain::format::percent_range([low, high]))
            .unwrap_or_default();
        vec![
            prediction.id.clone(),
            format!("{:.1}%", 100.0 * prediction.probability),
            interval,
            prediction.band.clone(),
            reasons(prediction),
        ]
    };
    output::table(
        &["ID", "PROBABILITY", "INTERVAL", "BAND", "REASONS"],
        &predictions.iter().map(row).collect::<Vec<_>>(),
    );
    output::line(&format!("Probability of the event {horizon}."));
}

fn reasons(prediction: &Prediction) -> String {
    let reason = |reason: &domain::Reason| {
        format!(
            "{} = {} ({:+.1} points)",
            reason.label, reason.value, reason.points
        )
    };
    prediction
        .reasons
        .iter()
        .map(reason)
        .collect::<Vec<_>>()
        .join("; ")
}

fn write(predictions: &[Prediction], horizon: &str, out: &std::path::Path) -> Result<()> {
    let failed =
        |error: &dyn std::fmt::Display| Error::Invalid(format!("{}: {error}", out.display()));
    let bytes = match out.extension().and_then(|extension| extension.to_str()) {
        Some("jsonl") => {
            let lines = predictions
                .iter()
                .map(serde_json::to_string)
                .collect::<std::result::Result<Vec<_>, _>>();
            (lines.map_err(|error| failed(&error))?.join("\n") + "\n").into_bytes()
        }
        Some("csv") => data::write(&table(predictions, horizon), data::Format::Csv)
            .map_err(|error| failed(&error))?,
        Some("parquet") => data::write(&table(predictions, horizon), data::Format::Parquet)
            .map_err(|error| failed(&error))?,
        _ => {
            return Err(failed(
                &"The file name must end in .csv, .parquet or .jsonl.",
            ));
        }
    };
    std::fs::write(out, bytes).map_err(|error| failed(&error))
}

fn table(predictions: &[Prediction], horizon: &str) -> model::Table {
    use model::Column;
    let text =
        |of: &dyn Fn(&Prediction) -> String| Column::Text(predictions.iter().map(of).collect());
    let number =
        |of: &dyn Fn(&Prediction) -> f64| Column::Number(predictions.iter().map(of).collect());
    let end = |prediction: &Prediction, index: usize| {
        prediction
            .interval
            .map_or(f64::NAN, |interval| interval[index])
    };
    let mut table = model::Table::default();
    table.push("id", text(&|prediction| prediction.id.clone()));
    table.push("probability", number(&|prediction| prediction.probability));
    table.push("basis", text(&|prediction| prediction.basis.to_string()));
    table.push("horizon", text(&|_| horizon.to_owned()));
    table.push("interval_low", number(&|prediction| end(prediction, 0)));
    table.push("interval_high", number(&|prediction| end(prediction, 1)));
    table.push("band", text(&|prediction| prediction.band.clone()));
    table.push(
        "decision",
        text(&|prediction| prediction.decision.to_string()),
    );
    table.push(
        "model_version",
        number(&|prediction| prediction.model_version as f64),
    );
    table.push("reasons", text(&reasons));
    let unknown = |prediction: &Prediction| {
        let value =
            |unknown: &workflow::UnknownValue| format!("{} = {}", unknown.field, unknown.value);
        prediction
            .treated_as_missing
            .iter()
            .map(value)
            .collect::<Vec<_>>()
            .join("; ")
    };
    table.push("treated_as_missing", text(&unknown));
    table
}

#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = "Examples: tenure batch --use-case attrition --as-of 2026-11-01\n          \
                        tenure batch write-back --use-case attrition --source scores --table hr.scores"
)]
pub struct BatchCommand {
    #[command(flatten)]
    batch: Batch,
    #[command(subcommand)]
    command: Option<AfterBatch>,
}

#[derive(Debug, Args)]
pub struct Batch {
    #[command(flatten)]
    use_case: UseCaseArg,
    /// Use the newest data on or before this day, YYYY-MM-DD [default: the newest]
    #[arg(long)]
    as_of: Option<String>,
}

#[derive(Debug, Subcommand)]
enum AfterBatch {
    /// Write the latest scores to a file, or to a table in the database of a source
    #[command(
        after_help = "Examples: tenure batch write-back --use-case attrition --source scores --table hr.scores\n          \
                            tenure batch write-back --use-case attrition --out scores.xlsx"
    )]
    WriteBack(WriteBackArguments),
}

#[derive(Debug, Args)]
struct WriteBackArguments {
    #[command(flatten)]
    use_case: UseCaseArg,
    /// Source whose database the table is in; its account must be allowed to write, see `tenure
    /// source add`
    #[arg(long, requires = "table", required_unless_present = "out")]
    source: Option<String>,
    /// Table, created when it is not there; rows of the same use case and day are replaced
    #[arg(long, requires = "source")]
    table: Option<String>,
    /// Write to a .csv, .xlsx or .parquet file instead
    #[arg(long, value_name = "FILE", conflicts_with = "source")]
    out: Option<PathBuf>,
    /// Key of the reason for access, where the use case requires one
    #[arg(long, default_value = "", hide_default_value = true)]
    why: String,
}

pub async fn batch(config: &Config, command: BatchCommand, as_json: bool) -> Result<Outcome> {
    match command.command {
        Some(AfterBatch::WriteBack(arguments)) => write_back(config, arguments, as_json).await,
        None => score(config, command.batch, as_json).await,
    }
}

async fn write_back(
    config: &Config,
    arguments: WriteBackArguments,
    as_json: bool,
) -> Result<Outcome> {
    let actor = Actor::local();
    if let Some(out) = &arguments.out {
        let format = table_format(out)?;
        let tenure = config.open().await?;
        let use_case = arguments.use_case.resolve(&tenure).await?;
        let bytes = tenure
            .people_file(
                &actor.analyst()?,
                &use_case,
                &PeopleQuery::default(),
                &arguments.why,
                format,
            )
            .await?;
        std::fs::write(out, bytes)
            .map_err(|error| Error::Invalid(format!("{}: {error}", out.display())))?;
        if as_json {
            output::json(&serde_json::json!({ "file": out }))?;
        } else {
            output::line(&format!("Scores written to {}.", out.display()));
        }
        return Ok(Outcome::Done);
    }
    let tenure = config.open().await?;
    let wanted = WriteBack {
        use_case: arguments.use_case.resolve(&tenure).await?,
        source: arguments.source.unwrap_or_default(),
        table: arguments.table.unwrap_or_default(),
        why: arguments.why,
    };
    let written = tenure.write_back(&actor.analyst()?, wanted).await?;
    if as_json {
        output::json(&written)?;
    } else {
        output::line(&format!(
            "Scores of {} as of {} written to the table {}.",
            output::counted(written.people, "person", "people"),
            written.as_of,
            written.table
        ));
    }
    Ok(Outcome::Done)
}

fn table_format(out: &std::path::Path) -> Result<TableFormat> {
    let ending = out
        .extension()
        .map(|ending| ending.to_string_lossy().to_lowercase());
    ending
        .and_then(|ending| ending.parse().ok())
        .ok_or_else(|| {
            Error::Invalid(format!(
                "{}: The file name must end in .csv, .xlsx or .parquet.",
                out.display()
            ))
        })
}

async fn score(config: &Config, command: Batch, as_json: bool) -> Result<Outcome> {
    let tenure = config.open().await?;
    let use_case = command.use_case.resolve(&tenure).await?;
    let batch = tenure
        .batch(
            &Actor::local().admin()?,
            &use_case,
            command.as_of.as_deref(),
        )
        .await?;
    if as_json {
        output::json(&batch)?;
    } else {
        output::line(&format!(
            "{} scored with version {} as of {}. Expected events: {:.1}.",
            output::counted(batch.people, "person", "people"),
            batch.version,
            batch.as_of,
            batch.expected_events
        ));
    }
    Ok(Outcome::Done)
}
