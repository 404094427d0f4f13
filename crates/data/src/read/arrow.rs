//! Arrow files (also called Feather, version 2).

use std::io::Cursor;

use polars_arrow::datatypes::Field;
use polars_arrow::io::ipc::format::ipc::planus::ReadAsRoot;
use polars_arrow::io::ipc::format::ipc::{MessageHeaderRef, MessageRef};
use polars_arrow::io::ipc::read::{FileMetadata, FileReader, read_file_metadata};
use polars_core::error::PolarsError;
use rayon::prelude::*;

use super::columnar::{Choice, Column, chosen, table};
use super::error::ReadError;
use super::parquet::first_line;
use super::raw::Raw;

pub(super) fn read(bytes: &[u8], choice: Option<Choice<'_>>) -> Result<Raw, ReadError> {
    let damaged = |error: &PolarsError| ReadError::Arrow(first_line(error));
    let metadata = read_file_metadata(&mut Cursor::new(bytes)).map_err(|error| damaged(&error))?;
    if is_compressed(bytes, &metadata) {
        return Err(ReadError::ArrowCompressed);
    }
    let fields: Vec<&Field> = metadata.schema.iter_values().collect();
    // Each column by itself, so that one that cannot be read does not keep the others from being
    // read.
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

/// Whether the values are compressed, as the first part of the file that says it has it.
fn is_compressed(bytes: &[u8], metadata: &FileMetadata) -> bool {
    let said = |offset: i64| {
        let rest = bytes.get(usize::try_from(offset).ok()?..)?;
        // The mark with which newer versions of the format begin a message.
        let rest = rest.strip_prefix(&[0xFF; 4]).unwrap_or(rest);
        let (length, rest) = rest.split_first_chunk::<4>()?;
        let message = rest.get(..usize::try_from(i32::from_le_bytes(*length)).ok()?)?;
        let message = MessageRef::read_as_root(message).ok()?;
        let Ok(Some(MessageHeaderRef::RecordBatch(batch))) = message.header() else {
            return None;
        };
        Some(batch.compression().ok()?.is_some())
    };
    let blocks = metadata.blocks.iter();
    blocks.filter_map(|block| said(block.offset)).next() == Some(true)
}
