//! What the list of statistics knows about each of them, and the samples that they compare.

use std::cell::OnceCell;

use serde::{Deserialize, Serialize};

use super::bins::{decile_shares, evidently_shares, shares};
use super::{Pair, Sorted, Test};

/// How the p-value of Kolmogorov-Smirnov is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Counts lattice paths (Hodges 1958). Work grows with the product of the sizes.
    Exact,
    /// The one-sample distribution at the effective size n m / (n + m), as SciPy.
    Asymptotic,
    /// SciPy's rule: exact while the larger sample has at most 10 000 rows.
    Auto,
    /// Exact where it takes milliseconds (equal sizes up to 10 000, or a product of the sizes up to
    /// ten million), asymptotic otherwise.
    Fast,
}

/// A computed statistic; distances have no p-value. Never NaN.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Value {
    /// The test statistic or distance, in its own unit.
    pub statistic: f64,
    /// From 0 to 1; `None` for a distance.
    pub p_value: Option<f64>,
}

impl Value {
    /// `None` for what is not finite. The infinite statistic of a certain p-value (a level that the
    /// reference lacks) becomes the largest number.
    pub(super) fn finite(self) -> Option<Self> {
        match self.p_value {
            None => self.statistic.is_finite().then_some(self),
            Some(p) => p.is_finite().then_some(Self {
                statistic: if self.statistic.is_finite() {
                    self.statistic
                } else {
                    f64::MAX
                },
                ..self
            }),
        }
    }
}

impl From<Test> for Value {
    fn from(Test { statistic, p_value }: Test) -> Self {
        Self {
            statistic,
            p_value: Some(p_value),
        }
    }
}

impl From<f64> for Value {
    fn from(statistic: f64) -> Self {
        Self {
            statistic,
            p_value: None,
        }
    }
}

/// Everything about a statistic but its name.
pub(super) struct Definition {
    pub label: &'static str,
    pub decides: Decides,
    /// Part of every check; the others are computed where they decide, or when everything is asked
    /// for.
    pub usual: bool,
    pub applies: Applies,
}

/// What a statistic must show to count as drift.
#[derive(Clone, Copy)]
pub(super) enum Decides {
    /// A small p-value.
    ByPValue,
    /// A distance of this size or more, in either direction.
    From(f64),
    /// Nothing: it is measured in the unit of the column, so no limit suits all.
    Never,
}

/// A distance between shares over the same bins or levels.
pub(super) type Distance = fn(&[f64], &[f64]) -> f64;

/// What a statistic compares.
pub(super) enum Applies {
    /// Numbers.
    Numbers(fn(&Numbers<'_>) -> Option<Value>),
    /// Levels, and numbers with up to five distinct values.
    Counts(fn(&Counts) -> Option<Value>),
    /// Numbers; levels by their position only where it decides about them.
    Ordered(fn(&Pair, Method) -> Option<Value>),
    /// Shares of levels; of numbers over the deciles of the reference.
    Deciles(Distance),
    /// Shares of levels; of numbers over the bins that Evidently draws.
    Bins(Distance),
    /// Numbers in one way and levels in another.
    Both {
        numbers: fn(&Numbers<'_>) -> Option<Value>,
        levels: Distance,
    },
}

impl Definition {
    pub const fn test(label: &'static str, applies: Applies) -> Self {
        Self {
            label,
            decides: Decides::ByPValue,
            usual: false,
            applies,
        }
    }

    /// A distance that usually counts as drift from `limit` on.
    pub const fn distance(label: &'static str, limit: f64, applies: Applies) -> Self {
        Self {
            label,
            decides: Decides::From(limit),
            usual: false,
            applies,
        }
    }

    /// A distance without a usual limit.
    pub const fn in_units(label: &'static str, applies: Applies) -> Self {
        Self {
            label,
            decides: Decides::Never,
            usual: false,
            applies,
        }
    }

    pub const fn usual(mut self) -> Self {
        self.usual = true;
        self
    }
}

/// Shares of both samples.
type Shares = (Vec<f64>, Vec<f64>);

/// Two samples of numbers. What several statistics need is computed once.
pub struct Numbers<'a> {
    /// The sample that is compared with: the baseline.
    pub reference: &'a Sorted,
    /// The sample that is judged.
    pub current: &'a Sorted,
    /// Both samples merged, with what ranks need.
    pub pair: Pair,
    /// How the p-value of Kolmogorov-Smirnov is computed.
    pub method: Method,
    /// Counts per value, where there are up to five.
    pub(super) counts: Option<Counts>,
    deciles: OnceCell<Option<Shares>>,
    bins: OnceCell<Option<Shares>>,
}

impl<'a> Numbers<'a> {
    /// Prepares both samples; what only some statistics need is computed when it is first asked
    /// for.
    pub fn new(reference: &'a Sorted, current: &'a Sorted, method: Method) -> Self {
        const FEW: usize = 5;
        let pair = Pair::new(reference, current);
        let widen = |counts: &[u32]| counts.iter().map(|&count| u64::from(count)).collect();
        let counts = (pair.support.len() <= FEW)
            .then(|| Counts::new(widen(&pair.reference), widen(&pair.current), method));
        Self {
            reference,
            current,
            pair,
            method,
            counts,
            deciles: OnceCell::new(),
            bins: OnceCell::new(),
        }
    }

    pub(super) fn over_deciles(&self, distance: Distance) -> Option<f64> {
        let shares = self
            .deciles
            .get_or_init(|| decile_shares(self.reference, self.current));
        shares
            .as_ref()
            .map(|(reference, current)| distance(reference, current))
    }

    pub(super) fn over_bins(&self, distance: Distance) -> Option<f64> {
        let shares = self
            .bins
            .get_or_init(|| evidently_shares(self.reference, self.current));
        shares
            .as_ref()
            .map(|(reference, current)| distance(reference, current))
    }
}

/// Rows per level of two samples, over the same levels in the same order.
pub struct Counts {
    /// Rows per level in the baseline.
    pub reference: Vec<u64>,
    /// Rows per level in the sample that is judged.
    pub current: Vec<u64>,
    /// How the p-value of Kolmogorov-Smirnov is computed, for ordered levels.
    pub method: Method,
    shares: OnceCell<Option<Shares>>,
    pair: OnceCell<Pair>,
}

impl Counts {
    /// Takes counts of equal length, in the same order of levels.
    pub fn new(reference: Vec<u64>, current: Vec<u64>, method: Method) -> Self {
        Self {
            reference,
            current,
            method,
            shares: OnceCell::new(),
            pair: OnceCell::new(),
        }
    }

    /// Shares of both samples; `None` when one is empty.
    pub fn shares(&self) -> Option<&(Vec<f64>, Vec<f64>)> {
        self.shares
            .get_or_init(|| Some((shares(&self.reference)?, shares(&self.current)?)))
            .as_ref()
    }

    /// Positions of the levels as numbers.
    pub fn pair(&self) -> &Pair {
        self.pair.get_or_init(|| {
            let numbers = |counts: &[u64]| {
                Sorted::from_counts(
                    counts
                        .iter()
                        .enumerate()
                        .map(|(code, &count)| (code as f64, count as u32)),
                )
            };
            Pair::new(&numbers(&self.reference), &numbers(&self.current))
        })
    }

    pub(super) fn distance(&self, distance: Distance) -> Option<f64> {
        self.shares()
            .map(|(reference, current)| distance(reference, current))
    }
}
