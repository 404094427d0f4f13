//! One side of a split that is fitted to, encoded once for all trials, and the other side that is
//! judged.

use std::sync::OnceLock;

use model::{Matrix, UseCase};

use crate::dataset::Dataset;
use crate::error::TrainingError;
use crate::grower::Binned;
use crate::logistic::Design;
use crate::preprocess::{Encoding, fit_encoding};
use crate::reweighing::reweigh;
use crate::split::{Split, TestRows, TrainRows};

/// Training rows, ready to be fitted to.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// Learned on these rows.
    pub encoding: Encoding,
    /// Encoded training rows.
    pub matrix: Matrix,
    /// Whether the event happened, for each row.
    pub labels: Vec<bool>,
    /// A weight per row, 1 on average.
    pub weights: Vec<f64>,
    /// Standardized linear inputs.
    pub design: Design,
    /// Learned when first asked for, one for each of [`BINS`].
    binned: [OnceLock<Binned>; BINS.len()],
}

/// What of the settings concerns the inputs.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct InputChoice {
    /// Fields and derived fields that are not to be used.
    pub exclude: Vec<String>,
    /// Field by which rows are reweighed (Kamiran and Calders 2012).
    pub reweigh: Option<String>,
}

/// Numbers of bins that trees may choose from. Few bins are a strong prior for smooth effects on
/// small data.
pub const BINS: [usize; 5] = [8, 16, 32, 64, 256];

impl Prepared {
    /// Learns the encoding from `train` and encodes those rows.
    ///
    /// # Errors
    /// See [`fit_encoding`].
    pub fn new(
        dataset: &Dataset,
        use_case: &UseCase,
        train: &TrainRows,
        choice: &InputChoice,
    ) -> Result<Self, TrainingError> {
        let encoding = fit_encoding(
            use_case,
            &dataset.table,
            &dataset.labels,
            train,
            &choice.exclude,
        )?;
        let matrix = encoding.encoder.encode(&dataset.table.take(train.rows()));
        let labels: Vec<bool> = train
            .rows()
            .iter()
            .map(|&row| dataset.labels[row])
            .collect();
        let weights = match &choice.reweigh {
            Some(field) => reweigh(dataset, use_case, field, train)?,
            None => vec![1.0; labels.len()],
        };
        let design = design(&encoding, &matrix);
        Ok(Self {
            encoding,
            matrix,
            labels,
            weights,
            design,
            binned: Default::default(),
        })
    }

    /// The rows in about `bins` bins per input: the nearest of [`BINS`].
    pub fn binned(&self, bins: usize) -> &Binned {
        let choice = BINS
            .iter()
            .position(|own| *own >= bins)
            .unwrap_or(BINS.len() - 1);
        self.binned[choice]
            .get_or_init(|| Binned::learn(&self.matrix, &self.encoding.trees, BINS[choice]))
    }

    /// The weights, with both classes made equally heavy when `balanced`.
    pub fn weights(&self, balanced: bool) -> Vec<f64> {
        if !balanced {
            return self.weights.clone();
        }
        let total: f64 = self.weights.iter().sum();
        let events: f64 = self
            .labels
            .iter()
            .zip(&self.weights)
            .filter(|(label, _)| **label)
            .map(|(_, weight)| weight)
            .sum();
        let factor = |label: bool| 0.5 * total / if label { events } else { total - events };
        self.labels
            .iter()
            .zip(&self.weights)
            .map(|(&label, weight)| weight * factor(label))
            .collect()
    }
}

fn design(encoding: &Encoding, matrix: &Matrix) -> Design {
    let (rows, columns) = (matrix.rows(), encoding.linear.len());
    let mut values = vec![0.0; rows * columns];
    for (column, input) in encoding.linear.iter().enumerate() {
        for (row, x) in matrix.column(input.input as usize).iter().enumerate() {
            values[row * columns + column] = input.standardize(*x);
        }
    }
    Design {
        rows,
        columns,
        values,
    }
}

/// A fold: what is fitted to, and what is judged.
#[derive(Debug, Clone)]
pub struct Fold {
    /// The rows that are fitted to.
    pub train: Prepared,
    /// Judged rows of the dataset, their encoding and their outcomes.
    pub test: TestRows,
    /// Encoded rows that are judged.
    pub test_matrix: Matrix,
    /// Whether the event happened to them.
    pub test_labels: Vec<bool>,
}

impl Fold {
    /// Learns from the training side of `split` and encodes both sides.
    ///
    /// # Errors
    /// See [`fit_encoding`].
    pub fn new(
        dataset: &Dataset,
        use_case: &UseCase,
        split: &Split,
        choice: &InputChoice,
    ) -> Result<Self, TrainingError> {
        let train = Prepared::new(dataset, use_case, &split.train, choice)?;
        let test_matrix = train
            .encoding
            .encoder
            .encode(&dataset.table.take(split.test.rows()));
        let test_labels = split
            .test
            .rows()
            .iter()
            .map(|&row| dataset.labels[row])
            .collect();
        Ok(Self {
            train,
            test: split.test.clone(),
            test_matrix,
            test_labels,
        })
    }
}
