//! Cron expressions with a time zone: minute, hour, day of the month, month, day of the week.
//!
//! Written here, since the crates for it bring a parser generator or a builder macro each, and five
//! fields of numbers are a page. As in Vixie cron, a day fits when either the day of the month or
//! the day of the week does, where both are restricted. A local time that a change of the clocks
//! leaves out runs at the end of the gap; one that comes twice runs the first time.

use chrono::{
    DateTime, Datelike as _, Days, LocalResult, NaiveDate, NaiveDateTime, TimeZone as _, Utc,
};
use chrono_tz::Tz;
use domain::Timestamp;

/// Days looked ahead for the next run: eight years hold a 29 February, also over 2100.
const MOST_DAYS: u64 = 8 * 366;
/// Longest change of a clock, in minutes (Samoa left out a whole day).
const LONGEST_GAP: i64 = 26 * 60;

/// When something runs, on the clock of a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cron {
    minutes: Vec<u32>,
    hours: Vec<u32>,
    days: Field,
    months: Vec<u32>,
    weekdays: Field,
    zone: Tz,
}

/// The values of a field, and whether it restricts anything.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Field {
    values: Vec<u32>,
    every: bool,
}

/// What is wrong with an expression or a time zone, in a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InvalidCron {
    Expression(String),
    TimeZone(String),
}

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];
const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

impl Cron {
    /// Reads an expression of five fields, and the name of a time zone such as `Europe/Berlin`.
    ///
    /// # Errors
    /// When a field or the zone is not one, or no day fits.
    pub fn parse(expression: &str, zone: &str) -> Result<Self, InvalidCron> {
        let zone: Tz = zone.trim().parse().map_err(|_| {
            InvalidCron::TimeZone(format!(
                "“{}” is not a time zone. Use a name such as Europe/Berlin or UTC.",
                zone.trim()
            ))
        })?;
        let parts: Vec<&str> = expression.split_whitespace().collect();
        let [minutes, hours, days, months, weekdays] = parts[..] else {
            return Err(InvalidCron::Expression(format!(
                "A schedule has five fields: minute, hour, day of the month, month, day of the week. “{}” has {}. Example: 17 2 1 * *",
                expression.trim(),
                parts.len()
            )));
        };
        let mut weekdays = field("day of the week", weekdays, 0, 7, &WEEKDAYS, 0)?;
        // 7 is Sunday too.
        weekdays.values.iter_mut().for_each(|day| *day %= 7);
        let own = Self {
            minutes: field("minute", minutes, 0, 59, &[], 0)?.values,
            hours: field("hour", hours, 0, 23, &[], 0)?.values,
            days: field("day of the month", days, 1, 31, &[], 0)?,
            months: field("month", months, 1, 12, &MONTHS, 1)?.values,
            weekdays,
            zone,
        };
        // From a day of the calendar that everybody has; whether it is past does not matter.
        match own.next_after(Timestamp::from_micros(0)) {
            Some(_) => Ok(own),
            None => Err(InvalidCron::Expression(format!(
                "No day fits “{}”.",
                expression.trim()
            ))),
        }
    }

    /// The first run after a moment; `None` when there is none within eight years.
    pub fn next_after(&self, after: Timestamp) -> Option<Timestamp> {
        let after_utc = DateTime::<Utc>::from_timestamp_micros(after.micros())?;
        // A gap can move a run of the day before to this one.
        let mut day = self
            .zone
            .from_utc_datetime(&after_utc.naive_utc())
            .date_naive()
            .checked_sub_days(Days::new(2))?;
        for _ in 0..MOST_DAYS {
            if self.fits(day) {
                let found = self
                    .times(day)
                    .filter_map(|local| self.moment(local))
                    .find(|moment| *moment > after);
                if found.is_some() {
                    return found;
                }
            }
            day = day.succ_opt()?;
        }
        None
    }

    /// The next so many runs after a moment.
    pub fn next_runs(&self, after: Timestamp, count: usize) -> Vec<Timestamp> {
        std::iter::successors(self.next_after(after), |last| self.next_after(*last))
            .take(count)
            .collect()
    }

    /// A moment on the clock of the place: `1 Dec 2026, 02:17 CET`.
    pub fn local(&self, moment: Timestamp) -> String {
        let found = DateTime::<Utc>::from_timestamp_micros(moment.micros());
        found.map_or_else(
            || moment.long(),
            |found| {
                let local = self.zone.from_utc_datetime(&found.naive_utc());
                format!(
                    "{} ({})",
                    local.format("%-d %b %Y, %H:%M %Z"),
                    self.zone.name()
                )
            },
        )
    }

    fn fits(&self, day: NaiveDate) -> bool {
        let of_month = self.days.values.contains(&day.day());
        let of_week = self
            .weekdays
            .values
            .contains(&day.weekday().num_days_from_sunday());
        let fits = match (self.days.every, self.weekdays.every) {
            (false, false) => of_month || of_week,
            _ => of_month && of_week,
        };
        fits && self.months.contains(&day.month())
    }

    fn times(&self, day: NaiveDate) -> impl Iterator<Item = NaiveDateTime> + '_ {
        self.hours.iter().flat_map(move |&hour| {
            self.minutes
                .iter()
                .filter_map(move |&minute| day.and_hms_opt(hour, minute, 0))
        })
    }

    fn moment(&self, local: NaiveDateTime) -> Option<Timestamp> {
        for minutes in 0..=LONGEST_GAP {
            let local = local.checked_add_signed(chrono::TimeDelta::minutes(minutes))?;
            match self.zone.from_local_datetime(&local) {
                LocalResult::Single(found) | LocalResult::Ambiguous(found, _) => {
                    return Some(Timestamp::from_micros(found.timestamp_micros()));
                }
                LocalResult::None => {}
            }
        }
        None
    }
}

/// The values of a field: `*`, numbers or names, ranges `a-b`, steps `/n`, lists `a,b`; sorted.
fn field(
    what: &str,
    text: &str,
    least: u32,
    most: u32,
    names: &[&str],
    first_name: u32,
) -> Result<Field, InvalidCron> {
    let wrong = || {
        InvalidCron::Expression(format!(
            "“{text}” is not valid as the {what}. Use *, numbers from {least} to {most}, ranges (1-5), lists (1,15) or steps (*/2)."
        ))
    };
    let number = |text: &str| {
        let named = names
            .iter()
            .position(|name| text.eq_ignore_ascii_case(name))
            .map(|place| place as u32 + first_name);
        named
            .or_else(|| text.parse().ok())
            .filter(|number| (least..=most).contains(number))
    };
    let mut values = Vec::new();
    for part in text.split(',') {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (
                range,
                step.parse::<usize>()
                    .ok()
                    .filter(|step| *step > 0)
                    .ok_or_else(wrong)?,
            ),
            None => (part, 1),
        };
        let (from, to) = if range == "*" {
            (least, most)
        } else if let Some((from, to)) = range.split_once('-') {
            (
                number(from).ok_or_else(wrong)?,
                number(to).ok_or_else(wrong)?,
            )
        } else {
            let only = number(range).ok_or_else(wrong)?;
            (only, if part.contains('/') { most } else { only })
        };
        if from > to {
            return Err(wrong());
        }
        values.extend((from..=to).step_by(step));
    }
    values.sort_unstable();
    values.dedup();
    Ok(Field {
        every: text.starts_with('*'),
        values,
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn runs(expression: &str, zone: &str, after: &str, count: usize) -> Vec<String> {
        let cron = Cron::parse(expression, zone).unwrap();
        cron.next_runs(after.parse().unwrap(), count)
            .into_iter()
            .map(Timestamp::rfc3339)
            .collect()
    }

    #[test]
    fn the_first_of_each_month_by_the_clock_of_berlin() {
        // 02:17 is 01:17 UTC in winter, 00:17 UTC in summer.
        assert_eq!(
            runs("17 2 1 * *", "Europe/Berlin", "2026-02-15T00:00:00Z", 3),
            [
                "2026-03-01T01:17:00Z",
                "2026-04-01T00:17:00Z",
                "2026-05-01T00:17:00Z"
            ]
        );
        assert_eq!(
            runs("17 2 1 * *", "Europe/Berlin", "2026-03-01T01:17:00Z", 1),
            ["2026-04-01T00:17:00Z"],
            "strictly after"
        );
    }

    #[test]
    fn a_time_that_is_left_out_runs_at_the_end_of_the_gap_and_one_that_comes_twice_once() {
        // On 29 March 2026, 02:00 becomes 03:00 in Berlin; on 25 October, 03:00 becomes 02:00.
        assert_eq!(
            runs("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", 2),
            ["2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"]
        );
        assert_eq!(
            runs("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", 2),
            ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"]
        );
    }

    #[test]
    fn fields_take_lists_ranges_steps_and_names() {
        assert_eq!(
            runs("0 6-18/6 * jan mon", "UTC", "2026-12-31T00:00:00Z", 4),
            [
                "2027-01-04T06:00:00Z",
                "2027-01-04T12:00:00Z",
                "2027-01-04T18:00:00Z",
                "2027-01-11T06:00:00Z"
            ]
        );
        // Either of the two days, where both are restricted; 7 is Sunday.
        assert_eq!(
            runs("0 0 1 * 7", "UTC", "2026-11-30T00:00:00Z", 2),
            ["2026-12-01T00:00:00Z", "2026-12-06T00:00:00Z"]
        );
        assert_eq!(
            runs("0 0 29 2 *", "UTC", "2026-01-01T00:00:00Z", 2),
            ["2028-02-29T00:00:00Z", "2032-02-29T00:00:00Z"]
        );
    }

    #[test]
    fn what_is_no_schedule_is_refused() {
        for wrong in [
            "",
            "* * * *",
            "60 * * * *",
            "* 24 * * *",
            "* * 0 * *",
            "* * * 13 *",
            "* * * * 8",
            "5-1 * * * *",
            "*/0 * * * *",
            "x * * * *",
            "0 0 30 2 *",
            "1,,2 * * * *",
        ] {
            assert!(
                matches!(Cron::parse(wrong, "UTC"), Err(InvalidCron::Expression(_))),
                "{wrong}"
            );
        }
        assert!(matches!(
            Cron::parse("0 0 1 * *", "Berlin"),
            Err(InvalidCron::TimeZone(_))
        ));
    }
}
