//! What a training found out: evaluation, curves, cohorts, gates, and the evidence of a review.

use domain::Estimate;
use stats::curves::{GainPoint, PrecisionRecallCurve, RocCurve, ThresholdRow};
use stats::report::Report;
use training::error_analysis::{Cohort, ErrorAnalysis};
use training::evaluate::{Evaluation, HistogramBin};
use training::gates::{Gate, GateReport};
use training::quality::DataQuality;

use super::drift::{Withheld, features};
use super::numbers::to_grid;
use super::{Disclosure, audit};
use crate::review::{EvidencePackage, FieldImportance, ImportanceChange, RankedImportance};
use crate::runs::Evidence;
use crate::shadow::ShadowEvidence;
use crate::training::RowsUsed;

/// Grid of gaps between groups that gates judge, of shares of cells, and of Brier scores of
/// cohorts.
const GAP: f64 = 0.05;
const SHARE: f64 = 0.01;

/// Rows by cutoff: a sweep, so each count is released by itself, and rates are those of released
/// counts.
fn thresholds(exact: &[ThresholdRow], rule: Disclosure) -> Vec<ThresholdRow> {
    let row = |own: &ThresholdRow| {
        let (flagged, caught) = (rule.count_u32(own.flagged), rule.count_u32(own.caught));
        let enough = !rule.is_small(u64::from(own.flagged));
        ThresholdRow {
            cutoff: own.cutoff,
            flagged,
            caught: caught.min(flagged),
            precision: own
                .precision
                .filter(|_| enough)
                .map(|value| to_grid(value, rule.rate_step(u64::from(own.flagged)))),
            recall: own.recall.map(|value| to_grid(value, GAP)),
        }
    };
    exact.iter().map(row).collect()
}

/// An evaluation on one set of rows.
pub fn evaluation(exact: &Evaluation, rule: Disclosure) -> Evaluation {
    let bin = |own: &HistogramBin| HistogramBin {
        from: own.from,
        with_event: rule.count_u32(own.with_event),
        without_event: rule.count_u32(own.without_event),
    };
    Evaluation {
        report: report(&exact.report, rule),
        histogram: exact.histogram.iter().map(bin).collect(),
        fairness: exact
            .fairness
            .iter()
            .map(|(attribute, own)| (attribute.clone(), audit::audit(own, rule)))
            .collect(),
    }
}

/// Metrics are those of everybody, and stay. What counts people by score does not.
fn report(exact: &Report, rule: Disclosure) -> Report {
    let kept = |points: usize| (exact.n / rule.least_people()).max(2).min(points as u32) as usize;
    let thin = |values: &[f64], kept: usize| -> Vec<f64> {
        (0..kept)
            .map(|at| to_grid(values[at * (values.len() - 1) / (kept - 1).max(1)], SHARE))
            .collect()
    };
    let mut report = exact.clone();
    report.positives = rule.count_u32(exact.positives);
    let [[tn, fp], [fn_, tp]]: [[u32; 2]; 2] = exact.confusion.into();
    report.confusion = [[tn, fp], [fn_, tp]]
        .map(|side| side.map(|count| rule.count_u32(count)))
        .into();
    report.best_f1_cutoff = exact.best_f1_cutoff.map(|cutoff| to_grid(cutoff, SHARE));
    let curves = &mut report.curves;
    curves.roc = exact.curves.roc.as_ref().map(|own| {
        let points = kept(own.fpr.len());
        // The cutoff of a point is the score of somebody.
        RocCurve {
            fpr: thin(&own.fpr, points),
            tpr: thin(&own.tpr, points),
            thresholds: vec![None; points],
        }
    });
    curves.precision_recall = exact.curves.precision_recall.as_ref().map(|own| {
        let points = kept(own.precision.len());
        PrecisionRecallCurve {
            precision: thin(&own.precision, points),
            recall: thin(&own.recall, points),
            thresholds: Vec::new(),
        }
    });
    curves.calibration = audit::calibration(&exact.curves.calibration, rule);
    curves.calibration_quantile = audit::calibration(&exact.curves.calibration_quantile, rule);
    curves.distribution = audit::calibration(&exact.curves.distribution, rule);
    curves.gains = gains(&exact.curves.gains, exact.n, rule);
    curves.thresholds = thresholds(&exact.curves.thresholds, rule);
    report
}

/// Steps with k people each, the last one kept.
fn gains(exact: &[GainPoint], people: u32, rule: Disclosure) -> Vec<GainPoint> {
    let every = (exact.len() as u32 * rule.least_people())
        .div_ceil(people.max(1))
        .max(1) as usize;
    let kept = exact
        .iter()
        .enumerate()
        .filter(|(at, _)| (at + 1) % every == 0 || at + 1 == exact.len());
    kept.map(|(_, own)| GainPoint {
        share: own.share,
        gain: to_grid(own.gain, SHARE),
        lift: to_grid(own.lift, 2.0 * GAP),
    })
    .collect()
}

fn errors(exact: &ErrorAnalysis, rule: Disclosure) -> ErrorAnalysis {
    let cohort = |own: &Cohort| Cohort {
        conditions: own.conditions.clone(),
        brier: rule.rate(&own.brier),
        event_rate: rule.rate(&own.event_rate),
        mean_probability: to_grid(
            own.mean_probability,
            rule.rate_step(u64::from(own.event_rate.n.unwrap_or(0))),
        ),
    };
    let large = |own: &&Cohort| !rule.is_small(u64::from(own.event_rate.n.unwrap_or(0)));
    ErrorAnalysis {
        overall: exact.overall.clone(),
        cohorts: exact.cohorts.iter().filter(large).map(cohort).collect(),
    }
}

fn gates(exact: &GateReport, rule: Disclosure) -> GateReport {
    let mut report = exact.clone();
    for result in &mut report.results {
        result.figure = match result.gate {
            Gate::Fairness { .. } => rule.on_grid(&result.figure, GAP),
            Gate::Missing { .. } | Gate::Outliers { .. } => rule.on_grid(&result.figure, SHARE),
            Gate::Correlation { .. } => rule.on_grid(&result.figure, GAP),
            Gate::Absolute { .. }
            | Gate::AgainstLive { .. }
            | Gate::Reproducible
            | Gate::Leakage
            | Gate::ExplanationStability { .. }
            | Gate::Documentation { .. } => result.figure.clone(),
        };
    }
    report
}

/// What is kept of a training, for the page of its run and for its model card. Scores by row are
/// gone.
pub fn evidence(exact: &Evidence, rule: Disclosure) -> Evidence {
    let quality: &DataQuality = &exact.quality;
    Evidence {
        holdout: evaluation(&exact.holdout, rule),
        cross_validated: evaluation(&exact.cross_validated, rule),
        holdout_probabilities: vec![0.0; exact.holdout_probabilities.len()],
        out_of_fold: vec![None; exact.out_of_fold.len()],
        errors: errors(&exact.errors, rule),
        quality: DataQuality {
            missing: rule.on_grid(&quality.missing, SHARE),
            outliers: rule.on_grid(&quality.outliers, SHARE),
            correlation: rule.on_grid(&quality.correlation, GAP),
            ..quality.clone()
        },
        gates: gates(&exact.gates, rule),
        rows_used: RowsUsed {
            unknown_outcomes: rule.count_u32(exact.rows_used.unknown_outcomes),
            ..exact.rows_used
        },
        ..exact.clone()
    }
}

/// The evidence of a review. The decision is bound to the hash of what was kept; this is how a
/// reviewer reads it.
pub fn package(exact: &EvidencePackage, withheld: &Withheld, rule: Disclosure) -> EvidencePackage {
    EvidencePackage {
        gates: gates(&exact.gates, rule),
        guide: gates(&exact.guide, rule),
        candidate: evaluation(&exact.candidate, rule),
        champion: exact.champion.as_ref().map(|own| evaluation(own, rule)),
        errors: errors(&exact.errors, rule),
        fairness: exact
            .fairness
            .iter()
            .map(|(attribute, own)| (attribute.clone(), audit::audit(own, rule)))
            .collect(),
        drift: exact
            .drift
            .as_ref()
            .map(|own| features(own, withheld, rule)),
        importance: exact.importance.as_ref().map(importance),
        shadow: exact.shadow.as_ref().map(|own| ShadowEvidence {
            disagreement: own.disagreement.released(rule),
            ..own.clone()
        }),
        ..exact.clone()
    }
}

/// Means over the hold-out rows, on the grid of [`super::explanation`].
fn importance(exact: &ImportanceChange) -> ImportanceChange {
    let side = |own: Option<RankedImportance>| {
        own.map(|own| RankedImportance {
            points: to_grid(own.points, SHARE),
            ..own
        })
    };
    let field = |own: &FieldImportance| {
        let (candidate, live) = (side(own.candidate), side(own.live));
        let points = |side: Option<RankedImportance>| side.map_or(0.0, |own| own.points);
        FieldImportance {
            candidate,
            live,
            change: to_grid(points(candidate) - points(live), SHARE),
            ..own.clone()
        }
    };
    ImportanceChange {
        fields: exact.fields.iter().map(field).collect(),
        ..exact.clone()
    }
}

/// The number of people with the event in a dataset, as it is released.
pub fn positives(exact: Option<[u32; 2]>, rule: Disclosure) -> (Option<u32>, Option<Estimate>) {
    let released = exact.map(|[_, count]| rule.count_u32(count));
    let share = exact.map(|[known, count]| {
        rule.rate(&stats::intervals::proportion(
            count,
            known,
            "there are no rows",
        ))
    });
    (released, share)
}
