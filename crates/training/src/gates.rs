//! What a model must show before it may go live. Judged by the interval, not the point: pass, fail, or "these rows cannot tell".

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use stats::comparison::Comparison;
use stats::fairness::{GroupAudit, ParityMetric};
use stats::report::Report;
use stats::{Figure, Metric, Verdict};

use crate::quality::DataQuality;

/// One gate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Gate {
    /// A metric on unseen rows: at least the limit where more is better, at most the limit otherwise.
    Absolute { metric: Metric, limit: f64 },
    /// Improvement over the live model on identical unseen rows (negative: how much worse it may be).
    AgainstLive {
        metric: Metric,
        /// In the metric's unit, counted so that more is better.
        improvement: f64,
        /// Whether the paired interval must also exclude 0 on the good side.
        significant: bool,
    },
    /// A fairness metric for every audited attribute: differences at most, ratios at least the limit.
    Fairness { metric: ParityMetric, limit: f64 },
    /// Share of input cells without a value, at most.
    Missing { limit: f64 },
    /// Share of outliers among numbers, at most.
    Outliers { limit: f64 },
    /// Largest correlation between two inputs, at most.
    Correlation { limit: f64 },
    /// The same data, settings and seed give the same model.
    Reproducible,
}

/// A named set of gates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GatePolicy {
    pub name: String,
    pub description: String,
    /// Whether a gate that the rows cannot decide blocks promotion.
    pub inconclusive_blocks: bool,
    /// Whether a gate on fairness that fails blocks promotion. Otherwise the reviewers answer for it: their approval is recorded as given in
    /// spite of it, with their reason.
    #[serde(default = "yes")]
    pub fairness_blocks: bool,
    /// Reviewers who must approve.
    #[serde(default = "one_reviewer")]
    pub approvals: u32,
    /// Whether a reviewer may waive a gate that blocks, with owner, reason and expiry.
    #[serde(default)]
    pub waivers: bool,
    /// Whether an approval needs the whole checklist.
    #[serde(default)]
    pub checklist_required: bool,
    pub gates: Vec<Gate>,
}

fn yes() -> bool {
    true
}

fn one_reviewer() -> u32 {
    1
}

/// What gates are judged by.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// On rows that the model never saw.
    pub report: &'a Report,
    /// Paired with the live model on the same rows; `None` when nothing is live.
    pub against_live: Option<&'a [Comparison]>,
    /// By audited attribute.
    pub fairness: &'a BTreeMap<String, GroupAudit>,
    pub quality: &'a DataQuality,
    /// Whether a second fit gave the same bytes; `None` when nobody tried.
    pub reproducible: Option<bool>,
}

/// A judged gate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GateResult {
    pub gate: Gate,
    /// For example "ROC AUC at least 0.85" or "Equal opportunity difference by Gender at most 0.1".
    pub title: String,
    pub figure: Figure,
    pub limit: f64,
    pub verdict: Verdict,
}

/// All gates of a policy, judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GateReport {
    pub policy: String,
    pub results: Vec<GateResult>,
    /// Whether nothing blocks promotion.
    pub passes: bool,
}

impl GatePolicy {
    /// Names of the policies that ship.
    pub const PRESETS: [&'static str; 2] = ["sensible", "guide-strict"];

    /// A policy that ships.
    pub fn preset(name: &str) -> Option<Self> {
        let absolute = |metric, limit| Gate::Absolute { metric, limit };
        let fairness = |metric, limit| Gate::Fairness { metric, limit };
        match name {
            "sensible" => Some(Self {
                name: name.to_owned(),
                description: "Better than chance beyond doubt, calibrated, not clearly worse than what is live; differences between groups are judged, \
                              and the reviewer answers for them."
                    .into(),
                inconclusive_blocks: false,
                fairness_blocks: false,
                approvals: 1,
                waivers: true,
                checklist_required: false,
                gates: vec![
                    absolute(Metric::RocAuc, 0.70),
                    absolute(Metric::EceQuantile, 0.10),
                    absolute(Metric::TopDecileLift, 1.5),
                    Gate::AgainstLive { metric: Metric::RocAuc, improvement: -0.01, significant: false },
                    Gate::AgainstLive { metric: Metric::Brier, improvement: -0.005, significant: false },
                    fairness(ParityMetric::DemographicParityRatio, 0.8),
                    fairness(ParityMetric::EqualOpportunityDifference, 0.1),
                    Gate::Missing { limit: 0.2 },
                    Gate::Reproducible,
                ],
            }),
            "guide-strict" => Some(Self {
                name: name.to_owned(),
                description: "The fixed thresholds of guide 002. No honest model meets all of them on the IBM data.".into(),
                inconclusive_blocks: true,
                fairness_blocks: true,
                approvals: 1,
                waivers: false,
                checklist_required: true,
                gates: vec![
                    absolute(Metric::Accuracy, 0.85),
                    absolute(Metric::F1, 0.80),
                    absolute(Metric::RocAuc, 0.85),
                    absolute(Metric::Precision, 0.80),
                    absolute(Metric::Recall, 0.75),
                    fairness(ParityMetric::DemographicParityDifference, 0.1),
                    fairness(ParityMetric::EqualOpportunityDifference, 0.1),
                    fairness(ParityMetric::PredictiveParityDifference, 0.1),
                    Gate::Missing { limit: 0.05 },
                    Gate::Outliers { limit: 0.01 },
                    Gate::Correlation { limit: 0.8 },
                    Gate::Reproducible,
                ],
            }),
            _ => None,
        }
    }

    /// Judges every gate. A gate on fairness gives one result per audited attribute; a gate against the live model gives none when
    /// nothing is live.
    pub fn judge(&self, evidence: &Evidence<'_>) -> GateReport {
        let results: Vec<GateResult> = self.gates.iter().flat_map(|gate| gate.judge(evidence)).collect();
        GateReport { policy: self.name.clone(), passes: !results.iter().any(|result| self.blocks(result)), results }
    }

    /// Whether a judged gate stands in the way of promotion.
    pub fn blocks(&self, result: &GateResult) -> bool {
        if matches!(result.gate, Gate::Fairness { .. }) && !self.fairness_blocks {
            return false;
        }
        match result.verdict {
            Verdict::Pass => false,
            Verdict::Fail => true,
            Verdict::Inconclusive | Verdict::CouldNotCompute => self.inconclusive_blocks,
        }
    }

    /// Gates that keep a version out of Staging.
    pub fn block_staging<'a>(&'a self, report: &'a GateReport) -> impl Iterator<Item = &'a GateResult> {
        report.results.iter().filter(|result| result.gate.is_of_staging() && self.blocks(result))
    }
}

impl Gate {
    /// Whether a version must meet it to be proposed at all: what it shows by itself. Fairness and the comparison with the live model are
    /// for the reviewers, who judge them (again) when they decide.
    pub fn is_of_staging(&self) -> bool {
        !matches!(self, Self::AgainstLive { .. } | Self::Fairness { .. })
    }

    fn judge(&self, evidence: &Evidence<'_>) -> Vec<GateResult> {
        let result = |title: String, figure: Figure, limit: f64, higher_is_better: bool| {
            let verdict = if higher_is_better { Verdict::at_least(&figure, limit) } else { Verdict::at_most(&figure, limit) };
            let side = if higher_is_better { "at least" } else { "at most" };
            GateResult { gate: self.clone(), title: format!("{title} {side} {limit}"), figure, limit, verdict }
        };
        match self {
            Self::Absolute { metric, limit } => {
                let figure = evidence.report.metrics.get(metric).cloned();
                let figure = figure.unwrap_or_else(|| Figure::unknown("the metric was not measured"));
                vec![result(metric.label().to_owned(), figure, *limit, metric.higher_is_better())]
            }
            Self::AgainstLive { metric, improvement, significant } => {
                let Some(comparisons) = evidence.against_live else { return Vec::new() };
                let figure =
                    comparisons.iter().find(|comparison| comparison.metric == *metric).map(|comparison| comparison.difference.clone());
                let figure = figure.unwrap_or_else(|| Figure::unknown("the two models were not compared by it"));
                vec![against_live(self, *metric, figure, *improvement, *significant)]
            }
            Self::Fairness { metric, limit } => {
                let ratio = metric.is_ratio();
                let of = |(attribute, audit): (&String, &GroupAudit)| {
                    let figure = audit.parity.get(metric).cloned().unwrap_or_else(|| Figure::unknown("the audit did not measure it"));
                    let own = result(format!("{} by {attribute}", metric.label()), figure, *limit, ratio);
                    // The audit judges only groups that are large enough, so its verdict goes before that of the plain figure.
                    let audited = audit.verdict.get(metric).copied().filter(|_| has_audit_limit(*metric, *limit));
                    GateResult { verdict: audited.unwrap_or(own.verdict), ..own }
                };
                evidence.fairness.iter().map(of).collect()
            }
            Self::Missing { limit } => vec![result("Missing cells".into(), evidence.quality.missing.clone(), *limit, false)],
            Self::Outliers { limit } => vec![result("Outliers".into(), evidence.quality.outliers.clone(), *limit, false)],
            Self::Correlation { limit } => {
                let between = evidence.quality.correlated.as_ref().map_or(String::new(), |[a, b]| format!(" ({a}, {b})"));
                vec![result(format!("Largest correlation of inputs{between}"), evidence.quality.correlation.clone(), *limit, false)]
            }
            Self::Reproducible => {
                let figure = evidence.reproducible.map_or_else(
                    || Figure::unknown("nobody fitted it a second time"),
                    |same| Figure { value: Some(f64::from(u8::from(same))), interval: None, n: None, why: None },
                );
                vec![GateResult { title: "A second fit gives the same model".into(), ..result(String::new(), figure, 1.0, true) }]
            }
        }
    }
}

/// Whether the audit's own verdict was made with this limit.
fn has_audit_limit(metric: ParityMetric, limit: f64) -> bool {
    stats::fairness::FairnessPolicy::default().limits.get(&metric) == Some(&limit)
}

fn against_live(gate: &Gate, metric: Metric, figure: Figure, improvement: f64, significant: bool) -> GateResult {
    let sign = if metric.higher_is_better() { 1.0 } else { -1.0 };
    let turned = Figure {
        value: figure.value.map(|value| sign * value),
        interval: figure.interval.map(|[low, high]| if sign > 0.0 { [low, high] } else { [-high, -low] }),
        ..figure
    };
    let verdict = match (turned.value, significant) {
        (None, _) => Verdict::CouldNotCompute,
        // "Improves by more than x and the interval excludes 0": the point is held against x, the interval against 0.
        (Some(value), true) => match turned.interval {
            Some([low, _]) if value > improvement && low > 0.0 => Verdict::Pass,
            Some([_, high]) if high <= improvement.max(0.0) => Verdict::Fail,
            _ => Verdict::Inconclusive,
        },
        (Some(_), false) => Verdict::at_least(&turned, improvement),
    };
    let title = format!("{} better than the live model by at least {improvement}", metric.label());
    GateResult { gate: gate.clone(), title, figure: turned, limit: improvement, verdict }
}
