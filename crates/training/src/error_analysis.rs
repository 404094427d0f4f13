//! Where a model errs most: a shallow tree over the errors of half of the rows, its cohorts
//! measured on the other half.

use domain::Estimate;
use model::encoder::Source;
use model::scorer::LEAF;
use model::{Matrix, Model, Table, Tree};
use serde::{Deserialize, Serialize};

use crate::grower::{Binned, fit_mean_tree};
use crate::random::{generator, shuffle};

/// People with something in common, and how far the model is off for them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cohort {
    /// For example `["OverTime = Yes", "Age ≤ 30"]`.
    pub conditions: Vec<String>,
    /// Brier score in the cohort.
    /// Brier score of the cohort, 0 best.
    pub brier: Estimate,
    /// Share with the event, and mean predicted probability.
    pub event_rate: Estimate,
    /// Mean predicted probability, 0..=1.
    pub mean_probability: f64,
}

/// Cohorts, worst first, and the Brier score over all rows that they were measured on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ErrorAnalysis {
    /// Brier score over all rows.
    pub overall: Estimate,
    /// Worst first.
    pub cohorts: Vec<Cohort>,
}

/// Depth of the tree, and least rows of a cohort in each half.
const DEPTH: usize = 3;
const LEAST_ROWS: usize = 25;
const BINS: usize = 16;

/// Cohorts of `table` by the squared error of `probabilities` for `labels`.
pub fn error_analysis(
    model: &Model,
    table: &Table,
    labels: &[bool],
    probabilities: &[f64],
    seed: u64,
) -> ErrorAnalysis {
    let errors: Vec<f64> = labels
        .iter()
        .zip(probabilities)
        .map(|(label, probability)| (probability - f64::from(u8::from(*label))).powi(2))
        .collect();
    let mut rows: Vec<usize> = (0..labels.len()).collect();
    shuffle(&mut rows, &mut generator(seed, 0));
    let (grown, measured) = rows.split_at(rows.len() / 2);
    let overall = mean_figure(&measured.iter().map(|&row| errors[row]).collect::<Vec<_>>());
    if grown.len() < 2 * LEAST_ROWS {
        return ErrorAnalysis {
            overall,
            cohorts: Vec::new(),
        };
    }
    let matrix = model.encode(table);
    let inputs = readable_inputs(model);
    let binned = Binned::learn(&matrix.take(grown), &inputs, BINS);
    let targets: Vec<f64> = grown.iter().map(|&row| errors[row]).collect();
    let tree = fit_mean_tree(&binned, &targets, DEPTH, LEAST_ROWS as f64);
    let mut cohorts: Vec<Cohort> = leaves(&tree)
        .into_iter()
        .filter_map(|(leaf, path)| {
            let own: Vec<usize> = measured
                .iter()
                .copied()
                .filter(|&row| leaf_of(&tree, &matrix, row) == leaf)
                .collect();
            let mean = |value: &dyn Fn(usize) -> f64| {
                own.iter().map(|&row| value(row)).sum::<f64>() / own.len() as f64
            };
            (own.len() >= LEAST_ROWS && !path.is_empty()).then(|| Cohort {
                conditions: path
                    .iter()
                    .map(|&(node, left)| condition(model, &tree, node, left))
                    .collect(),
                brier: mean_figure(&own.iter().map(|&row| errors[row]).collect::<Vec<_>>()),
                event_rate: stats::intervals::proportion(
                    own.iter().filter(|&&row| labels[row]).count() as u32,
                    own.len() as u32,
                    "",
                ),
                mean_probability: mean(&|row| probabilities[row]),
            })
        })
        .collect();
    cohorts.sort_by(|a, b| {
        b.brier
            .value
            .unwrap_or(0.0)
            .total_cmp(&a.brier.value.unwrap_or(0.0))
    });
    ErrorAnalysis { overall, cohorts }
}

/// Inputs whose conditions people can read: numbers, levels, ratios. Ranks and bins say the same
/// less clearly.
fn readable_inputs(model: &Model) -> Vec<u32> {
    let readable = |source: &Source| {
        matches!(
            source,
            Source::Number { .. } | Source::Indicator { .. } | Source::Formula(_)
        )
    };
    (0..model.encoder.inputs.len() as u32)
        .filter(|&input| readable(&model.encoder.inputs[input as usize].source))
        .collect()
}

/// Mean with a 95% interval from its standard error.
fn mean_figure(values: &[f64]) -> Estimate {
    if values.is_empty() {
        return Estimate::unknown("there are no rows");
    }
    let (mean, error) = crate::tune::mean_and_error(values);
    Estimate::with_interval(
        mean,
        [(mean - 1.96 * error).max(0.0), mean + 1.96 * error],
        values.len(),
    )
}

/// Each leaf with the nodes on the way and whether the way goes left.
fn leaves(tree: &Tree) -> Vec<(usize, Vec<(usize, bool)>)> {
    let mut found = Vec::new();
    let mut open = vec![(0, Vec::new())];
    while let Some((node, path)) = open.pop() {
        if tree.feature[node] == LEAF {
            found.push((node, path));
            continue;
        }
        for (child, left) in [(tree.left[node], true), (tree.right[node], false)] {
            let mut path = path.clone();
            path.push((node, left));
            open.push((child as usize, path));
        }
    }
    found
}

fn leaf_of(tree: &Tree, matrix: &Matrix, row: usize) -> usize {
    let mut node = 0;
    while tree.feature[node] != LEAF {
        node = tree.next(node, matrix.column(tree.feature[node] as usize)[row]);
    }
    node
}

fn condition(model: &Model, tree: &Tree, node: usize, left: bool) -> String {
    let input = &model.encoder.inputs[tree.feature[node] as usize];
    let label = model
        .use_case
        .label(&model.encoder.fields[input.shown_as as usize].name);
    match &input.source {
        Source::Indicator { field, level } => {
            let level = &model.encoder.fields[*field as usize].levels[*level as usize];
            let text = model
                .use_case
                .field(&model.encoder.fields[*field as usize].name)
                .map_or_else(|| level.clone(), |field| field.value_label(level));
            format!("{label} {} {text}", if left { "is not" } else { "is" })
        }
        source @ (Source::Number { .. }
        | Source::Rank { .. }
        | Source::Bin { .. }
        | Source::Formula(_)) => {
            let name = if matches!(source, Source::Formula(_)) {
                model.use_case.label(&input.name)
            } else {
                label
            };
            let threshold = (tree.threshold[node] * 1000.0).round() / 1000.0;
            format!("{name} {} {threshold}", if left { "≤" } else { ">" })
        }
    }
}
