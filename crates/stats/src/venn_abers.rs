//! Venn-Abers prediction: two calibrated probabilities of which one is valid, whatever the scores
//! are worth.

use serde::{Deserialize, Serialize};

use crate::{ScoreTable, calibration::Block, table::InputError};

/// Inductive Venn-Abers predictor (Vovk and Petej 2014), tabulated: the interval of a score is a
/// search in `knots`.
///
/// The interval `[p0, p1]` of a score is what isotonic regression says about it when the
/// calibration set is enlarged by that score with label 0, and with label 1. Between two knots it
/// is constant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VennAbers {
    /// Calibration scores where the interval changes, ascending.
    knots: Vec<f64>,
    /// Interval of a score that equals a knot.
    at: Vec<[f64; 2]>,
    /// Interval of a score below the first knot, between knots, above the last: one more than
    /// knots.
    between: Vec<[f64; 2]>,
}

/// Pooled blocks of a growing run of scores; each state knows the state without its last block, so
/// all of them are kept at the price of one.
struct Pools {
    blocks: Vec<(Block, usize)>,
    /// The last block after 0, 1, 2 … scores; 0 is the empty run.
    states: Vec<usize>,
}

impl Pools {
    /// Pools blocks in the given order; `in_order(previous, next)` says that two neighbors need no
    /// pooling.
    fn new(parts: impl Iterator<Item = Block>, in_order: impl Fn(f64, f64) -> bool) -> Self {
        let mut pools = Self {
            blocks: vec![(
                Block {
                    positives: 0.0,
                    weight: 0.0,
                },
                0,
            )],
            states: vec![0],
        };
        let mut top = 0;
        for mut block in parts {
            while top != 0 && !in_order(pools.blocks[top].0.mean(), block.mean()) {
                block = pools.blocks[top].0.with(block);
                top = pools.blocks[top].1;
            }
            pools.blocks.push((block, top));
            top = pools.blocks.len() - 1;
            pools.states.push(top);
        }
        pools
    }

    fn last(&self, state: usize) -> Option<Block> {
        (state != 0).then(|| self.blocks[state].0)
    }
}

impl VennAbers {
    /// Tabulates the intervals over a calibration set that the model was not fitted on. O(n log n).
    ///
    /// # Errors
    /// [`InputError`] when there are no rows, the lengths differ, or a score is not finite.
    ///
    /// ```
    /// use stats::venn_abers::VennAbers;
    ///
    /// let table = VennAbers::fit(&[false, false, true, true], &[0.1, 0.2, 0.8, 0.9])?;
    /// assert_eq!(table.interval(0.5), [0.0, 1.0]);
    /// assert_eq!(table.interval(0.9), [2.0 / 3.0, 1.0]);
    /// assert_eq!(table.probability(0.5), 0.5);
    /// # Ok::<(), stats::InputError>(())
    /// ```
    pub fn fit(truth: &[bool], scores: &[f64]) -> Result<Self, InputError> {
        let table = ScoreTable::new(truth, scores)?;
        let parts: Vec<Block> = table
            .iter()
            .rev()
            .map(|(_, positives, negatives)| Block {
                positives: f64::from(positives),
                weight: f64::from(positives + negatives),
            })
            .collect();
        let below = Pools::new(parts.iter().copied(), |previous, next| previous < next);
        let above = Pools::new(parts.iter().rev().copied(), |previous, next| {
            next < previous
        });
        let nothing = Block {
            positives: 0.0,
            weight: 0.0,
        };
        // The new row pools with what is at its own score, and then with neighbors on either side
        // until all is in order.
        let interval = |here: Block, scores_below: usize, scores_above: usize| {
            [0.0, 1.0].map(|label| {
                let mut block = here.with(Block {
                    positives: label,
                    weight: 1.0,
                });
                let (mut left, mut right) =
                    (below.states[scores_below], above.states[scores_above]);
                loop {
                    if let Some(neighbor) = below
                        .last(left)
                        .filter(|neighbor| neighbor.mean() >= block.mean())
                    {
                        block = neighbor.with(block);
                        left = below.blocks[left].1;
                    } else if let Some(neighbor) = above
                        .last(right)
                        .filter(|neighbor| neighbor.mean() <= block.mean())
                    {
                        block = block.with(neighbor);
                        right = above.blocks[right].1;
                    } else {
                        return block.mean();
                    }
                }
            })
        };
        let count = parts.len();
        let mut fitted = Self {
            knots: Vec::new(),
            at: Vec::new(),
            between: vec![interval(nothing, 0, count)],
        };
        for (position, (&here, &score)) in parts.iter().zip(table.scores.iter().rev()).enumerate() {
            let (at, after) = (
                interval(here, position, count - position - 1),
                interval(nothing, position + 1, count - position - 1),
            );
            // A knot that changes nothing is not kept, so that the table stays small enough for a
            // browser.
            if fitted.between.last() != Some(&at) || at != after {
                fitted.knots.push(score);
                fitted.at.push(at);
                fitted.between.push(after);
            }
        }
        Ok(fitted)
    }

    /// `[p0, p1]` of a score, 0..=1 each, p0 ≤ p1. O(log n).
    pub fn interval(&self, score: f64) -> [f64; 2] {
        let after = self.knots.partition_point(|&knot| knot < score);
        if self.knots.get(after) == Some(&score) {
            self.at[after]
        } else {
            self.between[after]
        }
    }

    /// One probability out of the two, by minimal regret under log loss: p1 / (1 − p0 + p1).
    pub fn probability(&self, score: f64) -> f64 {
        let [p0, p1] = self.interval(score);
        p1 / (1.0 - p0 + p1)
    }

    /// Knots kept.
    pub fn len(&self) -> usize {
        self.knots.len()
    }

    /// Whether the interval is the same for every score.
    pub fn is_empty(&self) -> bool {
        self.knots.is_empty()
    }
}
