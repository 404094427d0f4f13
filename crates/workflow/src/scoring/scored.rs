//! The people of the newest batch with their scores.

use std::sync::Arc;

use model::UseCase;
use store::scoring;

use super::change::Change;
use crate::StoredPeople;

/// The people of the newest batch with their scores.
pub struct Scored {
    pub batch: scoring::Batch,
    /// The definition of the version that scored them, under which their values are read.
    pub own: Arc<UseCase>,
    /// What the version knows of its own calibration: see
    /// [`model::Training::calibration_information`].
    pub calibration: [f64; 3],
    pub people: Arc<StoredPeople>,
    /// In the order of `batch`'s positions.
    pub scores: Vec<scoring::Score>,
    pub reasons: Vec<Vec<domain::Reason>>,
    /// The batch of the previous cycle.
    pub previous: Option<scoring::Batch>,
    /// Since the previous cycle, in the order of `scores`.
    pub changes: Vec<Change>,
}
