//! Training runs: the table, one run, and runs side by side.

pub mod compare;
pub(crate) mod list;
pub(crate) mod run;
