//! Learns the encoding of a use case's inputs from training rows: levels, medians, modes, means,
//! scales, ranks. Nothing else is read.

use model::derived::{Derived, Formula};
use model::encoder::EncodedField;
use model::{Column, Encoder, Field, Input, MISSING_LEVEL, Matrix, Source, Table, UseCase};

use crate::error::TrainingError;
use crate::split::TrainRows;

/// How a linear part reads one input: everything of a [`model::LinearTerm`] but its coefficient.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LinearInput {
    /// Index of the encoder's input.
    pub input: u32,
    /// What a missing value counts as, in the unit of the input.
    pub impute: f64,
    /// What is subtracted, in the unit of the input.
    pub center: f64,
    /// What the difference is divided by; 1 for indicators.
    pub scale: f64,
    /// Mean of the imputed input over the training rows.
    pub mean: f64,
}

impl LinearInput {
    /// The standardized value, missing values filled.
    pub fn standardize(&self, x: f64) -> f64 {
        ((if x.is_nan() { self.impute } else { x }) - self.center) / self.scale
    }
}

/// A learned encoding, and which of its inputs each kind of learner reads.
#[derive(Debug, Clone, PartialEq)]
pub struct Encoding {
    /// Turns a table into numbers.
    pub encoder: Encoder,
    /// Standardized numbers, then 0/1 indicators, in the order of the encoder.
    pub linear: Vec<LinearInput>,
    /// Inputs of trees: numbers, ratios, one indicator for two levels, a learned rank for more.
    pub trees: Vec<u32>,
}

/// Pseudo-rows at the overall rate that a level's event rate is drawn towards before levels are
/// ranked (Micci-Barreca 2001).
const RANK_SMOOTHING: f64 = 10.0;

/// Learns the encoding from the rows `train` of `table`. Inputs that hold one value only, or none,
/// are left out (see
/// [`crate::quality::InputNote`]); a field that holds one level or nothing stays, with nothing as the other level.
///
/// # Errors
/// When a derived field cannot be read, or no input is left.
pub fn fit_encoding(
    use_case: &UseCase,
    table: &Table,
    labels: &[bool],
    train: &TrainRows,
    exclude: &[String],
) -> Result<Encoding, TrainingError> {
    let rows = train.rows();
    let kept = |name: &str| !exclude.iter().any(|excluded| excluded == name);
    let fields: Vec<&Field> = use_case
        .inputs()
        .filter(|field| kept(&field.name) && table.column(&field.name).is_some())
        .collect();
    let mut builder = Builder {
        encoder: Encoder::default(),
        linear: Vec::new(),
        trees: Vec::new(),
    };
    for field in &fields {
        let levels = match table.column(&field.name) {
            Some(Column::Level { codes, levels }) => present_levels(codes, levels, rows),
            _ => Vec::new(),
        };
        builder.encoder.fields.push(EncodedField {
            name: field.name.clone(),
            levels,
        });
    }
    for (index, field) in fields.iter().enumerate() {
        if field.is_level() {
            builder.add_levels(index as u32, table, labels, rows);
        } else {
            builder.add(
                field.name.clone(),
                index as u32,
                Source::Number {
                    field: index as u32,
                },
                true,
                true,
            );
        }
    }
    for derived in use_case
        .derived_inputs()
        .filter(|derived| kept(&derived.name) && derived.sources().iter().all(|name| kept(name)))
    {
        builder.add_derived(derived)?;
    }
    builder.finish(&table.take(rows))
}

/// Levels that occur in `rows`, sorted by name as scikit-learn's one-hot encoder does.
fn present_levels(codes: &[u32], levels: &[String], rows: &[usize]) -> Vec<String> {
    let mut present: Vec<u32> = rows
        .iter()
        .map(|&row| codes[row])
        .filter(|code| *code != MISSING_LEVEL)
        .collect();
    present.sort_unstable();
    present.dedup();
    let mut names: Vec<String> = present
        .into_iter()
        .filter_map(|code| levels.get(code as usize).cloned())
        .collect();
    names.sort();
    names
}

/// Collects inputs; which learner reads them is settled once their values are known.
struct Builder {
    encoder: Encoder,
    linear: Vec<u32>,
    trees: Vec<u32>,
}

impl Builder {
    fn add(&mut self, name: String, shown_as: u32, source: Source, linear: bool, trees: bool) {
        let index = self.encoder.inputs.len() as u32;
        self.encoder.inputs.push(Input {
            name,
            shown_as,
            source,
        });
        if linear {
            self.linear.push(index);
        }
        if trees {
            self.trees.push(index);
        }
    }

    fn add_levels(&mut self, field: u32, table: &Table, labels: &[bool], rows: &[usize]) {
        let EncodedField { name, levels } = self.encoder.fields[field as usize].clone();
        for (level, text) in levels.iter().enumerate() {
            // One indicator tells two levels apart, and one level from its absence.
            let only_one_for_trees = levels.len() <= 2 && level + 1 == levels.len();
            let source = Source::Indicator {
                field,
                level: level as u32,
            };
            self.add(
                format!("{name}={text}"),
                field,
                source,
                true,
                only_one_for_trees,
            );
        }
        if levels.len() > 2 {
            let ranks = event_ranks(table.column(&name), &levels, labels, rows);
            self.add(
                format!("{name} (rank)"),
                field,
                Source::Rank { field, ranks },
                false,
                true,
            );
        }
    }

    fn add_derived(&mut self, derived: &Derived) -> Result<(), TrainingError> {
        let fields = &self.encoder.fields;
        let index = |name: &str| {
            fields
                .iter()
                .position(|field| field.name == name && field.levels.is_empty())
                .map(|index| index as u32)
        };
        let problem = |problem: String| TrainingError::Formula {
            name: derived.name.clone(),
            problem,
        };
        let shown_as = |sources: &[String]| {
            let own = fields
                .iter()
                .position(|field| field.name == derived.shown_as)
                .map(|index| index as u32);
            own.or_else(|| sources.iter().find_map(|name| index(name)))
                .unwrap_or(0)
        };
        match (&derived.bins, &derived.formula) {
            (Some(bins), _) => {
                // A column that the file lacks takes its derived fields with it.
                let Some(field) = index(&bins.of) else {
                    return Ok(());
                };
                let shown_as = shown_as(std::slice::from_ref(&bins.of));
                for (bin, label) in bins.labels.iter().enumerate() {
                    let source = Source::Bin {
                        field,
                        edges: bins.edges.clone(),
                        bin: Some(bin as u32),
                    };
                    self.add(
                        format!("{}={label}", derived.name),
                        shown_as,
                        source,
                        true,
                        false,
                    );
                }
            }
            (None, Some(text)) => {
                let sources = derived.sources();
                if sources
                    .iter()
                    .any(|name| !fields.iter().any(|field| field.name == *name))
                {
                    return Ok(());
                }
                let formula = Formula::parse(text, &index).map_err(problem)?;
                let shown_as = shown_as(&sources);
                self.add(
                    derived.name.clone(),
                    shown_as,
                    Source::Formula(formula),
                    true,
                    true,
                );
            }
            (None, None) => return Err(problem("has neither bins nor a formula".into())),
        }
        Ok(())
    }

    fn finish(self, train: &Table) -> Result<Encoding, TrainingError> {
        let matrix = self.encoder.encode(train);
        let varies = |input: u32| {
            let mut values = matrix
                .column(input as usize)
                .iter()
                .filter(|value| !value.is_nan());
            let first = values.next();
            let missing = matrix
                .column(input as usize)
                .iter()
                .any(|value| value.is_nan());
            first.is_some() && (missing || values.any(|value| Some(value) != first))
        };
        let linear: Vec<LinearInput> = self
            .linear
            .into_iter()
            .filter(|&input| varies(input))
            .map(|input| learn_linear(&self.encoder, input, &matrix))
            .collect();
        let trees: Vec<u32> = self
            .trees
            .into_iter()
            .filter(|&input| varies(input))
            .collect();
        if linear.is_empty() || trees.is_empty() {
            return Err(TrainingError::NoInputs);
        }
        Ok(Encoding {
            encoder: self.encoder,
            linear,
            trees,
        })
    }
}

/// What a linear part has to learn about an input.
fn learn_linear(encoder: &Encoder, input: u32, matrix: &Matrix) -> LinearInput {
    let values = matrix.column(input as usize);
    match &encoder.inputs[input as usize].source {
        Source::Indicator { .. } | Source::Bin { .. } => {
            // Where a field holds one level or nothing (a mark), nothing is not the mark: filled
            // with it, the input would be constant.
            let is_mark = matches!(&encoder.inputs[input as usize].source, Source::Indicator { field, .. }
                if encoder.fields[*field as usize].levels.len() == 1);
            let impute = if !is_mark && is_mode(encoder, input as usize, matrix) {
                1.0
            } else {
                0.0
            };
            let (mean, _) = mean_and_scale(values, impute);
            LinearInput {
                input,
                impute,
                center: 0.0,
                scale: 1.0,
                mean,
            }
        }
        Source::Number { .. } | Source::Rank { .. } | Source::Formula(_) => {
            let impute = median(values);
            let (mean, scale) = mean_and_scale(values, impute);
            LinearInput {
                input,
                impute,
                center: mean,
                scale: if scale > 0.0 { scale } else { 1.0 },
                mean,
            }
        }
    }
}

/// Whether an indicator stands for the most frequent level (the first of equals) among its
/// siblings.
fn is_mode(encoder: &Encoder, input: usize, matrix: &Matrix) -> bool {
    let family = |index: usize| match &encoder.inputs[index].source {
        Source::Indicator { field, .. } => Some((*field, 0)),
        Source::Bin { field, edges, .. } => Some((*field, edges.len() + 1)),
        Source::Number { .. } | Source::Rank { .. } | Source::Formula(_) => None,
    };
    let count = |index: usize| {
        matrix
            .column(index)
            .iter()
            .filter(|value| **value == 1.0)
            .count()
    };
    let siblings = (0..encoder.inputs.len()).filter(|&index| family(index) == family(input));
    siblings.max_by_key(|&index| (count(index), std::cmp::Reverse(index))) == Some(input)
}

/// Median of the values that are there; 0 when none is.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut sorted: Vec<f64> = values
        .iter()
        .copied()
        .filter(|value| !value.is_nan())
        .collect();
    sorted.sort_unstable_by(f64::total_cmp);
    match sorted.len() {
        0 => 0.0,
        n if n % 2 == 1 => sorted[n / 2],
        n => f64::midpoint(sorted[n / 2 - 1], sorted[n / 2]),
    }
}

/// Mean and standard deviation (ddof 0) with missing values filled.
fn mean_and_scale(values: &[f64], impute: f64) -> (f64, f64) {
    let filled = || {
        values
            .iter()
            .map(|value| if value.is_nan() { impute } else { *value })
    };
    let n = values.len() as f64;
    let mean = filled().sum::<f64>() / n;
    (
        mean,
        (filled()
            .map(|value| (value - mean) * (value - mean))
            .sum::<f64>()
            / n)
            .sqrt(),
    )
}

/// The position of each level among all, ordered by its event rate drawn towards the overall rate.
fn event_ranks(
    column: Option<&Column>,
    levels: &[String],
    labels: &[bool],
    rows: &[usize],
) -> Vec<f64> {
    let Some(Column::Level {
        codes,
        levels: names,
    }) = column
    else {
        return vec![0.0; levels.len()];
    };
    let overall = rows.iter().filter(|&&row| labels[row]).count() as f64 / rows.len() as f64;
    let own: Vec<Option<usize>> = names
        .iter()
        .map(|name| levels.binary_search(name).ok())
        .collect();
    let (mut count, mut events) = (vec![0.0; levels.len()], vec![0.0; levels.len()]);
    for &row in rows {
        if let Some(level) = own.get(codes[row] as usize).copied().flatten() {
            count[level] += 1.0;
            events[level] += f64::from(u8::from(labels[row]));
        }
    }
    let rate =
        |level: usize| (events[level] + RANK_SMOOTHING * overall) / (count[level] + RANK_SMOOTHING);
    let mut order: Vec<usize> = (0..levels.len()).collect();
    order.sort_by(|&a, &b| rate(a).total_cmp(&rate(b)).then(a.cmp(&b)));
    let mut ranks = vec![0.0; levels.len()];
    for (rank, level) in order.into_iter().enumerate() {
        ranks[level] = rank as f64;
    }
    ranks
}
