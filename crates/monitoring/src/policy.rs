//! Drift policies: which test decides on a column, and when.

use serde::{Deserialize, Serialize};
use stats::multiple_testing;
use stats::two_sample::ks;

/// How p-values are adjusted over the columns of one check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Adjustment {
    None,
    /// Benjamini-Hochberg: false discovery rate.
    BenjaminiHochberg,
    /// Holm: family-wise error rate.
    Holm,
}

impl Adjustment {
    /// Adjusted p-values in the order given.
    pub fn adjust(self, p_values: &[f64]) -> Vec<f64> {
        match self {
            Self::None => p_values.to_vec(),
            Self::BenjaminiHochberg => multiple_testing::benjamini_hochberg(p_values),
            Self::Holm => multiple_testing::holm(p_values),
        }
    }
}

/// Which test decides on a column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Kolmogorov-Smirnov for numbers, two-sample chi-square for levels and for numbers with up to five values.
    Sound,
    /// Kolmogorov-Smirnov for everything, levels by their code.
    KolmogorovSmirnov,
    /// Evidently 0.7's choice by column type, number of values and size of the reference, with its own statistics and limits.
    Evidently,
    /// This one test or distance wherever it applies.
    Method(String),
}

impl Rule {
    /// The test that decides on a column; `distinct` values or levels in both samples together, `n_reference` rows with a value.
    pub(crate) fn decider(&self, is_number: bool, distinct: usize, n_reference: u64) -> &str {
        match self {
            Self::Method(name) => name,
            Self::KolmogorovSmirnov => "ks",
            Self::Sound if is_number && distinct > 5 => "ks",
            Self::Sound => "chi2_pooled",
            Self::Evidently if n_reference > 1000 && is_number && distinct > 5 => "wasserstein_normed",
            Self::Evidently if n_reference > 1000 => "jensen_shannon",
            Self::Evidently if is_number && distinct > 5 => "ks",
            Self::Evidently if distinct > 2 => "chi2_evidently",
            Self::Evidently => "z_evidently",
        }
    }
}

/// When the whole table counts as drifted.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Overall {
    /// As soon as one column drifted.
    AnyColumn,
    /// When at least this share of the compared columns drifted.
    ShareAtLeast(f64),
    /// When more than this share of the compared columns drifted.
    ShareAbove(f64),
}

/// A drift policy. All limits are settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Policy {
    pub name: String,
    pub rule: Rule,
    pub adjustment: Adjustment,
    /// A p-value below it means drift (adjusted, where the policy adjusts), 0..1.
    pub p_limit: f64,
    /// Floor of the effect size: Wasserstein distance in reference standard deviations. Smaller changes are not drift however certain.
    pub least_effect_number: f64,
    /// Floor of the effect size for levels: total variation distance.
    pub least_effect_level: f64,
    /// Fewer rows with a value than this, in either sample, are too few.
    pub least_rows: u64,
    pub overall: Overall,
    /// How Kolmogorov-Smirnov p-values are computed.
    pub ks: ks::Method,
}

/// Names of the policies that ship.
pub const NAMES: [&str; 4] = ["calibrated", "guide-000", "churn-004", "evidently"];

impl Default for Policy {
    fn default() -> Self {
        Self {
            name: "calibrated".into(),
            rule: Rule::Sound,
            adjustment: Adjustment::BenjaminiHochberg,
            p_limit: 0.03,
            least_effect_number: 0.1,
            least_effect_level: 0.05,
            least_rows: 30,
            overall: Overall::AnyColumn,
            ks: ks::Method::Fast,
        }
    }
}

impl Policy {
    /// The policy of that name; `None` when there is none.
    pub fn named(name: &str) -> Option<Self> {
        let guide = |rule, overall| Self {
            name: name.into(),
            rule,
            adjustment: Adjustment::None,
            p_limit: 0.05,
            least_effect_number: 0.0,
            least_effect_level: 0.0,
            least_rows: 2,
            overall,
            ks: ks::Method::Auto,
        };
        match name {
            "calibrated" => Some(Self::default()),
            "guide-000" => Some(guide(Rule::Sound, Overall::ShareAtLeast(0.5))),
            "churn-004" => Some(guide(Rule::KolmogorovSmirnov, Overall::ShareAbove(0.3))),
            "evidently" => Some(guide(Rule::Evidently, Overall::ShareAtLeast(0.5))),
            _ => None,
        }
    }

    /// A policy that decides by one test (unadjusted p < 0.05) or distance (its usual limit); `None` for an unknown method.
    pub fn method(name: &str) -> Option<Self> {
        criterion(name, 0.05)?;
        Some(Self {
            name: format!("method {name}"),
            rule: Rule::Method(name.into()),
            adjustment: Adjustment::None,
            p_limit: 0.05,
            least_effect_number: 0.0,
            least_effect_level: 0.0,
            least_rows: 2,
            overall: Overall::AnyColumn,
            ks: ks::Method::Auto,
        })
    }
}

impl Criterion {
    /// Whether the test shows drift; `p` is the p-value that counts (adjusted, where the policy adjusts).
    pub fn holds(self, statistic: f64, p: Option<f64>) -> bool {
        match self {
            Self::PBelow(limit) => p.is_some_and(|p| p < limit),
            Self::StatisticAtLeast(limit) => statistic >= limit,
        }
    }
}

/// What a test must show.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Criterion {
    PBelow(f64),
    StatisticAtLeast(f64),
}

/// Tests with a p-value, as they are called in reports.
pub const TESTS: [&str; 13] = [
    "ks",
    "chi2",
    "chi2_pooled",
    "chi2_yates",
    "chi2_evidently",
    "g_test",
    "z",
    "z_evidently",
    "t_test",
    "welch",
    "mann_whitney",
    "cramer_von_mises",
    "anderson_darling",
];

/// Distances with the limit from which they usually count as drift.
pub const DISTANCES: [(&str, f64); 14] = [
    ("psi", 0.25),
    ("psi_evidently", 0.1),
    ("jensen_shannon", 0.1),
    ("jensen_shannon_base_2", 0.1),
    ("kl_divergence", 0.1),
    ("wasserstein", f64::INFINITY),
    ("wasserstein_normed", 0.1),
    ("energy_distance", 0.1),
    ("hellinger", 0.1),
    ("total_variation", 0.1),
    ("l_infinity", 0.1),
    ("cramers_v", 0.1),
    ("standardised_mean_difference", 0.1),
    ("missing_difference", 0.05),
];

/// The criterion of a test or distance; `None` for an unknown one.
pub(crate) fn criterion(method: &str, p_limit: f64) -> Option<Criterion> {
    if TESTS.contains(&method) {
        return Some(Criterion::PBelow(p_limit));
    }
    DISTANCES.iter().find(|(name, _)| *name == method).map(|&(_, limit)| Criterion::StatisticAtLeast(limit))
}
