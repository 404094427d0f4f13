//! The leaves of a subtree, and which of its paths a row satisfies for each way in which its splits
//! may decide.

use crate::explain::leaf::LeafPath;
use crate::scorer::{LEAF, Tree};

/// A split on the way from the subtree's root to a leaf.
#[derive(Debug, Clone)]
struct Turn {
    /// Position in the list of the subtree's splits.
    split: usize,
    goes_left: bool,
    /// Position of the split's input in the leaf's path.
    input: usize,
}

/// A leaf of a subtree, with the leaf's output as the path's value.
#[derive(Debug, Clone)]
pub(super) struct SubtreeLeaf {
    pub path: LeafPath,
    turns: Vec<Turn>,
}

impl SubtreeLeaf {
    /// Which inputs of the path are satisfied: `above` for the first `above_inputs` (those of the
    /// path to the subtree's root), and as the subtree's splits decide (bit `k` of `lefts`: split
    /// `k` goes left).
    pub fn mask(&self, above: usize, above_inputs: usize, lefts: usize) -> usize {
        let own = (1 << self.path.inputs.len()) - (1 << above_inputs);
        let wrong = self
            .turns
            .iter()
            .filter(|turn| (lefts >> turn.split & 1 == 1) != turn.goes_left);
        wrong.fold(above | own, |mask, turn| mask & !(1 << turn.input))
    }
}

/// The inner nodes of the subtree at `root`, and its leaves. `path` leads to the root.
pub(super) fn subtree(tree: &Tree, root: usize, path: &LeafPath) -> (Vec<usize>, Vec<SubtreeLeaf>) {
    let (mut splits, mut leaves) = (Vec::new(), Vec::new());
    let mut stack = vec![(root, path.clone(), Vec::new())];
    while let Some((node, path, turns)) = stack.pop() {
        if tree.feature[node] == LEAF {
            leaves.push(SubtreeLeaf {
                path: LeafPath {
                    value: tree.value[node],
                    ..path
                },
                turns,
            });
            continue;
        }
        for (goes_left, child) in [(false, tree.right[node]), (true, tree.left[node])] {
            let longer = path.step(tree, node, goes_left);
            let input = longer
                .inputs
                .iter()
                .position(|entry| entry.input == tree.feature[node])
                .unwrap_or(0);
            let mut turns: Vec<Turn> = turns.clone();
            turns.push(Turn {
                split: splits.len(),
                goes_left,
                input,
            });
            stack.push((child as usize, longer, turns));
        }
        splits.push(node);
    }
    (splits, leaves)
}

/// Number of inner nodes in each node's subtree.
pub(super) fn inner_nodes(tree: &Tree) -> Vec<usize> {
    let mut inner = vec![0; tree.feature.len()];
    // Children stand behind their parent.
    for node in (0..inner.len())
        .rev()
        .filter(|&node| tree.feature[node] != LEAF)
    {
        inner[node] = 1 + inner[tree.left[node] as usize] + inner[tree.right[node] as usize];
    }
    inner
}
