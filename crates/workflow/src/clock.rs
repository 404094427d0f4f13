//! Days and times as texts, and today.

use domain::{Date, Timestamp};

const DAY: i64 = 86_400;

/// Today in UTC.
pub(crate) fn today_date() -> Date {
    store::now().date()
}

/// Today in UTC, YYYY-MM-DD.
pub fn today() -> String {
    today_date().to_string()
}

/// A day number since 1970-01-01 as YYYY-MM-DD.
pub fn date_of(day: i64) -> String {
    Date::from_day_number(day as i32).to_string()
}

/// `2026-11-21` → its day number since 1970-01-01; `None` when it is not a date.
pub fn parse(date: &str) -> Option<i64> {
    date.parse().ok().map(|date: Date| i64::from(date.day_number()))
}

/// A date that somebody wrote.
///
/// # Errors
/// [`crate::Error::Invalid`] that says how one is written.
pub(crate) fn date(text: &str) -> crate::Result<Date> {
    text.parse().map_err(|_| crate::Error::Invalid(format!("“{text}” is not a valid date. Use YYYY-MM-DD.")))
}

/// A length of time in its largest unit: "3 days", "2 hours", "less than a minute".
pub fn age(micros: i64) -> String {
    let seconds = micros / 1_000_000;
    let units = [(DAY, "day"), (3600, "hour"), (60, "minute")];
    match units.into_iter().find(|(length, _)| seconds >= *length) {
        Some((length, name)) => {
            let count = seconds / length;
            format!("{count} {name}{}", if count == 1 { "" } else { "s" })
        }
        None => "less than a minute".to_owned(),
    }
}

/// `21 Nov 2026, 09:14 UTC`.
pub fn long_time(moment: Timestamp) -> String {
    moment.long()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_told_in_their_largest_unit() {
        assert_eq!([age(59_000_000), age(3_600_000_000), age(200_000_000_000)], ["less than a minute", "1 hour", "2 days"]);
    }
}
