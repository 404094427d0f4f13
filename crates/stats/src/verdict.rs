//! Pass, fail or inconclusive: what an interval says about a limit.

use serde::{Deserialize, Serialize};

use crate::Figure;

/// The judgement of a figure against a limit, from its interval and not from its point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The whole interval is on the good side of the limit.
    Pass,
    /// The whole interval is on the bad side.
    Fail,
    /// The limit lies inside the interval: these rows cannot tell.
    Inconclusive,
    /// There is no figure to judge.
    CouldNotCompute,
}

impl Verdict {
    /// Judges a figure that should be at most `limit`. A figure without an interval is taken as exact.
    pub fn at_most(figure: &Figure, limit: f64) -> Self {
        let Some(value) = figure.value else { return Self::CouldNotCompute };
        match figure.interval.unwrap_or([value, value]) {
            [_, high] if high <= limit => Self::Pass,
            [low, _] if low > limit => Self::Fail,
            _ => Self::Inconclusive,
        }
    }

    /// Judges a figure that should be at least `limit`. A figure without an interval is taken as exact.
    pub fn at_least(figure: &Figure, limit: f64) -> Self {
        let Some(value) = figure.value else { return Self::CouldNotCompute };
        match figure.interval.unwrap_or([value, value]) {
            [low, _] if low >= limit => Self::Pass,
            [_, high] if high < limit => Self::Fail,
            _ => Self::Inconclusive,
        }
    }
}
