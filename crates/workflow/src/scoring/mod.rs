//! Scores of people: made in batches, looked up, explained, and tried out in the what-if form.

pub(crate) mod batch;
mod change;
mod dashboard;
mod explain;
mod export;
pub(crate) mod people;
mod predict;
mod prediction;
mod queries;
pub(crate) mod records;
mod rows;
mod scored;
mod what_if;

pub use change::Change;
pub use explain::{ExplainedRecord, RecordCounterfactuals};
pub use export::{WriteBack, WrittenBack};
pub use predict::{Models, PredictOptions, Predicted, PredictionRequest, predict_with};
pub(crate) use predict::{predict_again, probabilities};
pub use prediction::{Prediction, UnknownValue};
pub use rows::*;
pub(crate) use scored::Scored;
