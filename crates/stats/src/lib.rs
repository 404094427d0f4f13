//! Tests, metrics, intervals and calibration: pure functions on slices. No I/O, no dataframes, no randomness that is not seeded.

mod figure;
pub mod multiple_testing;
pub mod two_sample;

pub use figure::Figure;
