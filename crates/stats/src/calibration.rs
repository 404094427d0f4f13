//! Making scores mean what they say: isotonic regression and Platt scaling.

use crate::{
    ScoreTable,
    table::{InputError, check_lengths},
};

/// A block of pooled neighbors: what pool-adjacent-violators is made of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Block {
    pub positives: f64,
    pub weight: f64,
}

impl Block {
    pub fn mean(self) -> f64 {
        self.positives / self.weight
    }

    pub fn with(self, other: Self) -> Self {
        Self {
            positives: self.positives + other.positives,
            weight: self.weight + other.weight,
        }
    }
}

/// Least-squares non-decreasing fit (pool adjacent violators, Ayer et al. 1955) of the share of
/// positives at each distinct score, lowest score first. O(n).
fn pooled(table: &ScoreTable) -> Vec<(f64, f64)> {
    let mut blocks: Vec<(Block, usize)> = Vec::new();
    for (_, positives, negatives) in table.iter().rev() {
        let mut block = (
            Block {
                positives: f64::from(positives),
                weight: f64::from(positives + negatives),
            },
            1,
        );
        while let Some(&(previous, scores)) = blocks.last() {
            if previous.mean() < block.0.mean() {
                break;
            }
            block = (previous.with(block.0), scores + block.1);
            blocks.pop();
        }
        blocks.push(block);
    }
    let fitted = blocks
        .iter()
        .flat_map(|&(block, scores)| std::iter::repeat_n(block.mean(), scores));
    table.scores.iter().rev().copied().zip(fitted).collect()
}

/// Isotonic calibration as scikit-learn's `IsotonicRegression(out_of_bounds="clip")`: knots
/// `(score, probability)`, both non-decreasing, at the ends of each constant stretch. Between knots
/// the probability is interpolated linearly, beyond the ends it stays constant;
/// [`interpolate`] does that.
///
/// # Errors
/// [`InputError`] when there are no rows, the lengths differ, or a score is not finite.
///
/// ```
/// use stats::calibration::{interpolate, isotonic};
///
/// let knots = isotonic(&[false, true, false, true], &[0.1, 0.2, 0.3, 0.4])?;
/// assert_eq!(knots, [(0.1, 0.0), (0.2, 0.5), (0.3, 0.5), (0.4, 1.0)]);
/// assert_eq!(interpolate(&knots, 0.25), 0.5);
/// # Ok::<(), stats::InputError>(())
/// ```
pub fn isotonic(truth: &[bool], scores: &[f64]) -> Result<Vec<(f64, f64)>, InputError> {
    let fitted = pooled(&ScoreTable::new(truth, scores)?);
    let last = fitted.len() - 1;
    let is_end = |position: usize| {
        position == 0
            || position == last
            || fitted[position].1 != fitted[position - 1].1
            || fitted[position].1 != fitted[position + 1].1
    };
    Ok((0..fitted.len())
        .filter(|&position| is_end(position))
        .map(|position| fitted[position])
        .collect())
}

/// Piecewise linear function through `knots` (ascending in the first number), constant beyond the
/// ends. 0 without knots.
///
/// ```
/// use stats::calibration::interpolate;
///
/// let knots = [(0.0, 0.0), (2.0, 1.0)];
/// assert_eq!((interpolate(&knots, 0.5), interpolate(&knots, 9.0)), (0.25, 1.0));
/// ```
pub fn interpolate(knots: &[(f64, f64)], at: f64) -> f64 {
    let after = knots.partition_point(|knot| knot.0 < at);
    match (
        after.checked_sub(1).map(|before| knots[before]),
        knots.get(after),
    ) {
        (Some((low, from)), Some(&(high, to))) => from + (to - from) * ((at - low) / (high - low)),
        (Some((_, end)), None) | (None, Some(&(_, end))) => end,
        (None, None) => 0.0,
    }
}

/// Platt scaling: `(a, b)` of `p = 1 / (1 + exp(a·score + b))`, so `a` is negative when higher
/// scores mean more likely positive. Targets are smoothed as Platt (1999); Newton's method with
/// backtracking as Lin, Lin and Weng (2007), run to convergence.
///
/// # Errors
/// [`InputError`] when there are no rows, the lengths differ, or a score is not finite.
///
/// ```
/// use stats::calibration::platt;
///
/// // Smoothed targets of one stayer and one leaver are 1/3 and 2/3.
/// let (a, b) = platt(&[false, true], &[0.0, 1.0])?;
/// assert!((a + 2.0 * 2f64.ln()).abs() < 1e-6 && (b - 2f64.ln()).abs() < 1e-6);
/// # Ok::<(), stats::InputError>(())
/// ```
pub fn platt(truth: &[bool], scores: &[f64]) -> Result<(f64, f64), InputError> {
    check_lengths(truth, scores.len())?;
    if let Some(row) = scores.iter().position(|score| !score.is_finite()) {
        return Err(InputError::NotFinite { row });
    }
    let positives = truth.iter().filter(|&&positive| positive).count() as f64;
    let negatives = truth.len() as f64 - positives;
    let targets = [
        1.0 / (negatives + 2.0),
        (positives + 1.0) / (positives + 2.0),
    ];
    let rows = || {
        scores
            .iter()
            .zip(truth)
            .map(|(&score, &positive)| (score, targets[usize::from(positive)]))
    };
    // Cross-entropy, written so that neither exponential overflows.
    let loss = |a: f64, b: f64| -> f64 {
        rows()
            .map(|(score, target)| {
                let margin = score * a + b;
                if margin >= 0.0 {
                    target * margin + (-margin).exp().ln_1p()
                } else {
                    (target - 1.0) * margin + margin.exp().ln_1p()
                }
            })
            .sum()
    };
    // The gradient is a sum over rows, and so is its rounding error.
    let tolerance = 1e-12 * truth.len() as f64;
    let (mut a, mut b) = (0.0, ((negatives + 1.0) / (positives + 1.0)).ln());
    let mut current = loss(a, b);
    for _ in 0..100 {
        // A ridge keeps the Hessian invertible when all scores are equal.
        let (mut h11, mut h22, mut h21, mut g1, mut g2) = (1e-12, 1e-12, 0.0, 0.0, 0.0);
        for (score, target) in rows() {
            let p = 1.0 / (1.0 + (a * score + b).exp());
            let (curvature, error) = (p * (1.0 - p), target - p);
            h11 += score * score * curvature;
            h22 += curvature;
            h21 += score * curvature;
            g1 += score * error;
            g2 += error;
        }
        if g1.abs() < tolerance && g2.abs() < tolerance {
            break;
        }
        let determinant = h11 * h22 - h21 * h21;
        let (da, db) = (
            -(h22 * g1 - h21 * g2) / determinant,
            -(h11 * g2 - h21 * g1) / determinant,
        );
        let slope = g1 * da + g2 * db;
        let mut step = 1.0;
        let accepted = loop {
            let next = loss(a + step * da, b + step * db);
            if next <= current + 1e-4 * step * slope {
                break Some(next);
            }
            step /= 2.0;
            if step < 1e-10 {
                break None;
            }
        };
        let Some(next) = accepted else { break };
        (a, b, current) = (a + step * da, b + step * db, next);
    }
    Ok((a, b))
}
