//! Tables to CSV, Parquet and JSON lines.

use model::{Column as Values, Table};
use polars_core::prelude::*;
use polars_io::prelude::*;

/// A file format to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated, UTF-8, with a header.
    Csv,
    /// Typed columns.
    Parquet,
}

/// Why a table could not be written.
#[derive(Debug, thiserror::Error)]
#[error("the table cannot be written: {0}")]
pub struct WriteError(String);

/// The table as the bytes of a file. Missing values are empty cells (CSV) or nulls (Parquet).
///
/// # Errors
/// When two columns have the same name.
pub fn write(table: &Table, format: Format) -> Result<Vec<u8>, WriteError> {
    let failed = |error: PolarsError| WriteError(error.to_string());
    let columns: Vec<Column> = table
        .names
        .iter()
        .zip(&table.columns)
        .map(|(name, values)| column(name, values))
        .collect();
    let mut frame = DataFrame::new(table.rows(), columns).map_err(failed)?;
    let mut bytes = Vec::new();
    match format {
        Format::Csv => CsvWriter::new(&mut bytes)
            .finish(&mut frame)
            .map_err(failed)?,
        Format::Parquet => ParquetWriter::new(&mut bytes)
            .finish(&mut frame)
            .map(|_| ())
            .map_err(failed)?,
    }
    Ok(bytes)
}

fn column(name: &str, values: &Values) -> Column {
    let name = PlSmallStr::from(name);
    match values {
        Values::Number(numbers) => {
            let cells: Vec<Option<f64>> = numbers
                .iter()
                .map(|number| (!number.is_nan()).then_some(*number))
                .collect();
            Column::new(name, cells)
        }
        Values::Level { codes, levels } => {
            let cells: Vec<Option<&str>> = codes
                .iter()
                .map(|code| levels.get(*code as usize).map(String::as_str))
                .collect();
            Column::new(name, cells)
        }
        Values::Text(texts) => Column::new(name, texts.clone()),
    }
}
