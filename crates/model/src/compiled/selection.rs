//! Small trees as branch-free selections over a block of rows, from the leaves up.

use crate::rank::{Ranks, Split};
use crate::scorer::{LEAF, Tree};

/// Trees up to this many leaves are evaluated by selection: a leaf's number is one byte.
const SMALL: usize = 256;
/// Slots that such a tree needs when the larger side of each split comes first: one more than the
/// doublings up to `SMALL`.
pub(super) const SLOTS: usize = 9;

/// One selection: `slot = if the row goes left { left side } else { right side }`.
#[derive(Debug, Clone, Copy)]
struct Select {
    split: Split,
    slot: u8,
    sides: Sides,
}

/// A side is a leaf's number, or the result of an earlier selection.
#[derive(Debug, Clone, Copy)]
enum Sides {
    Leaves(u8, u8),
    /// The other side is in the slot.
    LeftLeaf(u8),
    RightLeaf(u8),
    /// The side with more leaves is in the slot, the other in the slot behind it.
    Inner {
        left_first: bool,
    },
}

/// A small tree.
#[derive(Debug, Clone)]
pub(super) struct Selection {
    selects: Vec<Select>,
    leaves: Box<[f64; SMALL]>,
}

impl Selection {
    /// `None` for a tree that is too large or a single leaf.
    pub fn of(tree: &Tree, ranks: &Ranks) -> Option<Self> {
        // Children stand behind their parent.
        let mut leaves_below = vec![1_usize; tree.feature.len()];
        for node in (0..leaves_below.len())
            .rev()
            .filter(|&node| tree.feature[node] != LEAF)
        {
            leaves_below[node] =
                leaves_below[tree.left[node] as usize] + leaves_below[tree.right[node] as usize];
        }
        if leaves_below[0] > SMALL || tree.feature[0] == LEAF {
            return None;
        }
        let mut selector = Selector {
            tree,
            ranks,
            leaves_below,
            selects: Vec::new(),
            leaves: Box::new([0.0; SMALL]),
            next_leaf: 0,
        };
        selector.push(0, 0);
        Some(Self {
            selects: selector.selects,
            leaves: selector.leaves,
        })
    }

    /// Adds the tree's outputs to `sums`; `stack` holds the slots.
    pub fn add<const B: usize>(
        &self,
        ranks: &[[i8; B]],
        stack: &mut [[u8; B]; SLOTS],
        sums: &mut [f64; B],
    ) {
        for Select { split, slot, sides } in &self.selects {
            let ranks = &ranks[split.column as usize];
            let (before, after) = stack.split_at_mut(usize::from(*slot) + 1);
            let own = &mut before[usize::from(*slot)];
            *own = match *sides {
                Sides::Leaves(left, right) => blend(ranks, split.code, &[left; B], &[right; B]),
                Sides::LeftLeaf(left) => blend(ranks, split.code, &[left; B], own),
                Sides::RightLeaf(right) => blend(ranks, split.code, own, &[right; B]),
                Sides::Inner { left_first: true } => blend(ranks, split.code, own, &after[0]),
                Sides::Inner { left_first: false } => blend(ranks, split.code, &after[0], own),
            };
        }
        for (sum, leaf) in sums.iter_mut().zip(&stack[0]) {
            *sum += self.leaves[usize::from(*leaf)];
        }
    }
}

/// Collects the selections of a tree.
struct Selector<'a> {
    tree: &'a Tree,
    ranks: &'a Ranks,
    leaves_below: Vec<usize>,
    selects: Vec<Select>,
    leaves: Box<[f64; SMALL]>,
    next_leaf: usize,
}

impl Selector<'_> {
    fn leaf(&mut self, node: usize) -> u8 {
        self.leaves[self.next_leaf] = self.tree.value[node];
        self.next_leaf += 1;
        (self.next_leaf - 1) as u8
    }

    /// Appends the selections of the subtree at the inner node `node`, whose result ends in `slot`.
    fn push(&mut self, node: usize, slot: u8) {
        let split = self.ranks.split(self.tree, node);
        let (left, right) = (
            self.tree.left[node] as usize,
            self.tree.right[node] as usize,
        );
        let sides = match (self.leaves_below[left], self.leaves_below[right]) {
            (1, 1) => Sides::Leaves(self.leaf(left), self.leaf(right)),
            (1, _) => {
                self.push(right, slot);
                Sides::LeftLeaf(self.leaf(left))
            }
            (_, 1) => {
                self.push(left, slot);
                Sides::RightLeaf(self.leaf(right))
            }
            (on_left, on_right) => {
                let left_first = on_left >= on_right;
                let (first, second) = if left_first {
                    (left, right)
                } else {
                    (right, left)
                };
                self.push(first, slot);
                self.push(second, slot + 1);
                Sides::Inner { left_first }
            }
        };
        self.selects.push(Select { split, slot, sides });
    }
}

/// `left` where the rank is at most `code`, else `right`; in bit masks, because compilers turn
/// those into vector instructions.
fn blend<const B: usize>(ranks: &[i8; B], code: i8, left: &[u8; B], right: &[u8; B]) -> [u8; B] {
    std::array::from_fn(|row| {
        let mask = 0_u8.wrapping_sub(u8::from(ranks[row] <= code));
        right[row] ^ ((left[row] ^ right[row]) & mask)
    })
}
