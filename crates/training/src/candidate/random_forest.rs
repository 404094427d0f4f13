//! Many trees, each on other rows and columns.

use model::{Link, Scorer};

use crate::error::TrainingError;
use crate::grower::{ForestParameters, fit_forest};
use crate::learner::{Learner, described, shares};
use crate::prepared::Prepared;
use crate::space::{BALANCED, Dimension, Point, Scale, bins};

pub(super) struct RandomForest;

impl Learner for RandomForest {
    type Parameters = ForestParameters;

    const SPACE: &'static [Dimension] = &[
        Dimension::new("max_depth", 4.0, 14.0, Scale::Whole, 10.0),
        Dimension::new("min_leaf", 1.0, 20.0, Scale::Logarithmic, 3.0),
        Dimension::new("column_share", 0.1, 0.7, Scale::Linear, 0.25),
        bins(1.0),
        BALANCED,
    ];
    const LINK: Link = Link::Identity;

    fn parameters(point: &Point<'_>) -> ForestParameters {
        ForestParameters {
            trees: 300,
            max_depth: point.whole("max_depth"),
            min_leaf: point.real("min_leaf"),
            column_share: point.real("column_share"),
            bins: point.bins(),
            balanced: point.flag("balanced"),
        }
    }

    fn fit(
        forest: &ForestParameters,
        name: &str,
        prepared: &Prepared,
        seed: u64,
    ) -> Result<Scorer, TrainingError> {
        let weights = prepared.weights(forest.balanced);
        Ok(shares(
            name,
            fit_forest(
                prepared.binned(forest.bins),
                &prepared.labels,
                &weights,
                forest,
                seed,
            ),
        ))
    }

    fn describe(forest: &ForestParameters) -> Vec<(String, String)> {
        described!(
            forest,
            trees,
            max_depth,
            min_leaf,
            column_share,
            bins,
            balanced
        )
    }
}
