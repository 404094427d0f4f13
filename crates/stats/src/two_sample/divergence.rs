//! Distances between two distributions over the same bins or levels.

use super::bins::{shares, span, sturges_edges};
use super::definition::{Applies, Definition, Value};
use super::{Pair, Sorted};

/// A share that is zero counts as this much in logarithms, so that PSI and Kullback-Leibler stay
/// finite.
pub const SMALLEST_SHARE: f64 = 1e-4;

/// Population stability index Σ (q - p) ln(q / p), shares under [`SMALLEST_SHARE`] raised to it.
/// 0.1 is a usual "look", 0.25 a usual "act".
///
/// ```
/// let index = stats::two_sample::divergence::psi(&[0.5, 0.5], &[0.6, 0.4]);
/// assert!((index - 0.1 * 1.5f64.ln()).abs() < 1e-12);
/// ```
pub fn psi(reference: &[f64], current: &[f64]) -> f64 {
    let raise = |share: f64| share.max(SMALLEST_SHARE);
    reference
        .iter()
        .zip(current)
        .map(|(&p, &q)| (raise(q) - raise(p)) * (raise(q) / raise(p)).ln())
        .sum()
}

/// Kullback-Leibler divergence of the current from the reference shares, Σ p ln(p / q) with p the
/// reference, both normalized (SciPy's `entropy(p, q)`); infinite where the current sample lacks
/// what the reference has.
///
/// ```
/// let divergence = stats::two_sample::divergence::kullback_leibler(&[0.5, 0.5], &[0.25, 0.75]);
/// assert!((divergence - 0.5 * (4f64 / 3.0).ln()).abs() < 1e-12);
/// ```
pub fn kullback_leibler(reference: &[f64], current: &[f64]) -> f64 {
    let (n, m): (f64, f64) = (reference.iter().sum(), current.iter().sum());
    reference
        .iter()
        .zip(current)
        .map(|(&p, &q)| relative_entropy(p / n, q / m))
        .sum()
}

fn relative_entropy(p: f64, q: f64) -> f64 {
    if p == 0.0 { 0.0 } else { p * (p / q).ln() }
}

/// Jensen-Shannon distance (the square root of the divergence), natural logarithm: 0..=√ln 2.
/// Divide by √ln 2 for base 2.
///
/// ```
/// let distance = stats::two_sample::divergence::jensen_shannon(&[1.0, 0.0], &[0.0, 1.0]);
/// assert!((distance - 2f64.ln().sqrt()).abs() < 1e-12);
/// ```
pub fn jensen_shannon(reference: &[f64], current: &[f64]) -> f64 {
    let (n, m): (f64, f64) = (reference.iter().sum(), current.iter().sum());
    let divergence: f64 = reference
        .iter()
        .zip(current)
        .map(|(&p, &q)| {
            let (p, q) = (p / n, q / m);
            let middle = (p + q) / 2.0;
            relative_entropy(p, middle) + relative_entropy(q, middle)
        })
        .sum();
    (divergence.max(0.0) / 2.0).sqrt()
}

/// Jensen-Shannon distance with the logarithm to base 2: 0..=1.
pub fn jensen_shannon_base_2(reference: &[f64], current: &[f64]) -> f64 {
    jensen_shannon(reference, current) / std::f64::consts::LN_2.sqrt()
}

/// Hellinger distance √(1 - Σ √(p q)), 0..=1.
///
/// ```
/// assert_eq!(stats::two_sample::divergence::hellinger(&[1.0, 0.0], &[0.0, 1.0]), 1.0);
/// ```
pub fn hellinger(reference: &[f64], current: &[f64]) -> f64 {
    let overlap: f64 = reference
        .iter()
        .zip(current)
        .map(|(&p, &q)| (p * q).sqrt())
        .sum();
    (1.0 - overlap.clamp(0.0, 1.0)).sqrt()
}

/// Total variation distance, half the sum of |p - q|, 0..=1: the share of people who would have to
/// change level.
///
/// ```
/// let distance = stats::two_sample::divergence::total_variation(&[0.5, 0.5], &[0.75, 0.25]);
/// assert_eq!(distance, 0.25);
/// ```
pub fn total_variation(reference: &[f64], current: &[f64]) -> f64 {
    reference
        .iter()
        .zip(current)
        .map(|(&p, &q)| (p - q).abs())
        .sum::<f64>()
        / 2.0
}

/// Largest change of one share, max |p - q|, 0..=1.
pub fn l_infinity(reference: &[f64], current: &[f64]) -> f64 {
    reference
        .iter()
        .zip(current)
        .map(|(&p, &q)| (p - q).abs())
        .fold(0.0, f64::max)
}

/// Evidently's numeric Hellinger distance: Sturges' bins over the distinct values of both samples.
pub fn hellinger_evidently(reference: &Sorted, current: &Sorted) -> Option<f64> {
    let (low, high) = span(reference, current)?;
    let distinct = Pair::new(reference, current).support.len() as u64;
    let edges = sturges_edges(low, high, distinct);
    Some(hellinger(
        &shares(&reference.histogram(&edges))?,
        &shares(&current.histogram(&edges))?,
    ))
}

/// Evidently's filling of empty bins, for PSI and Kullback-Leibler: zero becomes 0.0001, or a
/// millionth of the smallest share where that is not above 0.0001.
pub fn evidently_filled(shares: &[f64]) -> Vec<f64> {
    let smallest = shares
        .iter()
        .copied()
        .filter(|&share| share > 0.0)
        .fold(f64::INFINITY, f64::min);
    let fill = if smallest <= 1e-4 {
        smallest / 1e6
    } else {
        1e-4
    };
    shares
        .iter()
        .map(|&share| if share == 0.0 { fill } else { share })
        .collect()
}

/// Evidently's PSI over shares that were filled its way, without raising small shares.
pub fn psi_evidently(reference: &[f64], current: &[f64]) -> f64 {
    let (reference, current) = (evidently_filled(reference), evidently_filled(current));
    reference
        .iter()
        .zip(&current)
        .map(|(&p, &q)| (p - q) * (p / q).ln())
        .sum()
}

/// Evidently's Kullback-Leibler divergence, shares filled its way.
pub fn kullback_leibler_evidently(reference: &[f64], current: &[f64]) -> f64 {
    kullback_leibler(&evidently_filled(reference), &evidently_filled(current))
}

pub(super) const PSI: Definition =
    Definition::distance("Population stability index", 0.25, Applies::Deciles(psi)).usual();
pub(super) const TOTAL_VARIATION: Definition = Definition::distance(
    "Total variation distance",
    0.1,
    Applies::Deciles(total_variation),
)
.usual();
pub(super) const L_INFINITY: Definition =
    Definition::distance("L∞ distance", 0.1, Applies::Deciles(l_infinity)).usual();
pub(super) const JENSEN_SHANNON: Definition = Definition::distance(
    "Jensen-Shannon distance",
    0.1,
    Applies::Bins(jensen_shannon),
)
.usual();
pub(super) const JENSEN_SHANNON_BASE_2: Definition = Definition::distance(
    "Jensen-Shannon distance, base 2",
    0.1,
    Applies::Bins(jensen_shannon_base_2),
);
pub(super) const PSI_EVIDENTLY: Definition = Definition::distance(
    "Population stability index (Evidently)",
    0.1,
    Applies::Bins(psi_evidently),
);
pub(super) const KL_DIVERGENCE: Definition = Definition::distance(
    "Kullback-Leibler divergence (Evidently)",
    0.1,
    Applies::Bins(kullback_leibler_evidently),
);
pub(super) const HELLINGER: Definition = Definition::distance(
    "Hellinger distance",
    0.1,
    Applies::Both {
        numbers: |samples| hellinger_evidently(samples.reference, samples.current).map(Value::from),
        levels: hellinger,
    },
);
