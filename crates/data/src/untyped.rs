//! Columns that no use case types: the type of a column is inferred from its values.

use std::collections::HashMap;

use model::{Column, MISSING_LEVEL, Table};
use rayon::prelude::*;

use crate::read::{Raw, Texts};

/// The inferred type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextKind {
    /// Every value is missing.
    Empty,
    /// Every value is a number.
    Number,
    /// Values that repeat.
    Level,
    /// Names and other free text with few repeated values.
    Text,
}

/// Distinct values above which a column with few repeats is free text.
const MANY_LEVELS: usize = 50;

/// The text, or `None` for a missing value.
pub fn present(text: &str) -> Option<&str> {
    const MISSING: [&str; 5] = ["", "na", "n/a", "nan", "null"];
    let text = text.trim();
    let is_missing = MISSING.iter().any(|word| text.eq_ignore_ascii_case(word));
    (!is_missing).then_some(text)
}

/// The inferred type of a column.
#[must_use]
pub fn kind(texts: &Texts) -> TextKind {
    if let Some(numbers) = texts.numbers() {
        return match numbers.iter().all(|number| number.is_nan()) {
            true => TextKind::Empty,
            false => TextKind::Number,
        };
    }
    let mut values = texts.distinct().filter_map(present).peekable();
    if values.peek().is_none() {
        return TextKind::Empty;
    }
    if values.all(|text| text.parse::<f64>().is_ok()) {
        return TextKind::Number;
    }
    let distinct: std::collections::HashSet<&str> = texts.distinct().filter_map(present).collect();
    if distinct.len() > MANY_LEVELS && 2 * distinct.len() > texts.len() {
        TextKind::Text
    } else {
        TextKind::Level
    }
}

/// The column, read as `kind`; in a numeric column, text counts as missing.
#[must_use]
pub fn column(texts: Texts, kind: TextKind) -> Column {
    let texts = match (kind, texts.into_numbers()) {
        (TextKind::Number | TextKind::Empty, Ok(numbers)) => return Column::Number(numbers),
        (_, Ok(numbers)) => Texts::of_numbers(numbers),
        (_, Err(texts)) => texts,
    };
    let values = texts.distinct().map(present);
    let rows = || texts.codes().iter().map(|code| *code as usize);
    match kind {
        TextKind::Number | TextKind::Empty => {
            let numbers: Vec<f64> = values
                .map(|text| text.and_then(|text| text.parse().ok()).unwrap_or(f64::NAN))
                .collect();
            Column::Number(rows().map(|code| numbers[code]).collect())
        }
        TextKind::Level => {
            let mut levels: Vec<String> = values.clone().flatten().map(str::to_owned).collect();
            levels.sort_unstable();
            levels.dedup();
            let code_of: HashMap<&str, u32> = levels.iter().map(String::as_str).zip(0..).collect();
            let known: Vec<u32> = values
                .map(|text| {
                    text.and_then(|text| code_of.get(text).copied())
                        .unwrap_or(MISSING_LEVEL)
                })
                .collect();
            let codes = rows().map(|code| known[code]).collect();
            Column::Level { codes, levels }
        }
        TextKind::Text => Column::Text(
            texts
                .iter()
                .map(|text| present(text).unwrap_or_default().to_owned())
                .collect(),
        ),
    }
}

/// Every column of the file that can be read, except `except`, with inferred types.
#[must_use]
pub fn table(mut raw: Raw, except: Option<&str>) -> Table {
    let columns = std::mem::take(&mut raw.columns);
    let typed: Vec<Option<Column>> = columns
        .into_par_iter()
        .enumerate()
        .map(|(index, texts)| {
            let is_wanted =
                Some(raw.names[index].as_str()) != except && raw.unreadable(index).is_none();
            is_wanted.then(|| {
                let kind = kind(&texts);
                column(texts, kind)
            })
        })
        .collect();
    let mut table = Table::default();
    for (name, column) in raw.names.iter().zip(typed) {
        if let Some(column) = column {
            table.push(name, column);
        }
    }
    table
}

/// Two files with the columns of the first that both can be read. The type of a column comes from
/// the first, or from the second where the first has no values.
///
/// `None` is a file without rows: it has the columns of the other, empty.
#[must_use]
pub fn tables(first: Option<Raw>, second: Option<Raw>) -> (Table, Table) {
    let names = first
        .as_ref()
        .or(second.as_ref())
        .map(|raw| raw.names.clone())
        .unwrap_or_default();
    let take = |raw: Option<Raw>| -> Vec<Option<Texts>> {
        let Some(mut raw) = raw else {
            return vec![Some(Texts::default()); names.len()];
        };
        let place = |name: &String| raw.names.iter().position(|own| own == name);
        let places: Vec<Option<usize>> = names
            .iter()
            .map(|name| place(name).filter(|index| raw.unreadable(*index).is_none()))
            .collect();
        places
            .into_iter()
            .map(|index| index.map(|index| std::mem::take(&mut raw.columns[index])))
            .collect()
    };
    let both: Vec<_> = take(first).into_iter().zip(take(second)).collect();
    let typed: Vec<[Option<Column>; 2]> = both
        .into_par_iter()
        .map(|(first, second)| {
            let of = |texts: &Option<Texts>| texts.as_ref().map_or(TextKind::Empty, kind);
            let (kind, second_kind) = (of(&first), of(&second));
            let expected = match kind {
                TextKind::Empty => second_kind,
                TextKind::Number | TextKind::Level | TextKind::Text => kind,
            };
            let found = match (expected, second_kind) {
                // Levels may look like numbers; a numeric column that contains text has changed
                // its type.
                (TextKind::Number, TextKind::Level | TextKind::Text) => TextKind::Level,
                _ => expected,
            };
            [
                first.map(|texts| column(texts, expected)),
                second.map(|texts| column(texts, found)),
            ]
        })
        .collect();
    let (mut before, mut now) = (Table::default(), Table::default());
    for (name, [first, second]) in names.iter().zip(typed) {
        for (table, column) in [(&mut before, first), (&mut now, second)] {
            if let Some(column) = column {
                table.push(name, column);
            }
        }
    }
    (before, now)
}
