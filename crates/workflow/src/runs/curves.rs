//! The curves of an evaluation, for pages and files.

use charts::{Curve, Curves};
use stats::Metric;
use stats::curves::CalibrationBin;
use stats::report::Report;

use crate::Evidence;

/// The curves of an evaluation, on the hold-out and out of fold.
pub(crate) fn curves(evidence: &Evidence) -> Curves {
    let both = |metric: Metric, of: &dyn Fn(&Report) -> Option<Vec<[f64; 2]>>| {
        let curve = |label: &str, report: &Report| {
            let figure = report.metrics.get(&metric).and_then(|figure| figure.value);
            of(report).map(|points| Curve {
                label: label.to_owned(),
                points,
                figure,
            })
        };
        [
            curve("Hold-out", &evidence.holdout.report),
            curve("Out of fold", &evidence.cross_validated.report),
        ]
        .into_iter()
        .flatten()
        .collect()
    };
    let pairs = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(x, y)| [*x, *y]).collect::<Vec<_>>();
    let bin = |bin: &CalibrationBin| bin.predicted().zip(bin.observed()).map(<[f64; 2]>::from);
    Curves {
        roc: both(Metric::RocAuc, &|report| {
            report
                .curves
                .roc
                .as_ref()
                .map(|curve| pairs(&curve.fpr, &curve.tpr))
        }),
        precision_recall: both(Metric::AveragePrecision, &|report| {
            report
                .curves
                .precision_recall
                .as_ref()
                .map(|curve| pairs(&curve.recall, &curve.precision))
        }),
        calibration: both(Metric::EceQuantile, &|report| {
            Some(
                report
                    .curves
                    .calibration_quantile
                    .iter()
                    .filter_map(bin)
                    .collect(),
            )
        }),
        lift: both(Metric::TopDecileLift, &|report| {
            Some(
                report
                    .curves
                    .gains
                    .iter()
                    .map(|point| [point.share, point.lift])
                    .collect(),
            )
        }),
        histogram: [false, true].map(|left| {
            evidence
                .holdout
                .histogram
                .iter()
                .map(|bin| {
                    if left {
                        bin.with_event
                    } else {
                        bin.without_event
                    }
                })
                .collect()
        }),
        confusion: evidence.holdout.report.confusion.into(),
        cutoff: evidence.holdout.report.cutoff,
    }
}
