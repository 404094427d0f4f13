//! What the person who trains may choose.

use std::ops::Deref;

use domain::{FieldProblem, ProblemCode};
use model::UseCase;
use serde::{Deserialize, Serialize};

use crate::candidate::Candidate;
use crate::error::TrainingError;
use crate::metric::SelectionMetric;
use crate::prepared::InputChoice;

/// Settings of a training, as they are written; all have defaults. [`Settings::check`] makes them
/// ones that can be trained with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Trials over all candidates.
    pub trials: usize,
    /// No further trial starts after this many seconds.
    pub timeout_seconds: Option<f64>,
    /// Kinds of models to try; at least one that may become the model.
    pub candidates: Vec<Candidate>,
    /// What the search optimizes for.
    pub metric: SelectionMetric,
    /// Of every random choice: the same seed gives the same model.
    pub seed: u64,
    /// Threads; all processors when absent. Never changes the result.
    pub threads: Option<usize>,
    /// Folds of cross-validation inside the training rows.
    pub folds: usize,
    /// How often folds are drawn: the search uses the first, the best of each candidate are judged
    /// on all. When absent, 3 times below 10 000 rows and once from there on, where luck matters
    /// less than time.
    pub repeats: Option<usize>,
    /// Share of rows held out.
    pub holdout_share: f64,
    /// Whether a simpler candidate is preferred that is within one standard error (of the paired
    /// difference over folds) of the best.
    pub one_standard_error: bool,
    /// Overrides the use case: whether protected fields are inputs.
    pub include_protected: Option<bool>,
    /// Fields that are not to be used: "drop this attribute and compare".
    pub exclude: Vec<String>,
    /// Field by which rows are reweighed for fairness (Kamiran and Calders 2012).
    pub reweigh: Option<String>,
    /// Why data is learned from although its feed looks suspect; recorded with the run. Changes
    /// nothing else.
    #[serde(default)]
    pub accepted_data: Option<String>,
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
            accepted_data: None,
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
        InputChoice {
            exclude: self.exclude.clone(),
            reweigh: self.reweigh.clone(),
        }
    }

    /// The settings as ones that can be trained with.
    ///
    /// # Errors
    /// Every invalid setting.
    pub fn check(self) -> Result<ValidSettings, Vec<FieldProblem>> {
        let mut problems = Vec::new();
        let mut expect = |holds: bool, field: &str, message: &str| {
            if !holds {
                problems.push(FieldProblem::new(field, ProblemCode::OutOfRange, message));
            }
        };
        let mut chosen = self
            .candidates
            .iter()
            .filter(|candidate| candidate.may_be_chosen())
            .peekable();
        match chosen.peek() {
            None => expect(
                false,
                "candidates",
                "Choose at least one candidate that may become the model.",
            ),
            Some(_) => expect(
                chosen.any(|own| *own != Candidate::Blend),
                "candidates",
                "An ensemble needs other candidates to combine.",
            ),
        }
        expect(self.trials > 0, "trials", "At least 1 trial is needed.");
        let some_time = self.timeout_seconds.is_none_or(|seconds| seconds > 0.0);
        expect(
            some_time,
            "timeout_seconds",
            "The time limit must be above 0 seconds.",
        );
        expect(
            self.folds >= 2,
            "folds",
            "Cross-validation needs at least 2 folds.",
        );
        expect(
            self.repeats != Some(0),
            "repeats",
            "Cross-validation must run at least once.",
        );
        expect(
            (0.05..=0.5).contains(&self.holdout_share),
            "holdout_share",
            "The hold-out share must be from 0.05 to 0.5.",
        );
        expect(
            self.threads != Some(0),
            "threads",
            "At least 1 thread is needed.",
        );
        if problems.is_empty() {
            Ok(ValidSettings(self))
        } else {
            Err(problems)
        }
    }
}

/// Settings that were checked: the only kind that trains.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct ValidSettings(Settings);

impl Deref for ValidSettings {
    type Target = Settings;

    fn deref(&self) -> &Settings {
        &self.0
    }
}

impl From<ValidSettings> for Settings {
    fn from(settings: ValidSettings) -> Self {
        settings.0
    }
}

impl ValidSettings {
    /// The use case as these settings want it.
    pub fn applied_to(&self, use_case: &UseCase) -> UseCase {
        UseCase {
            include_protected: self.include_protected.unwrap_or(use_case.include_protected),
            ..use_case.clone()
        }
    }

    /// Runs `work` on a pool of its own when a number of threads is asked for.
    pub(crate) fn with_threads<T: Send>(
        &self,
        work: impl FnOnce() -> T + Send,
    ) -> Result<T, TrainingError> {
        on_threads(self.threads, work)
    }
}

/// Runs `work` on so many threads; on those that there are when no number is given.
pub(crate) fn on_threads<T: Send>(
    threads: Option<usize>,
    work: impl FnOnce() -> T + Send,
) -> Result<T, TrainingError> {
    let Some(threads) = threads else {
        return Ok(work());
    };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    pool.map(|pool| pool.install(work))
        .map_err(|error| TrainingError::Settings(format!("no threads: {error}")))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn every_setting_that_makes_no_sense_is_named() {
        let wrong = Settings {
            trials: 0,
            timeout_seconds: Some(f64::NAN),
            candidates: vec![Candidate::LinfaTree],
            folds: 1,
            repeats: Some(0),
            holdout_share: 0.9,
            threads: Some(0),
            ..Settings::default()
        };
        let problems = wrong.check().unwrap_err();
        let fields: Vec<&str> = problems
            .iter()
            .map(|problem| problem.field.as_str())
            .collect();
        assert_eq!(
            fields,
            [
                "candidates",
                "trials",
                "timeout_seconds",
                "folds",
                "repeats",
                "holdout_share",
                "threads"
            ]
        );
        let blend = Settings {
            candidates: vec![Candidate::LinfaTree, Candidate::Blend],
            ..Settings::default()
        };
        assert_eq!(
            blend.check().unwrap_err()[0].message,
            "An ensemble needs other candidates to combine."
        );
        assert_eq!(
            Settings::default().check().unwrap(),
            ValidSettings::default()
        );
    }
}
