//! How far apart: Wasserstein, energy distance, and the tests of means.

use super::definition::{Applies, Definition, Value};
use super::{Pair, Sorted, Test, student_two_sided};

pub(super) const WASSERSTEIN: Definition = Definition::in_units(
    "Wasserstein distance",
    Applies::Numbers(|samples| wasserstein(&samples.pair).map(Value::from)),
)
.usual();
pub(super) const WASSERSTEIN_NORMED: Definition = Definition::distance(
    "Wasserstein distance / standard deviation",
    0.1,
    Applies::Numbers(|samples| {
        wasserstein_normed(&samples.pair, samples.reference).map(Value::from)
    }),
)
.usual();
pub(super) const ENERGY_DISTANCE: Definition = Definition::distance(
    "Energy distance",
    0.1,
    Applies::Numbers(|samples| energy_distance(&samples.pair).map(Value::from)),
);
pub(super) const STANDARDIZED_MEAN_DIFFERENCE: Definition = Definition::distance(
    "Standardized mean difference",
    0.1,
    Applies::Numbers(|samples| {
        standardized_mean_difference(samples.reference, samples.current).map(Value::from)
    }),
)
.usual();
pub(super) const T_TEST: Definition = Definition::test(
    "Student's t",
    Applies::Numbers(|samples| t_test(samples.reference, samples.current).map(Value::from)),
);
pub(super) const WELCH: Definition = Definition::test(
    "Welch's t",
    Applies::Numbers(|samples| welch(samples.reference, samples.current).map(Value::from)),
);

/// Wasserstein-1 (earth mover's) distance, in the unit of the column; `None` when a sample is
/// empty.
///
/// ```
/// use stats::two_sample::{Pair, Sorted, location::wasserstein};
///
/// let pair = Pair::new(&Sorted::new(&[0.0, 1.0, 3.0]), &Sorted::new(&[5.0, 6.0, 8.0]));
/// assert_eq!(wasserstein(&pair), Some(5.0));
/// ```
pub fn wasserstein(pair: &Pair) -> Option<f64> {
    pair.is_comparable()
        .then(|| pair.sum_over_gaps(|u, v, gap| (u - v).abs() * gap))
}

/// Wasserstein-1 distance in standard deviations of the reference (divisor n, at least 0.001:
/// Evidently's norm).
pub fn wasserstein_normed(pair: &Pair, reference: &Sorted) -> Option<f64> {
    Some(wasserstein(pair)? / reference.standard_deviation().max(0.001))
}

/// Energy distance √(2 ∫ (U - V)²) (Székely and Rizzo; SciPy's scale); `None` when a sample is
/// empty.
///
/// ```
/// use stats::two_sample::{Pair, Sorted, location::energy_distance};
///
/// let pair = Pair::new(&Sorted::new(&[0.0]), &Sorted::new(&[8.0]));
/// assert_eq!(energy_distance(&pair), Some(4.0));
/// ```
pub fn energy_distance(pair: &Pair) -> Option<f64> {
    pair.is_comparable()
        .then(|| (2.0 * pair.sum_over_gaps(|u, v, gap| (u - v).powi(2) * gap)).sqrt())
}

/// Difference of means in standard deviations of the reference (Glass's delta): > 0 where the
/// current sample lies higher. `None` when a sample is empty or the reference is constant.
///
/// ```
/// use stats::two_sample::{Sorted, location::standardized_mean_difference};
///
/// let difference = standardized_mean_difference(&Sorted::new(&[1.0, 2.0, 3.0]), &Sorted::new(&[2.0, 3.0, 4.0]));
/// assert!(difference.is_some_and(|value| (value - 1.5f64.sqrt()).abs() < 1e-12));
/// ```
pub fn standardized_mean_difference(reference: &Sorted, current: &Sorted) -> Option<f64> {
    let deviation = reference.standard_deviation();
    (deviation > 0.0).then_some(())?;
    Some((current.mean()? - reference.mean()?) / deviation)
}

/// Student's two-sample t test with pooled variance, two-sided; `None` with fewer than two rows on
/// a side or no variance at all.
///
/// ```
/// use stats::two_sample::{Sorted, location::t_test};
///
/// let found = t_test(&Sorted::new(&[1.0, 2.0, 3.0]), &Sorted::new(&[2.0, 3.0, 4.0]));
/// assert!(found.is_some_and(|found| (found.statistic + 1.5f64.sqrt()).abs() < 1e-12));
/// ```
pub fn t_test(reference: &Sorted, current: &Sorted) -> Option<Test> {
    let (n, m) = sizes(reference, current)?;
    let degrees = n + m - 2.0;
    let pooled = (reference.squared_deviations() + current.squared_deviations()) / degrees;
    student(reference, current, pooled * (1.0 / n + 1.0 / m), degrees)
}

/// Welch's t test (unequal variances), two-sided.
///
/// ```
/// use stats::two_sample::{Sorted, location::welch};
///
/// let found = welch(&Sorted::new(&[1.0, 2.0, 3.0]), &Sorted::new(&[2.0, 3.0, 4.0]));
/// assert!(found.is_some_and(|found| (found.statistic + 1.5f64.sqrt()).abs() < 1e-12));
/// ```
pub fn welch(reference: &Sorted, current: &Sorted) -> Option<Test> {
    let (n, m) = sizes(reference, current)?;
    let a = reference.squared_deviations() / (n - 1.0) / n;
    let b = current.squared_deviations() / (m - 1.0) / m;
    let degrees = (a + b).powi(2) / (a * a / (n - 1.0) + b * b / (m - 1.0));
    student(reference, current, a + b, degrees)
}

fn sizes(reference: &Sorted, current: &Sorted) -> Option<(f64, f64)> {
    (reference.n() > 1 && current.n() > 1).then_some((reference.n() as f64, current.n() as f64))
}

fn student(reference: &Sorted, current: &Sorted, variance: f64, degrees: f64) -> Option<Test> {
    (variance > 0.0).then_some(())?;
    let statistic = (reference.mean()? - current.mean()?) / variance.sqrt();
    Some(Test {
        statistic,
        p_value: student_two_sided(statistic, degrees),
    })
}
