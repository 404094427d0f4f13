//! A grown tree with its training rows: leaf values, covers, and what it adds to margins.

use model::Tree;
use model::scorer::LEAF;
use rayon::prelude::*;

use super::binned::Binned;
use super::histogram::Packed;

/// From this many rows on, walks are shared out over threads.
const WORTH_THREADS: usize = 1 << 14;

/// A leaf and the rows in it.
pub(super) struct Leaf {
    pub node: u32,
    /// Stretch of [`Grown::rows`].
    pub range: std::ops::Range<usize>,
    /// Sum of gradients and curvatures.
    pub sum: Packed,
}

/// A grown tree, and the training rows by leaf.
pub(super) struct Grown {
    pub tree: Tree,
    /// Column of [`Binned`] and bin of each inner node, for walks over binned rows.
    pub columns: Vec<(u32, u8)>,
    pub rows: Vec<u32>,
    /// Leaves in the order of their nodes.
    pub leaves: Vec<Leaf>,
}

impl Grown {
    /// The leaf that a binned row falls into.
    pub fn leaf(&self, binned: &Binned, row: usize) -> usize {
        let mut node = 0;
        while self.tree.feature[node] != LEAF {
            let (column, bin) = self.columns[node];
            let own = binned.column(column as usize)[row];
            let missing = own as usize == binned.missing_bin(column as usize);
            let left = if missing {
                self.tree.missing_left[node]
            } else {
                own <= bin
            };
            node = (if left {
                self.tree.left[node]
            } else {
                self.tree.right[node]
            }) as usize;
        }
        node
    }

    /// Adds each row's leaf value to its margin, rows that were not drawn included.
    pub fn add_to(&self, margins: &mut [f64], binned: &Binned) {
        if self.rows.len() == margins.len() {
            for Leaf { node, range, .. } in &self.leaves {
                let value = self.tree.value[*node as usize];
                self.rows[range.clone()]
                    .iter()
                    .for_each(|&row| margins[row as usize] += value);
            }
            return;
        }
        if self.leaves.len() == 2 {
            // A stump is a table by bin.
            let (column, bin) = self.columns[0];
            let missing = binned.missing_bin(column as usize);
            let of = |own: usize| {
                if own == missing {
                    self.tree.missing_left[0]
                } else {
                    own <= bin as usize
                }
            };
            let table: Vec<f64> = (0..=missing)
                .map(|own| self.tree.value[if of(own) { 1 } else { 2 }])
                .collect();
            margins
                .iter_mut()
                .zip(binned.column(column as usize))
                .for_each(|(margin, own)| *margin += table[*own as usize]);
            return;
        }
        let add =
            |(row, margin): (usize, &mut f64)| *margin += self.tree.value[self.leaf(binned, row)];
        if margins.len() < WORTH_THREADS {
            margins.iter_mut().enumerate().for_each(add);
        } else {
            margins
                .par_iter_mut()
                .enumerate()
                .with_min_len(4096)
                .for_each(add);
        }
    }

    /// Sets leaf values and covers from their rows; inner nodes get the mean of their leaves,
    /// weighted by cover.
    pub fn fill(&mut self, value: impl Fn(&[u32], Packed) -> f64, weights: &[f64]) {
        for Leaf { node, range, sum } in &self.leaves {
            let rows = &self.rows[range.clone()];
            self.tree.value[*node as usize] = value(rows, *sum);
            self.tree.cover[*node as usize] = rows.iter().map(|&row| weights[row as usize]).sum();
        }
        fill_inner(&mut self.tree);
    }
}

/// Cover and value of inner nodes from their children, which stand behind them.
pub(crate) fn fill_inner(tree: &mut Tree) {
    for node in (0..tree.feature.len())
        .rev()
        .filter(|&node| tree.feature[node] != LEAF)
        .collect::<Vec<_>>()
    {
        let (left, right) = (tree.left[node] as usize, tree.right[node] as usize);
        let cover = tree.cover[left] + tree.cover[right];
        tree.cover[node] = cover;
        let share = if cover > 0.0 {
            tree.cover[left] / cover
        } else {
            0.5
        };
        tree.value[node] = share * tree.value[left] + (1.0 - share) * tree.value[right];
    }
}

/// Adds a leaf to a tree; returns its node.
pub(crate) fn push_leaf(tree: &mut Tree) -> u32 {
    tree.feature.push(LEAF);
    tree.threshold.push(0.0);
    tree.missing_left.push(false);
    tree.left.push(0);
    tree.right.push(0);
    tree.value.push(0.0);
    tree.cover.push(0.0);
    (tree.feature.len() - 1) as u32
}
