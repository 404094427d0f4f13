//! A lower bound on the margin while some inputs are only known to lie in intervals.

use crate::scorer::{LEAF, LinearTerm, PartKind, Scorer, Tree};

/// What is known of one input.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Interval {
    pub low: f64,
    pub high: f64,
    /// Whether it may be missing.
    pub missing: bool,
}

impl Interval {
    pub fn of(value: f64) -> Self {
        Self { low: value, high: value, missing: value.is_nan() }
    }

    /// The smallest interval around both.
    pub fn join(self, other: Self) -> Self {
        // `f64::min` and `f64::max` pass over NaN.
        Self { low: self.low.min(other.low), high: self.high.max(other.high), missing: self.missing || other.missing }
    }

    /// Anything at all.
    pub const UNKNOWN: Self = Self { low: f64::NEG_INFINITY, high: f64::INFINITY, missing: true };
}

/// A scorer with all inputs fixed but some: trees shrink to the splits on those, and what they cannot change becomes one number.
#[derive(Debug, Clone)]
pub(super) struct Shrunk {
    fixed: f64,
    trees: Vec<(f64, Vec<Node>)>,
    terms: Vec<(f64, LinearTerm)>,
}

/// A node of a shrunk tree; a leaf has `input` [`LEAF`] and its output in `number`, otherwise that is the threshold.
#[derive(Debug, Clone, Copy)]
struct Node {
    input: u32,
    number: f64,
    missing_left: bool,
    left: u32,
    right: u32,
}

impl Shrunk {
    /// Keeps the inputs free for which `free` says so; the others have their value in `row`.
    pub fn new(scorer: &Scorer, row: &[f64], free: &dyn Fn(u32) -> bool) -> Self {
        let mut shrunk = Self { fixed: scorer.intercept, trees: Vec::new(), terms: Vec::new() };
        for part in &scorer.parts {
            match &part.kind {
                PartKind::Linear(terms) => {
                    for term in terms {
                        if free(term.input) {
                            shrunk.terms.push((part.weight, term.clone()));
                        } else {
                            shrunk.fixed += part.weight * term.value(row[term.input as usize]);
                        }
                    }
                }
                PartKind::Trees(trees) => {
                    for tree in trees {
                        let mut nodes = Vec::new();
                        shrink(tree, 0, row, free, &mut nodes);
                        if let [leaf] = nodes.as_slice() {
                            shrunk.fixed += part.weight * leaf.number;
                        } else {
                            shrunk.trees.push((part.weight, nodes));
                        }
                    }
                }
            }
        }
        shrunk
    }

    /// A number that no margin within the intervals (one for each input of the scorer) falls below.
    pub fn least(&self, intervals: &[Interval]) -> f64 {
        let trees: f64 = self.trees.iter().map(|(weight, nodes)| least_of(nodes, 0, intervals, *weight)).sum();
        let terms: f64 = self.terms.iter().map(|(weight, term)| weighted_least(term, &intervals[term.input as usize], *weight)).sum();
        self.fixed + trees + terms
    }
}

fn shrink(tree: &Tree, node: usize, row: &[f64], free: &dyn Fn(u32) -> bool, nodes: &mut Vec<Node>) -> u32 {
    let input = tree.feature[node];
    if input == LEAF {
        nodes.push(Node { input: LEAF, number: tree.value[node], missing_left: false, left: 0, right: 0 });
        return nodes.len() as u32 - 1;
    }
    if !free(input) {
        return shrink(tree, tree.next(node, row[input as usize]), row, free, nodes);
    }
    let at = nodes.len();
    nodes.push(Node { input, number: tree.threshold[node], missing_left: tree.missing_left[node], left: 0, right: 0 });
    nodes[at].left = shrink(tree, tree.left[node] as usize, row, free, nodes);
    nodes[at].right = shrink(tree, tree.right[node] as usize, row, free, nodes);
    at as u32
}

fn least_of(nodes: &[Node], at: usize, intervals: &[Interval], weight: f64) -> f64 {
    let node = &nodes[at];
    if node.input == LEAF {
        return weight * node.number;
    }
    let interval = &intervals[node.input as usize];
    let left = interval.low <= node.number || (interval.missing && node.missing_left);
    let right = interval.high > node.number || (interval.missing && !node.missing_left);
    let side = |goes: bool, child: u32| if goes { least_of(nodes, child as usize, intervals, weight) } else { f64::INFINITY };
    side(left, node.left).min(side(right, node.right))
}

fn weighted_least(term: &LinearTerm, interval: &Interval, weight: f64) -> f64 {
    let ends = [interval.low, interval.high].into_iter().filter(|end| !end.is_nan()).map(|end| weight * term.value(end));
    let missing = interval.missing.then(|| weight * term.value(f64::NAN));
    // An infinite end times a coefficient of 0 is not a number, and `f64::min` passes over it: 0 stands for it.
    ends.chain(missing).map(|value| if value.is_nan() { 0.0 } else { value }).fold(f64::INFINITY, f64::min)
}
