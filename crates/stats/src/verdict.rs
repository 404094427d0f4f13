//! Pass, fail or inconclusive: what an interval says about a limit.

use domain::Estimate;
use serde::{Deserialize, Serialize};

/// The judgment of a figure against a limit, from its interval and not from its point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The whole interval is on the good side of the limit.
    Pass,
    /// The whole interval is on the bad side.
    Fail,
    /// The limit lies inside the interval: inconclusive.
    Inconclusive,
    /// There is no value to evaluate.
    CouldNotCompute,
}

impl Verdict {
    /// Judges a figure that should be at most `limit`. A figure without an interval is taken as
    /// exact.
    ///
    /// ```
    /// use domain::Estimate;
    /// use stats::Verdict;
    ///
    /// let gap = Estimate::with_interval(0.05, [0.02, 0.2], 100);
    /// assert_eq!(Verdict::at_most(&gap, 0.25), Verdict::Pass);
    /// assert_eq!(Verdict::at_most(&gap, 0.1), Verdict::Inconclusive);
    /// ```
    pub fn at_most(figure: &Estimate, limit: f64) -> Self {
        let Some(value) = figure.value else {
            return Self::CouldNotCompute;
        };
        match figure.interval.unwrap_or([value, value]) {
            [_, high] if high <= limit => Self::Pass,
            [low, _] if low > limit => Self::Fail,
            _ => Self::Inconclusive,
        }
    }

    /// Judges a figure that should be at least `limit`. A figure without an interval is taken as
    /// exact.
    ///
    /// ```
    /// use domain::Estimate;
    /// use stats::Verdict;
    ///
    /// let area = Estimate::with_interval(0.8, [0.75, 0.85], 400);
    /// assert_eq!(Verdict::at_least(&area, 0.7), Verdict::Pass);
    /// assert_eq!(Verdict::at_least(&area, 0.9), Verdict::Fail);
    /// ```
    pub fn at_least(figure: &Estimate, limit: f64) -> Self {
        let Some(value) = figure.value else {
            return Self::CouldNotCompute;
        };
        match figure.interval.unwrap_or([value, value]) {
            [low, _] if low >= limit => Self::Pass,
            [_, high] if high < limit => Self::Fail,
            _ => Self::Inconclusive,
        }
    }

    /// One verdict for several: fail if any fails, pass only if all pass; between them, what cannot
    /// be told outweighs nothing to tell.
    ///
    /// ```
    /// use stats::Verdict;
    ///
    /// assert_eq!(Verdict::combined([Verdict::Pass, Verdict::Inconclusive]), Verdict::Inconclusive);
    /// assert_eq!(Verdict::combined([Verdict::Inconclusive, Verdict::Fail]), Verdict::Fail);
    /// ```
    pub fn combined(verdicts: impl IntoIterator<Item = Self>) -> Self {
        let severity = |verdict: &Self| match verdict {
            Self::Pass => 0,
            Self::CouldNotCompute => 1,
            Self::Inconclusive => 2,
            Self::Fail => 3,
        };
        verdicts
            .into_iter()
            .max_by_key(severity)
            .unwrap_or(Self::CouldNotCompute)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_decides() {
        let figure = Estimate::with_interval(0.05, [0.02, 0.2], 100);
        assert_eq!(Verdict::at_most(&figure, 0.1), Verdict::Inconclusive);
        assert_eq!(Verdict::at_most(&figure, 0.2), Verdict::Pass);
        assert_eq!(Verdict::at_most(&figure, 0.01), Verdict::Fail);
        assert_eq!(Verdict::at_least(&figure, 0.02), Verdict::Pass);
        assert_eq!(Verdict::at_least(&figure, 0.3), Verdict::Fail);
        assert_eq!(
            Verdict::at_least(&Estimate::point(0.3, 5), 0.3),
            Verdict::Pass
        );
        assert_eq!(
            Verdict::at_least(&Estimate::unknown("no rows"), 0.3),
            Verdict::CouldNotCompute
        );
        assert_eq!(
            Verdict::combined([
                Verdict::Pass,
                Verdict::CouldNotCompute,
                Verdict::Inconclusive
            ]),
            Verdict::Inconclusive
        );
        assert_eq!(Verdict::combined([]), Verdict::CouldNotCompute);
    }
}
