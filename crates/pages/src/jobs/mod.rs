//! Background jobs: the list, and one job with its log.

pub(crate) mod job;
pub(crate) mod list;
