//! What the server sends for the page.

use model::counterfactual::Counterfactuals;
use model::use_case::Terminology;
use model::vary::Curve;
use model::{Problem, Record};
use serde::{Deserialize, Serialize};

use super::judge::{Entry, Judgment};

/// The form, the scenario and its result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WhatIfData {
    pub use_case: String,
    pub words: Terminology,
    /// What the result is, with its period.
    pub subject: String,
    /// Name of the model that scores; another model has another one.
    pub model: String,
    pub entries: Vec<Entry>,
    /// The person that it starts from, and the purpose of access where one is required.
    pub person: Option<[String; 2]>,
    pub start: Record,
    pub values: Record,
    pub started: Result<Judgment, Vec<Problem>>,
    pub judged: Result<Judgment, Vec<Problem>>,
    pub changes: Option<Counterfactuals>,
    pub focused: String,
    pub response: Option<Curve>,
}
