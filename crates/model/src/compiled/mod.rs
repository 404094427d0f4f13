//! A scorer prepared for speed: the same bits as [`Scorer`], many rows at a time.
//!
//! Splits become comparisons of rank codes (`rank.rs`). A small tree is a run of branch-free
//! selections over a block of rows, from the leaves up (each selection keeps the number of the leaf
//! that a row would reach); a large one is walked by eight rows in step.

mod selection;

use crate::encoder::Matrix;
use crate::rank::{Ranks, Split};
use crate::scorer::{LEAF, LinearTerm, PartKind, Scorer, Tree};

use selection::{SLOTS, Selection};

/// Rows that are scored together: enough that the choice of each selection costs little, few enough
/// for the nearest cache.
const BLOCK: usize = 256;
/// Rows up to which a smaller block is used.
const FEW: usize = 8;
/// Each size of block is code of its own, and the browser build has one.
const SMALL_BLOCKS: bool = !cfg!(target_family = "wasm");
/// Rows from which preparing a scorer takes less time than it saves.
const WORTH_COMPILING: usize = 512;
/// Rows that walk a large tree in step.
const STEP: usize = 8;

#[derive(Debug, Clone, Copy)]
struct Node {
    column: u32,
    code: i8,
    left: u32,
    right: u32,
}

#[derive(Debug, Clone)]
struct CompiledTree {
    nodes: Vec<Node>,
    values: Vec<f64>,
    /// For a small tree: how a block of rows finds its leaves without walking.
    selection: Option<Selection>,
}

#[derive(Debug, Clone)]
enum CompiledKind {
    Linear(Vec<LinearTerm>),
    Trees(Vec<CompiledTree>),
}

/// A prepared scorer. Build once, score often.
#[derive(Debug, Clone)]
pub struct Compiled {
    scorer: Scorer,
    pub(crate) ranks: Ranks,
    parts: Vec<(f64, CompiledKind)>,
}

impl Compiled {
    /// Prepares a scorer whose trees are sound (every model file is checked for that).
    pub fn new(scorer: &Scorer) -> Self {
        let trees = scorer.parts.iter().filter_map(|part| match &part.kind {
            PartKind::Trees(trees) => Some(trees),
            PartKind::Linear(_) => None,
        });
        let ranks = Ranks::of(trees.flatten());
        let parts = scorer.parts.iter().map(|part| {
            let kind = match &part.kind {
                PartKind::Linear(terms) => CompiledKind::Linear(terms.clone()),
                PartKind::Trees(trees) => {
                    CompiledKind::Trees(trees.iter().map(|tree| compile(tree, &ranks)).collect())
                }
            };
            (part.weight, kind)
        });
        let parts = parts.collect();
        Self {
            scorer: scorer.clone(),
            ranks,
            parts,
        }
    }

    /// The scorer that this was made of.
    pub fn scorer(&self) -> &Scorer {
        &self.scorer
    }

    /// The sum before calibration for one encoded row: the bits of [`Scorer::margin`].
    pub fn margin(&self, row: &[f64]) -> f64 {
        self.block::<1>(1, |input| &row[input..=input])[0]
    }

    /// Calibrated probability of one encoded row.
    pub fn probability(&self, row: &[f64]) -> f64 {
        self.scorer.probability_of_margin(self.margin(row))
    }

    /// Margins of the rows `rows` of `matrix`. Callers with threads give each its own range; the
    /// bits do not depend on the ranges.
    ///
    /// ```
    /// use model::{Calibrator, Compiled, LinearTerm, Link, Matrix, Part, PartKind, Scorer};
    ///
    /// let term = LinearTerm { input: 0, impute: 0.0, center: 0.0, scale: 1.0, coefficient: 2.0, mean: 0.0 };
    /// let part = Part { name: "logistic_regression".into(), weight: 1.0, kind: PartKind::Linear(vec![term]) };
    /// let scorer = Scorer { intercept: -1.0, parts: vec![part], link: Link::Logit, calibrator: Calibrator::None };
    /// let rows = Matrix::from_columns(3, vec![vec![0.0, 0.5, 1.0]]);
    /// assert_eq!(Compiled::new(&scorer).margins(&rows, 0..3), [-1.0, 0.0, 1.0]);
    /// ```
    pub fn margins(&self, matrix: &Matrix, rows: std::ops::Range<usize>) -> Vec<f64> {
        let mut margins = Vec::with_capacity(rows.len());
        for start in rows.clone().step_by(BLOCK) {
            let count = BLOCK.min(rows.end - start);
            let column = |input| &matrix.column(input)[start..start + count];
            // A block costs the same whether it is full or not: few rows take a small one.
            if SMALL_BLOCKS && count == 1 {
                margins.extend(self.block::<1>(count, column));
            } else if SMALL_BLOCKS && count <= FEW {
                margins.extend_from_slice(&self.block::<FEW>(count, column)[..count]);
            } else {
                margins.extend_from_slice(&self.block::<BLOCK>(count, column)[..count]);
            }
        }
        margins
    }

    /// Calibrated probabilities of the rows `rows` of `matrix`.
    pub fn probabilities(&self, matrix: &Matrix, rows: std::ops::Range<usize>) -> Vec<f64> {
        self.margins(matrix, rows)
            .into_iter()
            .map(|margin| self.scorer.probability_of_margin(margin))
            .collect()
    }

    fn block<'a, const B: usize>(
        &self,
        rows: usize,
        values: impl Fn(usize) -> &'a [f64],
    ) -> [f64; B] {
        let mut ranks = vec![[0_i8; B]; self.ranks.columns()];
        self.ranks.fill(&values, &mut ranks);
        self.block_of_ranks(rows, values, &ranks)
    }

    /// Margins of a block whose rank codes are known.
    pub(crate) fn block_of_ranks<'a, const B: usize>(
        &self,
        rows: usize,
        values: impl Fn(usize) -> &'a [f64],
        ranks: &[[i8; B]],
    ) -> [f64; B] {
        let mut margins = [self.scorer.intercept; B];
        let mut stack = [[0_u8; B]; SLOTS];
        for (weight, kind) in &self.parts {
            let mut sums = [0.0; B];
            match kind {
                CompiledKind::Linear(terms) => {
                    for term in terms {
                        for (sum, x) in sums.iter_mut().zip(values(term.input as usize)) {
                            *sum += term.value(*x);
                        }
                    }
                }
                CompiledKind::Trees(trees) => trees
                    .iter()
                    .for_each(|tree| tree.add(rows, ranks, &mut stack, &mut sums)),
            }
            for (margin, sum) in margins.iter_mut().zip(sums) {
                *margin += weight * sum;
            }
        }
        margins
    }
}

fn compile(tree: &Tree, ranks: &Ranks) -> CompiledTree {
    let nodes = (0..tree.feature.len()).map(|node| {
        if tree.feature[node] == LEAF {
            // A leaf leads to itself: rows that arrive early wait there for the others.
            return Node {
                column: 0,
                code: 0,
                left: node as u32,
                right: node as u32,
            };
        }
        let Split { column, code } = ranks.split(tree, node);
        Node {
            column,
            code,
            left: tree.left[node],
            right: tree.right[node],
        }
    });
    CompiledTree {
        nodes: nodes.collect(),
        values: tree.value.clone(),
        selection: Selection::of(tree, ranks),
    }
}

impl CompiledTree {
    /// Adds the tree's outputs to `sums`.
    fn add<const B: usize>(
        &self,
        rows: usize,
        ranks: &[[i8; B]],
        stack: &mut [[u8; B]; SLOTS],
        sums: &mut [f64; B],
    ) {
        match &self.selection {
            Some(selection) if B > 1 => selection.add(ranks, stack, sums),
            _ if B == 1 => sums[0] += self.values[self.walk(|column| ranks[column][0])],
            _ => {
                for start in (0..rows).step_by(STEP) {
                    self.walk_in_step(start..rows.min(start + STEP), ranks, sums);
                }
            }
        }
    }

    /// The leaf that a row reaches.
    fn walk(&self, rank: impl Fn(usize) -> i8) -> usize {
        let mut at = 0;
        loop {
            let node = self.nodes[at];
            let next = if rank(node.column as usize) <= node.code {
                node.left
            } else {
                node.right
            } as usize;
            if next == at {
                return at;
            }
            at = next;
        }
    }

    fn walk_in_step<const B: usize>(
        &self,
        rows: std::ops::Range<usize>,
        ranks: &[[i8; B]],
        sums: &mut [f64; B],
    ) {
        let mut at = [0_u32; STEP];
        loop {
            let mut moved = false;
            for (at, row) in at.iter_mut().zip(rows.clone()) {
                let node = self.nodes[*at as usize];
                let next = if ranks[node.column as usize][row] <= node.code {
                    node.left
                } else {
                    node.right
                };
                moved |= next != *at;
                *at = next;
            }
            if !moved {
                break;
            }
        }
        for (sum, at) in sums[rows].iter_mut().zip(at) {
            *sum += self.values[at as usize];
        }
    }
}

impl Scorer {
    /// Margins of every row: the same bits as [`Scorer::margin`] row by row.
    pub fn margins(&self, matrix: &Matrix) -> Vec<f64> {
        if matrix.rows() >= WORTH_COMPILING {
            return Compiled::new(self).margins(matrix, 0..matrix.rows());
        }
        let mut row = Vec::new();
        (0..matrix.rows())
            .map(|index| {
                matrix.copy_row(index, &mut row);
                self.margin(&row)
            })
            .collect()
    }

    /// Calibrated probabilities of every row.
    pub fn probabilities(&self, matrix: &Matrix) -> Vec<f64> {
        self.margins(matrix)
            .into_iter()
            .map(|margin| self.probability_of_margin(margin))
            .collect()
    }
}
