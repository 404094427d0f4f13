//! Small subtrees at the bottom of a deep tree, with everything about them known beforehand but the
//! product of the path.

use std::ops::Range;

use crate::explain::leaf::LeafPath;
use crate::explain::subtree::{SubtreeLeaf, subtree};
use crate::scorer::Tree;

/// Splits of a cell, at most.
pub(super) const CELL_SPLITS: usize = 3;

/// A small subtree whose inputs do not occur above it; ranges of the lists of [`Cells`].
#[derive(Debug, Clone)]
struct Cell {
    splits: Range<u32>,
    /// Different inputs of the splits.
    inputs: Range<u32>,
    /// For each way to decide (bit `k`: split `k` goes left): the sum over the leaves, then each
    /// input's part.
    first_row: u32,
}

#[derive(Debug, Clone)]
struct CellSplit {
    input: u32,
    missing_left: bool,
    threshold: f64,
}

/// The cells of a tree.
#[derive(Debug, Clone, Default)]
pub(super) struct Cells<const Q: usize> {
    cells: Vec<Cell>,
    splits: Vec<CellSplit>,
    inputs: Vec<u32>,
    /// Values at the points.
    rows: Vec<[f64; Q]>,
}

impl<const Q: usize> Cells<Q> {
    /// Appends the cell at `root` and gives its number, unless one of its inputs occurs above it
    /// (`path`: edges and their inputs).
    pub fn push(
        &mut self,
        tree: &Tree,
        root: usize,
        path: &[(u32, u32)],
        points: &[f64; Q],
    ) -> Option<u32> {
        let (splits, leaves) = subtree(
            tree,
            root,
            &LeafPath {
                inputs: Vec::new(),
                value: 0.0,
            },
        );
        let mut inputs: Vec<u32> = splits.iter().map(|node| tree.feature[*node]).collect();
        if path.iter().any(|edge| inputs.contains(&edge.1)) {
            return None;
        }
        inputs.sort_unstable();
        inputs.dedup();
        let range = |length: usize, more: usize| length as u32..(length + more) as u32;
        self.cells.push(Cell {
            splits: range(self.splits.len(), splits.len()),
            inputs: range(self.inputs.len(), inputs.len()),
            first_row: self.rows.len() as u32,
        });
        for lefts in 0..1 << splits.len() {
            let first = self.rows.len();
            self.rows.resize(first + 1 + inputs.len(), [0.0; Q]);
            leaves
                .iter()
                .for_each(|leaf| add_leaf(leaf, lefts, &inputs, points, &mut self.rows[first..]));
        }
        self.splits.extend(splits.iter().map(|node| CellSplit {
            input: tree.feature[*node],
            missing_left: tree.missing_left[*node],
            threshold: tree.threshold[*node],
        }));
        self.inputs.extend(inputs);
        Some(self.cells.len() as u32 - 1)
    }

    /// Adds the contributions of a cell's inputs, and gives the sum over its leaves of output times
    /// path factors, at each point.
    pub fn add(&self, cell: u32, row: &[f64], product: &[f64; Q], sums: &mut [f64]) -> [f64; Q] {
        let cell = &self.cells[cell as usize];
        let mut lefts = 0;
        for (bit, split) in self.splits[cell.splits.start as usize..cell.splits.end as usize]
            .iter()
            .enumerate()
        {
            let x = row[split.input as usize];
            let left = if x.is_nan() {
                split.missing_left
            } else {
                x <= split.threshold
            };
            lefts |= usize::from(left) << bit;
        }
        let inputs = &self.inputs[cell.inputs.start as usize..cell.inputs.end as usize];
        let rows =
            &self.rows[cell.first_row as usize + lefts * (1 + inputs.len())..][..1 + inputs.len()];
        for (input, part) in inputs.iter().zip(&rows[1..]) {
            sums[*input as usize] += dot(product, part);
        }
        let mut total = *product;
        multiply(&mut total, &rows[0]);
        total
    }
}

fn add_leaf<const Q: usize>(
    leaf: &SubtreeLeaf,
    lefts: usize,
    inputs: &[u32],
    points: &[f64; Q],
    rows: &mut [[f64; Q]],
) {
    let mask = leaf.mask(0, 0, lefts);
    let entries = &leaf.path.inputs;
    let satisfied = |k: usize| if mask >> k & 1 == 1 { 1.0 } else { 0.0 };
    // Product of all factors but one.
    let product = |skip: usize| {
        points.map(|t| {
            let factor = |k: usize| entries[k].share * (1.0 - t) + satisfied(k) * t;
            (0..entries.len())
                .filter(|k| *k != skip)
                .fold(leaf.path.value, |product, k| product * factor(k))
        })
    };
    let mut add = |row: usize, scale: f64, values: [f64; Q]| {
        rows[row]
            .iter_mut()
            .zip(values)
            .for_each(|(sum, value)| *sum += scale * value);
    };
    add(0, 1.0, product(entries.len()));
    for (j, entry) in entries.iter().enumerate() {
        let column = inputs.partition_point(|input| *input < entry.input);
        add(1 + column, satisfied(j) - entry.share, product(j));
    }
}

pub(super) fn multiply<const Q: usize>(product: &mut [f64; Q], factors: &[f64; Q]) {
    for q in 0..Q {
        product[q] *= factors[q];
    }
}

pub(super) fn dot<const Q: usize>(a: &[f64; Q], b: &[f64; Q]) -> f64 {
    let mut products = *a;
    multiply(&mut products, b);
    // Two sums side by side, in a fixed order: vector code that gives the same bits everywhere.
    let (pairs, _) = products.as_chunks::<2>();
    let [even, odd] = pairs.iter().fold([0.0, 0.0], |[even, odd], pair| {
        [even + pair[0], odd + pair[1]]
    });
    even + odd
}
