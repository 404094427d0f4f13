//! Drift checks and outcomes.

pub mod drift;
pub mod outcomes;
