//! Training runs: the table, one run, and runs side by side.

pub mod compare;
pub(crate) mod experiments;
pub(crate) mod list;
pub mod metric_groups;
pub(crate) mod run;
