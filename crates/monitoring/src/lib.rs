//! Is it still true: baselines, drift, data quality, performance on outcomes, recommendation, and a simulated employer to test all of it.

pub mod simulation;
