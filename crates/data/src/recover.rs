//! A use case out of a text with errors: each error is reported, what is wrong is left out or stood
//! in for, and reading goes on.

use std::collections::HashSet;
use std::ops::Range;

use model::UseCase;
use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use crate::toml_position::Positions;
use crate::use_case_error::UseCaseError;

/// Errors after which a text is given up.
const MOST: usize = 100;

/// What could be read of a text, with everything that could not.
pub(crate) struct Recovered {
    pub errors: Vec<UseCaseError>,
    /// Tables and keys of the file itself with an error, as [`Positions::line_of`] names them
    /// (`target`, `field.2`, `title`): what else is found about them may be due to the error.
    pub broken: Vec<String>,
    /// The rest, unless even that cannot be read.
    pub use_case: Option<UseCase>,
}

/// Values that stand in for a key that is missing or wrong: one of each type that a required key
/// has.
const STAND_INS: &str = r#"
a = "integer"
b = 0.5
c = []
d = { one = "", many = "", event_one = "", event_many = "", verb = "" }
e = { column = "", label = "", positive = [], negative = [] }
f = { gates = "", drift = "", cutoff = 0.5 }
"#;
/// Where stand-ins are: beyond every text, so that an error there is known to be theirs.
const NOWHERE: Range<usize> = usize::MAX - 1..usize::MAX;

/// Reads a text that is sound TOML as far as possible.
pub(crate) fn recover(text: &str) -> Recovered {
    let (positions, stand_ins) = (Positions::of(text), stand_ins());
    let mut root = DeTable::parse_recoverable(text).0;
    let mut recovered = Recovered {
        errors: Vec::new(),
        broken: Vec::new(),
        use_case: None,
    };
    // The key that is stood in for, and the next stand-in to try.
    let mut trying: Option<(Vec<String>, String, usize)> = None;
    let mut handled: HashSet<(Vec<String>, String, bool)> = HashSet::new();
    while recovered.errors.len() < MOST {
        let error = match UseCase::deserialize(toml::de::Deserializer::from(root.clone())) {
            Ok(use_case) => {
                recovered.use_case = Some(use_case);
                return recovered;
            }
            Err(error) => error,
        };
        let is_stand_in = error.span().is_some_and(|span| span.start == NOWHERE.start);
        if let (true, Some((table, key, next))) = (is_stand_in, &mut trying) {
            let Some(value) = stand_ins.get(*next) else {
                return recovered;
            };
            *next += 1;
            put(&mut root, table, key, value.clone());
            continue;
        }
        let offset = error.span().map_or(0, |span| span.start);
        let missing = error
            .message()
            .strip_prefix("missing field `")
            .and_then(|rest| rest.split('`').next())
            .map(str::to_owned);
        let is_missing = missing.is_some();
        // A missing key is reported at its table, any other error at the key itself.
        let mut table = match (is_missing, error.span()) {
            (true, Some(span)) => table_of(root.get_ref(), &span).unwrap_or_default(),
            _ => deepest(root.get_ref(), offset),
        };
        let key = missing.or_else(|| table.pop()).unwrap_or_default();
        // An error that comes back, or has no place, cannot be got around.
        let is_mended = is_missing || remove(&mut root, &table, &key);
        if !handled.insert((table.clone(), key.clone(), is_missing)) || !is_mended {
            recovered.errors.push(problem(&positions, &error));
            return recovered;
        }
        // What was removed because it was wrong is missing now; that was said.
        if !(is_missing && handled.contains(&(table.clone(), key.clone(), false))) {
            recovered.errors.push(UseCaseError {
                key: key_of(root.get_ref(), &table, &key),
                ..problem(&positions, &error)
            });
            recovered.broken.push(if table.is_empty() {
                key.clone()
            } else {
                table.join(".")
            });
        }
        if is_missing {
            put(&mut root, &table, &key, stand_ins[0].clone());
            trying = Some((table, key, 1));
        }
    }
    recovered
}

fn problem(positions: &Positions<'_>, error: &toml::de::Error) -> UseCaseError {
    let offset = error.span().map_or(0, |span| span.start);
    UseCaseError {
        line: positions.line_at(offset),
        key: positions.key_at(offset).unwrap_or_default(),
        message: error.message().to_owned(),
    }
}

/// The key for a person: elements of lists by their names.
fn key_of(root: &DeTable<'_>, table: &[String], key: &str) -> String {
    let mut name = Vec::new();
    let mut at = Some(root);
    let mut steps = table.iter().peekable();
    while let Some(step) = steps.next() {
        name.push(step.clone());
        let Some(value) = at.and_then(|table| DeTable::get(table, step.as_str())) else {
            break;
        };
        at = value.get_ref().as_table();
        if let (Some(elements), Some(index)) = (
            value.get_ref().as_array(),
            steps.peek().and_then(|index| index.parse::<usize>().ok()),
        ) {
            at = <[Spanned<DeValue<'_>>]>::get(elements, index)
                .and_then(|element| element.get_ref().as_table());
            let own = at
                .and_then(|table| DeTable::get(table, "name"))
                .filter(|name| name.span() != NOWHERE)
                .and_then(|name| name.get_ref().as_str());
            name.push(own.map_or_else(|| index.to_string(), str::to_owned));
            steps.next();
        }
    }
    name.push(key.to_owned());
    name.join(".")
}

/// The path of the table with this span; `None` for the file itself.
fn table_of(table: &DeTable<'_>, span: &Range<usize>) -> Option<Vec<String>> {
    children(table).into_iter().find_map(|(path, child, own)| {
        let inner = if own == *span {
            Some(Vec::new())
        } else {
            table_of(child, span)
        };
        inner.map(|inner| path.into_iter().chain(inner).collect())
    })
}

/// The path of the innermost key whose name or value covers an offset; empty where there is none.
fn deepest(table: &DeTable<'_>, offset: usize) -> Vec<String> {
    for (path, child, _) in children(table) {
        let inner = deepest(child, offset);
        if !inner.is_empty() {
            return path.into_iter().chain(inner).collect();
        }
    }
    let here = table
        .iter()
        .find(|(key, value)| key.span().contains(&offset) || value.span().contains(&offset));
    here.map(|(key, _)| vec![key.get_ref().to_string()])
        .unwrap_or_default()
}

/// The tables within a table, alone or in lists: path, table, span.
fn children<'t, 'a>(table: &'t DeTable<'a>) -> Vec<(Vec<String>, &'t DeTable<'a>, Range<usize>)> {
    let mut found = Vec::new();
    for (key, value) in table.iter() {
        let name = key.get_ref().to_string();
        if let Some(inner) = value.get_ref().as_table() {
            found.push((vec![name], inner, value.span()));
        } else if let Some(elements) = value.get_ref().as_array() {
            for (index, element) in elements.iter().enumerate() {
                if let Some(inner) = element.get_ref().as_table() {
                    found.push((vec![name.clone(), index.to_string()], inner, element.span()));
                }
            }
        }
    }
    found
}

fn table_at<'t, 'a>(
    root: &'t mut Spanned<DeTable<'a>>,
    path: &[String],
) -> Option<&'t mut DeTable<'a>> {
    let mut table = root.get_mut();
    let mut steps = path.iter();
    while let Some(step) = steps.next() {
        let value = DeTable::get_mut(table, step.as_str())?.get_mut();
        table = match value {
            DeValue::Table(table) => table,
            DeValue::Array(elements) => {
                let index: usize = steps.next()?.parse().ok()?;
                match <[Spanned<DeValue<'_>>]>::get_mut(elements, index)?.get_mut() {
                    DeValue::Table(table) => table,
                    DeValue::Array(_)
                    | DeValue::String(_)
                    | DeValue::Integer(_)
                    | DeValue::Float(_)
                    | DeValue::Boolean(_)
                    | DeValue::Datetime(_) => return None,
                }
            }
            DeValue::String(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_) => return None,
        };
    }
    Some(table)
}

fn remove(root: &mut Spanned<DeTable<'_>>, table: &[String], key: &str) -> bool {
    table_at(root, table).is_some_and(|table| DeTable::remove(table, key).is_some())
}

fn put<'a>(root: &mut Spanned<DeTable<'a>>, table: &[String], key: &str, value: DeValue<'a>) {
    if let Some(table) = table_at(root, table) {
        table.insert(
            Spanned::new(NOWHERE, key.to_owned().into()),
            Spanned::new(NOWHERE, value),
        );
    }
}

fn stand_ins() -> Vec<DeValue<'static>> {
    let table = DeTable::parse_recoverable(STAND_INS).0.into_inner();
    table
        .into_iter()
        .map(|(_, value)| nowhere(value.into_inner()))
        .collect()
}

/// The value with all that is in it moved to [`NOWHERE`]; lists of stand-ins are empty.
fn nowhere(value: DeValue<'static>) -> DeValue<'static> {
    let moved = |(key, value): (Spanned<DeString<'static>>, Spanned<DeValue<'static>>)| {
        (
            Spanned::new(NOWHERE, key.into_inner()),
            Spanned::new(NOWHERE, nowhere(value.into_inner())),
        )
    };
    match value {
        DeValue::Table(table) => DeValue::Table(table.into_iter().map(moved).collect()),
        value @ (DeValue::Array(_)
        | DeValue::String(_)
        | DeValue::Integer(_)
        | DeValue::Float(_)
        | DeValue::Boolean(_)
        | DeValue::Datetime(_)) => value,
    }
}
