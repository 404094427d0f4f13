//! Labels and scores, ordered once: everything that ranks or counts reads this table.

use serde::{Deserialize, Serialize};

/// Why labels and scores cannot be evaluated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InputError {
    /// No rows at all.
    #[error("there are no rows to evaluate")]
    Empty,
    /// The columns belong to different sets of rows.
    #[error("{truth} labels but {other} values: every row needs one of each")]
    Lengths {
        /// Rows with a label.
        truth: usize,
        /// Rows with the other value.
        other: usize,
    },
    /// A score is NaN or infinite.
    #[error("the score of row {row} is not a finite number")]
    NotFinite {
        /// 0-based row.
        row: usize,
    },
    /// A group code points beyond the names.
    #[error("the group of row {row} has no name")]
    UnknownGroup {
        /// 0-based row.
        row: usize,
    },
}

/// Distinct scores, highest first, with the leavers (positives) and stayers (negatives) at each.
///
/// All metrics of a binary classifier are functions of these counts, so ties are right by
/// construction, and a bootstrap resample is the same table with other counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScoreTable {
    pub(crate) scores: Vec<f64>,
    pub(crate) positives: Vec<u32>,
    pub(crate) negatives: Vec<u32>,
}

impl ScoreTable {
    /// Orders `scores` (any finite numbers; higher means more likely positive). O(n log n).
    ///
    /// # Errors
    /// [`InputError`] when there are no rows, the lengths differ, or a score is not finite.
    ///
    /// ```
    /// use stats::ScoreTable;
    ///
    /// let table = ScoreTable::new(&[false, false, true, true], &[0.1, 0.4, 0.4, 0.8])?;
    /// let rows: Vec<_> = table.iter().collect();
    /// assert_eq!(rows, [(0.8, 1, 0), (0.4, 1, 1), (0.1, 0, 1)]);
    /// # Ok::<(), stats::InputError>(())
    /// ```
    pub fn new(truth: &[bool], scores: &[f64]) -> Result<Self, InputError> {
        Self::with_positions(truth, scores).map(|(table, _)| table)
    }

    /// The table, and for each row its position in it (what a paired resample needs).
    ///
    /// # Errors
    /// As [`ScoreTable::new`].
    pub fn with_positions(truth: &[bool], scores: &[f64]) -> Result<(Self, Vec<u32>), InputError> {
        check_lengths(truth, scores.len())?;
        if let Some(row) = scores.iter().position(|score| !score.is_finite()) {
            return Err(InputError::NotFinite { row });
        }
        // Adding zero makes -0.0 and 0.0 one score.
        let mut order: Vec<(u64, u32)> = scores
            .iter()
            .zip(0..)
            .map(|(score, row)| (!sortable_bits(score + 0.0), row))
            .collect();
        order.sort_unstable();
        let mut table = Self {
            scores: Vec::new(),
            positives: Vec::new(),
            negatives: Vec::new(),
        };
        let mut positions = vec![0; scores.len()];
        let mut last = None;
        for (key, row) in order {
            if last != Some(key) {
                last = Some(key);
                table.scores.push(scores[row as usize] + 0.0);
                table.positives.push(0);
                table.negatives.push(0);
            }
            let position = table.scores.len() - 1;
            positions[row as usize] = position as u32;
            let counts = if truth[row as usize] {
                &mut table.positives
            } else {
                &mut table.negatives
            };
            counts[position] += 1;
        }
        Ok((table, positions))
    }

    /// Rows with a positive label.
    pub fn positive_count(&self) -> u32 {
        self.positives.iter().sum()
    }

    /// Rows with a negative label.
    pub fn negative_count(&self) -> u32 {
        self.negatives.iter().sum()
    }

    /// All rows.
    pub fn count(&self) -> u32 {
        self.positive_count() + self.negative_count()
    }

    /// Whether every score lies in 0..=1, so that it can be read as a probability.
    pub fn are_probabilities(&self) -> bool {
        self.scores.first().is_none_or(|&highest| highest <= 1.0)
            && self.scores.last().is_none_or(|&lowest| lowest >= 0.0)
    }

    /// `(score, positives, negatives)` of each distinct score, highest first.
    pub fn iter(
        &self,
    ) -> impl DoubleEndedIterator<Item = (f64, u32, u32)> + ExactSizeIterator + '_ {
        self.scores
            .iter()
            .zip(&self.positives)
            .zip(&self.negatives)
            .map(|((&score, &positives), &negatives)| (score, positives, negatives))
    }

    /// The scores at the given shares from the lowest, interpolated linearly (Hyndman and Fan type
    /// 7, as NumPy).
    pub(crate) fn quantiles(&self, shares: &[f64]) -> Vec<f64> {
        let mut cumulative = 0;
        let up_to: Vec<(u32, f64)> = self
            .iter()
            .rev()
            .map(|(score, positives, negatives)| {
                cumulative += positives + negatives;
                (cumulative, score)
            })
            .collect();
        let at = |rank: u32| {
            up_to[up_to
                .partition_point(|&(end, _)| end <= rank)
                .min(up_to.len() - 1)]
            .1
        };
        shares
            .iter()
            .map(|share| {
                let rank = share * f64::from(cumulative.saturating_sub(1));
                let (low, high) = (at(rank.floor() as u32), at(rank.ceil() as u32));
                let weight = rank - rank.floor();
                // The two forms keep both ends exact, as NumPy's lerp does.
                if weight < 0.5 {
                    low + (high - low) * weight
                } else {
                    high - (high - low) * (1.0 - weight)
                }
            })
            .collect()
    }
}

pub(crate) fn check_lengths(truth: &[bool], other: usize) -> Result<(), InputError> {
    if truth.is_empty() {
        return Err(InputError::Empty);
    }
    if truth.len() != other {
        return Err(InputError::Lengths {
            truth: truth.len(),
            other,
        });
    }
    Ok(())
}

/// Bits that order as the numbers do.
fn sortable_bits(value: f64) -> u64 {
    let bits = value.to_bits();
    if bits >> 63 == 1 {
        !bits
    } else {
        bits | 1 << 63
    }
}
