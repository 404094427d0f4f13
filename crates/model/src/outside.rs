//! Whether a person lies outside what training has seen: field by field, and in pairs of fields.
//!
//! Pairs are the smallest joint measure that can be said in words ("nobody of 22 had worked 20
//! years"). Training counts its rows in a coarse grid for each pair of inputs (numbers in six bins
//! cut at the 5, 25, 50, 75 and 95% quantiles): a few kilobytes, no row kept. A pair is reported
//! when its cell is empty though `SURPRISING` rows would be expected if the two fields were
//! unrelated. A training row is never reported; of new rows of the same kind, each pair reports few
//! (Good 1953: the share of cells seen once, at most).

use serde::{Deserialize, Serialize};

use crate::explain::value_text;
use crate::file::{FieldStatistics, Model};
use crate::sentence::join;
use crate::table::{Column, MISSING_LEVEL, Table};
use crate::use_case::UseCase;

/// Expected rows from which an empty cell is a surprise: by chance it would be empty in less than 1
/// of 100 cases.
const SURPRISING: f64 = 5.0;
/// Fields with more levels take no part in pairs.
const MOST_LEVELS: usize = 32;

/// Something about a person that training has not seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// Names of the fields concerned: one, or the two of a pair.
    pub fields: Vec<String>,
    /// What is unusual, for the person who reads the score.
    pub sentence: String,
}

/// How a field's values fall into the bins of the pair counts. The last bin is "missing".
enum Bins<'a> {
    Edges(&'a [f64]),
    Levels(&'a [String]),
}

impl<'a> Bins<'a> {
    fn of(use_case: &'a UseCase, statistics: &'a FieldStatistics) -> Option<Self> {
        let field = use_case
            .field(&statistics.name)
            .filter(|field| use_case.is_input(field))?;
        if field.is_level() {
            return (field.levels.len() <= MOST_LEVELS).then_some(Self::Levels(&field.levels));
        }
        statistics.quantiles.get(2..7).map(Self::Edges)
    }

    fn count(&self) -> usize {
        match self {
            Self::Edges(edges) => edges.len() + 2,
            Self::Levels(levels) => levels.len() + 1,
        }
    }

    fn bin(&self, column: Option<&Column>, row: usize) -> usize {
        let missing = self.count() - 1;
        match (self, column) {
            (Self::Edges(edges), Some(Column::Number(values))) if !values[row].is_nan() => {
                edges.partition_point(|edge| *edge < values[row])
            }
            (Self::Levels(known), Some(Column::Level { codes, levels }))
                if codes[row] != MISSING_LEVEL =>
            {
                let level = levels.get(codes[row] as usize);
                known
                    .iter()
                    .position(|known| Some(known) == level)
                    .unwrap_or(missing)
            }
            _ => missing,
        }
    }
}

fn paired<'a>(
    use_case: &'a UseCase,
    statistics: &'a [FieldStatistics],
) -> Vec<(&'a str, Bins<'a>)> {
    statistics
        .iter()
        .filter_map(|entry| Some((entry.name.as_str(), Bins::of(use_case, entry)?)))
        .collect()
}

/// Rows of `table` in each cell of each pair of inputs, for
/// [`Training::pairs`](crate::file::Training::pairs).
pub fn count_pairs(use_case: &UseCase, statistics: &[FieldStatistics], table: &Table) -> Vec<u32> {
    let fields = paired(use_case, statistics);
    let bins: Vec<Vec<usize>> = fields
        .iter()
        .map(|(name, bins)| {
            let column = table.column(name);
            (0..table.rows()).map(|row| bins.bin(column, row)).collect()
        })
        .collect();
    let mut counts = Vec::new();
    for (second, (_, own)) in fields.iter().enumerate() {
        for (first, (_, other)) in fields[..second].iter().enumerate() {
            let mut cells = vec![0; own.count() * other.count()];
            for (a, b) in bins[first].iter().zip(&bins[second]) {
                cells[a * own.count() + b] += 1;
            }
            counts.extend(cells);
        }
    }
    counts
}

/// Everything about row `row` of `table` that training has not seen.
pub fn warnings(model: &Model, table: &Table, row: usize) -> Vec<Warning> {
    let statistics = model.training.fields.iter();
    let inputs = statistics.filter(|entry| {
        model
            .use_case
            .field(&entry.name)
            .is_some_and(|field| model.use_case.is_input(field))
    });
    let mut warnings: Vec<Warning> = inputs
        .filter_map(|entry| field_warning(model, entry, table, row))
        .collect();
    warnings.extend(pair_warnings(model, table, row));
    warnings
}

fn field_warning(
    model: &Model,
    statistics: &FieldStatistics,
    table: &Table,
    row: usize,
) -> Option<Warning> {
    let name = &statistics.name;
    let (label, value) = (
        model.use_case.label(name),
        value_text(model, table, row, name),
    );
    let rows = model.training.rows;
    let warn = |sentence: String| {
        Some(Warning {
            fields: vec![name.clone()],
            sentence,
        })
    };
    let missing = || {
        (statistics.missing == 0)
            .then(|| format!("{label} is missing, but was present in all {rows} training rows."))
    };
    match table.column(name) {
        None | Some(Column::Text(_)) => missing().and_then(warn),
        Some(column) if column.is_missing(row) => missing().and_then(warn),
        Some(Column::Number(values)) => {
            let (low, high) = (
                *statistics.quantiles.first()?,
                *statistics.quantiles.last()?,
            );
            let outside = values[row] < low || values[row] > high;
            outside
                .then(|| {
                    format!("{label} ({value}) is outside the training range from {low} to {high}.")
                })
                .and_then(warn)
        }
        Some(Column::Level { codes, levels }) => {
            let code = model
                .use_case
                .field(name)?
                .level_code(levels.get(codes[row] as usize)?);
            let count = code
                .and_then(|code| statistics.level_counts.get(code as usize))
                .copied()
                .unwrap_or(0);
            (count == 0)
                .then(|| format!("{label} ({value}) does not occur in the training data."))
                .and_then(warn)
        }
    }
}

fn pair_warnings(model: &Model, table: &Table, row: usize) -> Vec<Warning> {
    let fields = paired(&model.use_case, &model.training.fields);
    let bins: Vec<usize> = fields
        .iter()
        .map(|(name, bins)| bins.bin(table.column(name), row))
        .collect();
    let mut rest = model.training.pairs.as_slice();
    let mut warnings = Vec::new();
    for (second, (name, own)) in fields.iter().enumerate() {
        for (first, (other_name, other)) in fields[..second].iter().enumerate() {
            let width = own.count();
            let Some((cells, after)) = rest.split_at_checked(other.count() * width) else {
                return warnings;
            };
            rest = after;
            let Some(expected) = surprise(cells, width, bins[first], bins[second]) else {
                continue;
            };
            let text = |name: &str| {
                format!(
                    "{} ({})",
                    model.use_case.label(name),
                    value_text(model, table, row, name)
                )
            };
            let sentence = format!(
                "{} never occur together in the {} training rows; about {:.0} would be expected if they were independent.",
                join(&[text(other_name), text(name)]),
                model.training.rows,
                expected
            );
            warnings.push(Warning {
                fields: vec![(*other_name).to_owned(), (*name).to_owned()],
                sentence,
            });
        }
    }
    warnings
}

/// The expected count of an empty cell when that is a surprise. Cells are row by row, `width` to a
/// row.
fn surprise(cells: &[u32], width: usize, row: usize, column: usize) -> Option<f64> {
    if cells[row * width + column] > 0 {
        return None;
    }
    let sum =
        |cells: &mut dyn Iterator<Item = &u32>| cells.map(|count| f64::from(*count)).sum::<f64>();
    let total = sum(&mut cells.iter());
    let of_row = sum(&mut cells[row * width..(row + 1) * width].iter());
    let of_column = sum(&mut cells.iter().skip(column).step_by(width));
    let expected = of_row * of_column / total;
    (expected >= SURPRISING).then_some(expected)
}
