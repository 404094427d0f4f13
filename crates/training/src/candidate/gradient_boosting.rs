//! Boosted trees.

use model::{Link, Scorer};

use crate::error::TrainingError;
use crate::grower::BoostingParameters;
use crate::learner::{Learner, boosted, describe_boosting};
use crate::prepared::Prepared;
use crate::space::{Dimension, Point, Scale, bins};

pub(super) struct GradientBoosting;

impl Learner for GradientBoosting {
    type Parameters = BoostingParameters;

    const SPACE: &'static [Dimension] = &[
        Dimension::new("trees", 50.0, 400.0, Scale::Whole, 200.0),
        Dimension::new("learning_rate", 0.02, 0.2, Scale::Logarithmic, 0.06),
        Dimension::new("max_depth", 2.0, 7.0, Scale::Whole, 4.0),
        Dimension::new("min_child_weight", 0.5, 20.0, Scale::Logarithmic, 3.0),
        Dimension::new("l2", 0.1, 50.0, Scale::Logarithmic, 5.0),
        Dimension::new("column_share", 0.15, 1.0, Scale::Linear, 0.4),
        Dimension::new("row_share", 0.4, 1.0, Scale::Linear, 0.7),
        bins(3.0),
    ];
    const LINK: Link = Link::Logit;

    fn parameters(point: &Point<'_>) -> BoostingParameters {
        BoostingParameters {
            trees: point.whole("trees"),
            learning_rate: point.real("learning_rate"),
            max_depth: point.whole("max_depth"),
            min_child_weight: point.real("min_child_weight"),
            l2: point.real("l2"),
            column_share: point.real("column_share"),
            row_share: point.real("row_share"),
            bins: point.bins(),
            ..BoostingParameters::default()
        }
    }

    fn fit(
        boosting: &BoostingParameters,
        name: &str,
        prepared: &Prepared,
        seed: u64,
    ) -> Result<Scorer, TrainingError> {
        Ok(boosted(name, prepared, boosting, seed))
    }

    fn describe(boosting: &BoostingParameters) -> Vec<(String, String)> {
        describe_boosting(boosting)
    }
}
