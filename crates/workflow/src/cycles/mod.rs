//! The monthly cycle: one durable record with named stages, from the snapshot to the request for
//! review. What a stage does is done by the commands of the other features; here is their order,
//! what of it is needed, and that nothing is done twice.
//!
//! A cycle that was cut anywhere goes on at the stage that was running: what that stage had made by
//! then is found and taken. A version never goes live here: the reviewer decides.

mod commands;
mod files;
mod intent;
mod outcome;
mod perform;
mod queries;
mod run;
mod schedule;
mod worker;

pub use commands::NewCycle;
pub(crate) use intent::{Before, Progressed};
pub use intent::{CyclePlan, PlannedStage};
pub use outcome::StageResult;
pub use queries::{CyclePage, CycleRow, StageRow};
pub use schedule::{Cron, NewSchedule, ScheduleView};
pub use store::cycles::Cycle;
pub use store::schedules::{MissedRun, Schedule};
