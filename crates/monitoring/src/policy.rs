//! Drift policies: which test decides on a column, and when.

use std::ops::Deref;

use domain::{FieldProblem, ProblemCode};
use serde::{Deserialize, Serialize};
use stats::multiple_testing;
use stats::two_sample::{Method, Statistic};

/// How p-values are adjusted over the columns of one check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Adjustment {
    /// P-values as they are.
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Kolmogorov-Smirnov for numbers, two-sample chi-square for levels and for numbers with up to
    /// five values.
    Sound,
    /// Kolmogorov-Smirnov for everything, levels by their code.
    KolmogorovSmirnov,
    /// Evidently 0.7's choice by column type, number of values and size of the reference, with its
    /// own statistics and limits.
    Evidently,
    /// This one test or distance wherever it applies.
    Method(Statistic),
}

impl Rule {
    /// The statistic that decides on a column; `distinct` values or levels in both samples
    /// together, `n_reference` rows with a value.
    pub(crate) fn decider(self, is_number: bool, distinct: usize, n_reference: u64) -> Statistic {
        let many = is_number && distinct > 5;
        match self {
            Self::Method(statistic) => statistic,
            Self::KolmogorovSmirnov => Statistic::KolmogorovSmirnov,
            Self::Sound if many => Statistic::KolmogorovSmirnov,
            Self::Sound => Statistic::ChiSquarePooled,
            Self::Evidently if n_reference > 1000 && many => Statistic::WassersteinNormed,
            Self::Evidently if n_reference > 1000 => Statistic::JensenShannon,
            Self::Evidently if many => Statistic::KolmogorovSmirnov,
            Self::Evidently if distinct > 2 => Statistic::ChiSquareEvidently,
            Self::Evidently => Statistic::ZEvidently,
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

/// A drift policy as it is written. All limits are settings. [`Policy::check`] makes it one that
/// can be used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Policy {
    /// In commands, use cases and reports.
    pub name: String,
    /// Which test decides for which kind of column.
    pub rule: Rule,
    /// How p-values are adjusted over the columns of a check.
    pub adjustment: Adjustment,
    /// A p-value below it means drift (adjusted, where the policy adjusts), 0..1.
    pub p_limit: f64,
    /// Floor of the effect size: Wasserstein distance in reference standard deviations. Smaller
    /// changes are not drift however certain.
    pub least_effect_number: f64,
    /// Floor of the effect size for levels: total variation distance.
    pub least_effect_level: f64,
    /// Fewer rows with a value than this, in either sample, are too few.
    pub least_rows: u64,
    /// When the check as a whole has drifted.
    pub overall: Overall,
    /// How Kolmogorov-Smirnov p-values are computed.
    pub ks: Method,
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
            ks: Method::Fast,
        }
    }
}

/// A policy that was checked: the only kind that a check of drift takes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Policy", into = "Policy")]
pub struct ValidPolicy(Policy);

impl Deref for ValidPolicy {
    type Target = Policy;

    fn deref(&self) -> &Policy {
        &self.0
    }
}

impl From<ValidPolicy> for Policy {
    fn from(policy: ValidPolicy) -> Self {
        policy.0
    }
}

impl TryFrom<Policy> for ValidPolicy {
    type Error = String;

    fn try_from(policy: Policy) -> Result<Self, String> {
        policy
            .check()
            .map_err(|problems| FieldProblem::list(&problems))
    }
}

impl Policy {
    /// The policy as one that can be used.
    ///
    /// # Errors
    /// Every invalid setting.
    pub fn check(self) -> Result<ValidPolicy, Vec<FieldProblem>> {
        let mut problems = Vec::new();
        let mut expect = |holds: bool, field: &str, message: &str| {
            if !holds {
                problems.push(FieldProblem::new(field, ProblemCode::OutOfRange, message));
            }
        };
        expect(
            self.p_limit > 0.0 && self.p_limit < 1.0,
            "p_limit",
            "The p-value must be above 0 and below 1.",
        );
        for (field, effect) in [
            ("least_effect_number", self.least_effect_number),
            ("least_effect_level", self.least_effect_level),
        ] {
            expect(
                effect.is_finite() && effect >= 0.0,
                field,
                "The minimum effect size must be 0 or more.",
            );
        }
        expect(
            self.least_effect_level <= 1.0,
            "least_effect_level",
            "The minimum effect size for categories must be at most 1.",
        );
        expect(
            self.least_rows >= 2,
            "least_rows",
            "At least 2 rows are needed to compare anything.",
        );
        let share = match self.overall {
            Overall::AnyColumn => 0.0,
            Overall::ShareAtLeast(share) | Overall::ShareAbove(share) => share,
        };
        expect(
            (0.0..=1.0).contains(&share),
            "overall",
            "The share of columns must be from 0 to 1.",
        );
        if self.name.trim().is_empty() {
            problems.push(FieldProblem::required("name", "Enter a policy name."));
        }
        if problems.is_empty() {
            Ok(ValidPolicy(self))
        } else {
            Err(problems)
        }
    }

    /// What `statistic` must show; `None` for one that has no limit.
    pub(crate) fn criterion(&self, statistic: Statistic) -> Option<Criterion> {
        let by_p = statistic
            .has_p_value()
            .then_some(Criterion::PBelow(self.p_limit));
        by_p.or_else(|| statistic.default_limit().map(Criterion::StatisticAtLeast))
    }
}

impl ValidPolicy {
    /// The policy that ships under that name; `None` when there is none.
    pub fn named(name: &str) -> Option<Self> {
        let guide = |rule, overall| {
            Self(Policy {
                name: name.into(),
                rule,
                overall,
                ..Policy::unadjusted()
            })
        };
        match name {
            "calibrated" => Some(Self::default()),
            "guide-000" => Some(guide(Rule::Sound, Overall::ShareAtLeast(0.5))),
            "churn-004" => Some(guide(Rule::KolmogorovSmirnov, Overall::ShareAbove(0.3))),
            "evidently" => Some(guide(Rule::Evidently, Overall::ShareAtLeast(0.5))),
            _ => None,
        }
    }

    /// A policy that decides by one test (unadjusted p < 0.05) or distance (its usual limit).
    pub fn method(statistic: Statistic) -> Self {
        Self(Policy {
            name: format!("method {statistic}"),
            rule: Rule::Method(statistic),
            ..Policy::unadjusted()
        })
    }

    /// The same with Kolmogorov-Smirnov p-values computed in that way.
    pub fn with_ks(self, ks: Method) -> Self {
        Self(Policy { ks, ..self.0 })
    }

    /// The same with another rule and floor for levels (0..=1), for one column on its own.
    pub(crate) fn alone(&self, rule: Rule, least_effect_level: f64) -> Self {
        Self(Policy {
            rule,
            least_effect_level,
            ..self.0.clone()
        })
    }
}

impl Policy {
    /// Any p < 0.05 is drift, however small and however many columns there are.
    fn unadjusted() -> Self {
        Self {
            name: String::new(),
            rule: Rule::Sound,
            adjustment: Adjustment::None,
            p_limit: 0.05,
            least_effect_number: 0.0,
            least_effect_level: 0.0,
            least_rows: 2,
            overall: Overall::AnyColumn,
            ks: Method::Auto,
        }
    }
}

impl Criterion {
    /// Whether the test shows drift; `p` is the p-value that counts (adjusted, where the policy
    /// adjusts).
    pub fn holds(self, statistic: f64, p: Option<f64>) -> bool {
        match self {
            Self::PBelow(limit) => p.is_some_and(|p| p < limit),
            Self::StatisticAtLeast(limit) => statistic.abs() >= limit,
        }
    }
}

/// What a test must show.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Criterion {
    PBelow(f64),
    StatisticAtLeast(f64),
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn every_policy_that_ships_is_valid() {
        let methods = Statistic::ALL
            .iter()
            .map(|statistic| ValidPolicy::method(*statistic));
        for policy in NAMES
            .iter()
            .map(|name| ValidPolicy::named(name).unwrap())
            .chain(methods)
        {
            assert_eq!(Policy::from(policy.clone()).check(), Ok(policy));
        }
        assert!(ValidPolicy::named("none-such").is_none());
    }

    #[test]
    fn what_makes_no_sense_is_said_by_field() {
        let wrong = Policy {
            p_limit: f64::NAN,
            least_rows: 1,
            overall: Overall::ShareAbove(1.5),
            name: " ".into(),
            ..Policy::default()
        };
        let fields: Vec<String> = wrong
            .check()
            .unwrap_err()
            .into_iter()
            .map(|problem| problem.field)
            .collect();
        assert_eq!(fields, ["p_limit", "least_rows", "overall", "name"]);
        let written = serde_json::to_string(&Policy {
            least_effect_number: -1.0,
            ..Policy::default()
        })
        .unwrap();
        let error = serde_json::from_str::<ValidPolicy>(&written).unwrap_err();
        assert!(error.to_string().contains("least_effect_number"), "{error}");
    }
}
