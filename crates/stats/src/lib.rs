//! Tests, metrics, intervals and calibration: pure functions on slices. No I/O, no dataframes, no
//! randomness that is not seeded.
#![warn(clippy::wildcard_enum_match_arm)]

pub mod adverse_impact;
pub mod association;
mod bootstrap;
pub mod calibration;
pub mod comparison;
mod confusion;
pub mod cross_validation;
pub mod curves;
pub mod delong;
pub mod fairness;
mod gap;
mod gap_bootstrap;
mod gaps;
pub mod group_metrics;
pub mod groups;
pub mod intervals;
pub mod local_law_144;
pub mod lone_auc;
pub mod mcnemar;
pub mod metrics;
pub mod multiple_testing;
pub mod outliers;
pub mod paired_fairness;
pub mod rank_correlation;
pub mod report;
pub mod stability;
mod table;
pub mod two_sample;
pub mod venn_abers;
pub mod verdict;

pub use confusion::Confusion;
pub use gap::GapIntervals;
pub use metrics::Metric;
pub use table::{InputError, ScoreTable};
pub use verdict::Verdict;
