//! Path-dependent contributions without tables, for trees that are too deep or too large for them.
//!
//! Linear TreeSHAP (Yu et al. 2022) with the polynomials held by their values at Gauss-Legendre
//! points: one pass down that multiplies the factors of the path and one pass up that adds the
//! leaves, `O(points)` for each edge, exact, and stable because all factors are positive. The
//! number of points is fixed when compiling, so that the inner loops are straight vector code.
//!
//! At the bottom, subtrees of a few splits are cells: for each way in which their splits may
//! decide, the sum over their leaves and each input's part of it are known beforehand as values at
//! the points, to be multiplied by the path's product.

mod cells;

use crate::explain::leaf::edge_share;
use crate::explain::quadrature::Rule;
use crate::explain::subtree::inner_nodes;
use crate::scorer::{LEAF, Tree};

use cells::{CELL_SPLITS, Cells, dot, multiply};

/// Shares are kept above this, so that a factor of a leaf without cover can be divided out again.
const SMALLEST_SHARE: f64 = 1e-150;
const NONE: u32 = u32::MAX;

/// A tree prepared for the two passes, with enough points for its longest path: `Q` points serve
/// `2Q` inputs.
#[derive(Debug, Clone)]
pub(crate) enum DeepTree {
    Inputs8(Walker<4>),
    Inputs12(Walker<6>),
    Inputs16(Walker<8>),
    Inputs32(Box<Walker<16>>),
    Inputs64(Box<Walker<32>>),
}

impl DeepTree {
    /// `path_inputs` is the largest number of different inputs on a path, at most 64.
    pub fn new(tree: &Tree, weight: f64, path_inputs: usize) -> Self {
        match path_inputs {
            ..=8 => Self::Inputs8(Walker::new(tree, weight)),
            9..=12 => Self::Inputs12(Walker::new(tree, weight)),
            13..=16 => Self::Inputs16(Walker::new(tree, weight)),
            17..=32 => Self::Inputs32(Box::new(Walker::new(tree, weight))),
            _ => Self::Inputs64(Box::new(Walker::new(tree, weight))),
        }
    }

    /// Adds one row's contributions to `sums`, one number for each input.
    pub fn add(&self, row: &[f64], sums: &mut [f64]) {
        match self {
            Self::Inputs8(walker) => walker.add(row, sums),
            Self::Inputs12(walker) => walker.add(row, sums),
            Self::Inputs16(walker) => walker.add(row, sums),
            Self::Inputs32(walker) => walker.add(row, sums),
            Self::Inputs64(walker) => walker.add(row, sums),
        }
    }
}

/// A node together with the edge from its parent.
#[derive(Debug, Clone)]
struct Node<const Q: usize> {
    /// Input that the node splits on, or [`LEAF`].
    splits_on: u32,
    missing_left: bool,
    threshold: f64,
    left: u32,
    right: u32,
    /// Output of a leaf.
    value: f64,
    /// The nearest edge above that is on the same input as this one (named by its lower node), or
    /// [`NONE`].
    above: u32,
    /// Product of the cover shares at all splits on the edge's input so far.
    share: f64,
    /// The cell whose root this is, or [`NONE`].
    cell: u32,
    /// `1 / (share (1−t) + t)` at each point.
    reciprocal: [f64; Q],
}

#[derive(Debug, Clone)]
pub(crate) struct Walker<const Q: usize> {
    nodes: Vec<Node<Q>>,
    cells: Cells<Q>,
    /// The points' weights times the tree's.
    start: [f64; Q],
    points: [f64; Q],
    /// `1 − t` and `1 / (1 − t)` at each point.
    rest: [f64; Q],
    rest_reciprocal: [f64; Q],
}

impl<const Q: usize> Walker<Q> {
    fn new(tree: &Tree, weight: f64) -> Self {
        let rule = Rule::new(Q);
        let points: [f64; Q] = std::array::from_fn(|q| rule.points[q]);
        let rest = points.map(|t| 1.0 - t);
        let mut walker = Self {
            nodes: Vec::with_capacity(tree.feature.len()),
            cells: Cells::default(),
            start: std::array::from_fn(|q| weight * rule.weights[q]),
            points,
            rest,
            rest_reciprocal: rest.map(|rest| 1.0 / rest),
        };
        walker.push(tree, &inner_nodes(tree), 0, (NONE, 1.0), &mut Vec::new());
        walker
    }

    /// Appends a subtree in the order in which it is walked. `edge` is the edge to its root (the
    /// nearest edge above on the same input, the share); `path` holds the edges above it (by lower
    /// node) and their inputs. Gives the position of its root.
    fn push(
        &mut self,
        tree: &Tree,
        inner: &[usize],
        node: usize,
        edge: (u32, f64),
        path: &mut Vec<(u32, u32)>,
    ) -> u32 {
        let (above, share) = edge;
        let at = self.nodes.len();
        self.nodes.push(Node {
            splits_on: tree.feature[node],
            missing_left: tree.missing_left[node],
            threshold: tree.threshold[node],
            left: 0,
            right: 0,
            value: tree.value[node],
            above,
            share,
            cell: NONE,
            reciprocal: self.points.map(|t| 1.0 / (share * (1.0 - t) + t)),
        });
        let input = tree.feature[node];
        if input == LEAF {
            return at as u32;
        }
        if inner[node] <= CELL_SPLITS
            && let Some(cell) = self.cells.push(tree, node, path, &self.points)
        {
            self.nodes[at].cell = cell;
            return at as u32;
        }
        let above = path
            .iter()
            .rev()
            .find(|edge| edge.1 == input)
            .map(|edge| edge.0);
        let before = above.map_or(1.0, |edge| self.nodes[edge as usize].share);
        for (goes_left, child) in [(true, tree.left[node]), (false, tree.right[node])] {
            let share = (before * edge_share(tree, node, goes_left)).max(SMALLEST_SHARE);
            path.push((self.nodes.len() as u32, input));
            let child = self.push(
                tree,
                inner,
                child as usize,
                (above.unwrap_or(NONE), share),
                path,
            );
            path.pop();
            if goes_left {
                self.nodes[at].left = child;
            } else {
                self.nodes[at].right = child;
            }
        }
        at as u32
    }

    fn add(&self, row: &[f64], sums: &mut [f64]) {
        self.walk(
            0,
            row,
            &self.start,
            &mut vec![false; self.nodes.len()],
            sums,
        );
    }

    /// Sum over the leaves below `node` of output times path factors, at each point.
    fn walk(
        &self,
        node: usize,
        row: &[f64],
        product: &[f64; Q],
        satisfied: &mut [bool],
        sums: &mut [f64],
    ) -> [f64; Q] {
        let own = &self.nodes[node];
        if own.splits_on == LEAF {
            return product.map(|factor| factor * own.value);
        }
        if own.cell != NONE {
            return self.cells.add(own.cell, row, product, sums);
        }
        let x = row[own.splits_on as usize];
        let goes_left = if x.is_nan() {
            own.missing_left
        } else {
            x <= own.threshold
        };
        let mut contribution = 0.0;
        let mut total = [0.0; Q];
        for (child, goes) in [
            (own.left as usize, goes_left),
            (own.right as usize, !goes_left),
        ] {
            let edge = &self.nodes[child];
            let above = (edge.above != NONE).then(|| {
                (
                    &self.nodes[edge.above as usize],
                    satisfied[edge.above as usize],
                )
            });
            let holds = goes && above.is_none_or(|(_, held)| held);
            satisfied[child] = holds;
            let mut longer = *product;
            match above {
                None => extend(&mut longer, edge.share, holds, &self.rest, &self.points),
                Some((above, held)) => {
                    let scale = if held { 1.0 } else { 1.0 / above.share };
                    extend(
                        &mut longer,
                        scale * edge.share,
                        holds,
                        &self.rest,
                        &self.points,
                    );
                    multiply(&mut longer, self.reciprocal(above, held));
                }
            }
            let below = if edge.splits_on == LEAF {
                longer.iter_mut().for_each(|factor| *factor *= edge.value);
                longer
            } else {
                self.walk(child, row, &longer, satisfied, sums)
            };
            contribution += self.term(&below, edge, holds);
            if let Some((above, held)) = above {
                contribution -= self.term(&below, above, held);
            }
            for (total, below) in total.iter_mut().zip(&below) {
                *total += below;
            }
        }
        sums[own.splits_on as usize] += contribution;
        total
    }

    /// `1 / factor` of an edge, for an edge that does not hold times its share.
    fn reciprocal<'a>(&'a self, edge: &'a Node<Q>, holds: bool) -> &'a [f64; Q] {
        if holds {
            &edge.reciprocal
        } else {
            &self.rest_reciprocal
        }
    }

    /// `Σ (satisfied − share) / factor · below` over the points.
    fn term(&self, below: &[f64; Q], edge: &Node<Q>, holds: bool) -> f64 {
        let scale = if holds { 1.0 - edge.share } else { -1.0 };
        scale * dot(below, self.reciprocal(edge, holds))
    }
}

/// Multiplies by the factor of an edge. A satisfied edge below an unsatisfied one on the same input
/// does not occur, so that `share` may carry the division by the upper edge's share.
fn extend<const Q: usize>(
    product: &mut [f64; Q],
    share: f64,
    holds: bool,
    rest: &[f64; Q],
    points: &[f64; Q],
) {
    let factor = if holds { 1.0 } else { 0.0 };
    for q in 0..Q {
        product[q] *= share * rest[q] + factor * points[q];
    }
}
