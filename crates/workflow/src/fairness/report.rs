//! The fairness report of a model version: what its decisions do to the groups of each protected
//! attribute.

use domain::{Date, Timestamp, VersionNumber};
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use stats::Verdict;
use stats::curves::CalibrationBin;
use stats::fairness::{GroupAudit, GroupRow, ParityMetric};
use stats::groups::MISSING;
use stats::local_law_144::LocalLaw144;
use training::proxies::Proxy;

/// What is drawn of one group. Groups that are too small to judge are not drawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GroupCurves {
    pub group: String,
    pub n: u32,
    /// False and true positive rates, ascending; empty with one outcome only.
    pub roc: Vec<[f64; 2]>,
    /// Bins of equal size.
    pub calibration: Vec<CalibrationBin>,
    /// People by score, in equal bins from 0 to 1.
    pub scores: Vec<u32>,
}

/// The audit of one attribute, or of the intersection of two.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AttributeReport {
    /// Name of the field, or of both fields of an intersection.
    pub name: String,
    pub label: String,
    /// Names of the groups in the order of the use case.
    pub order: Vec<String>,
    pub audit: GroupAudit,
    pub local_law_144: LocalLaw144,
    /// Empty for intersections.
    pub curves: Vec<GroupCurves>,
}

impl AttributeReport {
    /// The groups in the order of the use case; pooled groups after them, and people without a
    /// value last.
    pub fn groups(&self) -> Vec<(&String, &GroupRow)> {
        let mut groups: Vec<_> = self.audit.by_group.iter().collect();
        groups.sort_by_key(|(name, row)| {
            (row.n.is_none(), name.as_str() == MISSING, self.place(name))
        });
        groups
    }

    /// Place of a group in the order.
    pub fn place(&self, group: &str) -> usize {
        self.order
            .iter()
            .position(|own| own == group)
            .unwrap_or(self.order.len())
    }

    /// One verdict for the attribute: that of the policy's metrics together.
    pub fn verdict(&self) -> Verdict {
        Verdict::combined(self.audit.verdict.values().copied())
    }
}

/// How well the inputs predict a protected attribute.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProxyRow {
    /// Field, and its label.
    pub attribute: String,
    pub label: String,
    /// The group that is predicted best.
    pub group: String,
    pub roc_auc: domain::Estimate,
    /// Label of the field and its share of the prediction, largest first.
    pub through: Vec<(String, f64)>,
}

impl ProxyRow {
    /// With the labels of fields, as `label` gives them.
    pub fn new(proxy: &Proxy, label: impl Fn(&str) -> String) -> Self {
        Self {
            label: label(&proxy.attribute),
            attribute: proxy.attribute.clone(),
            group: proxy.group.clone(),
            roc_auc: proxy.roc_auc.clone(),
            through: proxy
                .through
                .iter()
                .map(|(field, share)| (label(field), *share))
                .collect(),
        }
    }
}

/// The verdicts on one version, at its own cutoff, out of fold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VersionVerdicts {
    pub version: VersionNumber,
    pub created_at: Timestamp,
    pub live: bool,
    pub cutoff: f64,
    /// By attribute and metric.
    pub verdicts: BTreeMap<String, BTreeMap<ParityMetric, Verdict>>,
}

/// One experiment against the version that it was made from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExperimentRow {
    pub run: String,
    /// For example "without Age".
    pub title: String,
    pub by: String,
    pub at: Timestamp,
    /// What was changed and what it did.
    pub effect: Effect,
}

/// The paired effect of an experiment on the rows that both models were judged by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Effect {
    /// People whom both models have out-of-fold scores of.
    pub rows: u32,
    pub cutoff: f64,
    /// Trials that the experiment was given, and that the version was.
    pub trials: [u32; 2],
    /// ROC AUC and the other metrics, paired.
    pub metrics: Vec<stats::comparison::Comparison>,
    /// By attribute: each fairness metric before and after.
    pub fairness: BTreeMap<String, Vec<stats::paired_fairness::ParityChange>>,
}

/// What may be tried to mitigate a gap of an attribute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExperimentChoice {
    pub attribute: String,
    pub label: String,
    /// Fields behind the attribute that are inputs; empty when there is nothing to leave out.
    pub drop: Vec<String>,
    /// Labels of the inputs that predict it best; empty when there is no clear proxy.
    pub proxies: Vec<String>,
}

/// Everything on the page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FairnessReport {
    pub use_case: String,
    pub title: String,
    /// Words for one person with the event, several, and people at large.
    pub words: model::use_case::Terminology,
    pub version: VersionNumber,
    /// "21 November 2026, 09:14 UTC"
    pub trained_at: Timestamp,
    pub data_name: String,
    pub data_as_of: Date,
    pub simulated: bool,
    /// Whose out-of-fold scores are judged, and how many of them have the event.
    pub rows: u32,
    pub positives: u32,
    pub cutoff: f64,
    /// The cutoff of the use case.
    pub usual_cutoff: f64,
    /// Limits that verdicts are given for: differences at most, ratios at least.
    pub limits: BTreeMap<ParityMetric, f64>,
    pub suppress_below: u32,
    pub judge_from: u32,
    /// The fewest people behind each figure where the report was released to a viewer without
    /// access to people; `None` where it was not.
    pub least_people: Option<u32>,
    /// What people call the protected fields that are inputs of this model.
    pub protected_inputs: Vec<String>,
    /// What people call the protected fields that are audited and no inputs.
    pub audited_only: Vec<String>,
    pub attributes: Vec<AttributeReport>,
    pub intersections: Vec<AttributeReport>,
    pub proxies: Vec<ProxyRow>,
    /// Newest first.
    pub history: Vec<VersionVerdicts>,
    /// Newest first.
    pub experiments: Vec<ExperimentRow>,
    pub choices: Vec<ExperimentChoice>,
}
