//! Boosted stumps: one input at a time, so a sum of curves; then a few pairs (Lou et al. 2013).

use model::{Link, Scorer};

use crate::error::TrainingError;
use crate::grower::BoostingParameters;
use crate::learner::{Learner, boosted, describe_boosting};
use crate::prepared::Prepared;
use crate::space::{Dimension, Point, Scale, bins};

pub(super) struct AdditiveBoosting;

impl Learner for AdditiveBoosting {
    type Parameters = BoostingParameters;

    const SPACE: &'static [Dimension] = &[
        Dimension::new("main_effect_trees", 200.0, 700.0, Scale::Logarithmic, 400.0),
        Dimension::new("trees", 0.0, 80.0, Scale::Whole, 20.0),
        Dimension::new("learning_rate", 0.04, 0.2, Scale::Logarithmic, 0.1),
        Dimension::new("min_child_weight", 0.5, 10.0, Scale::Logarithmic, 3.0),
        Dimension::new("l2", 0.5, 20.0, Scale::Logarithmic, 5.0),
        Dimension::new("column_share", 0.1, 0.5, Scale::Linear, 0.2),
        bins(0.0),
    ];
    const LINK: Link = Link::Logit;

    fn parameters(point: &Point<'_>) -> BoostingParameters {
        BoostingParameters {
            main_effect_trees: point.whole("main_effect_trees"),
            trees: point.whole("trees"),
            learning_rate: point.real("learning_rate"),
            max_depth: 2,
            min_child_weight: point.real("min_child_weight"),
            l2: point.real("l2"),
            column_share: point.real("column_share"),
            row_share: 0.5,
            bags: 3,
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
