//! One gate, and the parts of a model card that one may ask for.

use domain::ProblemCode;
use serde::{Deserialize, Serialize};
use stats::Metric;
use stats::fairness::ParityMetric;

/// One gate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Gate {
    /// A metric on unseen rows: at least the limit where more is better, at most the limit
    /// otherwise.
    Absolute {
        /// What is judged.
        metric: Metric,
        /// In the unit of the metric.
        limit: f64,
    },
    /// Improvement over the live model on identical unseen rows (negative: how much worse it may
    /// be).
    AgainstLive {
        /// What is judged.
        metric: Metric,
        /// In the metric's unit, counted so that more is better.
        improvement: f64,
        /// Whether the paired interval must also exclude 0 on the good side.
        significant: bool,
    },
    /// A fairness metric for every audited attribute: differences at most, ratios at least the
    /// limit.
    Fairness {
        /// What is judged.
        metric: ParityMetric,
        /// Largest difference, or smallest ratio.
        limit: f64,
    },
    /// Share of input cells without a value, at most.
    Missing {
        /// 0..=1.
        limit: f64,
    },
    /// Share of outliers among numbers, at most.
    Outliers {
        /// 0..=1.
        limit: f64,
    },
    /// Largest correlation between two inputs, at most.
    Correlation {
        /// 0..=1.
        limit: f64,
    },
    /// The same data, settings and seed give the same model.
    Reproducible,
    /// Nothing suggests that the model knows what it cannot know when it is used
    /// ([`crate::leakage::LeakKind::is_alarm`]).
    Leakage,
    /// The `top` fields that matter most are the same in refits on other people: stability (1
    /// always, 0 as by chance), at least.
    ExplanationStability {
        /// How many fields count, from 1.
        top: usize,
        /// Least stability, at most 1.
        limit: f64,
    },
    /// These parts of the model card are there.
    Documentation {
        /// Parts that must be there.
        parts: Vec<CardPart>,
    },
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
    /// The model explanation.
    Explanation,
    /// What somebody says about the version.
    Description,
    /// Known limitations in somebody's words.
    Limitations,
}

/// The word of a unit variant, as in JSON.
fn name(value: &impl Serialize) -> String {
    serde_json::to_value(value)
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default()
}

impl CardPart {
    /// Every part.
    pub const ALL: [Self; 7] = [
        Self::Purpose,
        Self::Lineage,
        Self::Metrics,
        Self::Groups,
        Self::Explanation,
        Self::Description,
        Self::Limitations,
    ];

    /// Its label.
    pub fn label(self) -> &'static str {
        match self {
            Self::Purpose => "purpose",
            Self::Lineage => "lineage",
            Self::Metrics => "metrics",
            Self::Groups => "metrics by group",
            Self::Explanation => "model explanation",
            Self::Description => "description",
            Self::Limitations => "known limitations",
        }
    }

    /// Whether somebody must write it after the training.
    fn is_written(self) -> bool {
        matches!(self, Self::Description | Self::Limitations)
    }
}

impl Gate {
    /// What it is called where its name must not change with the words on the pages, for example
    /// `absolute/roc_auc/0.7` and, with the column of an audited attribute,
    /// `fairness/demographic_parity_ratio/0.8/Gender`. It says all that the gate asks for, so that
    /// what was said about one gate is never taken as said about a stricter one.
    pub fn key(&self, attribute: Option<&str>) -> String {
        let own = match self {
            Self::Absolute { metric, limit } => format!("absolute/{}/{limit}", name(metric)),
            Self::AgainstLive {
                metric,
                improvement,
                significant,
            } => {
                format!(
                    "against_live/{}/{improvement}{}",
                    name(metric),
                    if *significant { "/significant" } else { "" }
                )
            }
            Self::Fairness { metric, limit } => format!("fairness/{}/{limit}", name(metric)),
            Self::Missing { limit } => format!("missing/{limit}"),
            Self::Outliers { limit } => format!("outliers/{limit}"),
            Self::Correlation { limit } => format!("correlation/{limit}"),
            Self::Reproducible => "reproducible".to_owned(),
            Self::Leakage => "leakage".to_owned(),
            Self::ExplanationStability { top, limit } => {
                format!("explanation_stability/{top}/{limit}")
            }
            Self::Documentation { parts } => format!(
                "documentation/{}",
                parts.iter().map(name).collect::<Vec<_>>().join("+")
            ),
        };
        attribute.map_or_else(|| own.clone(), |attribute| format!("{own}/{attribute}"))
    }

    /// Whether a version must meet it to be proposed at all: what it shows by itself. Fairness and
    /// the comparison with the live model are for the reviewers, who judge them (again) when they
    /// decide; and what people write about a version they write after its training.
    pub fn is_of_staging(&self) -> bool {
        match self {
            Self::AgainstLive { .. } | Self::Fairness { .. } => false,
            Self::Documentation { parts } => !parts.iter().any(|part| part.is_written()),
            Self::Absolute { .. }
            | Self::Missing { .. }
            | Self::Outliers { .. }
            | Self::Correlation { .. }
            | Self::Reproducible
            | Self::Leakage
            | Self::ExplanationStability { .. } => true,
        }
    }

    /// What is invalid about it: the field, and what to do.
    pub(super) fn problem(&self) -> Option<(&'static str, ProblemCode, &'static str)> {
        let out_of_range = |field, message| Some((field, ProblemCode::OutOfRange, message));
        let number = |field, limit: f64| {
            if limit.is_finite() {
                None
            } else {
                Some((field, ProblemCode::Type, "The limit must be a number."))
            }
        };
        let share = |limit: f64| {
            let message =
                "The limit of a share, difference, ratio or correlation must be from 0 to 1.";
            number("limit", limit).or_else(|| {
                if (0.0..=1.0).contains(&limit) {
                    None
                } else {
                    out_of_range("limit", message)
                }
            })
        };
        match self {
            Self::Absolute { metric, limit } => number("limit", *limit).or_else(|| {
                let reachable = *limit >= -1.0 && (*limit <= 1.0 || metric.may_exceed_1());
                let message = "The limit is outside the range of this metric.";
                if reachable {
                    None
                } else {
                    out_of_range("limit", message)
                }
            }),
            Self::AgainstLive { improvement, .. } => number("improvement", *improvement),
            Self::Fairness { limit, .. }
            | Self::Missing { limit }
            | Self::Outliers { limit }
            | Self::Correlation { limit } => share(*limit),
            Self::Reproducible | Self::Leakage => None,
            Self::ExplanationStability { top: 0, .. } => {
                out_of_range("top", "Compare at least one field, for example top = 5.")
            }
            Self::ExplanationStability { limit, .. } => number("limit", *limit).or_else(|| {
                if *limit <= 1.0 {
                    None
                } else {
                    out_of_range("limit", "The stability limit must be at most 1.")
                }
            }),
            Self::Documentation { parts } if parts.is_empty() => Some((
                "parts",
                ProblemCode::Required,
                "List the required parts of the model card.",
            )),
            Self::Documentation { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_tell_gates_apart() {
        let auc = |limit| Gate::Absolute {
            metric: Metric::RocAuc,
            limit,
        };
        let ratio = Gate::Fairness {
            metric: ParityMetric::DemographicParityRatio,
            limit: 0.8,
        };
        assert_eq!(auc(0.7).key(None), "absolute/roc_auc/0.7");
        assert_ne!(auc(0.7).key(None), auc(0.75).key(None));
        assert_eq!(
            ratio.key(Some("Gender")),
            "fairness/demographic_parity_ratio/0.8/Gender"
        );
        let live = |significant| Gate::AgainstLive {
            metric: Metric::Brier,
            improvement: -0.005,
            significant,
        };
        assert_eq!(live(false).key(None), "against_live/brier/-0.005");
        assert_ne!(live(false).key(None), live(true).key(None));
        let card = Gate::Documentation {
            parts: vec![CardPart::Purpose, CardPart::Lineage],
        };
        assert_eq!(card.key(None), "documentation/purpose+lineage");
    }
}
