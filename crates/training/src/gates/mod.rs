//! What a model must show before it may go live. Judged by the interval, not the point: pass, fail, or "these rows cannot tell".

mod judge;
mod presets;

use serde::{Deserialize, Serialize};
use stats::fairness::ParityMetric;
use stats::{Figure, Metric, Verdict};

pub use judge::Evidence;

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
    /// # Errors
    /// A sentence about the first thing in a policy file that makes no sense.
    pub fn check(&self) -> Result<(), String> {
        if self.name.trim().is_empty() || self.approvals == 0 {
            return Err("a policy has a name, and asks for at least one approval".to_owned());
        }
        let problem = |gate: &Gate| match gate {
            Gate::Absolute { limit, .. }
            | Gate::Fairness { limit, .. }
            | Gate::Missing { limit }
            | Gate::Outliers { limit }
            | Gate::Correlation { limit }
            | Gate::ExplanationStability { limit, .. }
            | Gate::AgainstLive { improvement: limit, .. }
                if !limit.is_finite() =>
            {
                Some("a limit is a number")
            }
            Gate::Fairness { limit, .. } | Gate::Missing { limit } | Gate::Outliers { limit } | Gate::Correlation { limit }
                if !(0.0..=1.0).contains(limit) =>
            {
                Some("the limit of a share, difference, ratio or correlation is from 0 to 1")
            }
            Gate::Absolute { metric, limit } if *limit < -1.0 || (*limit > 1.0 && !metric.may_exceed_1()) => {
                Some("no value of this metric can meet the limit, or none can miss it")
            }
            Gate::ExplanationStability { limit, .. } if *limit > 1.0 => Some("a stability is at most 1"),
            Gate::ExplanationStability { top: 0, .. } => Some("explanation_stability looks at one field or more: top = 5"),
            Gate::Documentation { parts } if parts.is_empty() => Some("documentation names the parts that it asks for"),
            _ => None,
        };
        if let Some(index) = (1..self.gates.len()).find(|index| self.gates[..*index].contains(&self.gates[*index])) {
            return Err(format!("gate {}: it stands there twice", index + 1));
        }
        match self.gates.iter().enumerate().find_map(|(index, gate)| Some((index, problem(gate)?))) {
            Some((index, problem)) => Err(format!("gate {}: {problem}", index + 1)),
            None => Ok(()),
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
}
