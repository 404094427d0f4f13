//! `tenure tool evaluate`.

mod people;
mod report;
mod splits;

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use data::CheckMode;
use training::leakage::{self, LeakKind};
use training::nested_evaluation;
use training::scikit_folds::protocol_splits;
use workflow::Result;

use super::input;
use crate::cli::outcome::Outcome;
use crate::cli::output;
use crate::cli::reading::Reading;
use crate::cli::training::{Bar, TrainSettings};
use crate::cli::use_case_arg::UseCaseArg;
use crate::settings::Config;
use people::People;
use report::Evaluation;

#[derive(Debug, Args)]
#[command(
    after_help = "With a time column, folds go forward in time: each trains on everything before its own periods.\n\
                  --splits: a list of folds, or an object that holds one. A fold is a list of 0-based test rows (all others train), or \
                  {\"train\": [rows], \"test\": [rows]}, which can go forward in time.\n\
                  Example: tenure tool evaluate people.csv --use-case attrition --protocol 5x5 --trials 50 --out predictions.csv --json"
)]
pub struct Evaluate {
    /// CSV or Parquet file with outcomes
    file: String,
    #[command(flatten)]
    use_case: UseCaseArg,
    /// Number of repeats and folds, as REPEATSxFOLDS; repeats do not apply to data with a time
    /// column
    #[arg(long, default_value = "5x5", value_parser = protocol)]
    protocol: Protocol,
    /// JSON file with the folds instead
    #[arg(long)]
    splits: Option<String>,
    /// Which list of folds to use where the file of --splits holds several
    #[arg(long, requires = "splits", value_name = "NAME")]
    splits_key: Option<String>,
    /// Write the out-of-fold predictions to a .csv or .parquet file: fold, row, id, outcome and
    /// probability
    #[arg(long)]
    out: Option<PathBuf>,
    /// Day that the file describes, YYYY-MM-DD; needed where fields count from a date and the file
    /// has no periods
    #[arg(long, value_name = "DAY")]
    as_of: Option<domain::Date>,
    #[command(flatten)]
    reading: Reading,
    #[command(flatten)]
    settings: TrainSettings,
}

#[derive(Debug, Clone, Copy)]
struct Protocol {
    repeats: usize,
    folds: usize,
}

fn protocol(text: &str) -> std::result::Result<Protocol, String> {
    let parts = text
        .split_once('x')
        .and_then(|(repeats, folds)| Some((repeats.parse().ok()?, folds.parse().ok()?)));
    match parts {
        Some((repeats @ 1.., folds @ 2..)) => Ok(Protocol { repeats, folds }),
        _ => Err("use REPEATSxFOLDS, for example 5x5, with at least 1 repeat and 2 folds".into()),
    }
}

pub fn run(config: &Config, command: Evaluate, as_json: bool) -> Result<Outcome> {
    let settings = command.settings.checked()?;
    if let Some(out) = &command.out {
        report::format(out)?;
    }
    let catalog = config.catalog()?;
    let use_case = catalog.use_case(&command.use_case.of_catalog(&catalog)?)?;
    let people = People::new(data::check(
        &input::read(&command.file, &command.reading, &use_case)?,
        &use_case,
        CheckMode::Training,
        command.as_of,
    )?)?;
    let dataset = &people.dataset;
    let Protocol { repeats, folds } = command.protocol;
    let splits = match &command.splits {
        Some(path) => splits::listed(path, command.splits_key.as_deref())?
            .iter()
            .enumerate()
            .map(|(fold, rows)| people.split(fold, rows))
            .collect::<Result<Vec<_>>>()?,
        None => protocol_splits(dataset, folds, repeats, settings.seed)?,
    };
    let forward = splits
        .iter()
        .filter(|split| split.is_forward(dataset))
        .count();
    let protocol = match &command.splits {
        Some(_) => format!(
            "{} from file",
            output::counted(splits.len(), "fold", "folds")
        ),
        None if dataset.times.is_some() => format!(
            "{} forward in time",
            output::counted(splits.len(), "fold", "folds")
        ),
        None => format!("{repeats}x{folds}"),
    };
    let mut notes = Vec::new();
    if dataset.times.is_some() && forward < splits.len() {
        let number = splits.len() - forward;
        notes.push(format!(
            "{number} of {} folds train on rows that are not earlier than those they judge.",
            splits.len()
        ));
    }
    let bar = Arc::new(Bar::new());
    bar.stop_on_interrupt();
    let nested = nested_evaluation(dataset, &use_case, &splits, &settings, bar.as_ref());
    bar.close();
    let nested = nested?;
    let mut leaks = splits
        .first()
        .map(|split| leakage::check_data(dataset, &use_case, split))
        .unwrap_or_default();
    leaks.extend(leakage::check_model(nested.roc_auc.value));
    // People whose past is known are a leak where a fold does not go forward in time.
    let all_forward = forward == splits.len();
    let suspected =
        |kind: LeakKind| kind.is_alarm() || (kind == LeakKind::EarlierPeriods && !all_forward);
    let leak_suspected = leaks.iter().any(|leak| suspected(leak.kind));
    let evaluation = Evaluation {
        protocol,
        nested,
        leaks,
        leak_suspected,
        notes,
    };
    if let Some(out) = &command.out {
        report::write(&people, &evaluation.nested, out)?;
        eprintln!("Out-of-fold predictions written to {}.", out.display());
    }
    if as_json {
        output::json(&evaluation.to_json())?;
    } else {
        evaluation.print();
    }
    Ok(Outcome::Done)
}
