//! Tests, metrics, intervals and calibration: pure functions on slices. No I/O, no dataframes, no randomness that is not seeded.

mod figure;

pub use figure::Figure;
