//! How good the data is that a model was trained on: missing values, outliers, inputs that say the
//! same.

use domain::Estimate;
use model::{Column, Field, Kind, Table, UseCase};
use serde::{Deserialize, Serialize};
use stats::intervals::proportion;
use stats::outliers::is_outlier;

/// Data quality of a table's inputs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DataQuality {
    /// Share of input cells without a value.
    pub missing: Estimate,
    /// Share of outliers among numbers ([`is_outlier`]); ordinal inputs are not counted.
    pub outliers: Estimate,
    /// Largest absolute Pearson correlation between two numeric inputs.
    pub correlation: Estimate,
    /// The two inputs that it is between.
    pub correlated: Option<[String; 2]>,
    /// Inputs that carry nothing, or whose missing values are read as a value; absent in trainings
    /// of before that was noted.
    #[serde(default)]
    pub notes: Vec<InputNote>,
}

/// Why an input is noted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InputNoteKind {
    /// It has no value in any training row; the model does not use it.
    Empty,
    /// It has the same value in every training row; the model does not use it.
    Constant,
    /// It holds one level or nothing; the model takes nothing as the other level.
    Mark,
}

/// What a person should know about an input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputNote {
    /// Name of the field.
    pub field: String,
    /// What was found.
    pub kind: InputNoteKind,
    /// For a person, with the field's label.
    pub sentence: String,
}

/// What is to be noted about a field that is an input.
fn note(field: &Field, column: &Column) -> Option<InputNote> {
    let mut present: Vec<String> = match column {
        Column::Number(values) => {
            let first = values.iter().find(|value| !value.is_nan());
            let differs = values
                .iter()
                .any(|value| !value.is_nan() && Some(value) != first);
            first
                .into_iter()
                .map(f64::to_string)
                .chain(differs.then(String::new))
                .collect()
        }
        Column::Level { codes, levels } => {
            let mut occurs = vec![false; levels.len()];
            for code in codes {
                if let Some(seen) = occurs.get_mut(*code as usize) {
                    *seen = true;
                }
            }
            let occurring = levels.iter().zip(occurs).filter(|(_, seen)| *seen);
            occurring.map(|(level, _)| level.clone()).collect()
        }
        Column::Text(_) => return None,
    };
    let missing = (0..column.len()).any(|row| column.is_missing(row));
    let label = &field.label;
    let (kind, sentence) = match (present.len(), present.pop(), missing) {
        (0, ..) => (
            InputNoteKind::Empty,
            format!("{label} has no values in the training rows and was not used."),
        ),
        (1, _, false) => (
            InputNoteKind::Constant,
            format!("{label} has the same value in every training row and was not used."),
        ),
        (1, Some(value), true) if field.is_level() => {
            let value = field.value_label(&value);
            let ask = if field.kind == Kind::Boolean {
                " If a blank means no, set missing = \"no\" in the use case."
            } else {
                ""
            };
            (
                InputNoteKind::Mark,
                format!(
                    "{label} is {value} or missing in the training rows, so missing counts as not {value}.{ask}"
                ),
            )
        }
        _ => return None,
    };
    Some(InputNote {
        field: field.name.clone(),
        kind,
        sentence,
    })
}

/// Measures the inputs of `use_case` in `table`.
pub fn data_quality(use_case: &UseCase, table: &Table) -> DataQuality {
    let columns: Vec<(&str, &Column)> = use_case
        .inputs()
        .filter_map(|field| Some((field.name.as_str(), table.column(&field.name)?)))
        .collect();
    let cells = columns
        .iter()
        .map(|(_, column)| column.len())
        .sum::<usize>() as u32;
    let missing = columns
        .iter()
        .map(|(_, column)| {
            (0..column.len())
                .filter(|&row| column.is_missing(row))
                .count()
        })
        .sum::<usize>() as u32;
    let numeric: Vec<(&str, Standardized)> = columns
        .iter()
        .filter_map(|(name, column)| {
            if let Column::Number(values) = column {
                Some((*name, Standardized::new(values)?))
            } else {
                None
            }
        })
        .collect();
    let ordinals = use_case.ordinals();
    let measured: Vec<&Standardized> = numeric
        .iter()
        .filter(|(name, _)| !ordinals.contains(name))
        .map(|(_, column)| column)
        .collect();
    let numbers: usize = measured.iter().map(|column| column.present).sum();
    let outliers: usize = measured
        .iter()
        .map(|column| {
            column
                .values
                .iter()
                .filter(|value| is_outlier(**value, 0.0, 1.0))
                .count()
        })
        .sum();
    let mut largest: Option<(f64, [String; 2])> = None;
    for (index, (first, a)) in numeric.iter().enumerate() {
        for (second, b) in &numeric[index + 1..] {
            let correlation = a.correlation(b);
            if largest
                .as_ref()
                .is_none_or(|(most, _)| correlation.abs() > *most)
            {
                largest = Some((
                    correlation.abs(),
                    [(*first).to_owned(), (*second).to_owned()],
                ));
            }
        }
    }
    let rows = table.rows();
    DataQuality {
        missing: proportion(missing, cells, "there is no input column"),
        outliers: proportion(outliers as u32, numbers as u32, "there is no numeric input"),
        correlation: largest.as_ref().map_or_else(
            || Estimate::unknown("fewer than two numeric inputs vary"),
            |(value, _)| Estimate::with_interval(*value, fisher_interval(*value, rows), rows),
        ),
        correlated: largest.map(|(_, names)| names),
        notes: use_case
            .inputs()
            .filter_map(|field| note(field, table.column(&field.name)?))
            .collect(),
    }
}

/// 95% interval of a correlation (Fisher's z).
fn fisher_interval(correlation: f64, rows: usize) -> [f64; 2] {
    let z = correlation.clamp(-1.0 + 1e-12, 1.0 - 1e-12).atanh();
    let error = 1.959_963_984_540_054 / (rows as f64 - 3.0).max(1.0).sqrt();
    [(z - error).tanh().max(0.0), (z + error).tanh()]
}

/// A column in standard deviations from its mean; missing values are 0.
struct Standardized {
    values: Vec<f64>,
    present: usize,
}

impl Standardized {
    /// `None` when the column does not vary.
    fn new(values: &[f64]) -> Option<Self> {
        let present: Vec<f64> = values
            .iter()
            .copied()
            .filter(|value| !value.is_nan())
            .collect();
        let n = present.len() as f64;
        let mean = present.iter().sum::<f64>() / n;
        let deviation = (present
            .iter()
            .map(|value| (value - mean) * (value - mean))
            .sum::<f64>()
            / n)
            .sqrt();
        let standardize = |value: &f64| {
            if value.is_nan() {
                0.0
            } else {
                (value - mean) / deviation
            }
        };
        (deviation > 0.0).then(|| Self {
            values: values.iter().map(standardize).collect(),
            present: present.len(),
        })
    }

    fn correlation(&self, other: &Self) -> f64 {
        let sum: f64 = self
            .values
            .iter()
            .zip(&other.values)
            .map(|(a, b)| a * b)
            .sum();
        (sum / self.present.max(other.present) as f64).clamp(-1.0, 1.0)
    }
}
