//! The kinds of model that compete, and their parameters.

use serde::{Deserialize, Serialize};

use crate::grower::{BoostingParameters, ForestParameters, TreeParameters};

/// A kind of model, from the simplest to the most complex.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Candidate {
    /// The tree of linfa-trees: the open baseline, shown in every comparison and never chosen.
    LinfaTree,
    /// Practically unpenalised, by linfa-logistic.
    LogisticRegression,
    /// With the strength of the L2 penalty tuned.
    LogisticRegressionL2,
    DecisionTree,
    /// Boosted stumps: one input at a time, so a sum of curves; then a few pairs (Lou et al. 2013).
    AdditiveBoosting,
    RandomForest,
    GradientBoosting,
    /// A non-negative weighted sum of the tuned others.
    Blend,
}

impl Candidate {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::LinfaTree,
        Self::LogisticRegression,
        Self::LogisticRegressionL2,
        Self::DecisionTree,
        Self::AdditiveBoosting,
        Self::RandomForest,
        Self::GradientBoosting,
        Self::Blend,
    ];

    /// The name in files and commands.
    pub fn name(self) -> &'static str {
        match self {
            Self::LinfaTree => "linfa_tree",
            Self::LogisticRegression => "logistic_regression",
            Self::LogisticRegressionL2 => "logistic_regression_l2",
            Self::DecisionTree => "decision_tree",
            Self::AdditiveBoosting => "additive_boosting",
            Self::RandomForest => "random_forest",
            Self::GradientBoosting => "gradient_boosting",
            Self::Blend => "blend",
        }
    }

    /// The candidate called `name`.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|candidate| candidate.name() == name)
    }

    /// What people call it.
    pub fn label(self) -> &'static str {
        match self {
            Self::LinfaTree => "linfa tree (baseline)",
            Self::LogisticRegression => "Logistic regression",
            Self::LogisticRegressionL2 => "L2 logistic regression",
            Self::DecisionTree => "Decision tree",
            Self::AdditiveBoosting => "Additive boosting",
            Self::RandomForest => "Random forest",
            Self::GradientBoosting => "Gradient boosting",
            Self::Blend => "Blend",
        }
    }

    /// Whether it may become the model: the baseline is not reproducible over processes.
    pub fn may_be_chosen(self) -> bool {
        self != Self::LinfaTree
    }
}

/// Everything that a fit needs besides data and seed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "candidate", rename_all = "snake_case")]
pub enum Parameters {
    LinfaTree {
        max_depth: usize,
        /// Least training rows of a leaf.
        min_leaf: f64,
    },
    LogisticRegression,
    LogisticRegressionL2 {
        /// Inverse strength of the penalty (scikit-learn's `C`).
        c: f64,
        /// Classes weigh alike.
        balanced: bool,
    },
    DecisionTree(TreeParameters),
    AdditiveBoosting(BoostingParameters),
    RandomForest(ForestParameters),
    GradientBoosting(BoostingParameters),
    Blend {
        /// `intercept + Σ weight · margin of member`, in log-odds.
        intercept: f64,
        members: Vec<BlendMember>,
    },
}

/// A member of a blend.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BlendMember {
    /// ≥ 0, fitted out of fold.
    pub weight: f64,
    pub parameters: Parameters,
}

impl Parameters {
    /// Whose parameters they are.
    pub fn candidate(&self) -> Candidate {
        match self {
            Self::LinfaTree { .. } => Candidate::LinfaTree,
            Self::LogisticRegression => Candidate::LogisticRegression,
            Self::LogisticRegressionL2 { .. } => Candidate::LogisticRegressionL2,
            Self::DecisionTree(_) => Candidate::DecisionTree,
            Self::AdditiveBoosting(_) => Candidate::AdditiveBoosting,
            Self::RandomForest(_) => Candidate::RandomForest,
            Self::GradientBoosting(_) => Candidate::GradientBoosting,
            Self::Blend { .. } => Candidate::Blend,
        }
    }

    /// Name and value of each, in order, as texts.
    pub fn describe(&self) -> Vec<(String, String)> {
        let pair = |name: &str, value: &dyn std::fmt::Display| (name.to_owned(), value.to_string());
        match self {
            Self::LinfaTree { max_depth, min_leaf } => vec![pair("max_depth", max_depth), pair("min_leaf", min_leaf)],
            Self::LogisticRegression => vec![pair("c", &PLAIN_C)],
            Self::LogisticRegressionL2 { c, balanced } => vec![pair("c", c), pair("balanced", balanced)],
            Self::DecisionTree(tree) => tree.describe(),
            Self::RandomForest(forest) => forest.describe(),
            Self::AdditiveBoosting(boosting) | Self::GradientBoosting(boosting) => boosting.describe(),
            Self::Blend { intercept, members } => {
                let own = members.iter().flat_map(|member| {
                    let name = member.parameters.candidate().name();
                    let weight = pair(&format!("{name}.weight"), &member.weight);
                    let rest = member.parameters.describe().into_iter().map(move |(key, value)| (format!("{name}.{key}"), value));
                    std::iter::once(weight).chain(rest)
                });
                std::iter::once(pair("intercept", intercept)).chain(own).collect()
            }
        }
    }
}

/// The trace of a penalty that keeps the unpenalised fit finite on separable data.
pub const PLAIN_C: f64 = 100.0;
