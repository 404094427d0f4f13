//! Tests, metrics, intervals and calibration: pure functions on slices. No I/O, no dataframes, no randomness that is not seeded.

mod bootstrap;
pub mod calibration;
pub mod comparison;
mod confusion;
pub mod curves;
pub mod delong;
mod figure;
pub mod intervals;
pub mod mcnemar;
pub mod metrics;
pub mod multiple_testing;
pub mod report;
mod table;
pub mod two_sample;
pub mod venn_abers;

pub use confusion::Confusion;
pub use figure::Figure;
pub use metrics::Metric;
pub use table::{InputError, ScoreTable};
