//! A lower bound on the margin while some inputs are only known to lie in intervals.

use crate::derived::Formula;
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
        Self {
            low: value,
            high: value,
            missing: value.is_nan(),
        }
    }

    /// The smallest interval around both.
    pub fn join(self, other: Self) -> Self {
        // `f64::min` and `f64::max` pass over NaN.
        Self {
            low: self.low.min(other.low),
            high: self.high.max(other.high),
            missing: self.missing || other.missing,
        }
    }

    /// Bounds on the result of a formula whose fields lie in intervals.
    pub fn of_formula(formula: &Formula, field: &dyn Fn(u32) -> Self) -> Self {
        match formula {
            Formula::Number(number) => Self::of(*number),
            Formula::Field(index) => field(*index),
            Formula::Binary(operator, left, right) => {
                let (left, right) = (
                    Self::of_formula(left, field),
                    Self::of_formula(right, field),
                );
                let divides = !matches!(operator, '+' | '-' | '*');
                if divides && !(right.low > 0.0 || right.high < 0.0) {
                    return Self::UNKNOWN;
                }
                let number = |a: f64, b: f64| {
                    Formula::Binary(
                        *operator,
                        Box::new(Formula::Number(a)),
                        Box::new(Formula::Number(b)),
                    )
                };
                let ends = [
                    (left.low, right.low),
                    (left.low, right.high),
                    (left.high, right.low),
                    (left.high, right.high),
                ];
                // Each operator is monotone in either operand while the other is kept, so its
                // extremes are at the ends.
                let ends = ends.map(|(a, b)| Self::of(number(a, b).evaluate(&|_| f64::NAN)));
                let joined = ends.into_iter().reduce(Self::join).unwrap_or(Self::UNKNOWN);
                Self {
                    missing: left.missing || right.missing || joined.missing,
                    ..joined
                }
            }
        }
    }

    /// Anything at all.
    pub const UNKNOWN: Self = Self {
        low: f64::NEG_INFINITY,
        high: f64::INFINITY,
        missing: true,
    };
}

/// A scorer with all inputs fixed but some: trees shrink to the splits on those, and what they
/// cannot change becomes one number.
#[derive(Debug, Clone)]
pub(super) struct Shrunk {
    fixed: f64,
    trees: Vec<(f64, Vec<Node>)>,
    terms: Vec<(f64, LinearTerm)>,
}

/// A node of a shrunk tree; a leaf has `input` [`LEAF`] and its output in `number`, otherwise that
/// is the threshold.
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
        let mut shrunk = Self {
            fixed: scorer.intercept,
            trees: Vec::new(),
            terms: Vec::new(),
        };
        for part in &scorer.parts {
            match &part.kind {
                PartKind::Linear(terms) => terms
                    .iter()
                    .for_each(|term| shrunk.push_term(part.weight, term, row, free)),
                PartKind::Trees(trees) => {
                    for tree in trees {
                        let mut nodes = Vec::new();
                        shrink(&nodes_of(tree), 0, row, free, &mut nodes);
                        shrunk.push_tree(part.weight, nodes);
                    }
                }
            }
        }
        shrunk
    }

    /// The same with fewer inputs free.
    pub fn restrict(&self, row: &[f64], free: &dyn Fn(u32) -> bool) -> Self {
        let mut shrunk = Self {
            fixed: self.fixed,
            trees: Vec::new(),
            terms: Vec::new(),
        };
        for (weight, term) in &self.terms {
            shrunk.push_term(*weight, term, row, free);
        }
        for (weight, nodes) in &self.trees {
            let mut fewer = Vec::new();
            shrink(nodes, 0, row, free, &mut fewer);
            shrunk.push_tree(*weight, fewer);
        }
        shrunk
    }

    fn push_term(
        &mut self,
        weight: f64,
        term: &LinearTerm,
        row: &[f64],
        free: &dyn Fn(u32) -> bool,
    ) {
        if free(term.input) {
            self.terms.push((weight, term.clone()));
        } else {
            self.fixed += weight * term.value(row[term.input as usize]);
        }
    }

    fn push_tree(&mut self, weight: f64, nodes: Vec<Node>) {
        match nodes.as_slice() {
            [leaf] => self.fixed += weight * leaf.number,
            _ => self.trees.push((weight, nodes)),
        }
    }

    /// A number that no margin within the intervals (one for each input of the scorer) falls below.
    /// Adds the nodes it looked at to `visited`.
    pub fn least(&self, intervals: &[Interval], visited: &mut u64) -> f64 {
        let trees: f64 = self
            .trees
            .iter()
            .map(|(weight, nodes)| least_of(nodes, 0, intervals, *weight, visited))
            .sum();
        let terms: f64 = self
            .terms
            .iter()
            .map(|(weight, term)| weighted_least(term, &intervals[term.input as usize], *weight))
            .sum();
        self.fixed + trees + terms
    }
}

fn nodes_of(tree: &Tree) -> Vec<Node> {
    let node = |node: usize| {
        let is_leaf = tree.feature[node] == LEAF;
        Node {
            input: tree.feature[node],
            number: if is_leaf {
                tree.value[node]
            } else {
                tree.threshold[node]
            },
            missing_left: tree.missing_left[node],
            left: tree.left[node],
            right: tree.right[node],
        }
    };
    (0..tree.feature.len()).map(node).collect()
}

fn shrink(
    tree: &[Node],
    at: usize,
    row: &[f64],
    free: &dyn Fn(u32) -> bool,
    nodes: &mut Vec<Node>,
) -> u32 {
    let node = tree[at];
    if node.input != LEAF && !free(node.input) {
        let x = row[node.input as usize];
        let left = if x.is_nan() {
            node.missing_left
        } else {
            x <= node.number
        };
        return shrink(
            tree,
            if left { node.left } else { node.right } as usize,
            row,
            free,
            nodes,
        );
    }
    let own = nodes.len();
    nodes.push(node);
    if node.input != LEAF {
        nodes[own].left = shrink(tree, node.left as usize, row, free, nodes);
        nodes[own].right = shrink(tree, node.right as usize, row, free, nodes);
    }
    own as u32
}

fn least_of(
    nodes: &[Node],
    at: usize,
    intervals: &[Interval],
    weight: f64,
    visited: &mut u64,
) -> f64 {
    *visited += 1;
    let node = &nodes[at];
    if node.input == LEAF {
        return weight * node.number;
    }
    let interval = &intervals[node.input as usize];
    let left = interval.low <= node.number || (interval.missing && node.missing_left);
    let right = interval.high > node.number || (interval.missing && !node.missing_left);
    let mut side = |goes: bool, child: u32| {
        if goes {
            least_of(nodes, child as usize, intervals, weight, visited)
        } else {
            f64::INFINITY
        }
    };
    side(left, node.left).min(side(right, node.right))
}

fn weighted_least(term: &LinearTerm, interval: &Interval, weight: f64) -> f64 {
    let ends = [interval.low, interval.high]
        .into_iter()
        .filter(|end| !end.is_nan())
        .map(|end| weight * term.value(end));
    let missing = interval.missing.then(|| weight * term.value(f64::NAN));
    // An infinite end times a coefficient of 0 is not a number, and `f64::min` passes over it: 0
    // stands for it.
    ends.chain(missing)
        .map(|value| if value.is_nan() { 0.0 } else { value })
        .fold(f64::INFINITY, f64::min)
}
