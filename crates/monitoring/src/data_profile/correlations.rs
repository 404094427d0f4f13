//! How columns go together: Pearson and Spearman between numbers, Cramér's V between levels, the
//! correlation ratio between the two; the last two corrected for the strength that many or rare
//! levels show by chance ([`stats::association`]).

use model::{Column, MISSING_LEVEL, Table};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use stats::association::{FEWEST_ROWS_PER_LEVEL, correlation_ratio_corrected, cramers_v_corrected};

/// The measure in a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Between two columns of numbers.
    Pearson,
    /// Between two columns of levels.
    CramersV,
    /// Between numbers and levels: the root of the share of variance between the levels.
    CorrelationRatio,
}

impl Measure {
    /// Its name for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Pearson => "Pearson correlation",
            Self::CramersV => "Cramér's V",
            Self::CorrelationRatio => "correlation ratio",
        }
    }
}

/// One pair of columns.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Correlation {
    /// Indices into `names`.
    pub first: usize,
    /// Index of the other column.
    pub second: usize,
    /// How it was measured; depends on the two kinds.
    pub measure: Measure,
    /// -1..=1 for Pearson, 0..=1 for the others.
    pub value: f64,
    /// Spearman's rank correlation, for two numbers.
    pub spearman: Option<f64>,
}

/// The heat map.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Correlations {
    /// Columns that vary, in the order of the table.
    pub names: Vec<String>,
    /// Row by row, `names.len()` squared: the pair's measure; 1 on the diagonal, `None` where it
    /// could not be computed.
    pub matrix: Vec<Option<f64>>,
    /// Pairs by falling strength, at most fifty.
    pub strongest: Vec<Correlation>,
    /// Rows that the figures rest on.
    pub rows: u64,
}

const MOST_ROWS: usize = 100_000;
/// Levels beyond this many make a table too sparse to read.
const MOST_LEVELS: usize = 100;

enum Values {
    /// Standardized values and standardized ranks, missing ones 0, and whether any is missing.
    Number {
        values: Vec<f64>,
        ranks: Vec<f64>,
        raw: Vec<f64>,
        complete: bool,
    },
    Level {
        codes: Vec<u32>,
        levels: usize,
    },
}

/// Correlations between all number and level columns that vary, without those in `exclude`. Pairs
/// of rows that miss a value are left out.
pub(super) fn correlations(table: &Table, exclude: &[&str]) -> Correlations {
    let step = table.rows().div_ceil(MOST_ROWS).max(1);
    let prepared: Vec<Option<Values>> = table
        .names
        .par_iter()
        .zip(&table.columns)
        .map(|(name, column)| {
            if exclude.contains(&name.as_str()) {
                None
            } else {
                prepare(column, step)
            }
        })
        .collect();
    let (names, columns): (Vec<String>, Vec<Values>) = table
        .names
        .iter()
        .zip(prepared)
        .filter_map(|(name, values)| Some((name.clone(), values?)))
        .unzip();
    let count = columns.len();
    let pairs: Vec<(usize, usize)> = (0..count)
        .flat_map(|i| (0..i).map(move |j| (j, i)))
        .collect();
    let found: Vec<Correlation> = pairs
        .par_iter()
        .filter_map(|&(first, second)| pair(&columns, first, second))
        .collect();
    let mut matrix = vec![None; count * count];
    (0..count).for_each(|i| matrix[i * count + i] = Some(1.0));
    for correlation in &found {
        matrix[correlation.first * count + correlation.second] = Some(correlation.value);
        matrix[correlation.second * count + correlation.first] = Some(correlation.value);
    }
    let mut strongest = found;
    strongest.sort_by(|a, b| b.value.abs().total_cmp(&a.value.abs()));
    strongest.truncate(50);
    Correlations {
        names,
        matrix,
        strongest,
        rows: table.rows().div_ceil(step) as u64,
    }
}

/// The column's values at every `step`-th row; `None` when nothing varies.
fn prepare(column: &Column, step: usize) -> Option<Values> {
    match column {
        Column::Number(values) => {
            let raw: Vec<f64> = values
                .iter()
                .step_by(step)
                .map(|value| if value.is_finite() { *value } else { f64::NAN })
                .collect();
            let complete = raw.iter().all(|value| !value.is_nan());
            Some(Values::Number {
                values: standardized(&raw)?,
                ranks: standardized(&midranks(&raw))?,
                raw,
                complete,
            })
        }
        Column::Level { codes, levels } => {
            let codes: Vec<u32> = codes.iter().step_by(step).copied().collect();
            let mut seen = vec![false; levels.len()];
            codes.iter().for_each(|&code| {
                if let Some(slot) = seen.get_mut(code as usize) {
                    *slot = true;
                }
            });
            let occurring = seen.iter().filter(|seen| **seen).count();
            (2..=MOST_LEVELS)
                .contains(&occurring)
                .then_some(Values::Level {
                    codes,
                    levels: levels.len(),
                })
        }
        Column::Text(_) => None,
    }
}

fn standardized(values: &[f64]) -> Option<Vec<f64>> {
    let present = || values.iter().filter(|value| !value.is_nan());
    let n = present().count() as f64;
    let mean = present().sum::<f64>() / n;
    let length = present()
        .map(|value| (value - mean).powi(2))
        .sum::<f64>()
        .sqrt();
    (length > 1e-12 * mean.abs().max(1.0)).then(|| {
        values
            .iter()
            .map(|value| {
                if value.is_nan() {
                    0.0
                } else {
                    (value - mean) / length
                }
            })
            .collect()
    })
}

/// 1-based ranks, tied ones at their middle; NaN stays NaN.
fn midranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<u32> = (0..values.len() as u32)
        .filter(|&row| !values[row as usize].is_nan())
        .collect();
    order.sort_unstable_by(|&a, &b| values[a as usize].total_cmp(&values[b as usize]));
    let mut ranks = vec![f64::NAN; values.len()];
    let mut before = 0usize;
    for tied in order.chunk_by(|&a, &b| values[a as usize] == values[b as usize]) {
        let rank = before as f64 + (tied.len() as f64 + 1.0) / 2.0;
        tied.iter().for_each(|&row| ranks[row as usize] = rank);
        before += tied.len();
    }
    ranks
}

fn pair(columns: &[Values], first: usize, second: usize) -> Option<Correlation> {
    let (measure, value, spearman) = match (&columns[first], &columns[second]) {
        (
            Values::Number {
                values: a,
                ranks: ar,
                complete: true,
                ..
            },
            Values::Number {
                values: b,
                ranks: br,
                complete: true,
                ..
            },
        ) => (Measure::Pearson, dot(a, b), Some(dot(ar, br))),
        (Values::Number { raw: a, .. }, Values::Number { raw: b, .. }) => {
            let both: (Vec<f64>, Vec<f64>) = a
                .iter()
                .zip(b)
                .filter(|(a, b)| !a.is_nan() && !b.is_nan())
                .map(|(a, b)| (*a, *b))
                .unzip();
            let spearman = standardized(&midranks(&both.0))
                .zip(standardized(&midranks(&both.1)))
                .map(|(a, b)| dot(&a, &b));
            (
                Measure::Pearson,
                dot(&standardized(&both.0)?, &standardized(&both.1)?),
                spearman,
            )
        }
        (
            Values::Level { codes: a, levels },
            Values::Level {
                codes: b,
                levels: columns,
            },
        ) => {
            let mut counts = vec![0u64; levels * columns];
            for (&a, &b) in a
                .iter()
                .zip(b)
                .filter(|&(&a, &b)| a != MISSING_LEVEL && b != MISSING_LEVEL)
            {
                counts[a as usize * columns + b as usize] += 1;
            }
            (
                Measure::CramersV,
                cramers_v_corrected(&counts, *columns, FEWEST_ROWS_PER_LEVEL)?,
                None,
            )
        }
        (Values::Level { codes, levels }, Values::Number { raw, .. })
        | (Values::Number { raw, .. }, Values::Level { codes, levels }) => (
            Measure::CorrelationRatio,
            correlation_ratio_corrected(codes, *levels, raw, FEWEST_ROWS_PER_LEVEL)?,
            None,
        ),
    };
    let value = value.clamp(-1.0, 1.0);
    value.is_finite().then_some(Correlation {
        first,
        second,
        measure,
        value,
        spearman: spearman.map(|value| value.clamp(-1.0, 1.0)),
    })
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
