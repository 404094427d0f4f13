//! Interaction values: how much of a contribution two inputs make only together.

use std::collections::BTreeMap;

use crate::explain::leaf::{self, LeafPath};
use crate::explain::quadrature::Rule;
use crate::explain::{ExplainError, Explainer};
use crate::scorer::PartKind;

/// A symmetric matrix `inputs × inputs`, row by row: half of each interaction on either side of the diagonal, main effects on it, so that
/// a row of it adds up to the input's contribution (Lundberg et al. 2020).
#[derive(Debug, Clone, PartialEq)]
pub struct Interactions {
    inputs: usize,
    values: Vec<f64>,
}

impl Interactions {
    /// The value of a pair of inputs (or the main effect when they are equal), in the unit of the margin.
    pub fn value(&self, first: usize, second: usize) -> f64 {
        self.values[first * self.inputs + second]
    }

    /// Number of inputs.
    pub fn inputs(&self) -> usize {
        self.inputs
    }
}

impl Explainer {
    /// Path-dependent interaction values of one encoded row. Linear terms have none beside their main effects.
    ///
    /// # Errors
    /// As [`Explainer::contributions`]; [`ExplainError::NoInteractions`] for an interventional explainer.
    pub fn interactions(&self, row: &[f64]) -> Result<Interactions, ExplainError> {
        if self.interventional {
            return Err(ExplainError::NoInteractions);
        }
        let main = self.contributions(row)?;
        let inputs = self.inputs();
        let mut values = vec![0.0; inputs * inputs];
        let mut rules = BTreeMap::new();
        for part in &self.compiled().scorer().parts {
            let PartKind::Trees(trees) = &part.kind else { continue };
            for leaf in trees.iter().flat_map(|tree| leaf::leaves(tree, part.weight)) {
                let rule = rules.entry(leaf.inputs.len()).or_insert_with_key(|inputs| Rule::for_inputs(inputs.saturating_sub(1)));
                add_leaf(&leaf, row, rule, inputs, &mut values);
            }
        }
        for (input, own) in main.values.iter().enumerate() {
            let others: f64 = values[input * inputs..(input + 1) * inputs].iter().sum();
            values[input * inputs + input] = own - others;
        }
        Ok(Interactions { inputs, values })
    }
}

/// Shares are kept above this, so that a factor can be divided out of the product again.
const SMALLEST_SHARE: f64 = 1e-150;

/// Half of `v (o_i − z_i)(o_j − z_j) ∫ Π_{k≠i,j} (z_k(1−t) + o_k t) dt` on both sides of the diagonal.
fn add_leaf(leaf: &LeafPath, row: &[f64], rule: &Rule, inputs: usize, values: &mut [f64]) {
    let mask = leaf.mask(row);
    let satisfied = |k: usize| if mask >> k & 1 == 1 { 1.0 } else { 0.0 };
    let share = |k: usize| leaf.inputs[k].share.max(SMALLEST_SHARE);
    let d = leaf.inputs.len();
    // For each point: the reciprocal factors, and their product times the point's weight.
    let mut integrals = vec![0.0; d * d];
    for (t, weight) in rule.points.iter().zip(&rule.weights) {
        let factors: Vec<f64> = (0..d).map(|k| share(k) * (1.0 - t) + satisfied(k) * t).collect();
        let product = factors.iter().fold(*weight, |product, factor| product * factor);
        for i in 0..d {
            for j in 0..i {
                integrals[i * d + j] += product / factors[i] / factors[j];
            }
        }
    }
    for i in 0..d {
        for j in 0..i {
            let difference = |k: usize| satisfied(k) - share(k);
            let half = 0.5 * leaf.value * difference(i) * difference(j) * integrals[i * d + j];
            let (a, b) = (leaf.inputs[i].input as usize, leaf.inputs[j].input as usize);
            values[a * inputs + b] += half;
            values[b * inputs + a] += half;
        }
    }
}
