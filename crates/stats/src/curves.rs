//! Curves and tables that reports draw.

use serde::{Deserialize, Serialize};

use crate::{ScoreTable, confusion::share, metrics::uniform_edges};

/// ROC curve from (0, 0) to (1, 1). The first threshold is `None`: higher than every score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RocCurve {
    /// False positive rates, ascending.
    pub fpr: Vec<f64>,
    /// True positive rates, ascending.
    pub tpr: Vec<f64>,
    /// Cutoff of each point, descending.
    pub thresholds: Vec<Option<f64>>,
}

/// Precision and recall at each distinct score, lowest first; the last point (1, 0) has no
/// threshold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PrecisionRecallCurve {
    /// One more than thresholds.
    pub precision: Vec<f64>,
    /// One more than thresholds, descending.
    pub recall: Vec<f64>,
    /// Distinct scores, ascending.
    pub thresholds: Vec<f64>,
}

/// A bin of the calibration curve.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct CalibrationBin {
    /// Rows in the bin.
    pub n: u32,
    /// Leavers in the bin.
    pub positives: u32,
    /// Sum of the scores in the bin.
    pub score_sum: f64,
}

impl CalibrationBin {
    /// Share of leavers seen, 0..=1; `None` in an empty bin.
    pub fn observed(&self) -> Option<f64> {
        share(f64::from(self.positives), f64::from(self.n))
    }

    /// Mean score; `None` in an empty bin.
    pub fn predicted(&self) -> Option<f64> {
        share(self.score_sum, f64::from(self.n))
    }
}

/// What a cutoff means for the people who act on it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ThresholdRow {
    /// Flagged at or above this score.
    pub cutoff: f64,
    /// People to talk to.
    pub flagged: u32,
    /// Leavers among them.
    pub caught: u32,
    /// Leavers caught ÷ people to talk to; `None` when nobody is flagged.
    pub precision: Option<f64>,
    /// Leavers caught ÷ all leavers; `None` without leavers.
    pub recall: Option<f64>,
}

/// Leavers found when a share of the people, highest scores first, is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct GainPoint {
    /// Share of people looked at, 0..=1.
    pub share: f64,
    /// Share of leavers found, 0..=1.
    pub gain: f64,
    /// Leavers found ÷ leavers in a random choice of that size.
    pub lift: f64,
}

impl ScoreTable {
    /// ROC curve over the distinct scores; `None` with one class only. `drop_intermediate` leaves
    /// out points on a straight line between their neighbors, as scikit-learn does.
    ///
    /// ```
    /// let table = stats::ScoreTable::new(&[false, false, true, true], &[0.1, 0.4, 0.35, 0.8])?;
    /// let curve = table.roc_curve(false).ok_or(stats::InputError::Empty)?;
    /// assert_eq!(curve.fpr, [0.0, 0.0, 0.5, 0.5, 1.0]);
    /// assert_eq!(curve.tpr, [0.0, 0.5, 0.5, 1.0, 1.0]);
    /// # Ok::<(), stats::InputError>(())
    /// ```
    pub fn roc_curve(&self, drop_intermediate: bool) -> Option<RocCurve> {
        let (all_positives, all_negatives) = (self.positive_count(), self.negative_count());
        if all_positives == 0 || all_negatives == 0 {
            return None;
        }
        let last = self.scores.len() - 1;
        let mut curve = RocCurve {
            fpr: vec![0.0],
            tpr: vec![0.0],
            thresholds: vec![None],
        };
        let (mut caught, mut above) = (0, 0);
        for (position, (score, positives, negatives)) in self.iter().enumerate() {
            caught += positives;
            above += negatives;
            // A point is straight on when the step after it equals the step before it, as counts.
            let straight = drop_intermediate
                && (1..last).contains(&position)
                && positives == self.positives[position + 1]
                && negatives == self.negatives[position + 1];
            if !straight {
                curve.fpr.push(f64::from(above) / f64::from(all_negatives));
                curve.tpr.push(f64::from(caught) / f64::from(all_positives));
                curve.thresholds.push(Some(score));
            }
        }
        Some(curve)
    }

    /// Precision-recall curve over the distinct scores; `None` without positives.
    ///
    /// ```
    /// let table = stats::ScoreTable::new(&[false, true], &[0.4, 0.8])?;
    /// let curve = table.precision_recall_curve().ok_or(stats::InputError::Empty)?;
    /// assert_eq!(curve.recall, [1.0, 1.0, 0.0]);
    /// assert_eq!(curve.precision, [0.5, 1.0, 1.0]);
    /// # Ok::<(), stats::InputError>(())
    /// ```
    pub fn precision_recall_curve(&self) -> Option<PrecisionRecallCurve> {
        let all_positives = f64::from(self.positive_count());
        share(1.0, all_positives)?;
        let mut curve = PrecisionRecallCurve {
            precision: vec![1.0],
            recall: vec![0.0],
            thresholds: Vec::new(),
        };
        let (mut caught, mut flagged) = (0, 0);
        for (score, positives, negatives) in self.iter() {
            caught += positives;
            flagged += positives + negatives;
            curve.precision.push(f64::from(caught) / f64::from(flagged));
            curve.recall.push(f64::from(caught) / all_positives);
            curve.thresholds.push(score);
        }
        curve.precision.reverse();
        curve.recall.reverse();
        curve.thresholds.reverse();
        Some(curve)
    }

    /// The distinct score with the best F1 when used as cutoff (the lowest of equals); `None`
    /// without positives.
    ///
    /// ```
    /// let table = stats::ScoreTable::new(&[false, false, true, true], &[0.1, 0.4, 0.35, 0.8])?;
    /// assert_eq!(table.best_f1_cutoff(), Some(0.35));
    /// # Ok::<(), stats::InputError>(())
    /// ```
    pub fn best_f1_cutoff(&self) -> Option<f64> {
        let all_positives = self.positive_count();
        let (mut caught, mut flagged) = (0, 0);
        let mut best = None;
        for (score, positives, negatives) in self.iter() {
            caught += positives;
            flagged += positives + negatives;
            let f1 = f64::from(2 * caught) / f64::from(flagged + all_positives);
            if best.is_none_or(|(highest, _)| f1 >= highest) {
                best = Some((f1, score));
            }
        }
        best.filter(|_| all_positives > 0).map(|(_, score)| score)
    }

    /// Bins between the inner edges (ascending), a score on an edge belonging to the lower bin;
    /// empty bins included.
    pub(crate) fn calibration_bins(&self, edges: &[f64]) -> Vec<CalibrationBin> {
        let mut bins = vec![CalibrationBin::default(); edges.len() + 1];
        let mut bin = 0;
        for (score, positives, negatives) in self.iter().rev() {
            while bin < edges.len() && edges[bin] < score {
                bin += 1;
            }
            bins[bin].n += positives + negatives;
            bins[bin].positives += positives;
            bins[bin].score_sum += score * f64::from(positives + negatives);
        }
        bins
    }

    /// Calibration curve over `bins` equal-width bins of 0..=1, empty bins left out.
    pub fn calibration_uniform(&self, bins: usize) -> Vec<CalibrationBin> {
        self.filled_bins(&uniform_edges(bins))
    }

    /// Calibration curve over up to `bins` bins of about equal size, empty bins left out.
    pub fn calibration_quantile(&self, bins: usize) -> Vec<CalibrationBin> {
        self.filled_bins(&self.quantile_edges(bins))
    }

    fn filled_bins(&self, edges: &[f64]) -> Vec<CalibrationBin> {
        self.calibration_bins(edges)
            .into_iter()
            .filter(|bin| bin.n > 0)
            .collect()
    }

    /// People to talk to and leavers caught at each of the cutoffs.
    pub fn by_threshold(&self, cutoffs: &[f64]) -> Vec<ThresholdRow> {
        cutoffs
            .iter()
            .map(|&cutoff| {
                let counts = self.confusion(cutoff);
                ThresholdRow {
                    cutoff,
                    flagged: counts.flagged(),
                    caught: counts.tp,
                    precision: counts.precision(),
                    recall: counts.recall(),
                }
            })
            .collect()
    }

    /// Gain and lift at `steps` equal steps of the people, highest scores first; empty without
    /// positives.
    pub fn gains(&self, steps: u32) -> Vec<GainPoint> {
        let (all, all_positives) = (f64::from(self.count()), f64::from(self.positive_count()));
        (1..=steps)
            .filter_map(|step| {
                let part = f64::from(step) / f64::from(steps);
                let (caught, people) = self.top(part);
                let gain = share(caught, all_positives)?;
                Some(GainPoint {
                    share: part,
                    gain,
                    lift: share(gain * all, f64::from(people))?,
                })
            })
            .collect()
    }
}
