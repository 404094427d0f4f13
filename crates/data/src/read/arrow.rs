//! Arrow files (also called Feather, version 2), compressed or not.

use std::io::Cursor;

use polars_arrow::datatypes::Field;
use polars_arrow::io::ipc::read::{FileReader, read_file_metadata};
use polars_core::error::PolarsError;
use rayon::prelude::*;

use super::columnar::{Choice, Column, chosen, table};
use super::error::ReadError;
use super::guard::{self, Budget};
use super::parquet::first_line;
use super::raw::Raw;

pub(super) fn read(bytes: &[u8], choice: Option<Choice<'_>>) -> Result<Raw, ReadError> {
    let damaged = |error: &PolarsError| ReadError::Arrow(first_line(error));
    guard::arrow(bytes, &Budget::of(bytes.len())).map_err(ReadError::Arrow)?;
    let metadata = read_file_metadata(&mut Cursor::new(bytes)).map_err(|error| damaged(&error))?;
    let fields: Vec<&Field> = metadata.schema.iter_values().collect();
    // Column by column, so that one unreadable column does not affect the others.
    let columns: Vec<Column> = fields
        .par_iter()
        .zip(chosen(&fields, choice))
        .enumerate()
        .map(|(index, (field, is_asked_for))| {
            Column::new(field, is_asked_for, || {
                let (metadata, only) = (metadata.clone(), Some(vec![index]));
                let reader = FileReader::new(Cursor::new(bytes), metadata, only, None);
                let mut arrays = Vec::new();
                for batch in reader {
                    arrays.extend(batch.map_err(|error| first_line(&error))?.into_arrays());
                }
                Ok(arrays)
            })
        })
        .collect();
    let rows = columns.iter().filter_map(Column::rows).max();
    table(columns, rows.unwrap_or_default(), ReadError::Arrow)
}
