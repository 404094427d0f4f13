//! What a search answers.

use serde::{Deserialize, Serialize};

/// Fields that one exact answer may change together.
pub const MAX_FIELDS: usize = 3;

/// One changed field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    pub field: String,
    pub label: String,
    /// Values as forms and files write them (number, or level).
    pub from: String,
    pub to: String,
    /// Values as displayed.
    pub from_text: String,
    pub to_text: String,
    /// |change| in inter-quartile ranges of training; 1 for another level.
    pub cost: f64,
}

/// How an answer was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Found {
    /// No cheaper change of the same fields does it, in whole steps.
    Exact,
    /// A good answer; a cheaper one may exist.
    Searched,
}

/// One answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Counterfactual {
    pub changes: Vec<Change>,
    pub cost: f64,
    /// Calibrated probability after the changes.
    pub probability: f64,
    pub found: Found,
}
