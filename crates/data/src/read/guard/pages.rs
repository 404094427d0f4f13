//! The pages of a column of a Parquet file.

use std::io::Cursor;

use polars_buffer::Buffer;
use polars_parquet::parquet::encoding::Encoding;
use polars_parquet::parquet::page::split_buffer;
use polars_parquet::read::{BasicDecompressor, ColumnChunkMetadata, PageReader, PhysicalType};

use super::budget::Budget;
use super::delta;
use super::footer::statistics;
use super::thrift::{Kind, Met, Walk};

/// Bytes of a cell: the place of its text.
const CELL: u64 = 8;

/// The head of a page.
#[derive(Debug, Default)]
struct Head {
    kind: i64,
    unpacked: i64,
    packed: i64,
    /// Values by the kind of page, with the number that is written for it.
    values: [Option<i64>; 3],
    /// Other sizes and numbers.
    least: i64,
}

const DATA: i64 = 0;
const DICTIONARY: i64 = 2;
const DATA_2: i64 = 3;

/// Checks the pages of `chunk`, whose bytes are given, before a decoder reads them: `rows` values,
/// and sizes that are in the file and in the budget.
///
/// # Errors
/// When they do not hold what they say, with the reason.
pub(crate) fn pages(
    bytes: &Buffer<u8>,
    chunk: &ColumnChunkMetadata,
    rows: usize,
    budget: &Budget,
) -> Result<(), String> {
    let width = match chunk.physical_type() {
        PhysicalType::FixedLenByteArray(width) => width as u64,
        PhysicalType::Boolean
        | PhysicalType::Int32
        | PhysicalType::Int64
        | PhysicalType::Int96
        | PhysicalType::Float
        | PhysicalType::Double
        | PhysicalType::ByteArray => 0,
    };
    budget.take_each(rows as u64, CELL.saturating_add(width))?;
    let (mut rest, mut values, mut is_first) = (&bytes[..], 0, true);
    while values < rows as i64 {
        let (head, body) = head(rest)?;
        let size = usize::try_from(head.packed).ok();
        let Some(after) = size.and_then(|size| body.get(size..)) else {
            return Err("a page is larger than the file".to_owned());
        };
        // Without compression, the sizes are the same.
        budget.take(head.unpacked.max(head.packed).unsigned_abs())?;
        let [one, dictionary, two] = head.values;
        match (head.kind, one, two, dictionary) {
            (DATA, Some(more), ..) | (DATA_2, _, Some(more), _) => values += more,
            // Each entry takes a byte and more.
            (DICTIONARY, .., Some(entries)) if is_first && entries <= head.unpacked => {
                budget.take_each(entries.unsigned_abs(), CELL.saturating_add(width))?;
            }
            _ => return Err("a page is damaged".to_owned()),
        }
        is_first = false;
        rest = after;
    }
    if values != rows as i64 {
        return Err("its pages do not have as many values as the file has rows".to_owned());
    }
    lengths(bytes, chunk, budget)
}

/// Checks the lengths that pages of packed differences hold.
fn lengths(bytes: &Buffer<u8>, chunk: &ColumnChunkMetadata, budget: &Budget) -> Result<(), String> {
    let reader = || {
        let most = bytes.len().saturating_add(1 << 10);
        PageReader::new(Cursor::new(bytes.clone()), chunk, Vec::new(), most)
    };
    let mut pages = BasicDecompressor::new(reader(), Vec::new());
    pages.read_dict_page().map_err(|error| error.to_string())?;
    while let Some(page) = pages.next() {
        let page = page.map_err(|error| error.to_string())?;
        let encoding = Encoding::try_from(page.page().header().encoding());
        let is_delta = matches!(
            encoding,
            Ok(Encoding::DeltaBinaryPacked
                | Encoding::DeltaLengthByteArray
                | Encoding::DeltaByteArray)
        );
        if !is_delta {
            continue;
        }
        let page = page
            .decompress(&mut pages)
            .map_err(|error| error.to_string())?;
        let parts = split_buffer(&page).map_err(|error| error.to_string())?;
        let (values, most) = (parts.values, page.num_values());
        let holds = match encoding {
            Ok(Encoding::DeltaBinaryPacked) => delta::numbers(values, most).is_some(),
            Ok(Encoding::DeltaLengthByteArray) => delta::texts(values, most),
            _ => match delta::texts_by_prefix(values, most) {
                Some(size) => {
                    budget.take(size)?;
                    true
                }
                None => false,
            },
        };
        if !holds {
            return Err("the lengths of its values are damaged".to_owned());
        }
    }
    Ok(())
}

fn head(bytes: &[u8]) -> Result<(Head, &[u8]), String> {
    let mut head = Head::default();
    let mut walk = Walk::new(bytes, kind_of);
    walk.walk(&mut |path, met| {
        let Met::Whole(number) = met else {
            return Ok(());
        };
        match path {
            [1] => head.kind = number,
            [2] => head.unpacked = number,
            [3] => head.packed = number,
            [5, 1] => head.values[0] = Some(number),
            [7, 1] => head.values[1] = Some(number),
            [8, 1] => head.values[2] = Some(number),
            _ => {}
        }
        // A checksum may be below zero.
        if path != [4] && i32::try_from(number).is_ok() {
            head.least = head.least.min(number);
        } else if matches!(path, [1..=3] | [5 | 7 | 8, 1..=6]) {
            head.least = -1;
        }
        Ok(())
    })?;
    if head.least < 0 {
        return Err("a size of a page is below zero or too large".to_owned());
    }
    Ok((head, walk.rest()))
}

fn kind_of(path: &[i16]) -> Option<Kind> {
    Some(match path {
        [1..=4] => Kind::Whole,
        [5..=8] => Kind::Structure,
        [5, 1..=4] | [7, 1 | 2] | [8, 1..=6] => Kind::Whole,
        [7, 3] | [8, 7] => Kind::Flag,
        [5, 5] | [8, 8] => Kind::Structure,
        [5, 5, rest @ ..] | [8, 8, rest @ ..] => return statistics(rest),
        _ => return None,
    })
}
