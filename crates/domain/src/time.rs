//! Moments and days. RFC 3339 in JSON, everywhere; the clock is read in one place, the store.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, UtcOffset};

const DAY_MICROS: i64 = 86_400 * 1_000_000;
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// A text that is not a valid day or moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidTime {
    /// The text as it was given.
    pub text: String,
}

impl std::fmt::Display for InvalidTime {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "“{}” is not a valid date. Use YYYY-MM-DD",
            self.text
        )
    }
}

impl std::error::Error for InvalidTime {}

/// A moment, to the microsecond, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From unix microseconds, as the database has them.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Unix microseconds.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// The day of this moment in UTC.
    pub fn date(self) -> Date {
        Date(self.0.div_euclid(DAY_MICROS) as i32)
    }

    /// Microseconds since an earlier moment; negative when it is later.
    pub const fn since(self, earlier: Self) -> i64 {
        self.0 - earlier.0
    }

    /// So many seconds later.
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0 + seconds * 1_000_000)
    }

    /// Reads what a person writes for a moment of the past: a date, or a date and time in UTC with
    /// or without seconds (`2026-11-21T09:14`). The result is the end of that day, minute or
    /// second, so that what happened in it has happened.
    ///
    /// # Errors
    /// When the text is neither.
    pub fn end_of(text: &str) -> Result<Self, InvalidTime> {
        let invalid = || InvalidTime {
            text: text.trim().to_owned(),
        };
        let bare = text.trim().trim_end_matches('Z');
        let Some((date, time)) = bare.split_once(['T', ' ']) else {
            return Ok(Date::from_str_trimmed(bare)?.end());
        };
        let part = |part: &str| part.parse::<i64>().ok().filter(|_| part.len() == 2);
        let parts: Vec<i64> = time
            .split(':')
            .map(part)
            .collect::<Option<_>>()
            .ok_or_else(invalid)?;
        let (hours, minutes, seconds) = match parts[..] {
            [hours, minutes] => (hours, minutes, 59),
            [hours, minutes, seconds] => (hours, minutes, seconds),
            _ => return Err(invalid()),
        };
        if !((0..24).contains(&hours) && (0..60).contains(&minutes) && (0..60).contains(&seconds)) {
            return Err(invalid());
        }
        let date: Date = date.parse()?;
        Ok(Self(
            date.start().0 + (hours * 3600 + minutes * 60 + seconds + 1) * 1_000_000 - 1,
        ))
    }

    /// `2026-11-29T15:01:02.5Z`.
    pub fn rfc3339(self) -> String {
        let moment = OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1000);
        // Moments outside the years 0 to 9999 have no such text; none comes from a clock.
        moment
            .ok()
            .and_then(|moment| moment.format(&Rfc3339).ok())
            .unwrap_or_else(|| format!("invalid:{}", self.0))
    }

    /// `29 Nov 2026, 15:01 UTC`, for people.
    pub fn long(self) -> String {
        let seconds = self.0.rem_euclid(DAY_MICROS) / 1_000_000;
        format!(
            "{}, {:02}:{:02} UTC",
            self.date().long(),
            seconds / 3600,
            seconds / 60 % 60
        )
    }
}

impl std::fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.rfc3339())
    }
}

impl std::str::FromStr for Timestamp {
    type Err = InvalidTime;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let moment = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| InvalidTime {
            text: text.to_owned(),
        })?;
        Ok(Self(
            (moment.to_offset(UtcOffset::UTC).unix_timestamp_nanos() / 1000) as i64,
        ))
    }
}

/// A day of the calendar, as days since 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(i32);

impl Date {
    /// From the number of days since 1970-01-01.
    pub const fn from_day_number(days: i32) -> Self {
        Self(days)
    }

    /// Days since 1970-01-01.
    pub const fn day_number(self) -> i32 {
        self.0
    }

    /// Days since an earlier day; negative when it is later.
    pub const fn days_since(self, earlier: Self) -> i32 {
        self.0 - earlier.0
    }

    /// Completed months since an earlier day, as a calendar counts them: a month is over on the day
    /// of the same number, or on the first of the next month where that month has no such day. From
    /// 31 January, none is over on 28 February and one is on 1 March. Negative when it is later.
    pub fn months_since(self, earlier: Self) -> i32 {
        let ((year, month, day), (from_year, from_month, from_day)) =
            (self.parts(), earlier.parts());
        let months = 12 * (year - from_year) + i32::from(month) - i32::from(from_month);
        months - i32::from(day < from_day)
    }

    /// Completed years since an earlier day: who is born on 29 February is a year older on 1 March
    /// of a common year. Negative when it is later.
    pub fn years_since(self, earlier: Self) -> i32 {
        self.months_since(earlier).div_euclid(12)
    }

    /// So many days later.
    pub const fn plus_days(self, days: i32) -> Self {
        Self(self.0 + days)
    }

    /// The first microsecond of the day.
    pub const fn start(self) -> Timestamp {
        Timestamp(self.0 as i64 * DAY_MICROS)
    }

    /// The last microsecond of the day.
    pub const fn end(self) -> Timestamp {
        Timestamp((self.0 as i64 + 1) * DAY_MICROS - 1)
    }

    /// Year, month from 1, day from 1.
    pub fn parts(self) -> (i32, u8, u8) {
        let date = time::Date::from_julian_day(self.0.saturating_add(UNIX_EPOCH))
            .unwrap_or(time::Date::MAX);
        (date.year(), date.month().into(), date.day())
    }

    /// `1 Nov 2026`, for people.
    pub fn long(self) -> String {
        let (year, month, day) = self.parts();
        format!("{day} {} {year}", MONTHS[usize::from(month) - 1])
    }

    fn from_str_trimmed(text: &str) -> Result<Self, InvalidTime> {
        text.parse()
    }
}

/// Julian day number of 1970-01-01.
const UNIX_EPOCH: i32 = 2_440_588;

impl std::fmt::Display for Date {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (year, month, day) = self.parts();
        write!(formatter, "{year:04}-{month:02}-{day:02}")
    }
}

impl std::str::FromStr for Date {
    type Err = InvalidTime;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || InvalidTime {
            text: text.to_owned(),
        };
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let parts: Vec<&str> = text.split('-').collect();
        let [year, month, day] = parts[..] else {
            return Err(invalid());
        };
        if [year.len(), month.len(), day.len()] != [4, 2, 2]
            || ![year, month, day].into_iter().all(digits)
        {
            return Err(invalid());
        }
        let number = |part: &str| part.parse::<u16>().map_err(|_| invalid());
        let month = u8::try_from(number(month)?)
            .ok()
            .and_then(|month| time::Month::try_from(month).ok())
            .ok_or_else(invalid)?;
        let day = u8::try_from(number(day)?).map_err(|_| invalid())?;
        let date = time::Date::from_calendar_date(i32::from(number(year)?), month, day)
            .map_err(|_| invalid())?;
        Ok(Self(date.to_julian_day() - UNIX_EPOCH))
    }
}

/// Texts in every format: what JSON says is what the other formats say.
macro_rules! serde_as_text {
    ($name:ident) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

serde_as_text!(Timestamp);
serde_as_text!(Date);

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    const MOMENT: Timestamp = Timestamp::from_micros(1_763_716_440_000_000);

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn dates_are_those_of_the_calendar() {
        assert_eq!(date("2026-11-21").long(), "21 Nov 2026");
        assert_eq!(date("2024-03-01").days_since(date("2024-02-28")), 2);
        assert_eq!(date("2023-03-01").days_since(date("2023-02-28")), 1);
        assert_eq!(date("1970-01-01").day_number(), 0);
        assert_eq!(date("2024-02-29").plus_days(366).to_string(), "2025-03-01");
    }

    #[test]
    fn months_and_years_are_those_that_are_over() {
        for (from, to, months, years) in [
            ("1980-05-17", "2026-05-16", 551, 45),
            ("1980-05-17", "2026-05-17", 552, 46),
            ("2000-02-29", "2024-02-28", 287, 23),
            ("2000-02-29", "2024-02-29", 288, 24),
            ("2000-02-29", "2025-02-28", 299, 24),
            ("2000-02-29", "2025-03-01", 300, 25),
            ("2026-01-31", "2026-02-28", 0, 0),
            ("2026-01-31", "2026-03-01", 1, 0),
            ("2026-01-31", "2026-03-31", 2, 0),
            ("2026-01-31", "2026-01-31", 0, 0),
            ("2026-02-01", "2026-01-31", -1, -1),
        ] {
            let (from, to) = (date(from), date(to));
            assert_eq!(
                (to.months_since(from), to.years_since(from)),
                (months, years),
                "{from} to {to}"
            );
        }
    }

    #[test]
    fn what_is_not_a_date_is_refused() {
        for wrong in [
            "2023-02-29",
            "2023-2-1",
            "tomorrow",
            "",
            "2026-13-01",
            "+026-01-01",
            "2026-01-01 ",
            "02026-01-01",
        ] {
            assert!(wrong.parse::<Date>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn moments_are_rfc_3339() {
        assert_eq!(MOMENT.rfc3339(), "2025-11-21T09:14:00Z");
        assert_eq!(
            serde_json::to_string(&Timestamp::from_micros(1_500_000)).unwrap(),
            "\"1970-01-01T00:00:01.5Z\""
        );
        assert_eq!(
            "2025-11-21T10:14:00+01:00".parse::<Timestamp>().unwrap(),
            MOMENT
        );
        assert_eq!(
            serde_json::from_str::<Timestamp>("\"2025-11-21T09:14:00Z\"").unwrap(),
            MOMENT
        );
        assert_eq!(MOMENT.long(), "21 Nov 2025, 09:14 UTC");
        assert_eq!(MOMENT.date(), date("2025-11-21"));
        assert_eq!(Timestamp::from_micros(-1).date(), date("1969-12-31"));
    }

    #[test]
    fn what_people_write_stands_for_its_end() {
        let end = |text: &str| Timestamp::end_of(text).map(Timestamp::micros);
        assert_eq!(
            [end("2025-11-21T09:14"), end("2025-11-21 09:14:59Z")],
            [Ok(1_763_716_500_000_000 - 1), Ok(1_763_716_500_000_000 - 1)]
        );
        assert_eq!(end("2025-11-21T09:14:00"), Ok(1_763_716_441_000_000 - 1));
        assert_eq!(end("1970-01-01"), Ok(86_400_000_000 - 1));
        for none in [
            "2025-11-31",
            "2025-11-21T24:00",
            "2025-11-21T9:14",
            "2025-11-21T09",
            "yesterday",
            "2025-11-21T09:14:00:00",
        ] {
            assert!(end(none).is_err(), "{none}");
        }
    }

    proptest::proptest! {
        #[test]
        fn every_day_and_moment_reads_back(days in -700_000..2_900_000_i32, micros in -60_000_000_000_000_000..250_000_000_000_000_000_i64) {
            let day = Date::from_day_number(days);
            proptest::prop_assert_eq!(day.to_string().parse(), Ok(day));
            let moment = Timestamp::from_micros(micros);
            proptest::prop_assert_eq!(moment.rfc3339().parse(), Ok(moment));
        }
    }
}
