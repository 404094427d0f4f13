//! `tenure tool evaluate`.

use std::collections::BTreeMap;
use std::sync::Arc;

use clap::Args;
use data::{CheckMode, Checked};
use domain::Period;
use serde_json::{Value, json};
use training::leakage::{self, Leak, LeakKind};
use training::nested::FoldScores;
use training::scikit_folds::protocol_splits;
use training::split::Split;
use training::{Dataset, Nested, nested_evaluation};
use workflow::{Error, Result};

use super::input;
use crate::cli::input::read_input;
use crate::cli::outcome::Outcome;
use crate::cli::output;
use crate::cli::training::{Bar, TrainSettings};
use crate::settings::Config;

#[derive(Debug, Args)]
#[command(after_help = "Example: tenure tool evaluate people.csv --use-case attrition --protocol 5x5 --trials 50 --json")]
pub struct Evaluate {
    /// CSV or Parquet file with outcomes
    file: String,
    /// Use case, for example attrition
    #[arg(long)]
    use_case: String,
    /// Number of repeats and folds, as REPEATSxFOLDS
    #[arg(long, default_value = "5x5", value_parser = protocol)]
    protocol: Protocol,
    /// JSON file with the folds instead: lists of 0-based test rows
    #[arg(long)]
    splits: Option<String>,
    #[command(flatten)]
    settings: TrainSettings,
}

#[derive(Debug, Clone, Copy)]
struct Protocol {
    repeats: usize,
    folds: usize,
}

fn protocol(text: &str) -> std::result::Result<Protocol, String> {
    let parts = text.split_once('x').and_then(|(repeats, folds)| Some((repeats.parse().ok()?, folds.parse().ok()?)));
    match parts {
        Some((repeats @ 1.., folds @ 2..)) => Ok(Protocol { repeats, folds }),
        _ => Err("use REPEATSxFOLDS, for example 5x5, with at least 1 repeat and 2 folds".into()),
    }
}

pub fn run(config: &Config, command: Evaluate, as_json: bool) -> Result<Outcome> {
    let settings = command.settings.checked()?;
    let use_case = config.catalog()?.use_case(&command.use_case)?;
    let Judgeable { dataset, position } = dataset(data::check(&input::read(&command.file)?, &use_case, CheckMode::Training)?)?;
    let splits = match &command.splits {
        Some(path) => {
            let known = |test: &Vec<usize>| {
                // A row that is not in the file stays one that is not in the dataset.
                let rows = test.iter().filter_map(|row| position.get(*row).copied().unwrap_or(Some(usize::MAX)));
                Split::explicit(&dataset, &rows.collect::<Vec<_>>())
            };
            listed(path)?.iter().map(known).collect::<std::result::Result<Vec<_>, _>>()?
        }
        None => protocol_splits(&dataset, command.protocol.folds, command.protocol.repeats, settings.seed)?,
    };
    let bar = Arc::new(Bar::new());
    bar.stop_on_interrupt();
    let nested = nested_evaluation(&dataset, &use_case, &splits, &settings, bar.as_ref());
    bar.close();
    let nested = nested?;
    let mut leaks = splits.first().map(|split| leakage::check_data(&dataset, &use_case, split)).unwrap_or_default();
    leaks.extend(leakage::check_model(nested.roc_auc.value));
    // Fields marked as post-outcome are already excluded.
    let suspected = leaks.iter().any(|leak| leak.kind != LeakKind::PostOutcome);
    let protocol = match &command.splits {
        Some(_) => format!("{} folds from file", splits.len()),
        None => format!("{}x{}", command.protocol.repeats, command.protocol.folds),
    };
    if as_json {
        output::json(&to_json(&protocol, &nested, &leaks, suspected))?;
    } else {
        print(&protocol, &nested, &leaks);
    }
    Ok(Outcome::Done)
}

/// The rows whose outcome is known.
struct Judgeable {
    dataset: Dataset,
    /// For each row of the file its place in the dataset; `None` where its outcome is not known.
    position: Vec<Option<usize>>,
}

fn dataset(checked: Checked) -> Result<Judgeable> {
    let mut labels = checked.labels.ok_or_else(|| Error::Invalid("The file has no outcomes.".into()))?;
    if let Some(periods) = &checked.periods {
        data::panel::forget_unsettled(&mut labels, periods);
    }
    let (rows, truth): (Vec<usize>, Vec<bool>) =
        labels.iter().enumerate().filter_map(|(row, label)| label.map(|label| (row, label))).unzip();
    if rows.is_empty() {
        return Err(Error::Invalid("No outcome in the file is known: every cell is blank.".into()));
    }
    let mut position = vec![None; labels.len()];
    rows.iter().enumerate().for_each(|(place, row)| position[*row] = Some(place));
    let ids: Vec<String> = rows.iter().map(|&row| checked.ids[row].clone()).collect();
    let mut dataset = Dataset::new(checked.table.take(&rows), truth)?.with_persons(&ids);
    if let Some(periods) = checked.periods {
        dataset = dataset.with_times(Period::ranks(&rows.iter().map(|&row| periods[row]).collect::<Vec<_>>()));
    }
    Ok(Judgeable { dataset, position })
}

/// The folds in a file: a list of lists of rows, or an object that contains one.
fn listed(path: &str) -> Result<Vec<Vec<usize>>> {
    let wrong = |error: &dyn std::fmt::Display| Error::Invalid(format!("{path}: {error}"));
    let value: Value = serde_json::from_slice(&read_input(path)?).map_err(|error| wrong(&error))?;
    let lists = |value: &Value| serde_json::from_value::<Vec<Vec<usize>>>(value.clone()).ok().filter(|folds| !folds.is_empty());
    let within = || value.as_object()?.values().find_map(lists);
    lists(&value).or_else(within).ok_or_else(|| wrong(&"The file has no list of folds. Each fold is a list of 0-based rows."))
}

/// A metric of a fold.
type Figure = fn(&FoldScores) -> f64;

const FIGURES: [(&str, Figure); 4] = [
    ("roc_auc", |scores| scores.roc_auc),
    ("average_precision", |scores| scores.average_precision),
    ("brier", |scores| scores.brier),
    ("log_loss", |scores| scores.log_loss),
];

fn to_json(protocol: &str, nested: &Nested, leaks: &[Leak], suspected: bool) -> Value {
    let named = |scores: &FoldScores| FIGURES.map(|(name, figure)| (name, json!(figure(scores))));
    let fold = |(number, fold): (usize, &training::nested::NestedFold)| {
        let candidates: BTreeMap<_, _> =
            fold.candidates.iter().map(|(candidate, scores)| (candidate.name(), BTreeMap::from(named(scores)))).collect();
        let parameters: BTreeMap<_, _> = fold.parameters.describe().into_iter().collect();
        let own = [
            ("fold", json!(number)),
            ("chosen", json!(fold.candidate)),
            ("parameters", json!(parameters)),
            ("candidates", json!(candidates)),
        ];
        named(&fold.scores).into_iter().chain(own).collect::<BTreeMap<_, _>>()
    };
    let means = [&nested.roc_auc, &nested.average_precision, &nested.brier, &nested.log_loss];
    let summary = || FIGURES.iter().map(|(name, _)| *name).zip(means);
    json!({
        "protocol": protocol,
        "folds": nested.folds.iter().enumerate().map(fold).collect::<Vec<_>>(),
        "mean": summary().map(|(name, figure)| (name, figure.value)).collect::<BTreeMap<_, _>>(),
        "interval": summary().map(|(name, figure)| (name, figure.interval)).collect::<BTreeMap<_, _>>(),
        "leak_suspected": suspected,
        "leaks": leaks,
    })
}

fn print(protocol: &str, nested: &Nested, leaks: &[Leak]) {
    let figure = |value: f64| format!("{value:.4}");
    let row = |(number, fold): (usize, &training::nested::NestedFold)| {
        let cells = FIGURES.map(|(_, of)| figure(of(&fold.scores)));
        [number.to_string(), fold.candidate.name().to_owned()].into_iter().chain(cells).collect::<Vec<_>>()
    };
    let mut rows: Vec<Vec<String>> = nested.folds.iter().enumerate().map(row).collect();
    let means = [&nested.roc_auc, &nested.average_precision, &nested.brier, &nested.log_loss].map(output::figure);
    rows.push(["mean".to_owned(), protocol.to_owned()].into_iter().chain(means).collect());
    output::table(&["FOLD", "SELECTED", "ROC AUC", "AVERAGE PRECISION", "BRIER SCORE", "LOG LOSS"], &rows);
    leaks.iter().for_each(|leak| output::line(&leak.sentence));
}
