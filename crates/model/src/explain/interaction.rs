//! Interaction values: how much of a contribution two inputs make only together.

use std::collections::BTreeMap;

use crate::explain::leaf::{self, LeafPath};
use crate::explain::quadrature::Rule;
use crate::explain::{ExplainError, Explainer};
use crate::scorer::PartKind;

/// Shares are kept above this, so that a factor can be divided out of a product again.
const SMALLEST_SHARE: f64 = 1e-150;

/// A symmetric matrix `inputs × inputs`, row by row: half of each interaction on either side of the
/// diagonal, main effects on it, so that a row of it adds up to the input's contribution (Lundberg
/// et al. 2020).
#[derive(Debug, Clone, PartialEq)]
pub struct Interactions {
    inputs: usize,
    values: Vec<f64>,
}

impl Interactions {
    /// The value of a pair of inputs (or the main effect when they are equal), in the unit of the
    /// margin.
    pub fn value(&self, first: usize, second: usize) -> f64 {
        self.values[first * self.inputs + second]
    }

    /// Number of inputs.
    pub fn inputs(&self) -> usize {
        self.inputs
    }
}

impl Explainer {
    /// Path-dependent interaction values of one encoded row. Linear terms have none beside their
    /// main effects.
    ///
    /// # Errors
    /// As [`Explainer::contributions`]; [`ExplainError::NoInteractions`] for an interventional
    /// explainer.
    pub fn interactions(&self, row: &[f64]) -> Result<Interactions, ExplainError> {
        let main = self.contributions(row)?;
        let inputs = self.inputs();
        let mut values = vec![0.0; inputs * inputs];
        self.halves_with(&|_| true, &[row], |_, first, second, half| {
            values[first * inputs + second] += half
        })?;
        for (input, own) in main.values.iter().enumerate() {
            let others: f64 = values[input * inputs..(input + 1) * inputs].iter().sum();
            values[input * inputs + input] = own - others;
        }
        Ok(Interactions { inputs, values })
    }

    /// Calls `add(row, first, second, half of the interaction)`, leaf by leaf, for each pair of
    /// different inputs whose first is wanted.
    ///
    /// # Errors
    /// [`ExplainError::NoInteractions`] for an interventional explainer.
    pub(crate) fn halves_with(
        &self,
        wanted: &dyn Fn(usize) -> bool,
        rows: &[&[f64]],
        mut add: impl FnMut(usize, usize, usize, f64),
    ) -> Result<(), ExplainError> {
        if self.interventional {
            return Err(ExplainError::NoInteractions);
        }
        let mut rules: BTreeMap<usize, Rule> = BTreeMap::new();
        for part in &self.compiled().scorer().parts {
            let PartKind::Trees(trees) = &part.kind else {
                continue;
            };
            for leaf in trees
                .iter()
                .flat_map(|tree| leaf::leaves(tree, part.weight))
            {
                let first: Vec<usize> = (0..leaf.inputs.len())
                    .filter(|k| wanted(leaf.inputs[*k].input as usize))
                    .collect();
                if leaf.inputs.len() < 2 || first.is_empty() {
                    continue;
                }
                let rule = rules
                    .entry(leaf.inputs.len())
                    .or_insert_with_key(|inputs| Rule::for_inputs(inputs - 1));
                for (index, row) in rows.iter().enumerate() {
                    leaf_halves(&leaf, row, rule, &first, |first, second, half| {
                        add(index, first, second, half)
                    });
                }
            }
        }
        Ok(())
    }
}

/// `½ v (o_i − z_i)(o_j − z_j) ∫ Π_{k≠i,j} (z_k(1−t) + o_k t) dt` for each `i` in `first` and each
/// other `j`.
fn leaf_halves(
    leaf: &LeafPath,
    row: &[f64],
    rule: &Rule,
    first: &[usize],
    mut add: impl FnMut(usize, usize, f64),
) {
    let mask = leaf.mask(row);
    let entries: Vec<(f64, f64)> = leaf
        .inputs
        .iter()
        .enumerate()
        .map(|(k, entry)| {
            (
                entry.share.max(SMALLEST_SHARE),
                if mask >> k & 1 == 1 { 1.0 } else { 0.0 },
            )
        })
        .collect();
    let d = entries.len();
    let mut integrals = vec![0.0; first.len() * d];
    let mut reciprocals = vec![0.0; d];
    for (t, weight) in rule.points.iter().zip(&rule.weights) {
        let mut product = *weight;
        for ((share, satisfied), reciprocal) in entries.iter().zip(&mut reciprocals) {
            let factor = share * (1.0 - t) + satisfied * t;
            product *= factor;
            *reciprocal = 1.0 / factor;
        }
        for (&i, integrals) in first.iter().zip(integrals.chunks_exact_mut(d)) {
            let without_i = product * reciprocals[i];
            integrals
                .iter_mut()
                .zip(&reciprocals)
                .for_each(|(integral, reciprocal)| *integral += without_i * reciprocal);
        }
    }
    for (&i, integrals) in first.iter().zip(integrals.chunks_exact(d)) {
        let of_i = 0.5 * leaf.value * (entries[i].1 - entries[i].0);
        for j in (0..d).filter(|&j| j != i) {
            let half = of_i * (entries[j].1 - entries[j].0) * integrals[j];
            add(
                leaf.inputs[i].input as usize,
                leaf.inputs[j].input as usize,
                half,
            );
        }
    }
}
