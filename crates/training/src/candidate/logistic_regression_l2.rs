//! Logistic regression with the strength of the L2 penalty tuned.

use model::{Link, Scorer};
use serde::{Deserialize, Serialize};

use crate::error::TrainingError;
use crate::learner::{Learner, described, linear};
use crate::logistic::fit_newton;
use crate::prepared::Prepared;
use crate::space::{BALANCED, Dimension, Point, Scale};

pub(super) struct LogisticRegressionL2;

/// Parameters of penalized logistic regression.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct L2Parameters {
    /// Inverse strength of the penalty (scikit-learn's `C`).
    pub c: f64,
    /// Classes weigh alike.
    pub balanced: bool,
}

impl Learner for LogisticRegressionL2 {
    type Parameters = L2Parameters;

    const SPACE: &'static [Dimension] = &[
        Dimension::new("c", 1e-3, 10.0, Scale::Logarithmic, 0.1),
        BALANCED,
    ];
    const LINK: Link = Link::Logit;

    fn parameters(point: &Point<'_>) -> L2Parameters {
        L2Parameters {
            c: point.real("c"),
            balanced: point.flag("balanced"),
        }
    }

    fn fit(
        parameters: &L2Parameters,
        name: &str,
        prepared: &Prepared,
        _: u64,
    ) -> Result<Scorer, TrainingError> {
        let weights = prepared.weights(parameters.balanced);
        Ok(linear(
            name,
            prepared,
            &fit_newton(&prepared.design, &prepared.labels, &weights, parameters.c),
        ))
    }

    fn describe(parameters: &L2Parameters) -> Vec<(String, String)> {
        described!(parameters, c, balanced)
    }
}
