//! The data profile of a dataset version: every column, correlations, duplicates, warnings in
//! words, quality gates.

mod columns;
mod compare;
mod correlations;
mod gates;
mod labeled;

pub use columns::{AgainstTarget, Bars, ColumnSummary, Numbers, TargetGroup};
pub use compare::{
    Change, ChangeKind, LEAST_MEAN_CHANGE, LEAST_MISSING_CHANGE, LEAST_RANGE_CHANGE, compare,
};
pub use correlations::{Correlation, Correlations, Measure};
pub use gates::{Gate, GateLimits, GateName};

use model::{Column, Table};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use stats::outliers::OUTLIER_DEVIATIONS;

use crate::kind::ValueKind;

/// The profile of a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DataProfile {
    /// Rows of the table.
    pub rows: u64,
    /// In the order of the table.
    pub columns: Vec<ColumnSummary>,
    /// Between every two columns that are compared.
    pub correlations: Correlations,
    /// Rows that repeat an earlier row in every column but the texts (identifiers, dates).
    pub duplicate_rows: u64,
    /// Beyond how many standard deviations from the mean numbers were counted as outliers; `None`
    /// in profiles by an earlier rule.
    #[serde(default)]
    pub outlier_deviations: Option<f64>,
    /// Columns with one value only.
    pub constant_columns: Vec<String>,
    /// What a person should know, in words.
    pub warnings: Vec<Warning>,
    /// The data-quality figures of guide 002 as gates.
    pub gates: Vec<Gate>,
    /// What was done to the figures so that nothing can be read about single people; `None` for
    /// figures as they were measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub released: Option<Released>,
}

/// How figures were released to a viewer without access to people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Released {
    /// People behind every figure; counts are multiples of it.
    pub least_people: u32,
    /// What a reader must know, in sentences.
    pub notes: Vec<String>,
}

/// One warning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// The column, or `None` for the table.
    pub column: Option<String>,
    /// The warning in words.
    pub sentence: String,
}

/// Profiles a table. `target` is the outcome per row (true: it happened; `None`: not known yet, and
/// left out of every rate); the target's own column, if the table has it, is profiled like any
/// other but kept out of the correlations by `exclude`. `ordinal` names number columns that hold
/// ordered levels: they have no outliers.
///
/// One pass per column, columns shared over threads. Correlations of more than 100 000 rows are
/// those of an even sample.
pub fn data_profile(
    table: &Table,
    target: Option<&[Option<bool>]>,
    exclude: &[&str],
    ordinal: &[&str],
    limits: &GateLimits,
) -> DataProfile {
    let target = target.filter(|target| target.len() == table.rows());
    let summary = |(name, column): (&String, &Column)| {
        columns::summarize(name, column, target, ordinal.contains(&name.as_str()))
    };
    let columns: Vec<ColumnSummary> = table
        .names
        .par_iter()
        .zip(&table.columns)
        .map(summary)
        .collect();
    let (correlations, duplicate_rows) = rayon::join(
        || correlations::correlations(table, exclude),
        || duplicates(table),
    );
    DataProfile::of_columns(
        table.rows() as u64,
        columns,
        correlations,
        duplicate_rows,
        limits,
    )
}

impl DataProfile {
    /// The profile of columns that were summarized before: warnings and gates follow from them.
    pub fn of_columns(
        rows: u64,
        columns: Vec<ColumnSummary>,
        correlations: Correlations,
        duplicate_rows: u64,
        limits: &GateLimits,
    ) -> Self {
        let constant_columns = columns
            .iter()
            .filter(|column| column.is_constant())
            .map(|column| column.name.clone())
            .collect();
        let warnings = warnings(rows, &columns, &correlations, duplicate_rows, limits);
        let gates = gates::gates(&columns, &correlations, limits);
        let outlier_deviations = Some(OUTLIER_DEVIATIONS);
        Self {
            rows,
            columns,
            correlations,
            duplicate_rows,
            outlier_deviations,
            constant_columns,
            warnings,
            gates,
            released: None,
        }
    }

    /// The same figures with the verdicts of `exact`: whether a figure is beyond its limit is said
    /// of what was measured, how far of what is shown.
    #[must_use]
    pub fn judged_as(mut self, exact: &Self) -> Self {
        for gate in &mut self.gates {
            if let Some(own) = exact.gates.iter().find(|own| own.name == gate.name) {
                gate.judged_as(own);
            }
        }
        self
    }
}

/// Rows that repeat an earlier one, by a hash of 128 bits per row over all numbers and levels.
fn duplicates(table: &Table) -> u64 {
    const CHUNK: usize = 8192;
    if table
        .columns
        .iter()
        .all(|column| matches!(column, Column::Text(_)))
    {
        return 0;
    }
    let rows = table.rows();
    let mut hashes: Vec<u128> = (0..rows.div_ceil(CHUNK))
        .into_par_iter()
        .flat_map_iter(|chunk| {
            let range = chunk * CHUNK..((chunk + 1) * CHUNK).min(rows);
            let mut hashes = vec![0u128; range.len()];
            for column in &table.columns {
                match column {
                    Column::Number(values) => hashes
                        .iter_mut()
                        .zip(&values[range.clone()])
                        .for_each(|(hash, v)| mix(hash, (v + 0.0).to_bits())),
                    Column::Level { codes, .. } => hashes
                        .iter_mut()
                        .zip(&codes[range.clone()])
                        .for_each(|(hash, &code)| mix(hash, code.into())),
                    Column::Text(_) => {}
                }
            }
            hashes
        })
        .collect();
    hashes.par_sort_unstable();
    hashes.windows(2).filter(|two| two[0] == two[1]).count() as u64
}

fn mix(hash: &mut u128, bits: u64) {
    *hash = (*hash ^ u128::from(bits))
        .wrapping_mul(0x2360_ed05_1fc6_5da4_4385_df64_9fcc_f645)
        .rotate_left(47);
}

fn warnings(
    rows: u64,
    columns: &[ColumnSummary],
    correlations: &Correlations,
    duplicates: u64,
    limits: &GateLimits,
) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let mut warn = |column: Option<&str>, sentence: String| {
        warnings.push(Warning {
            column: column.map(str::to_owned),
            sentence,
        })
    };
    if rows == 0 {
        warn(None, "The table has no rows.".into());
        return warnings;
    }
    if duplicates > 0 {
        let share = 100.0 * duplicates as f64 / rows as f64;
        warn(
            None,
            format!("{share:.1}% of rows repeat an earlier row ({duplicates})."),
        );
    }
    for column in columns {
        let name = Some(column.name.as_str());
        if column.missing == rows {
            warn(name, format!("{} has no values.", column.name));
        } else if column.missing_rate >= limits.missing_rate {
            warn(
                name,
                format!(
                    "{} is missing in {:.1}% of rows.",
                    column.name,
                    100.0 * column.missing_rate
                ),
            );
        }
        if column.is_constant() {
            warn(
                name,
                format!(
                    "{} has a single value, so no model can use it.",
                    column.name
                ),
            );
        }
        if column.kind == ValueKind::Level && column.distinct > 50 {
            warn(
                name,
                format!(
                    "{} has {} categories, many of them probably rare.",
                    column.name, column.distinct
                ),
            );
        }
        if column.kind == ValueKind::Number && column.looks_like_an_identifier(rows) {
            warn(
                name,
                format!(
                    "{} is different in every row and may be an identifier.",
                    column.name
                ),
            );
        }
        if let Some(numbers) = &column.numbers {
            if numbers.infinite > 0 {
                warn(
                    name,
                    format!(
                        "{} contains {} infinite values.",
                        column.name, numbers.infinite
                    ),
                );
            }
            if numbers.outlier_rate_z >= limits.outlier_rate {
                let percent = 100.0 * numbers.outlier_rate_z;
                let rule =
                    format!("more than {OUTLIER_DEVIATIONS} standard deviations from the mean");
                warn(
                    name,
                    format!("{}: {percent:.1}% of values are {rule}.", column.name),
                );
            }
        }
        if let Some(strength) = column
            .against_target
            .as_ref()
            .and_then(|target| target.strength)
            .filter(|strength| *strength > 0.9)
        {
            warn(
                name,
                format!(
                    "{} almost determines the outcome (strength {strength:.2}). Check that it is known before the outcome.",
                    column.name
                ),
            );
        }
    }
    for pair in correlations
        .strongest
        .iter()
        .filter(|pair| pair.value.abs() >= limits.correlation)
    {
        let (a, b) = (
            &correlations.names[pair.first],
            &correlations.names[pair.second],
        );
        warn(
            None,
            format!(
                "{a} and {b} are highly correlated ({} {:.2}).",
                pair.measure.label(),
                pair.value
            ),
        );
    }
    warnings
}

#[cfg(test)]
mod tests;
