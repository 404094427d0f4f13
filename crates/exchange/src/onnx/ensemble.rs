//! The trees of an ensemble.

use std::collections::{HashMap, HashSet};

use model::dump::below_single;
use model::{Link, PartKind, Scorer, Tree};

use super::attributes::{attribute, floats, integers, scorer, text, unreadable};
use super::proto::NodeProto;
use crate::ReadError;
use crate::trees::{Node, build};

/// The arrays of a tree ensemble.
struct Arrays<'a> {
    tree: &'a [i64],
    id: &'a [i64],
    feature: &'a [i64],
    threshold: Vec<f64>,
    mode: Vec<String>,
    yes: &'a [i64],
    no: &'a [i64],
    missing_yes: &'a [i64],
}

pub(super) fn ensemble(node: &NodeProto, single: bool) -> Result<Scorer, ReadError> {
    let classifier = node.op_type == "TreeEnsembleClassifier";
    let arrays = Arrays {
        tree: integers(node, "nodes_treeids"),
        id: integers(node, "nodes_nodeids"),
        feature: integers(node, "nodes_featureids"),
        threshold: floats(node, "nodes_values"),
        mode: attribute(node, "nodes_modes").map_or_else(Vec::new, |own| {
            own.strings
                .iter()
                .map(|mode| String::from_utf8_lossy(mode).into_owned())
                .collect()
        }),
        yes: integers(node, "nodes_truenodeids"),
        no: integers(node, "nodes_falsenodeids"),
        missing_yes: integers(node, "nodes_missing_value_tracks_true"),
    };
    let count = arrays.tree.len();
    let lengths = [
        arrays.id.len(),
        arrays.feature.len(),
        arrays.threshold.len(),
        arrays.mode.len(),
        arrays.yes.len(),
        arrays.no.len(),
    ];
    let missing = arrays.missing_yes.len();
    if count == 0
        || lengths.iter().any(|length| *length != count)
        || (missing != 0 && missing != count)
    {
        return Err(unreadable("the arrays of its trees differ in length"));
    }
    let (leaves, link, factor) = leaves(node, classifier)?;
    let places: HashMap<(i64, i64), usize> = arrays
        .tree
        .iter()
        .zip(arrays.id)
        .enumerate()
        .map(|(place, (tree, id))| ((*tree, *id), place))
        .collect();
    let mut trees: Vec<Tree> = Vec::new();
    let mut root = 0;
    let mut seen = HashSet::new();
    for nodes in arrays.tree.chunk_by(|one, next| one == next) {
        // The nodes of a tree stand together, so that the file cannot make more of them than it has.
        if !seen.insert(nodes[0]) {
            return Err(unreadable("the nodes of a tree do not stand together"));
        }
        let own = |place: usize| one(&arrays, &places, &leaves, single, place);
        let tree = build(root, nodes.len(), &own, &|| {
            unreadable("a tree is deeper than 256 splits or not a tree")
        })?;
        trees.push(tree);
        root += nodes.len();
    }
    let base = base(node, classifier)?;
    let weight = match text(node, "aggregate_function").as_str() {
        "" | "SUM" => factor,
        "AVERAGE" => factor / trees.len() as f64,
        other => {
            return Err(ReadError::unsupported(format!(
                "Trees that are joined by {other} are not imported."
            )));
        }
    };
    Ok(scorer(factor * base, PartKind::Trees(trees), weight, link))
}

/// A number that is added to the sum, before the transform.
fn base(node: &NodeProto, classifier: bool) -> Result<f64, ReadError> {
    let values = floats(node, "base_values");
    match (values.as_slice(), classifier) {
        ([], _) => Ok(0.0),
        ([one], _) => Ok(*one),
        ([0.0, yes], true) => Ok(*yes),
        _ => Err(ReadError::unsupported(
            "The ensemble has several base_values, which are not imported.",
        )),
    }
}

type Leaves = HashMap<(i64, i64), f64>;

/// Value of each leaf (tree, node) for the event, the link, and a factor of the sum.
fn leaves(node: &NodeProto, classifier: bool) -> Result<(Leaves, Link, f64), ReadError> {
    let of = if classifier { "class" } else { "target" };
    let (trees, nodes) = (
        integers(node, &format!("{of}_treeids")),
        integers(node, &format!("{of}_nodeids")),
    );
    let (ids, weights) = (
        integers(node, &format!("{of}_ids")),
        floats(node, &format!("{of}_weights")),
    );
    if trees.len() != nodes.len() || trees.len() != ids.len() || trees.len() != weights.len() {
        return Err(unreadable("the arrays of its leaves differ in length"));
    }
    let transform = text(node, "post_transform");
    let transform = if transform.is_empty() {
        "NONE"
    } else {
        &transform
    };
    let both = ids.contains(&0) && ids.contains(&1);
    if ids.iter().any(|id| !(0..=1).contains(id)) || (!classifier && ids.iter().any(|id| *id != 0))
    {
        return Err(ReadError::unsupported(
            "The leaves hold several targets. Only models of one event are imported.",
        ));
    }
    // With both classes in the leaves, their values are probabilities (a forest), or log-odds of
    // which the difference counts. With one, it is that of the event: so runtimes read it.
    let (link, subtract) = match (transform, both) {
        ("LOGISTIC", false) => (Link::Logit, false),
        ("NONE", _) if classifier && weights.iter().all(|weight| *weight >= 0.0) => {
            (Link::Identity, false)
        }
        ("SOFTMAX", true) => (Link::Logit, true),
        (other, _) => {
            return Err(ReadError::unsupported(format!(
                "The ensemble ends with {other}, so its output is not known to be a probability. Export a classifier, with probabilities."
            )));
        }
    };
    let mut values = Leaves::new();
    for (place, weight) in weights.iter().enumerate() {
        let sign = match (both, ids[place]) {
            (false, _) | (true, 1) => 1.0,
            (true, _) if subtract => -1.0,
            (true, _) => 0.0,
        };
        *values.entry((trees[place], nodes[place])).or_insert(0.0) += sign * weight;
    }
    Ok((values, link, 1.0))
}

fn one(
    arrays: &Arrays<'_>,
    places: &HashMap<(i64, i64), usize>,
    leaves: &Leaves,
    single: bool,
    place: usize,
) -> Result<Node, ReadError> {
    let tree = arrays.tree[place];
    let mode = arrays.mode[place].as_str();
    if mode == "LEAF" {
        let value = leaves.get(&(tree, arrays.id[place])).copied();
        return value
            .map(|value| Node::Leaf { value, cover: 0.0 })
            .ok_or_else(|| unreadable("a leaf has no value"));
    }
    let child = |id: i64| {
        places
            .get(&(tree, id))
            .copied()
            .ok_or_else(|| unreadable("a split refers to a node that does not exist"))
    };
    let (yes, no) = (child(arrays.yes[place])?, child(arrays.no[place])?);
    let missing_yes = arrays.missing_yes.get(place).is_some_and(|own| *own != 0);
    let threshold = arrays.threshold[place];
    // Left is "at most": the other side of "greater", and below the threshold for "less".
    let (at_most, yes_is_left) = match mode {
        "BRANCH_LEQ" => (true, true),
        "BRANCH_LT" => (false, true),
        "BRANCH_GT" => (true, false),
        "BRANCH_GTE" => (false, false),
        other => {
            return Err(ReadError::unsupported(format!(
                "Splits of the kind {other} are not imported: only thresholds of numbers are."
            )));
        }
    };
    let threshold = match (single, at_most) {
        (true, true) => below_single((threshold as f32).next_up()),
        (true, false) => below_single(threshold as f32),
        (false, true) => threshold,
        (false, false) => threshold.next_down(),
    };
    let (left, right) = if yes_is_left { (yes, no) } else { (no, yes) };
    Ok(Node::Split {
        feature: u32::try_from(arrays.feature[place])
            .map_err(|_| unreadable("a split has no input"))?,
        threshold,
        missing_left: missing_yes == yes_is_left,
        left,
        right,
        cover: 0.0,
    })
}
