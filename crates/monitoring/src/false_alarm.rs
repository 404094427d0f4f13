//! How often a decision raises an alarm although nothing changed, in the limit of large samples.
//!
//! For tests it is the level; for the one-sample chi-square and for fixed limits on distances it
//! follows from the sizes and from the column's own distribution.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use stats::two_sample::{Statistic, chi_square_upper_tail};

use crate::policy::Criterion;

/// Draws of the Brownian bridge: the rate is known to about two points.
const DRAWS: usize = 400;
/// Above it, the distribution counts as continuous.
const MANY_VALUES: usize = 50;

/// The false-alarm rate of one column's deciding test; `None` where it is not known. `cells` are
/// shares and gaps of the pooled distribution, `deviation` the reference's standard deviation.
pub(crate) fn rate(
    decider: Statistic,
    criterion: Criterion,
    cells: &[(f64, f64)],
    deviation: f64,
    n: u64,
    m: u64,
) -> Option<f64> {
    let (n, m) = (n as f64, m as f64);
    let scale = (1.0 / n + 1.0 / m).sqrt();
    let degrees = cells.len().checked_sub(1).filter(|&degrees| degrees > 0)?;
    match (decider, criterion) {
        (Statistic::KolmogorovSmirnov, Criterion::PBelow(level)) if cells.len() < MANY_VALUES => {
            let critical = bisect(0.0, 5.0, |x| kolmogorov_tail(x) > level);
            Some(bridge_share(
                cells,
                |bridge, _| bridge.abs(),
                f64::max,
                critical,
            ))
        }
        (Statistic::ChiSquareEvidently, Criterion::PBelow(level)) => {
            let critical = bisect(0.0, 10_000.0, |x| chi_square_upper_tail(x, degrees) > level);
            Some(chi_square_upper_tail(critical / (1.0 + m / n), degrees))
        }
        (_, Criterion::PBelow(level)) => Some(level),
        (Statistic::WassersteinNormed, Criterion::StatisticAtLeast(limit)) => {
            let critical = limit * deviation.max(0.001) / scale;
            Some(bridge_share(
                cells,
                |bridge, gap| bridge.abs() * gap,
                |sum, term| sum + term,
                critical,
            ))
        }
        // (p - q)² / 8 p to first order: a scaled chi-square.
        (Statistic::JensenShannon, Criterion::StatisticAtLeast(limit)) if cells.len() <= 30 => {
            Some(chi_square_upper_tail(
                8.0 * limit * limit / (scale * scale),
                degrees,
            ))
        }
        _ => None,
    }
}

/// The chance that at least one of independent alarms rings.
pub(crate) fn any(rates: impl IntoIterator<Item = Option<f64>>) -> Option<f64> {
    let mut quiet = 1.0;
    for rate in rates {
        quiet *= 1.0 - rate?;
    }
    Some(1.0 - quiet)
}

/// Share of Brownian bridges over the cells' distribution whose folded value reaches `critical`.
fn bridge_share(
    cells: &[(f64, f64)],
    term: impl Fn(f64, f64) -> f64,
    fold: impl Fn(f64, f64) -> f64,
    critical: f64,
) -> f64 {
    let mut rng = ChaCha8Rng::seed_from_u64(0);
    let mut alarms = 0;
    let mut walk = Vec::with_capacity(cells.len());
    for _ in 0..DRAWS {
        walk.clear();
        let (mut position, mut time) = (0.0, 0.0);
        for &(share, gap) in cells {
            position += share.sqrt() * crate::simulation::normal(&mut rng);
            time += share;
            walk.push((position, time, gap));
        }
        let value = walk
            .iter()
            .map(|&(at, time, gap)| term(at - time * position, gap))
            .fold(0.0, &fold);
        alarms += usize::from(value >= critical);
    }
    alarms as f64 / DRAWS as f64
}

/// Kolmogorov's limiting tail 2 Σ (-1)^(k-1) exp(-2 k² x²).
fn kolmogorov_tail(x: f64) -> f64 {
    if x < 0.2 {
        return 1.0;
    }
    (1..=20)
        .map(|k| (if k % 2 == 1 { 2.0 } else { -2.0 }) * (-2.0 * f64::from(k * k) * x * x).exp())
        .sum()
}

/// The point where a predicate that holds at the low end stops holding.
fn bisect(mut low: f64, mut high: f64, holds: impl Fn(f64) -> bool) -> f64 {
    for _ in 0..100 {
        let middle = (low + high) / 2.0;
        if holds(middle) {
            low = middle
        } else {
            high = middle
        }
    }
    low
}
