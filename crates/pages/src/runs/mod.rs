//! Training runs: the table, one run, and runs side by side.

pub mod compare;
pub(crate) mod experiments;
mod list;
pub mod metric_groups;
pub(crate) mod run;
