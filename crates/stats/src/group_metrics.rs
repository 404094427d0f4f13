//! What is measured in each group: rates of the confusion matrix and means over the scores.

use std::collections::BTreeMap;

use domain::Estimate;
use serde::{Deserialize, Serialize};

use crate::{
    Confusion, ScoreTable,
    delong::roc_auc_figure,
    intervals::{Bounded, Z, wilson_at},
};

/// A metric of one group, named as in JSON by its snake-case name; rates as Fairlearn defines them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupMetric {
    /// Share of people flagged.
    SelectionRate,
    /// Share of leavers flagged (true positive rate).
    Tpr,
    /// Share of stayers flagged (false positive rate).
    Fpr,
    /// Share of stayers not flagged (true negative rate).
    Tnr,
    /// Share of leavers missed (false negative rate).
    Fnr,
    /// Share of the flagged who leave.
    Precision,
    /// Share of people decided right.
    Accuracy,
    /// Mean of true positive and true negative rate.
    BalancedAccuracy,
    /// Share of people who leave.
    BaseRate,
    /// How often a leaver of the group is scored above a stayer of the group.
    RocAuc,
    /// Mean score.
    MeanScore,
    /// Mean score − observed rate (calibration in the large).
    CalibrationInTheLarge,
    /// Mean squared distance between probability and outcome.
    Brier,
}

/// Metrics that follow from the four counts of a confusion matrix alone.
pub(crate) const RATES: [GroupMetric; 9] = [
    GroupMetric::SelectionRate,
    GroupMetric::Tpr,
    GroupMetric::Fpr,
    GroupMetric::Tnr,
    GroupMetric::Fnr,
    GroupMetric::Precision,
    GroupMetric::Accuracy,
    GroupMetric::BalancedAccuracy,
    GroupMetric::BaseRate,
];

/// Metrics that need the scores.
pub(crate) const SCORE_METRICS: [GroupMetric; 4] = [
    GroupMetric::RocAuc,
    GroupMetric::MeanScore,
    GroupMetric::CalibrationInTheLarge,
    GroupMetric::Brier,
];

impl GroupMetric {
    /// Every metric, in the order in which tables show them.
    pub fn all() -> impl Iterator<Item = Self> {
        RATES.into_iter().chain(SCORE_METRICS)
    }

    /// The name for a person.
    pub fn label(self) -> &'static str {
        match self {
            Self::SelectionRate => "Selection rate",
            Self::Tpr => "True positive rate",
            Self::Fpr => "False positive rate",
            Self::Tnr => "True negative rate",
            Self::Fnr => "False negative rate",
            Self::Precision => "Precision",
            Self::Accuracy => "Accuracy",
            Self::BalancedAccuracy => "Balanced accuracy",
            Self::BaseRate => "Observed rate",
            Self::RocAuc => "ROC AUC",
            Self::MeanScore => "Mean score",
            Self::CalibrationInTheLarge => "Mean score − observed rate",
            Self::Brier => "Brier score",
        }
    }
}

/// Numerator and denominator of a rate that is a proportion, and what to say when there is nothing
/// to divide by.
fn parts(metric: GroupMetric, counts: &Confusion) -> (u32, u32, &'static str) {
    const NOBODY: &str = "this group is empty";
    match metric {
        GroupMetric::SelectionRate => (counts.flagged(), counts.count(), NOBODY),
        GroupMetric::Tpr => (counts.tp, counts.positives(), "nobody in this group left"),
        GroupMetric::Fnr => (counts.fn_, counts.positives(), "nobody in this group left"),
        GroupMetric::Fpr => (counts.fp, counts.negatives(), "nobody in this group stayed"),
        GroupMetric::Tnr => (counts.tn, counts.negatives(), "nobody in this group stayed"),
        GroupMetric::Precision => (
            counts.tp,
            counts.flagged(),
            "nobody in this group is flagged",
        ),
        GroupMetric::Accuracy => (counts.tp + counts.tn, counts.count(), NOBODY),
        GroupMetric::BalancedAccuracy
        | GroupMetric::BaseRate
        | GroupMetric::RocAuc
        | GroupMetric::MeanScore
        | GroupMetric::CalibrationInTheLarge
        | GroupMetric::Brier => (counts.positives(), counts.count(), NOBODY),
    }
}

/// [`RATES`] of the counts. Where there is nothing to divide by: NaN, or 0 if `undefined_is_zero` (balanced accuracy is a mean of rates,
/// and NaN in any case).
pub(crate) fn rates(counts: &Confusion, undefined_is_zero: bool) -> [f64; RATES.len()] {
    RATES.map(|metric| {
        if metric == GroupMetric::BalancedAccuracy {
            return counts.balanced_accuracy().unwrap_or(f64::NAN);
        }
        let (part, whole, _) = parts(metric, counts);
        if whole == 0 && undefined_is_zero {
            0.0
        } else {
            f64::from(part) / f64::from(whole)
        }
    })
}

/// A rate with its interval at the normal quantile `z`: Wilson, and for balanced accuracy the
/// method of variance estimates recovery. `None` where there is nothing to divide by, or 0 (and
/// anything between 0 and 1) if `undefined_is_zero`.
pub(crate) fn rate_estimate(
    metric: GroupMetric,
    counts: &Confusion,
    z: f64,
    undefined_is_zero: bool,
) -> Option<Bounded> {
    if metric == GroupMetric::BalancedAccuracy {
        let of_class = |metric| rate_estimate(metric, counts, z, false);
        return Some(of_class(GroupMetric::Tpr)?.mean_with(of_class(GroupMetric::Tnr)?));
    }
    let (part, whole, _) = parts(metric, counts);
    match wilson_at(part, whole, z) {
        Some(interval) => Some(Bounded {
            value: f64::from(part) / f64::from(whole),
            interval,
        }),
        None => undefined_is_zero.then_some(Bounded {
            value: 0.0,
            interval: [0.0, 1.0],
        }),
    }
}

/// Every metric of one group with its 95% interval: those of [`rate_estimate`] for rates, DeLong
/// for ROC AUC, normal for means. Without scores the metrics that need them are absent.
pub(crate) fn figures(
    counts: &Confusion,
    truth: &[bool],
    scores: Option<&[f64]>,
    undefined_is_zero: bool,
) -> BTreeMap<GroupMetric, Estimate> {
    let figure = |metric| {
        let balanced = metric == GroupMetric::BalancedAccuracy;
        let because = if balanced && counts.positives() == 0 {
            GroupMetric::Tpr
        } else if balanced {
            GroupMetric::Tnr
        } else {
            metric
        };
        let (_, whole, why) = parts(because, counts);
        let n = if balanced { counts.count() } else { whole };
        rate_estimate(metric, counts, Z, undefined_is_zero).map_or_else(
            || Estimate::unknown(why),
            |estimate| estimate.figure(n as usize),
        )
    };
    let mut figures: BTreeMap<GroupMetric, Estimate> = RATES
        .into_iter()
        .map(|metric| (metric, figure(metric)))
        .collect();
    if let Some(scores) = scores {
        figures.extend(score_figures(truth, scores));
    }
    figures
}

fn score_figures(truth: &[bool], scores: &[f64]) -> [(GroupMetric, Estimate); 4] {
    let probabilities = scores.iter().all(|score| (0.0..=1.0).contains(score));
    let errors = || {
        scores
            .iter()
            .zip(truth)
            .map(|(score, &positive)| score - f64::from(u8::from(positive)))
    };
    let of_probabilities = |values: Vec<f64>| {
        if probabilities {
            mean_figure(&values)
        } else {
            Estimate::unknown("the scores are not probabilities between 0 and 1")
        }
    };
    [
        (
            GroupMetric::RocAuc,
            ScoreTable::new(truth, scores).map_or_else(
                |error| Estimate::unknown(error.to_string()),
                |table| roc_auc_figure(&table),
            ),
        ),
        (GroupMetric::MeanScore, mean_figure(scores)),
        (
            GroupMetric::CalibrationInTheLarge,
            of_probabilities(errors().collect()),
        ),
        (
            GroupMetric::Brier,
            of_probabilities(errors().map(|error| error * error).collect()),
        ),
    ]
}

/// Mean with its normal 95% interval; one value has no spread, and so no figure.
fn mean_figure(values: &[f64]) -> Estimate {
    if values.len() < 2 {
        return Estimate::unknown("an interval needs more than one person");
    }
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let half = Z
        * (values
            .iter()
            .map(|value| (value - mean).powi(2))
            .sum::<f64>()
            / (n - 1.0)
            / n)
            .sqrt();
    Estimate::with_interval(mean, [mean - half, mean + half], values.len())
}
