//! Judged gates.

use domain::Estimate;
use serde::{Deserialize, Serialize};
use stats::Verdict;

use super::gate::Gate;

/// A judged gate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GateResult {
    pub gate: Gate,
    /// For example "ROC AUC at least 0.85" or "Equal opportunity difference by Gender at most 0.1".
    pub title: String,
    pub figure: Estimate,
    pub limit: f64,
    pub verdict: Verdict,
    /// What it rests on or what is missing, for a person; often empty.
    #[serde(default)]
    pub note: String,
}

/// All gates of a policy, judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GateReport {
    pub policy: String,
    pub results: Vec<GateResult>,
    /// Whether nothing blocks promotion.
    pub passes: bool,
}
