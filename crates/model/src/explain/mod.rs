//! Exact contributions (Shapley values) of a scorer's inputs, in the unit of its margin.
//!
//! Two questions, both answered exactly. *Path-dependent* TreeSHAP (Lundberg et al. 2020): what an
//! input does against the training rows that a tree remembers as covers. *Interventional*: what it
//! does against given background rows. Linear terms are exact in both. Additions happen in one
//! fixed order, so server and browser, one row and a million, give the same bits.

mod background;
mod cells;
mod curve;
mod deep;
mod interaction;
mod leaf;
mod person;
mod quadrature;
mod scale;
mod subtree;

use crate::compiled::Compiled;
use crate::encoder::Matrix;
use crate::scorer::{LinearTerm, PartKind, Scorer, Tree};

use background::PairLeaf;
use cells::Program;
use deep::DeepTree;
use leaf::{LeafPath, MAX_PATH_INPUTS};
use quadrature::Rule;

pub use curve::contributions_to_curve;
pub use interaction::Interactions;
pub use person::{Explanation, FieldContribution, ModelExplainer, value_text};

/// Rows that are explained together.
const BLOCK: usize = 64;
/// Rows up to which a smaller block is used.
const FEW: usize = 8;
/// Each size of block is code of its own, and the browser build has one.
const SMALL_BLOCKS: bool = !cfg!(target_family = "wasm");
/// Numbers that all tables of an explainer may take (32 MiB).
const TABLE_NUMBERS: usize = 1 << 22;
/// Base plus contributions must meet the margin this closely (relative to 1 + |margin|).
pub const TOLERANCE: f64 = 1e-9;

/// Why there is no explanation.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ExplainError {
    /// The explanation failed its own check.
    #[error(
        "base value and contributions add up to {sum}, but the model output is {margin}; the explanation is not shown"
    )]
    DoesNotAddUp {
        /// Base value plus all contributions.
        sum: f64,
        /// What the scorer gives for the row.
        margin: f64,
    },
    /// The row was not encoded by this model's encoder.
    #[error("the row has {found} inputs, but the model needs {wanted}")]
    WrongWidth {
        /// Numbers in the row.
        found: usize,
        /// Inputs of the encoder.
        wanted: usize,
    },
    /// The exact algorithm would be too slow or too inexact.
    #[error(
        "a tree path uses more than {MAX_PATH_INPUTS} different inputs, too many for an exact explanation"
    )]
    TooManyInputs,
    /// The background has no rows.
    #[error("an interventional explanation needs background rows")]
    NoBackground,
    /// Interactions are defined without background rows only.
    #[error("interaction values are path-dependent: use an explainer without background rows")]
    NoInteractions,
    /// Counts from 0.
    #[error("the table has no row {0}")]
    NoSuchRow(usize),
}

/// Contributions of one row, in the unit of the margin: `base + Σ values = margin`.
#[derive(Debug, Clone, PartialEq)]
pub struct Contributions {
    /// Expected margin: over the training rows (path-dependent) or the background.
    pub base: f64,
    /// One number for each input of the encoder.
    pub values: Vec<f64>,
    /// What the scorer gives for the row: base plus the values.
    pub margin: f64,
}

/// A linear term and its point of reference.
#[derive(Debug, Clone)]
struct ReferredTerm {
    term: LinearTerm,
    weight: f64,
    reference: f64,
}

/// An explainer: build once for a scorer, explain many rows.
#[derive(Debug, Clone)]
pub struct Explainer {
    compiled: Compiled,
    inputs: usize,
    interventional: bool,
    base: f64,
    terms: Vec<ReferredTerm>,
    program: Program,
    deep: Vec<DeepTree>,
    pairs: Vec<PairLeaf>,
}

impl Explainer {
    /// Path-dependent explanation. `inputs` is the number of the encoder's inputs.
    ///
    /// # Errors
    /// [`ExplainError::TooManyInputs`].
    pub fn new(scorer: &Scorer, inputs: usize) -> Result<Self, ExplainError> {
        Self::build(scorer, inputs, None, TABLE_NUMBERS)
    }

    /// Interventional explanation against the rows of `background` (50 to 200 are usual).
    ///
    /// # Errors
    /// [`ExplainError::TooManyInputs`], [`ExplainError::NoBackground`] for a matrix without rows.
    pub fn interventional(scorer: &Scorer, background: &Matrix) -> Result<Self, ExplainError> {
        let mut rows = vec![Vec::new(); background.rows()];
        rows.iter_mut()
            .enumerate()
            .for_each(|(index, row)| background.copy_row(index, row));
        Self::build(scorer, background.columns(), Some(&rows), TABLE_NUMBERS)
    }

    /// As [`Self::new`] or [`Self::interventional`], with at most `table_numbers` numbers in tables
    /// (0: no tables at all; slower, equal up to rounding).
    ///
    /// # Errors
    /// As those two.
    pub fn build(
        scorer: &Scorer,
        inputs: usize,
        background: Option<&[Vec<f64>]>,
        table_numbers: usize,
    ) -> Result<Self, ExplainError> {
        if background.is_some_and(<[_]>::is_empty) {
            return Err(ExplainError::NoBackground);
        }
        let mut explainer = Self {
            compiled: Compiled::new(scorer),
            inputs,
            interventional: background.is_some(),
            base: scorer.intercept,
            terms: Vec::new(),
            program: Program::default(),
            deep: Vec::new(),
            pairs: Vec::new(),
        };
        let trees: usize = scorer
            .parts
            .iter()
            .map(|part| {
                if let PartKind::Trees(trees) = &part.kind {
                    trees.len()
                } else {
                    0
                }
            })
            .sum();
        let budget = table_numbers / trees.max(1);
        for part in &scorer.parts {
            match &part.kind {
                PartKind::Linear(terms) => terms
                    .iter()
                    .for_each(|term| explainer.push_term(term, part.weight, background)),
                PartKind::Trees(trees) => {
                    for tree in trees {
                        explainer.push_tree(tree, part.weight, background, budget)?;
                    }
                }
            }
        }
        Ok(explainer)
    }

    fn push_term(&mut self, term: &LinearTerm, weight: f64, background: Option<&[Vec<f64>]>) {
        let reference = match background {
            None => term.value(term.mean),
            Some(rows) => {
                rows.iter()
                    .map(|row| term.value(row[term.input as usize]))
                    .sum::<f64>()
                    / rows.len() as f64
            }
        };
        self.base += weight * reference;
        self.terms.push(ReferredTerm {
            term: term.clone(),
            weight,
            reference,
        });
    }

    fn push_tree(
        &mut self,
        tree: &Tree,
        weight: f64,
        background: Option<&[Vec<f64>]>,
        budget: usize,
    ) -> Result<(), ExplainError> {
        let leaves = leaf::leaves(tree, weight);
        let widest = leaves
            .iter()
            .map(|leaf| leaf.inputs.len())
            .max()
            .unwrap_or(0);
        if widest > MAX_PATH_INPUTS {
            return Err(ExplainError::TooManyInputs);
        }
        let ranks = &self.compiled.ranks;
        match background {
            None => {
                let expected = leaves.iter().map(LeafPath::expected).sum::<f64>();
                self.base += expected;
                let rules: Vec<Rule> = (0..=widest.min(16)).map(Rule::for_inputs).collect();
                let table =
                    |leaf: &LeafPath| leaf::path_dependent_table(leaf, &rules[leaf.inputs.len()]);
                if !self.program.push(tree, weight, ranks, budget, &table) {
                    self.deep.push(DeepTree::new(tree, weight, widest));
                }
            }
            Some(rows) => {
                let table = |leaf: &LeafPath| PairLeaf::new(leaf.clone(), rows).table();
                let in_tables = self.program.push(tree, weight, ranks, budget, &table);
                for leaf in leaves {
                    let pairs = PairLeaf::new(leaf, rows);
                    self.base += pairs.expected();
                    if !in_tables {
                        self.pairs.push(pairs);
                    }
                }
            }
        }
        Ok(())
    }

    /// The expected margin.
    pub fn base(&self) -> f64 {
        self.base
    }

    /// The prepared scorer.
    pub fn compiled(&self) -> &Compiled {
        &self.compiled
    }

    /// Number of inputs of a row.
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// Contributions of one encoded row.
    ///
    /// # Errors
    /// [`ExplainError::WrongWidth`]; [`ExplainError::DoesNotAddUp`] when they do not meet the margin.
    ///
    /// ```
    /// use model::{Calibrator, Explainer, LinearTerm, Link, Part, PartKind, Scorer};
    ///
    /// let term = |input, coefficient, mean| LinearTerm { input, impute: mean, center: 0.0, scale: 1.0, coefficient, mean };
    /// let kind = PartKind::Linear(vec![term(0, 2.0, 1.0), term(1, -1.0, 3.0)]);
    /// let part = Part { name: "logistic_regression".into(), weight: 1.0, kind };
    /// let scorer = Scorer { intercept: 0.5, parts: vec![part], link: Link::Logit, calibrator: Calibrator::None };
    /// let found = Explainer::new(&scorer, 2)?.contributions(&[2.0, 3.0])?;
    /// // Base: 0.5 + 2 · 1 − 1 · 3. The first input lies 1 above its mean, the second at its mean.
    /// assert_eq!((found.base, found.values, found.margin), (-0.5, vec![2.0, 0.0], 1.5));
    /// # Ok::<(), model::ExplainError>(())
    /// ```
    pub fn contributions(&self, row: &[f64]) -> Result<Contributions, ExplainError> {
        self.check_width(row.len())?;
        let mut values = vec![0.0; self.inputs];
        let margins = self.block::<1>(&[row], |input| &row[input..=input], &mut values)?;
        Ok(Contributions {
            base: self.base,
            values,
            margin: margins[0],
        })
    }

    /// Contributions of the rows `rows` of `matrix`: `rows × inputs` numbers, row by row, the same
    /// bits as one by one. Callers with threads give each its own range.
    ///
    /// # Errors
    /// As [`Self::contributions`].
    pub fn contributions_of(
        &self,
        matrix: &Matrix,
        rows: std::ops::Range<usize>,
    ) -> Result<Vec<f64>, ExplainError> {
        Ok(self.contributions_and_margins(matrix, rows)?.0)
    }

    /// As [`Self::contributions_of`], and the margin of each row.
    ///
    /// # Errors
    /// As [`Self::contributions`].
    pub fn contributions_and_margins(
        &self,
        matrix: &Matrix,
        rows: std::ops::Range<usize>,
    ) -> Result<(Vec<f64>, Vec<f64>), ExplainError> {
        if rows.is_empty() {
            return Ok((Vec::new(), Vec::new()));
        }
        self.check_width(matrix.columns())?;
        let mut margins = Vec::with_capacity(rows.len());
        let mut values = vec![0.0; rows.len() * self.inputs];
        let needs_rows = !self.deep.is_empty() || !self.pairs.is_empty();
        let mut copies = vec![Vec::new(); BLOCK.min(rows.len())];
        for (start, values) in rows
            .clone()
            .step_by(BLOCK)
            .zip(values.chunks_mut((BLOCK * self.inputs).max(1)))
        {
            let count = BLOCK.min(rows.end - start);
            if needs_rows {
                copies[..count]
                    .iter_mut()
                    .enumerate()
                    .for_each(|(row, copy)| matrix.copy_row(start + row, copy));
            }
            let copies: Vec<&[f64]> = copies[..count].iter().map(Vec::as_slice).collect();
            let column = |input| &matrix.column(input)[start..start + count];
            // A block costs the same whether it is full or not: few rows take a small one.
            if SMALL_BLOCKS && count == 1 {
                margins.extend(self.block::<1>(&copies, column, values)?);
            } else if SMALL_BLOCKS && count <= FEW {
                margins.extend(&self.block::<FEW>(&copies, column, values)?[..count]);
            } else {
                margins.extend(&self.block::<BLOCK>(&copies, column, values)?[..count]);
            }
        }
        Ok((values, margins))
    }

    fn check_width(&self, found: usize) -> Result<(), ExplainError> {
        if found == self.inputs {
            Ok(())
        } else {
            Err(ExplainError::WrongWidth {
                found,
                wanted: self.inputs,
            })
        }
    }

    /// Adds the contributions of a block to `values` and gives the margins.
    fn block<'a, const B: usize>(
        &self,
        rows: &[&[f64]],
        columns: impl Fn(usize) -> &'a [f64],
        values: &mut [f64],
    ) -> Result<[f64; B], ExplainError> {
        let width = self.inputs.max(1);
        let mut ranks = vec![[0_i8; B]; self.compiled.ranks.columns()];
        self.compiled.ranks.fill(&columns, &mut ranks);
        for ReferredTerm {
            term,
            weight,
            reference,
        } in &self.terms
        {
            let input = term.input as usize;
            for (values, x) in values.chunks_exact_mut(width).zip(columns(input)) {
                values[input] += weight * (term.value(*x) - reference);
            }
        }
        self.program.run(rows.len(), &ranks, values, width);
        // All rows through one tree before the next: a large forest does not fit into the cache,
        // one of its trees does.
        for tree in &self.deep {
            values
                .chunks_exact_mut(width)
                .zip(rows)
                .for_each(|(values, row)| tree.add(row, values));
        }
        for leaf in &self.pairs {
            values
                .chunks_exact_mut(width)
                .zip(rows)
                .for_each(|(values, row)| leaf.add(row, values));
        }
        let margins = self.compiled.block_of_ranks(rows.len(), &columns, &ranks);
        for (values, &margin) in values.chunks_exact(width).zip(&margins) {
            check_sum(
                values.iter().fold(self.base, |sum, value| sum + value),
                margin,
            )?;
        }
        Ok(margins)
    }
}

/// # Errors
/// [`ExplainError::DoesNotAddUp`] when base plus contributions miss what the model says by more than [`TOLERANCE`]; not-a-number always
/// does.
fn check_sum(sum: f64, margin: f64) -> Result<(), ExplainError> {
    if (sum - margin).abs() <= TOLERANCE * (1.0 + margin.abs()) {
        Ok(())
    } else {
        Err(ExplainError::DoesNotAddUp { sum, margin })
    }
}
