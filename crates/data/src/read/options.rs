//! How a file is to be read, where it does not say so itself.

use serde::{Deserialize, Serialize};

/// How a file is to be read. What is `None` is recognized from its content.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ReadOptions {
    /// A label of the WHATWG Encoding Standard, for example `windows-1252`.
    pub encoding: Option<String>,
    /// Name of a workbook's sheet.
    pub sheet: Option<String>,
    /// What separates the columns of a text file.
    pub separator: Option<char>,
    /// Row that holds the column names, from 1.
    pub header_row: Option<usize>,
    /// Decimal mark of numbers: `.` or `,`.
    pub decimal: Option<char>,
    /// Thousands mark of numbers: `.`, `,`, a space or an apostrophe.
    pub thousands: Option<char>,
    /// Order of the parts of dates.
    pub dates: Option<DateOrder>,
}

/// In which order a date written with numbers has its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateOrder {
    /// 2026-03-01
    YearFirst,
    /// 01/03/2026
    DayFirst,
    /// 03/01/2026
    MonthFirst,
}

impl DateOrder {
    /// Every order.
    pub const ALL: [Self; 3] = [Self::YearFirst, Self::DayFirst, Self::MonthFirst];

    /// Its word in commands and forms.
    pub const fn word(self) -> &'static str {
        match self {
            Self::YearFirst => "year-first",
            Self::DayFirst => "day-first",
            Self::MonthFirst => "month-first",
        }
    }

    /// The order with that word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|order| order.word() == word)
    }
}

/// A stated option that cannot be used. The message says what to write.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{value}” is not a valid {option}. Use {valid}.")]
pub struct OptionError {
    /// Name of the option.
    pub option: &'static str,
    /// What was given.
    pub value: String,
    /// What is allowed, in words.
    pub valid: &'static str,
}

impl ReadOptions {
    /// Sets the option called `name` (as in commands and forms) from a text; an empty text leaves
    /// it to be recognized. `Ok(false)` when the option does not exist.
    ///
    /// # Errors
    /// When the text is not a value of the option.
    pub fn set(&mut self, name: &str, value: &str) -> Result<bool, OptionError> {
        // A space is a mark; an empty text is none.
        if value.is_empty() {
            return Ok([
                "encoding",
                "sheet",
                "separator",
                "header_row",
                "decimal",
                "thousands",
                "dates",
            ]
            .contains(&name));
        }
        let wrong = |option, valid| OptionError {
            option,
            value: value.to_owned(),
            valid,
        };
        match name {
            "encoding" => self.encoding = Some(value.trim().to_owned()),
            "sheet" => self.sheet = Some(value.to_owned()),
            "separator" => {
                self.separator = Some(
                    mark(value).ok_or_else(|| wrong("separator", "one sign, or the word tab"))?,
                )
            }
            "header_row" => {
                let row = value.trim().parse::<usize>().ok().filter(|row| *row > 0);
                self.header_row =
                    Some(row.ok_or_else(|| wrong("row of the column names", "a number from 1"))?);
            }
            "decimal" => {
                let decimal = mark(value).filter(|mark| matches!(mark, '.' | ','));
                self.decimal =
                    Some(decimal.ok_or_else(|| wrong("decimal mark", "a point or a comma"))?);
            }
            "thousands" => {
                let thousands = mark(value).filter(|mark| matches!(mark, '.' | ',' | ' ' | '\''));
                let thousands = thousands.filter(|mark| Some(*mark) != self.decimal);
                let valid = "a point, a comma, a space or an apostrophe, and not the decimal mark";
                self.thousands = Some(thousands.ok_or_else(|| wrong("thousands mark", valid))?);
            }
            "dates" => {
                let order = match value.trim().to_ascii_lowercase().as_str() {
                    "ymd" | "yyyy-mm-dd" => Some(DateOrder::YearFirst),
                    "dmy" | "dd/mm/yyyy" | "dd.mm.yyyy" => Some(DateOrder::DayFirst),
                    "mdy" | "mm/dd/yyyy" => Some(DateOrder::MonthFirst),
                    word => DateOrder::of_word(word),
                };
                self.dates = Some(order.ok_or_else(|| {
                    wrong("order of dates", "year-first, day-first or month-first")
                })?);
            }
            _ => return Ok(false),
        }
        Ok(true)
    }
}

/// A mark by its sign or its name.
fn mark(value: &str) -> Option<char> {
    let mut letters = value.chars();
    match (
        value.trim().to_ascii_lowercase().as_str(),
        letters.next(),
        letters.next(),
    ) {
        ("point", ..) => Some('.'),
        ("comma", ..) => Some(','),
        ("semicolon", ..) => Some(';'),
        ("space", ..) => Some(' '),
        ("apostrophe", ..) => Some('\''),
        ("tab" | "\\t", ..) => Some('\t'),
        (_, Some(only), None) => Some(crate::notation::plain_mark(only)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn options_are_set_by_name() {
        let mut options = ReadOptions::default();
        let texts = [
            ("decimal", ","),
            ("thousands", "point"),
            ("separator", "tab"),
            ("dates", "DD.MM.YYYY"),
            ("header_row", "3"),
        ];
        for (name, value) in texts {
            assert!(options.set(name, value).unwrap(), "{name}");
        }
        assert_eq!(
            (options.decimal, options.thousands, options.separator),
            (Some(','), Some('.'), Some('\t'))
        );
        assert_eq!(
            (options.dates, options.header_row),
            (Some(DateOrder::DayFirst), Some(3))
        );
        assert!(!options.set("color", "red").unwrap());
        for (name, value) in [
            ("decimal", ";"),
            ("thousands", ","),
            ("dates", "soon"),
            ("header_row", "0"),
            ("separator", "::"),
        ] {
            assert!(options.set(name, value).is_err(), "{name}");
        }
    }
}
