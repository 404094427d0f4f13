//! Distances between two distributions over the same bins or levels, and the bins themselves.

use super::{Pair, Sorted};

/// A share that is zero counts as this much in logarithms, so that PSI and Kullback-Leibler stay finite.
pub const SMALLEST_SHARE: f64 = 1e-4;

/// Counts as shares of their sum; `None` of nothing.
pub fn shares(counts: &[u64]) -> Option<Vec<f64>> {
    let n: u64 = counts.iter().sum();
    (n > 0).then(|| counts.iter().map(|&count| count as f64 / n as f64).collect())
}

/// Population stability index Σ (q - p) ln(q / p), shares under [`SMALLEST_SHARE`] raised to it. 0.1 is a usual "look", 0.25 a usual "act".
pub fn psi(reference: &[f64], current: &[f64]) -> f64 {
    let raise = |share: f64| share.max(SMALLEST_SHARE);
    reference.iter().zip(current).map(|(&p, &q)| (raise(q) - raise(p)) * (raise(q) / raise(p)).ln()).sum()
}

/// Kullback-Leibler divergence of the current from the reference shares, Σ p ln(p / q) with p the reference, both normalised (SciPy's
/// `entropy(p, q)`); infinite where the current sample lacks what the reference has.
pub fn kullback_leibler(reference: &[f64], current: &[f64]) -> f64 {
    let (n, m): (f64, f64) = (reference.iter().sum(), current.iter().sum());
    reference.iter().zip(current).map(|(&p, &q)| relative_entropy(p / n, q / m)).sum()
}

fn relative_entropy(p: f64, q: f64) -> f64 {
    if p == 0.0 { 0.0 } else { p * (p / q).ln() }
}

/// Jensen-Shannon distance (the square root of the divergence), natural logarithm: 0..=√ln 2. Divide by √ln 2 for base 2.
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
pub fn hellinger(reference: &[f64], current: &[f64]) -> f64 {
    let overlap: f64 = reference.iter().zip(current).map(|(&p, &q)| (p * q).sqrt()).sum();
    (1.0 - overlap.clamp(0.0, 1.0)).sqrt()
}

/// Total variation distance, half the sum of |p - q|, 0..=1: the share of people who would have to change level.
pub fn total_variation(reference: &[f64], current: &[f64]) -> f64 {
    reference.iter().zip(current).map(|(&p, &q)| (p - q).abs()).sum::<f64>() / 2.0
}

/// Largest change of one share, max |p - q|, 0..=1.
pub fn l_infinity(reference: &[f64], current: &[f64]) -> f64 {
    reference.iter().zip(current).map(|(&p, &q)| (p - q).abs()).fold(0.0, f64::max)
}

/// Inner edges of the reference's deciles, without repeats and without its minimum: the usual PSI bins, left-closed, see
/// [`Sorted::digitize`].
pub fn decile_edges(reference: &Sorted) -> Vec<f64> {
    let tenths: Vec<f64> = (0..=10).map(|tenth| f64::from(tenth) * 0.1).collect();
    let mut edges = reference.quantiles(&tenths);
    edges.dedup();
    let inner = 1..edges.len().saturating_sub(1).max(1);
    edges.get(inner).unwrap_or_default().to_vec()
}

/// Shares of both samples over the reference's deciles; `None` when a sample is empty.
pub fn decile_shares(reference: &Sorted, current: &Sorted) -> Option<(Vec<f64>, Vec<f64>)> {
    let edges = decile_edges(reference);
    Some((shares(&reference.digitize(&edges))?, shares(&current.digitize(&edges))?))
}

/// Sturges' bins for `n` rows from `low` to `high`: log2(n) + 1 bins of equal width (NumPy's `sturges`).
pub fn sturges_edges(low: f64, high: f64, n: u64) -> Vec<f64> {
    if low >= high || n == 0 {
        return vec![low - 0.5, low + 0.5];
    }
    let span = high - low;
    let bins = (span / (span / ((n as f64).log2() + 1.0))).ceil().max(1.0);
    let step = span / bins;
    let mut edges: Vec<f64> = (0..=bins as usize).map(|i| i as f64 * step + low).collect();
    if let Some(last) = edges.last_mut() {
        *last = high;
    }
    edges
}

/// The shares that Evidently compares for a numeric column: Sturges' bins over both samples when the reference has more than 20 distinct
/// values, the distinct values themselves otherwise.
pub fn evidently_shares(reference: &Sorted, current: &Sorted) -> Option<(Vec<f64>, Vec<f64>)> {
    if reference.values().len() > 20 {
        let (low, high) = span(reference, current)?;
        let edges = sturges_edges(low, high, reference.n() + current.n());
        return Some((shares(&reference.histogram(&edges))?, shares(&current.histogram(&edges))?));
    }
    let pair = Pair::new(reference, current);
    let widen = |counts: &[u32]| counts.iter().map(|&count| u64::from(count)).collect::<Vec<_>>();
    Some((shares(&widen(&pair.reference))?, shares(&widen(&pair.current))?))
}

/// Evidently's numeric Hellinger distance: Sturges' bins over the distinct values of both samples.
pub fn hellinger_evidently(reference: &Sorted, current: &Sorted) -> Option<f64> {
    let (low, high) = span(reference, current)?;
    let distinct = Pair::new(reference, current).support.len() as u64;
    let edges = sturges_edges(low, high, distinct);
    Some(hellinger(&shares(&reference.histogram(&edges))?, &shares(&current.histogram(&edges))?))
}

/// Evidently's filling of empty bins, for PSI and Kullback-Leibler: zero becomes 0.0001, or a millionth of the smallest share where that is
/// not above 0.0001.
pub fn evidently_filled(shares: &[f64]) -> Vec<f64> {
    let smallest = shares.iter().copied().filter(|&share| share > 0.0).fold(f64::INFINITY, f64::min);
    let fill = if smallest <= 1e-4 { smallest / 1e6 } else { 1e-4 };
    shares.iter().map(|&share| if share == 0.0 { fill } else { share }).collect()
}

/// Evidently's PSI over shares that were filled its way, without raising small shares.
pub fn psi_evidently(reference: &[f64], current: &[f64]) -> f64 {
    let (reference, current) = (evidently_filled(reference), evidently_filled(current));
    reference.iter().zip(&current).map(|(&p, &q)| (p - q) * (p / q).ln()).sum()
}

/// Evidently's Kullback-Leibler divergence, shares filled its way.
pub fn kullback_leibler_evidently(reference: &[f64], current: &[f64]) -> f64 {
    kullback_leibler(&evidently_filled(reference), &evidently_filled(current))
}

fn span(reference: &Sorted, current: &Sorted) -> Option<(f64, f64)> {
    let low = reference.values().first()?.min(*current.values().first()?);
    let high = reference.values().last()?.max(*current.values().last()?);
    Some((low, high))
}
