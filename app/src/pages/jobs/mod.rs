//! Background jobs: the table, and one with its log.

pub(crate) mod job;
pub(crate) mod list;
