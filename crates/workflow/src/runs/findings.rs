//! What a training found out about its model, for the page of a run.

use domain::Estimate;
use serde::{Deserialize, Serialize};
use stats::comparison::Comparison;
use stats::curves::ThresholdRow;
use stats::{Metric, Verdict};

use crate::training::GateForecast;

/// The findings of a training.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunEvidence {
    /// Held-out rows, and those with the event.
    pub holdout_rows: u32,
    pub holdout_events: u32,
    pub gate_policy: String,
    /// Whether nothing blocks promotion.
    pub gates_pass: bool,
    pub gates: Vec<GateRow>,
    pub feasibility: Option<GateForecast>,
    pub feasible: Vec<FeasibleGate>,
    /// Signs that the model knows what it cannot know, in sentences.
    pub leaks: Vec<String>,
    /// Inputs that carry nothing, or whose missing values are read as a value, in sentences.
    pub input_notes: Vec<String>,
    pub proxies: Vec<crate::fairness::ProxyRow>,
    /// Share of input cells without a value, share of outliers among numbers, largest correlation
    /// of two inputs.
    pub missing: Estimate,
    pub outliers: Estimate,
    pub correlation: Estimate,
    pub correlated: Option<[String; 2]>,
    /// Brier score over the rows that the cohorts were measured on.
    pub overall_error: Estimate,
    /// Worst first.
    pub cohorts: Vec<CohortRow>,
    /// On the hold-out.
    pub thresholds: Vec<ThresholdRow>,
    /// Paired with the live model on rows that neither has seen; empty when nothing was live or too
    /// few such rows were left.
    pub against_live: Vec<Comparison>,
    /// Whether a second fit, on one thread, gave the same model.
    pub reproducible: Option<bool>,
}

/// A judged gate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GateRow {
    /// For example "ROC AUC at least 0.7".
    pub title: String,
    /// In the sign of the limit.
    pub figure: Estimate,
    /// In the sign of the metric, for pages: [`training::gates::GateResult::shown`].
    #[serde(skip, default = "not_shown")]
    pub shown: Estimate,
    pub limit: f64,
    pub verdict: Verdict,
    /// Whether it blocks a review; `None` when the policy is no longer known. One that fails and
    /// does not block is the reviewers' to answer for.
    pub blocks: Option<bool>,
    /// What it rests on or what is missing; often empty.
    pub note: String,
}

/// How one gate fared over resamples.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FeasibleGate {
    pub metric: Metric,
    pub limit: f64,
    pub passed: u32,
    pub median: Option<f64>,
}

/// People with something in common, and how far the model is off for them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CohortRow {
    pub conditions: Vec<String>,
    pub brier: Estimate,
    pub event_rate: Estimate,
    pub mean_probability: f64,
}

fn not_shown() -> Estimate {
    Estimate::unknown("not part of the stored form")
}
