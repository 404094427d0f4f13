//! One date as somebody wrote it, before it is known what the column's order of day and month is.

use domain::{Date, Period};

/// What a text may say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    /// Can be read in one way only.
    Clear(Style, Period),
    /// `03/04/2026`: day and month, in an order that the text alone does not tell, and the year.
    YearLast {
        separator: char,
        parts: [u8; 2],
        year: i32,
    },
    /// `03/04/26`: the order of all three is not told.
    TwoDigitYear { separator: char, parts: [u8; 3] },
    /// Digits alone, perhaps with a sign: a year, `202601`, `20260131`, or the number of a period.
    Whole { number: i64, digits: usize },
}

/// How a date is written. The dates of a column are all written in one way: where they are not, a
/// spreadsheet has changed some of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Style {
    /// `2026-01-31`.
    YearFirst(char),
    /// `31 Jan 2026`.
    NamedDay,
    /// `2026-01`.
    YearMonth(char),
    /// `01/2026`.
    MonthYear(char),
    /// `Jan-26`.
    NamedMonth,
    /// `2026Q1`.
    Quarter,
    YearLast(char),
    TwoDigitYear(char),
    Whole,
}

impl Written {
    pub fn style(self) -> Style {
        match self {
            Self::Clear(style, _) => style,
            Self::YearLast { separator, .. } => Style::YearLast(separator),
            Self::TwoDigitYear { separator, .. } => Style::TwoDigitYear(separator),
            Self::Whole { .. } => Style::Whole,
        }
    }
}

/// Years that a date of an employer's records can have. What is outside stands for "never" or
/// "unknown", or is a slip of the pen.
pub(super) const YEARS: std::ops::RangeInclusive<i32> = 1900..=2100;

/// A day of the calendar within [`YEARS`].
pub(super) fn day(year: i32, month: u8, day: u8) -> Option<Date> {
    let in_range = YEARS.contains(&year) && (1..=12).contains(&month);
    in_range
        .then(|| format!("{year:04}-{month:02}-{day:02}").parse().ok())
        .flatten()
}

/// A month within [`YEARS`].
pub(super) fn month(year: i32, month: u8) -> Option<Period> {
    (YEARS.contains(&year) && (1..=12).contains(&month)).then_some(Period::Month { year, month })
}

/// Which century a year of two digits is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Century {
    /// The rule of POSIX: 69 to 99 are of the last century.
    Posix,
    /// The hundred years that end with this one.
    Until(i32),
}

impl Century {
    pub fn year(self, two_digits: u8) -> i32 {
        let two = i32::from(two_digits);
        match self {
            Self::Posix => two + if two_digits < 69 { 2000 } else { 1900 },
            Self::Until(last) => last - (last - two).rem_euclid(100),
        }
    }
}

/// A part of a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    /// At most two digits.
    Short(u8),
    /// Exactly two digits, which may be a year.
    Two(u8),
    /// Four digits.
    Year(i32),
    /// A month by its name, from 1.
    Month(u8),
    /// `Q`, `Quarter`, `Quartal`.
    Quarter,
    /// The `M` of `2026M01`.
    M,
}

/// Reads one text; `None` when it is neither a date nor a whole number.
pub(super) fn read(text: &str, century: Century) -> Option<Written> {
    let text = without_time(text.trim())?;
    if let Some(whole) = whole(text) {
        return Some(whole);
    }
    let (tokens, separator) = tokens(text)?;
    let short = |token: Token| match token {
        Token::Short(part) | Token::Two(part) => Some(part),
        Token::Year(_) | Token::Month(_) | Token::Quarter | Token::M => None,
    };
    // A year of four or two digits.
    let year = |token: Token| match token {
        Token::Year(year) => Some(year),
        Token::Two(year) => Some(century.year(year)),
        Token::Short(_) | Token::Month(_) | Token::Quarter | Token::M => None,
    };
    let clear = |style, period: Option<Period>| period.map(|period| Written::Clear(style, period));
    let quarter = |year: i32, quarter: u8| {
        (YEARS.contains(&year) && (1..=4).contains(&quarter))
            .then_some(Period::Quarter { year, quarter })
    };
    let named = |year: i32, month: u8, number: u8| {
        clear(Style::NamedDay, day(year, month, number).map(Period::Day))
    };
    match tokens[..] {
        [Token::Year(year), second, third] if short(second).is_some() => clear(
            Style::YearFirst(separator),
            day(year, short(second)?, short(third)?).map(Period::Day),
        ),
        [Token::Year(own), Token::Month(month), third] => named(own, month, short(third)?),
        [Token::Year(own), Token::Quarter, third] => {
            clear(Style::Quarter, quarter(own, short(third)?))
        }
        [Token::Year(own), Token::M, third] => {
            clear(Style::YearMonth('M'), month(own, short(third)?))
        }
        [first, Token::Month(month), third] => named(year(third)?, month, short(first)?),
        [Token::Month(month), second, Token::Year(own)] => named(own, month, short(second)?),
        [Token::Quarter, second, third] => {
            clear(Style::Quarter, quarter(year(third)?, short(second)?))
        }
        [first, Token::Quarter, third] => {
            clear(Style::Quarter, quarter(year(third)?, short(first)?))
        }
        [first, second, Token::Year(year)] => YEARS.contains(&year).then_some(Written::YearLast {
            separator,
            parts: [short(first)?, short(second)?],
            year,
        }),
        [first, second, Token::Two(third)] => Some(Written::TwoDigitYear {
            separator,
            parts: [short(first)?, short(second)?, third],
        }),
        [Token::Year(year), Token::Month(own)] => clear(Style::NamedMonth, month(year, own)),
        [Token::Month(own), second] => clear(Style::NamedMonth, month(year(second)?, own)),
        [Token::Year(year), second] => {
            clear(Style::YearMonth(separator), month(year, short(second)?))
        }
        [first, Token::Year(year)] => {
            clear(Style::MonthYear(separator), month(year, short(first)?))
        }
        _ => None,
    }
}

/// Digits alone; a column of whole numbers that went through a spreadsheet or a data frame may end
/// in `.0`.
fn whole(text: &str) -> Option<Written> {
    let text = match text.split_once('.') {
        Some((whole, zeros)) if !zeros.is_empty() && zeros.bytes().all(|byte| byte == b'0') => {
            whole
        }
        _ => text,
    };
    let digits = text.strip_prefix('-').unwrap_or(text);
    let all = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse().ok().filter(|_| all)?;
    Some(Written::Whole {
        number,
        digits: if text.len() > digits.len() {
            0
        } else {
            digits.len()
        },
    })
}

/// The parts of a date and the first sign between two of them (a space where there is none).
fn tokens(text: &str) -> Option<(Vec<Token>, char)> {
    let class = |letter: char| match letter {
        letter if letter.is_ascii_digit() => 0,
        letter if letter.is_alphabetic() => 1,
        _ => 2,
    };
    let (mut tokens, mut separator) = (Vec::new(), None);
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = rest
            .find(|letter| class(letter) != class(first))
            .unwrap_or(rest.len());
        let (part, after) = rest.split_at(end);
        rest = after;
        match class(first) {
            0 => tokens.push(number(part)?),
            1 => tokens.push(word(part)?),
            // Nothing but signs between two parts.
            _ if tokens.is_empty() || rest.is_empty() => return None,
            _ => {
                if !part
                    .chars()
                    .all(|sign| matches!(sign, '-' | '/' | '.' | ' ' | ',' | '\'' | '\u{a0}'))
                {
                    return None;
                }
                separator.get_or_insert(first);
            }
        }
        if tokens.len() > 3 {
            return None;
        }
    }
    Some((tokens, separator.unwrap_or(' ')))
}

fn number(digits: &str) -> Option<Token> {
    match digits.len() {
        1 => digits.parse().ok().map(Token::Short),
        2 => digits.parse().ok().map(Token::Two),
        4 => digits.parse().ok().map(Token::Year),
        _ => None,
    }
}

/// Months in English, German, French, Spanish, Portuguese, Italian, Dutch and Turkish, lowered and without
/// accents.
const MONTHS: [&[&str]; 12] = [
    &[
        "january", "ocak", "januar", "janner", "janvier", "enero", "janeiro", "gennaio", "januari",
    ],
    &[
        "february",
        "subat",
        "februar",
        "fevrier",
        "febrero",
        "fevereiro",
        "febbraio",
        "februari",
    ],
    &[
        "march", "mart", "marz", "mars", "marzo", "marco", "maart", "mrz", "mrt",
    ],
    &["april", "nisan", "avril", "abril", "aprile"],
    &["may", "mayis", "mai", "mayo", "maio", "maggio", "mei"],
    &[
        "june", "haziran", "juni", "juin", "junio", "junho", "giugno",
    ],
    &[
        "july", "temmuz", "juli", "juillet", "julio", "julho", "luglio",
    ],
    &["august", "agustos", "aout", "agosto", "augustus"],
    &[
        "september",
        "eylul",
        "septembre",
        "septiembre",
        "setembro",
        "settembre",
    ],
    &[
        "october", "ekim", "oktober", "octobre", "octubre", "outubro", "ottobre",
    ],
    &["november", "kasim", "novembre", "noviembre", "novembro"],
    &[
        "december",
        "aralik",
        "dezember",
        "decembre",
        "diciembre",
        "dezembro",
        "dicembre",
    ],
];

/// A month by its name or by the first letters of it, at least three and of one month only; the
/// words of quarters.
fn word(text: &str) -> Option<Token> {
    let plain: String = text
        .chars()
        .flat_map(char::to_lowercase)
        .map(without_accent)
        .collect();
    match plain.as_str() {
        "q" | "quarter" | "quartal" => return Some(Token::Quarter),
        "m" => return Some(Token::M),
        _ => {}
    }
    let starts =
        |names: &&[&str]| plain.len() >= 3 && names.iter().any(|name| name.starts_with(&plain));
    let mut found = (1..)
        .zip(MONTHS.iter())
        .filter(|(_, names)| starts(names))
        .map(|(month, _)| month);
    let month = found.next()?;
    found.next().is_none().then_some(Token::Month(month))
}

fn without_accent(letter: char) -> char {
    match letter {
        'ä' => 'a',
        'é' => 'e',
        'ı' => 'i',
        'û' | 'ü' => 'u',
        'ç' => 'c',
        'ğ' => 'g',
        'ş' => 's',
        letter => letter,
    }
}

/// The text without a time of day; `None` where what follows the day is none.
fn without_time(text: &str) -> Option<&str> {
    let Some(colon) = text.find(':') else {
        return Some(text);
    };
    let hours = text[..colon]
        .bytes()
        .rev()
        .take_while(u8::is_ascii_digit)
        .count();
    let (before, time) = text.split_at(colon - hours);
    let date = before
        .strip_suffix(['T', 't', ' '])
        .map(|date| date.trim_end_matches([',', ' ']))?;
    is_time(time).then_some(date)
}

/// `9:30`, `00:00:00.000`, `12:00:00 AM`, `00:00:00+01:00`, `00:00:00 UTC`.
fn is_time(text: &str) -> bool {
    let clock_end = text
        .find(|letter: char| !letter.is_ascii_digit() && !matches!(letter, ':' | '.'))
        .unwrap_or(text.len());
    let (clock, rest) = text.split_at(clock_end);
    let part =
        |part: &str, most: u8| part.len() <= 2 && part.parse::<u8>().is_ok_and(|part| part <= most);
    let parts: Vec<&str> = clock.split(':').collect();
    let is_clock = match parts[..] {
        [hours, minutes] => part(hours, 23) && part(minutes, 59),
        [hours, minutes, seconds] => {
            part(hours, 23)
                && part(minutes, 59)
                && part(seconds.split('.').next().unwrap_or(""), 60)
        }
        _ => false,
    };
    let rest = rest.trim_start();
    let zone = ["AM", "PM", "am", "pm"]
        .into_iter()
        .find_map(|half| rest.strip_prefix(half))
        .unwrap_or(rest)
        .trim_start();
    let offset = zone.strip_prefix(['+', '-']).is_some_and(|offset| {
        offset
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b':')
    });
    is_clock
        && (zone.is_empty()
            || offset
            || zone
                .chars()
                .all(|letter| letter.is_ascii_alphabetic() || matches!(letter, '/' | '_')))
}
