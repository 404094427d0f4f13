//! What the readers of Arrow arrays share: the array of a type, and texts of its values.

use std::fmt::{Display, Write};

use polars_arrow::array::{Array, PrimitiveArray};
use polars_arrow::types::NativeType;

use super::held::{Held, Memo};

pub(super) fn cast<T: 'static>(array: &dyn Array) -> Result<&T, String> {
    array
        .as_any()
        .downcast_ref()
        .ok_or_else(|| format!("its type ({:?}) is not supported", array.dtype()))
}

pub(super) fn primitives<T: NativeType>(array: &dyn Array) -> Result<&PrimitiveArray<T>, String> {
    cast(array)
}

/// The texts of values, each given by its bits; a value that was there before has the same.
pub(super) fn each(
    values: impl Iterator<Item = Option<u128>>,
    cells: &mut Held,
    write: impl Fn(u128, &mut String) -> Result<(), String>,
) -> Result<(), String> {
    let mut memo = Memo::new();
    for value in values {
        match value {
            Some(value) => memo.push(cells, value, |text| write(value, text))?,
            None => cells.push(""),
        }
    }
    Ok(())
}

pub(super) fn plain(value: impl Display, text: &mut String) -> Result<(), String> {
    write!(text, "{value}").map_err(|error| error.to_string())
}
