//! Lone trees: of shares of the event, and of means.

use model::Tree;
use serde::{Deserialize, Serialize};

use super::binned::Binned;
use super::grow::{Grower, Limits};
use super::grown::Grown;
use super::histogram::{Layout, Packed, Units};

/// Parameters of a lone decision tree.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TreeParameters {
    /// Splits from the root to a leaf, at most.
    pub max_depth: usize,
    /// Least weight of training rows in a leaf.
    pub min_leaf: f64,
    /// Pseudo-rows at the overall event rate that each leaf's share is drawn towards.
    pub smoothing: f64,
    /// Bins of each input.
    pub bins: usize,
    /// Classes weigh alike.
    pub balanced: bool,
}

/// Share of the event among `rows`, drawn towards `overall` with the weight `smoothing`.
pub(super) fn share(
    rows: &[u32],
    labels: &[bool],
    weights: &[f64],
    overall: f64,
    smoothing: f64,
) -> f64 {
    let weight: f64 = rows.iter().map(|&row| weights[row as usize]).sum();
    let events: f64 = rows
        .iter()
        .filter(|&&row| labels[row as usize])
        .map(|&row| weights[row as usize])
        .sum();
    if weight + smoothing > 0.0 {
        (events + smoothing * overall) / (weight + smoothing)
    } else {
        overall
    }
}

/// Weighted share of the event.
pub(super) fn overall(labels: &[bool], weights: &[f64]) -> f64 {
    let total: f64 = weights.iter().sum();
    labels
        .iter()
        .zip(weights)
        .filter(|(label, _)| **label)
        .map(|(_, weight)| weight)
        .sum::<f64>()
        / total
}

/// Deviations of `targets` from `mean` as gradients, weights as curvatures: the best split by
/// squared error (for 0/1 targets, by Gini impurity) is the one with the most gain. Gives the units
/// and each row's packed value.
pub(super) fn deviations(
    targets: impl Iterator<Item = f64> + Clone,
    weights: &[f64],
    mean: f64,
) -> (Units, Vec<Packed>) {
    let gradients = || {
        targets
            .clone()
            .zip(weights)
            .map(|(target, weight)| weight * (target - mean))
    };
    let units = Units::new(gradients().map(f64::abs).sum(), weights.iter().sum());
    let packed = gradients()
        .zip(weights)
        .map(|(gradient, weight)| units.pack(gradient, *weight))
        .collect();
    (units, packed)
}

fn plain_limits(max_depth: usize, min_leaf: f64) -> Limits {
    Limits {
        max_depth,
        max_leaves: usize::MAX,
        min_curvature: min_leaf,
        l2: 0.0,
        min_gain: 1e-9,
        columns_per_node: None,
    }
}

fn fit_plain(binned: &Binned, units: Units, packed: Vec<Packed>, limits: Limits) -> Grown {
    let layout = Layout::new(binned, (0..binned.columns() as u32).collect());
    let grower = Grower {
        binned,
        layout: &layout,
        units,
        limits,
    };
    grower.grow(
        (0..binned.rows() as u32).collect(),
        packed,
        &mut crate::random::generator(0, 0),
    )
}

/// A decision tree whose leaves give the share of the event (Breiman et al. 1984).
pub fn fit_tree(
    binned: &Binned,
    labels: &[bool],
    weights: &[f64],
    parameters: &TreeParameters,
) -> Tree {
    let overall = overall(labels, weights);
    let (units, packed) = deviations(
        labels.iter().map(|label| f64::from(u8::from(*label))),
        weights,
        overall,
    );
    let mut grown = fit_plain(
        binned,
        units,
        packed,
        plain_limits(parameters.max_depth, parameters.min_leaf),
    );
    grown.fill(
        |rows, _| share(rows, labels, weights, overall, parameters.smoothing),
        weights,
    );
    grown.tree
}

/// A regression tree: leaves give the mean of `targets`.
pub fn fit_mean_tree(binned: &Binned, targets: &[f64], max_depth: usize, min_leaf: f64) -> Tree {
    let mean = targets.iter().sum::<f64>() / targets.len().max(1) as f64;
    let weights = vec![1.0; targets.len()];
    let (units, packed) = deviations(targets.iter().copied(), &weights, mean);
    let mut grown = fit_plain(binned, units, packed, plain_limits(max_depth, min_leaf));
    grown.fill(
        |rows, _| {
            rows.iter().map(|&row| targets[row as usize]).sum::<f64>() / rows.len().max(1) as f64
        },
        &weights,
    );
    grown.tree
}
