//! Drift checks, and what happened later.

pub mod checks;
pub mod outcomes;
pub mod policies;
