//! Columns of dates: what a field counts from them.

use domain::Date;
use model::{Kind, Span};

use super::shape::Shape;
use super::values::Values;
use super::vocabulary::{DATE, HIRE, protected};
use crate::dates::{each_day, each_past_day, is_date};
use crate::since::{LATE, count};

/// Days up to which the dates of a column lie so close together that years say little.
const CLOSE: i32 = 3 * 365;
/// Values that a doubt names.
const NAMED: usize = 5;
/// The first year of many calendars, whose days often stand for none.
const STANDS_FOR_NONE: i32 = 1900;

/// What the header says that a date is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meaning {
    Birth,
    Hire,
    Other,
}

fn meaning(values: &Values<'_>) -> Meaning {
    if protected(&values.header) == Some("date of birth") {
        Meaning::Birth
    } else if values.header.find(HIRE).is_some() {
        Meaning::Hire
    } else {
        Meaning::Other
    }
}

/// Whether nearly all values are dates. Eight digits are, under a header of dates, where all of them
/// are days of the calendar.
pub(crate) fn are_dates(values: &Values<'_>) -> bool {
    let all = values.distinct.len();
    let written = values
        .distinct
        .iter()
        .filter(|value| is_date(&value.text))
        .count();
    let of_eight = |text: &str| text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit());
    let without_separators = || {
        let is_named = meaning(values) != Meaning::Other || values.header.find(DATE).is_some();
        let texts = || values.distinct.iter().map(|value| value.text.as_str());
        is_named
            && texts().all(of_eight)
            && each_day(texts(), None).is_ok_and(|days| days.iter().all(Result::is_ok))
    };
    written * 20 >= all * 19 || without_separators()
}

/// The field that counts from the dates of a column: in `kind`, where somebody chose it.
pub(crate) fn shape(values: &Values<'_>, kind: Option<Kind>) -> Shape {
    let texts = || values.distinct.iter().map(|value| value.text.as_str());
    // Without a day, years of two digits are taken as they are in time columns.
    let read = match values.day {
        Some(day) => each_past_day(texts(), values.order, day).map(|(_, days)| days),
        None => each_day(texts(), values.order),
    };
    let (days, rule) = match read {
        Ok(days) => (days, None),
        Err(rule) => (Vec::new(), Some(rule)),
    };
    let known: Vec<Date> = days.iter().flatten().copied().collect();
    if rule.is_none() && kind.is_none() && known.is_empty() {
        return Shape::none("holds months or years, and not the days that a field counts from");
    }
    let ahead = values.distinct.iter().zip(&days).filter(|(_, found)| {
        let date = found.as_ref().ok().zip(values.day);
        date.is_some_and(|(date, day)| *date > day)
    });
    let ahead: usize = ahead.map(|(value, _)| value.rows).sum();
    if kind.is_none() && LATE * ahead > values.filled() {
        return Shape::none("holds dates in the future, and a field counts from past ones");
    }
    let (first, last) = (known.iter().min().copied(), known.iter().max().copied());
    let meaning = meaning(values);
    let is_close = || {
        let lie = first.zip(last).map(|(first, last)| last.days_since(first));
        lie.is_some_and(|days| days <= CLOSE)
    };
    let kind = kind.unwrap_or(match meaning {
        Meaning::Other if is_close() => Kind::DaysSince,
        Meaning::Birth | Meaning::Hire | Meaning::Other => Kind::YearsSince,
    });
    let span = kind.since().unwrap_or(Span::Years);
    let found = first.zip(last).map_or_else(
        || "dates".to_owned(),
        |(first, last)| format!("dates from {first} to {last}"),
    );
    let mut shape = Shape {
        kind: Some(kind),
        reason: format!("{found}: {} up to the snapshot date", span.word()),
        label: Some(match meaning {
            Meaning::Birth => "Age".to_owned(),
            Meaning::Hire => "Tenure".to_owned(),
            Meaning::Other => format!("{} ({} since)", values.header.label, span.word()),
        }),
        ..Shape::default()
    };
    let day = values.day.or(last);
    let number = |found: &Result<Date, String>| {
        let between = found.as_ref().ok().zip(day);
        between.and_then(|(date, day)| count(span, *date, day))
    };
    shape.counts = days
        .iter()
        .map(|found| number(found).unwrap_or(f64::NAN))
        .collect();
    if let Some(rule) = rule {
        return shape.doubt(format!("The dates of this column: {rule}."));
    }
    let old = values.distinct.iter().zip(&days).find(|(_, found)| {
        let date = found.as_ref().ok();
        date.is_some_and(|date| date.parts().0 == STANDS_FOR_NONE)
    });
    if let Some((value, _)) = old {
        let rows = if value.rows == 1 { "row" } else { "rows" };
        shape = shape.doubt(format!(
            "\"{}\" ({} {rows}) is counted from like any date. If it stands for no date, clear these cells in the file.",
            crate::refusal::shown(&value.text),
            value.rows
        ));
    }
    let wrong: Vec<String> = texts()
        .zip(&days)
        .filter(|(_, found)| found.is_err())
        .take(NAMED)
        .map(|(text, _)| format!("\"{}\"", crate::refusal::shown(text)))
        .collect();
    if wrong.is_empty() {
        return shape;
    }
    shape.doubt(format!(
        "These values are not days like the others and will be refused: {}. Clear or correct these cells in the file.",
        wrong.join(", ")
    ))
}
