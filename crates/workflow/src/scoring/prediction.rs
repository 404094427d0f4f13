//! What a row's score is told as.

use domain::{Date, PredictionId, Reason, ScoreBasis};
use serde::Serialize;

use crate::registry::Fold;

/// A row's score: the shape of `tenure predict --json`.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Prediction {
    pub id: String,
    pub probability: f64,
    /// Whether the model that scored had learned from the person.
    pub basis: ScoreBasis,
    /// Days within which it is meant; `None` (null in JSON) where the use case of the model states
    /// none.
    pub horizon_days: Option<u32>,
    /// The same in words: "within 365 days", "not stated".
    pub horizon: String,
    pub band: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<[f64; 2]>,
    /// True at or above the use case's cutoff.
    pub decision: bool,
    /// The version, or 0 for a model file that is in no registry.
    pub model_version: u32,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Reason>,
    /// The day up to which fields were counted that count from a date; absent where none does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Date>,
    /// Values of the row that are no level of their field, or a date after the day of the row, and
    /// count as missing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub treated_as_missing: Vec<UnknownValue>,
    /// Entry in the prediction log, of a record that was sent alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prediction_id: Option<PredictionId>,
    /// From the request to the score, without writing the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latency_ms: Option<f64>,
    /// Which model of the version scored.
    #[serde(skip)]
    pub fold: Fold,
}

/// A value that the use case does not know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct UnknownValue {
    pub field: String,
    pub value: String,
}
