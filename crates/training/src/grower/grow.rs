//! Grows one tree, best leaf first.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use model::Tree;
use rand::rngs::ChaCha8Rng;
use rand::seq::index::sample;

use super::binned::Binned;
use super::grown::{Grown, Leaf, push_leaf};
use super::histogram::{Layout, Packed, Units, build, subtract};

/// Limits of growing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub max_depth: usize,
    pub max_leaves: usize,
    /// Least curvature in a leaf (for shares: least weight).
    pub min_curvature: f64,
    /// Added to the curvature: draws leaf values towards 0.
    pub l2: f64,
    /// Least gain of a split.
    pub min_gain: f64,
    /// Columns tried at each node, drawn anew; all when absent.
    pub columns_per_node: Option<usize>,
}

#[derive(Debug, Clone, Copy)]
struct Cut {
    gain: f64,
    /// Position in the layout.
    column: u32,
    bin: u8,
    missing_left: bool,
}

/// A node that may still be split.
struct Open {
    node: u32,
    depth: usize,
    start: usize,
    end: usize,
    sum: Packed,
    histogram: Vec<Packed>,
    cut: Cut,
}

/// What growing reads.
pub(super) struct Grower<'a> {
    pub binned: &'a Binned,
    pub layout: &'a Layout,
    pub units: Units,
    pub limits: Limits,
}

impl Grower<'_> {
    /// Grows a tree over `rows` (positions in the binned matrix) with their gradients and
    /// curvatures.
    pub fn grow(
        &self,
        mut rows: Vec<u32>,
        mut packed: Vec<Packed>,
        random: &mut ChaCha8Rng,
    ) -> Grown {
        let mut buffers = (Vec::new(), Vec::new());
        let mut tree = Tree::default();
        let mut columns = vec![(0, 0)];
        push_leaf(&mut tree);
        let mut leaves = Vec::new();
        let mut open: Vec<Open> = Vec::new();
        let mut queue: BinaryHeap<(Ordered, Reverse<usize>)> = BinaryHeap::new();
        let mut leaf_count = 1;
        let root = Open {
            node: 0,
            depth: 0,
            start: 0,
            end: rows.len(),
            sum: packed.iter().sum(),
            histogram: Vec::new(),
            cut: Cut {
                gain: 0.0,
                column: 0,
                bin: 0,
                missing_left: false,
            },
        };
        let all: Vec<u32> = (0..self.layout.columns.len() as u32).collect();
        let offer = |mut node: Open,
                     open: &mut Vec<Open>,
                     queue: &mut BinaryHeap<_>,
                     leaves: &mut Vec<_>,
                     cut: Option<Cut>| match cut {
            Some(cut) => {
                node.cut = cut;
                queue.push((Ordered(cut.gain), Reverse(open.len())));
                open.push(node);
            }
            None => leaves.push(Leaf {
                node: node.node,
                range: node.start..node.end,
                sum: node.sum,
            }),
        };
        let (root, cut) = self.examine(root, &rows, &packed, &all, None, random);
        offer(root, &mut open, &mut queue, &mut leaves, cut);
        while let Some((_, Reverse(index))) = queue.pop() {
            let histogram = std::mem::take(&mut open[index].histogram);
            let Open {
                node,
                depth,
                start,
                end,
                sum,
                cut,
                ..
            } = open[index];
            if leaf_count >= self.limits.max_leaves {
                leaves.push(Leaf {
                    node,
                    range: start..end,
                    sum,
                });
                continue;
            }
            leaf_count += 1;
            let column = self.layout.columns[cut.column as usize];
            let middle = start
                + self.partition(
                    column,
                    cut,
                    &mut rows[start..end],
                    &mut packed[start..end],
                    &mut buffers,
                );
            let (left, right) = (push_leaf(&mut tree), push_leaf(&mut tree));
            columns.resize(tree.feature.len(), (0, 0));
            let at = node as usize;
            tree.feature[at] = self.binned.inputs[column as usize];
            // A cut behind the last edge parts what is there from what is missing: every number
            // goes left.
            tree.threshold[at] = self.binned.edges[column as usize]
                .get(cut.bin as usize)
                .copied()
                .unwrap_or(f64::MAX);
            tree.missing_left[at] = cut.missing_left;
            (tree.left[at], tree.right[at]) = (left, right);
            columns[at] = (column, cut.bin);
            let left_sum: Packed = packed[start..middle].iter().sum();
            let child = |node, start, end, sum| Open {
                node,
                depth: depth + 1,
                start,
                end,
                sum,
                histogram: Vec::new(),
                cut,
            };
            let (left, right) = (
                child(left, start, middle, left_sum),
                child(right, middle, end, sum - left_sum),
            );
            let left_is_small = left.end - left.start <= right.end - right.start;
            let (small, large) = if left_is_small {
                (left, right)
            } else {
                (right, left)
            };
            let last = depth + 1 >= self.limits.max_depth || leaf_count >= self.limits.max_leaves;
            if last {
                leaves.extend([small, large].map(|child| Leaf {
                    node: child.node,
                    range: child.start..child.end,
                    sum: child.sum,
                }));
                continue;
            }
            let (small, small_cut) = self.examine(small, &rows, &packed, &all, None, random);
            let inherited = (!histogram.is_empty()).then_some((histogram, &small.histogram));
            let (large, large_cut) = self.examine(large, &rows, &packed, &all, inherited, random);
            offer(small, &mut open, &mut queue, &mut leaves, small_cut);
            offer(large, &mut open, &mut queue, &mut leaves, large_cut);
        }
        leaves.sort_unstable_by_key(|leaf: &Leaf| leaf.node);
        Grown {
            tree,
            columns,
            rows,
            leaves,
        }
    }

    /// Fills a node's histogram (from parent and sibling where possible) and finds its best cut.
    fn examine(
        &self,
        mut node: Open,
        rows: &[u32],
        packed: &[Packed],
        all: &[u32],
        inherited: Option<(Vec<Packed>, &Vec<Packed>)>,
        random: &mut ChaCha8Rng,
    ) -> (Open, Option<Cut>) {
        let (_, curvature) = self.units.unpack(node.sum);
        let per_node = self
            .limits
            .columns_per_node
            .filter(|&count| count < all.len());
        if curvature < 2.0 * self.limits.min_curvature
            || node.end - node.start < 2
            || self.limits.max_depth == 0
        {
            return (node, None);
        }
        let drawn: Vec<u32>;
        let chosen = match per_node {
            Some(count) => {
                let mut columns = sample(random, all.len(), count).into_vec();
                columns.sort_unstable();
                drawn = columns.into_iter().map(|column| column as u32).collect();
                &drawn
            }
            None => all,
        };
        let histogram = match inherited {
            Some((mut parent, sibling)) if per_node.is_none() && !sibling.is_empty() => {
                subtract(&mut parent, sibling);
                parent
            }
            _ => build(
                self.binned,
                self.layout,
                chosen,
                &rows[node.start..node.end],
                &packed[node.start..node.end],
            ),
        };
        let cut = self.best_cut(&histogram, chosen, node.sum);
        if per_node.is_none() {
            node.histogram = histogram;
        }
        (node, cut)
    }

    fn best_cut(&self, histogram: &[Packed], chosen: &[u32], sum: Packed) -> Option<Cut> {
        let l2 = self.limits.l2;
        let score = |packed: Packed| {
            let (gradient, curvature) = self.units.unpack(packed);
            (
                gradient * gradient / (curvature + l2).max(f64::MIN_POSITIVE),
                curvature,
            )
        };
        let (whole, _) = score(sum);
        let mut best: Option<Cut> = None;
        for &column in chosen {
            let bins = &histogram[self.layout.range(column as usize)];
            let (values, missing) = (&bins[..bins.len() - 1], bins[bins.len() - 1]);
            let mut try_cut = |left: Packed, bin: usize, missing_left: bool| {
                let ((left_score, left_curvature), (right_score, right_curvature)) =
                    (score(left), score(sum - left));
                let gain = left_score + right_score - whole;
                let heavy = left_curvature >= self.limits.min_curvature
                    && right_curvature >= self.limits.min_curvature;
                if heavy
                    && gain > self.limits.min_gain
                    && best.is_none_or(|best| gain > best.gain * (1.0 + 1e-12))
                {
                    // Without missing values in training, one that comes later goes with the many.
                    let missing_left = if missing == 0 {
                        left_curvature >= right_curvature
                    } else {
                        missing_left
                    };
                    best = Some(Cut {
                        gain,
                        column,
                        bin: bin as u8,
                        missing_left,
                    });
                }
            };
            let mut left = 0;
            for (bin, value) in values.iter().enumerate() {
                left += value;
                if *value == 0 {
                    continue;
                }
                let last = bin + 1 == values.len();
                if !last {
                    try_cut(left, bin, false);
                }
                if missing != 0 {
                    if last {
                        try_cut(left, bin, false);
                    } else {
                        try_cut(left + missing, bin, true);
                    }
                }
            }
        }
        best
    }

    /// Moves the rows that go left to the front, keeping order on both sides; returns their number.
    fn partition(
        &self,
        column: u32,
        cut: Cut,
        rows: &mut [u32],
        packed: &mut [Packed],
        (spare_rows, spare_packed): &mut (Vec<u32>, Vec<Packed>),
    ) -> usize {
        let bins = self.binned.column(column as usize);
        let missing = self.binned.missing_bin(column as usize);
        spare_rows.resize(rows.len(), 0);
        spare_packed.resize(rows.len(), 0);
        // Each row is written to both sides and counted on one: sides are all but random, so a
        // branch would be mispredicted.
        let (mut kept, mut moved) = (0, 0);
        for index in 0..rows.len() {
            let (row, value) = (rows[index], packed[index]);
            let bin = bins[row as usize];
            let left = if bin as usize == missing {
                cut.missing_left
            } else {
                bin <= cut.bin
            };
            rows[kept] = row;
            packed[kept] = value;
            spare_rows[moved] = row;
            spare_packed[moved] = value;
            kept += usize::from(left);
            moved += usize::from(!left);
        }
        rows[kept..].copy_from_slice(&spare_rows[..moved]);
        packed[kept..].copy_from_slice(&spare_packed[..moved]);
        kept
    }
}

/// A gain, in total order.
#[derive(PartialEq)]
struct Ordered(f64);

impl Eq for Ordered {}

impl PartialOrd for Ordered {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ordered {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}
