//! When a cycle runs by itself.

mod commands;
mod cron;
mod due;

pub use commands::{NewSchedule, ScheduleView};
pub use cron::Cron;
