//! Is it still true: baselines, drift, data quality, performance on outcomes, recommendation, and a
//! simulated employer to test all of it.
#![warn(clippy::wildcard_enum_match_arm)]

pub mod attribution;
pub mod check;
pub mod compare;
pub mod data_profile;
mod false_alarm;
pub mod kind;
pub mod monitoring_policy;
pub mod monthly;
pub mod multivariate;
pub mod outcomes;
pub mod performance;
pub mod policy;
pub mod profile;
pub mod quality;
pub mod recommendation;
pub mod report;
pub mod simulation;
pub mod why;

pub use check::{feature_drift, prediction_drift, target_drift};
pub use compare::Detail;
pub use kind::{ColumnKind, ValueKind};
pub use monitoring_policy::MonitoringPolicy;
pub use policy::{Policy, ValidPolicy};
pub use report::{ColumnReport, DriftReport};
pub use why::Why;
