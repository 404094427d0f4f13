//! Numbers as people write them. Each column has one format, found from all of its values; where
//! two formats give different numbers, the column is refused with the question.

use std::collections::BTreeMap;

use model::{Cell, Column, Field, Kind};
use serde::{Deserialize, Serialize};

use crate::notation::{FORMATS, FormatSet, NumberFormat, Parts};
use crate::read::{DateOrder, Raw, ReadOptions, Texts};
use crate::refusal::Refusal;
use crate::words::is_missing;

/// How the values of a column were read, where that was not plain: shown before and after an
/// import.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ColumnFormat {
    /// Label of the field.
    pub label: String,
    /// Decimal and thousands mark.
    pub number: NumberFormat,
    /// The currency sign of the values, which was left out.
    pub currency: Option<String>,
    /// How a per cent sign is read; `None` without one.
    pub percent: Option<Percent>,
    /// The order in which the parts of dates were read; `None` where they tell it themselves.
    #[serde(default)]
    pub dates: Option<DateOrder>,
    /// True when other columns of the file decided between two formats.
    pub by_other_columns: bool,
    /// Words that were read as missing, with the number of rows.
    pub missing: Vec<(String, usize)>,
}

/// What "15%" is stored as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Percent {
    /// 15
    AsWritten,
    /// 0.15
    AsShare,
}

impl ColumnFormat {
    pub(crate) fn is_plain(&self) -> bool {
        self.number == NumberFormat::PLAIN
            && self.currency.is_none()
            && self.percent.is_none()
            && self.dates.is_none()
            && self.missing.is_empty()
    }

    /// For example "Monthly income: decimal comma, thousands point; “k.A.” read as missing (3
    /// rows)".
    pub fn sentence(&self) -> String {
        format!("{}: {}", self.label, self.description())
    }

    /// The same without the name of the field.
    pub fn description(&self) -> String {
        let mut parts = Vec::new();
        if self.number != NumberFormat::PLAIN {
            let decided = if self.by_other_columns {
                " (decided by other columns)"
            } else {
                ""
            };
            parts.push(format!("{}{decided}", self.number));
        }
        parts.extend(
            self.currency
                .as_ref()
                .map(|sign| format!("currency sign {sign} left out")),
        );
        parts.extend(self.percent.map(|percent| match percent {
            Percent::AsWritten => "15% read as 15".to_owned(),
            Percent::AsShare => "15% read as 0.15".to_owned(),
        }));
        parts.extend(
            self.dates
                .map(|order| format!("dates read {}", order.word().replace('-', " "))),
        );
        let missing = |(word, rows): &(String, usize)| {
            let unit = if *rows == 1 { "row" } else { "rows" };
            format!("“{word}” read as missing ({rows} {unit})")
        };
        parts.extend(self.missing.iter().map(missing));
        parts.join("; ")
    }
}

/// The numbers of a column of a file; problems go to the refusal, and what is remarkable about the
/// format to `formats`.
pub(crate) fn column(
    field: &Field,
    raw: &Raw,
    index: usize,
    refusal: &mut Refusal,
    formats: &mut Vec<ColumnFormat>,
) -> Column {
    let texts = &raw.columns[index];
    let mut found = ColumnFormat {
        label: field.label.clone(),
        ..ColumnFormat::default()
    };
    if let Some(numbers) = texts.numbers() {
        return Column::Number(typed(field, numbers, refusal));
    }
    if !raw.is_typed(index) {
        let values: Vec<&str> = texts.distinct().collect();
        if let Err(rule) = recognize(field, (raw, index), &values, &mut found) {
            let example = values
                .iter()
                .find(|text| text.contains(['.', ',', '%']))
                .map_or("", |text| *text);
            refusal.add(1, &field.name, example, rule);
            return Column::Number(vec![f64::NAN; texts.len()]);
        }
    }
    let read: Vec<Result<f64, String>> = texts
        .distinct()
        .map(|text| number(field, text, &found))
        .collect();
    let mut numbers = Vec::with_capacity(texts.len());
    for (row, code) in texts.codes().iter().enumerate() {
        match &read[*code as usize] {
            Ok(number) => numbers.push(*number),
            Err(rule) => {
                numbers.push(f64::NAN);
                refusal.add(row + 2, &field.name, &texts[row], rule.as_str());
            }
        }
    }
    found.missing = missing_words(texts, |_, text| is_missing(text));
    if !found.is_plain() {
        formats.push(found);
    }
    Column::Number(numbers)
}

/// The numbers of a column that its file holds as numbers: only what breaks a rule becomes text.
fn typed(field: &Field, numbers: &[f64], refusal: &mut Refusal) -> Vec<f64> {
    let blank = number(field, "", &ColumnFormat::default());
    let check = |(row, value): (usize, &f64)| {
        let checked = match value {
            value if value.is_nan() => blank.clone(),
            value if value.is_finite() => field.check_number(*value),
            value => number(field, &value.to_string(), &ColumnFormat::default()),
        };
        checked.unwrap_or_else(|rule| {
            let text = match value.is_nan() {
                true => String::new(),
                false => value.to_string(),
            };
            refusal.add(row + 2, &field.name, &text, rule);
            f64::NAN
        })
    };
    numbers.iter().enumerate().map(check).collect()
}

/// The words of a column that `is_missing` (by position among the distinct texts, and text), with
/// the number of rows of each.
pub(crate) fn missing_words(
    texts: &Texts,
    is_missing: impl Fn(usize, &str) -> bool,
) -> Vec<(String, usize)> {
    let mut rows: BTreeMap<&str, usize> = BTreeMap::new();
    for (code, (text, count)) in texts.distinct().zip(texts.counts()).enumerate() {
        if !text.trim().is_empty() && is_missing(code, text) {
            *rows.entry(text.trim()).or_default() += count;
        }
    }
    rows.into_iter()
        .map(|(text, rows)| (text.to_owned(), rows))
        .collect()
}

fn number(field: &Field, text: &str, found: &ColumnFormat) -> Result<f64, String> {
    if is_missing(text) {
        return match field.parse("") {
            Ok(Cell::Number(number)) => Ok(number),
            Ok(Cell::Level(_)) => Ok(f64::NAN),
            Err(problem) => Err(problem.rule),
        };
    }
    // As most numbers are written.
    if found.number == NumberFormat::PLAIN
        && found.percent.is_none()
        && let Some(number) = text
            .trim()
            .parse::<f64>()
            .ok()
            .filter(|number| number.is_finite())
    {
        return field.check_number(number);
    }
    let parts = Parts::new(text).filter(|parts| parts.percent == found.percent.is_some());
    match parts.and_then(|parts| parts.value(found.number)) {
        Some(number) if found.percent == Some(Percent::AsShare) => {
            field.check_number(number / 100.0)
        }
        Some(number) => field.check_number(number),
        None => Err(match field.parse(text) {
            Err(problem) if found.number == NumberFormat::PLAIN => problem.rule,
            Err(problem) => format!("{}, written with {}", problem.rule, found.number),
            Ok(_) => format!(
                "must be a number with {}, as the others of this column",
                found.number
            ),
        }),
    }
}

/// Finds the format of the column's values.
fn recognize(
    field: &Field,
    (raw, index): (&Raw, usize),
    values: &[&str],
    found: &mut ColumnFormat,
) -> Result<(), String> {
    let parts: Vec<Parts<'_>> = values
        .iter()
        .filter(|text| !is_missing(text))
        .filter_map(|text| Parts::new(text))
        .collect();
    found.currency = parts
        .iter()
        .find_map(|parts| parts.currency)
        .map(str::to_owned);
    if let Some(other) = parts
        .iter()
        .filter_map(|parts| parts.currency)
        .find(|sign| Some(*sign) != found.currency.as_deref())
    {
        let first = found.currency.as_deref().unwrap_or_default();
        return Err(format!(
            "the column mixes the currencies {first} and {other}. Convert them to one"
        ));
    }
    let stated = stated(&raw.options);
    let mut set = parts
        .iter()
        .fold(stated, |set, parts| set.and(parts.formats()));
    if set == FormatSet::NONE {
        set = best(&parts, stated)?;
    }
    if is_ambiguous(set, &parts) {
        set = decide(field, (raw, index), &parts, set, found)?;
    }
    found.number = set.simplest(&parts);
    found.percent = percent(field, &parts, found.number)?;
    Ok(())
}

/// The formats that the options allow.
fn stated(options: &ReadOptions) -> FormatSet {
    FormatSet::of(|format| {
        options.decimal.is_none_or(|mark| mark == format.decimal)
            && options
                .thousands
                .is_none_or(|mark| Some(crate::notation::plain_mark(mark)) == format.thousands)
    })
}

/// No format fits all values: the one that fits most of them, so that the others are named. When a
/// stated format fits none, but another fits all, that is proposed.
fn best(parts: &[Parts<'_>], stated: FormatSet) -> Result<FormatSet, String> {
    let fits = |set: FormatSet| {
        parts
            .iter()
            .filter(|parts| parts.formats().and(set) != FormatSet::NONE)
            .count()
    };
    let marked = parts
        .iter()
        .filter(|parts| parts.formats() != FormatSet::ALL);
    let none_fits = marked.clone().count() > 0
        && marked
            .clone()
            .all(|parts| parts.formats().and(stated) == FormatSet::NONE);
    let other = parts
        .iter()
        .fold(FormatSet::ALL, |set, parts| set.and(parts.formats()));
    if none_fits && other != FormatSet::NONE && !is_ambiguous(other, parts) {
        let format = other.simplest(parts);
        return Err(format!(
            "no value fits the stated number format; they are written with {format}. Use {}",
            format.flags()
        ));
    }
    let mut most = (0, FormatSet::NONE);
    for format in FORMATS.iter().filter(|format| stated.contains(**format)) {
        let set = FormatSet::of(|other| *other == *format);
        if fits(set) > most.0 {
            most = (fits(set), set);
        }
    }
    // Nothing is a number: each value is named with the rule of its field.
    Ok(if most.0 == 0 {
        FormatSet::of(|format| *format == NumberFormat::PLAIN)
    } else {
        most.1
    })
}

/// True when a mark could be decimal or thousands.
fn is_ambiguous(set: FormatSet, parts: &[Parts<'_>]) -> bool {
    set.has_decimal('.')
        && set.has_decimal(',')
        && parts.iter().any(|parts| parts.body.contains(['.', ',']))
}

/// Decides between decimal and thousands mark where the values alone do not, or asks.
fn decide(
    field: &Field,
    (raw, index): (&Raw, usize),
    parts: &[Parts<'_>],
    set: FormatSet,
    found: &mut ColumnFormat,
) -> Result<FormatSet, String> {
    let mark = if parts.iter().any(|parts| parts.body.contains('.')) {
        '.'
    } else {
        ','
    };
    let other = if mark == '.' { ',' } else { '.' };
    let as_decimal = set.and(FormatSet::of(|format| format.decimal == mark));
    let as_thousands = set.and(FormatSet::of(|format| format.decimal == other));
    // 12.5 is not a whole number; amounts of money do not have three decimals.
    let is_whole = |parts: &Parts<'_>| {
        parts
            .value(as_decimal.simplest(&[]))
            .is_none_or(|number| number.fract() == 0.0)
    };
    let broken = field.kind != Kind::Real && !parts.iter().all(is_whole);
    let is_money = parts
        .iter()
        .filter(|parts| parts.body.contains(mark))
        .all(|parts| parts.currency.is_some());
    if broken || is_money {
        return Ok(as_thousands);
    }
    // The other columns may show how this file writes numbers. A decimal point proves little:
    // programs write it in every country.
    if used_elsewhere(raw, index) == Some(other) {
        found.by_other_columns = true;
        return Ok(as_thousands);
    }
    let example = parts
        .iter()
        .find(|parts| parts.body.contains(mark))
        .map_or("", |parts| parts.body);
    let [decimal, thousands] = [as_decimal, as_thousands].map(|set| {
        let value = parts
            .iter()
            .find(|parts| parts.body == example)
            .and_then(|parts| parts.value(set.simplest(&[])));
        value.map_or_else(String::new, |value| value.to_string())
    });
    Err(format!(
        "“{example}” can be {decimal} or {thousands}, and no other value decides. State which mark is meant: --decimal {mark} or --thousands {mark}"
    ))
}

/// The decimal mark of the language of the column's file, where its columns show it beyond doubt
/// and agree: a decimal comma, or thousands marks.
fn used_elsewhere(raw: &Raw, column: usize) -> Option<char> {
    let (mut comma, mut point) = (false, false);
    for (index, texts) in raw
        .columns
        .iter()
        .enumerate()
        .filter(|(index, _)| raw.same_source(*index, column))
    {
        let set = if raw.is_typed(index) {
            None
        } else {
            common_formats(texts)
        };
        let Some(set) = set else { continue };
        comma |= !set.has_decimal('.');
        point |= !set.has_decimal(',')
            && set.and(FormatSet::of(|format| format.thousands != Some(','))) == FormatSet::NONE;
    }
    match (comma, point) {
        (true, false) => Some(','),
        (false, true) => Some('.'),
        (true, true) | (false, false) => None,
    }
}

/// The formats in which every value of a column is a number.
fn common_formats(texts: &Texts) -> Option<FormatSet> {
    let mut set = FormatSet::ALL;
    for text in texts.distinct().filter(|text| !is_missing(text)) {
        set = set.and(Parts::new(text)?.formats());
        if set == FormatSet::NONE {
            return None;
        }
    }
    Some(set)
}

/// What a per cent sign means for the field; its unit or its range decides.
fn percent(
    field: &Field,
    parts: &[Parts<'_>],
    format: NumberFormat,
) -> Result<Option<Percent>, String> {
    let with_sign: Vec<f64> = parts
        .iter()
        .filter(|parts| parts.percent)
        .filter_map(|parts| parts.value(format))
        .collect();
    // Few signs among many values without: these are named.
    if with_sign.is_empty() || 2 * with_sign.len() < parts.len() {
        return Ok(None);
    }
    let unit = field.unit.to_lowercase();
    if unit.contains('%') || unit.contains("percent") {
        return Ok(Some(Percent::AsWritten));
    }
    let fits = |factor: f64| {
        with_sign
            .iter()
            .all(|number| field.check_number(number * factor).is_ok())
    };
    match (field.range.is_some(), fits(1.0), fits(0.01)) {
        (true, true, false) => Ok(Some(Percent::AsWritten)),
        (true, false, true) => Ok(Some(Percent::AsShare)),
        _ => Err(
            "a value with a per cent sign can be stored as 15 or as 0.15. Give the field the unit \"%\" for 15, or the range [0, 1] for \
                  0.15"
                .to_owned(),
        ),
    }
}
