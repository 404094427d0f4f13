//! Fairness of a version by group, and experiments that try to improve it.

pub mod cycles;
pub(crate) mod experiment;
mod queries;
mod report;

pub use cycles::{AttributeOfCycle, CycleFairness};
pub use experiment::Experiment;
pub use report::*;
