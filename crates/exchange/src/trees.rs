//! Trees of other systems, node by node.

use model::Tree;
use model::scorer::{LEAF, MAX_DEPTH};

/// A node of another system's tree.
pub(crate) enum Node {
    /// Left when `x ≤ threshold`.
    Split {
        feature: u32,
        threshold: f64,
        missing_left: bool,
        left: usize,
        right: usize,
        cover: f64,
    },
    Leaf {
        value: f64,
        cover: f64,
    },
}

/// The tree below `root`, of at most `most` nodes. `node` gives what stands at a place, or a sentence
/// where nothing does.
pub(crate) fn build<E>(
    root: usize,
    most: usize,
    node: &dyn Fn(usize) -> Result<Node, E>,
    too_deep: &dyn Fn() -> E,
) -> Result<Tree, E> {
    let mut tree = Tree::default();
    push(&mut tree, root, most, node, too_deep, 0)?;
    finish(&mut tree);
    Ok(tree)
}

fn push<E>(
    tree: &mut Tree,
    at: usize,
    most: usize,
    node: &dyn Fn(usize) -> Result<Node, E>,
    too_deep: &dyn Fn() -> E,
    depth: usize,
) -> Result<u32, E> {
    // Also ends a file whose nodes refer to each other in a circle, or share their children.
    if depth > MAX_DEPTH || tree.feature.len() >= most {
        return Err(too_deep());
    }
    let own = tree.feature.len();
    tree.left.push(0);
    tree.right.push(0);
    match node(at)? {
        Node::Leaf { value, cover } => {
            tree.feature.push(LEAF);
            tree.threshold.push(0.0);
            tree.missing_left.push(false);
            tree.value.push(value);
            tree.cover.push(cover);
        }
        Node::Split {
            feature,
            threshold,
            missing_left,
            left,
            right,
            cover,
        } => {
            tree.feature.push(feature);
            tree.threshold.push(threshold);
            tree.missing_left.push(missing_left);
            tree.value.push(0.0);
            tree.cover.push(cover);
            tree.left[own] = push(tree, left, most, node, too_deep, depth + 1)?;
            tree.right[own] = push(tree, right, most, node, too_deep, depth + 1)?;
        }
    }
    Ok(own as u32)
}

/// Values of inner nodes: the mean of their leaves by cover. Children stand behind their parents.
pub(crate) fn finish(tree: &mut Tree) {
    for node in (0..tree.feature.len()).rev() {
        if tree.feature[node] == LEAF {
            continue;
        }
        let (left, right) = (tree.left[node] as usize, tree.right[node] as usize);
        let cover = tree.cover[left] + tree.cover[right];
        let sum = tree.cover[left] * tree.value[left] + tree.cover[right] * tree.value[right];
        tree.value[node] = if cover > 0.0 { sum / cover } else { 0.0 };
        // As the parts say: what a node says of itself may be rounded.
        tree.cover[node] = cover;
    }
}
