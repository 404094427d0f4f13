//! Gradient boosting of log-odds with second-order gain (Friedman 2001; Chen and Guestrin 2016).

use model::Tree;
use model::scorer::logit;
use rand::Rng;
use rand::rngs::ChaCha8Rng;
use rand::seq::index::sample;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::binned::Binned;
use super::grow::{Grower, Limits};
use super::histogram::{Layout, Packed, Units};
use super::tree::overall;
use crate::random::generator;

/// Parameters of gradient boosting.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BoostingParameters {
    /// Stumps of each bag that come first and learn main effects, one input each (Lou et al. 2013).
    pub main_effect_trees: usize,
    /// Trees of each bag that follow, up to `max_depth`.
    pub trees: usize,
    /// Factor of each tree, above 0, at most 1.
    pub learning_rate: f64,
    /// Splits from the root to a leaf, at most.
    pub max_depth: usize,
    /// Leaves of a tree, at most.
    pub max_leaves: usize,
    /// Bins of each input.
    pub bins: usize,
    /// Least curvature of a leaf.
    pub min_child_weight: f64,
    /// Weight of the squared leaf values (ridge), not negative.
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

/// Start value (log-odds) and trees of all bags; the margin is `start + Σ trees / bags`.
pub fn fit_boosting(
    binned: &Binned,
    labels: &[bool],
    weights: &[f64],
    parameters: &BoostingParameters,
    seed: u64,
) -> (f64, Vec<Tree>) {
    let start = logit(overall(labels, weights));
    let bags: Vec<Vec<Tree>> = (0..parameters.bags.max(1) as u64)
        .into_par_iter()
        .map(|bag| {
            boost(
                binned,
                labels,
                weights,
                parameters,
                start,
                seed.wrapping_add(bag.wrapping_mul(0x9e37_79b9)),
            )
        })
        .collect();
    (start, bags.concat())
}

/// From this many rows on, rows are shared out over threads.
const WORTH_THREADS: usize = 1 << 14;

fn boost(
    binned: &Binned,
    labels: &[bool],
    weights: &[f64],
    parameters: &BoostingParameters,
    start: f64,
    seed: u64,
) -> Vec<Tree> {
    let (rows, columns) = (binned.rows(), binned.columns());
    let mut margins = vec![start; rows];
    let limits = Limits {
        max_depth: parameters.max_depth,
        max_leaves: parameters.max_leaves,
        min_curvature: parameters.min_child_weight,
        l2: parameters.l2,
        min_gain: 1e-9,
        columns_per_node: None,
    };
    let per_tree = ((parameters.column_share * columns as f64).round() as usize).clamp(1, columns);
    // A gradient is at most the row's weight, a curvature a quarter of it.
    let whole: f64 = weights.iter().sum();
    let units = Units::new(whole, whole / 4.0);
    let rounds = parameters.main_effect_trees + parameters.trees;
    let mut trees = Vec::with_capacity(rounds);
    for round in 0..rounds as u64 {
        let mut random = generator(seed, 1 + round);
        let mut chosen: Vec<u32> = if per_tree == columns {
            (0..columns as u32).collect()
        } else {
            sample(&mut random, columns, per_tree)
                .into_iter()
                .map(|column| column as u32)
                .collect()
        };
        chosen.sort_unstable();
        let layout = Layout::new(binned, chosen);
        let bag = draw_rows(rows, parameters.row_share, &mut random);
        let derive = |&row: &u32| {
            let (margin, weight) = (margins[row as usize], weights[row as usize]);
            let probability = training_sigmoid(margin);
            let target = f64::from(u8::from(labels[row as usize]));
            units.pack(
                weight * (target - probability),
                weight * probability * (1.0 - probability),
            )
        };
        let packed: Vec<Packed> = if rows < WORTH_THREADS {
            bag.iter().map(derive).collect()
        } else {
            bag.par_iter().with_min_len(4096).map(derive).collect()
        };
        let max_depth = if round < parameters.main_effect_trees as u64 {
            1
        } else {
            parameters.max_depth
        };
        let grower = Grower {
            binned,
            layout: &layout,
            units,
            limits: Limits {
                max_depth,
                ..limits
            },
        };
        let mut grown = grower.grow(bag, packed, &mut random);
        let newton_step = |_: &[u32], sum: Packed| {
            let (gradient, curvature) = units.unpack(sum);
            parameters.learning_rate * gradient / (curvature + parameters.l2).max(f64::MIN_POSITIVE)
        };
        grown.fill(newton_step, weights);
        grown.add_to(&mut margins, binned);
        trees.push(grown.tree);
    }
    trees
}

/// Each row with probability `share`, in order.
fn draw_rows(rows: usize, share: f64, random: &mut ChaCha8Rng) -> Vec<u32> {
    if share >= 1.0 {
        return (0..rows as u32).collect();
    }
    let mut bytes = vec![0; 2 * rows];
    random.fill_bytes(&mut bytes);
    let limit = (share * 65536.0) as u32;
    // Every row is written and only drawn ones are counted: a coin per row would mislead the
    // processor's branch prediction.
    let mut drawn = vec![0; rows];
    let mut count = 0;
    for (row, coin) in (0..rows as u32).zip(bytes.chunks_exact(2)) {
        drawn[count] = row;
        count += usize::from((u32::from(coin[0]) | (u32::from(coin[1]) << 8)) < limit);
    }
    drawn.truncate(count);
    drawn
}

/// The logistic function for gradients: a range-reduced polynomial, right to about 1e-9, that
/// compilers turn into vector code. Only plain arithmetic, so every machine gets the same bits.
fn training_sigmoid(margin: f64) -> f64 {
    let x = (-margin).clamp(-40.0, 40.0);
    // exp(x) = 2^k · exp(r) with |r| ≤ ln 2 / 2; adding and taking away 1.5·2^52 rounds to a whole
    // number.
    const ROUND: f64 = 6_755_399_441_055_744.0;
    let shifted = x * std::f64::consts::LOG2_E + ROUND;
    let k = shifted - ROUND;
    let r = x - k * std::f64::consts::LN_2;
    let polynomial = 1.0
        + r * (1.0
            + r * (0.5
                + r * (1.0 / 6.0
                    + r * (1.0 / 24.0 + r * (1.0 / 120.0 + r * (1.0 / 720.0 + r / 5040.0))))));
    let power = f64::from_bits((shifted.to_bits() << 52).wrapping_add(1.0f64.to_bits()));
    1.0 / (1.0 + polynomial * power)
}

#[cfg(test)]
mod tests {
    use model::scorer::sigmoid;

    use super::training_sigmoid;

    #[test]
    fn the_training_sigmoid_is_the_sigmoid() {
        for step in -400..=400 {
            let margin = f64::from(step) / 13.0;
            let difference = (training_sigmoid(margin) - sigmoid(margin)).abs();
            assert!(difference < 1e-8, "{margin}: off by {difference}");
        }
    }
}
