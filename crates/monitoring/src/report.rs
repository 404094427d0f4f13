//! What a check says: verdicts, tests, columns.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The answer of a check. Only `Stable` means "no drift".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Changed, beyond what the policy tolerates.
    Drifted,
    /// Compared, and not changed beyond what the policy tolerates.
    Stable,
    /// Not compared: under the policy's minimum of rows.
    TooFewRows,
    /// Not compared: there is nothing to compare, or not with what.
    CouldNotCompute,
}

impl Verdict {
    /// Name as in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Drifted => "drifted",
            Self::Stable => "stable",
            Self::TooFewRows => "too_few_rows",
            Self::CouldNotCompute => "could_not_compute",
        }
    }
}

/// One test or distance on one column. Distances have no p-value. Never NaN: a test that gives none is left out.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TestReport {
    pub statistic: f64,
    pub p_value: Option<f64>,
    /// Adjusted over the columns of the check, by the policy's method.
    pub p_adjusted: Option<f64>,
}

/// One column of a check.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ColumnReport {
    pub name: String,
    /// "number", "level", "score" or "target".
    pub kind: String,
    /// Rows, missing ones included.
    pub n_reference: u64,
    pub n_current: u64,
    pub missing_reference: u64,
    pub missing_current: u64,
    pub tests: BTreeMap<String, TestReport>,
    /// The test that the verdict rests on.
    pub decided_by: Option<String>,
    /// How much changed: Wasserstein distance in reference standard deviations for numbers, total variation distance for levels.
    pub effect_size: Option<f64>,
    pub verdict: Verdict,
    /// Chance that this column alone raises an alarm although nothing changed.
    pub false_alarm_rate: Option<f64>,
    /// Why nothing could be computed, in words.
    pub why: Option<String>,
    /// Distributions for drawing.
    pub chart: Option<Chart>,
}

/// Shares of both samples over the same bins or levels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Chart {
    /// Edges of the bins of a number (one more than bins); empty for levels.
    pub edges: Vec<f64>,
    /// Levels; empty for numbers.
    pub levels: Vec<String>,
    pub reference: Vec<f64>,
    pub current: Vec<f64>,
}

impl ColumnReport {
    /// A column that could not be compared.
    pub fn failed(name: &str, kind: &str, verdict: Verdict, why: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            kind: kind.into(),
            n_reference: 0,
            n_current: 0,
            missing_reference: 0,
            missing_current: 0,
            tests: BTreeMap::new(),
            decided_by: None,
            effect_size: None,
            verdict,
            false_alarm_rate: None,
            why: Some(why.into()),
            chart: None,
        }
    }

    /// The test that the verdict rests on.
    pub fn deciding_test(&self) -> Option<&TestReport> {
        self.tests.get(self.decided_by.as_ref()?)
    }
}

/// A check of many columns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DriftReport {
    pub columns: Vec<ColumnReport>,
    /// Drifted columns among those that were compared; `None` when none was.
    pub share_drifted: Option<f64>,
    pub verdict: Verdict,
    /// Name of the policy.
    pub policy: String,
    /// Chance that a check like this one raises an alarm in some column although nothing changed.
    pub false_alarm_rate: Option<f64>,
    /// The verdict in a sentence.
    pub summary: String,
}

impl DriftReport {
    /// Columns with that verdict.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.columns.iter().filter(|column| column.verdict == verdict).count()
    }

    /// Names of the drifted columns.
    pub fn drifted(&self) -> Vec<&str> {
        self.columns.iter().filter(|column| column.verdict == Verdict::Drifted).map(|column| column.name.as_str()).collect()
    }
}
