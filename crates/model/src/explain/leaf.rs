//! One leaf seen from the root: which inputs decide whether a row reaches it, and what it gives to
//! each of them.

use crate::explain::quadrature::Rule;
use crate::scorer::{LEAF, Tree};

/// Inputs of one path, at most: a mask is one `u64`.
pub(crate) const MAX_PATH_INPUTS: usize = 64;

/// All splits on one input along a path, as one interval.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PathInput {
    pub input: u32,
    /// A row satisfies the path when not `x ≤ above` and not `x > upto`; `NaN` is not a bound.
    above: f64,
    upto: f64,
    missing: bool,
    /// Share of the training rows (by cover) that take the path's side at these splits.
    pub share: f64,
}

impl PathInput {
    /// Whether a value takes the path's side at every split on this input.
    pub fn is_satisfied(&self, x: f64) -> bool {
        let outside = x <= self.above || x > self.upto;
        if x.is_nan() { self.missing } else { !outside }
    }
}

/// A leaf: its path's inputs in the order of their first split, and its output (times the part's
/// weight).
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LeafPath {
    pub inputs: Vec<PathInput>,
    pub value: f64,
}

impl LeafPath {
    /// The path extended by one edge. `share` is the child's part of its parent's cover.
    pub fn step(&self, tree: &Tree, node: usize, left: bool) -> Self {
        let mut path = self.clone();
        let (input, threshold) = (tree.feature[node], tree.threshold[node]);
        let share = edge_share(tree, node, left);
        let missing = tree.missing_left[node] == left;
        let known = path.inputs.iter().position(|known| known.input == input);
        let at = known.unwrap_or_else(|| {
            path.inputs.push(PathInput {
                input,
                above: f64::NAN,
                upto: f64::NAN,
                missing: true,
                share: 1.0,
            });
            path.inputs.len() - 1
        });
        let entry = &mut path.inputs[at];
        // `f64::max` and `f64::min` pass over NaN, which is not a bound.
        if left {
            entry.upto = entry.upto.min(threshold);
        } else {
            entry.above = entry.above.max(threshold);
        }
        entry.missing &= missing;
        entry.share *= share;
        path
    }

    /// Bit `k` is set when the row satisfies input `k` of the path.
    pub fn mask(&self, row: &[f64]) -> u64 {
        let bit = |(k, entry): (usize, &PathInput)| {
            u64::from(entry.is_satisfied(row[entry.input as usize])) << k
        };
        self.inputs.iter().enumerate().map(bit).sum()
    }

    /// Expected output over the path's shares: the leaf's part of the base value.
    pub fn expected(&self) -> f64 {
        self.inputs
            .iter()
            .fold(self.value, |product, entry| product * entry.share)
    }
}

/// Part of a node's cover that goes to one child. Without any cover (weights of zero) both sides
/// count alike.
pub(crate) fn edge_share(tree: &Tree, node: usize, left: bool) -> f64 {
    let (a, b) = (
        tree.cover[tree.left[node] as usize],
        tree.cover[tree.right[node] as usize],
    );
    let side = if left { a } else { b };
    let total = a + b;
    if total > 0.0 { side / total } else { 0.5 }
}

/// All leaves of a tree, from left to right, with outputs multiplied by `weight`.
pub(crate) fn leaves(tree: &Tree, weight: f64) -> Vec<LeafPath> {
    let mut leaves = Vec::new();
    let mut stack = vec![(
        0,
        LeafPath {
            inputs: Vec::new(),
            value: 0.0,
        },
    )];
    while let Some((node, path)) = stack.pop() {
        if tree.feature[node] == LEAF {
            leaves.push(LeafPath {
                value: weight * tree.value[node],
                ..path
            });
        } else {
            stack.push((tree.right[node] as usize, path.step(tree, node, false)));
            stack.push((tree.left[node] as usize, path.step(tree, node, true)));
        }
    }
    leaves
}

/// Path-dependent contributions of a leaf for every mask: `2^d × d` numbers.
///
/// With `z` the shares and `o` the mask's bits, an input's Shapley value is `v · (o_j − z_j) · ∫
/// Π_{k≠j} (z_k(1−t) + o_k t) dt` over 0 ≤ t ≤ 1, a polynomial that Gauss-Legendre quadrature
/// integrates exactly. All inputs outside a mask get one number, `B(mask)`, and an input inside
/// gets `−(1 − z_j)/z_j · B(mask without j)`, so one integral per mask suffices.
pub(crate) fn path_dependent_table(leaf: &LeafPath, rule: &Rule) -> Vec<f64> {
    let d = leaf.inputs.len();
    let full = (1_usize << d) - 1;
    // H(mask) = ∫ Π_{k in mask} (z_k(1−t) + t) · (1−t)^(d−|mask|−1) dt, so that B(mask) = −v · Π_{k
    // outside} z_k · H(mask), and the same product without z_j serves the inputs inside: no
    // division by a share, which may be 0.
    let integrals: Vec<f64> = (0..full)
        .map(|mask| outside_integral(leaf, mask, rule))
        .collect();
    let mut table = Vec::with_capacity((full + 1) * d);
    for mask in 0..=full {
        let outside = |skip: usize| {
            let entries = leaf.inputs.iter().enumerate();
            entries
                .filter(|(k, _)| mask >> k & 1 == 0 && *k != skip)
                .fold(leaf.value, |product, (_, entry)| product * entry.share)
        };
        let product = outside(d);
        for (j, entry) in leaf.inputs.iter().enumerate() {
            table.push(if mask >> j & 1 == 1 {
                (1.0 - entry.share) * product * integrals[mask & !(1 << j)]
            } else {
                -product * integrals[mask]
            });
        }
    }
    table
}

fn outside_integral(leaf: &LeafPath, mask: usize, rule: &Rule) -> f64 {
    let d = leaf.inputs.len();
    rule.sum(|t| {
        let mut product = 1.0;
        for (k, entry) in leaf.inputs.iter().enumerate() {
            if mask >> k & 1 == 1 {
                product *= entry.share * (1.0 - t) + t;
            }
        }
        (1..d - mask.count_ones() as usize).fold(product, |product, _| product * (1.0 - t))
    })
}
