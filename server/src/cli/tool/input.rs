//! Files without a use case: what a column holds is read from its own texts.

use std::collections::HashMap;

use data::Raw;
use model::{Column, MISSING_LEVEL, Table};
use workflow::{Error, Result};

use super::read_input;

/// Reads a CSV or Parquet file, or standard input for `-`.
///
/// # Errors
/// [`Error::Invalid`] that names the file.
pub fn read(path: &str) -> Result<Raw> {
    data::read(&read_input(path)?).map_err(|error| Error::Invalid(format!("{path}: {error}")))
}

/// The texts of the column called `name`.
///
/// # Errors
/// [`Error::Invalid`] that names the columns there are.
pub fn texts<'a>(raw: &'a Raw, name: &str) -> Result<&'a [String]> {
    let missing = || Error::Invalid(format!("the file has no column {name}; it has: {}", raw.names.join(", ")));
    raw.names.iter().position(|candidate| candidate == name).map(|index| raw.columns[index].as_slice()).ok_or_else(missing)
}

/// The outcomes in the column called `name`: 1 and 0, true and false, yes and no.
///
/// # Errors
/// [`Error::Invalid`] that names the first row that is neither.
pub fn outcomes(raw: &Raw, name: &str) -> Result<Vec<bool>> {
    let outcome = |(row, text): (usize, &String)| match text.trim().to_ascii_lowercase().as_str() {
        "1" | "1.0" | "true" | "yes" | "y" | "t" => Ok(true),
        "0" | "0.0" | "false" | "no" | "n" | "f" => Ok(false),
        _ => Err(Error::Invalid(format!("row {}: {name} must be 1 or 0, yes or no, true or false (found \"{text}\")", row + 2))),
    };
    texts(raw, name)?.iter().enumerate().map(outcome).collect()
}

/// The finite numbers in the column called `name`.
///
/// # Errors
/// [`Error::Invalid`] that names the first row that holds none.
pub fn scores(raw: &Raw, name: &str) -> Result<Vec<f64>> {
    let score = |(row, text): (usize, &String)| match text.trim().parse::<f64>() {
        Ok(score) if score.is_finite() => Ok(score),
        _ => Err(Error::Invalid(format!("row {}: {name} must be a number (found \"{text}\")", row + 2))),
    };
    texts(raw, name)?.iter().enumerate().map(score).collect()
}

/// The text, or `None` where it says that there is no value.
pub fn present(text: &str) -> Option<&str> {
    let text = text.trim();
    (!["", "na", "n/a", "nan", "null"].contains(&text.to_ascii_lowercase().as_str())).then_some(text)
}

/// What the texts of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextKind {
    /// Every row is missing.
    Empty,
    /// Every value is a number.
    Number,
    Level,
    /// Names and other texts that hardly repeat.
    Text,
}

/// Levels from which texts that hardly repeat are no levels.
const MANY_LEVELS: usize = 50;

/// What the texts of a column are.
pub fn kind(texts: &[String]) -> TextKind {
    let mut values = texts.iter().filter_map(|text| present(text)).peekable();
    if values.peek().is_none() {
        return TextKind::Empty;
    }
    if values.all(|text| text.parse::<f64>().is_ok()) {
        return TextKind::Number;
    }
    let distinct: std::collections::HashSet<&str> = texts.iter().filter_map(|text| present(text)).collect();
    if distinct.len() > MANY_LEVELS && 2 * distinct.len() > texts.len() { TextKind::Text } else { TextKind::Level }
}

/// The column, read as `kind`; a text that is no number is missing in a column of numbers.
pub fn column(texts: &[String], kind: TextKind) -> Column {
    let values = texts.iter().map(|text| present(text));
    match kind {
        TextKind::Number | TextKind::Empty => {
            Column::Number(values.map(|text| text.and_then(|text| text.parse().ok()).unwrap_or(f64::NAN)).collect())
        }
        TextKind::Level => {
            let mut levels: Vec<String> = values.clone().flatten().map(str::to_owned).collect();
            levels.sort_unstable();
            levels.dedup();
            let code_of: HashMap<&str, u32> = levels.iter().map(String::as_str).zip(0..).collect();
            let codes = values.map(|text| text.and_then(|text| code_of.get(text).copied()).unwrap_or(MISSING_LEVEL)).collect();
            Column::Level { codes, levels }
        }
        TextKind::Text => Column::Text(values.map(|text| text.unwrap_or_default().to_owned()).collect()),
    }
}

/// Every column of the file but `except`, as its own texts say.
pub fn table(raw: &Raw, except: Option<&str>) -> Table {
    let mut table = Table::default();
    for (name, texts) in raw.names.iter().zip(&raw.columns).filter(|(name, _)| Some(name.as_str()) != except) {
        table.push(name, column(texts, kind(texts)));
    }
    table
}
