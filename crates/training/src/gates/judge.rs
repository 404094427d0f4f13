//! Each gate held against the evidence.

use std::collections::{BTreeMap, BTreeSet};

use domain::Estimate;
use model::UseCase;
use stats::comparison::Comparison;
use stats::fairness::{GroupAudit, ParityMetric};
use stats::report::Report;
use stats::{Metric, Verdict};

use super::gate::{CardPart, Gate};
use super::report::GateResult;
use crate::leakage::Leak;
use crate::quality::DataQuality;
use crate::stability::Stability;

/// What gates are judged by.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// On rows that the model never saw.
    pub report: &'a Report,
    /// Paired with the live model on the same rows; `None` when nothing is live.
    pub against_live: Option<&'a [Comparison]>,
    /// By audited attribute.
    pub fairness: &'a BTreeMap<String, GroupAudit>,
    /// Missing cells, outliers and correlations of the training data.
    pub quality: &'a DataQuality,
    /// Whether a second fit gave the same bytes; `None` when nobody tried.
    pub reproducible: Option<bool>,
    /// Signs of leakage.
    pub leaks: &'a [Leak],
    /// The fields' importances in refits; `None` when nobody measured them.
    pub stability: Option<&'a Stability>,
    /// Whose labels the titles use for columns.
    pub use_case: &'a UseCase,
    /// The parts that the model card has.
    pub card: &'a BTreeSet<CardPart>,
}

impl Gate {
    pub(super) fn judge(&self, evidence: &Evidence<'_>) -> Vec<GateResult> {
        let result = |title: String, figure: Estimate, limit: f64, higher_is_better: bool| {
            let verdict = if higher_is_better {
                Verdict::at_least(&figure, limit)
            } else {
                Verdict::at_most(&figure, limit)
            };
            let side = if higher_is_better {
                "at least"
            } else {
                "at most"
            };
            let (gate, key, title) = (
                self.clone(),
                self.key(None),
                format!("{title} {side} {limit}"),
            );
            GateResult {
                gate,
                key,
                title,
                figure,
                limit,
                verdict,
                note: String::new(),
            }
        };
        match self {
            Self::Absolute { metric, limit } => {
                let figure = evidence.report.metrics.get(metric).cloned();
                let figure =
                    figure.unwrap_or_else(|| Estimate::unknown("the metric was not measured"));
                vec![result(
                    metric.label().to_owned(),
                    figure,
                    *limit,
                    metric.higher_is_better(),
                )]
            }
            Self::AgainstLive {
                metric,
                improvement,
                significant,
            } => {
                let Some(comparisons) = evidence.against_live else {
                    return Vec::new();
                };
                let figure = comparisons
                    .iter()
                    .find(|comparison| comparison.metric == *metric)
                    .map(|comparison| comparison.difference.clone());
                let figure = figure.unwrap_or_else(|| {
                    Estimate::unknown("the two models were not compared on this metric")
                });
                vec![against_live(
                    self,
                    *metric,
                    figure,
                    *improvement,
                    *significant,
                )]
            }
            Self::Fairness { metric, limit } => {
                let ratio = metric.is_ratio();
                let of = |(attribute, audit): (&String, &GroupAudit)| {
                    let figure = audit
                        .parity
                        .get(metric)
                        .cloned()
                        .unwrap_or_else(|| Estimate::unknown("not measured by the audit"));
                    let own = result(
                        format!(
                            "{} by {}",
                            metric.label(),
                            evidence.use_case.label(attribute)
                        ),
                        figure,
                        *limit,
                        ratio,
                    );
                    // The audit judges only groups that are large enough, so its verdict goes
                    // before that of the plain figure.
                    let audited = audit
                        .verdict
                        .get(metric)
                        .copied()
                        .filter(|_| has_audit_limit(*metric, *limit));
                    GateResult {
                        key: self.key(Some(attribute)),
                        verdict: audited.unwrap_or(own.verdict),
                        ..own
                    }
                };
                if evidence.fairness.is_empty() {
                    let figure = Estimate::unknown("the data has no audited attributes");
                    return vec![result(metric.label().to_owned(), figure, *limit, ratio)];
                }
                evidence.fairness.iter().map(of).collect()
            }
            Self::Missing { limit } => vec![result(
                "Missing values".into(),
                evidence.quality.missing.clone(),
                *limit,
                false,
            )],
            Self::Outliers { limit } => vec![result(
                "Outliers".into(),
                evidence.quality.outliers.clone(),
                *limit,
                false,
            )],
            Self::Correlation { limit } => {
                let label = |name: &String| evidence.use_case.label(name);
                let between = evidence
                    .quality
                    .correlated
                    .as_ref()
                    .map_or(String::new(), |[a, b]| {
                        format!(" ({}, {})", label(a), label(b))
                    });
                vec![result(
                    format!("Highest correlation between inputs{between}"),
                    evidence.quality.correlation.clone(),
                    *limit,
                    false,
                )]
            }
            Self::Reproducible => {
                let figure = evidence.reproducible.map_or_else(
                    || Estimate::unknown("the model was not refitted"),
                    |same| Estimate {
                        value: Some(f64::from(u8::from(same))),
                        interval: None,
                        n: None,
                        why: None,
                    },
                );
                vec![GateResult {
                    title: "Reproducible training".into(),
                    ..result(String::new(), figure, 1.0, true)
                }]
            }
            Self::Leakage => {
                let alarms: Vec<&str> = evidence
                    .leaks
                    .iter()
                    .filter(|leak| leak.kind.is_alarm())
                    .map(|leak| leak.sentence.as_str())
                    .collect();
                let figure = Estimate {
                    value: Some(alarms.len() as f64),
                    interval: None,
                    n: None,
                    why: None,
                };
                vec![GateResult {
                    title: "No sign of leakage".into(),
                    note: alarms.join(" "),
                    ..result(String::new(), figure, 0.0, false)
                }]
            }
            Self::ExplanationStability { top, limit } => {
                let figure = evidence.stability.map_or_else(
                    || Estimate::unknown("the model was not refitted on resampled data"),
                    |own| own.of_top(*top),
                );
                let note = evidence
                    .stability
                    .map(|own| stability_note(own, *top))
                    .unwrap_or_default();
                vec![GateResult {
                    note,
                    ..result(
                        format!("Explanation stability, top {top} fields"),
                        figure,
                        *limit,
                        true,
                    )
                }]
            }
            Self::Documentation { parts } => {
                let missing: Vec<&str> = parts
                    .iter()
                    .filter(|part| !evidence.card.contains(part))
                    .map(|part| part.label())
                    .collect();
                let share = (parts.len() - missing.len()) as f64 / parts.len().max(1) as f64;
                let note = if missing.is_empty() {
                    String::new()
                } else {
                    format!("Missing from the model card: {}", missing.join(", "))
                };
                let own = result(
                    String::new(),
                    Estimate::point(share, parts.len()),
                    1.0,
                    true,
                );
                vec![GateResult {
                    title: "Complete model card".into(),
                    note,
                    ..own
                }]
            }
        }
    }
}

/// "In the top 5 in all 10 refits: Overtime, Age; in some: …"
fn stability_note(stability: &Stability, top: usize) -> String {
    let refits = stability.importances.len() as u32;
    let ranks = stability.ranks(top);
    let names = |wanted: &dyn Fn(u32) -> bool| {
        ranks
            .iter()
            .filter(|own| wanted(own.among_top))
            .map(|own| own.field.as_str())
            .collect::<Vec<_>>()
            .join(", ")
    };
    let (always, sometimes) = (
        names(&|count| count == refits),
        names(&|count| count > 0 && count < refits),
    );
    let always = if always.is_empty() {
        "none".to_owned()
    } else {
        always
    };
    let sometimes = if sometimes.is_empty() {
        String::new()
    } else {
        format!("; in some: {sometimes}")
    };
    format!("In the top {top} in all {refits} refits: {always}{sometimes}")
}

/// Whether the audit's own verdict was made with this limit.
fn has_audit_limit(metric: ParityMetric, limit: f64) -> bool {
    stats::fairness::FairnessPolicy::default()
        .limits
        .get(&metric)
        == Some(&limit)
}

fn against_live(
    gate: &Gate,
    metric: Metric,
    figure: Estimate,
    improvement: f64,
    significant: bool,
) -> GateResult {
    let sign = if metric.higher_is_better() { 1.0 } else { -1.0 };
    let turned = Estimate {
        value: figure.value.map(|value| sign * value),
        interval: figure.interval.map(|[low, high]| {
            if sign > 0.0 {
                [low, high]
            } else {
                [-high, -low]
            }
        }),
        ..figure
    };
    let verdict = match (turned.value, significant) {
        // Too few rows that neither model has seen: they cannot distinguish the two.
        (None, _) => Verdict::Inconclusive,
        // "Improves by more than x and the interval excludes 0": the point is held against x, the
        // interval against 0.
        (Some(value), true) => match turned.interval {
            Some([low, _]) if value > improvement && low > 0.0 => Verdict::Pass,
            Some([_, high]) if high <= improvement.max(0.0) => Verdict::Fail,
            _ => Verdict::Inconclusive,
        },
        (Some(_), false) => Verdict::at_least(&turned, improvement),
    };
    let title = if improvement < 0.0 {
        format!(
            "{} not worse than the live model by more than {}",
            metric.label(),
            -improvement
        )
    } else {
        format!(
            "{} better than the live model by at least {improvement}",
            metric.label()
        )
    };
    GateResult {
        gate: gate.clone(),
        key: gate.key(None),
        title,
        figure: turned,
        limit: improvement,
        verdict,
        note: String::new(),
    }
}
