//! The search space of each candidate.

use crate::candidate::{Candidate, Parameters};
use crate::grower::{BoostingParameters, ForestParameters, TreeParameters};
use crate::prepared::BINS;

/// How a dimension is searched.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scale {
    Linear,
    Logarithmic,
    /// Whole numbers, both ends included.
    Whole,
}

/// One parameter that is searched: its range in its own unit, and where the search starts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dimension {
    pub name: &'static str,
    pub low: f64,
    pub high: f64,
    pub scale: Scale,
    pub start: f64,
}

impl Dimension {
    const fn new(name: &'static str, low: f64, high: f64, scale: Scale, start: f64) -> Self {
        Self { name, low, high, scale, start }
    }

    /// The range in which the search works.
    pub fn search_range(&self) -> [f64; 2] {
        match self.scale {
            Scale::Linear => [self.low, self.high],
            Scale::Logarithmic => [self.low.ln(), self.high.ln()],
            Scale::Whole => [self.low, self.high + 1.0],
        }
    }

    /// From the search's number to the parameter, to three digits so that people can read and repeat it.
    pub fn value(&self, searched: f64) -> f64 {
        match self.scale {
            Scale::Linear => three_digits(searched),
            Scale::Logarithmic => three_digits(searched.exp()).clamp(self.low, self.high),
            Scale::Whole => searched.floor().clamp(self.low, self.high),
        }
    }

    /// Where the search starts, in its own numbers.
    pub fn search_start(&self) -> f64 {
        match self.scale {
            Scale::Linear => self.start,
            Scale::Logarithmic => self.start.ln(),
            Scale::Whole => self.start + 0.5,
        }
    }
}

fn three_digits(value: f64) -> f64 {
    if value == 0.0 {
        return 0.0;
    }
    let unit = 10f64.powi(value.abs().log10().floor() as i32 - 2);
    let digits = (value / unit).round();
    // Dividing by a whole power of ten gives the nearest number to the decimal text; multiplying by a small unit does not.
    if unit < 1.0 { digits / unit.recip().round() } else { digits * unit }
}

const BALANCED: Dimension = Dimension::new("balanced", 0.0, 1.0, Scale::Whole, 0.0);

const L2: [Dimension; 2] = [Dimension::new("c", 1e-3, 10.0, Scale::Logarithmic, 0.1), BALANCED];

/// Position in [`BINS`].
const fn bins(start: f64) -> Dimension {
    Dimension::new("bins", 0.0, (BINS.len() - 1) as f64, Scale::Whole, start)
}

const TREE: [Dimension; 5] = [
    Dimension::new("max_depth", 2.0, 8.0, Scale::Whole, 4.0),
    Dimension::new("min_leaf", 5.0, 80.0, Scale::Logarithmic, 20.0),
    Dimension::new("smoothing", 0.5, 30.0, Scale::Logarithmic, 5.0),
    bins(1.0),
    BALANCED,
];

const FOREST: [Dimension; 5] = [
    Dimension::new("max_depth", 4.0, 14.0, Scale::Whole, 10.0),
    Dimension::new("min_leaf", 1.0, 20.0, Scale::Logarithmic, 3.0),
    Dimension::new("column_share", 0.1, 0.7, Scale::Linear, 0.25),
    bins(1.0),
    BALANCED,
];

const ADDITIVE: [Dimension; 7] = [
    Dimension::new("main_effect_trees", 200.0, 700.0, Scale::Logarithmic, 400.0),
    Dimension::new("trees", 0.0, 80.0, Scale::Whole, 20.0),
    Dimension::new("learning_rate", 0.04, 0.2, Scale::Logarithmic, 0.1),
    Dimension::new("min_child_weight", 0.5, 10.0, Scale::Logarithmic, 3.0),
    Dimension::new("l2", 0.5, 20.0, Scale::Logarithmic, 5.0),
    Dimension::new("column_share", 0.1, 0.5, Scale::Linear, 0.2),
    bins(0.0),
];

const BOOSTING: [Dimension; 8] = [
    Dimension::new("trees", 50.0, 400.0, Scale::Whole, 200.0),
    Dimension::new("learning_rate", 0.02, 0.2, Scale::Logarithmic, 0.06),
    Dimension::new("max_depth", 2.0, 7.0, Scale::Whole, 4.0),
    Dimension::new("min_child_weight", 0.5, 20.0, Scale::Logarithmic, 3.0),
    Dimension::new("l2", 0.1, 50.0, Scale::Logarithmic, 5.0),
    Dimension::new("column_share", 0.15, 1.0, Scale::Linear, 0.4),
    Dimension::new("row_share", 0.4, 1.0, Scale::Linear, 0.7),
    bins(3.0),
];

/// What is searched for a candidate; empty when it has one setting only.
pub fn space(candidate: Candidate) -> &'static [Dimension] {
    match candidate {
        Candidate::LinfaTree | Candidate::LogisticRegression | Candidate::Blend => &[],
        Candidate::LogisticRegressionL2 => &L2,
        Candidate::DecisionTree => &TREE,
        Candidate::AdditiveBoosting => &ADDITIVE,
        Candidate::RandomForest => &FOREST,
        Candidate::GradientBoosting => &BOOSTING,
    }
}

/// The parameters at a point of a candidate's space, in the order of [`space`]. A blend has none of its own.
pub fn parameters(candidate: Candidate, values: &[f64]) -> Option<Parameters> {
    Some(match (candidate, values) {
        (Candidate::LinfaTree, _) => Parameters::LinfaTree { max_depth: 5, min_leaf: 10.0 },
        (Candidate::LogisticRegression, _) => Parameters::LogisticRegression,
        (Candidate::LogisticRegressionL2, [c, balanced]) => Parameters::LogisticRegressionL2 { c: *c, balanced: *balanced > 0.5 },
        (Candidate::DecisionTree, [max_depth, min_leaf, smoothing, bins, balanced]) => Parameters::DecisionTree(TreeParameters {
            max_depth: *max_depth as usize,
            min_leaf: *min_leaf,
            smoothing: *smoothing,
            bins: BINS[*bins as usize],
            balanced: *balanced > 0.5,
        }),
        (Candidate::RandomForest, [max_depth, min_leaf, column_share, bins, balanced]) => Parameters::RandomForest(ForestParameters {
            trees: 300,
            max_depth: *max_depth as usize,
            min_leaf: *min_leaf,
            column_share: *column_share,
            bins: BINS[*bins as usize],
            balanced: *balanced > 0.5,
        }),
        (Candidate::AdditiveBoosting, [main_effect_trees, trees, learning_rate, min_child_weight, l2, column_share, bins]) => {
            Parameters::AdditiveBoosting(BoostingParameters {
                main_effect_trees: main_effect_trees.round() as usize,
                trees: *trees as usize,
                learning_rate: *learning_rate,
                max_depth: 2,
                min_child_weight: *min_child_weight,
                l2: *l2,
                column_share: *column_share,
                row_share: 0.5,
                bags: 3,
                bins: BINS[*bins as usize],
                ..BoostingParameters::default()
            })
        }
        (Candidate::GradientBoosting, [trees, learning_rate, max_depth, min_child_weight, l2, column_share, row_share, bins]) => {
            Parameters::GradientBoosting(BoostingParameters {
                trees: *trees as usize,
                learning_rate: *learning_rate,
                max_depth: *max_depth as usize,
                min_child_weight: *min_child_weight,
                l2: *l2,
                column_share: *column_share,
                row_share: *row_share,
                bins: BINS[*bins as usize],
                ..BoostingParameters::default()
            })
        }
        _ => return None,
    })
}
