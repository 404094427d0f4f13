//! Arrow arrays as texts: numbers as `1234.5`, dates and times as ISO 8601.

use std::fmt::{Display, Write};
use std::hash::Hash;
use std::panic::{AssertUnwindSafe, catch_unwind};

use chrono::{DateTime, FixedOffset, NaiveDateTime};
use polars_arrow::array::{
    Array, BinaryArray, BinaryViewArray, BooleanArray, DictionaryArray, DictionaryKey,
    PrimitiveArray, Utf8Array, Utf8ViewArray,
};
use polars_arrow::datatypes::{ArrowDataType, TimeUnit};
use polars_arrow::types::NativeType;

use super::error::ReadError;
use super::raw::Raw;
use super::texts::{Memo, Texts};

/// A column of a typed file, or why it cannot be read.
pub(super) struct Column {
    pub name: String,
    pub cells: Result<Texts, String>,
    /// False for texts.
    pub is_typed: bool,
}

impl Column {
    /// Reads a column by `read`; a panic in a decoder makes it unreadable.
    pub(super) fn new(
        name: &str,
        dtype: &ArrowDataType,
        read: impl FnOnce() -> Result<Vec<Box<dyn Array>>, String>,
    ) -> Self {
        let cells = match nested(dtype) {
            Some(reason) => Err(reason.to_owned()),
            None => catch_unwind(AssertUnwindSafe(|| {
                read().and_then(|arrays| texts(&arrays))
            }))
            .unwrap_or_else(|_| {
                Err("its values are damaged or of a type that is not supported".to_owned())
            }),
        };
        Self {
            name: name.trim().to_owned(),
            cells,
            is_typed: !is_text(dtype),
        }
    }
}

/// The table of these columns. One that cannot be read has empty cells and is listed as unreadable.
///
/// # Errors
/// When two columns have the same name, or none can be read: then the first reason is `damaged`.
pub(super) fn table(
    columns: Vec<Column>,
    rows: usize,
    damaged: fn(String) -> ReadError,
) -> Result<Raw, ReadError> {
    let mut raw = Raw::default();
    if let Some(Err(reason)) = columns.first().map(|column| &column.cells)
        && columns.iter().all(|column| column.cells.is_err())
    {
        return Err(damaged(reason.clone()));
    }
    // Empty cells are made for as many rows as a column has, not as a damaged file says.
    let is_complete = |column: &Column| column.cells.as_ref().is_ok_and(|own| own.len() == rows);
    if !columns.is_empty() && !columns.iter().any(is_complete) {
        return Err(damaged(
            "its columns have fewer values than it has rows".to_owned(),
        ));
    }
    for column in columns {
        if raw.names.contains(&column.name) {
            return Err(ReadError::RepeatedColumn(column.name));
        }
        let cells = column.cells.and_then(|cells| {
            let complete = cells.len() == rows;
            complete
                .then_some(cells)
                .ok_or_else(|| "it has fewer values than the file has rows".to_owned())
        });
        raw.columns.push(match cells {
            Ok(cells) => cells,
            Err(reason) => {
                raw.recognized
                    .unreadable
                    .push((column.name.clone(), reason));
                std::iter::repeat_n("", rows).collect()
            }
        });
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

fn texts(arrays: &[Box<dyn Array>]) -> Result<Texts, String> {
    let mut cells = Texts::default();
    for array in arrays {
        append(array.as_ref(), &mut cells)?;
    }
    // Times that are all midnight are days.
    const MIDNIGHT: &str = "T00:00:00";
    if cells
        .distinct()
        .all(|cell| cell.is_empty() || cell.ends_with(MIDNIGHT))
        && !is_text_column(arrays)
    {
        cells = cells.shortened(|cell| cell.strip_suffix(MIDNIGHT).unwrap_or(cell));
    }
    Ok(cells)
}

fn is_text_column(arrays: &[Box<dyn Array>]) -> bool {
    arrays.first().is_none_or(|array| is_text(array.dtype()))
}

fn append(array: &dyn Array, cells: &mut Texts) -> Result<(), String> {
    use ArrowDataType as D;
    match array.dtype().to_storage() {
        D::Null => cells.extend(std::iter::repeat_n("", array.len())),
        D::Boolean => cells.extend(cast::<BooleanArray>(array)?.iter().map(|cell| match cell {
            Some(true) => "true",
            Some(false) => "false",
            None => "",
        })),
        D::Int8 => whole::<i8>(array, cells)?,
        D::Int16 => whole::<i16>(array, cells)?,
        D::Int32 => whole::<i32>(array, cells)?,
        D::Int64 => whole::<i64>(array, cells)?,
        D::Int128 => whole::<i128>(array, cells)?,
        D::UInt8 => whole::<u8>(array, cells)?,
        D::UInt16 => whole::<u16>(array, cells)?,
        D::UInt32 => whole::<u32>(array, cells)?,
        D::UInt64 => whole::<u64>(array, cells)?,
        D::UInt128 => whole::<u128>(array, cells)?,
        // The shortest text that reads back: 0.1 as 0.1 also in single precision.
        D::Float32 => {
            let values = primitives::<f32>(array)?.iter().map(|cell| cell.copied());
            let bits = values.map(|cell| cell.filter(|number| !number.is_nan()).map(f32::to_bits));
            each(bits, cells, |bits, text| plain(f32::from_bits(bits), text))?;
        }
        D::Float64 => {
            let values = primitives::<f64>(array)?.iter().map(|cell| cell.copied());
            let bits = values.map(|cell| cell.filter(|number| !number.is_nan()).map(f64::to_bits));
            each(bits, cells, |bits, text| plain(f64::from_bits(bits), text))?;
        }
        D::Decimal(_, scale) | D::Decimal32(_, scale) | D::Decimal64(_, scale) => {
            let values = primitives::<i128>(array)?.iter().map(|cell| cell.copied());
            each(values, cells, |units, text| {
                text.push_str(&decimal(units, *scale));
                Ok(())
            })?;
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
        D::Utf8 => cells.extend(
            cast::<Utf8Array<i32>>(array)?
                .iter()
                .map(Option::unwrap_or_default),
        ),
        D::LargeUtf8 => cells.extend(
            cast::<Utf8Array<i64>>(array)?
                .iter()
                .map(Option::unwrap_or_default),
        ),
        D::Utf8View => cells.extend(
            cast::<Utf8ViewArray>(array)?
                .iter()
                .map(Option::unwrap_or_default),
        ),
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

fn cast<T: 'static>(array: &dyn Array) -> Result<&T, String> {
    array
        .as_any()
        .downcast_ref()
        .ok_or_else(|| format!("its type ({:?}) is not supported", array.dtype()))
}

fn primitives<T: NativeType>(array: &dyn Array) -> Result<&PrimitiveArray<T>, String> {
    cast(array)
}

/// The texts of values; a value that was there before has the same.
fn each<K: Hash + Eq + Copy>(
    values: impl Iterator<Item = Option<K>>,
    cells: &mut Texts,
    write: impl Fn(K, &mut String) -> Result<(), String>,
) -> Result<(), String> {
    let mut memo = Memo::new();
    for value in values {
        memo.push(cells, value, |text| {
            value.map_or(Ok(()), |value| write(value, text))
        })?;
    }
    Ok(())
}

fn plain(value: impl Display, text: &mut String) -> Result<(), String> {
    write!(text, "{value}").map_err(|error| error.to_string())
}

fn whole<T: NativeType + Display + Hash + Eq>(
    array: &dyn Array,
    cells: &mut Texts,
) -> Result<(), String> {
    let values = primitives::<T>(array)?.iter().map(|cell| cell.copied());
    each(values, cells, plain)
}

/// Older programs write texts as binary. Binary data that is no text has no values to read.
fn bytes<'a>(
    values: impl Iterator<Item = Option<&'a [u8]>>,
    cells: &mut Texts,
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

fn per_second(unit: TimeUnit) -> i64 {
    match unit {
        TimeUnit::Second => 1,
        TimeUnit::Millisecond => 1_000,
        TimeUnit::Microsecond => 1_000_000,
        TimeUnit::Nanosecond => 1_000_000_000,
    }
}

fn from_units(units: i64, unit: TimeUnit) -> Option<NaiveDateTime> {
    let per_second = per_second(unit);
    let nanoseconds = units.rem_euclid(per_second) * (1_000_000_000 / per_second);
    from_seconds(
        units.div_euclid(per_second),
        u32::try_from(nanoseconds).ok()?,
    )
}

fn from_seconds(seconds: i64, nanoseconds: u32) -> Option<NaiveDateTime> {
    DateTime::from_timestamp(seconds, nanoseconds).map(|time| time.naive_utc())
}

fn times<T: NativeType + Into<i64>>(
    array: &dyn Array,
    cells: &mut Texts,
    time: impl Fn(i64) -> Option<NaiveDateTime>,
) -> Result<(), String> {
    let values = primitives::<T>(array)?.iter();
    each(
        values.map(|cell| cell.map(|units| (*units).into())),
        cells,
        |units, text| {
            let time = time(units).ok_or_else(|| "it holds a time out of range".to_owned())?;
            text.push_str(&iso(time));
            Ok(())
        },
    )
}

/// `2026-11-01T08:30:00`, with a fraction of a second only where there is one.
fn iso(time: NaiveDateTime) -> String {
    time.format("%Y-%m-%dT%H:%M:%S%.f").to_string()
}

fn clock<T: NativeType + Into<i64>>(
    array: &dyn Array,
    unit: TimeUnit,
    cells: &mut Texts,
) -> Result<(), String> {
    let values = primitives::<T>(array)?.iter();
    each(
        values.map(|cell| cell.map(|units| (*units).into())),
        cells,
        |units, text| {
            let time = from_units(units, unit);
            let time = time.ok_or_else(|| "it holds a time out of range".to_owned())?;
            plain(time.format("%H:%M:%S%.f"), text)
        },
    )
}

/// Where a time was: its day is the day there, not in UTC.
enum Zone {
    Offset(FixedOffset),
    Named(chrono_tz::Tz),
}

impl Zone {
    fn parse(name: &str) -> Result<Self, String> {
        match (name.parse(), name.parse()) {
            (Ok(offset), _) => Ok(Self::Offset(offset)),
            (_, Ok(zone)) => Ok(Self::Named(zone)),
            (Err(_), Err(_)) => Err(format!("its times are in the unknown zone “{name}”")),
        }
    }

    fn local(&self, time: NaiveDateTime) -> NaiveDateTime {
        match self {
            Self::Offset(offset) => time.and_utc().with_timezone(offset).naive_local(),
            Self::Named(zone) => time.and_utc().with_timezone(zone).naive_local(),
        }
    }
}

fn dictionary(array: &dyn Array, cells: &mut Texts) -> Result<(), String> {
    fn of<K: DictionaryKey>(array: &dyn Array, cells: &mut Texts) -> Option<Result<(), String>> {
        let array = array.as_any().downcast_ref::<DictionaryArray<K>>()?;
        let mut values = Texts::default();
        if let Err(reason) = append(array.values().as_ref(), &mut values) {
            return Some(Err(reason));
        }
        let known = |key: &usize| *key < values.len();
        let keys = array.keys_iter().map(|key| key.filter(known));
        Some(each(keys, cells, |key, text| {
            text.push_str(&values[key]);
            Ok(())
        }))
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
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn decimals_are_exact() {
        assert_eq!(decimal(300_050, 2), "3000.5");
        assert_eq!(decimal(-5, 3), "-0.005");
        assert_eq!(decimal(100_100, 2), "1001");
        assert_eq!(decimal(7, 0), "7");
    }

    #[test]
    fn a_day_is_the_day_where_it_was() {
        let midnight_in_berlin = from_units(1_767_222_000, TimeUnit::Second).unwrap();
        assert_eq!(iso(midnight_in_berlin), "2025-12-31T23:00:00");
        assert_eq!(
            iso(Zone::parse("Europe/Berlin")
                .unwrap()
                .local(midnight_in_berlin)),
            "2026-01-01T00:00:00"
        );
        assert_eq!(
            iso(Zone::parse("+01:00").unwrap().local(midnight_in_berlin)),
            "2026-01-01T00:00:00"
        );
        assert_eq!(
            iso(Zone::parse("UTC").unwrap().local(midnight_in_berlin)),
            "2025-12-31T23:00:00"
        );
        assert!(Zone::parse("Mars/Olympus").is_err());
    }

    #[test]
    fn times_before_1970_count_back() {
        assert_eq!(
            iso(from_units(-1, TimeUnit::Millisecond).unwrap()),
            "1969-12-31T23:59:59.999"
        );
    }
}
