//! Random forest (Breiman 2001): bootstrap rows, columns drawn at each node, shares averaged.

use model::Tree;
use rand::RngExt;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::binned::Binned;
use super::grow::{Grower, Limits};
use super::histogram::Layout;
use super::tree::{deviations, overall, share};
use crate::random::generator;

/// Parameters of a random forest.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ForestParameters {
    /// How many trees are averaged.
    pub trees: usize,
    /// Splits from the root to a leaf, at most.
    pub max_depth: usize,
    /// Least weight of training rows in a leaf.
    pub min_leaf: f64,
    /// Share of the columns tried at each node.
    pub column_share: f64,
    /// Bins of each input.
    pub bins: usize,
    /// Classes weigh alike.
    pub balanced: bool,
}

/// The forest's trees; their mean is the probability.
pub fn fit_forest(
    binned: &Binned,
    labels: &[bool],
    weights: &[f64],
    parameters: &ForestParameters,
    seed: u64,
) -> Vec<Tree> {
    let overall = overall(labels, weights);
    let rows = binned.rows();
    let layout = Layout::new(binned, (0..binned.columns() as u32).collect());
    let per_node = ((parameters.column_share * binned.columns() as f64).round() as usize)
        .clamp(1, binned.columns());
    let limits = Limits {
        max_depth: parameters.max_depth,
        max_leaves: usize::MAX,
        min_curvature: parameters.min_leaf,
        l2: 0.0,
        min_gain: 1e-9,
        columns_per_node: Some(per_node),
    };
    let grow = |tree: usize| {
        let mut random = generator(seed, 1 + tree as u64);
        let mut counts = vec![0.0; rows];
        for _ in 0..rows {
            counts[random.random_range(0..rows)] += 1.0;
        }
        let bag: Vec<f64> = counts
            .iter()
            .zip(weights)
            .map(|(count, weight)| count * weight)
            .collect();
        let (units, mut packed) = deviations(
            labels.iter().map(|label| f64::from(u8::from(*label))),
            &bag,
            overall,
        );
        let drawn: Vec<u32> = (0..rows as u32)
            .filter(|&row| counts[row as usize] > 0.0)
            .collect();
        let mut row = 0;
        packed.retain(|_| {
            row += 1;
            counts[row - 1] > 0.0
        });
        let grower = Grower {
            binned,
            layout: &layout,
            units,
            limits,
        };
        let mut grown = grower.grow(drawn, packed, &mut random);
        grown.fill(|rows, _| share(rows, labels, &bag, overall, 0.0), &bag);
        grown.tree
    };
    (0..parameters.trees).into_par_iter().map(grow).collect()
}
