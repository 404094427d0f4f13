//! Long work: started by somebody, done in the background, written down while it runs, stopped on
//! request, and failed with a sentence when its process stops.

mod commands;
mod handle;
mod queries;
mod rows;
mod worker;

pub use commands::NewJob;
pub(crate) use commands::insert_job;
pub use handle::{JobHandle, Observer};
pub use rows::{JobPage, JobRow};
pub(crate) use worker::{WORKER, is_gone};
