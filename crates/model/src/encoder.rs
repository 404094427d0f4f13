//! From a person's fields to the numbers that a scorer reads. Stores everything that was learned,
//! so one row and a million rows encode alike.

use serde::{Deserialize, Serialize};

use crate::derived::Formula;
use crate::table::{Column, MISSING_LEVEL, Table};

/// Where an input's number comes from. Fields are named by their index into [`Encoder::fields`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Source {
    /// The number itself.
    Number {
        /// Index into [`Encoder::fields`].
        field: u32,
    },
    /// 1 when the field has this level, 0 when another, missing when missing.
    Indicator {
        /// Index into [`Encoder::fields`].
        field: u32,
        /// Index into the field's levels.
        level: u32,
    },
    /// A learned number per level (for example the rank of its event rate), for trees.
    Rank {
        /// Index into [`Encoder::fields`].
        field: u32,
        /// One number for each level of the field.
        ranks: Vec<f64>,
    },
    /// The bin of a number: `bin` when given is an indicator of that bin, otherwise the bin's
    /// position from 0.
    Bin {
        /// Index into [`Encoder::fields`].
        field: u32,
        /// Inner edges, ascending. A value equal to an edge belongs to the bin above it.
        edges: Vec<f64>,
        /// Position of the bin from 0.
        bin: Option<u32>,
    },
    /// Arithmetic over fields; [`Formula::Field`] is an index into [`Encoder::fields`].
    Formula(Formula),
}

impl Source {
    /// True when every field that it names is one of `fields` fields.
    pub fn is_sound(&self, fields: u32) -> bool {
        match self {
            Self::Number { field }
            | Self::Indicator { field, .. }
            | Self::Rank { field, .. }
            | Self::Bin { field, .. } => *field < fields,
            Self::Formula(formula) => formula.is_sound(fields),
        }
    }
}

/// One input of the scorer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Input {
    /// For example `OverTime=Yes`.
    pub name: String,
    /// The original field under which explanations show it: index into [`Encoder::fields`].
    pub shown_as: u32,
    /// How the number is made from the row.
    pub source: Source,
}

/// A field that the encoder reads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EncodedField {
    /// Name of the field in the use case.
    pub name: String,
    /// Levels in the order of training; empty for numbers.
    pub levels: Vec<String>,
}

/// The learned encoding.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Encoder {
    /// What is read from a row, in the order that [`Source`] refers to.
    pub fields: Vec<EncodedField>,
    /// What the scorer reads: the columns of the encoded matrix.
    pub inputs: Vec<Input>,
}

/// Encoded rows, column by column. `NaN` is missing.
#[derive(Debug, Clone, PartialEq)]
pub struct Matrix {
    rows: usize,
    values: Vec<f64>,
}

impl Matrix {
    /// A matrix from its columns, all of length `rows`.
    pub fn from_columns(rows: usize, columns: Vec<Vec<f64>>) -> Self {
        debug_assert!(columns.iter().all(|column| column.len() == rows));
        Self {
            rows,
            values: columns.concat(),
        }
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Number of columns (inputs).
    pub fn columns(&self) -> usize {
        self.values.len().checked_div(self.rows).unwrap_or(0)
    }

    /// Column `input`, one number per row.
    pub fn column(&self, input: usize) -> &[f64] {
        &self.values[input * self.rows..(input + 1) * self.rows]
    }

    /// Copies row `row` into `buffer`.
    pub fn copy_row(&self, row: usize, buffer: &mut Vec<f64>) {
        buffer.clear();
        buffer.extend((0..self.columns()).map(|input| self.values[input * self.rows + row]));
    }

    /// The rows `rows`, in that order.
    pub fn take(&self, rows: &[usize]) -> Self {
        let columns = (0..self.columns()).map(|input| {
            let column = self.column(input);
            rows.iter().map(|&row| column[row]).collect()
        });
        Self::from_columns(rows.len(), columns.collect())
    }
}

/// A field's values of one table, seen through the encoder's own levels.
enum View<'a> {
    Numbers(&'a [f64]),
    Codes(&'a [u32], Vec<u32>),
    Absent,
}

impl View<'_> {
    fn number(&self, row: usize) -> f64 {
        if let Self::Numbers(values) = self {
            values[row]
        } else {
            f64::NAN
        }
    }

    fn level(&self, row: usize) -> u32 {
        match self {
            Self::Codes(codes, map) => map
                .get(codes[row] as usize)
                .copied()
                .unwrap_or(MISSING_LEVEL),
            Self::Numbers(_) | Self::Absent => MISSING_LEVEL,
        }
    }
}

impl Encoder {
    /// Encodes every row of `table`: `rows × inputs`. A column that the table lacks, and a level
    /// that training never saw, count as missing.
    ///
    /// ```
    /// use model::encoder::EncodedField;
    /// use model::{Column, Encoder, Input, Source, Table};
    ///
    /// let field = |name: &str, levels: &[&str]| EncodedField { name: name.into(), levels: levels.iter().map(|level| level.to_string()).collect() };
    /// let input = |name: &str, shown_as, source| Input { name: name.into(), shown_as, source };
    /// let encoder = Encoder {
    ///     fields: vec![field("age", &[]), field("team", &["Lab", "Sales"])],
    ///     inputs: vec![input("age", 0, Source::Number { field: 0 }), input("team=Sales", 1, Source::Indicator { field: 1, level: 1 })],
    /// };
    /// let mut table = Table::default();
    /// table.push("age", Column::Number(vec![41.0, 29.0]));
    /// // The levels of this file are in another order than those of training.
    /// table.push("team", Column::Level { codes: vec![0, 1], levels: vec!["Sales".into(), "Lab".into()] });
    /// let matrix = encoder.encode(&table);
    /// assert_eq!((matrix.column(0), matrix.column(1)), (&[41.0, 29.0][..], &[1.0, 0.0][..]));
    /// ```
    pub fn encode(&self, table: &Table) -> Matrix {
        let rows = table.rows();
        let views: Vec<View<'_>> = self.fields.iter().map(|field| view(field, table)).collect();
        Matrix::from_columns(
            rows,
            self.inputs
                .iter()
                .map(|input| encode_input(&input.source, &views, rows))
                .collect(),
        )
    }
}

fn view<'a>(field: &EncodedField, table: &'a Table) -> View<'a> {
    match table.column(&field.name) {
        Some(Column::Number(values)) => View::Numbers(values),
        Some(Column::Level { codes, levels }) => {
            let own = |level: &String| {
                field
                    .levels
                    .iter()
                    .position(|known| known == level)
                    .map_or(MISSING_LEVEL, |code| code as u32)
            };
            View::Codes(codes, levels.iter().map(own).collect())
        }
        Some(Column::Text(_)) | None => View::Absent,
    }
}

fn encode_input(source: &Source, views: &[View<'_>], rows: usize) -> Vec<f64> {
    let view = |field: &u32| &views[*field as usize];
    let indicator = |holds: bool| if holds { 1.0 } else { 0.0 };
    match source {
        Source::Number { field } => (0..rows).map(|row| view(field).number(row)).collect(),
        Source::Indicator { field, level } => (0..rows)
            .map(|row| match view(field).level(row) {
                MISSING_LEVEL => f64::NAN,
                code => indicator(code == *level),
            })
            .collect(),
        Source::Rank { field, ranks } => (0..rows)
            .map(|row| {
                ranks
                    .get(view(field).level(row) as usize)
                    .copied()
                    .unwrap_or(f64::NAN)
            })
            .collect(),
        Source::Bin { field, edges, bin } => (0..rows)
            .map(|row| {
                let number = view(field).number(row);
                let own = edges.partition_point(|edge| number >= *edge) as u32;
                match bin {
                    _ if number.is_nan() => f64::NAN,
                    Some(bin) => indicator(own == *bin),
                    None => f64::from(own),
                }
            })
            .collect(),
        Source::Formula(formula) => (0..rows)
            .map(|row| formula.evaluate(&|field| views[field as usize].number(row)))
            .collect(),
    }
}
