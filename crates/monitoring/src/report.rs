//! What a check answers: tests by column, verdicts.

use std::collections::BTreeMap;

use domain::DriftVerdict;
use serde::{Deserialize, Serialize};
use stats::two_sample::Statistic;

use crate::kind::ColumnKind;
use crate::why::Why;

/// One test or distance on one column. Distances have no p-value. Never NaN: a test that gives none
/// is left out.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TestReport {
    /// In the unit of the test or distance.
    pub statistic: f64,
    /// 0..=1; `None` for a distance.
    pub p_value: Option<f64>,
    /// Adjusted over the columns of the check, by the policy's method.
    pub p_adjusted: Option<f64>,
}

/// One column of a check.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ColumnReport {
    /// Name of the column.
    pub name: String,
    /// What its values are.
    pub kind: ColumnKind,
    /// Rows, missing ones included.
    pub n_reference: u64,
    /// Rows of the current sample, missing ones included.
    pub n_current: u64,
    /// Rows of the reference without a value.
    pub missing_reference: u64,
    /// Rows of the current sample without a value.
    pub missing_current: u64,
    /// Everything that was computed, by statistic.
    pub tests: BTreeMap<Statistic, TestReport>,
    /// The test that the verdict rests on.
    pub decided_by: Option<Statistic>,
    /// How much changed: Wasserstein distance in reference standard deviations for numbers, total
    /// variation distance for levels.
    pub effect_size: Option<f64>,
    /// Drifted, stable, too few rows, or could not compute.
    pub verdict: DriftVerdict,
    /// Chance that this column alone raises an alarm although nothing changed.
    pub false_alarm_rate: Option<f64>,
    /// Why it could not be compared.
    pub why: Option<Why>,
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
    /// Share of the reference in each bin or level, 0..=1.
    pub reference: Vec<f64>,
    /// Share of the current sample in each bin or level, 0..=1.
    pub current: Vec<f64>,
}

impl ColumnReport {
    /// A column that could not be compared.
    pub fn failed(name: &str, kind: ColumnKind, verdict: DriftVerdict, why: Why) -> Self {
        Self {
            name: name.into(),
            kind,
            n_reference: 0,
            n_current: 0,
            missing_reference: 0,
            missing_current: 0,
            tests: BTreeMap::new(),
            decided_by: None,
            effect_size: None,
            verdict,
            false_alarm_rate: None,
            why: Some(why),
            chart: None,
        }
    }

    /// The test that the verdict rests on.
    pub fn deciding_test(&self) -> Option<&TestReport> {
        self.tests.get(&self.decided_by?)
    }
}

/// A check of many columns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DriftReport {
    /// In the order of the reference.
    pub columns: Vec<ColumnReport>,
    /// Drifted columns among those that were compared; `None` when none was.
    pub share_drifted: Option<f64>,
    /// Of the check as a whole.
    pub verdict: DriftVerdict,
    /// Name of the policy.
    pub policy: String,
    /// Chance that a check like this one raises an alarm in some column although nothing changed.
    pub false_alarm_rate: Option<f64>,
    /// The verdict in a sentence, with the names of columns; with their labels:
    /// [`Self::summary_with`].
    pub summary: String,
}

impl DriftReport {
    /// Columns with that verdict.
    pub fn count(&self, verdict: DriftVerdict) -> usize {
        self.columns
            .iter()
            .filter(|column| column.verdict == verdict)
            .count()
    }

    /// The verdict in a sentence, with columns called by their `label`.
    pub fn summary_with(&self, label: impl Fn(&str) -> String) -> String {
        /// Columns that are named.
        const NAMED: usize = 5;
        let with = |verdict| {
            self.columns
                .iter()
                .filter(move |column| column.verdict == verdict)
        };
        let drifted = self.count(DriftVerdict::Drifted);
        let compared = drifted + self.count(DriftVerdict::Stable);
        if compared == 0 {
            return match self.columns.first() {
                Some(ColumnReport { why: Some(why), .. }) => {
                    format!("Nothing could be compared: {why}.")
                }
                _ => "Nothing could be compared: there are no columns.".into(),
            };
        }
        let mut text = format!("{drifted} of {compared} compared columns drifted.");
        for (verdict, words) in [
            (DriftVerdict::TooFewRows, "had too few rows"),
            (DriftVerdict::CouldNotCompute, "could not be compared"),
        ] {
            let count = self.count(verdict);
            if count > 0 {
                let names: Vec<String> = with(verdict)
                    .take(NAMED)
                    .map(|column| label(&column.name))
                    .collect();
                let more = if count > NAMED { " and others" } else { "" };
                text.push_str(&format!(" {count} {words}: {}{more}.", names.join(", ")));
            }
        }
        text
    }

    /// Names of the drifted columns.
    pub fn drifted(&self) -> Vec<&str> {
        self.columns
            .iter()
            .filter(|column| column.verdict == DriftVerdict::Drifted)
            .map(|column| column.name.as_str())
            .collect()
    }
}
