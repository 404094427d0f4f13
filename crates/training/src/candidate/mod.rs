//! The kinds of model that compete, and their parameters.
//!
//! How to add one:
//! 1. One file in this folder: its parameters and a `Learner` with label, search space and fit.
//! 2. Its `mod` line and one line in the list below, where its complexity puts it; its label in
//!    `domain::format::candidate_label`, unless its name reads well.
//!
//! Names, the form, the search, the blend, the reports and the comparison with the browser follow
//! from the list; the tests of this file go over all of it.

mod additive_boosting;
mod decision_tree;
mod gradient_boosting;
mod linfa_tree;
mod logistic_regression;
mod logistic_regression_l2;
mod random_forest;

use model::{Link, Part, Scorer};
use serde::{Deserialize, Serialize};

pub use linfa_tree::LinfaTreeParameters;
pub use logistic_regression::LogisticRegressionParameters;
pub use logistic_regression_l2::L2Parameters;

use crate::error::TrainingError;
use crate::grower::{BoostingParameters, ForestParameters, TreeParameters};
use crate::learner::{Learner, uncalibrated};
use crate::prepared::Prepared;
use crate::space::{Dimension, Point};

macro_rules! candidates {
    ($($(#[$meta:meta])* $variant:ident($parameters:ty) = $name:literal, $learner:ty;)+) => {
        /// A kind of model, from the simplest to the most complex.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Candidate {
            $(
                $(#[$meta])*
                #[doc = ""]
                #[doc = concat!("Named `", $name, "` in commands and files.")]
                #[serde(rename = $name)]
                $variant,
            )+
            /// A non-negative weighted sum of the tuned others.
            #[serde(rename = "blend")]
            Blend,
        }

        /// Everything that a fit needs besides data and seed.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "candidate")]
        pub enum Parameters {
            $(
                #[doc = concat!("Of the candidate `", $name, "`.")]
                #[serde(rename = $name)]
                $variant($parameters),
            )+
            /// Of the ensemble.
            #[serde(rename = "blend")]
            Blend {
                /// `intercept + Σ weight · margin of member`, in log-odds.
                intercept: f64,
                /// In the order of the candidates.
                members: Vec<BlendMember>,
            },
        }

        impl Candidate {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+ Self::Blend];

            /// The name in files and commands.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                    Self::Blend => "blend",
                }
            }

            /// What is searched; empty when it has one setting only.
            pub fn space(self) -> &'static [Dimension] {
                match self {
                    $(Self::$variant => <$learner>::SPACE,)+
                    Self::Blend => &[],
                }
            }

            /// The parameters at a point of the space, values in its order; `None` for another
            /// number of values, and for a blend, which has none of its own.
            pub fn parameters(self, values: &[f64]) -> Option<Parameters> {
                let point = Point::new(self.space(), values)?;
                match self {
                    $(Self::$variant => Some(Parameters::$variant(<$learner>::parameters(&point))),)+
                    Self::Blend => None,
                }
            }

            /// Whether it may become the model.
            pub fn may_be_chosen(self) -> bool {
                match self {
                    $(Self::$variant => <$learner>::MAY_BE_CHOSEN,)+
                    Self::Blend => true,
                }
            }

            /// Whether it may be a member of a blend.
            pub(crate) fn may_blend(self) -> bool {
                match self {
                    $(Self::$variant => <$learner>::MAY_BLEND,)+
                    Self::Blend => false,
                }
            }

            /// What its margins are before calibration.
            pub(crate) fn link(self) -> Link {
                match self {
                    $(Self::$variant => <$learner>::LINK,)+
                    Self::Blend => Link::Logit,
                }
            }
        }

        impl Parameters {
            /// Whose parameters they are.
            pub fn candidate(&self) -> Candidate {
                match self {
                    $(Self::$variant(_) => Candidate::$variant,)+
                    Self::Blend { .. } => Candidate::Blend,
                }
            }

            /// Name and value of each, in order, as texts.
            pub fn describe(&self) -> Vec<(String, String)> {
                match self {
                    $(Self::$variant(own) => <$learner>::describe(own),)+
                    Self::Blend { intercept, members } => describe_blend(*intercept, members),
                }
            }
        }

        /// Fits `parameters` to prepared rows, uncalibrated: the only way that any model is fitted,
        /// in a trial and for the last time. Same rows, parameters and seed give the same bits.
        ///
        /// # Errors
        /// When a learner fails.
        pub fn fit(parameters: &Parameters, prepared: &Prepared, seed: u64) -> Result<Scorer, TrainingError> {
            match parameters {
                $(Parameters::$variant(own) => <$learner>::fit(own, $name, prepared, seed),)+
                Parameters::Blend { intercept, members } => fit_blend(*intercept, members, prepared, seed),
            }
        }
    };
}

candidates! {
    /// The tree of linfa-trees: the open baseline, shown in every comparison and never chosen.
    LinfaTree(LinfaTreeParameters) = "linfa_tree", linfa_tree::LinfaTree;
    /// Practically unpenalized, by linfa-logistic.
    LogisticRegression(LogisticRegressionParameters) = "logistic_regression", logistic_regression::LogisticRegression;
    /// With the strength of the L2 penalty tuned.
    LogisticRegressionL2(L2Parameters) = "logistic_regression_l2", logistic_regression_l2::LogisticRegressionL2;
    DecisionTree(TreeParameters) = "decision_tree", decision_tree::DecisionTree;
    /// Boosted stumps: one input at a time, so a sum of curves; then a few pairs (Lou et al. 2013).
    AdditiveBoosting(BoostingParameters) = "additive_boosting", additive_boosting::AdditiveBoosting;
    RandomForest(ForestParameters) = "random_forest", random_forest::RandomForest;
    GradientBoosting(BoostingParameters) = "gradient_boosting", gradient_boosting::GradientBoosting;
}

impl Candidate {
    /// Its label.
    pub fn label(self) -> String {
        domain::format::candidate_label(self.name())
    }

    /// The candidate called `name`.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|candidate| candidate.name() == name)
    }
}

/// A member of a blend.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BlendMember {
    /// ≥ 0, fitted out of fold.
    pub weight: f64,
    /// What the member was fitted with.
    pub parameters: Parameters,
}

fn describe_blend(intercept: f64, members: &[BlendMember]) -> Vec<(String, String)> {
    let own = members.iter().flat_map(|member| {
        let name = member.parameters.candidate().name();
        let weight = (format!("{name}.weight"), member.weight.to_string());
        let rest = member
            .parameters
            .describe()
            .into_iter()
            .map(move |(key, value)| (format!("{name}.{key}"), value));
        std::iter::once(weight).chain(rest)
    });
    std::iter::once(("intercept".to_owned(), intercept.to_string()))
        .chain(own)
        .collect()
}

fn fit_blend(
    intercept: f64,
    members: &[BlendMember],
    prepared: &Prepared,
    seed: u64,
) -> Result<Scorer, TrainingError> {
    let mut blend = uncalibrated(intercept, Vec::new(), Link::Logit);
    for member in members {
        let scorer = fit(&member.parameters, prepared, seed)?;
        blend.intercept += member.weight * scorer.intercept;
        blend
            .parts
            .extend(scorer.parts.into_iter().map(|part| Part {
                weight: member.weight * part.weight,
                ..part
            }));
    }
    Ok(blend)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::prepared::BINS;

    /// The values at which the search of a candidate starts.
    fn start(candidate: Candidate) -> Vec<f64> {
        candidate
            .space()
            .iter()
            .map(|dimension| dimension.value(dimension.search_start()))
            .collect()
    }

    #[test]
    fn every_dimension_of_a_space_reaches_the_parameter_of_its_name() {
        for &candidate in Candidate::ALL
            .iter()
            .filter(|candidate| **candidate != Candidate::Blend)
        {
            let at = |values: &[f64]| candidate.parameters(values).unwrap().describe();
            let described = at(&start(candidate));
            for (place, dimension) in candidate.space().iter().enumerate() {
                let mut moved = start(candidate);
                moved[place] = dimension.value(dimension.search_range()[0]);
                let expected = match dimension.name {
                    "bins" => BINS[moved[place] as usize].to_string(),
                    "balanced" => (moved[place] > 0.5).to_string(),
                    _ => moved[place].to_string(),
                };
                let own = at(&moved);
                let changed: Vec<_> = own
                    .iter()
                    .zip(&described)
                    .filter(|(new, old)| new != old)
                    .collect();
                let value = own
                    .iter()
                    .find(|(name, _)| name == dimension.name)
                    .map(|(_, value)| value);
                assert_eq!(
                    value,
                    Some(&expected),
                    "{} {}",
                    candidate.name(),
                    dimension.name
                );
                assert!(
                    changed.iter().all(|(new, _)| new.0 == dimension.name),
                    "{}: {changed:?}",
                    candidate.name()
                );
            }
            assert!(
                described.iter().all(|(_, value)| !value.contains("NaN")),
                "{described:?}"
            );
            assert!(candidate.parameters(&[0.0; 40]).is_none());
        }
        assert!(Candidate::Blend.parameters(&[]).is_none());
    }

    #[test]
    fn names_and_parameters_read_back() {
        for &candidate in Candidate::ALL {
            assert_eq!(Candidate::from_name(candidate.name()), Some(candidate));
            assert_eq!(
                serde_json::to_string(&candidate).unwrap(),
                format!("\"{}\"", candidate.name())
            );
            let Some(parameters) = candidate.parameters(&start(candidate)) else {
                continue;
            };
            assert_eq!(parameters.candidate(), candidate);
            let text = serde_json::to_string(&parameters).unwrap();
            assert!(
                text.starts_with(&format!("{{\"candidate\":\"{}\"", candidate.name())),
                "{text}"
            );
            assert_eq!(
                serde_json::from_str::<Parameters>(&text).unwrap(),
                parameters
            );
        }
        let blend = Parameters::Blend {
            intercept: 0.5,
            members: vec![BlendMember {
                weight: 2.0,
                parameters: Parameters::LogisticRegressionL2(L2Parameters {
                    c: 1.0,
                    balanced: true,
                }),
            }],
        };
        let text = serde_json::to_string(&blend).unwrap();
        assert_eq!(serde_json::from_str::<Parameters>(&text).unwrap(), blend);
        assert!(
            text.contains(r#"{"candidate":"logistic_regression_l2","c":1.0,"balanced":true}"#),
            "{text}"
        );
        assert_eq!(
            blend.describe()[1],
            ("logistic_regression_l2.weight".to_owned(), "2".to_owned())
        );
    }
}
