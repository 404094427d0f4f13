//! Trainings: from a form or a command to a registered version.

pub(crate) mod candidate;
pub(crate) mod commands;
mod feed;
mod form;
pub(crate) mod given;
pub(crate) mod known;
mod queries;
mod rows;

pub use commands::TrainOutcome;
pub use form::TrainingForm;
pub use known::RowsUsed;
pub(crate) use queries::is_for_training;
pub use rows::{GateForecast, TrainingChoices};
