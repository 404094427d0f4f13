//! Rows on their way into a CSV file, up to the limits.

use super::error::SourceError;
use super::limits::{Beyond, Fetched, Limits};

/// A CSV file that grows row by row.
pub(super) struct Rows<'a> {
    writer: csv::Writer<Vec<u8>>,
    rows: usize,
    more: bool,
    bytes: usize,
    limits: &'a Limits,
}

impl<'a> Rows<'a> {
    /// An empty file with this header.
    pub(super) fn new(names: &[String], limits: &'a Limits) -> Result<Self, SourceError> {
        if let Some(index) = (1..names.len()).find(|&index| names[..index].contains(&names[index]))
        {
            return Err(SourceError::RepeatedColumn(names[index].clone()));
        }
        let mut rows = Self {
            writer: csv::Writer::from_writer(Vec::new()),
            rows: 0,
            more: false,
            bytes: 0,
            limits,
        };
        rows.write(names.iter().map(String::as_str))?;
        Ok(rows)
    }

    /// Number of rows so far.
    pub(super) fn len(&self) -> usize {
        self.rows
    }

    /// One more row, a cell for each column. False when it was left out and no more are wanted.
    pub(super) fn push<'c>(
        &mut self,
        cells: impl Iterator<Item = &'c str>,
    ) -> Result<bool, SourceError> {
        if self.rows == self.limits.rows {
            self.more = true;
            return match self.limits.beyond {
                Beyond::Refuse => Err(SourceError::TooManyRows(self.limits.rows)),
                Beyond::LeaveOut => Ok(false),
            };
        }
        self.rows += 1;
        self.write(cells)?;
        Ok(true)
    }

    fn write<'c>(&mut self, cells: impl Iterator<Item = &'c str>) -> Result<(), SourceError> {
        let inside = |error: csv::Error| SourceError::Query(error.to_string());
        for cell in cells {
            self.bytes += cell.len() + 1;
            self.writer.write_field(cell).map_err(inside)?;
        }
        self.writer.write_record(None::<&[u8]>).map_err(inside)?;
        if self.bytes > self.limits.bytes {
            Err(SourceError::TooLarge(self.limits.bytes >> 20))
        } else {
            Ok(())
        }
    }

    /// The whole file.
    pub(super) fn finish(self) -> Result<Fetched, SourceError> {
        if self.rows == 0 {
            return Err(SourceError::NoRows);
        }
        let (rows, more) = (self.rows, self.more);
        let csv = self
            .writer
            .into_inner()
            .map_err(|error| SourceError::Query(error.to_string()))?;
        Ok(Fetched { csv, rows, more })
    }
}
