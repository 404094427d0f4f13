//! From parameters and prepared rows to a scorer, uncalibrated. The only way that any model is fitted: in a trial and for the last time.

use model::scorer::LinearTerm;
use model::{Calibrator, Link, Part, PartKind, Scorer, Tree};

use crate::candidate::{Candidate, PLAIN_C, Parameters};
use crate::error::TrainingError;
use crate::grower::{fit_boosting, fit_forest, fit_tree};
use crate::linfa_tree::fit_linfa_tree;
use crate::logistic::{LinearFit, fit_linfa, fit_newton};
use crate::prepared::Prepared;

/// Fits `parameters` to prepared rows. Same rows, parameters and seed give the same bits.
///
/// # Errors
/// When linfa's tree fails.
pub fn fit(parameters: &Parameters, prepared: &Prepared, seed: u64) -> Result<Scorer, TrainingError> {
    let labels = &prepared.labels;
    let name = parameters.candidate();
    match parameters {
        Parameters::LinfaTree { max_depth, min_leaf } => Ok(shares(name, vec![fit_linfa_tree(prepared, *max_depth, *min_leaf)?])),
        Parameters::LogisticRegression => Ok(linear(name, prepared, &fit_plain(prepared))),
        Parameters::LogisticRegressionL2 { c, balanced } => {
            let fitted = fit_newton(&prepared.design, labels, &prepared.weights(*balanced), *c);
            Ok(linear(name, prepared, &fitted))
        }
        Parameters::DecisionTree(tree) => {
            Ok(shares(name, vec![fit_tree(prepared.binned(tree.bins), labels, &prepared.weights(tree.balanced), tree)]))
        }
        Parameters::RandomForest(forest) => {
            Ok(shares(name, fit_forest(prepared.binned(forest.bins), labels, &prepared.weights(forest.balanced), forest, seed)))
        }
        Parameters::AdditiveBoosting(boosting) | Parameters::GradientBoosting(boosting) => {
            let (intercept, trees) =
                fit_boosting(prepared.binned(boosting.bins), labels, &prepared.weights(boosting.balanced), boosting, seed);
            let part = Part { name: name.name().into(), weight: 1.0 / boosting.bags.max(1) as f64, kind: PartKind::Trees(trees) };
            Ok(uncalibrated(intercept, vec![part], Link::Logit))
        }
        Parameters::Blend { intercept, members } => {
            let mut blend = uncalibrated(*intercept, Vec::new(), Link::Logit);
            for member in members {
                let scorer = fit(&member.parameters, prepared, seed)?;
                blend.intercept += member.weight * scorer.intercept;
                blend.parts.extend(scorer.parts.into_iter().map(|part| Part { weight: member.weight * part.weight, ..part }));
            }
            Ok(blend)
        }
    }
}

fn uncalibrated(intercept: f64, parts: Vec<Part>, link: Link) -> Scorer {
    Scorer { intercept, parts, link, calibrator: Calibrator::None }
}

/// linfa where rows weigh alike and its line search succeeds; the same objective by Newton's method otherwise.
fn fit_plain(prepared: &Prepared) -> LinearFit {
    let alike = prepared.weights.iter().all(|weight| *weight == 1.0);
    // scikit-learn's tolerance: 1e-4 on the mean gradient. linfa sums over rows.
    let tolerance = 1e-4 * prepared.labels.len() as f64;
    let by_linfa = if alike { fit_linfa(&prepared.design, &prepared.labels, PLAIN_C, tolerance).ok() } else { None };
    by_linfa
        .filter(|fitted| fitted.coefficients.iter().chain([&fitted.intercept]).all(|value| value.is_finite()))
        .unwrap_or_else(|| fit_newton(&prepared.design, &prepared.labels, &prepared.weights, PLAIN_C))
}

fn linear(name: Candidate, prepared: &Prepared, fitted: &LinearFit) -> Scorer {
    let terms = prepared.encoding.linear.iter().zip(&fitted.coefficients).map(|(input, &coefficient)| LinearTerm {
        input: input.input,
        impute: input.impute,
        center: input.center,
        scale: input.scale,
        coefficient,
        mean: input.mean,
    });
    let part = Part { name: name.name().into(), weight: 1.0, kind: PartKind::Linear(terms.collect()) };
    uncalibrated(fitted.intercept, vec![part], Link::Logit)
}

/// Trees whose leaves are shares: their mean is a probability.
fn shares(name: Candidate, trees: Vec<Tree>) -> Scorer {
    let part = Part { name: name.name().into(), weight: 1.0 / trees.len().max(1) as f64, kind: PartKind::Trees(trees) };
    uncalibrated(0.0, vec![part], Link::Identity)
}
