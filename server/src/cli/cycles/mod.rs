//! Monthly cycles and their schedules.

pub mod cycle;
pub mod schedule;
