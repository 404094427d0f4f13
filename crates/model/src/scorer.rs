//! The one scoring format: a weighted sum of linear parts and ensembles of binary trees, then a
//! calibrator and a link.
//!
//! Contributions of a sum are the sum of contributions, so a blend of members stays exactly
//! explainable.

use serde::{Deserialize, Serialize};

/// A term of a linear part: `coefficient · (x − center) / scale`, where a missing `x` counts as
/// `impute`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LinearTerm {
    /// Index of the encoder's input.
    pub input: u32,
    /// What a missing value counts as (median; 1 for the indicator of the mode, 0 for the others).
    pub impute: f64,
    /// What is subtracted from the input, in its unit.
    pub center: f64,
    /// What the difference is divided by; in the unit of the input, not 0.
    pub scale: f64,
    /// Log-odds for each scaled unit.
    pub coefficient: f64,
    /// Mean of the imputed input over the training rows: the explanation's point of reference.
    pub mean: f64,
}

impl LinearTerm {
    /// The term's value for an input `x`.
    pub fn value(&self, x: f64) -> f64 {
        let x = if x.is_nan() { self.impute } else { x };
        self.coefficient * ((x - self.center) / self.scale)
    }
}

/// Splits on a path, at most.
pub const MAX_DEPTH: usize = 256;

/// Marks a leaf in [`Tree::feature`].
pub const LEAF: u32 = u32::MAX;

/// A binary tree as parallel arrays over its nodes; node 0 is the root. A row goes left when `x ≤
/// threshold`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Tree {
    /// Input that a node splits on, or [`LEAF`].
    pub feature: Vec<u32>,
    /// A value at or below goes left; in the unit of the input.
    pub threshold: Vec<f64>,
    /// Whether a missing value goes left.
    pub missing_left: Vec<bool>,
    /// Index of the left child.
    pub left: Vec<u32>,
    /// Index of the right child.
    pub right: Vec<u32>,
    /// Output of a leaf; for inner nodes the mean of their leaves, weighted by cover.
    pub value: Vec<f64>,
    /// Weight of training rows that passed a node.
    pub cover: Vec<f64>,
}

impl Tree {
    /// The leaf's output for one encoded row.
    ///
    /// ```
    /// use model::{Tree, scorer::LEAF};
    ///
    /// let tree = Tree {
    ///     feature: vec![0, LEAF, LEAF],
    ///     threshold: vec![35.0, 0.0, 0.0],
    ///     missing_left: vec![true, false, false],
    ///     left: vec![1, 0, 0],
    ///     right: vec![2, 0, 0],
    ///     value: vec![0.2, 0.3, 0.1],
    ///     cover: vec![100.0, 50.0, 50.0],
    /// };
    /// assert!(tree.is_sound(1));
    /// assert_eq!([tree.value(&[35.0]), tree.value(&[36.0]), tree.value(&[f64::NAN])], [0.3, 0.1, 0.3]);
    /// ```
    pub fn value(&self, row: &[f64]) -> f64 {
        let mut node = 0;
        while self.feature[node] != LEAF {
            node = self.next(node, row[self.feature[node] as usize]);
        }
        self.value[node]
    }

    /// The child of an inner node that a row with `x` at its feature goes to.
    pub fn next(&self, node: usize, x: f64) -> usize {
        let left = if x.is_nan() {
            self.missing_left[node]
        } else {
            x <= self.threshold[node]
        };
        (if left {
            self.left[node]
        } else {
            self.right[node]
        }) as usize
    }

    /// True when indices are in range, thresholds are numbers, every node has one parent that
    /// stands before it and no path is longer than
    /// [`MAX_DEPTH`]: then every walk ends, and ends soon.
    pub fn is_sound(&self, inputs: usize) -> bool {
        let nodes = self.feature.len();
        let lengths = [
            self.threshold.len(),
            self.missing_left.len(),
            self.left.len(),
            self.right.len(),
            self.value.len(),
            self.cover.len(),
        ];
        if nodes == 0 || lengths.iter().any(|&length| length != nodes) {
            return false;
        }
        let mut depth: Vec<Option<usize>> = vec![None; nodes];
        depth[0] = Some(0);
        (0..nodes)
            .filter(|&node| self.feature[node] != LEAF)
            .all(|node| {
                let below = depth[node].map_or(0, |depth| depth + 1);
                let readable = (self.feature[node] as usize) < inputs
                    && !self.threshold[node].is_nan()
                    && below <= MAX_DEPTH;
                readable
                    && [self.left[node], self.right[node]]
                        .into_iter()
                        .all(|child| {
                            let child = child as usize;
                            child > node && child < nodes && depth[child].replace(below).is_none()
                        })
            })
    }
}

/// What a part is made of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum PartKind {
    /// Summed terms.
    Linear(Vec<LinearTerm>),
    /// Summed trees. A forest carries `1 / trees` in the part's weight.
    Trees(Vec<Tree>),
}

/// A member of the sum: `weight · (Σ terms or Σ trees)`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// The candidate's name, for example `gradient_boosting`.
    pub name: String,
    /// Factor of the part's sum in the margin.
    pub weight: f64,
    /// Its terms or trees.
    pub kind: PartKind,
}

/// How the sum becomes a probability.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Link {
    /// The sum is in log-odds.
    Logit,
    /// The sum is a probability already (a lone forest or tree).
    Identity,
}

/// Monotone map that makes "30 %" mean 30 in 100.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Calibrator {
    /// Probabilities are those of the link.
    None,
    /// Log-odds become `slope · log-odds + offset` (Platt 1999).
    Platt {
        /// Factor of the log-odds.
        slope: f64,
        /// Added to the scaled log-odds.
        offset: f64,
    },
    /// Probability through a monotone piecewise-linear map: knots ascending in `x`.
    Isotonic {
        /// Probabilities before calibration, from 0 to 1.
        x: Vec<f64>,
        /// Calibrated probability at each knot, from 0 to 1.
        y: Vec<f64>,
    },
}

/// A trained scorer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scorer {
    /// Margin before any part; log-odds with the logistic link.
    pub intercept: f64,
    /// Summed, each with its weight.
    pub parts: Vec<Part>,
    /// From margin to probability.
    pub link: Link,
    /// From raw to calibrated probability.
    pub calibrator: Calibrator,
}

/// Probabilities are kept this far from 0 and 1, so that log-odds stay finite.
pub const EPSILON: f64 = 1e-9;

/// Log-odds to probability. `libm` on server and browser alike, so that both give the same bits.
///
/// ```
/// assert_eq!(model::scorer::sigmoid(0.0), 0.5);
/// ```
pub fn sigmoid(log_odds: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-log_odds))
}

/// Probability to log-odds, clipped to [`EPSILON`].
///
/// ```
/// assert!((model::scorer::logit(0.75) - 3f64.ln()).abs() < 1e-12);
/// ```
pub fn logit(probability: f64) -> f64 {
    let clipped = probability.clamp(EPSILON, 1.0 - EPSILON);
    libm::log(clipped / (1.0 - clipped))
}

impl Scorer {
    /// The sum before calibration for one encoded row, in the unit of [`Scorer::link`].
    pub fn margin(&self, row: &[f64]) -> f64 {
        self.parts.iter().fold(self.intercept, |sum, part| {
            sum + part.weight * part_sum(&part.kind, row)
        })
    }

    /// Calibrated probability of a margin.
    pub fn probability_of_margin(&self, margin: f64) -> f64 {
        let raw = || match self.link {
            Link::Logit => sigmoid(margin),
            Link::Identity => margin.clamp(0.0, 1.0),
        };
        match &self.calibrator {
            Calibrator::None => raw(),
            Calibrator::Platt { slope, offset } => {
                let log_odds = if self.link == Link::Logit {
                    margin
                } else {
                    logit(margin)
                };
                sigmoid(slope * log_odds + offset)
            }
            Calibrator::Isotonic { x, y } => interpolate(x, y, raw()),
        }
    }

    /// Calibrated probability of one encoded row.
    ///
    /// ```
    /// use model::{Calibrator, LinearTerm, Link, Part, PartKind, Scorer};
    ///
    /// // Log-odds 0.5 · (x − 40) / 10: even odds at 40 years.
    /// let term = LinearTerm { input: 0, impute: 40.0, center: 40.0, scale: 10.0, coefficient: 0.5, mean: 40.0 };
    /// let part = Part { name: "logistic_regression".into(), weight: 1.0, kind: PartKind::Linear(vec![term]) };
    /// let scorer = Scorer { intercept: 0.0, parts: vec![part], link: Link::Logit, calibrator: Calibrator::None };
    /// assert_eq!(scorer.margin(&[60.0]), 1.0);
    /// assert_eq!(scorer.probability(&[40.0]), 0.5);
    /// assert_eq!(scorer.probability(&[f64::NAN]), 0.5);
    /// ```
    pub fn probability(&self, row: &[f64]) -> f64 {
        self.probability_of_margin(self.margin(row))
    }
}

fn part_sum(kind: &PartKind, row: &[f64]) -> f64 {
    match kind {
        PartKind::Linear(terms) => terms
            .iter()
            .fold(0.0, |sum, term| sum + term.value(row[term.input as usize])),
        PartKind::Trees(trees) => trees.iter().fold(0.0, |sum, tree| sum + tree.value(row)),
    }
}

/// Linear interpolation between knots, flat outside them.
fn interpolate(x: &[f64], y: &[f64], at: f64) -> f64 {
    let right = x.partition_point(|knot| *knot < at);
    match right {
        0 => y[0],
        right if right == x.len() => y[right - 1],
        right if x[right] == at => y[right],
        right => {
            let share = (at - x[right - 1]) / (x[right] - x[right - 1]);
            y[right - 1] + share * (y[right] - y[right - 1])
        }
    }
}
