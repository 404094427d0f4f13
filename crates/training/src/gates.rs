//! What a model must show before it may go live. Judged by the interval, not the point: pass, fail, or "these rows cannot tell".

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use stats::comparison::Comparison;
use stats::fairness::{GroupAudit, ParityMetric};
use stats::report::Report;
use stats::{Figure, Metric, Verdict};

use crate::quality::DataQuality;
use crate::stability::Stability;

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
    /// The `top` fields that matter most are the same in refits on other people: stability (1 always, 0 as by chance), at least.
    ExplanationStability { top: usize, limit: f64 },
    /// These parts of the model card are there.
    Documentation { parts: Vec<CardPart> },
}

/// A part of the model card that a gate may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CardPart {
    /// What the use case is for, in a sentence.
    Purpose,
    /// Data with its hash, seed, code and parameters.
    Lineage,
    /// Figures on rows that the model never saw.
    Metrics,
    /// Figures by group of every attribute that the use case audits.
    Groups,
    /// What the model has learned.
    Explanation,
    /// What somebody says about the version.
    Description,
    /// Known limitations in somebody's words.
    Limitations,
}

impl CardPart {
    /// Every part.
    pub const ALL: [Self; 7] =
        [Self::Purpose, Self::Lineage, Self::Metrics, Self::Groups, Self::Explanation, Self::Description, Self::Limitations];

    /// What people call it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Purpose => "purpose",
            Self::Lineage => "lineage",
            Self::Metrics => "metrics",
            Self::Groups => "figures by group",
            Self::Explanation => "what it has learned",
            Self::Description => "description",
            Self::Limitations => "known limitations",
        }
    }

    /// Whether somebody must write it after the training.
    fn is_written(self) -> bool {
        matches!(self, Self::Description | Self::Limitations)
    }
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
    /// Whether a version must have been trained under the name of an account: who works on the machine itself without signing in has no name
    /// that could be held against the reviewer's.
    #[serde(default)]
    pub named_author: bool,
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
    /// The fields' importances in refits; `None` when nobody measured them.
    pub stability: Option<&'a Stability>,
    /// The parts that the model card has.
    pub card: &'a BTreeSet<CardPart>,
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
    /// What it rests on or what is missing, for a person; often empty.
    #[serde(default)]
    pub note: String,
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
        match name {
            "sensible" => Some(Self::sensible()),
            "guide-strict" => Some(Self::guide_strict()),
            _ => None,
        }
    }

    /// The default: what an honest model can meet.
    pub fn sensible() -> Self {
        let absolute = |metric, limit| Gate::Absolute { metric, limit };
        let fairness = |metric, limit| Gate::Fairness { metric, limit };
        Self {
            name: "sensible".into(),
            description:
                "Better than chance beyond doubt, calibrated, not clearly worse than what is live; differences between groups are judged, \
                      and the reviewer answers for them."
                    .into(),
            inconclusive_blocks: false,
            fairness_blocks: false,
            approvals: 1,
            waivers: true,
            checklist_required: false,
            named_author: false,
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
                Gate::ExplanationStability { top: 5, limit: 0.4 },
                Gate::Documentation {
                    parts: vec![CardPart::Purpose, CardPart::Lineage, CardPart::Metrics, CardPart::Groups, CardPart::Explanation],
                },
            ],
        }
    }

    /// The thresholds of guide 002.
    pub fn guide_strict() -> Self {
        let absolute = |metric, limit| Gate::Absolute { metric, limit };
        let fairness = |metric, limit| Gate::Fairness { metric, limit };
        Self {
            name: "guide-strict".into(),
            description: "The fixed thresholds of guide 002. No honest model meets all of them on the IBM data.".into(),
            inconclusive_blocks: true,
            fairness_blocks: true,
            approvals: 1,
            waivers: false,
            checklist_required: true,
            named_author: true,
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
                Gate::ExplanationStability { top: 5, limit: 0.75 },
                Gate::Documentation { parts: CardPart::ALL.to_vec() },
            ],
        }
    }

    /// Judges every gate. A gate on fairness gives one result per audited attribute, and one that could not be computed when there is none;
    /// a gate against the live model gives none when nothing is live.
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
            // What was not computed is not good: only rows that were looked at can be inconclusive.
            Verdict::Fail | Verdict::CouldNotCompute => true,
            Verdict::Inconclusive => self.inconclusive_blocks,
        }
    }

    /// Gates that keep a version out of Staging.
    pub fn block_staging<'a>(&'a self, report: &'a GateReport) -> impl Iterator<Item = &'a GateResult> {
        report.results.iter().filter(|result| result.gate.is_of_staging() && self.blocks(result))
    }
}

impl Gate {
    /// Whether a version must meet it to be proposed at all: what it shows by itself. Fairness and the comparison with the live model are
    /// for the reviewers, who judge them (again) when they decide; and what people write about a version they write after its training.
    pub fn is_of_staging(&self) -> bool {
        match self {
            Self::AgainstLive { .. } | Self::Fairness { .. } => false,
            Self::Documentation { parts } => !parts.iter().any(|part| part.is_written()),
            _ => true,
        }
    }

    fn judge(&self, evidence: &Evidence<'_>) -> Vec<GateResult> {
        let result = |title: String, figure: Figure, limit: f64, higher_is_better: bool| {
            let verdict = if higher_is_better { Verdict::at_least(&figure, limit) } else { Verdict::at_most(&figure, limit) };
            let side = if higher_is_better { "at least" } else { "at most" };
            GateResult { gate: self.clone(), title: format!("{title} {side} {limit}"), figure, limit, verdict, note: String::new() }
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
                if evidence.fairness.is_empty() {
                    let figure = Figure::unknown("the data has none of the attributes that the use case audits, or it audits none");
                    return vec![result(metric.label().to_owned(), figure, *limit, ratio)];
                }
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
            Self::ExplanationStability { top, limit } => {
                let figure = evidence.stability.map_or_else(|| Figure::unknown("nobody fitted it to other people"), |own| own.of_top(*top));
                let note = evidence.stability.map(|own| stability_note(own, *top)).unwrap_or_default();
                vec![GateResult { note, ..result(format!("Stability of the {top} strongest fields"), figure, *limit, true) }]
            }
            Self::Documentation { parts } => {
                let missing: Vec<&str> = parts.iter().filter(|part| !evidence.card.contains(part)).map(|part| part.label()).collect();
                let share = (parts.len() - missing.len()) as f64 / parts.len().max(1) as f64;
                let note = if missing.is_empty() { String::new() } else { format!("Missing on the model card: {}", missing.join(", ")) };
                let own = result(String::new(), Figure::point(share, parts.len()), 1.0, true);
                vec![GateResult { title: "The model card is complete".into(), note, ..own }]
            }
        }
    }
}

/// "In all of 10 refits: OverTime, Age. In some: …"
fn stability_note(stability: &Stability, top: usize) -> String {
    let refits = stability.importances.len() as u32;
    let ranks = stability.ranks(top);
    let names = |wanted: &dyn Fn(u32) -> bool| {
        ranks.iter().filter(|own| wanted(own.among_top)).map(|own| own.field.as_str()).collect::<Vec<_>>().join(", ")
    };
    let (always, sometimes) = (names(&|count| count == refits), names(&|count| count > 0 && count < refits));
    let always = if always.is_empty() { "none".to_owned() } else { always };
    let sometimes = if sometimes.is_empty() { String::new() } else { format!("; in some: {sometimes}") };
    format!("Among the {top} strongest in all {refits} refits: {always}{sometimes}")
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
        // Too few rows that neither model has seen: they cannot tell the two apart.
        (None, _) => Verdict::Inconclusive,
        // "Improves by more than x and the interval excludes 0": the point is held against x, the interval against 0.
        (Some(value), true) => match turned.interval {
            Some([low, _]) if value > improvement && low > 0.0 => Verdict::Pass,
            Some([_, high]) if high <= improvement.max(0.0) => Verdict::Fail,
            _ => Verdict::Inconclusive,
        },
        (Some(_), false) => Verdict::at_least(&turned, improvement),
    };
    let title = format!("{} better than the live model by at least {improvement}", metric.label());
    GateResult { gate: gate.clone(), title, figure: turned, limit: improvement, verdict, note: String::new() }
}
