//! Variance and covariance of areas under the ROC curve (DeLong, DeLong and Clarke-Pearson 1988;
//! O(n log n) as Sun and Xu 2014).

use domain::Estimate;

use crate::{
    ScoreTable,
    intervals::{Z, two_sided_p, wilson},
    table::InputError,
};

/// Areas of several scores on the same rows, with their covariance.
#[derive(Debug, Clone, PartialEq)]
pub struct DeLong {
    /// ROC AUC per score.
    pub areas: Vec<f64>,
    /// Covariance matrix of the areas.
    pub covariance: Vec<Vec<f64>>,
}

/// For each distinct score: the share of negatives below it, and the share of positives above it
/// (ties half). These are the structural components that DeLong's variance is made of.
fn components(table: &ScoreTable) -> [Vec<f64>; 2] {
    let (all_positives, all_negatives) = (
        f64::from(table.positive_count()),
        f64::from(table.negative_count()),
    );
    let (mut caught, mut above) = (0.0, 0.0);
    let mut parts = [
        Vec::with_capacity(table.scores.len()),
        Vec::with_capacity(table.scores.len()),
    ];
    for (_, positives, negatives) in table.iter() {
        let (positives, negatives) = (f64::from(positives), f64::from(negatives));
        parts[0].push((all_negatives - above - negatives / 2.0) / all_negatives);
        parts[1].push((caught + positives / 2.0) / all_positives);
        caught += positives;
        above += negatives;
    }
    parts
}

/// Areas and covariance of `scores` (each as long as `truth`). `None` with fewer than two rows of a
/// class: no variance can be estimated.
///
/// # Errors
/// [`InputError`] when there are no rows, lengths differ, or a score is not finite.
///
/// ```
/// use stats::delong::delong;
///
/// let truth = [false, false, true, true];
/// let areas = delong(&truth, &[&[0.1, 0.4, 0.35, 0.8], &[0.1, 0.2, 0.3, 0.4]])?.ok_or(stats::InputError::Empty)?;
/// assert_eq!(areas.areas, [0.75, 1.0]);
/// assert_eq!(areas.difference(0, 1).0, 0.25);
/// # Ok::<(), stats::InputError>(())
/// ```
pub fn delong(truth: &[bool], scores: &[&[f64]]) -> Result<Option<DeLong>, InputError> {
    let mut areas = Vec::with_capacity(scores.len());
    let mut deviations = Vec::with_capacity(scores.len());
    for scores in scores {
        let (table, positions) = ScoreTable::with_positions(truth, scores)?;
        let Some(area) = table
            .roc_auc()
            .filter(|_| table.positive_count() > 1 && table.negative_count() > 1)
        else {
            return Ok(None);
        };
        let parts = components(&table);
        areas.push(area);
        let deviation = |(&position, &positive): (&u32, &bool)| {
            parts[usize::from(!positive)][position as usize] - area
        };
        deviations.push(
            positions
                .iter()
                .zip(truth)
                .map(deviation)
                .collect::<Vec<f64>>(),
        );
    }
    let positives = truth.iter().filter(|&&positive| positive).count() as f64;
    let negatives = truth.len() as f64 - positives;
    let covariance = |left: &[f64], right: &[f64]| {
        let mut sums = [0.0; 2];
        for ((left, right), &positive) in left.iter().zip(right).zip(truth) {
            sums[usize::from(!positive)] += left * right;
        }
        sums[0] / ((positives - 1.0) * positives) + sums[1] / ((negatives - 1.0) * negatives)
    };
    let covariance = deviations
        .iter()
        .map(|left| {
            deviations
                .iter()
                .map(|right| covariance(left, right))
                .collect()
        })
        .collect();
    Ok(Some(DeLong { areas, covariance }))
}

impl DeLong {
    /// Area `second` − area `first`: value, 95% interval, z and two-sided p-value. Scores that rank
    /// alike give 0 and p = 1.
    ///
    /// # Panics
    /// When an index is not below the number of scores.
    pub fn difference(&self, first: usize, second: usize) -> (f64, [f64; 2], f64, f64) {
        let difference = self.areas[second] - self.areas[first];
        let variance = self.covariance[first][first] + self.covariance[second][second]
            - 2.0 * self.covariance[first][second];
        let standard_error = variance.max(0.0).sqrt();
        let z = if difference == 0.0 {
            0.0
        } else {
            difference / standard_error
        };
        (
            difference,
            [
                difference - Z * standard_error,
                difference + Z * standard_error,
            ],
            z,
            two_sided_p(z),
        )
    }
}

/// ROC AUC with DeLong's interval, cut to 0..=1. At an area of 0 or 1 DeLong's variance is 0, so
/// the interval there is that of a proportion over the rarer class, which is wider.
pub fn roc_auc_figure(table: &ScoreTable) -> Estimate {
    let Some(area) = table.roc_auc() else {
        return Estimate::unknown("ROC AUC needs people with and without the event");
    };
    let (positives, negatives) = (table.positive_count(), table.negative_count());
    let rarer = positives.min(negatives);
    let interval = if area == 0.0 || area == 1.0 {
        wilson(if area == 1.0 { rarer } else { 0 }, rarer)
    } else {
        variance(table, area).map(|variance| {
            [area - Z * variance.sqrt(), area + Z * variance.sqrt()].map(|end| end.clamp(0.0, 1.0))
        })
    };
    let n = (positives + negatives) as usize;
    // One person of a class says next to nothing about that class.
    Estimate::with_interval(area, interval.unwrap_or([0.0, 1.0]), n)
}

/// DeLong's variance of one area; `None` with fewer than two rows of a class.
fn variance(table: &ScoreTable, area: f64) -> Option<f64> {
    let (all_positives, all_negatives) = (
        f64::from(table.positive_count()),
        f64::from(table.negative_count()),
    );
    if all_positives < 2.0 || all_negatives < 2.0 {
        return None;
    }
    let [of_positives, of_negatives] = components(table);
    let squares = |parts: Vec<f64>, counts: &[u32]| -> f64 {
        parts
            .iter()
            .zip(counts)
            .map(|(part, &count)| f64::from(count) * (part - area).powi(2))
            .sum()
    };
    Some(
        squares(of_positives, &table.positives) / ((all_positives - 1.0) * all_positives)
            + squares(of_negatives, &table.negatives) / ((all_negatives - 1.0) * all_negatives),
    )
}
