//! Files of a run that people look at one by one: confusion matrix, importance, error analysis,
//! fairness, latency, features and dependencies. They hold released figures, whoever opens them.

use std::sync::Arc;
use std::time::Instant;

use model::explain::ModelExplainer;
use model::global::GlobalExplanation;
use model::{Column, Model, Table};
use serde::Serialize;
use serde_json::json;

use super::recording::{File, JSON, to_json};
use crate::Evidence;
use crate::disclosure::{self, Disclosure};
use crate::{Error, Result};

const CSV: &str = "text/csv; charset=utf-8";
/// Times that one row is scored and explained.
const REPEATS: usize = 200;
/// Versions of everything that this program is built from.
const LOCK: &str = include_str!("../../../../Cargo.lock");

/// The files. `people` are rows to measure with.
///
/// # Errors
/// When a file cannot be written, or a model not be prepared.
pub(crate) fn reports(
    model: &Arc<Model>,
    evidence: &Evidence,
    explanation: &GlobalExplanation,
    people: &Table,
    rule: Disclosure,
) -> Result<Vec<File>> {
    let evidence = disclosure::evidence::evidence(evidence, rule);
    let explanation = disclosure::explanation::explanation(explanation, rule);
    let (report, words) = (&evidence.holdout.report, &model.use_case.words);
    let confusion: [[u32; 2]; 2] = report.confusion.into();
    let confusion = json!({
        "cutoff": report.cutoff,
        "observed": [words.without_event(), domain::format::capitalized(&words.event_many)],
        "predicted": words.predicted(),
        "counts": confusion,
    });
    let fairness = json!({
        "holdout": evidence.holdout.fairness,
        "cross_validated": evidence.cross_validated.fairness,
    });
    Ok(vec![
        ("confusion_matrix.json", JSON, to_json(&confusion)?),
        ("feature_importance.csv", CSV, importance(&explanation)?),
        ("error_analysis.json", JSON, to_json(&evidence.errors)?),
        ("fairness_metrics.json", JSON, to_json(&fairness)?),
        (
            "latency_metrics.json",
            JSON,
            to_json(&latency(model, people)?)?,
        ),
        ("features.csv", CSV, features(model)?),
        (
            "dependencies.txt",
            "text/plain; charset=utf-8",
            dependencies().into_bytes(),
        ),
    ])
}

fn importance(explanation: &GlobalExplanation) -> Result<Vec<u8>> {
    let rows = &explanation.importance;
    let loss = |field: &str| {
        let own = explanation
            .permutation
            .iter()
            .find(|own| own.field == field);
        own.map_or(f64::NAN, |own| own.mean)
    };
    table(vec![
        (
            "field",
            Column::Text(rows.iter().map(|row| row.field.clone()).collect()),
        ),
        (
            "label",
            Column::Text(rows.iter().map(|row| row.label.clone()).collect()),
        ),
        (
            "mean_log_odds",
            Column::Number(rows.iter().map(|row| row.log_odds).collect()),
        ),
        (
            "mean_points",
            Column::Number(rows.iter().map(|row| row.points).collect()),
        ),
        (
            "auc_loss_when_shuffled",
            Column::Number(rows.iter().map(|row| loss(&row.field)).collect()),
        ),
    ])
}

/// Every input of the scorer, and the field that it is made from.
fn features(model: &Model) -> Result<Vec<u8>> {
    let inputs = &model.encoder.inputs;
    let field = |place: u32| &model.encoder.fields[place as usize].name;
    table(vec![
        (
            "input",
            Column::Text(inputs.iter().map(|own| own.name.clone()).collect()),
        ),
        (
            "field",
            Column::Text(
                inputs
                    .iter()
                    .map(|own| field(own.shown_as).clone())
                    .collect(),
            ),
        ),
        (
            "label",
            Column::Text(
                inputs
                    .iter()
                    .map(|own| model.use_case.label(field(own.shown_as)))
                    .collect(),
            ),
        ),
    ])
}

fn table(columns: Vec<(&str, Column)>) -> Result<Vec<u8>> {
    let mut table = Table::default();
    for (name, column) in columns {
        table.push(name, column);
    }
    data::write(&table, data::Format::Csv).map_err(Error::caused)
}

/// How long scores take on the machine that trained.
#[derive(Debug, Serialize)]
struct Latency {
    /// One row with three reasons, in milliseconds.
    one_row_ms: Quantiles,
    /// All of `batch_rows` rows with three reasons, in milliseconds.
    batch_ms: f64,
    batch_rows: usize,
}

#[derive(Debug, Serialize)]
struct Quantiles {
    p50: f64,
    p95: f64,
    p99: f64,
}

fn latency(model: &Arc<Model>, people: &Table) -> Result<Latency> {
    let explainer = ModelExplainer::new(Arc::clone(model))?;
    let rows = people.rows();
    let milliseconds = |from: Instant| from.elapsed().as_secs_f64() * 1e3;
    let mut times = Vec::with_capacity(REPEATS);
    for repeat in 0..REPEATS {
        let one = people.take(&[repeat % rows.max(1)]);
        let start = Instant::now();
        explainer.explain_rows(&one, 0..one.rows(), 3)?;
        times.push(milliseconds(start));
    }
    times.sort_unstable_by(f64::total_cmp);
    let at = |share: f64| times[((REPEATS - 1) as f64 * share).round() as usize];
    let start = Instant::now();
    explainer.explain_rows(people, 0..rows, 3)?;
    Ok(Latency {
        one_row_ms: Quantiles {
            p50: at(0.5),
            p95: at(0.95),
            p99: at(0.99),
        },
        batch_ms: milliseconds(start),
        batch_rows: rows,
    })
}

/// Name and version of each package, one a line.
fn dependencies() -> String {
    let value = |line: &str, key: &str| {
        let text = line.strip_prefix(key)?.trim().strip_prefix('=')?;
        Some(text.trim().trim_matches('"').to_owned())
    };
    let mut text = String::new();
    let mut name = String::new();
    for line in LOCK.lines() {
        if let Some(own) = value(line, "name") {
            name = own;
        } else if let Some(version) = value(line, "version")
            && !name.is_empty()
        {
            text.push_str(&format!("{name} {version}\n"));
            name.clear();
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::dependencies;

    #[test]
    fn every_dependency_has_its_version() {
        let text = dependencies();
        assert!(text.lines().count() > 100);
        assert!(
            text.lines().all(|line| line.split(' ').count() == 2),
            "{text}"
        );
        assert!(text.contains("\nworkflow 0.1.0\n"));
    }
}
