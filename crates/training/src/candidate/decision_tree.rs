//! One tree.

use model::{Link, Scorer};

use crate::error::TrainingError;
use crate::grower::{TreeParameters, fit_tree};
use crate::learner::{Learner, described, shares};
use crate::prepared::Prepared;
use crate::space::{BALANCED, Dimension, Point, Scale, bins};

pub(super) struct DecisionTree;

impl Learner for DecisionTree {
    type Parameters = TreeParameters;

    const SPACE: &'static [Dimension] = &[
        Dimension::new("max_depth", 2.0, 8.0, Scale::Whole, 4.0),
        Dimension::new("min_leaf", 5.0, 80.0, Scale::Logarithmic, 20.0),
        Dimension::new("smoothing", 0.5, 30.0, Scale::Logarithmic, 5.0),
        bins(1.0),
        BALANCED,
    ];
    const LINK: Link = Link::Identity;

    fn parameters(point: &Point<'_>) -> TreeParameters {
        TreeParameters {
            max_depth: point.whole("max_depth"),
            min_leaf: point.real("min_leaf"),
            smoothing: point.real("smoothing"),
            bins: point.bins(),
            balanced: point.flag("balanced"),
        }
    }

    fn fit(
        tree: &TreeParameters,
        name: &str,
        prepared: &Prepared,
        _: u64,
    ) -> Result<Scorer, TrainingError> {
        let weights = prepared.weights(tree.balanced);
        Ok(shares(
            name,
            vec![fit_tree(
                prepared.binned(tree.bins),
                &prepared.labels,
                &weights,
                tree,
            )],
        ))
    }

    fn describe(tree: &TreeParameters) -> Vec<(String, String)> {
        described!(tree, max_depth, min_leaf, smoothing, bins, balanced)
    }
}
