//! Drift checks and outcomes.

pub mod drift;
pub mod outcomes;
pub mod policy;
