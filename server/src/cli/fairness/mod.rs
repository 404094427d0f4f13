//! Fairness of a version, and experiments with it.

pub mod experiment;
pub mod report;
