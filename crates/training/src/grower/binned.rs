//! Inputs as 8-bit bins.

use model::Matrix;
use rayon::prelude::*;

/// Most bins of an input, the bin of missing values among them.
pub const MOST_BINS: usize = 256;

/// Training rows, binned: what the grower reads.
#[derive(Debug, Clone, PartialEq)]
pub struct Binned {
    rows: usize,
    /// Index of each column into the encoder's inputs.
    pub inputs: Vec<u32>,
    /// Upper edges between bins, ascending: a value `≤ edges[b]` (and above `edges[b − 1]`) is in
    /// bin `b`.
    pub edges: Vec<Vec<f64>>,
    /// Column by column; `edges.len() + 1` marks a missing value.
    bins: Vec<u8>,
}

impl Binned {
    /// Learns edges from `matrix` and bins it. Bins hold about equal numbers of rows; with few
    /// distinct values each has its own.
    pub fn learn(matrix: &Matrix, inputs: &[u32], most_bins: usize) -> Self {
        let columns: Vec<(Vec<f64>, Vec<u8>)> = inputs
            .par_iter()
            .map(|&input| {
                let values = matrix.column(input as usize);
                // One bin is kept for missing values.
                let edges = learn_edges(values, most_bins.clamp(3, MOST_BINS) - 1);
                let missing = (edges.len() + 1) as u8;
                let bin = |value: &f64| {
                    if value.is_nan() {
                        missing
                    } else {
                        edges.partition_point(|edge| edge < value) as u8
                    }
                };
                let bins = values.iter().map(bin).collect();
                (edges, bins)
            })
            .collect();
        let (edges, bins): (Vec<_>, Vec<_>) = columns.into_iter().unzip();
        Self {
            rows: matrix.rows(),
            inputs: inputs.to_vec(),
            edges,
            bins: bins.concat(),
        }
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Number of columns.
    pub fn columns(&self) -> usize {
        self.inputs.len()
    }

    /// Bins of column `column`, one per row.
    pub fn column(&self, column: usize) -> &[u8] {
        &self.bins[column * self.rows..(column + 1) * self.rows]
    }

    /// The bin of missing values of a column: one behind its last.
    pub fn missing_bin(&self, column: usize) -> usize {
        self.edges[column].len() + 1
    }
}

/// Above this number of rows, edges are learned from an even sample of them.
const ROWS_FOR_EDGES: usize = 32_768;

fn learn_edges(values: &[f64], most: usize) -> Vec<f64> {
    let step = values.len().div_ceil(ROWS_FOR_EDGES).max(1);
    let mut sorted: Vec<f64> = values
        .iter()
        .copied()
        .step_by(step)
        .filter(|value| !value.is_nan())
        .collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let mut distinct: Vec<(f64, usize)> = Vec::new();
    for value in sorted.iter().copied() {
        match distinct.last_mut() {
            Some((last, count)) if *last == value => *count += 1,
            _ => distinct.push((value, 1)),
        }
    }
    let between = |low: f64, high: f64| {
        let middle = f64::midpoint(low, high);
        if middle > low && middle < high {
            middle
        } else {
            low
        }
    };
    if distinct.len() <= most {
        return distinct
            .windows(2)
            .map(|pair| between(pair[0].0, pair[1].0))
            .collect();
    }
    let mut edges = Vec::with_capacity(most - 1);
    let (mut left, mut bins_left, mut in_bin) = (sorted.len(), most, 0);
    for pair in distinct.windows(2) {
        in_bin += pair[0].1;
        // Equal shares of what is left, so that a value that fills several bins does not starve the
        // others.
        if in_bin * bins_left >= left && bins_left > 1 {
            edges.push(between(pair[0].0, pair[1].0));
            left -= in_bin;
            bins_left -= 1;
            in_bin = 0;
        }
    }
    edges
}
