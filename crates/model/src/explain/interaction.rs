//! Interaction values: how much of a contribution two inputs make only together.

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
    /// As [`Explainer::contributions`].
    pub fn interactions(&self, row: &[f64]) -> Result<Interactions, ExplainError> {
        let main = self.contributions(row)?;
        let inputs = self.inputs();
        let mut values = vec![0.0; inputs * inputs];
        for part in &self.compiled().scorer().parts {
            let PartKind::Trees(trees) = &part.kind else { continue };
            for leaf in trees.iter().flat_map(|tree| leaf::leaves(tree, part.weight)) {
                add_leaf(&leaf, row, inputs, &mut values);
            }
        }
        for (input, own) in main.values.iter().enumerate() {
            let others: f64 = values[input * inputs..(input + 1) * inputs].iter().sum();
            values[input * inputs + input] = own - others;
        }
        Ok(Interactions { inputs, values })
    }
}

/// Half of `v (o_i − z_i)(o_j − z_j) ∫ Π_{k≠i,j} (z_k(1−t) + o_k t) dt` on both sides of the diagonal.
fn add_leaf(leaf: &LeafPath, row: &[f64], inputs: usize, values: &mut [f64]) {
    let d = leaf.inputs.len();
    if d < 2 {
        return;
    }
    let mask = leaf.mask(row);
    let satisfied = |k: usize| if mask >> k & 1 == 1 { 1.0 } else { 0.0 };
    let rule = Rule::for_inputs(d - 1);
    for i in 0..d {
        for j in 0..i {
            let factor = |k: usize, t: f64| leaf.inputs[k].share * (1.0 - t) + satisfied(k) * t;
            let integral = rule.sum(|t| (0..d).filter(|&k| k != i && k != j).fold(1.0, |product, k| product * factor(k, t)));
            let difference = |k: usize| satisfied(k) - leaf.inputs[k].share;
            let half = 0.5 * leaf.value * difference(i) * difference(j) * integral;
            let (a, b) = (leaf.inputs[i].input as usize, leaf.inputs[j].input as usize);
            values[a * inputs + b] += half;
            values[b * inputs + a] += half;
        }
    }
}
