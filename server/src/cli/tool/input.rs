//! Files without a use case: the type of a column is inferred from its values.

use std::collections::BTreeMap;

use data::{Raw, Texts};
use model::UseCase;
use workflow::{Error, Result};

use crate::cli::input::read_input;
use crate::cli::output;
use crate::cli::reading::Reading;

/// Reads what a use case needs of a file (CSV, Excel, OpenDocument, Parquet, Arrow, JSON lines), or
/// of standard input for `-`, as an import does.
///
/// # Errors
/// [`Error::Invalid`] naming the file, or the flag that has no valid value.
pub fn read(path: &str, reading: &Reading, use_case: &UseCase) -> Result<Raw> {
    data::read_for(&read_input(path)?, &reading.options()?, use_case)
        .map_err(|error| Error::Invalid(format!("{path}: {error}")))
}

/// How to read a file whose columns no use case types: here, numbers have a decimal point.
///
/// # Errors
/// [`Error::Invalid`] naming a flag that has no valid value, or one for numbers and dates, which
/// would otherwise be ignored.
pub fn untyped_options(reading: &Reading) -> Result<data::ReadOptions> {
    let options = reading.options()?;
    let stated = [
        ("--decimal", options.decimal.is_some()),
        ("--thousands", options.thousands.is_some()),
        ("--dates", options.dates.is_some()),
    ];
    match stated.iter().find(|(_, is_stated)| *is_stated) {
        Some((flag, _)) => Err(Error::Invalid(format!(
            "{flag} applies to the fields of a use case, and these columns are read without one. \
             Write numbers with a decimal point and dates as YYYY-MM-DD."
        ))),
        None => Ok(options),
    }
}

/// As [`read`], for columns that no use case types.
///
/// # Errors
/// As [`read`] and [`untyped_options`].
pub fn read_untyped(path: &str, reading: &Reading) -> Result<Raw> {
    data::read(&read_input(path)?, &untyped_options(reading)?)
        .map_err(|error| Error::Invalid(format!("{path}: {error}")))
}

/// Says on standard error which values count as missing or as the level "Other", and why.
pub fn say_unknown(path: &str, notes: &data::CheckNotes) {
    let mut other: BTreeMap<&str, usize> = BTreeMap::new();
    for unseen in &notes.unseen {
        let why = match unseen.why {
            data::Unread::NoLevel => "is not known",
            data::Unread::After(_) => "is after the day of its row",
            data::Unread::Other => {
                *other.entry(&unseen.field).or_default() += unseen.rows.len();
                continue;
            }
        };
        let rows = output::counted(unseen.rows.len(), "row", "rows");
        eprintln!(
            "{path}: {}: “{}” {why} and counts as missing in {rows}.",
            unseen.field, unseen.value
        );
    }
    for (field, rows) in other {
        let rows = output::counted(rows, "row", "rows");
        eprintln!("{path}: {field}: values that are not listed count as “Other” in {rows}.");
    }
}

/// The texts of the column called `name`.
///
/// # Errors
/// [`Error::Invalid`] naming the available columns, or why the column cannot be read.
pub fn texts<'a>(raw: &'a Raw, name: &str) -> Result<&'a Texts> {
    let missing = || {
        Error::Invalid(format!(
            "The file has no column “{name}”. It has: {}.",
            raw.names.join(", ")
        ))
    };
    let index = raw
        .names
        .iter()
        .position(|candidate| candidate == name)
        .ok_or_else(missing)?;
    match raw.unreadable(index) {
        Some(reason) => Err(Error::Invalid(format!(
            "The column “{name}” cannot be read: {reason}."
        ))),
        None => Ok(&raw.columns[index]),
    }
}

/// The outcomes in the column called `name`: 1 and 0, true and false, yes and no.
///
/// # Errors
/// [`Error::Invalid`] naming the first row with another value.
pub fn outcomes(raw: &Raw, name: &str) -> Result<Vec<bool>> {
    let outcome = |text: &str| match text.trim().to_ascii_lowercase().as_str() {
        "1" | "1.0" | "true" | "yes" | "y" | "t" => Some(true),
        "0" | "0.0" | "false" | "no" | "n" | "f" => Some(false),
        _ => None,
    };
    let texts = texts(raw, name)?;
    let known: Vec<Option<bool>> = texts.distinct().map(outcome).collect();
    let row = |(row, code): (usize, &u32)| {
        known[*code as usize].ok_or_else(|| {
            Error::Invalid(format!(
                "Row {}: {name} must be 1 or 0, yes or no, or true or false (found “{}”).",
                raw.row_number(row),
                &texts[row]
            ))
        })
    };
    texts.codes().iter().enumerate().map(row).collect()
}

/// The finite numbers in the column called `name`.
///
/// # Errors
/// [`Error::Invalid`] naming the first row without one.
pub fn scores(raw: &Raw, name: &str) -> Result<Vec<f64>> {
    let score = |(row, text): (usize, &str)| match text.trim().parse::<f64>() {
        Ok(score) if score.is_finite() => Ok(score),
        _ => Err(Error::Invalid(format!(
            "Row {}: {name} must be a number (found “{text}”).",
            row + 2
        ))),
    };
    texts(raw, name)?.iter().enumerate().map(score).collect()
}
