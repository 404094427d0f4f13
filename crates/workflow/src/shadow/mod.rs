//! Champion and challenger: a version in Staging scores beside the live one, in batches and for
//! programs. Its scores are never those of a person: what is kept are scores by row and counts, and
//! what is shown is how the two versions disagree.

mod answered;
mod batch;
mod commands;
mod disagreement;
mod programs;
mod queries;
mod tally;

pub(crate) use answered::Answered;
pub(crate) use batch::Scored;
pub use disagreement::{Disagreement, GroupDifference, ShadowEvidence};
pub use queries::{ShadowBatch, ShadowReport, ShadowTally};
pub(crate) use tally::OpenTallies;

use model::UseCase;

/// The names of the bands of a definition, lowest first, and the place of a probability among them.
fn bands(use_case: &UseCase) -> (Vec<String>, impl Fn(f64) -> usize + '_) {
    let names = use_case.bands.iter().map(|band| band.name.clone());
    let place = |probability: f64| {
        let name = use_case.band(probability);
        let found = use_case.bands.iter().position(|band| band.name == name);
        found.unwrap_or(0)
    };
    (names.collect(), place)
}
