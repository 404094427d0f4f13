//! Fairness reports and experiments.

pub mod experiment;
pub mod report;
