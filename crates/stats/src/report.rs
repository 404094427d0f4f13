//! All metrics of one score on one set of rows.

use std::collections::BTreeMap;

use domain::Estimate;
use serde::{Deserialize, Serialize};

use crate::{
    ScoreTable,
    bootstrap::resample,
    confusion::Confusion,
    curves::{CalibrationBin, GainPoint, PrecisionRecallCurve, RocCurve, ThresholdRow},
    delong::roc_auc_figure,
    intervals::{percentile_interval, proportion, raised_by_noise},
    metrics::{CALIBRATION_BINS, Metric, Setting, uniform_edges},
    table::InputError,
};

/// Points that a drawn curve keeps at most.
const CURVE_POINTS: usize = 512;

/// Metrics with intervals, confusion matrix and curves of one score; `serde_json` gives the shape
/// of `tenure tool metrics`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Rows.
    pub n: u32,
    /// Rows with a positive label.
    pub positives: u32,
    /// Flagged at or above this score.
    pub cutoff: f64,
    /// Every [`Metric`].
    pub metrics: BTreeMap<Metric, Estimate>,
    /// Counts at the cutoff.
    pub confusion: Confusion,
    /// The cutoff with the best F1 on these rows (chosen on them, so optimistic).
    pub best_f1_cutoff: Option<f64>,
    /// What is drawn.
    pub curves: Curves,
}

/// Curves of a [`Report`], thinned to what a screen can show.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Curves {
    /// ROC curve; `None` with one class only.
    pub roc: Option<RocCurve>,
    /// Precision-recall curve; `None` without positives.
    pub precision_recall: Option<PrecisionRecallCurve>,
    /// Calibration over 10 bins of equal width; empty when the scores are not probabilities.
    pub calibration: Vec<CalibrationBin>,
    /// Calibration over 10 bins of equal size; empty when the scores are not probabilities.
    pub calibration_quantile: Vec<CalibrationBin>,
    /// Leavers and people at each twentieth of the scores from 0 to 1; empty when the scores are
    /// not probabilities.
    pub distribution: Vec<CalibrationBin>,
    /// Gain and lift in steps of 5 % of the people.
    pub gains: Vec<GainPoint>,
    /// People to talk to and leavers caught at cutoffs 0.05, 0.10 … 0.95.
    pub thresholds: Vec<ThresholdRow>,
}

/// Evaluates `scores` (higher means more likely positive) against `truth`. Intervals: DeLong for
/// ROC AUC, Wilson for proportions, seeded stratified percentile bootstrap for the rest; for
/// calibration errors and the KS statistic, which noise can only raise, the lower end of the basic
/// bootstrap. Calibration bins and cutoff stay as they are while resampling.
///
/// # Errors
/// [`InputError`] when there are no rows, the lengths differ, or a score is not finite. Everything else that cannot be computed is a
/// [`Estimate::unknown`].
///
/// ```
/// use stats::{Metric, report::report};
///
/// let found = report(&[false, false, true, true], &[0.1, 0.4, 0.35, 0.8], 0.5, 42)?;
/// assert_eq!((found.n, found.positives), (4, 2));
/// assert_eq!(found.metrics[&Metric::RocAuc].value, Some(0.75));
/// # Ok::<(), stats::InputError>(())
/// ```
pub fn report(
    truth: &[bool],
    scores: &[f64],
    cutoff: f64,
    seed: u64,
) -> Result<Report, InputError> {
    let (table, positions) = ScoreTable::with_positions(truth, scores)?;
    let setting = Setting::new(&table, cutoff);
    let samples = resample(truth, [&table], [&positions], seed, |[resampled]| {
        resampled.values(&setting)
    });
    Ok(Report {
        n: table.count(),
        positives: table.positive_count(),
        cutoff,
        metrics: figures(&table, &setting, &samples),
        confusion: table.confusion(cutoff),
        best_f1_cutoff: table.best_f1_cutoff(),
        curves: curves(&table),
    })
}

fn curves(table: &ScoreTable) -> Curves {
    let cutoffs: Vec<f64> = (1..20).map(|step| f64::from(step) / 20.0).collect();
    let probabilities = table.are_probabilities();
    Curves {
        roc: table.roc_curve(true).map(|curve| RocCurve {
            fpr: thinned(curve.fpr),
            tpr: thinned(curve.tpr),
            thresholds: thinned(curve.thresholds),
        }),
        precision_recall: table.precision_recall_curve().map(|mut curve| {
            // The last point has no threshold, so it stays out of the thinning and keeps the
            // lengths one apart.
            let (precision, recall) = (curve.precision.pop(), curve.recall.pop());
            let mut curve = PrecisionRecallCurve {
                precision: thinned(curve.precision),
                recall: thinned(curve.recall),
                thresholds: thinned(curve.thresholds),
            };
            curve.precision.extend(precision);
            curve.recall.extend(recall);
            curve
        }),
        calibration: if probabilities {
            table.calibration_uniform(CALIBRATION_BINS)
        } else {
            Vec::new()
        },
        calibration_quantile: if probabilities {
            table.calibration_quantile(CALIBRATION_BINS)
        } else {
            Vec::new()
        },
        distribution: if probabilities {
            table.calibration_bins(&uniform_edges(20))
        } else {
            Vec::new()
        },
        gains: table.gains(20),
        thresholds: table.by_threshold(&cutoffs),
    }
}

/// At most [`CURVE_POINTS`] of the points, evenly by index, both ends kept.
fn thinned<T: Clone>(points: Vec<T>) -> Vec<T> {
    if points.len() <= CURVE_POINTS {
        return points;
    }
    (0..CURVE_POINTS)
        .map(|kept| points[kept * (points.len() - 1) / (CURVE_POINTS - 1)].clone())
        .collect()
}

/// Every metric of `table` with its interval; `samples` are [`ScoreTable::values`] of resamples.
pub(crate) fn figures(
    table: &ScoreTable,
    setting: &Setting,
    samples: &[Vec<f64>],
) -> BTreeMap<Metric, Estimate> {
    let counts = table.confusion(setting.cutoff);
    let (n, probabilities) = (counts.count() as usize, table.are_probabilities());
    let area = roc_auc_figure(table);
    let of = |(&metric, (position, value)): (&Metric, (usize, f64))| {
        let bootstrapped = |corrected: &dyn Fn([f64; 2]) -> [f64; 2]| {
            if value.is_nan() {
                return Estimate::unknown(why_undefined(metric, &counts, probabilities));
            }
            match percentile_interval(samples.iter().map(|sample| sample[position]).collect()) {
                Some(interval) => Estimate::with_interval(value, corrected(interval), n),
                None => Estimate::point(value, n),
            }
        };
        let figure = match metric {
            Metric::RocAuc => area.clone(),
            Metric::Gini => scaled_gini(&area),
            Metric::Accuracy | Metric::RecallWeighted => {
                proportion(counts.tp + counts.tn, counts.count(), "")
            }
            Metric::Precision => proportion(
                counts.tp,
                counts.flagged(),
                "nobody is at or above the cutoff, so precision is undefined",
            ),
            Metric::Recall => proportion(
                counts.tp,
                counts.positives(),
                "nobody in this data has the event, so recall is undefined",
            ),
            Metric::Specificity => proportion(
                counts.tn,
                counts.negatives(),
                "everybody in this data has the event, so specificity is undefined",
            ),
            Metric::SelectionRate => proportion(counts.flagged(), counts.count(), ""),
            Metric::Ece | Metric::EceQuantile | Metric::Ks => {
                bootstrapped(&|interval| raised_by_noise(value, interval))
            }
            Metric::AveragePrecision
            | Metric::Brier
            | Metric::LogLoss
            | Metric::PartialAuc
            | Metric::BalancedAccuracy
            | Metric::F1
            | Metric::F2
            | Metric::Mcc
            | Metric::PrecisionWeighted
            | Metric::F1Weighted
            | Metric::F1Macro
            | Metric::TopDecilePrecision
            | Metric::TopDecileRecall
            | Metric::TopDecileLift => bootstrapped(&|interval| interval),
        };
        (metric, figure)
    };
    Metric::ALL
        .iter()
        .zip(table.values(setting).into_iter().enumerate())
        .map(of)
        .collect()
}

fn scaled_gini(area: &Estimate) -> Estimate {
    let gini = |area: f64| 2.0 * area - 1.0;
    Estimate {
        value: area.value.map(gini),
        interval: area.interval.map(|ends| ends.map(gini)),
        ..area.clone()
    }
}

fn why_undefined(metric: Metric, counts: &Confusion, probabilities: bool) -> &'static str {
    if metric.needs_probabilities() && !probabilities {
        "the scores are not probabilities between 0 and 1"
    } else if counts.positives() == 0 {
        "nobody in this data has the event"
    } else if counts.negatives() == 0 {
        "everybody in this data has the event"
    } else if counts.flagged() == 0 {
        "nobody is at or above the cutoff"
    } else {
        "everybody is at or above the cutoff"
    }
}
