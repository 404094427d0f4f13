//! Candidate learners, splits, tuning, evaluation and governance of a training: from checked rows
//! to a model, and how good it honestly is.
#![warn(clippy::wildcard_enum_match_arm)]

pub mod calibration;
pub mod candidate;
mod cross_fit;
pub mod dataset;
mod error;
pub mod error_analysis;
pub mod evaluate;
pub mod explanation;
pub mod feasibility;
pub mod gate_forecast;
pub mod gates;
pub mod groups;
pub mod grower;
pub mod imported;
pub mod leakage;
mod learner;
pub mod logistic;
pub mod metric;
pub mod nested;
pub mod prepared;
pub mod preprocess;
pub mod progress;
pub mod proxies;
mod prune;
pub mod quality;
mod random;
pub mod reweighing;
pub mod scikit_folds;
pub mod select;
pub mod settings;
pub mod space;
pub mod split;
pub mod stability;
pub mod stacking;
pub mod statistics;
#[cfg(test)]
mod testing;
pub mod train;
pub mod tune;

pub use candidate::{Candidate, Parameters};
pub use dataset::Dataset;
pub use error::TrainingError;
pub use metric::SelectionMetric;
pub use nested::{Nested, nested_evaluation};
pub use progress::{Progress, Silent, Stage, StageRecord, Status};
pub use settings::{Settings, ValidSettings};
pub use train::{Trained, TrainingOutcome, train, train_given};
pub use tune::Trial;
