//! The confusion matrix at a cutoff, and everything that follows from its four counts.

use serde::{Deserialize, Serialize};

use crate::{
    ScoreTable,
    table::{InputError, check_lengths},
};

/// Counts of decisions against truth. In JSON `[[tn, fp], [fn, tp]]`: rows are truth, columns are
/// decisions, negative first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "[[u32; 2]; 2]", into = "[[u32; 2]; 2]")]
pub struct Confusion {
    /// Stayers not flagged.
    pub tn: u32,
    /// Stayers flagged.
    pub fp: u32,
    /// Leavers missed.
    pub fn_: u32,
    /// Leavers caught.
    pub tp: u32,
}

impl From<[[u32; 2]; 2]> for Confusion {
    fn from([[tn, fp], [fn_, tp]]: [[u32; 2]; 2]) -> Self {
        Self { tn, fp, fn_, tp }
    }
}

impl From<Confusion> for [[u32; 2]; 2] {
    fn from(counts: Confusion) -> Self {
        [[counts.tn, counts.fp], [counts.fn_, counts.tp]]
    }
}

impl ScoreTable {
    /// Counts when everybody with a score at or above `cutoff` is flagged.
    ///
    /// ```
    /// let table = stats::ScoreTable::new(&[false, false, true, true], &[0.1, 0.4, 0.35, 0.8])?;
    /// let counts = table.confusion(0.4);
    /// assert_eq!((counts.tn, counts.fp, counts.fn_, counts.tp), (1, 1, 1, 1));
    /// # Ok::<(), stats::InputError>(())
    /// ```
    pub fn confusion(&self, cutoff: f64) -> Confusion {
        let mut counts = Confusion::default();
        for (score, positives, negatives) in self.iter() {
            if score >= cutoff {
                counts.tp += positives;
                counts.fp += negatives;
            } else {
                counts.fn_ += positives;
                counts.tn += negatives;
            }
        }
        counts
    }
}

/// `part / whole`, or `None` when there is nothing to divide by.
pub(crate) fn share(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| part / whole)
}

impl Confusion {
    /// Counts decisions already taken.
    ///
    /// # Errors
    /// [`InputError`] when there are no rows or the lengths differ.
    ///
    /// ```
    /// let counts = stats::Confusion::new(&[true, true, false, false], &[true, false, false, false])?;
    /// assert_eq!((counts.tn, counts.fp, counts.fn_, counts.tp), (2, 0, 1, 1));
    /// assert_eq!((counts.precision(), counts.recall(), counts.accuracy()), (Some(1.0), Some(0.5), Some(0.75)));
    /// # Ok::<(), stats::InputError>(())
    /// ```
    pub fn new(truth: &[bool], decision: &[bool]) -> Result<Self, InputError> {
        check_lengths(truth, decision.len())?;
        let mut counts = Self::default();
        truth
            .iter()
            .zip(decision)
            .for_each(|(&truth, &decision)| counts.add(truth, decision));
        Ok(counts)
    }

    pub(crate) fn add(&mut self, truth: bool, decision: bool) {
        *match (truth, decision) {
            (false, false) => &mut self.tn,
            (false, true) => &mut self.fp,
            (true, false) => &mut self.fn_,
            (true, true) => &mut self.tp,
        } += 1;
    }

    pub(crate) fn plus(self, other: &Self) -> Self {
        Self {
            tn: self.tn + other.tn,
            fp: self.fp + other.fp,
            fn_: self.fn_ + other.fn_,
            tp: self.tp + other.tp,
        }
    }

    /// All rows.
    pub fn count(&self) -> u32 {
        self.tn + self.fp + self.fn_ + self.tp
    }

    /// Rows with a positive label.
    pub fn positives(&self) -> u32 {
        self.tp + self.fn_
    }

    /// Rows with a negative label.
    pub fn negatives(&self) -> u32 {
        self.tn + self.fp
    }

    /// Rows flagged.
    pub fn flagged(&self) -> u32 {
        self.tp + self.fp
    }

    /// The same counts with the two classes exchanged.
    fn mirrored(&self) -> Self {
        Self {
            tn: self.tp,
            fp: self.fn_,
            fn_: self.fp,
            tp: self.tn,
        }
    }

    /// Share of rows decided right.
    pub fn accuracy(&self) -> Option<f64> {
        share(f64::from(self.tp + self.tn), f64::from(self.count()))
    }

    /// Share of the flagged that are leavers; `None` when nobody is flagged.
    pub fn precision(&self) -> Option<f64> {
        share(f64::from(self.tp), f64::from(self.flagged()))
    }

    /// Share of leavers flagged (true positive rate); `None` without positives.
    pub fn recall(&self) -> Option<f64> {
        share(f64::from(self.tp), f64::from(self.positives()))
    }

    /// Share of stayers not flagged (true negative rate); `None` without negatives.
    pub fn specificity(&self) -> Option<f64> {
        share(f64::from(self.tn), f64::from(self.negatives()))
    }

    /// Share of stayers flagged.
    pub fn false_positive_rate(&self) -> Option<f64> {
        share(f64::from(self.fp), f64::from(self.negatives()))
    }

    /// Share of leavers missed.
    pub fn false_negative_rate(&self) -> Option<f64> {
        share(f64::from(self.fn_), f64::from(self.positives()))
    }

    /// Share of rows flagged.
    pub fn selection_rate(&self) -> Option<f64> {
        share(f64::from(self.flagged()), f64::from(self.count()))
    }

    /// Mean of recall and specificity.
    pub fn balanced_accuracy(&self) -> Option<f64> {
        Some((self.recall()? + self.specificity()?) / 2.0)
    }

    /// F-beta of the positives (van Rijsbergen 1979): recall counts `beta` times as much as
    /// precision.
    ///
    /// ```
    /// let counts = stats::Confusion { tn: 2, fp: 0, fn_: 1, tp: 1 };
    /// assert!(counts.f_beta(1.0).is_some_and(|value| (value - 2.0 / 3.0).abs() < 1e-12));
    /// ```
    pub fn f_beta(&self, beta: f64) -> Option<f64> {
        let weight = beta * beta;
        let caught = (1.0 + weight) * f64::from(self.tp);
        share(
            caught,
            caught + weight * f64::from(self.fn_) + f64::from(self.fp),
        )
    }

    /// Matthews correlation coefficient; `None` when a row or column of the matrix is empty.
    ///
    /// ```
    /// let counts = stats::Confusion { tn: 5, fp: 0, fn_: 0, tp: 5 };
    /// assert!(counts.mcc().is_some_and(|value| (value - 1.0).abs() < 1e-12));
    /// ```
    pub fn mcc(&self) -> Option<f64> {
        let [tn, fp, fn_, tp] = [self.tn, self.fp, self.fn_, self.tp].map(f64::from);
        share(
            tp * tn - fp * fn_,
            ((tp + fp).sqrt() * (tp + fn_).sqrt()) * ((tn + fp).sqrt() * (tn + fn_).sqrt()),
        )
    }

    /// `of` for each class, averaged by the size of the classes. A class without a value counts as
    /// 0, as in scikit-learn.
    pub fn weighted(&self, of: impl Fn(&Self) -> Option<f64>) -> Option<f64> {
        let sum = f64::from(self.negatives()) * of(&self.mirrored()).unwrap_or(0.0)
            + f64::from(self.positives()) * of(self).unwrap_or(0.0);
        share(sum, f64::from(self.count()))
    }

    /// `of` for each class, averaged over the two classes. A class without a value counts as 0, as
    /// in scikit-learn.
    pub fn macro_average(&self, of: impl Fn(&Self) -> Option<f64>) -> Option<f64> {
        (self.count() > 0)
            .then(|| (of(&self.mirrored()).unwrap_or(0.0) + of(self).unwrap_or(0.0)) / 2.0)
    }
}
