//! Parquet, column by column, so that one unreadable column does not affect the others.

use std::io::Cursor;

use polars_arrow::array::Array;
use polars_arrow::datatypes::Field;
use polars_buffer::Buffer;
use polars_core::error::PolarsError;
use polars_parquet::read::{
    BasicDecompressor, FileMetadata, PageReader, column_iter_to_arrays, infer_schema, read_metadata,
};
use rayon::prelude::*;

use super::columnar::{Choice, Column, MOST_ROWS, chosen, table};
use super::error::ReadError;
use super::guard::{self, Budget};
use super::raw::Raw;

pub(super) fn read(bytes: &[u8], choice: Option<Choice<'_>>) -> Result<Raw, ReadError> {
    let damaged = |error: PolarsError| ReadError::Parquet(first_line(&error));
    guard::footer(bytes).map_err(ReadError::Parquet)?;
    let metadata = read_metadata(&mut Cursor::new(bytes)).map_err(damaged)?;
    // Memory must not be reserved for a row count that a damaged file merely claims.
    let groups = metadata.row_groups.iter();
    let rows = groups.fold(0_usize, |rows, group| rows.saturating_add(group.num_rows()));
    if rows != metadata.num_rows || rows > MOST_ROWS {
        let reason = "its parts do not have the number of rows that it says";
        return Err(ReadError::Parquet(reason.to_owned()));
    }
    guard::schema(metadata.key_value_metadata().as_ref()).map_err(ReadError::Parquet)?;
    let budget = Budget::of(bytes.len());
    let schema = infer_schema(&metadata).map_err(damaged)?;
    let buffer = Buffer::from(bytes.to_vec());
    let fields: Vec<&Field> = schema.iter_values().collect();
    let columns = fields
        .par_iter()
        .zip(chosen(&fields, choice))
        .map(|(field, is_asked_for)| {
            Column::new(field, is_asked_for, || {
                arrays(&buffer, &metadata, field, &budget)
            })
        })
        .collect();
    table(columns, metadata.num_rows, ReadError::Parquet)
}

fn arrays(
    buffer: &Buffer<u8>,
    metadata: &FileMetadata,
    field: &Field,
    budget: &Budget,
) -> Result<Vec<Box<dyn Array>>, String> {
    let mut arrays = Vec::new();
    for group in &metadata.row_groups {
        let Some(chunks) = group.columns_under_root_iter(&field.name) else {
            return Err("it is missing in a part of the file".to_owned());
        };
        let (mut pages, mut types) = (Vec::new(), Vec::new());
        for chunk in chunks {
            if usize::try_from(chunk.num_values()) != Ok(group.num_rows()) {
                return Err("it does not have as many values as the file has rows".to_owned());
            }
            let range = chunk.byte_range();
            let (start, end) = (usize::try_from(range.start), usize::try_from(range.end));
            let (Ok(start), Ok(end)) = (start, end) else {
                return Err("its place in the file is wrong".to_owned());
            };
            if start > end || end > buffer.len() {
                return Err("its place in the file is wrong".to_owned());
            }
            let bytes = buffer.clone().sliced(start..end);
            guard::pages(&bytes, chunk, group.num_rows(), budget)?;
            let longest = bytes.len();
            let reader = PageReader::new(Cursor::new(bytes), chunk, Vec::new(), longest);
            pages.push(BasicDecompressor::new(reader, Vec::new()));
            types.push(&chunk.descriptor().descriptor.primitive_type);
        }
        let (part, _) = column_iter_to_arrays(pages, types, field.clone(), None)
            .map_err(|error| first_line(&error))?;
        arrays.extend(part);
    }
    Ok(arrays)
}

pub(super) fn first_line(error: &PolarsError) -> String {
    error
        .to_string()
        .lines()
        .next()
        .unwrap_or_default()
        .to_owned()
}
