//! The smallest change that would move a person below a probability: over fields that the
//! organization can change, in the allowed directions, within the training range (Wachter et al.
//! 2017; several different answers, Mothilal et al. 2020).
//!
//! Changes go in round steps (whole years, hundreds of pay). Over those steps the search is exact
//! for up to three fields together: branch and bound over boxes of values, where a bound on the
//! margin comes from walking each tree with intervals. It describes the model, not a cause.

mod answer;
mod bound;
mod search;
mod steps;

pub use answer::{Change, Counterfactual, Found, MAX_FIELDS};
use serde::{Deserialize, Serialize};

use crate::compiled::Compiled;
use crate::explain::ExplainError;
use crate::file::Model;
use crate::table::Table;

/// Thousands of tree nodes that a search may look at on a page that people wait for.
pub const USUAL_EFFORT: u64 = 20_000;

/// All answers for one person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Counterfactuals {
    /// Probability as it is.
    pub start: f64,
    /// The probability to get below.
    pub target: f64,
    /// Cheapest first, each with different fields. Empty: no allowed change is enough, or the
    /// person is already below.
    pub answers: Vec<Counterfactual>,
    /// Exact: every combination of up to [`MAX_FIELDS`] fields that could have given a cheaper
    /// answer was checked.
    pub found: Found,
    /// Fields that could be changed.
    pub actionable: Vec<String>,
}

impl Counterfactuals {
    /// One sentence for the head of the list.
    pub fn sentence(&self) -> String {
        let percent = crate::sentence::percent_text;
        match (self.answers.first(), self.found) {
            _ if self.start < self.target => {
                format!("The probability is already below {}.", percent(self.target))
            }
            _ if self.actionable.is_empty() => "This use case has no actionable fields.".into(),
            (None, Found::Exact) => format!(
                "No allowed change brings the probability below {}.",
                percent(self.target)
            ),
            (None, Found::Searched) => format!(
                "No change found that brings the probability below {}.",
                percent(self.target)
            ),
            (Some(answer), _) => {
                let parts: Vec<String> = answer
                    .changes
                    .iter()
                    .map(|change| {
                        format!(
                            "{} from {} to {}",
                            change.label, change.from_text, change.to_text
                        )
                    })
                    .collect();
                let changes = crate::sentence::join(&parts);
                match answer.found {
                    Found::Exact => format!(
                        "Smallest change: {changes}, resulting in {}.",
                        percent(answer.probability)
                    ),
                    Found::Searched => format!(
                        "A sufficient change: {changes}, resulting in {}.",
                        percent(answer.probability)
                    ),
                }
            }
        }
    }
}

/// Finds up to `want` answers for row `row` of `table` that bring the calibrated probability below
/// `target`, looking at about `effort` thousand nodes of trees ([`USUAL_EFFORT`] takes some tenths
/// of a second at most).
///
/// # Errors
/// [`ExplainError::NoSuchRow`].
pub fn counterfactuals(
    model: &Model,
    compiled: &Compiled,
    table: &Table,
    row: usize,
    target: f64,
    want: usize,
    effort: u64,
) -> Result<Counterfactuals, ExplainError> {
    if row >= table.rows() {
        return Err(ExplainError::NoSuchRow(row));
    }
    let person = table.take(&[row]);
    let start = compiled.probabilities(&model.encode(&person), 0..1)[0];
    let arms = steps::arms(model, &person);
    let mut actionable: Vec<String> = arms.iter().map(|arm| arm.field.name.clone()).collect();
    actionable.dedup();
    let mut result = Counterfactuals {
        start,
        target,
        answers: Vec::new(),
        found: Found::Exact,
        actionable,
    };
    if start >= target && want > 0 {
        let search = search::Search::new(model, compiled, &person, &arms, target);
        (result.answers, result.found) = search.run(want, effort.saturating_mul(1000));
    }
    Ok(result)
}
