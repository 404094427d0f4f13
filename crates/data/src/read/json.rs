//! JSON: one object per line, or one array of objects.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::error::ReadError;
use super::raw::Raw;
use super::texts::Texts;

type Object = Map<String, Value>;

/// True when the text begins with a JSON object, or with an array of them.
pub(super) fn is_json(bytes: &[u8]) -> bool {
    let text = bytes
        .strip_prefix(b"\xEF\xBB\xBF")
        .unwrap_or(bytes)
        .trim_ascii_start();
    match text.first() {
        Some(b'{') => serde_json::Deserializer::from_slice(text)
            .into_iter::<Object>()
            .next()
            .is_some_and(|first| first.is_ok()),
        Some(b'[') => text[1..].trim_ascii_start().starts_with(b"{"),
        _ => false,
    }
}

pub(super) fn read(bytes: &[u8]) -> Result<Raw, ReadError> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let failed = |error: serde_json::Error| ReadError::Json {
        line: error.line(),
        problem: error.to_string(),
    };
    let objects = if bytes.trim_ascii_start().starts_with(b"[") {
        serde_json::from_slice::<Vec<Object>>(bytes).map_err(failed)?
    } else {
        serde_json::Deserializer::from_slice(bytes)
            .into_iter()
            .collect::<Result<_, _>>()
            .map_err(failed)?
    };
    Ok(table(&objects))
}

fn table(objects: &[Object]) -> Raw {
    let mut index_of = BTreeMap::new();
    let mut raw = Raw::default();
    for key in objects.iter().flat_map(Object::keys) {
        if !index_of.contains_key(key.trim()) {
            index_of.insert(key.trim(), raw.names.len());
            raw.names.push(key.trim().to_owned());
        }
    }
    raw.columns = vec![Texts::default(); raw.names.len()];
    raw.typed = vec![true; raw.names.len()];
    for (row, object) in objects.iter().enumerate() {
        let mut cells = vec![String::new(); raw.names.len()];
        for (key, value) in object {
            let Some(&index) = index_of.get(key.trim()) else {
                continue;
            };
            raw.typed[index] &= !value.is_string();
            match text(value) {
                Ok(text) => cells[index] = text,
                Err(reason) if raw.unreadable(index).is_none() => {
                    raw.recognized
                        .unreadable
                        .push((key.trim().to_owned(), format!("row {} {reason}", row + 2)));
                }
                Err(_) => {}
            }
        }
        for (column, cell) in raw.columns.iter_mut().zip(&cells) {
            column.push(cell);
        }
    }
    raw
}

fn text(value: &Value) -> Result<String, &'static str> {
    /// Beyond this, a number has lost digits when it was read.
    const LARGEST_EXACT: f64 = 9_007_199_254_740_992.0;
    match value {
        Value::Null => Ok(String::new()),
        Value::Bool(value) => Ok(value.to_string()),
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) if number.is_f64() => match number.as_f64() {
            Some(number) if number.abs() < LARGEST_EXACT => Ok(number.to_string()),
            _ => Err("holds a number with too many digits. Write it as text"),
        },
        Value::Number(number) => Ok(number.to_string()),
        Value::Array(_) | Value::Object(_) => {
            Err("holds a list or an object instead of a single value")
        }
    }
}
