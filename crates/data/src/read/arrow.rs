//! Arrow files (also called Feather, version 2).

use std::io::Cursor;

use polars_arrow::io::ipc::read::{FileReader, read_file_metadata};
use polars_core::error::PolarsError;

use super::columnar::{Column, table};
use super::error::ReadError;
use super::parquet::first_line;
use super::raw::Raw;

pub(super) fn read(bytes: &[u8]) -> Result<Raw, ReadError> {
    let damaged = |error: &PolarsError| ReadError::Arrow(first_line(error));
    let metadata = read_file_metadata(&mut Cursor::new(bytes)).map_err(|error| damaged(&error))?;
    let mut rows = 0;
    let mut columns = Vec::new();
    // Each column by itself, so that one that cannot be read does not keep the others from being
    // read.
    for (index, field) in metadata.schema.iter_values().enumerate() {
        let column = Column::new(&field.name, &field.dtype, || {
            let reader = FileReader::new(
                Cursor::new(bytes),
                metadata.clone(),
                Some(vec![index]),
                None,
            );
            let mut arrays = Vec::new();
            for batch in reader {
                arrays.extend(batch.map_err(|error| first_line(&error))?.into_arrays());
            }
            Ok(arrays)
        });
        if let Ok(cells) = &column.cells {
            rows = rows.max(cells.len());
        }
        columns.push(column);
    }
    let is_compressed = |column: &Column| {
        column
            .cells
            .as_ref()
            .is_err_and(|reason| reason.contains("compression"))
    };
    if columns.iter().any(is_compressed) {
        return Err(ReadError::ArrowCompressed);
    }
    table(columns, rows, ReadError::Arrow)
}
