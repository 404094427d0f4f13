//! What a program was answered.

use std::sync::Arc;

use domain::{Date, UseCaseId, VersionNumber};
use model::Record;

use crate::registry::VersionScorer;

/// What a program was answered.
pub(crate) struct Answered {
    pub use_case: UseCaseId,
    pub live: VersionNumber,
    pub scorer: Arc<VersionScorer>,
    pub records: Arc<Vec<Record>>,
    /// Of each record.
    pub probabilities: Vec<f64>,
    pub day: Date,
}
