//! Have two samples come from the same distribution? Tests and distances, sorted once.
//!
//! A numeric sample becomes a [`Sorted`] (distinct values with counts); a reference and a current
//! sample become a [`Pair`] (their common support), from which every statistic is one pass.
//! Categorical samples are slices of counts over the same levels, in the same order. Missing values
//! are the caller's: drop them, or count them as a level of their own.
//!
//! Where SciPy has the method, the semantics are SciPy's (1.17); Evidently's own variants (0.7)
//! carry its name.

pub mod bins;
pub mod contingency;
mod definition;
pub mod divergence;
mod kolmogorov;
pub mod ks;
pub mod location;
pub mod rank;
mod sorted;
mod statistic;

pub use definition::{Counts, Method, Numbers, Value};
pub use sorted::{Pair, Sorted};
pub use statistic::Statistic;

/// A statistic and its p-value.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Test {
    /// The test statistic, on the scale that its function names.
    pub statistic: f64,
    /// Probability under no difference of a statistic at least as extreme, 0..=1.
    pub p_value: f64,
}

/// Upper tail of the standard normal distribution, accurate far into the tail.
pub(crate) fn normal_upper_tail(z: f64) -> f64 {
    0.5 * statrs::function::erf::erfc(z / std::f64::consts::SQRT_2)
}

/// Upper tail of the chi-square distribution; 1 without degrees of freedom.
///
/// ```
/// use stats::two_sample::chi_square_upper_tail;
///
/// assert!((chi_square_upper_tail(3.841_458_820_694_124, 1) - 0.05).abs() < 1e-12);
/// ```
pub fn chi_square_upper_tail(statistic: f64, degrees: usize) -> f64 {
    if degrees == 0 || statistic <= 0.0 {
        return 1.0;
    }
    statrs::function::gamma::checked_gamma_ur(degrees as f64 / 2.0, statistic / 2.0).unwrap_or(0.0)
}

/// Two-sided tail of Student's t distribution.
pub(crate) fn student_two_sided(t: f64, degrees: f64) -> f64 {
    if !t.is_finite() {
        return 0.0;
    }
    statrs::function::beta::checked_beta_reg(degrees / 2.0, 0.5, degrees / (degrees + t * t))
        .unwrap_or(0.0)
}
