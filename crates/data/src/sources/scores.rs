//! Scores on their way into a table of somebody else.

/// The scores of a day.
#[derive(Debug, Clone, PartialEq)]
pub struct Scores {
    /// Id of the use case.
    pub use_case: String,
    /// YYYY-MM-DD
    pub as_of: String,
    /// By when the event is predicted, for people.
    pub horizon: String,
    /// Version of the model that gave the scores.
    pub model_version: i64,
    /// Id of the batch.
    pub batch: String,
    /// A person occurs once.
    pub people: Vec<ScoredPerson>,
}

/// The score of a person.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoredPerson {
    /// Id.
    pub id: String,
    /// From 0 to 1.
    pub probability: f64,
    /// What the score is based on: `out_of_fold`, `final`, `unknown`.
    pub basis: String,
    /// Calibration range, from 0 to 1.
    pub interval: Option<[f64; 2]>,
    /// Risk band.
    pub band: String,
    /// Percentage points since the previous cycle; `None` where the scores cannot be compared.
    pub change: Option<f64>,
    /// What the change compares: `same_model`, `other_version`, `other_model`, `not_scored`.
    pub change_basis: String,
    /// The strongest reasons, for people.
    pub reasons: String,
}

/// In the order in which they are written.
pub(super) const COLUMNS: &str = "use_case, as_of, horizon, model_version, batch_id, id, probability, interval_low, interval_high, band, reasons, basis, change, change_basis";
