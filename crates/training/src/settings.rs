//! What the person who trains may choose.

use serde::{Deserialize, Serialize};

use crate::candidate::Candidate;
use crate::metric::SelectionMetric;
use crate::prepared::InputChoice;

/// Settings of a training; all have defaults.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Trials over all candidates.
    pub trials: usize,
    /// No further trial starts after this many seconds.
    pub timeout_seconds: Option<f64>,
    pub candidates: Vec<Candidate>,
    pub metric: SelectionMetric,
    pub seed: u64,
    /// Threads; all processors when absent. Never changes the result.
    pub threads: Option<usize>,
    /// Folds of cross-validation inside the training rows.
    pub folds: usize,
    /// How often folds are drawn: the search uses the first, the best of each candidate are judged on all. When absent, 3 times below
    /// 10 000 rows and once from there on, where luck matters less than time.
    pub repeats: Option<usize>,
    /// Share of rows held out.
    pub holdout_share: f64,
    /// Whether a simpler candidate is preferred that is within one standard error (of the paired difference over folds) of the best.
    pub one_standard_error: bool,
    /// Overrides the use case: whether protected fields are inputs.
    pub include_protected: Option<bool>,
    /// Fields that are not to be used: "drop this attribute and compare".
    pub exclude: Vec<String>,
    /// Field by which rows are reweighed for fairness (Kamiran and Calders 2012).
    pub reweigh: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            trials: 50,
            timeout_seconds: None,
            candidates: Candidate::ALL.to_vec(),
            metric: SelectionMetric::default(),
            seed: 42,
            threads: None,
            folds: 5,
            repeats: None,
            holdout_share: 0.2,
            one_standard_error: true,
            include_protected: None,
            exclude: Vec::new(),
            reweigh: None,
        }
    }
}

/// Rows from which one draw of folds is enough.
const MANY_ROWS: usize = 10_000;

impl Settings {
    /// How often folds are drawn for so many rows.
    pub fn repeats_for(&self, rows: usize) -> usize {
        self.repeats.unwrap_or(if rows < MANY_ROWS { 3 } else { 1 })
    }

    /// What concerns the inputs.
    pub fn inputs(&self) -> InputChoice {
        InputChoice { exclude: self.exclude.clone(), reweigh: self.reweigh.clone() }
    }

    /// # Errors
    /// A sentence about the first setting that makes no sense.
    pub fn check(&self) -> Result<(), crate::TrainingError> {
        let problem = if self.candidates.iter().all(|candidate| !candidate.may_be_chosen()) {
            "name at least one candidate that may be chosen"
        } else if self.candidates.iter().all(|candidate| *candidate == Candidate::Blend || !candidate.may_be_chosen()) {
            "a blend needs other candidates to blend"
        } else if self.trials == 0 {
            "at least 1 trial is needed"
        } else if self.timeout_seconds.is_some_and(|seconds| seconds.is_nan() || seconds <= 0.0) {
            "the time limit must be above 0 seconds"
        } else if self.folds < 2 {
            "cross-validation needs at least 2 folds"
        } else if !(0.05..=0.5).contains(&self.holdout_share) {
            "the hold-out share must be from 0.05 to 0.5"
        } else if self.threads == Some(0) {
            "at least 1 thread is needed"
        } else {
            return Ok(());
        };
        Err(crate::TrainingError::Settings(problem.into()))
    }
}
