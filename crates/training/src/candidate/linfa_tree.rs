//! The decision tree of linfa-trees as the open baseline. Its leaves hold only a label, so shares
//! and cover are recomputed by routing the training rows through its public nodes; it knows no
//! missing values, so they are filled with medians.

use linfa::Dataset;
use linfa::traits::Fit;
use linfa_trees::{DecisionTree, TreeNode};
use model::{Link, Scorer, Tree};
use ndarray::{Array1, Array2};
use serde::{Deserialize, Serialize};

use crate::error::TrainingError;
use crate::grower::{fill_inner, push_leaf};
use crate::learner::{Learner, described, shares};
use crate::prepared::Prepared;
use crate::preprocess::median;
use crate::space::Point;

/// The open baseline, shown in every comparison and never chosen: it is not reproducible over
/// processes.
pub(super) struct LinfaTree;

/// Parameters of linfa's tree.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LinfaTreeParameters {
    /// Splits from the root to a leaf, at most.
    pub max_depth: usize,
    /// Least training rows of a leaf.
    pub min_leaf: f64,
}

impl Learner for LinfaTree {
    type Parameters = LinfaTreeParameters;

    const LINK: Link = Link::Identity;
    const MAY_BE_CHOSEN: bool = false;
    const MAY_BLEND: bool = false;

    fn parameters(_: &Point<'_>) -> LinfaTreeParameters {
        LinfaTreeParameters {
            max_depth: 5,
            min_leaf: 10.0,
        }
    }

    fn fit(
        parameters: &LinfaTreeParameters,
        name: &str,
        prepared: &Prepared,
        _: u64,
    ) -> Result<Scorer, TrainingError> {
        Ok(shares(
            name,
            vec![fit_linfa_tree(
                prepared,
                parameters.max_depth,
                parameters.min_leaf,
            )?],
        ))
    }

    fn describe(parameters: &LinfaTreeParameters) -> Vec<(String, String)> {
        described!(parameters, max_depth, min_leaf)
    }
}

/// Fits linfa's tree to the tree inputs of `prepared`.
///
/// # Errors
/// When linfa refuses the data or parameters.
fn fit_linfa_tree(
    prepared: &Prepared,
    max_depth: usize,
    min_leaf: f64,
) -> Result<Tree, TrainingError> {
    let failed =
        |error: &dyn std::fmt::Display| TrainingError::Learner(format!("linfa-trees: {error}"));
    let inputs = &prepared.encoding.trees;
    let rows = prepared.matrix.rows();
    let mut records = Array2::zeros((rows, inputs.len()));
    for (column, &input) in inputs.iter().enumerate() {
        let values = prepared.matrix.column(input as usize);
        let fill = median(values);
        for (row, value) in values.iter().enumerate() {
            records[[row, column]] = if value.is_nan() { fill } else { *value };
        }
    }
    let weights = Array1::from_iter(prepared.weights.iter().map(|weight| *weight as f32));
    let dataset =
        Dataset::new(records.clone(), Array1::from(prepared.labels.clone())).with_weights(weights);
    let parameters = DecisionTree::params()
        .max_depth(Some(max_depth))
        .min_weight_leaf(min_leaf as f32);
    let fitted = parameters.fit(&dataset).map_err(|error| failed(&error))?;
    let mut tree = Tree::default();
    let all: Vec<usize> = (0..rows).collect();
    convert(fitted.root_node(), &mut tree, &all, &records, prepared);
    fill_inner(&mut tree);
    Ok(tree)
}

/// Appends `node` and what is below it; returns its position.
fn convert(
    node: &TreeNode<f64, bool>,
    tree: &mut Tree,
    rows: &[usize],
    records: &Array2<f64>,
    prepared: &Prepared,
) -> u32 {
    let own = push_leaf(tree);
    let at = own as usize;
    let weight = |row: &usize| prepared.weights[*row];
    tree.cover[at] = rows.iter().map(weight).sum();
    let events: f64 = rows
        .iter()
        .filter(|&&row| prepared.labels[row])
        .map(weight)
        .sum();
    tree.value[at] = if tree.cover[at] > 0.0 {
        events / tree.cover[at]
    } else {
        0.0
    };
    if let ([Some(left), Some(right)], false) = (&node.children()[..], node.is_leaf()) {
        let (column, split, _) = node.split();
        // linfa sends a row left when its value is below the split value, ours when it is at most
        // the threshold.
        let threshold = split.next_down();
        let (left_rows, right_rows): (Vec<usize>, Vec<usize>) = rows
            .iter()
            .partition(|&&row| records[[row, column]] <= threshold);
        tree.threshold[at] = threshold;
        tree.missing_left[at] = median(
            prepared
                .matrix
                .column(prepared.encoding.trees[column] as usize),
        ) <= threshold;
        let left = convert(left, tree, &left_rows, records, prepared);
        let right = convert(right, tree, &right_rows, records, prepared);
        tree.feature[at] = prepared.encoding.trees[column];
        (tree.left[at], tree.right[at]) = (left, right);
    }
    own
}
