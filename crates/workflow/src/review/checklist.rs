//! The checklist of the review, after guide 002: what a reviewer looks at before deciding.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// A part of the checklist: title, and its items by key and sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Section {
    pub title: &'static str,
    pub items: &'static [(&'static str, &'static str)],
}

/// Every part.
pub const CHECKLIST: [Section; 6] = [
    Section {
        title: "Initial check",
        items: &[
            ("stage", "The version is in Staging."),
            (
                "version",
                "Version number and training time match the announcement.",
            ),
            (
                "author",
                "Author, code version and request note are present and plausible.",
            ),
        ],
    },
    Section {
        title: "Performance",
        items: &[
            (
                "thresholds",
                "Metrics were compared with the policy limits.",
            ),
            (
                "degradation",
                "No metric is unacceptably worse than that of the live model.",
            ),
            ("errors", "Segments with the highest errors were reviewed."),
            (
                "histogram",
                "Scores match the expected rate and show no unusual patterns.",
            ),
        ],
    },
    Section {
        title: "Fairness",
        items: &[
            (
                "fairness",
                "Statistical parity, equal opportunity and predictive parity were reviewed.",
            ),
            ("groups", "Metrics by group were reviewed."),
            (
                "mitigation",
                "Bias mitigation, or the reason for none, is documented.",
            ),
        ],
    },
    Section {
        title: "Data quality",
        items: &[
            (
                "profile",
                "The data profile was reviewed: missing values, outliers, types, correlations.",
            ),
            ("distributions", "Field distributions are plausible."),
            (
                "preprocessing",
                "Data preparation before training is documented.",
            ),
        ],
    },
    Section {
        title: "Documentation",
        items: &[
            ("card", "The model card is complete and accurate."),
            ("parameters", "Training parameters were reviewed."),
            ("dependencies", "Code version, seed and data are recorded."),
        ],
    },
    Section {
        title: "Deployment",
        items: &[
            (
                "comparison",
                "Candidate and live version were compared on the same hold-out data, or no version is live.",
            ),
            (
                "monitoring",
                "Responsibility for monitoring drift and outcomes, and its frequency, are defined.",
            ),
            (
                "rollback",
                "The rollback version and the person responsible are defined.",
            ),
            (
                "impact",
                "The impact on the people concerned was assessed with those accountable.",
            ),
        ],
    },
];

/// What a reviewer has ticked, and remarks on the parts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Checklist {
    /// Keys of [`CHECKLIST`].
    pub done: BTreeSet<String>,
    /// What was found.
    #[serde(default)]
    pub findings: String,
    /// The reason of the decision, as far as it is written; empty in a decision, which has its own.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// The same of a waiver.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub waiver: String,
}

impl Checklist {
    /// From keys; `all` stands for every key.
    ///
    /// # Errors
    /// When a key is none.
    pub fn from_keys<'a>(keys: impl IntoIterator<Item = &'a str>, findings: &str) -> Result<Self> {
        let known: BTreeSet<&str> = Self::keys().collect();
        let mut done = BTreeSet::new();
        for key in keys
            .into_iter()
            .map(str::trim)
            .filter(|key| !key.is_empty())
        {
            if key == "all" {
                done.extend(known.iter().map(|key| (*key).to_owned()));
            } else if known.contains(key) {
                done.insert(key.to_owned());
            } else {
                let known = known.into_iter().collect::<Vec<_>>().join(", ");
                return Err(Error::Invalid(format!(
                    "The checklist has no item “{key}”. It has: {known}."
                )));
            }
        }
        Ok(Self {
            done,
            findings: findings.trim().to_owned(),
            ..Self::default()
        })
    }

    /// Every key, in order.
    pub fn keys() -> impl Iterator<Item = &'static str> {
        CHECKLIST
            .iter()
            .flat_map(|section| section.items.iter().map(|(key, _)| *key))
    }

    /// Sentences that are not ticked.
    pub fn open(&self) -> Vec<&'static str> {
        let items = CHECKLIST.iter().flat_map(|section| section.items.iter());
        items
            .filter(|(key, _)| !self.done.contains(*key))
            .map(|(_, sentence)| *sentence)
            .collect()
    }

    /// Keys that are not ticked, with their sentences.
    pub fn open_keys(&self) -> String {
        let items = CHECKLIST
            .iter()
            .flat_map(|section| section.items.iter())
            .filter(|(key, _)| !self.done.contains(*key));
        items
            .map(|(key, sentence)| format!("{key} ({})", sentence.trim_end_matches('.')))
            .collect::<Vec<_>>()
            .join(", ")
    }

    /// As it was when the decision was taken.
    pub fn of_decision(decision: &store::review::ReviewDecision) -> Self {
        Self::from_json(&decision.checklist)
    }

    pub(super) fn from_json(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::Checklist;

    #[test]
    fn keys_are_checked_and_all_is_all() {
        assert!(
            Checklist::from_keys(["all"], "")
                .is_ok_and(|list| list.open().is_empty() && list.done.len() == 20)
        );
        assert!(
            Checklist::from_keys(["card", " stage "], "").is_ok_and(|list| list.open().len() == 18)
        );
        assert!(Checklist::from_keys(["nonsense"], "").is_err());
    }
}
