//! Fairness of a version by group, and experiments that try to improve it.

pub(crate) mod experiment;
mod queries;

pub use experiment::Experiment;
