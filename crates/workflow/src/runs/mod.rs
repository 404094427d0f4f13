//! Training runs: what is recorded of them, how they are searched, and the page of one.

pub(crate) mod artifacts;
mod curves;
pub(crate) mod evidence;
mod filter;
mod findings;
pub(crate) mod holdout;
pub(crate) mod nested;
mod page;
pub(crate) mod queries;
pub(crate) mod recording;
pub(crate) mod reports;
mod rows;
mod training_evidence;

pub use findings::{CohortRow, FeasibleGate, GateRow, RunEvidence};
pub use recording::metric_name;
pub use rows::*;
pub use training_evidence::{Evidence, ImportedFrom};
