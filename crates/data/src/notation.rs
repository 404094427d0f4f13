//! One written number: sign, currency, per cent, and the formats in which its digits and marks can
//! be read.

use serde::{Deserialize, Serialize};

/// Which marks a number has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumberFormat {
    /// `.` or `,`
    pub decimal: char,
    /// `.`, `,`, a space (of any width) or an apostrophe.
    pub thousands: Option<char>,
}

impl Default for NumberFormat {
    fn default() -> Self {
        Self::PLAIN
    }
}

impl NumberFormat {
    /// As programs write numbers: `1234.5`.
    pub const PLAIN: Self = Self {
        decimal: '.',
        thousands: None,
    };

    /// The flags of the command line that state it.
    pub fn flags(self) -> String {
        let decimal = format!("--decimal {}", self.decimal);
        match self.thousands {
            None => decimal,
            Some(' ') => format!("{decimal} --thousands \" \""),
            Some('\'') => format!("{decimal} --thousands \"'\""),
            Some(mark) => format!("{decimal} --thousands {mark}"),
        }
    }
}

/// "decimal comma, thousands point"
impl std::fmt::Display for NumberFormat {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = |mark: char| match mark {
            '.' => "point",
            ',' => "comma",
            ' ' => "space",
            _ => "apostrophe",
        };
        write!(formatter, "decimal {}", name(self.decimal))?;
        self.thousands.map_or(Ok(()), |mark| {
            write!(formatter, ", thousands {}", name(mark))
        })
    }
}

const fn format(decimal: char, thousands: Option<char>) -> NumberFormat {
    NumberFormat { decimal, thousands }
}

/// All formats, the simplest first.
pub(crate) const FORMATS: [NumberFormat; 8] = [
    NumberFormat::PLAIN,
    format(',', None),
    format('.', Some(',')),
    format(',', Some('.')),
    format('.', Some(' ')),
    format(',', Some(' ')),
    format('.', Some('\'')),
    format(',', Some('\'')),
];

/// A set of [`FORMATS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FormatSet(u8);

impl FormatSet {
    pub(crate) const NONE: Self = Self(0);
    pub(crate) const ALL: Self = Self(u8::MAX);

    pub(crate) fn of(is_in: impl Fn(&NumberFormat) -> bool) -> Self {
        Self(
            (0..8)
                .filter(|bit| is_in(&FORMATS[*bit]))
                .fold(0, |bits, bit| bits | (1 << bit)),
        )
    }

    pub(crate) fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(crate) fn contains(self, format: NumberFormat) -> bool {
        self.formats().any(|own| own == format)
    }

    pub(crate) fn has_decimal(self, mark: char) -> bool {
        self.formats().any(|format| format.decimal == mark)
    }

    fn formats(self) -> impl Iterator<Item = NumberFormat> {
        (0..8)
            .filter(move |bit| self.0 & (1 << bit) != 0)
            .map(|bit| FORMATS[bit])
    }

    /// Of formats that give the same numbers, the one that promises the least: no decimal comma
    /// that no value has.
    pub(crate) fn simplest(self, parts: &[Parts<'_>]) -> NumberFormat {
        let has = |mark: char| {
            parts
                .iter()
                .any(|parts| parts.body.chars().any(|letter| plain_mark(letter) == mark))
        };
        let first = self
            .formats()
            .find(|format| format.decimal == '.' || !self.has_decimal('.') || has(format.decimal));
        first.unwrap_or(NumberFormat::PLAIN)
    }
}

/// Spaces and apostrophes of all kinds as the one that stands for them.
pub(crate) fn plain_mark(letter: char) -> char {
    match letter {
        '\u{a0}' | '\u{2009}' | '\u{202f}' | '\u{2007}' => ' ',
        '\u{2019}' | '\u{b4}' | '`' => '\'',
        other => other,
    }
}

/// A written number taken apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Parts<'a> {
    pub negative: bool,
    pub currency: Option<&'a str>,
    pub percent: bool,
    /// Digits and marks.
    pub body: &'a str,
}

const CURRENCIES: [&str; 33] = [
    "US$", "R$", "€", "$", "£", "¥", "₺", "₹", "₽", "₩", "zł", "Kč", "EUR", "USD", "GBP", "CHF",
    "JPY", "CNY", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "TRY", "TL", "BRL", "CAD", "AUD",
    "INR", "kr.", "kr", "Fr.",
];
/// Instead of the cents: "1200,-".
const NO_CENTS: [&str; 6] = [",--", ".--", ",-", ".-", ",–", ".–"];
const MINUS: [char; 3] = ['-', '\u{2212}', '\u{2013}'];

impl<'a> Parts<'a> {
    /// `None` when the text is not a number in any format.
    pub(crate) fn new(text: &'a str) -> Option<Self> {
        let text = text.trim();
        let mut parts = Self {
            negative: false,
            currency: None,
            percent: false,
            body: text,
        };
        if let Some(inside) = text
            .strip_prefix('(')
            .and_then(|text| text.strip_suffix(')'))
        {
            (parts.negative, parts.body) = (true, inside.trim());
        }
        let mut signed = parts.negative;
        // A sign, a currency and a per cent sign, once each, on either side and in any order.
        while !parts
            .body
            .starts_with(|letter: char| letter.is_ascii_digit() || is_mark(letter))
            || !ends_with_digit(parts.body)
        {
            let body = parts.body;
            if let Some(rest) = NO_CENTS.iter().find_map(|dash| body.strip_suffix(dash))
                && ends_with_digit(rest)
            {
                parts.body = rest;
            } else if let (false, Some(rest)) = (
                signed,
                body.strip_prefix(MINUS)
                    .or_else(|| body.strip_suffix(MINUS)),
            ) {
                (signed, parts.negative, parts.body) = (true, true, rest.trim());
            } else if let (false, Some(rest)) = (signed, body.strip_prefix('+')) {
                (signed, parts.body) = (true, rest.trim());
            } else if let (false, Some(rest)) = (parts.percent, body.strip_suffix('%')) {
                (parts.percent, parts.body) = (true, rest.trim());
            } else if let (None, Some((sign, rest))) = (parts.currency, without_currency(body)) {
                (parts.currency, parts.body) = (Some(sign), rest.trim());
            } else if body.ends_with(['.', ','])
                && body.len() > 1
                && body[..body.len() - 1].ends_with(|letter: char| letter.is_ascii_digit())
            {
                // "5." is a number, if a rare one.
                break;
            } else {
                return None;
            }
        }
        (!parts.body.is_empty()).then_some(parts)
    }

    /// The formats in which the body is a number.
    pub(crate) fn formats(&self) -> FormatSet {
        // Most bodies are digits, or digits with one mark: these need no trial of all formats.
        let mut marks = self.body.bytes().filter(|byte| !byte.is_ascii_digit());
        match (marks.next(), marks.next()) {
            (None, _) => FormatSet::ALL,
            (Some(byte @ (b'.' | b',')), None) => {
                let mark = char::from(byte);
                let may_be_thousands = are_groups(self.body, mark);
                FormatSet::of(|format| {
                    format.decimal == mark || (may_be_thousands && format.thousands == Some(mark))
                })
            }
            _ => FormatSet::of(|format| read(self.body, *format).is_some()),
        }
    }

    /// The number in a format.
    pub(crate) fn value(&self, format: NumberFormat) -> Option<f64> {
        read(self.body, format).map(|number| if self.negative { -number } else { number })
    }
}

/// True when the text is a number in one of the formats.
pub(crate) fn looks_like_number(text: &str) -> bool {
    Parts::new(text).is_some_and(|parts| parts.formats() != FormatSet::NONE)
}

fn is_mark(letter: char) -> bool {
    matches!(letter, '.' | ',')
}

fn ends_with_digit(body: &str) -> bool {
    body.ends_with(|letter: char| letter.is_ascii_digit())
}

fn without_currency(body: &str) -> Option<(&'static str, &str)> {
    CURRENCIES.iter().find_map(|sign| {
        let rest = body
            .strip_prefix(sign)
            .or_else(|| body.strip_suffix(sign))?;
        Some((*sign, rest))
    })
}

/// The number that the body is in a format; `None` when it is none. Groups have three digits (or
/// two in front of three, as in India), and the first does not begin with zero.
fn read(body: &str, format: NumberFormat) -> Option<f64> {
    if body.bytes().all(|byte| byte.is_ascii_digit()) {
        return body.parse().ok();
    }
    let (mantissa, exponent) = match body.find(['e', 'E']) {
        Some(position) => (&body[..position], &body[position..]),
        None => (body, ""),
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, part) = mantissa
        .split_once(format.decimal)
        .unwrap_or((mantissa, ""));
    if !digits(part) || (whole.is_empty() && part.is_empty()) {
        return None;
    }
    let is_plain = digits(whole);
    if !is_plain && (!exponent.is_empty() || !are_groups(whole, format.thousands?)) {
        return None;
    }
    let mut text = String::with_capacity(body.len());
    text.extend(whole.chars().filter(char::is_ascii_digit));
    text.push('.');
    text.push_str(part);
    text.push_str(exponent);
    // "1." and ".5" read, "." does not.
    text.parse().ok()
}

fn are_groups(whole: &str, mark: char) -> bool {
    if whole.len() < 5 || whole.starts_with('0') {
        return false;
    }
    let groups: Vec<&str> = whole
        .split(|letter: char| plain_mark(letter) == mark)
        .collect();
    let [first, middle @ .., last] = &groups[..] else {
        return false;
    };
    let digits =
        |group: &&str| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit());
    let western = first.len() <= 3 && middle.iter().all(|group| group.len() == 3);
    let indian = mark == ','
        && !middle.is_empty()
        && first.len() <= 2
        && middle.iter().all(|group| group.len() == 2);
    groups.iter().all(digits) && last.len() == 3 && (western || indian)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<f64> {
        let parts = Parts::new(text);
        let mut values: Vec<f64> = FORMATS
            .iter()
            .filter_map(|format| parts?.value(*format))
            .collect();
        values.sort_by(f64::total_cmp);
        values.dedup();
        values
    }

    #[test]
    fn one_reading() {
        for (text, value) in [
            ("1234", 1234.0),
            ("1234.5", 1234.5),
            ("1e-3", 0.001),
            ("-1.5E+2", -150.0),
            (".5", 0.5),
            ("5.", 5.0),
            ("0,125", 0.125),
            ("1.234,5", 1234.5),
            ("1,234.5", 1234.5),
            ("1.234.567", 1_234_567.0),
            ("1 234,5", 1234.5),
            ("1\u{202f}234", 1234.0),
            ("1’234.50", 1234.5),
            ("12,34,567", 1_234_567.0),
            ("(1,234.5)", -1234.5),
            ("12-", -12.0),
            ("\u{2212}12", -12.0),
            ("€ 1.234,50", 1234.5),
            ("1200,- €", 1200.0),
            ("-$5.25", -5.25),
            ("$-5.25", -5.25),
            ("12,5 %", 12.5),
            ("CHF 1'200.-", 1200.0),
        ] {
            assert_eq!(values(text), [value], "{text}");
        }
    }

    #[test]
    fn two_readings() {
        assert_eq!(values("3.000"), [3.0, 3000.0]);
        assert_eq!(values("12,500"), [12.5, 12_500.0]);
    }

    #[test]
    fn no_reading() {
        for text in [
            "",
            "-",
            "abc",
            "1.2.3",
            "1,23,4",
            "12 34",
            "1.234,56,7",
            "--5",
            "5 years",
            "01.02.2024",
            "1-2",
            "€",
            "%",
            ".",
        ] {
            assert!(values(text).is_empty(), "{text}: {:?}", values(text));
        }
    }
}
