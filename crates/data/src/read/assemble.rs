//! From rows of cells to named columns: title rows above the header, blank rows and columns,
//! columns without a name. The same rules for delimited text and for workbooks.

use std::collections::HashSet;

use rayon::prelude::*;

use super::cut::{self, Part, is_row};
use super::error::ReadError;
use super::raw::Raw;
use super::texts::Texts;

/// How many rows are looked at to find the header.
pub(super) const SAMPLE: usize = 200;

/// A row of the sample: its number, how many cells it has, and which of them are filled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Outline {
    pub row: usize,
    pub filled: Vec<bool>,
}

impl Outline {
    pub(super) fn new<T: AsRef<str>>(row: usize, cells: &[T]) -> Self {
        Self {
            row,
            filled: cells
                .iter()
                .map(|cell| !cell.as_ref().trim().is_empty())
                .collect(),
        }
    }

    pub(super) fn count(&self) -> usize {
        self.filled.iter().filter(|filled| **filled).count()
    }

    /// Cells up to the last that is filled.
    fn width(&self) -> usize {
        self.filled
            .iter()
            .rposition(|filled| *filled)
            .map_or(0, |last| last + 1)
    }
}

/// The row that holds the column names.
///
/// Rows above the header are skipped when they are blank or hold one cell in a table of more. A row
/// that names at most half of the columns that have values could be a title or the upper of two
/// header rows: that is asked about.
pub(super) fn find_header(sample: &[Outline]) -> Result<usize, ReadError> {
    let width = sample.iter().map(Outline::width).max().unwrap_or(0);
    let is_title = |row: &Outline| row.count() == 0 || (width > 1 && row.count() == 1);
    let Some(index) = sample.iter().position(|row| !is_title(row)) else {
        return sample
            .iter()
            .find(|row| row.count() > 0)
            .map(|row| row.row)
            .ok_or(ReadError::Empty);
    };
    let header = &sample[index];
    let below = &sample[index + 1..];
    let has_values = |column: usize| {
        below
            .iter()
            .any(|row| row.filled.get(column) == Some(&true))
    };
    let columns = (0..width)
        .filter(|column| has_values(*column) || header.filled.get(*column) == Some(&true))
        .count();
    let unnamed = columns - header.count();
    if unnamed > 1 && 2 * unnamed >= columns {
        return Err(ReadError::UnclearHeader {
            row: header.row,
            named: header.count(),
            columns,
        });
    }
    // Of two columns, a row with one cell may also be the header, whose other column has no name.
    match sample[..index]
        .iter()
        .find(|title| title.count() == 1 && title.filled.len() == 2 && width == 2)
    {
        Some(title) => Err(ReadError::UnclearHeader {
            row: title.row,
            named: 1,
            columns: 2,
        }),
        None => Ok(header.row),
    }
}

/// Collects rows into columns.
#[derive(Debug)]
pub(super) struct Assembler {
    header_row: usize,
    names: Vec<String>,
    columns: Vec<Texts>,
    /// Numbers of the rows; only kept once one is not where it is expected.
    rows: Vec<usize>,
    blank_rows: usize,
    /// Rows so far, without blank ones.
    count: usize,
}

/// The table, and the position in the file of each of its columns.
pub(super) struct Assembled {
    pub raw: Raw,
    pub positions: Vec<usize>,
}

impl Assembler {
    pub(super) fn new<T: AsRef<str>>(header_row: usize, header: &[T]) -> Self {
        let names: Vec<String> = header
            .iter()
            .map(|name| name.as_ref().trim().to_owned())
            .collect();
        // Not copies of one column: the places of its texts are as random as those of the others.
        let columns = names.iter().map(|_| Texts::default()).collect();
        Self {
            header_row,
            names,
            columns,
            rows: Vec::new(),
            blank_rows: 0,
            count: 0,
        }
    }

    /// Number of columns.
    pub(super) fn width(&self) -> usize {
        self.names.len()
    }

    /// One more row, see [`is_row`].
    pub(super) fn push<T: AsRef<str>>(&mut self, row: usize, cells: &[T]) -> Result<(), ReadError> {
        if is_row(row, cells, self.width())? {
            self.number(row);
            for (column, cell) in self.columns.iter_mut().zip(cells) {
                column.push(cell.as_ref());
            }
        }
        Ok(())
    }

    /// More rows, of which each part has those below the row of that number.
    pub(super) fn push_parts(&mut self, parts: &[(usize, Part<'_>)]) {
        for (above, part) in parts {
            part.rows.iter().for_each(|row| self.number(above + row));
        }
        self.columns
            .par_iter_mut()
            .enumerate()
            .for_each(|(position, column)| {
                column.extend_held(|held| cut::hold(parts, position, held));
            });
    }

    /// Counts a row with values.
    fn number(&mut self, row: usize) {
        let expected = self.header_row + 1 + self.count;
        if row != expected {
            if self.rows.is_empty() {
                self.rows.extend(self.header_row + 1..expected);
            }
            self.blank_rows = row - expected;
            self.rows.push(row);
        }
        self.count += 1;
    }

    /// The table: without columns that have neither name nor values.
    pub(super) fn finish(self) -> Result<Assembled, ReadError> {
        let mut raw = Raw {
            row_numbers: self.rows,
            ..Raw::default()
        };
        raw.recognized.header_row = self.header_row;
        raw.recognized.blank_rows = self.blank_rows;
        let mut positions = Vec::new();
        let mut known = HashSet::new();
        for (position, (name, cells)) in self.names.into_iter().zip(self.columns).enumerate() {
            if name.is_empty() && cells.distinct().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            let name = if name.is_empty() {
                let name = format!("(column {})", position + 1);
                raw.recognized.unnamed.push(name.clone());
                name
            } else {
                name
            };
            if !known.insert(name.clone()) {
                return Err(ReadError::RepeatedColumn(name));
            }
            positions.push(position);
            raw.names.push(name);
            raw.columns.push(cells);
        }
        if raw.rows() == 0 {
            Err(ReadError::HeaderOnly)
        } else {
            Ok(Assembled { raw, positions })
        }
    }
}
