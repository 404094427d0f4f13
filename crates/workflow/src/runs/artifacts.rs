//! Names of the files that runs keep, and which of them hold rows of people.

use crate::Error;

/// The rows that were held out: who, when, fields, outcome, and the probability by the model that
/// never saw them.
pub(crate) const HOLDOUT: &str = "holdout.csv";
/// The run's [`crate::Evidence`].
pub(crate) const EVIDENCE: &str = "evidence.json";
/// The best trial of each candidate of a training, with its calibration.
pub(crate) const CANDIDATES: &str = "candidates.json";
/// What a training was asked for.
pub(crate) const SETTINGS: &str = "settings.json";
/// The global explanation of its model.
pub(crate) const EXPLANATION: &str = "explanation.json";
/// The gates as they were set before the training began.
pub(crate) const GATE_POLICY: &str = "gate_policy.json";
/// The [`crate::SavedBaseline`] of the version that it made.
pub(crate) const BASELINE: &str = "baseline.json";
/// The fields of the people of the baseline.
pub(crate) const REFERENCE_DATA: &str = "reference_data.parquet";
/// The scores of the people of the baseline.
pub(crate) const REFERENCE_SCORES: &str = "reference_predictions.csv";

/// Files with a line for each person: fields, or a row number and its score.
pub(crate) const ROWS_OF_PEOPLE: [&str; 5] = [
    HOLDOUT,
    EVIDENCE,
    BASELINE,
    REFERENCE_DATA,
    REFERENCE_SCORES,
];

/// A run has no file of this name.
pub(crate) fn no_file(name: &str) -> Error {
    Error::NotFound(format!("The run has no file {name}."))
}
