//! Arrow arrays as texts: numbers as `1234.5`, dates and times as ISO 8601.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use polars_arrow::array::{
    Array, BinaryArray, BinaryViewArray, BooleanArray, DictionaryArray, DictionaryKey,
    PrimitiveArray, Utf8Array, Utf8ViewArray,
};
use polars_arrow::datatypes::{ArrowDataType, Field, TimeUnit};
use polars_arrow::types::NativeType;

use super::arrays::{cast, each, plain, primitives};
use super::error::ReadError;
use super::held::{Held, Memo};
use super::raw::Raw;
use super::texts::Texts;
use super::times::{Zone, clock, from_seconds, from_units, times};

/// A column of a typed file.
pub(super) struct Column {
    pub name: String,
    pub cells: Cells,
    /// False for texts.
    pub is_typed: bool,
}

pub(super) enum Cells {
    Read(Texts),
    /// Why they cannot be read.
    Unreadable(String),
    /// They were not requested.
    LeftOut,
}

impl Column {
    /// Reads a column by `read`, if it is asked for; a panic in a decoder makes it unreadable.
    pub(super) fn new(
        field: &Field,
        is_asked_for: bool,
        read: impl FnOnce() -> Result<Vec<Box<dyn Array>>, String>,
    ) -> Self {
        let cells = || match nested(&field.dtype) {
            Some(reason) => Err(reason.to_owned()),
            None => catch_unwind(AssertUnwindSafe(|| {
                read().and_then(|arrays| texts(&arrays))
            }))
            .unwrap_or_else(|_| {
                Err("its values are damaged or of a type that is not supported".to_owned())
            }),
        };
        let cells = match is_asked_for.then(cells) {
            Some(Ok(texts)) => Cells::Read(texts),
            Some(Err(reason)) => Cells::Unreadable(reason),
            None => Cells::LeftOut,
        };
        Self {
            name: field.name.trim().to_owned(),
            cells,
            is_typed: !is_text(&field.dtype),
        }
    }

    /// Number of rows that were read.
    pub(super) fn rows(&self) -> Option<usize> {
        match &self.cells {
            Cells::Read(texts) => Some(texts.len()),
            Cells::Unreadable(_) | Cells::LeftOut => None,
        }
    }
}

/// Which columns of a typed file are read: by column, its name and whether it holds texts.
pub(super) type Choice<'a> = &'a (dyn Fn(&[(&str, bool)]) -> Vec<bool> + Sync);

/// By field: whether it is read.
pub(super) fn chosen(fields: &[&Field], choice: Option<Choice<'_>>) -> Vec<bool> {
    let columns: Vec<(&str, bool)> = fields
        .iter()
        .map(|field| (field.name.trim(), is_text(&field.dtype)))
        .collect();
    choice.map_or_else(|| vec![true; fields.len()], |choice| choice(&columns))
}

/// The table of these columns. One that cannot be read has empty cells and is listed as unreadable;
/// one that was not requested has empty cells, which cannot be used.
///
/// # Errors
/// When two columns have the same name, or none can be read: then the first reason is `damaged`.
pub(super) fn table(
    columns: Vec<Column>,
    rows: usize,
    damaged: fn(String) -> ReadError,
) -> Result<Raw, ReadError> {
    let mut raw = Raw::default();
    let is_unreadable = |column: &Column| matches!(column.cells, Cells::Unreadable(_));
    if let Some(Cells::Unreadable(reason)) = columns.first().map(|column| &column.cells)
        && columns.iter().all(is_unreadable)
    {
        return Err(damaged(reason.clone()));
    }
    // The number of empty cells comes from the columns that were read, not from what a damaged file claims.
    if !columns.is_empty() && !columns.iter().any(|column| column.rows() == Some(rows)) {
        return Err(damaged(
            "its columns have fewer values than it has rows".to_owned(),
        ));
    }
    let mut known = HashSet::new();
    for column in columns {
        if !known.insert(column.name.clone()) {
            return Err(ReadError::RepeatedColumn(column.name));
        }
        let unreadable = match column.cells {
            Cells::Read(texts) if texts.len() == rows => {
                raw.columns.push(texts);
                None
            }
            Cells::Read(_) => Some("it has fewer values than the file has rows".to_owned()),
            Cells::Unreadable(reason) => Some(reason),
            Cells::LeftOut => {
                raw.left_out.push(raw.columns.len());
                raw.columns.push(Texts::blank(rows));
                None
            }
        };
        if let Some(reason) = unreadable {
            raw.columns.push(Texts::blank(rows));
            raw.recognized
                .unreadable
                .push((column.name.clone(), reason));
        }
        raw.names.push(column.name);
        raw.typed.push(column.is_typed);
    }
    Ok(raw)
}

fn nested(dtype: &ArrowDataType) -> Option<&'static str> {
    use ArrowDataType as D;
    let is_nested = matches!(
        dtype,
        D::List(_)
            | D::LargeList(_)
            | D::FixedSizeList(..)
            | D::Struct(_)
            | D::Map(..)
            | D::Union(_)
            | D::Unknown
    );
    let is_duration = matches!(dtype, D::Duration(_) | D::Interval(_));
    match (is_nested, is_duration) {
        (true, _) => Some("it holds lists, maps or records instead of single values"),
        (_, true) => Some("it holds durations, whose unit is not clear. Write them as numbers"),
        (false, false) => None,
    }
}

fn is_text(dtype: &ArrowDataType) -> bool {
    use ArrowDataType as D;
    let values = if let D::Dictionary(_, values, _) = dtype {
        values
    } else {
        dtype
    };
    matches!(
        values,
        D::Utf8 | D::LargeUtf8 | D::Utf8View | D::Binary | D::LargeBinary | D::BinaryView
    )
}

/// More rows than are read: a column without values needs no bytes in a file, but memory here.
pub(super) const MOST_ROWS: usize = 1 << 28;

fn texts(arrays: &[Box<dyn Array>]) -> Result<Texts, String> {
    let lengths = arrays.iter().map(|array| array.len());
    if lengths.fold(0, usize::saturating_add) > MOST_ROWS {
        return Err(format!("it has more than {MOST_ROWS} rows"));
    }
    if let Some(numbers) = numbers(arrays) {
        return Ok(Texts::of_numbers(numbers));
    }
    let mut cells = Held::default();
    cells.reserve(arrays.iter().map(|array| array.len()).sum());
    for array in arrays {
        append(array.as_ref(), &mut cells)?;
    }
    // Times that are all midnight are days.
    const MIDNIGHT: &str = "T00:00:00";
    let is_midnight = |text: &str| text.is_empty() || text.ends_with(MIDNIGHT);
    if (0..cells.count()).all(|code| is_midnight(cells.text(code))) && !is_text_column(arrays) {
        cells = cells.shortened(|cell| cell.strip_suffix(MIDNIGHT).unwrap_or(cell));
    }
    Ok(Texts::of_held(cells))
}

fn is_text_column(arrays: &[Box<dyn Array>]) -> bool {
    arrays.first().is_none_or(|array| is_text(array.dtype()))
}

/// The numbers of a column, with `NaN` where it is blank; `None` where it holds anything else, or a
/// number whose text a float does not give: whole numbers beyond 2^53, and single precision, in
/// which 0.1 is written 0.1 but is another number.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "every other type is read as text"
)]
fn numbers(arrays: &[Box<dyn Array>]) -> Option<Vec<f64>> {
    use ArrowDataType as D;
    if arrays.is_empty() {
        return None;
    }
    let mut all = Vec::with_capacity(arrays.iter().map(|array| array.len()).sum());
    for array in arrays {
        let array = array.as_ref();
        match array.dtype() {
            D::Int8 => floats::<i8>(array, &mut all, |number| Some(number.into()))?,
            D::Int16 => floats::<i16>(array, &mut all, |number| Some(number.into()))?,
            D::Int32 => floats::<i32>(array, &mut all, |number| Some(number.into()))?,
            D::UInt8 => floats::<u8>(array, &mut all, |number| Some(number.into()))?,
            D::UInt16 => floats::<u16>(array, &mut all, |number| Some(number.into()))?,
            D::UInt32 => floats::<u32>(array, &mut all, |number| Some(number.into()))?,
            D::Int64 => floats::<i64>(array, &mut all, |number| {
                (number.unsigned_abs() <= EXACT).then_some(number as f64)
            })?,
            D::UInt64 => floats::<u64>(array, &mut all, |number| {
                (number <= EXACT).then_some(number as f64)
            })?,
            D::Float64 => floats::<f64>(array, &mut all, Some)?,
            _ => return None,
        }
    }
    Some(all)
}

/// Up to here, a float holds every whole number.
const EXACT: u64 = 1 << 53;

fn floats<T: NativeType>(
    array: &dyn Array,
    all: &mut Vec<f64>,
    exact: impl Fn(T) -> Option<f64>,
) -> Option<()> {
    let array = array.as_any().downcast_ref::<PrimitiveArray<T>>()?;
    if array.null_count() == 0 {
        for number in array.values_iter() {
            all.push(exact(*number)?);
        }
    } else {
        for cell in array.iter() {
            all.push(cell.map_or(Some(f64::NAN), |number| exact(*number))?);
        }
    }
    Some(())
}

fn append(array: &dyn Array, cells: &mut Held) -> Result<(), String> {
    use ArrowDataType as D;
    match array.dtype().to_storage() {
        D::Null => cells.push_many("", array.len()),
        D::Boolean => {
            let values = cast::<BooleanArray>(array)?.iter();
            each(
                values.map(|cell| cell.map(u128::from)),
                cells,
                |truth, text| plain(truth != 0, text),
            )?;
        }
        D::Int8 => whole::<i8>(array, cells)?,
        D::Int16 => whole::<i16>(array, cells)?,
        D::Int32 => whole::<i32>(array, cells)?,
        D::Int64 => whole::<i64>(array, cells)?,
        D::Int128 => whole::<i128>(array, cells)?,
        D::UInt8 => whole::<u8>(array, cells)?,
        D::UInt16 => whole::<u16>(array, cells)?,
        D::UInt32 => whole::<u32>(array, cells)?,
        D::UInt64 => whole::<u64>(array, cells)?,
        D::UInt128 => {
            let values = primitives::<u128>(array)?.iter().map(|cell| cell.copied());
            each(values, cells, plain)?;
        }
        // The shortest text that reads back: 0.1 as 0.1 also in single precision.
        D::Float32 => {
            let values = primitives::<f32>(array)?.iter().map(|cell| cell.copied());
            let bits = values.map(|cell| {
                let number = cell.filter(|number| !number.is_nan())?;
                Some(u128::from(number.to_bits()))
            });
            each(bits, cells, |bits, text| {
                plain(f32::from_bits(bits as u32), text)
            })?;
        }
        D::Float64 => {
            let values = primitives::<f64>(array)?.iter().map(|cell| cell.copied());
            let bits = values.map(|cell| {
                let number = cell.filter(|number| !number.is_nan())?;
                Some(u128::from(number.to_bits()))
            });
            each(bits, cells, |bits, text| {
                plain(f64::from_bits(bits as u64), text)
            })?;
        }
        D::Decimal(_, scale) | D::Decimal32(_, scale) | D::Decimal64(_, scale) => {
            let values = primitives::<i128>(array)?.iter();
            each(
                values.map(|cell| cell.map(|units| *units as u128)),
                cells,
                |units, text| {
                    text.push_str(&decimal(units as i128, *scale));
                    Ok(())
                },
            )?;
        }
        D::Date32 => times::<i32>(array, cells, |days| {
            from_seconds(days.checked_mul(86_400)?, 0)
        })?,
        D::Date64 => times::<i64>(array, cells, |units| {
            from_units(units, TimeUnit::Millisecond)
        })?,
        D::Timestamp(unit, zone) => {
            let (unit, zone) = (
                *unit,
                zone.as_ref().map(|zone| Zone::parse(zone)).transpose()?,
            );
            times::<i64>(array, cells, |units| {
                let time = from_units(units, unit)?;
                Some(zone.as_ref().map_or(time, |zone| zone.local(time)))
            })?;
        }
        D::Time32(unit) => clock::<i32>(array, *unit, cells)?,
        D::Time64(unit) => clock::<i64>(array, *unit, cells)?,
        D::Utf8 => (cast::<Utf8Array<i32>>(array)?.iter())
            .for_each(|text| cells.push(text.unwrap_or_default())),
        D::LargeUtf8 => (cast::<Utf8Array<i64>>(array)?.iter())
            .for_each(|text| cells.push(text.unwrap_or_default())),
        D::Utf8View => views(cast::<Utf8ViewArray>(array)?, cells)?,
        D::Binary => bytes(cast::<BinaryArray<i32>>(array)?.iter(), cells)?,
        D::LargeBinary => bytes(cast::<BinaryArray<i64>>(array)?.iter(), cells)?,
        D::BinaryView => bytes(cast::<BinaryViewArray>(array)?.iter(), cells)?,
        D::Dictionary(..) => dictionary(array, cells)?,
        D::Float16
        | D::FixedSizeBinary(_)
        | D::Decimal256(..)
        | D::Duration(_)
        | D::Interval(_)
        | D::List(_)
        | D::FixedSizeList(..)
        | D::LargeList(_)
        | D::Struct(_)
        | D::Map(..)
        | D::Extension(_)
        | D::Unknown
        | D::Union(_) => return Err(format!("its type ({:?}) is not supported", array.dtype())),
    }
    Ok(())
}

fn whole<T: NativeType + Into<i128>>(array: &dyn Array, cells: &mut Held) -> Result<(), String> {
    let values = primitives::<T>(array)?.iter();
    let bits = values.map(|cell| cell.map(|number| Into::<i128>::into(*number) as u128));
    each(bits, cells, |bits, text| plain(bits as i128, text))
}

/// Rows of the same text mostly have the same view of it, above all in a column that a file holds
/// with a dictionary.
fn views(array: &Utf8ViewArray, cells: &mut Held) -> Result<(), String> {
    let mut memo = Memo::new();
    for (row, view) in array.views().iter().enumerate() {
        if array.is_null(row) {
            cells.push("");
        } else {
            memo.push(cells, view.as_u128(), |text| {
                text.push_str(array.value(row));
                Ok::<(), String>(())
            })?;
        }
    }
    Ok(())
}

/// Older programs write texts as binary. Binary data that is not text cannot be read.
fn bytes<'a>(
    values: impl Iterator<Item = Option<&'a [u8]>>,
    cells: &mut Held,
) -> Result<(), String> {
    for value in values {
        let text = std::str::from_utf8(value.unwrap_or_default())
            .map_err(|_| "it holds binary data".to_owned())?;
        cells.push(text);
    }
    Ok(())
}

/// `units` × 10^-`scale`, exactly, without zeros at its end: 1001.00 is 1001.
fn decimal(units: i128, scale: usize) -> String {
    let sign = if units < 0 { "-" } else { "" };
    let digits = format!("{:0>width$}", units.unsigned_abs(), width = scale + 1);
    let (whole, part) = digits.split_at(digits.len() - scale);
    let part = part.trim_end_matches('0');
    if part.is_empty() {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{part}")
    }
}

fn dictionary(array: &dyn Array, cells: &mut Held) -> Result<(), String> {
    fn of<K: DictionaryKey>(array: &dyn Array, cells: &mut Held) -> Option<Result<(), String>> {
        let array = array.as_any().downcast_ref::<DictionaryArray<K>>()?;
        let mut values = Held::default();
        if let Err(reason) = append(array.values().as_ref(), &mut values) {
            return Some(Err(reason));
        }
        // A text comes in the place of its first row: those that no row has are left out.
        let mut known: Vec<Option<u32>> = vec![None; values.codes().len()];
        for key in array.keys_iter() {
            match key.and_then(|key| Some((known.get_mut(key)?, values.codes()[key]))) {
                Some((known, code)) => {
                    let new = || cells.code_of(values.text(code as usize));
                    let code = *known.get_or_insert_with(new);
                    cells.push_code(code);
                }
                None => cells.push(""),
            }
        }
        Some(Ok(()))
    }
    let readers = [
        of::<u8>, of::<u16>, of::<u32>, of::<u64>, of::<i8>, of::<i16>, of::<i32>, of::<i64>,
    ];
    readers
        .iter()
        .find_map(|reader| reader(array, cells))
        .unwrap_or_else(|| Err("its dictionary is not supported".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_exact() {
        assert_eq!(decimal(300_050, 2), "3000.5");
        assert_eq!(decimal(-5, 3), "-0.005");
        assert_eq!(decimal(100_100, 2), "1001");
        assert_eq!(decimal(7, 0), "7");
    }
}
