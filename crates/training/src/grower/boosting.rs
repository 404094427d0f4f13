//! Gradient boosting of log-odds with second-order gain (Friedman 2001; Chen and Guestrin 2016).

use model::Tree;
use model::scorer::{logit, sigmoid};
use rand::seq::index::sample;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::binned::Binned;
use super::histogram::{Layout, Quantised};
use super::tree::{Grower, Limits, overall};
use crate::random::generator;

/// Parameters of gradient boosting.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BoostingParameters {
    /// Stumps of each bag that come first and learn main effects, one input each (Lou et al. 2013).
    pub main_effect_trees: usize,
    /// Trees of each bag that follow, up to `max_depth`.
    pub trees: usize,
    pub learning_rate: f64,
    pub max_depth: usize,
    pub max_leaves: usize,
    /// Bins of each input.
    pub bins: usize,
    /// Least curvature of a leaf.
    pub min_child_weight: f64,
    pub l2: f64,
    /// Share of the columns drawn for each tree.
    pub column_share: f64,
    /// Share of the rows drawn for each tree.
    pub row_share: f64,
    /// Independent fits that are averaged.
    pub bags: usize,
    /// Classes weigh alike.
    pub balanced: bool,
}

impl Default for BoostingParameters {
    fn default() -> Self {
        Self {
            main_effect_trees: 0,
            trees: 200,
            learning_rate: 0.05,
            max_depth: 3,
            max_leaves: 31,
            bins: 64,
            min_child_weight: 1.0,
            l2: 5.0,
            column_share: 0.5,
            row_share: 0.7,
            bags: 1,
            balanced: false,
        }
    }
}

impl BoostingParameters {
    /// Name and value of each, as texts.
    pub fn describe(&self) -> Vec<(String, String)> {
        vec![
            ("main_effect_trees".into(), self.main_effect_trees.to_string()),
            ("trees".into(), self.trees.to_string()),
            ("learning_rate".into(), self.learning_rate.to_string()),
            ("max_depth".into(), self.max_depth.to_string()),
            ("max_leaves".into(), self.max_leaves.to_string()),
            ("bins".into(), self.bins.to_string()),
            ("min_child_weight".into(), self.min_child_weight.to_string()),
            ("l2".into(), self.l2.to_string()),
            ("column_share".into(), self.column_share.to_string()),
            ("row_share".into(), self.row_share.to_string()),
            ("bags".into(), self.bags.to_string()),
            ("balanced".into(), self.balanced.to_string()),
        ]
    }
}

/// Start value (log-odds) and trees of all bags; the margin is `start + Σ trees / bags`.
pub fn fit_boosting(binned: &Binned, labels: &[bool], weights: &[f64], parameters: &BoostingParameters, seed: u64) -> (f64, Vec<Tree>) {
    let start = logit(overall(labels, weights));
    let bags: Vec<Vec<Tree>> = (0..parameters.bags.max(1) as u64)
        .into_par_iter()
        .map(|bag| boost(binned, labels, weights, parameters, start, seed.wrapping_add(bag.wrapping_mul(0x9e37_79b9))))
        .collect();
    (start, bags.concat())
}

/// From this many rows on, gradients are computed on several threads.
const WORTH_THREADS: usize = 1 << 14;

fn boost(binned: &Binned, labels: &[bool], weights: &[f64], parameters: &BoostingParameters, start: f64, seed: u64) -> Vec<Tree> {
    let (rows, columns) = (binned.rows(), binned.columns());
    let mut margins = vec![start; rows];
    let (mut gradients, mut curvatures) = (vec![0.0; rows], vec![0.0; rows]);
    let limits = Limits {
        max_depth: parameters.max_depth,
        max_leaves: parameters.max_leaves,
        min_curvature: parameters.min_child_weight,
        l2: parameters.l2,
        min_gain: 1e-9,
        columns_per_node: None,
    };
    let drawn = |share: f64, of: usize| ((share * of as f64).round() as usize).clamp(1, of);
    let (per_tree_columns, per_tree_rows) = (drawn(parameters.column_share, columns), drawn(parameters.row_share, rows));
    let rounds = parameters.main_effect_trees + parameters.trees;
    let mut trees = Vec::with_capacity(rounds);
    for round in 0..rounds as u64 {
        let mut random = generator(seed, 1 + round);
        let derive = |(row, (gradient, curvature)): (usize, (&mut f64, &mut f64))| {
            let probability = sigmoid(margins[row]);
            *gradient = weights[row] * (f64::from(u8::from(labels[row])) - probability);
            *curvature = weights[row] * probability * (1.0 - probability);
        };
        if rows < WORTH_THREADS {
            gradients.iter_mut().zip(&mut curvatures).enumerate().for_each(derive);
        } else {
            gradients.par_iter_mut().zip(&mut curvatures).enumerate().with_min_len(4096).for_each(derive);
        }
        let quantised = Quantised::new(&gradients, &curvatures);
        let pick = |of: usize, count: usize, random: &mut rand::rngs::ChaCha8Rng| -> Vec<u32> {
            if count == of {
                return (0..of as u32).collect();
            }
            let mut picked: Vec<u32> = sample(random, of, count).into_iter().map(|index| index as u32).collect();
            picked.sort_unstable();
            picked
        };
        let layout = Layout::new(binned, pick(columns, per_tree_columns, &mut random));
        let bag = pick(rows, per_tree_rows, &mut random);
        let max_depth = if round < parameters.main_effect_trees as u64 { 1 } else { parameters.max_depth };
        let grower = Grower { binned, layout: &layout, quantised: &quantised, limits: Limits { max_depth, ..limits } };
        let mut grown = grower.grow(bag, &mut random);
        let newton_step = |rows: &[u32]| {
            let sum = |values: &[f64]| rows.iter().map(|&row| values[row as usize]).sum::<f64>();
            parameters.learning_rate * sum(&gradients) / (sum(&curvatures) + parameters.l2).max(f64::MIN_POSITIVE)
        };
        grown.fill(newton_step, weights);
        if per_tree_rows == rows {
            for (leaf, range) in &grown.leaves {
                let value = grown.tree.value[*leaf as usize];
                grown.rows[range.clone()].iter().for_each(|&row| margins[row as usize] += value);
            }
        } else {
            let add = |(row, margin): (usize, &mut f64)| *margin += grown.tree.value[grown.leaf(binned, row)];
            if rows < WORTH_THREADS {
                margins.iter_mut().enumerate().for_each(add);
            } else {
                margins.par_iter_mut().enumerate().with_min_len(4096).for_each(add);
            }
        }
        trees.push(grown.tree);
    }
    trees
}
