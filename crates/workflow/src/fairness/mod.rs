//! Fairness of a version by group, and experiments that try to improve it.

pub(crate) mod experiment;
mod queries;
mod report;

pub use experiment::Experiment;
pub use report::*;
