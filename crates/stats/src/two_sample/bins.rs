//! Counts as shares, and the bins in which numbers are counted.

use super::{Pair, Sorted};

/// Counts as shares of their sum; `None` of nothing.
///
/// ```
/// assert_eq!(stats::two_sample::bins::shares(&[1, 3]), Some(vec![0.25, 0.75]));
/// ```
pub fn shares(counts: &[u64]) -> Option<Vec<f64>> {
    let n: u64 = counts.iter().sum();
    (n > 0).then(|| {
        counts
            .iter()
            .map(|&count| count as f64 / n as f64)
            .collect()
    })
}

/// Inner edges of the reference's deciles, without repeats and without its minimum: the usual PSI
/// bins, left-closed, see
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
    Some((
        shares(&reference.digitize(&edges))?,
        shares(&current.digitize(&edges))?,
    ))
}

/// Sturges' bins for `n` rows from `low` to `high`: log2(n) + 1 bins of equal width (NumPy's
/// `sturges`).
///
/// ```
/// assert_eq!(stats::two_sample::bins::sturges_edges(0.0, 8.0, 8), [0.0, 2.0, 4.0, 6.0, 8.0]);
/// ```
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

/// The shares that Evidently compares for a numeric column: Sturges' bins over both samples when
/// the reference has more than 20 distinct values, the distinct values themselves otherwise.
pub fn evidently_shares(reference: &Sorted, current: &Sorted) -> Option<(Vec<f64>, Vec<f64>)> {
    if reference.values().len() > 20 {
        let (low, high) = span(reference, current)?;
        let edges = sturges_edges(low, high, reference.n() + current.n());
        return Some((
            shares(&reference.histogram(&edges))?,
            shares(&current.histogram(&edges))?,
        ));
    }
    let pair = Pair::new(reference, current);
    let widen = |counts: &[u32]| {
        counts
            .iter()
            .map(|&count| u64::from(count))
            .collect::<Vec<_>>()
    };
    Some((
        shares(&widen(&pair.reference))?,
        shares(&widen(&pair.current))?,
    ))
}

/// From the smallest to the largest value of both samples; `None` when one is empty.
pub(super) fn span(reference: &Sorted, current: &Sorted) -> Option<(f64, f64)> {
    let low = reference.values().first()?.min(*current.values().first()?);
    let high = reference.values().last()?.max(*current.values().last()?);
    Some((low, high))
}
