//! What a column holds: its distinct values with their spellings and counts.

use std::collections::HashMap;

use domain::Date;

use super::header::Header;
use crate::read::{DateOrder, Texts};
use crate::words::is_missing;

/// One value of a column, whatever its case and the blanks around it.
#[derive(Debug, Clone)]
pub(crate) struct Value {
    /// The most frequent spelling.
    pub text: String,
    /// Lower case, without accents.
    pub folded: String,
    pub rows: usize,
    /// Other spellings in the file.
    pub others: Vec<String>,
}

/// A column, counted.
#[derive(Debug, Clone)]
pub(crate) struct Values<'a> {
    pub name: &'a str,
    pub header: Header,
    pub texts: &'a Texts,
    /// The order of the parts of dates, where somebody stated it.
    pub order: Option<DateOrder>,
    /// A day that is not before that of the file, up to which dates count.
    pub day: Option<Date>,
    /// Rows without a value.
    pub missing: usize,
    /// Words for "missing" that the file uses, with their rows; blanks are not among them.
    pub missing_words: Vec<(String, usize)>,
    /// Most frequent first, then by text.
    pub distinct: Vec<Value>,
}

/// A number in any usual notation. Here only its size matters, roughly: an import reads the whole
/// column in one notation, and asks where two are possible.
pub(crate) fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    let plain = text.parse::<f64>().ok().filter(|number| number.is_finite());
    plain.or_else(|| {
        let is_sign = |letter: char| {
            letter.is_whitespace()
                || matches!(letter, '€' | '$' | '£' | '¥' | '₺' | '%' | '\'' | '’')
        };
        let bare: String = text.chars().filter(|letter| !is_sign(*letter)).collect();
        let digits = |text: &str| {
            text.bytes().any(|byte| byte.is_ascii_digit())
                && text
                    .bytes()
                    .all(|byte| byte.is_ascii_digit() || b".,-+".contains(&byte))
        };
        // The mark that comes last is the decimal mark, unless it occurs twice.
        let decimal = bare
            .rfind(['.', ','])
            .map(|at| &bare[at..=at])
            .filter(|mark| bare.matches(mark).count() == 1);
        let written: String = match decimal {
            Some(mark) => bare
                .chars()
                .filter(|letter| !matches!(letter, '.' | ',') || mark.starts_with(*letter))
                .collect::<String>()
                .replace(mark, "."),
            None => bare
                .chars()
                .filter(|letter| !matches!(letter, '.' | ','))
                .collect(),
        };
        // A mark in the whole part stands for thousands: three digits follow it, unlike in a date.
        let whole = decimal
            .and_then(|mark| bare.split_once(mark))
            .map_or(bare.as_str(), |(whole, _)| whole);
        let is_grouped = whole
            .split(['.', ','])
            .skip(1)
            .all(|group| group.len() == 3);
        written
            .parse::<f64>()
            .ok()
            .filter(|number| number.is_finite() && digits(&bare) && is_grouped)
    })
}

/// One blank between words, lower case: spellings of one level.
fn level_key(text: &str) -> String {
    text.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .to_lowercase()
}

impl<'a> Values<'a> {
    pub(crate) fn new(name: &'a str, texts: &'a Texts) -> Self {
        let mut spellings: HashMap<&str, usize> = HashMap::new();
        for (text, rows) in texts.distinct().zip(texts.counts()) {
            *spellings.entry(text.trim()).or_default() += rows;
        }
        let mut missing_words = Vec::new();
        let mut missing = 0;
        let mut by_key: HashMap<String, Vec<(&str, usize)>> = HashMap::new();
        for (text, rows) in spellings {
            if is_missing(text) {
                missing += rows;
                missing_words
                    .extend(Some((text.to_owned(), rows)).filter(|(text, _)| !text.is_empty()));
            } else {
                by_key
                    .entry(level_key(text))
                    .or_default()
                    .push((text, rows));
            }
        }
        missing_words.sort();
        let value = |mut spellings: Vec<(&str, usize)>| {
            spellings.sort_by(|one, other| other.1.cmp(&one.1).then(one.0.cmp(other.0)));
            Value {
                text: spellings[0].0.to_owned(),
                folded: super::header::fold(&level_key(spellings[0].0)),
                rows: spellings.iter().map(|(_, rows)| rows).sum(),
                others: spellings[1..]
                    .iter()
                    .map(|(text, _)| (*text).to_owned())
                    .collect(),
            }
        };
        let mut distinct: Vec<Value> = by_key.into_values().map(value).collect();
        distinct.sort_by(|one, other| {
            other
                .rows
                .cmp(&one.rows)
                .then_with(|| one.text.cmp(&other.text))
        });
        Self {
            name,
            header: Header::new(name),
            texts,
            order: None,
            day: None,
            missing,
            missing_words,
            distinct,
        }
    }

    /// Rows with a value.
    pub(crate) fn filled(&self) -> usize {
        self.texts.len() - self.missing
    }

    /// The numbers of the rows, `NaN` where there is none.
    pub(crate) fn numbers(&self) -> Vec<f64> {
        let number = |text: &str| number(text).filter(|_| !is_missing(text));
        let known: Vec<f64> = self
            .texts
            .distinct()
            .map(|text| number(text).unwrap_or(f64::NAN))
            .collect();
        let codes = self.texts.codes().iter();
        codes.map(|code| known[*code as usize]).collect()
    }

    /// The distinct numbers, ascending; `None` unless every value is a number.
    pub(crate) fn distinct_numbers(&self) -> Option<Vec<f64>> {
        let mut numbers = self
            .distinct
            .iter()
            .map(|value| number(&value.text))
            .collect::<Option<Vec<f64>>>()?;
        numbers.sort_unstable_by(f64::total_cmp);
        numbers.dedup();
        Some(numbers).filter(|numbers| !numbers.is_empty())
    }

    /// Codes of the rows into the distinct values; the number of distinct values where there is
    /// none.
    pub(crate) fn codes(&self) -> Vec<u32> {
        let none = self.distinct.len() as u32;
        let code_of: HashMap<String, u32> = self
            .distinct
            .iter()
            .map(|value| level_key(&value.text))
            .zip(0..)
            .collect();
        let code = |text: &str| code_of.get(&level_key(text)).copied().unwrap_or(none);
        let known: Vec<u32> = self.texts.distinct().map(code).collect();
        let codes = self.texts.codes().iter();
        codes.map(|code| known[*code as usize]).collect()
    }

    /// Whether each filled row has a value of its own.
    pub(crate) fn is_unique(&self) -> bool {
        self.distinct.len() == self.filled()
    }

    /// Some of the values, for a message: `"Active" (12 rows), "Left" (3 rows)`.
    pub(crate) fn listed(&self, most: usize) -> String {
        let shown = self.distinct.iter().take(most).map(|value| {
            let rows = if value.rows == 1 { "row" } else { "rows" };
            format!(
                "\"{}\" ({} {rows})",
                crate::refusal::shown(&value.text),
                value.rows
            )
        });
        let mut text = shown.collect::<Vec<_>>().join(", ");
        if self.distinct.len() > most {
            text += &format!(" and {} more", self.distinct.len() - most);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::{Values, number};

    #[test]
    fn numbers_have_many_notations() {
        for (text, expected) in [
            ("12", 12.0),
            ("1.5", 1.5),
            ("1,5", 1.5),
            ("3.000,50 €", 3000.5),
            ("1'200", 1200.0),
            ("1.200.300", 1_200_300.0),
            ("15 %", 15.0),
            ("-2,5", -2.5),
        ] {
            assert_eq!(number(text), Some(expected), "{text}");
        }
        for text in [
            "",
            "Sales",
            "1-2",
            "10/49",
            ">20",
            ".",
            "1 Nov 2026",
            "E-17",
            "27.05.1976",
        ] {
            assert_eq!(number(text), None, "{text}");
        }
    }

    #[test]
    fn spellings_of_one_value_are_counted_together() {
        let texts: crate::Texts = [
            "Sales", "sales ", "SALES", "Sales", "R  D", "R D", "", "n/a",
        ]
        .into_iter()
        .collect();
        let values = Values::new("Department", &texts);
        let found: Vec<_> = values
            .distinct
            .iter()
            .map(|value| (value.text.as_str(), value.rows, value.others.len()))
            .collect();
        assert_eq!(found, [("Sales", 4, 2), ("R  D", 2, 1)]);
        assert_eq!(
            (values.missing, values.missing_words.as_slice()),
            (2, &[("n/a".to_owned(), 1)][..])
        );
        assert_eq!(values.codes(), [0, 0, 0, 0, 1, 1, 2, 2]);
    }
}
