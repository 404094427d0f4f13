//! Rank coding: a number becomes its position among the thresholds that trees compare it with, so
//! that a split is one comparison of two bytes, and sixteen of them fit in a register of the
//! smallest machine.

use crate::scorer::{LEAF, Tree};

/// Thresholds of one coded column: positions 0 to 255 fit in a byte.
const CHUNK: usize = 255;
/// Up to this many thresholds, counting them all beats a binary search.
const FEW: usize = 8;

/// All thresholds on one input whose splits send a missing value to the same side, ascending.
#[derive(Debug, Clone)]
struct Group {
    input: u32,
    missing_left: bool,
    thresholds: Vec<f64>,
    first_column: u32,
}

/// A split on coded columns: left when `ranks[column] ≤ code`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Split {
    pub column: u32,
    pub code: i8,
}

/// The coding for a set of trees.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ranks {
    groups: Vec<Group>,
    columns: usize,
}

/// Position within a column to a signed byte (signed bytes compare in one instruction).
fn code(position: usize) -> i8 {
    (position as u8 ^ 0x80).cast_signed()
}

impl Ranks {
    pub fn of<'a>(trees: impl Iterator<Item = &'a Tree>) -> Self {
        let mut splits: Vec<(u32, bool, f64)> = trees
            .flat_map(|tree| {
                let inner = (0..tree.feature.len()).filter(|&node| tree.feature[node] != LEAF);
                inner.map(|node| {
                    (
                        tree.feature[node],
                        tree.missing_left[node],
                        tree.threshold[node],
                    )
                })
            })
            .collect();
        splits.sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)).then(a.2.total_cmp(&b.2)));
        splits.dedup_by(|a, b| a == b);
        let mut ranks = Self::default();
        for group in splits.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
            let thresholds: Vec<f64> = group.iter().map(|split| split.2).collect();
            let first_column = ranks.columns as u32;
            ranks.columns += thresholds.len().div_ceil(CHUNK);
            ranks.groups.push(Group {
                input: group[0].0,
                missing_left: group[0].1,
                thresholds,
                first_column,
            });
        }
        ranks
    }

    /// Number of coded columns, at least 1: leaves name the first one.
    pub fn columns(&self) -> usize {
        self.columns.max(1)
    }

    /// The coded split of an inner node of one of the trees that this coding was made of.
    pub fn split(&self, tree: &Tree, node: usize) -> Split {
        let key = (tree.feature[node], tree.missing_left[node]);
        let group = &self.groups[self
            .groups
            .partition_point(|group| (group.input, group.missing_left) < key)];
        let position = group
            .thresholds
            .partition_point(|threshold| *threshold < tree.threshold[node]);
        Split {
            column: group.first_column + (position / CHUNK) as u32,
            code: code(position % CHUNK),
        }
    }

    /// Codes up to `B` rows; `values(input)` gives one number per row. Rows of a block that are not
    /// there keep their old codes.
    pub fn fill<'a, const B: usize>(
        &self,
        values: impl Fn(usize) -> &'a [f64],
        ranks: &mut [[i8; B]],
    ) {
        for group in &self.groups {
            let values = values(group.input as usize);
            let columns = group.thresholds.len().div_ceil(CHUNK);
            let ranks = &mut ranks[group.first_column as usize..][..columns];
            let count = group.thresholds.len();
            if count <= FEW && B > 1 {
                let mut positions = [0_u8; B];
                for threshold in &group.thresholds {
                    for (position, value) in positions.iter_mut().zip(values) {
                        *position += u8::from(threshold < value);
                    }
                }
                for ((rank, position), value) in ranks[0].iter_mut().zip(positions).zip(values) {
                    let position = if value.is_nan() && !group.missing_left {
                        count
                    } else {
                        usize::from(position)
                    };
                    *rank = code(position);
                }
                continue;
            }
            for (row, value) in values.iter().enumerate() {
                // A missing value is below no threshold, so its position is 0: always left.
                let below = group
                    .thresholds
                    .partition_point(|threshold| threshold < value);
                let position = if value.is_nan() && !group.missing_left {
                    count
                } else {
                    below
                };
                for (chunk, ranks) in ranks.iter_mut().enumerate() {
                    ranks[row] = code(position.saturating_sub(chunk * CHUNK).min(CHUNK));
                }
            }
        }
    }
}
