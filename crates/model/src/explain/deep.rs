//! Path-dependent contributions without tables, for trees that are too deep or too large for them.
//!
//! Linear TreeSHAP (Yu et al. 2022) with the polynomials held by their values at Gauss-Legendre points: one pass down that multiplies
//! the factors of the path and one pass up that adds the leaves, `O(points)` for each edge, exact, and stable because all factors are
//! positive.

use crate::explain::leaf::edge_share;
use crate::explain::quadrature::Rule;
use crate::scorer::{LEAF, Tree};

/// Shares are kept above this, so that a factor of a leaf without cover can be divided out again.
const SMALLEST_SHARE: f64 = 1e-150;
const NONE: u32 = u32::MAX;

/// The edge from a node's parent to it.
#[derive(Debug, Clone, Default)]
struct Edge {
    input: u32,
    /// The nearest edge above on the same input (named by its lower node), or [`NONE`].
    above: u32,
    /// Product of the cover shares at all splits on the input so far.
    share: f64,
    /// `1 / (share (1−t) + t)` at each point.
    reciprocal: Vec<f64>,
}

/// A tree prepared for the two passes.
#[derive(Debug, Clone)]
pub(crate) struct DeepTree {
    tree: Tree,
    weight: f64,
    edges: Vec<Edge>,
    rule: Rule,
    /// `1 − t` and `1 / (1 − t)` at each point.
    rest: Vec<f64>,
    rest_reciprocal: Vec<f64>,
}

impl DeepTree {
    /// `path_inputs` is the largest number of different inputs on a path.
    pub fn new(tree: &Tree, weight: f64, path_inputs: usize) -> Self {
        // Counts of points for which the inner loops have a fixed length.
        let points = [4, 8, 16].into_iter().find(|points| path_inputs <= 2 * points).unwrap_or(32);
        let rule = Rule::new(points);
        let rest: Vec<f64> = rule.points.iter().map(|t| 1.0 - t).collect();
        let rest_reciprocal = rest.iter().map(|rest| 1.0 / rest).collect();
        let mut deep = Self { tree: tree.clone(), weight, edges: vec![Edge::default(); tree.feature.len()], rule, rest, rest_reciprocal };
        deep.prepare(0, &mut Vec::new());
        deep
    }

    fn prepare(&mut self, node: usize, path: &mut Vec<u32>) {
        let input = self.tree.feature[node];
        if input == LEAF {
            return;
        }
        for (goes_left, child) in [(true, self.tree.left[node]), (false, self.tree.right[node])] {
            let above = path.iter().rev().copied().find(|edge| self.edges[*edge as usize].input == input);
            let before = above.map_or(1.0, |edge| self.edges[edge as usize].share);
            let share = (before * edge_share(&self.tree, node, goes_left)).max(SMALLEST_SHARE);
            let reciprocal = self.rule.points.iter().map(|t| 1.0 / (share * (1.0 - t) + t)).collect();
            self.edges[child as usize] = Edge { input, above: above.unwrap_or(NONE), share, reciprocal };
            path.push(child);
            self.prepare(child as usize, path);
            path.pop();
        }
    }

    /// Adds one row's contributions to `sums`, one number for each input.
    pub fn add(&self, row: &[f64], sums: &mut [f64]) {
        match self.rule.points.len() {
            4 => self.add_with::<4>(row, sums),
            8 => self.add_with::<8>(row, sums),
            16 => self.add_with::<16>(row, sums),
            _ => self.add_with::<32>(row, sums),
        }
    }

    fn add_with<const Q: usize>(&self, row: &[f64], sums: &mut [f64]) {
        let mut start = [0.0; Q];
        for (start, weight) in start.iter_mut().zip(&self.rule.weights) {
            *start = self.weight * weight;
        }
        self.walk(0, row, &start, &mut vec![true; self.edges.len()], sums);
    }

    /// Sum over the leaves below `node` of output times path factors, at each point.
    fn walk<const Q: usize>(&self, node: usize, row: &[f64], product: &[f64; Q], satisfied: &mut [bool], sums: &mut [f64]) -> [f64; Q] {
        let input = self.tree.feature[node];
        if input == LEAF {
            return product.map(|factor| factor * self.tree.value[node]);
        }
        let mut total = [0.0; Q];
        let next = self.tree.next(node, row[input as usize]);
        for child in [self.tree.left[node] as usize, self.tree.right[node] as usize] {
            let edge = &self.edges[child];
            let above = (edge.above != NONE).then_some(edge.above as usize);
            let held = above.is_none_or(|above| satisfied[above]);
            let holds = held && next == child;
            satisfied[child] = holds;
            let mut longer = *product;
            if let Some(above) = above {
                self.divide(&mut longer, above, held);
            }
            self.multiply(&mut longer, edge.share, holds);
            let below = self.walk(child, row, &longer, satisfied, sums);
            sums[input as usize] += self.term(&below, child, holds) - above.map_or(0.0, |above| self.term(&below, above, held));
            for (total, below) in total.iter_mut().zip(below) {
                *total += below;
            }
        }
        total
    }

    fn multiply<const Q: usize>(&self, product: &mut [f64; Q], share: f64, holds: bool) {
        let satisfied = if holds { 1.0 } else { 0.0 };
        for ((product, rest), t) in product.iter_mut().zip(&self.rest).zip(&self.rule.points) {
            *product *= share * rest + satisfied * t;
        }
    }

    fn divide<const Q: usize>(&self, product: &mut [f64; Q], edge: usize, held: bool) {
        let edge = &self.edges[edge];
        if held {
            product.iter_mut().zip(&edge.reciprocal).for_each(|(product, reciprocal)| *product *= reciprocal);
        } else {
            let inverse = 1.0 / edge.share;
            product.iter_mut().zip(&self.rest_reciprocal).for_each(|(product, reciprocal)| *product *= inverse * reciprocal);
        }
    }

    /// `Σ (satisfied − share) / factor · below` over the points.
    fn term<const Q: usize>(&self, below: &[f64; Q], edge: usize, holds: bool) -> f64 {
        let edge = &self.edges[edge];
        let (reciprocals, scale) = if holds { (&edge.reciprocal, 1.0 - edge.share) } else { (&self.rest_reciprocal, -1.0) };
        scale * below.iter().zip(reciprocals).fold(0.0, |sum, (below, reciprocal)| sum + below * reciprocal)
    }
}
