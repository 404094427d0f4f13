//! Two-sample Kolmogorov-Smirnov test, two-sided.

use serde::{Deserialize, Serialize};

pub use super::definition::Method;
use super::definition::{Applies, Definition, Value};
use super::{Pair, kolmogorov};

/// Result of the test.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Ks {
    /// Largest distance of the two empirical distribution functions, 0..=1.
    pub statistic: f64,
    /// Two-sided p-value. With ties it errs on the side of "no difference".
    pub p_value: f64,
    /// The value at which the distance is largest.
    pub location: f64,
    /// 1 where the reference's distribution function is the higher one (the reference lies lower),
    /// -1 otherwise.
    pub sign: i8,
}

pub(super) const KS: Definition = Definition::test(
    "Kolmogorov-Smirnov",
    Applies::Ordered(|pair, method| {
        ks(pair, method).map(|found| Value {
            statistic: found.statistic,
            p_value: Some(found.p_value),
        })
    }),
)
.usual();

/// Runs the test; `None` when a sample is empty.
///
/// ```
/// use stats::two_sample::{Method, Pair, Sorted, ks::ks};
///
/// let pair = Pair::new(&Sorted::new(&[1.0, 2.0, 3.0]), &Sorted::new(&[4.0, 5.0, 6.0]));
/// let found = ks(&pair, Method::Exact);
/// assert!(found.is_some_and(|found| found.statistic == 1.0 && (found.p_value - 0.1).abs() < 1e-12));
/// ```
pub fn ks(pair: &Pair, method: Method) -> Option<Ks> {
    if !pair.is_comparable() {
        return None;
    }
    let (n, m) = (pair.n_reference, pair.n_current);
    // In units of 1 / (n m), in integers: ties in the distance are then exact.
    let (mut below_reference, mut below_current) = (0i128, 0i128);
    let (mut lowest, mut highest) = ((0i128, f64::NAN), (0i128, f64::NAN));
    for (i, &value) in pair.support.iter().enumerate() {
        below_reference += i128::from(pair.reference[i]);
        below_current += i128::from(pair.current[i]);
        let difference = below_reference * i128::from(m) - below_current * i128::from(n);
        if difference < lowest.0 {
            lowest = (difference, value);
        }
        if difference > highest.0 {
            highest = (difference, value);
        }
    }
    let (distance, location, sign) = if -lowest.0 > highest.0 {
        (-lowest.0, lowest.1, -1)
    } else {
        (highest.0, highest.1, 1)
    };
    let location = if location.is_nan() {
        pair.support[0]
    } else {
        location
    };
    let statistic = distance as f64 / (n as f64 * m as f64);
    let exact = match method {
        Method::Exact => true,
        Method::Asymptotic => false,
        Method::Auto => n.max(m) <= 10_000,
        Method::Fast => (n == m && n <= 10_000) || n * m <= 10_000_000,
    };
    let p_value = if exact {
        let divisor = gcd(n, m);
        exact_p(n, m, divisor, (distance / i128::from(divisor)) as u64)
    } else {
        kolmogorov::upper_tail(
            (n as f64 * m as f64 / (n + m) as f64).round_ties_even() as u64,
            statistic,
        )
    };
    Some(Ks {
        statistic,
        p_value,
        location,
        sign,
    })
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// Probability that a random lattice path from (0, 0) to (n, m) leaves the band |x m - y n| < h g,
/// g the common divisor.
fn exact_p(n: u64, m: u64, divisor: u64, h: u64) -> f64 {
    if h == 0 {
        return 1.0;
    }
    if n == m {
        equal_sizes(n, h)
    } else {
        path_leaves_band(n.max(m), n.min(m), divisor, h)
    }
}

/// Gnedenko and Korolyuk: 2 A0 (1 - A1 (1 - A2 (…))), each factor a quotient of h terms.
fn equal_sizes(n: u64, h: u64) -> f64 {
    let mut probability = 0.0;
    for k in (0..=n / h).rev() {
        let mut factor = 1.0;
        for j in 0..h {
            factor *= (n as f64 - (k * h) as f64 - j as f64) / ((n + k * h + j + 1) as f64);
        }
        probability = factor * (1.0 - probability);
    }
    (2.0 * probability).clamp(0.0, 1.0)
}

/// Share of the paths to (i, j) that have left the band, column by column: P(i, j) = (i P(i-1, j) +
/// j P(i, j-1)) / (i + j), and 1 outside. Every term is positive, so small probabilities keep their
/// relative accuracy.
fn path_leaves_band(n: u64, m: u64, divisor: u64, h: u64) -> f64 {
    let (step_n, step_m) = ((n / divisor) as i64, (m / divisor) as i64);
    let h = h as i64;
    // Rows of column i inside the band: step_m i - h < step_n j < step_m i + h.
    let window = |i: i64| {
        ((step_m * i - h).div_euclid(step_n) + 1).max(0)
            ..(step_m * i + h - 1).div_euclid(step_n).min(m as i64) + 1
    };
    let mut column = vec![1.0; m as usize + 1];
    let first = window(0);
    column[first.start as usize..first.end as usize].fill(0.0);
    let mut previous = first;
    for i in 1..=n as i64 {
        let rows = window(i);
        if rows.is_empty() {
            return 1.0;
        }
        for j in previous.start..rows.start.min(previous.end) {
            column[j as usize] = 1.0;
        }
        let mut below = if rows.start == 0 { 0.0 } else { 1.0 };
        for j in rows.clone() {
            let slot = &mut column[j as usize];
            below = (*slot * i as f64 + below * j as f64) / (i + j) as f64;
            *slot = below;
        }
        previous = rows;
    }
    column[m as usize].clamp(0.0, 1.0)
}
