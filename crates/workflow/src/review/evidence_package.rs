//! The evidence that a decision is bound to: made once when a review is asked for, kept under its
//! hash, and shown from there.

use std::collections::BTreeMap;

use domain::{AccountName, BatchId, UseCaseId, VersionNumber};
use monitoring::report::DriftReport;
use serde::{Deserialize, Serialize};
use stats::comparison::Comparison;
use stats::fairness::GroupAudit;
use store::artifacts;
use training::error_analysis::ErrorAnalysis;
use training::evaluate::Evaluation;
use training::feasibility::Feasibility;
use training::gates::{GateReport, ValidGatePolicy};
use training::leakage::Leak;
use training::proxies::Proxy;
use training::stability::Stability;

use super::ImportanceChange;
use crate::Result;
use crate::shadow::ShadowEvidence;

/// What evidence is made of, by hash. While this is the same, so is the evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceManifest {
    pub use_case: UseCaseId,
    pub version: VersionNumber,
    pub author: AccountName,
    pub description: String,
    /// Revision of the known limitations; 0 when nobody wrote any.
    #[serde(default)]
    pub limitations: i64,
    pub model_hash: String,
    pub data_hash: String,
    /// Files of the run, by name: figures, profile, explanation, gates.
    pub files: BTreeMap<String, String>,
    /// SHA-256 of the gates, as set before the evaluation.
    pub policy_hash: String,
    /// The version that is live, and its model file.
    pub champion: Option<(VersionNumber, String)>,
    /// The newest batch that it scored in shadow beside that version. Later ones do not outdate a
    /// request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shadow: Option<BatchId>,
}

/// The evidence of one version, as the reviewer sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EvidencePackage {
    pub sources: EvidenceManifest,
    pub policy: ValidGatePolicy,
    /// Judged against the version that is live now.
    pub gates: GateReport,
    /// The candidate, on the rows that neither model was trained on (its whole hold-out when
    /// nothing is compared).
    pub candidate: Evaluation,
    /// The live version on the same rows.
    pub champion: Option<Evaluation>,
    /// The thresholds of guide 002 on the same evidence: for information, unless they are the
    /// policy.
    pub guide: GateReport,
    /// Where the candidate errs most, on rows that it never saw.
    pub errors: ErrorAnalysis,
    /// What looks like knowledge of the outcome.
    pub leaks: Vec<Leak>,
    /// How well the inputs predict the protected attributes.
    pub proxies: Vec<Proxy>,
    /// How often a model of this quality would pass the gates.
    pub feasibility: Option<Feasibility>,
    /// How the fields rank in refits on other people.
    #[serde(default)]
    pub stability: Option<Stability>,
    /// Which rows these are.
    pub rows: String,
    /// Metric by metric on the same rows; empty when there is nothing to compare with.
    pub comparisons: Vec<Comparison>,
    /// By audited attribute, out of fold: more rows than the hold-out has.
    pub fairness: BTreeMap<String, GroupAudit>,
    /// Training data against the baseline of the live version.
    pub drift: Option<DriftReport>,
    /// Why there is no `drift`; empty otherwise.
    pub no_drift: String,
    /// How the importance of the inputs changes; `None` when nothing is live.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub importance: Option<ImportanceChange>,
    /// How it disagrees with the live version, where it scored in shadow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shadow: Option<ShadowEvidence>,
    /// Name and value.
    pub lineage: Vec<(String, String)>,
    /// The model card, Markdown.
    pub card: String,
}

impl EvidencePackage {
    /// Titles of the gates that fail, whether or not they block.
    pub fn failing(&self) -> Vec<&str> {
        self.gates
            .results
            .iter()
            .filter(|result| result.verdict == stats::Verdict::Fail)
            .map(|result| result.title.as_str())
            .collect()
    }

    /// The bytes that are hashed and kept: JSON with sorted keys.
    ///
    /// # Errors
    /// When it has no JSON form.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let canonical = serde_json::to_value(self).map_err(store::Error::from)?;
        Ok(serde_json::to_vec(&canonical).map_err(store::Error::from)?)
    }
}

impl EvidenceManifest {
    /// What differs from `now`, in words; `None` when nothing does.
    pub fn changed(&self, now: &Self) -> Option<String> {
        let mut changes = Vec::new();
        let mut check = |same: bool, what: &str| {
            if !same {
                changes.push(what.to_owned());
            }
        };
        check(self.model_hash == now.model_hash, "the model file changed");
        check(self.data_hash == now.data_hash, "the training data changed");
        check(self.files == now.files, "training files changed");
        check(self.policy_hash == now.policy_hash, "the gates changed");
        check(
            self.description == now.description,
            "the description changed",
        );
        check(
            self.limitations == now.limitations,
            "the known limitations changed",
        );
        check(
            self.author == now.author
                && self.version == now.version
                && self.use_case == now.use_case,
            "it belongs to another version",
        );
        if self.champion != now.champion {
            changes.push(match &now.champion {
                Some((version, _)) => format!(
                    "version {version} is now live, and the comparison used another version"
                ),
                None => "the version used for comparison is no longer live".to_owned(),
            });
        }
        (!changes.is_empty()).then(|| changes.join("; "))
    }

    /// What stands for it in the cache.
    pub(super) fn key(&self) -> Result<String> {
        Ok(artifacts::hash(
            &serde_json::to_vec(self).map_err(store::Error::from)?,
        ))
    }
}
