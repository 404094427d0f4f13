//! How good a model is on rows that it never saw: figures, curves, fairness, where it errs, and
//! against the live model.

use std::collections::BTreeMap;

use model::{Model, Table, UseCase};
use serde::{Deserialize, Serialize};
use stats::comparison::{Comparison, compare};
use stats::fairness::{FairnessPolicy, GroupAudit, audit};
use stats::report::{Report, report};

use crate::error::TrainingError;
use crate::error_analysis::{ErrorAnalysis, error_analysis};
use crate::groups::groups;

/// People by score.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct HistogramBin {
    /// Lower end of the bin; bins are equally wide and the last includes 1.
    pub from: f64,
    /// Rows of the bin to which the event happened.
    pub with_event: u32,
    /// Rows of the bin to which it did not.
    pub without_event: u32,
}

/// All metrics of a score on one set of rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Metrics with intervals, confusion, curves, table by threshold.
    pub report: Report,
    /// Distribution of the scores by outcome.
    pub histogram: Vec<HistogramBin>,
    /// By audited attribute, at the cutoff.
    pub fairness: BTreeMap<String, GroupAudit>,
}

const HISTOGRAM_BINS: usize = 20;

/// Evaluates `probabilities` of the rows of `table`.
///
/// # Errors
/// When there are no rows, or a probability is not finite.
pub fn evaluate(
    use_case: &UseCase,
    table: &Table,
    labels: &[bool],
    probabilities: &[f64],
    seed: u64,
) -> Result<Evaluation, TrainingError> {
    let cutoff = use_case.policies.cutoff;
    let decisions: Vec<bool> = probabilities
        .iter()
        .map(|probability| *probability >= cutoff)
        .collect();
    let policy = FairnessPolicy::default();
    let mut fairness = BTreeMap::new();
    for attribute in &use_case.audited {
        if let Some(groups) = groups(table, use_case, attribute) {
            fairness.insert(
                attribute.clone(),
                audit(
                    labels,
                    &decisions,
                    Some(probabilities),
                    &groups,
                    &policy,
                    seed,
                )
                .map_err(failed)?,
            );
        }
    }
    let report = report(labels, probabilities, cutoff, seed).map_err(failed)?;
    Ok(Evaluation {
        report,
        histogram: histogram(labels, probabilities),
        fairness,
    })
}

fn failed(error: stats::InputError) -> TrainingError {
    TrainingError::Learner(format!("evaluation: {error}"))
}

fn histogram(labels: &[bool], probabilities: &[f64]) -> Vec<HistogramBin> {
    let width = 1.0 / HISTOGRAM_BINS as f64;
    let mut bins: Vec<HistogramBin> = (0..HISTOGRAM_BINS)
        .map(|bin| HistogramBin {
            from: bin as f64 * width,
            with_event: 0,
            without_event: 0,
        })
        .collect();
    for (label, probability) in labels.iter().zip(probabilities) {
        let bin = &mut bins[((probability / width) as usize).min(HISTOGRAM_BINS - 1)];
        *if *label {
            &mut bin.with_event
        } else {
            &mut bin.without_event
        } += 1;
    }
    bins
}

/// The live model against a challenger on identical rows, which neither may have been trained on:
/// DeLong for ROC AUC, paired bootstrap otherwise.
///
/// # Errors
/// When there are no rows.
pub fn against_live(
    live: &Model,
    challenger: &Model,
    table: &Table,
    labels: &[bool],
    seed: u64,
) -> Result<Vec<Comparison>, TrainingError> {
    let cutoffs = [
        live.use_case.policies.cutoff,
        challenger.use_case.policies.cutoff,
    ];
    compare(
        labels,
        &live.probabilities(table),
        &challenger.probabilities(table),
        cutoffs,
        seed,
    )
    .map_err(failed)
}

/// Where `model` errs most on rows that it never saw.
pub fn worst_cohorts(model: &Model, table: &Table, labels: &[bool], seed: u64) -> ErrorAnalysis {
    error_analysis(model, table, labels, &model.probabilities(table), seed)
}
