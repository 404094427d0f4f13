//! Tables to CSV, Parquet, Arrow and Excel.

mod error;
mod workbook;

use std::sync::Arc;

pub use error::WriteError;
use model::{Column as Values, Table};
use polars_arrow::io::ipc::write::{FileWriter, WriteOptions};
use polars_core::prelude::*;
use polars_io::prelude::*;

/// A file format to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated, UTF-8, with a header.
    Csv,
    /// Typed columns.
    Parquet,
    /// Typed columns, for other programs in memory.
    Arrow,
    /// A workbook of one sheet.
    Excel,
}

/// The table as the bytes of a file. Missing values are empty cells (CSV, Excel) or nulls (Parquet, Arrow).
///
/// # Errors
/// When two columns have the same name, or a sheet cannot hold the table.
pub fn write(table: &Table, format: Format) -> Result<Vec<u8>, WriteError> {
    let failed = |error: PolarsError| WriteError(error.to_string());
    let mut bytes = Vec::new();
    match format {
        Format::Csv => CsvWriter::new(&mut bytes).finish(&mut frame(table)?),
        Format::Parquet => ParquetWriter::new(&mut bytes)
            .finish(&mut frame(table)?)
            .map(|_| ()),
        Format::Arrow => return arrow(table),
        Format::Excel => return workbook::workbook(table),
    }
    .map_err(failed)?;
    Ok(bytes)
}

fn frame(table: &Table) -> Result<DataFrame, WriteError> {
    let columns: Vec<Column> = table
        .names
        .iter()
        .zip(&table.columns)
        .map(|(name, values)| column(name, values))
        .collect();
    DataFrame::new(table.rows(), columns).map_err(|error| WriteError(error.to_string()))
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

/// The table as an Arrow file (also called Feather, version 2), uncompressed.
fn arrow(table: &Table) -> Result<Vec<u8>, WriteError> {
    let failed = |error: PolarsError| WriteError(error.to_string());
    let mut frame = frame(table)?;
    // Types that every reader knows, not the newest ones.
    let chunks: Vec<_> = frame
        .align_chunks()
        .iter_chunks(CompatLevel::oldest(), false)
        .collect();
    let schema = match chunks.first() {
        Some(chunk) => Arc::new(chunk.schema().clone()),
        None => return Err(WriteError("it has no columns".to_owned())),
    };
    let options = WriteOptions { compression: None };
    let mut writer = FileWriter::new(Vec::new(), schema, None, options);
    writer.start().map_err(failed)?;
    for chunk in &chunks {
        writer.write(chunk, None).map_err(failed)?;
    }
    writer.finish().map_err(failed)?;
    Ok(writer.into_inner())
}
