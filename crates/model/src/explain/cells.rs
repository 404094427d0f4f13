//! Trees as straight-line programs over table look-ups: the fast way to exact contributions.
//!
//! A tree is cut into cells, each a subtree. What a cell gives to each input depends only on a few
//! yes-or-no facts: which inputs of the path to the cell the row satisfies, and how each split
//! inside the cell decides. With those facts as the bits of an index, all leaves of the cell are
//! added beforehand, for every index, from their exact tables (`leaf.rs`, `background.rs`); a row
//! then costs one index and one table row for each cell. This extends FastTreeSHAP v2 (Yang 2022)
//! from leaves to subtrees.

use crate::explain::leaf::LeafPath;
use crate::explain::subtree::{SubtreeLeaf, inner_nodes, subtree};
use crate::rank::{Ranks, Split};
use crate::scorer::Tree;

/// Most bits of an index, whatever the memory.
const MAX_BITS: usize = 12;
/// Bits that cells of several leaves may have, tried from the largest to the smallest.
const CELL_BITS: std::ops::RangeInclusive<usize> = 3..=8;

#[derive(Debug, Clone)]
enum Instruction {
    /// `slots[to]` = path mask of the child: bits `set` added where the row goes there, bits
    /// outside `keep` removed where not.
    Step {
        from: u16,
        split: Split,
        goes_left: bool,
        set: u16,
        keep: u16,
    },
    /// Adds the table rows of a cell.
    Cell {
        slot: u16,
        conditions: std::ops::Range<u32>,
        inputs: std::ops::Range<u32>,
        table: u32,
    },
}

/// One split inside a cell: where the row goes left, `bit` is set.
#[derive(Debug, Clone)]
struct Condition {
    split: Split,
    bit: u16,
}

/// The programs of all trees, one behind the other.
#[derive(Debug, Clone, Default)]
pub(crate) struct Program {
    instructions: Vec<Instruction>,
    conditions: Vec<Condition>,
    inputs: Vec<u32>,
    tables: Vec<f64>,
    slots: usize,
}

/// A tree that is being cut.
struct Cutter<'a> {
    tree: &'a Tree,
    ranks: &'a Ranks,
    bits: usize,
    /// Inner nodes in each node's subtree.
    inner: Vec<usize>,
    /// Each leaf's table by its node.
    leaf_table: &'a dyn Fn(&LeafPath) -> Vec<f64>,
    weight: f64,
}

/// Numbers that the tables of a subtree take with cells of `bits` bits; `None` when some leaf has
/// too many inputs for a table.
fn size(
    tree: &Tree,
    inner: &[usize],
    node: usize,
    path: &mut Vec<u32>,
    bits: usize,
) -> Option<usize> {
    let own = path.len() + inner[node];
    if inner[node] == 0 && own > MAX_BITS {
        return None;
    }
    if inner[node] == 0 || own <= bits {
        // No cell has more inputs than bits.
        return Some(own << own);
    }
    let input = tree.feature[node];
    let known = path.contains(&input);
    if !known {
        path.push(input);
    }
    let left = size(tree, inner, tree.left[node] as usize, path, bits);
    let right = size(tree, inner, tree.right[node] as usize, path, bits);
    if !known {
        path.pop();
    }
    Some(left? + right?)
}

impl Program {
    /// Appends a tree when its tables fit into `budget` numbers; false when they do not.
    pub fn push(
        &mut self,
        tree: &Tree,
        weight: f64,
        ranks: &Ranks,
        budget: usize,
        leaf_table: &dyn Fn(&LeafPath) -> Vec<f64>,
    ) -> bool {
        let inner = inner_nodes(tree);
        let fits = |bits: &usize| {
            size(tree, &inner, 0, &mut Vec::new(), *bits).is_some_and(|size| size <= budget)
        };
        let Some(bits) = CELL_BITS.rev().find(fits) else {
            return false;
        };
        let cutter = Cutter {
            tree,
            ranks,
            bits,
            inner,
            leaf_table,
            weight,
        };
        cutter.cut(
            self,
            0,
            0,
            &LeafPath {
                inputs: Vec::new(),
                value: 0.0,
            },
        );
        true
    }

    /// Adds each row's contributions to `sums`, a block of rows of `stride` numbers.
    pub fn run<const B: usize>(
        &self,
        rows: usize,
        ranks: &[[i8; B]],
        sums: &mut [f64],
        stride: usize,
    ) {
        let mut slots = vec![[0_u16; B]; self.slots + 1];
        for instruction in &self.instructions {
            match instruction {
                Instruction::Step {
                    from,
                    split,
                    goes_left,
                    set,
                    keep,
                } => {
                    let (before, after) = slots.split_at_mut(usize::from(*from) + 1);
                    let (from, to) = (&before[usize::from(*from)], &mut after[0]);
                    for ((to, from), rank) in
                        to.iter_mut().zip(from).zip(&ranks[split.column as usize])
                    {
                        let goes = (*rank <= split.code) == *goes_left;
                        *to = if goes { from | set } else { from & keep };
                    }
                }
                Instruction::Cell {
                    slot,
                    conditions,
                    inputs,
                    table,
                } => {
                    let mut index = slots[usize::from(*slot)];
                    for condition in
                        &self.conditions[conditions.start as usize..conditions.end as usize]
                    {
                        for (index, rank) in index
                            .iter_mut()
                            .zip(&ranks[condition.split.column as usize])
                        {
                            *index |= if *rank <= condition.split.code {
                                condition.bit
                            } else {
                                0
                            };
                        }
                    }
                    let inputs = &self.inputs[inputs.start as usize..inputs.end as usize];
                    let table = &self.tables[*table as usize..];
                    for (index, sums) in index[..rows].iter().zip(sums.chunks_exact_mut(stride)) {
                        let values = &table[usize::from(*index) * inputs.len()..][..inputs.len()];
                        for (input, value) in inputs.iter().zip(values) {
                            sums[*input as usize] += value;
                        }
                    }
                }
            }
        }
    }
}

impl Cutter<'_> {
    fn cut(&self, program: &mut Program, node: usize, slot: u16, path: &LeafPath) {
        program.slots = program.slots.max(usize::from(slot) + 1);
        let inner = self.inner[node];
        if inner == 0 || path.inputs.len() + inner <= self.bits {
            return self.push_cell(program, node, slot, path);
        }
        let split = self.ranks.split(self.tree, node);
        for goes_left in [true, false] {
            let longer = path.step(self.tree, node, goes_left);
            let at = longer
                .inputs
                .iter()
                .position(|entry| entry.input == self.tree.feature[node])
                .unwrap_or(0);
            let bit = 1_u16 << at;
            let is_new = longer.inputs.len() > path.inputs.len();
            let (set, keep) = if is_new { (bit, u16::MAX) } else { (0, !bit) };
            program.instructions.push(Instruction::Step {
                from: slot,
                split,
                goes_left,
                set,
                keep,
            });
            let child = if goes_left {
                self.tree.left[node]
            } else {
                self.tree.right[node]
            };
            self.cut(program, child as usize, slot + 1, &longer);
        }
    }

    fn push_cell(&self, program: &mut Program, root: usize, slot: u16, path: &LeafPath) {
        let first_condition = program.conditions.len() as u32;
        let (splits, mut leaves) = subtree(self.tree, root, path);
        leaves
            .iter_mut()
            .for_each(|leaf| leaf.path.value *= self.weight);
        let bits = path.inputs.len() + splits.len();
        for (index, node) in splits.into_iter().enumerate() {
            program.conditions.push(Condition {
                split: self.ranks.split(self.tree, node),
                bit: 1 << (path.inputs.len() + index),
            });
        }
        let mut inputs: Vec<u32> = leaves
            .iter()
            .flat_map(|leaf| leaf.path.inputs.iter().map(|entry| entry.input))
            .collect();
        inputs.sort_unstable();
        inputs.dedup();
        let table = self.sum_leaves(&leaves, &inputs, path.inputs.len(), bits);
        let first_input = program.inputs.len() as u32;
        let first_number = program.tables.len() as u32;
        program.tables.extend_from_slice(&table);
        program.inputs.extend_from_slice(&inputs);
        program.instructions.push(Instruction::Cell {
            slot,
            conditions: first_condition..program.conditions.len() as u32,
            inputs: first_input..program.inputs.len() as u32,
            table: first_number,
        });
    }

    /// The cell's table: `2^bits` rows of one number for each of its inputs.
    fn sum_leaves(
        &self,
        leaves: &[SubtreeLeaf],
        inputs: &[u32],
        path_bits: usize,
        bits: usize,
    ) -> Vec<f64> {
        let mut table = vec![0.0; inputs.len() << bits];
        for leaf in leaves {
            let own = (self.leaf_table)(&leaf.path);
            let entries = &leaf.path.inputs;
            let columns: Vec<usize> = entries
                .iter()
                .map(|entry| inputs.partition_point(|input| *input < entry.input))
                .collect();
            let path_mask = (1 << path_bits) - 1;
            for index in 0..1_usize << bits {
                let mask = leaf.mask(index & path_mask, path_bits, index >> path_bits);
                let row = &mut table[index * inputs.len()..][..inputs.len()];
                for (column, value) in columns.iter().zip(&own[mask * entries.len()..]) {
                    row[*column] += value;
                }
            }
        }
        table
    }
}
