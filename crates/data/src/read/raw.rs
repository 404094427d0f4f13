//! A file as columns of text.

use super::options::ReadOptions;
use super::recognized::Recognized;
use super::texts::Texts;

/// A file as columns of text, not yet checked against any use case. Missing cells are empty texts.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Raw {
    /// Names of the columns, as in the header.
    pub names: Vec<String>,
    /// One text per row, column by column.
    pub columns: Vec<Texts>,
    /// The options that the file was read with.
    pub options: ReadOptions,
    /// What was recognized in the file.
    pub recognized: Recognized,
    /// Per column, whether its values were typed in the file: numbers are then written `1234.5`,
    /// whatever the language of the file. Empty when none was.
    pub typed: Vec<bool>,
    /// Rows as a spreadsheet numbers them, one per data row; empty when they follow the header
    /// without a gap.
    pub row_numbers: Vec<usize>,
    /// Per column, which of several files it is from; empty when all are from one.
    pub source_of: Vec<usize>,
    /// Positions of columns that were not requested and not read.
    pub left_out: Vec<usize>,
}

impl Raw {
    /// Number of data rows.
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, Texts::len)
    }

    /// The number that a spreadsheet gives to the data row at `index` (from 0).
    pub fn row_number(&self, index: usize) -> usize {
        self.row_numbers
            .get(index)
            .copied()
            .unwrap_or(self.recognized.header_row.max(1) + 1 + index)
    }

    /// Why the column at `index` cannot be read; `None` when it can.
    pub fn unreadable(&self, index: usize) -> Option<&str> {
        if self.left_out.contains(&index) {
            return Some("it was left out when the file was read");
        }
        let name = self.names.get(index)?;
        self.recognized
            .unreadable
            .iter()
            .find(|(unreadable, _)| unreadable == name)
            .map(|(_, reason)| reason.as_str())
    }

    /// Whether two columns are from the same file.
    pub fn same_source(&self, one: usize, other: usize) -> bool {
        self.source_of.get(one) == self.source_of.get(other)
    }

    /// Whether the column at `index` had typed values.
    pub fn is_typed(&self, index: usize) -> bool {
        self.typed.get(index).copied().unwrap_or(false)
    }
}
