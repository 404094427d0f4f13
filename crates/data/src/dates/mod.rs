//! Dates as people write them, recognized column by column: a single `03/04/2026` does not tell
//! which part is the day, `31/12/2026` in the same column does. What no cell of a column tells is
//! asked for and never guessed.

mod written;

use std::collections::HashMap;

use domain::{Date, Period, PeriodKind};

use crate::read::DateOrder;
use written::{Century, Style, Written, YEARS, day, month, read};

/// Why a column is not one of dates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DateProblem {
    /// From 0; `None` for a problem of the whole column.
    pub row: Option<usize>,
    /// Continues "the cell …".
    pub rule: String,
}

const EXAMPLES: &str = "a date or period, for example 2026-01-31, 2026-01, 2026-Q1 or 2026";

/// The periods of a column, one per text, all of one kind. `order` decides where the texts do not
/// tell whether the day or the month is first.
///
/// # Errors
/// Every cell that is empty, no date, or written unlike the others; or one problem of the whole
/// column, when its dates can be read in two ways that differ.
pub fn periods<'a, T: AsRef<str> + ?Sized + 'a>(
    texts: impl IntoIterator<Item = &'a T>,
    order: Option<DateOrder>,
) -> Result<Vec<Period>, Vec<DateProblem>> {
    // A column has few distinct dates among many rows.
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut distinct: Vec<&str> = Vec::new();
    let rows: Vec<usize> = texts
        .into_iter()
        .map(|text| {
            let text = text.as_ref().trim();
            *places.entry(text).or_insert_with(|| {
                distinct.push(text);
                distinct.len() - 1
            })
        })
        .collect();
    let (_, found) = of_distinct(&distinct, order, Century::Posix)
        .map_err(|rule| vec![DateProblem { row: None, rule }])?;
    let problems: Vec<DateProblem> = (0..rows.len())
        .filter_map(|row| {
            found[rows[row]].as_ref().err().map(|rule| DateProblem {
                row: Some(row),
                rule: rule.clone(),
            })
        })
        .collect();
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(rows
        .into_iter()
        .filter_map(|place| found[place].as_ref().ok().copied())
        .collect())
}

/// The day of each text, or the rule that the text breaks: a month or a year is not a day.
///
/// # Errors
/// Why the column cannot be read as a whole: its dates can be read in two ways that differ.
pub fn each_day<'a, T: AsRef<str> + ?Sized + 'a>(
    texts: impl IntoIterator<Item = &'a T>,
    order: Option<DateOrder>,
) -> Result<Vec<Result<Date, String>>, String> {
    each_day_in(texts, order, Century::Posix).map(|(_, days)| days)
}

/// Years after the newest day of the rows that a year of two digits may still be of.
const YEARS_AHEAD: i32 = 10;

/// As [`each_day`], for dates that lie before the day of their row, such as a birth or a hire: a
/// year of two digits is one of the ninety years up to `newest`, the newest of these days, or of the
/// ten after it, so that a birth in 65 is not taken for one in 2065, and a hire next year still is
/// one. Also gives the order of the parts, where the texts themselves do not tell it.
///
/// # Errors
/// As [`each_day`].
pub(crate) fn each_past_day<'a, T: AsRef<str> + ?Sized + 'a>(
    texts: impl IntoIterator<Item = &'a T>,
    order: Option<DateOrder>,
    newest: Date,
) -> Result<(Option<DateOrder>, EachDay), String> {
    let (year, ..) = newest.parts();
    each_day_in(texts, order, Century::Until(year + YEARS_AHEAD))
}

/// The day of each text, or the rule that the text breaks.
pub(crate) type EachDay = Vec<Result<Date, String>>;

fn each_day_in<'a, T: AsRef<str> + ?Sized + 'a>(
    texts: impl IntoIterator<Item = &'a T>,
    order: Option<DateOrder>,
    century: Century,
) -> Result<(Option<DateOrder>, EachDay), String> {
    let trimmed: Vec<&str> = texts.into_iter().map(|text| text.as_ref().trim()).collect();
    let day = |found: Found| match found? {
        Period::Day(day) => Ok(day),
        other @ (Period::Month { .. }
        | Period::Quarter { .. }
        | Period::Year(_)
        | Period::Number(_)) => Err(format!(
            "must be a day, for example 2026-01-31, not a {}",
            other.kind()
        )),
    };
    let (order, found) = of_distinct(&trimmed, order, century)?;
    Ok((order, found.into_iter().map(day).collect()))
}

/// The same for a column that holds days: a month or a year is a problem of the whole column.
///
/// # Errors
/// As [`periods`].
pub fn days<'a, T: AsRef<str> + ?Sized + 'a>(
    texts: impl IntoIterator<Item = &'a T>,
    order: Option<DateOrder>,
) -> Result<Vec<Date>, Vec<DateProblem>> {
    let day = |period: Period| match period {
        Period::Day(day) => Ok(day),
        other @ (Period::Month { .. }
        | Period::Quarter { .. }
        | Period::Year(_)
        | Period::Number(_)) => {
            let rule = format!(
                "must hold days, for example 2026-01-31, but holds {other} ({})",
                other.kind()
            );
            Err(vec![DateProblem { row: None, rule }])
        }
    };
    periods(texts, order)?.into_iter().map(day).collect()
}

/// Whether a text on its own is a date or period with a year: which day it means where the order of
/// day and month is open is not asked here. Digits alone are none: they may be a number.
pub(crate) fn is_date(text: &str) -> bool {
    match read(text, Century::Posix) {
        Some(Written::Clear(..) | Written::YearLast { .. } | Written::TwoDigitYear { .. }) => true,
        Some(Written::Whole { .. }) | None => false,
    }
}

/// A period, or the rule that the text breaks.
type Found = Result<Period, String>;

/// Reads distinct texts; also gives the order of the parts of dates whose texts do not tell it.
/// `Err`: why the column cannot be read as a whole.
fn of_distinct(
    texts: &[&str],
    order: Option<DateOrder>,
    century: Century,
) -> Result<(Option<DateOrder>, Vec<Found>), String> {
    let written: Vec<Option<Written>> = texts.iter().map(|text| read(text, century)).collect();
    let Some((usual, example)) = most_frequent(texts, &written) else {
        let found = texts.iter().map(|text| Err(unreadable(text)));
        return Ok((None, found.collect()));
    };
    let of_style: Vec<Written> = written
        .iter()
        .flatten()
        .copied()
        .filter(|own| own.style() == usual)
        .collect();
    let reading = Reading::of(&of_style, usual, order, century, example)?;
    let one = |(text, own): (&&str, &Option<Written>)| match own {
        None => Err(unreadable(text)),
        Some(own) if own.style() != usual => Err(format!(
            "must be written like the other dates of this column, for example {example}"
        )),
        Some(own) => reading.period(*own),
    };
    let order = match &reading {
        Reading::Parts(order, _) => Some(*order),
        Reading::Clear | Reading::Whole(_) => None,
    };
    Ok((order, texts.iter().zip(&written).map(one).collect()))
}

fn unreadable(text: &str) -> String {
    if text.is_empty() {
        format!("must not be empty: it must be {EXAMPLES}")
    } else {
        format!("must be {EXAMPLES}")
    }
}

/// The style that most texts have, with an example: the least of its texts, so that it does not
/// depend on the order of the rows.
fn most_frequent<'a>(texts: &[&'a str], written: &[Option<Written>]) -> Option<(Style, &'a str)> {
    let mut counts: HashMap<Style, (usize, &str)> = HashMap::new();
    for (text, own) in texts.iter().zip(written) {
        let Some(own) = own else { continue };
        let entry = counts.entry(own.style()).or_insert((0, *text));
        *entry = (entry.0 + 1, entry.1.min(*text));
    }
    counts
        .into_iter()
        .max_by(|(_, (a, one)), (_, (b, other))| a.cmp(b).then(other.cmp(one)))
        .map(|(style, (_, example))| (style, example))
}

/// How the dates of a column are to be read.
enum Reading {
    /// Each tells it itself.
    Clear,
    /// Positions of year, month and day among three parts, and the century of two digits.
    Parts(DateOrder, Century),
    Whole(PeriodKind),
}

impl Reading {
    fn of(
        written: &[Written],
        style: Style,
        order: Option<DateOrder>,
        century: Century,
        example: &str,
    ) -> Result<Self, String> {
        match style {
            Style::YearFirst(_)
            | Style::NamedDay
            | Style::YearMonth(_)
            | Style::MonthYear(_)
            | Style::NamedMonth
            | Style::Quarter => Ok(Self::Clear),
            // Whoever separates with full stops puts the day first.
            Style::YearLast(separator) => Self::parts(
                written,
                order.filter(|order| *order != DateOrder::YearFirst),
                century,
                example,
                separator == '.',
            ),
            Style::TwoDigitYear(separator) => {
                Self::parts(written, order, century, example, separator == '.')
            }
            Style::Whole => whole_kind(written, example).map(Self::Whole),
        }
    }

    /// The order that all dates fit; that of `order`, if given.
    fn parts(
        written: &[Written],
        order: Option<DateOrder>,
        century: Century,
        example: &str,
        prefer_day: bool,
    ) -> Result<Self, String> {
        let parts = |order: DateOrder| Ok(Self::Parts(order, century));
        if let Some(order) = order {
            return parts(order);
        }
        let read = |order: DateOrder| {
            written
                .iter()
                .map(|own| in_order(*own, order, century))
                .collect::<Vec<Option<Date>>>()
        };
        let orders = [
            DateOrder::DayFirst,
            DateOrder::MonthFirst,
            DateOrder::YearFirst,
        ];
        let read: Vec<(DateOrder, Vec<Option<Date>>)> =
            orders.map(|order| (order, read(order))).to_vec();
        let whole: Vec<&(DateOrder, Vec<Option<Date>>)> = read
            .iter()
            .filter(|(_, days)| days.iter().all(Option::is_some))
            .collect();
        match whole[..] {
            // None fits all: what does not fit the order of most is refused row by row.
            [] => {
                let fitting = |days: &[Option<Date>]| days.iter().flatten().count();
                let best = read
                    .iter()
                    .rev()
                    .max_by_key(|(_, days)| fitting(days))
                    .map_or(DateOrder::DayFirst, |(order, _)| *order);
                parts(best)
            }
            [(order, _)] => parts(*order),
            [(DateOrder::DayFirst, _), ..] if prefer_day => parts(DateOrder::DayFirst),
            [(order, first), ref others @ ..] if others.iter().all(|(_, days)| days == first) => {
                parts(*order)
            }
            _ => {
                let names: Vec<&str> = whole.iter().map(|(order, _)| order.word()).collect();
                Err(format!(
                    "can be read in more than one way: no date tells whether the day or the month is first in {example}. \
                     Say which: --dates {} (on the page: Order of dates)",
                    names.join(" or --dates ")
                ))
            }
        }
    }

    fn period(&self, written: Written) -> Found {
        match (self, written) {
            (_, Written::Clear(_, period)) => Ok(period),
            (Self::Parts(order, century), own) => in_order(own, *order, *century)
                .map(Period::Day)
                .ok_or_else(|| {
                    format!(
                        "is not a valid date, read {}",
                        order.word().replace('-', " ")
                    )
                }),
            (Self::Whole(kind), Written::Whole { number, digits }) => {
                whole_period(number, digits, *kind)
                    .ok_or_else(|| format!("must be a {kind} like the others of this column"))
            }
            (
                Self::Clear | Self::Whole(_),
                Written::YearLast { .. } | Written::TwoDigitYear { .. } | Written::Whole { .. },
            ) => Err(format!("must be {EXAMPLES}")),
        }
    }
}

/// The day that the parts mean in an order; `None` when they mean none.
fn in_order(written: Written, order: DateOrder, century: Century) -> Option<Date> {
    match written {
        Written::YearLast {
            parts: [first, second],
            year,
            ..
        } => match order {
            DateOrder::DayFirst => day(year, second, first),
            DateOrder::MonthFirst => day(year, first, second),
            DateOrder::YearFirst => None,
        },
        Written::TwoDigitYear {
            parts: [first, second, third],
            ..
        } => match order {
            DateOrder::DayFirst => day(century.year(third), second, first),
            DateOrder::MonthFirst => day(century.year(third), first, second),
            DateOrder::YearFirst => day(century.year(first), second, third),
        },
        Written::Clear(..) | Written::Whole { .. } => None,
    }
}

/// What digits alone mean as a period of a kind.
fn whole_period(number: i64, digits: usize, kind: PeriodKind) -> Option<Period> {
    let year = |part: i64| i32::try_from(part).ok().filter(|year| YEARS.contains(year));
    let two = |part: i64| u8::try_from(part % 100).ok();
    match (kind, digits) {
        (PeriodKind::Day, 8) => {
            day(year(number / 10_000)?, two(number / 100)?, two(number)?).map(Period::Day)
        }
        (PeriodKind::Month, 6) => month(year(number / 100)?, two(number)?),
        (PeriodKind::Year, 4) => year(number).map(Period::Year),
        (PeriodKind::Number, _) => Some(Period::Number(number)),
        (PeriodKind::Day | PeriodKind::Month | PeriodKind::Quarter | PeriodKind::Year, _) => None,
    }
}

/// What a column of digits holds: days, months or years where at least half of its distinct texts
/// are, else numbers of periods.
fn whole_kind(written: &[Written], example: &str) -> Result<PeriodKind, String> {
    let wholes = || {
        written.iter().filter_map(|own| match own {
            Written::Whole { number, digits } => Some((*number, *digits)),
            Written::Clear(..) | Written::YearLast { .. } | Written::TwoDigitYear { .. } => None,
        })
    };
    let fits = |kind: PeriodKind| {
        wholes()
            .filter(|(number, digits)| whole_period(*number, *digits, kind).is_some())
            .count()
    };
    for kind in [PeriodKind::Day, PeriodKind::Month, PeriodKind::Year] {
        if 2 * fits(kind) >= written.len() {
            return Ok(kind);
        }
    }
    // 31012026 is after 01022026 as a number, and 1225 after 0126: what may be such dates is not
    // taken for numbers.
    let months =
        wholes().all(|(_, digits)| digits == 4) && wholes().any(|(number, _)| number < 1000);
    if months || wholes().all(|(number, digits)| is_day_without_separators(number, digits)) {
        return Err(format!(
            "may hold dates without separators, such as {example}, whose parts have no sure order. Write them as YYYY-MM-DD or YYYY-MM"
        ));
    }
    Ok(PeriodKind::Number)
}

fn is_day_without_separators(number: i64, digits: usize) -> bool {
    let (rest, year) = match digits {
        5 | 6 => (
            number / 100,
            i32::try_from(number % 100).ok().map(|year| 2000 + year),
        ),
        7 | 8 => (number / 10_000, i32::try_from(number % 10_000).ok()),
        _ => return false,
    };
    let (Some(year), Ok(first), Ok(second)) =
        (year, u8::try_from(rest / 100), u8::try_from(rest % 100))
    else {
        return false;
    };
    day(year, first, second).is_some() || day(year, second, first).is_some()
}

#[cfg(test)]
mod tests {
    use super::is_date;

    #[test]
    fn dates_are_told_by_their_form() {
        for date in [
            "2026-11-01",
            "31.12.2025",
            "12/31/2006 0:00",
            "1/1/1900",
            "1 Nov 2026",
            "Jan-26",
            "2026-11-01T10:00:00",
            "31-Dez-2025",
            "3 Ağustos 2025",
            "15 KASIM 2025",
            "12 mrt 2025",
        ] {
            assert!(is_date(date), "{date}");
        }
        for text in [
            "10/49",
            "1.5",
            "50-99",
            "Sales",
            "123-456-789",
            "7590-VHVEG",
            "Mar",
            "10.0.0.1",
            "Marketing 2",
            "Set 1",
        ] {
            assert!(!is_date(text), "{text}");
        }
    }
}
