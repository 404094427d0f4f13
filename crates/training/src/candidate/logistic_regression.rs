//! Logistic regression without a penalty worth speaking of.

use model::{Link, Scorer};
use serde::{Deserialize, Serialize};

use crate::error::TrainingError;
use crate::learner::{Learner, linear};
use crate::logistic::{LinearFit, fit_linfa, fit_newton};
use crate::prepared::Prepared;
use crate::space::Point;

/// By linfa-logistic where rows weigh alike and its line search succeeds; the same objective by
/// Newton's method otherwise.
pub(super) struct LogisticRegression;

/// Nothing is to be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct LogisticRegressionParameters {}

/// The trace of a penalty that keeps the unpenalized fit finite on separable data.
const C: f64 = 100.0;

impl Learner for LogisticRegression {
    type Parameters = LogisticRegressionParameters;

    const LINK: Link = Link::Logit;
    const MAY_BLEND: bool = false;

    fn parameters(_: &Point<'_>) -> Self::Parameters {
        LogisticRegressionParameters {}
    }

    fn fit(
        _: &Self::Parameters,
        name: &str,
        prepared: &Prepared,
        _: u64,
    ) -> Result<Scorer, TrainingError> {
        Ok(linear(name, prepared, &fit(prepared)))
    }

    fn describe(_: &Self::Parameters) -> Vec<(String, String)> {
        vec![("c".to_owned(), C.to_string())]
    }
}

fn fit(prepared: &Prepared) -> LinearFit {
    let alike = prepared.weights.iter().all(|weight| *weight == 1.0);
    // scikit-learn's tolerance: 1e-4 on the mean gradient. linfa sums over rows.
    let tolerance = 1e-4 * prepared.labels.len() as f64;
    let by_linfa = if alike {
        fit_linfa(&prepared.design, &prepared.labels, C, tolerance).ok()
    } else {
        None
    };
    by_linfa
        .filter(|fitted| {
            fitted
                .coefficients
                .iter()
                .chain([&fitted.intercept])
                .all(|value| value.is_finite())
        })
        .unwrap_or_else(|| fit_newton(&prepared.design, &prepared.labels, &prepared.weights, C))
}
