//! Scores of people: made in batches, looked up, explained, and tried out in the what-if form.

pub(crate) mod batch;
mod dashboard;
pub(crate) mod people;
mod predict;
pub(crate) mod serving;
mod what_if;

pub use predict::{PredictOptions, Prediction, predict_with};
pub use serving::{Live, StoredPeople};
