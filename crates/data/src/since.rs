//! Fields that count from a date of a person (a birth, a hire, a review) to the day that the row
//! describes. The day is that of the data and never today's: the same file gives the same numbers
//! in every year, and the same person is a year older in a snapshot of a year later.

use std::collections::BTreeMap;

use domain::{Date, Period};
use model::{Cell, Column, Field, MissingPolicy, Role, Span, UseCase};

use crate::dates::{self, EachDay};
use crate::numbers::{ColumnFormat, missing_words};
use crate::read::{Raw, Texts};
use crate::refusal::{Refusal, shown};
use crate::unseen::{Unread, Unseen};
use crate::words::is_missing;

/// One in so many dates may lie after the day of its row. Where more do, the day is wrong rather
/// than they.
pub(crate) const LATE: usize = 10;

const NOT_STATED: &str = "the time since a date is counted up to the snapshot date, which is not stated. State the day that the file describes: --as-of YYYY-MM-DD (on the page: Snapshot date)";
const WITHOUT_DAYS: &str = "the time since a date is counted up to the day of the row, and the time column holds numbers without a day. Give it dates, for example 2026-01-31, 2026-01 or 2026";

/// Numbers by which spreadsheets count the days from 1927 to 2099.
const SERIALS: std::ops::RangeInclusive<u32> = 10_000..=73_050;

/// How much of a time lies between two days; `None` where the second is before the first.
pub fn count(span: Span, from: Date, to: Date) -> Option<f64> {
    let number = match span {
        Span::Years => to.years_since(from),
        Span::Months => to.months_since(from),
        Span::Days => to.days_since(from),
    };
    (from <= to).then(|| f64::from(number))
}

/// The days that the rows of a file describe.
pub(crate) enum RowDays {
    /// All the same.
    One(Date),
    /// That of each row.
    Each(Vec<Date>),
    /// Not needed: no field counts, or the file is refused for its time column already.
    NotNeeded,
    /// Not known; the rule says why, and what to do.
    Unknown(&'static str),
}

impl RowDays {
    /// The last day of each row's period where there are periods, else the stated day. Nothing is
    /// looked up where no field counts from a date.
    pub(crate) fn of(
        raw: &Raw,
        use_case: &UseCase,
        times: Option<&Texts>,
        stated: Option<Date>,
    ) -> Self {
        if use_case.counted().next().is_none() {
            return Self::NotNeeded;
        }
        let Some(times) = times else {
            return stated.map_or(Self::Unknown(NOT_STATED), Self::One);
        };
        let Ok(periods) = dates::periods(times, raw.options.dates) else {
            return Self::NotNeeded;
        };
        let days: Option<Vec<Date>> = periods.into_iter().map(Period::last_day).collect();
        days.map_or(Self::Unknown(WITHOUT_DAYS), Self::Each)
    }

    fn newest(&self) -> Option<Date> {
        match self {
            Self::One(day) => Some(*day),
            Self::Each(days) => days.iter().max().copied(),
            Self::NotNeeded | Self::Unknown(_) => None,
        }
    }

    fn day(&self, row: usize) -> Option<Date> {
        match self {
            Self::One(day) => Some(*day),
            Self::Each(days) => days.get(row).copied(),
            Self::NotNeeded | Self::Unknown(_) => None,
        }
    }
}

/// Reads a column of dates as what lies between them and the days of the rows. A date after the day
/// of its row counts as missing and is listed.
pub(crate) fn column<'a>(
    (field, span): (&'a Field, Span),
    (raw, index): (&'a Raw, usize),
    days: &RowDays,
    refusal: &mut Refusal,
    formats: &mut Vec<ColumnFormat>,
) -> (Column, Vec<Unseen>) {
    let texts = &raw.columns[index];
    let nothing = || (Column::Number(vec![f64::NAN; texts.len()]), Vec::new());
    if let RowDays::Unknown(rule) = days {
        refusal.add(1, &field.name, "", *rule);
        return nothing();
    }
    let Some(newest) = days.newest() else {
        return nothing();
    };
    let (order, dates) = match dates_of(texts, raw, newest) {
        Ok(read) => read,
        Err(rule) => {
            refusal.add(1, &field.name, "", rule);
            return nothing();
        }
    };
    let missing = match field.parse("") {
        Ok(Cell::Number(number)) => Ok(number),
        Ok(Cell::Level(_)) => Ok(f64::NAN),
        Err(problem) => Err(problem.rule),
    };
    let mut late = Late::new(field);
    let mut numbers = Vec::with_capacity(texts.len());
    for (row, code) in texts.codes().iter().enumerate() {
        let value = match (&dates[*code as usize], days.day(row)) {
            (None, _) => missing.clone(),
            (Some(Err(rule)), _) => Err(rule.clone()),
            (Some(Ok(_)), None) => Ok(f64::NAN),
            (Some(Ok(date)), Some(day)) => match count(span, *date, day) {
                Some(number) => field
                    .check_number(number)
                    .map_err(|rule| format!("counts {number} {} to {day}: {rule}", span.word())),
                None => late.take(row, &texts[row], *date, day),
            },
        };
        numbers.push(value.unwrap_or_else(|rule| {
            refusal.add(row + 2, &field.name, &shown(&texts[row]), rule);
            f64::NAN
        }));
    }
    let format = ColumnFormat {
        label: field.label.clone(),
        dates: order,
        missing: missing_words(texts, |_, text| is_missing(text)),
        ..ColumnFormat::default()
    };
    if !format.is_plain() {
        formats.push(format);
    }
    let present = numbers.iter().filter(|number| !number.is_nan()).count();
    let late = late.finish(present, newest, refusal);
    (Column::Number(numbers), late)
}

/// The day of each distinct text, `None` where it is missing, and the order of their parts. `Err`:
/// the rule that the column as a whole breaks.
#[expect(clippy::type_complexity, reason = "used once, right above")]
fn dates_of(
    texts: &Texts,
    raw: &Raw,
    newest: Date,
) -> Result<
    (
        Option<crate::read::DateOrder>,
        Vec<Option<Result<Date, String>>>,
    ),
    String,
> {
    let is_date: Vec<bool> = texts.distinct().map(|text| !is_missing(text)).collect();
    let present: Vec<&str> = texts
        .distinct()
        .zip(&is_date)
        .filter_map(|(text, is_date)| is_date.then_some(text))
        .collect();
    if let Some(example) = serials(&present) {
        return Err(format!(
            "holds numbers such as {example}, by which a spreadsheet counts days. Give these cells the format of a date there, or write the dates as YYYY-MM-DD"
        ));
    }
    let (order, days): (_, EachDay) = dates::each_past_day(present, raw.options.dates, newest)?;
    let mut days = days.into_iter();
    let of_text = |is_date: bool| if is_date { days.next() } else { None };
    Ok((order, is_date.into_iter().map(of_text).collect()))
}

/// The first of some texts where all are numbers by which a spreadsheet counts days.
fn serials<'a>(texts: &[&'a str]) -> Option<&'a str> {
    let is_serial = |text: &&str| {
        let whole = text
            .trim()
            .split_once('.')
            .map_or(text.trim(), |(whole, _)| whole);
        whole.parse().is_ok_and(|number| SERIALS.contains(&number))
    };
    texts
        .first()
        .copied()
        .filter(|_| texts.iter().all(is_serial))
}

/// Dates after the day of their row, by their text.
struct Late<'a> {
    field: &'a Field,
    found: BTreeMap<&'a str, (Date, Vec<usize>)>,
}

impl<'a> Late<'a> {
    fn new(field: &'a Field) -> Self {
        Self {
            field,
            found: BTreeMap::new(),
        }
    }

    /// Takes one as missing; the rule that it breaks where the value must not be missing. What is
    /// known only afterwards may well be later: it is not listed.
    fn take(&mut self, row: usize, text: &'a str, date: Date, day: Date) -> Result<f64, String> {
        if self.field.missing == MissingPolicy::Refuse {
            return Err(format!("must not be after {day}, the day of the row"));
        }
        if self.field.role != Role::PostOutcome {
            let (_, rows) = self.found.entry(text.trim()).or_insert((date, Vec::new()));
            rows.push(row);
        }
        Ok(f64::NAN)
    }

    /// What was found beside `present` dates that are not late; refused where there are too many.
    fn finish(self, present: usize, newest: Date, refusal: &mut Refusal) -> Vec<Unseen> {
        let late: usize = self.found.values().map(|(_, rows)| rows.len()).sum();
        let dates = present + late;
        if late < 2 || LATE * late <= dates {
            let unseen = |(text, (date, rows)): (&str, _)| Unseen {
                field: self.field.name.clone(),
                value: shown(text),
                rows,
                why: Unread::After(date),
            };
            return self.found.into_iter().map(unseen).collect();
        }
        let rule = format!(
            "{late} of {dates} dates are after the day of their row ({newest} in the newest row): that is likely not the day that the file describes. State the right one: --as-of YYYY-MM-DD (on the page: Snapshot date), or correct the time column"
        );
        refusal.add(1, &self.field.name, "", rule);
        Vec::new()
    }
}
