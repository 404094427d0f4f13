//! What a candidate is made of, and the shapes that scorers come in.

use model::scorer::LinearTerm;
use model::{Calibrator, Link, Part, PartKind, Scorer, Tree};

use crate::error::TrainingError;
use crate::grower::{BoostingParameters, fit_boosting};
use crate::logistic::LinearFit;
use crate::prepared::Prepared;
use crate::space::{Dimension, Point};

/// A kind of model that competes. The list of them is in `candidate/mod.rs`.
pub(crate) trait Learner {
    /// Everything that a fit needs besides data and seed.
    type Parameters;

    /// What is searched; empty when it has one setting only.
    const SPACE: &'static [Dimension] = &[];
    /// What its margins are before calibration: log-odds, or probabilities.
    const LINK: Link;
    /// Whether it may become the model.
    const MAY_BE_CHOSEN: bool = true;
    /// Whether it may be a member of a blend.
    const MAY_BLEND: bool = true;

    /// The parameters at a point of the space.
    fn parameters(point: &Point<'_>) -> Self::Parameters;

    /// The scorer, uncalibrated; `name` is that of the candidate. Same rows, parameters and seed
    /// give the same bits.
    fn fit(
        parameters: &Self::Parameters,
        name: &str,
        prepared: &Prepared,
        seed: u64,
    ) -> Result<Scorer, TrainingError>;

    /// Name and value of each parameter, in order, as texts.
    fn describe(parameters: &Self::Parameters) -> Vec<(String, String)>;
}

/// Names and values of fields as texts: `described!(parameters, max_depth, min_leaf)`.
macro_rules! described {
    ($from:expr, $($field:ident),+ $(,)?) => {
        vec![$((stringify!($field).to_owned(), $from.$field.to_string())),+]
    };
}

pub(crate) use described;

/// Parts that add up to log-odds or, with the identity, to a probability.
pub(crate) fn uncalibrated(intercept: f64, parts: Vec<Part>, link: Link) -> Scorer {
    Scorer {
        intercept,
        parts,
        link,
        calibrator: Calibrator::None,
    }
}

/// A linear function of the standardized inputs, in log-odds.
pub(crate) fn linear(name: &str, prepared: &Prepared, fitted: &LinearFit) -> Scorer {
    let terms = prepared
        .encoding
        .linear
        .iter()
        .zip(&fitted.coefficients)
        .map(|(input, &coefficient)| LinearTerm {
            input: input.input,
            impute: input.impute,
            center: input.center,
            scale: input.scale,
            coefficient,
            mean: input.mean,
        });
    let part = Part {
        name: name.into(),
        weight: 1.0,
        kind: PartKind::Linear(terms.collect()),
    };
    uncalibrated(fitted.intercept, vec![part], Link::Logit)
}

/// Trees whose leaves are shares: their mean is a probability.
pub(crate) fn shares(name: &str, trees: Vec<Tree>) -> Scorer {
    let part = Part {
        name: name.into(),
        weight: 1.0 / trees.len().max(1) as f64,
        kind: PartKind::Trees(trees),
    };
    uncalibrated(0.0, vec![part], Link::Identity)
}

/// Boosted trees: their sum, over the bags on average, is in log-odds.
pub(crate) fn boosted(
    name: &str,
    prepared: &Prepared,
    boosting: &BoostingParameters,
    seed: u64,
) -> Scorer {
    let weights = prepared.weights(boosting.balanced);
    let (intercept, trees) = fit_boosting(
        prepared.binned(boosting.bins),
        &prepared.labels,
        &weights,
        boosting,
        seed,
    );
    let part = Part {
        name: name.into(),
        weight: 1.0 / boosting.bags.max(1) as f64,
        kind: PartKind::Trees(trees),
    };
    uncalibrated(intercept, vec![part], Link::Logit)
}

/// The parameters of boosting as texts.
pub(crate) fn describe_boosting(boosting: &BoostingParameters) -> Vec<(String, String)> {
    described!(
        boosting,
        main_effect_trees,
        trees,
        learning_rate,
        max_depth,
        max_leaves,
        bins,
        min_child_weight,
        l2,
        column_share,
        row_share,
        bags,
        balanced,
    )
}
