//! Long work: started by somebody, done in the background, written down while it runs, stopped on
//! request. When its process stops, a training in the background starts again and other work fails
//! with a sentence.

mod commands;
mod handle;
mod queries;
mod resume;
mod rows;
mod worker;

pub(crate) use commands::insert_job;
pub use handle::{JobHandle, NewJob, Observer};
pub(crate) use resume::Requested;
pub use rows::{JobPage, JobRow};
pub(crate) use worker::{WORKER, is_gone};
