//! A candidate of one run, on its way to become the model of another.

use domain::RunId;
use training::select::CalibratedTrial;

/// A candidate of a run, ready to become a model.
#[derive(Debug, Clone)]
pub(crate) struct GivenCandidate {
    /// The run that found it.
    pub run: RunId,
    pub calibrated: CalibratedTrial,
}
