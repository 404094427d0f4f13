//! Tests on counts per level: two samples over the same levels in the same order.

use super::definition::{Applies, Counts, Definition, Value};
use super::{Test, chi_square_upper_tail, normal_upper_tail};

pub(super) const CHI2: Definition = Definition::test(
    "Chi-square",
    Applies::Counts(|counts| chi_square_test(counts, false)),
)
.usual();
pub(super) const CHI2_YATES: Definition = Definition::test(
    "Chi-square, continuity correction",
    Applies::Counts(|counts| chi_square_test(counts, true)),
);
pub(super) const CHI2_POOLED: Definition = Definition::test(
    "Chi-square, rare categories pooled",
    Applies::Counts(|counts| {
        chi_square_pooled(&counts.reference, &counts.current).map(Value::from)
    }),
)
.usual();
pub(super) const CHI2_EVIDENTLY: Definition = Definition::test(
    "Chi-square, one-sample (Evidently)",
    Applies::Counts(|counts| {
        chi_square_evidently(&counts.reference, &counts.current).map(Value::from)
    }),
)
.usual();
pub(super) const G_TEST: Definition = Definition::test(
    "G-test",
    Applies::Counts(|counts| g_test(&counts.reference, &counts.current).map(Value::from)),
);
pub(super) const Z: Definition = Definition::test(
    "Two-proportion z",
    Applies::Counts(
        |counts| match (&counts.reference[..], &counts.current[..]) {
            ([a, b], [c, d]) => two_proportion_z(*b, a + b, *d, c + d).map(Value::from),
            _ => None,
        },
    ),
)
.usual();
pub(super) const Z_EVIDENTLY: Definition = Definition::test(
    "Two-proportion z, first level (Evidently)",
    Applies::Counts(|counts| z_evidently(&counts.reference, &counts.current).map(Value::from)),
)
.usual();
pub(super) const CRAMERS_V: Definition = Definition::distance(
    "Cramér's V",
    0.1,
    Applies::Counts(|counts| cramers_v(&counts.reference, &counts.current).map(Value::from)),
)
.usual();

/// The chi-square test; `None` with one level.
fn chi_square_test(counts: &Counts, yates: bool) -> Option<Value> {
    let found = chi_square(&counts.reference, &counts.current, yates)?;
    (found.degrees > 0).then_some(Value {
        statistic: found.statistic,
        p_value: Some(found.p_value),
    })
}

/// Pearson's chi-square on the two-sample contingency table, with its degrees of freedom.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChiSquare {
    /// Sum of (observed - expected)² / expected.
    pub statistic: f64,
    /// Upper tail of the chi-square distribution.
    pub p_value: f64,
    /// Levels that occur, minus one.
    pub degrees: usize,
    /// Smallest expected count: under 5 the p-value is rough.
    pub smallest_expected: f64,
}

/// Calls `each(reference, current, expected reference, expected current)` per level that occurs;
/// returns the number of such levels.
fn over_levels(
    reference: &[u64],
    current: &[u64],
    mut each: impl FnMut(f64, f64, f64, f64),
) -> Option<usize> {
    let (n, m) = (
        reference.iter().sum::<u64>() as f64,
        current.iter().sum::<u64>() as f64,
    );
    if n == 0.0 || m == 0.0 || reference.len() != current.len() {
        return None;
    }
    let mut levels = 0;
    for (&a, &b) in reference.iter().zip(current) {
        let both = (a + b) as f64;
        if both > 0.0 {
            levels += 1;
            each(a as f64, b as f64, both * n / (n + m), both * m / (n + m));
        }
    }
    Some(levels)
}

/// Two-sample chi-square test of homogeneity; `yates` subtracts the continuity correction where
/// there are two levels (as SciPy). `None` when a sample is empty. A level that neither sample has
/// is ignored.
///
/// ```
/// use stats::two_sample::contingency::chi_square;
///
/// let found = chi_square(&[10, 20], &[20, 10], false).map(|found| (found.statistic, found.degrees));
/// assert!(found.is_some_and(|(statistic, degrees)| (statistic - 20.0 / 3.0).abs() < 1e-12 && degrees == 1));
/// ```
pub fn chi_square(reference: &[u64], current: &[u64], yates: bool) -> Option<ChiSquare> {
    let occurring = reference
        .iter()
        .zip(current)
        .filter(|&(&a, &b)| a + b > 0)
        .count();
    let corrected = yates && occurring == 2;
    let (mut statistic, mut smallest_expected) = (0.0, f64::INFINITY);
    let mut add = |observed: f64, expected: f64| {
        let distance = (observed - expected).abs();
        let distance = if corrected {
            distance - distance.min(0.5)
        } else {
            distance
        };
        statistic += distance * distance / expected;
        smallest_expected = smallest_expected.min(expected);
    };
    let levels = over_levels(reference, current, |a, b, expected_a, expected_b| {
        add(a, expected_a);
        add(b, expected_b);
    })?;
    let degrees = levels - 1;
    Some(ChiSquare {
        statistic,
        p_value: chi_square_upper_tail(statistic, degrees),
        degrees,
        smallest_expected,
    })
}

/// Chi-square after levels with an expected count under five were pooled (Cochran's rule):
/// otherwise its p-value is unreliable.
pub fn chi_square_pooled(reference: &[u64], current: &[u64]) -> Option<Test> {
    let (n, m) = (
        reference.iter().sum::<u64>() as f64,
        current.iter().sum::<u64>() as f64,
    );
    let mut cells: Vec<(u64, u64)> = reference
        .iter()
        .zip(current)
        .map(|(&a, &b)| (a, b))
        .filter(|(a, b)| a + b > 0)
        .collect();
    cells.sort_unstable_by_key(|(a, b)| a + b);
    let rare = |(a, b): (u64, u64)| (a + b) as f64 * n.min(m) / (n + m) < 5.0;
    let mut kept: Vec<(u64, u64)> = Vec::with_capacity(cells.len());
    let mut rest = (0, 0);
    for cell in cells {
        if rare(cell) || (rest != (0, 0) && rare(rest)) {
            rest = (rest.0 + cell.0, rest.1 + cell.1);
        } else {
            kept.push(cell);
        }
    }
    if rest != (0, 0) {
        kept.push(rest);
    }
    let (a, b): (Vec<u64>, Vec<u64>) = kept.into_iter().unzip();
    let found = chi_square(&a, &b, false)?;
    (found.degrees > 0).then_some(Test {
        statistic: found.statistic,
        p_value: found.p_value,
    })
}

/// Likelihood-ratio (G) test on the same table.
///
/// ```
/// use stats::two_sample::contingency::g_test;
///
/// let closed = 40.0 * (2.0 * (4f64 / 3.0).ln() + (2f64 / 3.0).ln());
/// assert!(g_test(&[10, 20], &[20, 10]).is_some_and(|found| (found.statistic - closed).abs() < 1e-12));
/// ```
pub fn g_test(reference: &[u64], current: &[u64]) -> Option<Test> {
    let mut statistic = 0.0;
    let levels = over_levels(reference, current, |a, b, expected_a, expected_b| {
        let term = |observed: f64, expected: f64| {
            if observed > 0.0 {
                2.0 * observed * (observed / expected).ln()
            } else {
                0.0
            }
        };
        statistic += term(a, expected_a) + term(b, expected_b);
    })?;
    Some(Test {
        statistic,
        p_value: chi_square_upper_tail(statistic, levels - 1),
    })
}

/// Evidently's one-sample form: goodness of fit of the current counts to the reference shares, as
/// if those were known exactly. That turns a 5 % false-alarm rate into up to 30 %; kept only to
/// reproduce its verdicts. A level that the reference lacks makes the statistic infinite.
pub fn chi_square_evidently(reference: &[u64], current: &[u64]) -> Option<Test> {
    let (n, m) = (
        reference.iter().sum::<u64>() as f64,
        current.iter().sum::<u64>() as f64,
    );
    let mut statistic = 0.0;
    let levels = over_levels(reference, current, |a, b, _, _| {
        let expected = a * m / n;
        statistic += (b - expected).powi(2) / expected;
    })?;
    let p_value = if statistic.is_finite() {
        chi_square_upper_tail(statistic, levels - 1)
    } else {
        0.0
    };
    Some(Test { statistic, p_value })
}

/// Two-proportion z test with pooled variance, two-sided: `hits` of `n` against `hits` of `n`. z >
/// 0 where the reference share is higher.
///
/// ```
/// use stats::two_sample::contingency::two_proportion_z;
///
/// let found = two_proportion_z(20, 30, 10, 30);
/// assert!(found.is_some_and(|found| (found.statistic - (20f64 / 3.0).sqrt()).abs() < 1e-12));
/// ```
pub fn two_proportion_z(
    reference_hits: u64,
    n_reference: u64,
    current_hits: u64,
    n_current: u64,
) -> Option<Test> {
    if n_reference == 0 || n_current == 0 {
        return None;
    }
    let (n, m) = (n_reference as f64, n_current as f64);
    let pooled = (reference_hits + current_hits) as f64 / (n + m);
    let variance = pooled * (1.0 - pooled) * (1.0 / n + 1.0 / m);
    if variance <= 0.0 {
        return Some(Test {
            statistic: 0.0,
            p_value: 1.0,
        });
    }
    let statistic = (reference_hits as f64 / n - current_hits as f64 / m) / variance.sqrt();
    Some(Test {
        statistic,
        p_value: (2.0 * normal_upper_tail(statistic.abs())).min(1.0),
    })
}

/// Evidently's z test: the share of everything but the first level (in sorted order), whatever the
/// number of levels.
pub fn z_evidently(reference: &[u64], current: &[u64]) -> Option<Test> {
    let first = reference
        .iter()
        .zip(current)
        .position(|(&a, &b)| a + b > 0)?;
    let (n, m) = (reference.iter().sum::<u64>(), current.iter().sum::<u64>());
    two_proportion_z(n - reference[first], n, m - current[first], m)
}

/// Cramér's V of the two-sample table, 0..=1: the effect size of the chi-square test. For how two
/// columns of one table depend on each other see [`crate::association`].
///
/// ```
/// use stats::two_sample::contingency::cramers_v;
///
/// assert!(cramers_v(&[10, 20], &[20, 10]).is_some_and(|v| (v - 1.0 / 3.0).abs() < 1e-12));
/// ```
pub fn cramers_v(reference: &[u64], current: &[u64]) -> Option<f64> {
    let chi = chi_square(reference, current, false)?;
    let rows = (reference.iter().sum::<u64>() + current.iter().sum::<u64>()) as f64;
    Some(if chi.degrees == 0 {
        0.0
    } else {
        (chi.statistic / rows).sqrt().min(1.0)
    })
}
