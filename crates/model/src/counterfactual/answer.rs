//! What a search answers.

use serde::{Deserialize, Serialize};

/// Fields that one exact answer may change together.
pub const MAX_FIELDS: usize = 3;

/// One changed field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// Name of the field.
    pub field: String,
    /// What people call the field.
    pub label: String,
    /// Values as forms and files write them (number, or level).
    pub from: String,
    /// The new value, written as `from` is.
    pub to: String,
    /// Values as displayed.
    pub from_text: String,
    /// The new value as displayed.
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
    /// One for each changed field.
    pub changes: Vec<Change>,
    /// Sum of the costs of the changes: smaller is easier.
    pub cost: f64,
    /// Calibrated probability after the changes.
    pub probability: f64,
    /// Whether it is known to be the cheapest.
    pub found: Found,
}
