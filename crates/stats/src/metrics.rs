//! Metrics of a probabilistic binary classifier, each a function of a [`ScoreTable`].
//!
//! Definitions follow scikit-learn; `None` means that the metric does not exist on these rows (one
//! class only, nobody flagged).

use serde::{Deserialize, Serialize};

use crate::{ScoreTable, confusion::share};

/// The false positive rate up to which the partial area under the ROC curve is taken.
pub const PARTIAL_AUC_MAX_FPR: f64 = 0.1;
/// Bins of the calibration errors and curves.
pub const CALIBRATION_BINS: usize = 10;
/// The share of people that "top decile" figures look at.
pub const TOP_DECILE: f64 = 0.1;

macro_rules! metrics {
    ($($variant:ident: $label:literal, higher_is_better $better:literal, $sentence:literal;)*) => {
        /// A metric, named as in JSON by its snake-case name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Metric {
            $(#[doc = $sentence] $variant,)*
        }

        impl Metric {
    /// Whether values above 1 are possible.
    pub fn may_exceed_1(self) -> bool {
        matches!(self, Self::LogLoss | Self::TopDecileLift)
    }

            /// Every metric, in the order in which reports show them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The name for a person.
            pub fn label(self) -> &'static str {
                match self { $(Self::$variant => $label,)* }
            }

            /// What it says, in a sentence.
            pub fn sentence(self) -> &'static str {
                match self { $(Self::$variant => $sentence,)* }
            }

            /// Whether more is better; without meaning where [`Self::has_direction`] is false.
            pub fn higher_is_better(self) -> bool {
                match self { $(Self::$variant => $better,)* }
            }
        }
    };
}

metrics! {
    RocAuc: "ROC AUC", higher_is_better true, "Chance that somebody with the event is scored above somebody without it.";
    AveragePrecision: "Average precision", higher_is_better true, "Precision averaged over recall (area under the precision-recall curve).";
    Brier: "Brier score", higher_is_better false, "Mean squared distance between probability and outcome.";
    LogLoss: "Log loss", higher_is_better false, "Mean negative log-likelihood of the outcomes, in nats.";
    Ece: "Expected calibration error", higher_is_better false, "Mean gap between predicted and observed rate, over 10 bins of equal width.";
    EceQuantile: "Expected calibration error (quantile bins)", higher_is_better false, "Mean gap between predicted and observed rate, over 10 bins of equal size.";
    Gini: "Gini coefficient", higher_is_better true, "2 × ROC AUC − 1.";
    Ks: "Kolmogorov-Smirnov statistic", higher_is_better true, "Largest distance between the score distributions of those with and without the event.";
    PartialAuc: "Partial ROC AUC (FPR ≤ 0.1)", higher_is_better true, "ROC AUC over false positive rates up to 0.1, rescaled so that chance is 0.5 (McClish 1989).";
    Accuracy: "Accuracy", higher_is_better true, "Share of people classified correctly.";
    BalancedAccuracy: "Balanced accuracy", higher_is_better true, "Mean of recall and specificity.";
    Precision: "Precision", higher_is_better true, "Share of flagged people who leave.";
    Recall: "Recall", higher_is_better true, "Share of those with the event who are flagged.";
    Specificity: "Specificity", higher_is_better true, "Share of those without the event who are not flagged.";
    F1: "F1", higher_is_better true, "Harmonic mean of precision and recall.";
    F2: "F2", higher_is_better true, "F-beta with beta 2: recall counts more than precision.";
    Mcc: "Matthews correlation", higher_is_better true, "Correlation between prediction and outcome.";
    PrecisionWeighted: "Precision (weighted)", higher_is_better true, "Precision of both classes, weighted by class size.";
    RecallWeighted: "Recall (weighted)", higher_is_better true, "Recall of both classes, weighted by class size: the accuracy.";
    F1Weighted: "F1 (weighted)", higher_is_better true, "F1 of both classes, weighted by class size.";
    F1Macro: "F1 (macro)", higher_is_better true, "Unweighted mean of F1 over both classes.";
    TopDecilePrecision: "Precision in the top 10%", higher_is_better true, "Share with the event among the 10% with the highest scores.";
    TopDecileRecall: "Recall in the top 10%", higher_is_better true, "Share of all those with the event who are among the 10% with the highest scores (gain).";
    TopDecileLift: "Lift in the top 10%", higher_is_better true, "Leaver rate of the top 10%, relative to the overall rate.";
    SelectionRate: "Share flagged", higher_is_better false, "Share of people at or above the cutoff.";
}

/// What a metric judges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetricGroup {
    /// The order of the scores.
    Ranking,
    /// The scores as probabilities.
    Calibration,
    /// The classes at one cutoff.
    AtCutoff,
}

impl MetricGroup {
    /// Every group, in the order of reports.
    pub const ALL: [Self; 3] = [Self::Ranking, Self::Calibration, Self::AtCutoff];

    /// The name for a person.
    pub fn label(self) -> &'static str {
        match self {
            Self::Ranking => "Ranking",
            Self::Calibration => "Calibration",
            Self::AtCutoff => "At the cutoff",
        }
    }
}

impl Metric {
    /// The group in which tables show it.
    pub fn group(self) -> MetricGroup {
        if self.needs_cutoff() {
            MetricGroup::AtCutoff
        } else if self.needs_probabilities() {
            MetricGroup::Calibration
        } else {
            MetricGroup::Ranking
        }
    }

    /// Whether the scores must be probabilities for the metric to mean anything.
    pub fn needs_probabilities(self) -> bool {
        matches!(
            self,
            Self::Brier | Self::LogLoss | Self::Ece | Self::EceQuantile
        )
    }

    /// Whether more or less of it is better at all: listing fewer people is neither.
    pub fn has_direction(self) -> bool {
        self != Self::SelectionRate
    }

    /// Whether the metric moves with the cutoff.
    pub fn needs_cutoff(self) -> bool {
        (Self::Accuracy..=Self::F1Macro).contains(&self) || self == Self::SelectionRate
    }
}

/// What stays the same while a table is resampled: cutoff, bin edges and the logarithms.
pub(crate) struct Setting {
    pub cutoff: f64,
    uniform: Vec<f64>,
    quantile: Vec<f64>,
    log_losses: Vec<[f64; 2]>,
}

impl Setting {
    pub fn new(table: &ScoreTable, cutoff: f64) -> Self {
        let log_losses = table
            .scores
            .iter()
            .map(|&score| log_losses(score))
            .collect();
        Self {
            cutoff,
            uniform: uniform_edges(CALIBRATION_BINS),
            quantile: table.quantile_edges(CALIBRATION_BINS),
            log_losses,
        }
    }
}

/// How near to 0 and 1 a probability is taken at its word, as scikit-learn did for years.
const LOG_LOSS_CLIP: f64 = 1e-15;

/// Losses of an outcome that is positive and of one that is negative. Clipped, so that a certain
/// and wrong score is punished hard but finitely.
fn log_losses(score: f64) -> [f64; 2] {
    let clipped = score.clamp(LOG_LOSS_CLIP, 1.0 - LOG_LOSS_CLIP);
    [-clipped.ln(), -(1.0 - clipped).ln()]
}

/// Inner edges of `bins` equal-width bins of 0..=1.
pub(crate) fn uniform_edges(bins: usize) -> Vec<f64> {
    (1..bins)
        .map(|edge| edge as f64 * (1.0 / bins as f64))
        .collect()
}

impl ScoreTable {
    /// Inner edges of `bins` bins that hold about the same number of rows.
    pub(crate) fn quantile_edges(&self, bins: usize) -> Vec<f64> {
        let shares: Vec<f64> = uniform_edges(bins);
        self.quantiles(&shares)
    }

    /// Area under the ROC curve (Mann-Whitney: ties count half); `None` with one class only.
    ///
    /// ```
    /// let table = stats::ScoreTable::new(&[false, false, true, true], &[0.1, 0.4, 0.35, 0.8])?;
    /// assert_eq!(table.roc_auc(), Some(0.75));
    /// # Ok::<(), stats::InputError>(())
    /// ```
    pub fn roc_auc(&self) -> Option<f64> {
        let (mut above, mut area) = (0.0, 0.0);
        let mut caught = 0.0;
        for (_, positives, negatives) in self.iter() {
            let (positives, negatives) = (f64::from(positives), f64::from(negatives));
            area += negatives * (caught + positives / 2.0);
            caught += positives;
            above += negatives;
        }
        share(area, caught * above)
    }

    /// Average precision: Σ (recallₙ − recallₙ₋₁) · precisionₙ over the distinct scores; `None`
    /// without positives.
    ///
    /// ```
    /// let table = stats::ScoreTable::new(&[false, false, true, true], &[0.1, 0.4, 0.35, 0.8])?;
    /// assert!(table.average_precision().is_some_and(|value| (value - 5.0 / 6.0).abs() < 1e-12));
    /// # Ok::<(), stats::InputError>(())
    /// ```
    pub fn average_precision(&self) -> Option<f64> {
        let (mut caught, mut flagged, mut sum) = (0.0, 0.0, 0.0);
        for (_, positives, negatives) in self.iter() {
            flagged += f64::from(positives + negatives);
            if positives > 0 {
                caught += f64::from(positives);
                sum += f64::from(positives) * caught / flagged;
            }
        }
        share(sum, caught)
    }

    /// Partial area under the ROC curve up to `max_fpr` (0..=1), standardized to 0.5 for chance and
    /// 1 for perfection (McClish 1989).
    ///
    /// ```
    /// let table = stats::ScoreTable::new(&[false, false, true, true], &[0.1, 0.2, 0.3, 0.4])?;
    /// assert_eq!(table.partial_auc(0.1), Some(1.0));
    /// # Ok::<(), stats::InputError>(())
    /// ```
    pub fn partial_auc(&self, max_fpr: f64) -> Option<f64> {
        let (all_positives, all_negatives) = (
            f64::from(self.positive_count()),
            f64::from(self.negative_count()),
        );
        share(1.0, all_positives * all_negatives)?;
        let (mut fpr, mut tpr, mut area) = (0.0, 0.0, 0.0);
        let (mut caught, mut above) = (0, 0);
        for (_, positives, negatives) in self.iter() {
            caught += positives;
            above += negatives;
            let (next_fpr, next_tpr) = (
                f64::from(above) / all_negatives,
                f64::from(caught) / all_positives,
            );
            if next_fpr > max_fpr {
                let end = tpr + (next_tpr - tpr) * (max_fpr - fpr) / (next_fpr - fpr);
                area += (max_fpr - fpr) * (tpr + end) / 2.0;
                break;
            }
            area += (next_fpr - fpr) * (tpr + next_tpr) / 2.0;
            (fpr, tpr) = (next_fpr, next_tpr);
        }
        let chance = max_fpr * max_fpr / 2.0;
        share((area - chance) / 2.0, max_fpr - chance).map(|above_chance| 0.5 + above_chance)
    }

    /// Two-sample Kolmogorov-Smirnov statistic between the scores of positives and negatives.
    ///
    /// ```
    /// let table = stats::ScoreTable::new(&[false, false, true, true], &[0.1, 0.4, 0.35, 0.8])?;
    /// assert_eq!(table.ks(), Some(0.5));
    /// # Ok::<(), stats::InputError>(())
    /// ```
    pub fn ks(&self) -> Option<f64> {
        let (all_positives, all_negatives) = (
            f64::from(self.positive_count()),
            f64::from(self.negative_count()),
        );
        share(1.0, all_positives * all_negatives)?;
        let (mut caught, mut above, mut largest) = (0, 0, 0.0_f64);
        for (_, positives, negatives) in self.iter() {
            caught += positives;
            above += negatives;
            largest = largest
                .max((f64::from(caught) / all_positives - f64::from(above) / all_negatives).abs());
        }
        Some(largest)
    }

    /// Brier score (Brier 1950), 0 best; `None` when the scores are not probabilities.
    ///
    /// ```
    /// let table = stats::ScoreTable::new(&[false, false, true, true], &[0.1, 0.4, 0.35, 0.8])?;
    /// assert!(table.brier().is_some_and(|value| (value - 0.158_125).abs() < 1e-12));
    /// # Ok::<(), stats::InputError>(())
    /// ```
    pub fn brier(&self) -> Option<f64> {
        if !self.are_probabilities() {
            return None;
        }
        let sum: f64 = self
            .iter()
            .map(|(score, positives, negatives)| {
                f64::from(positives) * (1.0 - score).powi(2) + f64::from(negatives) * score * score
            })
            .sum();
        share(sum, f64::from(self.count()))
    }

    /// Mean negative log-likelihood in nats; probabilities are clipped to 1e-15. `None` when the
    /// scores are not probabilities.
    ///
    /// ```
    /// let table = stats::ScoreTable::new(&[false, true], &[0.5, 0.5])?;
    /// assert!(table.log_loss().is_some_and(|value| (value - 2f64.ln()).abs() < 1e-12));
    /// # Ok::<(), stats::InputError>(())
    /// ```
    pub fn log_loss(&self) -> Option<f64> {
        self.mean_loss(self.scores.iter().map(|&score| log_losses(score)))
    }

    fn mean_loss(&self, losses: impl Iterator<Item = [f64; 2]>) -> Option<f64> {
        if !self.are_probabilities() {
            return None;
        }
        let sum: f64 = self
            .iter()
            .zip(losses)
            .map(|((_, positives, negatives), [of_positive, of_negative])| {
                f64::from(positives) * of_positive + f64::from(negatives) * of_negative
            })
            .sum();
        share(sum, f64::from(self.count()))
    }

    /// Expected calibration error (Naeini et al. 2015) over 10 equal-width bins; `None` when the
    /// scores are not probabilities.
    ///
    /// ```
    /// // One bin: 30% predicted, 50% observed.
    /// let table = stats::ScoreTable::new(&[false, true], &[0.3, 0.3])?;
    /// assert!(table.ece().is_some_and(|value| (value - 0.2).abs() < 1e-12));
    /// # Ok::<(), stats::InputError>(())
    /// ```
    pub fn ece(&self) -> Option<f64> {
        self.calibration_error(&uniform_edges(CALIBRATION_BINS))
    }

    /// Expected calibration error over the bins between the given inner edges, ascending.
    fn calibration_error(&self, edges: &[f64]) -> Option<f64> {
        if !self.are_probabilities() {
            return None;
        }
        let distance: f64 = self
            .calibration_bins(edges)
            .iter()
            .map(|bin| (f64::from(bin.positives) - bin.score_sum).abs())
            .sum();
        share(distance, f64::from(self.count()))
    }

    /// Expected number of leavers among the `part` (0..=1, rounded up to whole people) with the
    /// highest scores, and how many people that is. People tied at the border are taken in equal
    /// shares, so that the figure does not hang on the order of the file.
    ///
    /// ```
    /// let table = stats::ScoreTable::new(&[false, false, true, true], &[0.1, 0.4, 0.35, 0.8])?;
    /// assert_eq!(table.top(0.5), (1.0, 2));
    /// # Ok::<(), stats::InputError>(())
    /// ```
    pub fn top(&self, part: f64) -> (f64, u32) {
        // The product is nudged down so that 0.1 × 30 does not become 4 people by rounding.
        let people = (part * f64::from(self.count()) * (1.0 - f64::EPSILON)).ceil() as u32;
        let (mut left, mut caught) = (people, 0.0);
        for (_, positives, negatives) in self.iter() {
            let here = positives + negatives;
            if here >= left {
                return (
                    caught
                        + share(f64::from(left) * f64::from(positives), f64::from(here))
                            .unwrap_or(0.0),
                    people,
                );
            }
            left -= here;
            caught += f64::from(positives);
        }
        (caught, people)
    }

    /// One metric, with everybody at or above `cutoff` flagged; `None` where it does not exist.
    ///
    /// ```
    /// use stats::{Metric, ScoreTable};
    ///
    /// let table = ScoreTable::new(&[false, false, true, true], &[0.1, 0.4, 0.35, 0.8])?;
    /// assert_eq!(table.metric(Metric::Recall, 0.5), Some(0.5));
    /// assert_eq!(table.metric(Metric::Precision, 0.9), None);
    /// # Ok::<(), stats::InputError>(())
    /// ```
    pub fn metric(&self, metric: Metric, cutoff: f64) -> Option<f64> {
        let position = Metric::ALL.iter().position(|own| *own == metric)?;
        Some(self.values(&Setting::new(self, cutoff))[position]).filter(|value| !value.is_nan())
    }

    /// Every metric at once, in the order of [`Metric::ALL`]; NaN where it does not exist.
    pub(crate) fn values(&self, setting: &Setting) -> Vec<f64> {
        let counts = self.confusion(setting.cutoff);
        let roc_auc = self.roc_auc();
        let (caught, people) = self.top(TOP_DECILE);
        let top_precision = share(caught, f64::from(people));
        let prevalence = share(f64::from(counts.positives()), f64::from(counts.count()));
        let of = |metric: &Metric| match metric {
            Metric::RocAuc => roc_auc,
            Metric::AveragePrecision => self.average_precision(),
            Metric::Brier => self.brier(),
            Metric::LogLoss => self.mean_loss(setting.log_losses.iter().copied()),
            Metric::Ece => self.calibration_error(&setting.uniform),
            Metric::EceQuantile => self.calibration_error(&setting.quantile),
            Metric::Gini => roc_auc.map(|area| 2.0 * area - 1.0),
            Metric::Ks => self.ks(),
            Metric::PartialAuc => self.partial_auc(PARTIAL_AUC_MAX_FPR),
            Metric::Accuracy => counts.accuracy(),
            Metric::BalancedAccuracy => counts.balanced_accuracy(),
            Metric::Precision => counts.precision(),
            Metric::Recall => counts.recall(),
            Metric::Specificity => counts.specificity(),
            Metric::F1 => counts.f_beta(1.0),
            Metric::F2 => counts.f_beta(2.0),
            Metric::Mcc => counts.mcc(),
            Metric::PrecisionWeighted => counts.weighted(|class| class.precision()),
            Metric::RecallWeighted => counts.weighted(|class| class.recall()),
            Metric::F1Weighted => counts.weighted(|class| class.f_beta(1.0)),
            Metric::F1Macro => counts.macro_average(|class| class.f_beta(1.0)),
            Metric::TopDecilePrecision => top_precision,
            Metric::TopDecileRecall => share(caught, f64::from(counts.positives())),
            Metric::TopDecileLift => top_precision
                .zip(prevalence)
                .and_then(|(top, all)| share(top, all)),
            Metric::SelectionRate => counts.selection_rate(),
        };
        Metric::ALL
            .iter()
            .map(|metric| of(metric).unwrap_or(f64::NAN))
            .collect()
    }
}
