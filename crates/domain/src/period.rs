//! The time of a row of a panel: parsed once, compared as time, never as text.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Date, InvalidTime};

/// When a row is from. The periods of one column are all of one kind ([`Period::kind`]); only those
/// compare in a way that means something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Period {
    /// A day.
    Day(Date),
    /// A month.
    Month {
        /// 1900 to 2100.
        year: i32,
        /// 1 to 12.
        month: u8,
    },
    /// A quarter of a year.
    Quarter {
        /// 1900 to 2100.
        year: i32,
        /// 1 to 4.
        quarter: u8,
    },
    /// A year.
    Year(i32),
    /// A running number, for example of a payroll period.
    Number(i64),
}

/// What a period is, apart from when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PeriodKind {
    /// A day of the calendar.
    Day,
    /// A month of the calendar.
    Month,
    /// A quarter of a year.
    Quarter,
    /// A year of the calendar.
    Year,
    /// A running number.
    Number,
}

impl std::fmt::Display for PeriodKind {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Day => "day",
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Year => "year",
            Self::Number => "number",
        })
    }
}

impl Period {
    /// What it is, apart from when.
    pub const fn kind(self) -> PeriodKind {
        match self {
            Self::Day(_) => PeriodKind::Day,
            Self::Month { .. } => PeriodKind::Month,
            Self::Quarter { .. } => PeriodKind::Quarter,
            Self::Year(_) => PeriodKind::Year,
            Self::Number(_) => PeriodKind::Number,
        }
    }

    /// Its last day, the one that a snapshot of it describes; `None` for a running number.
    pub fn last_day(self) -> Option<Date> {
        let before = |year: i32, month: u8| {
            let (year, month) = if month > 12 {
                (year + 1, 1)
            } else {
                (year, month)
            };
            let first: Option<Date> = format!("{year:04}-{month:02}-01").parse().ok();
            first.map(|day| day.plus_days(-1))
        };
        match self {
            Self::Day(day) => Some(day),
            Self::Month { year, month } => before(year, month + 1),
            Self::Quarter { year, quarter } => before(year, 3 * quarter + 1),
            Self::Year(year) => before(year, 13),
            Self::Number(_) => None,
        }
    }

    /// The place of each period among the distinct ones, from 0: all that a split in time needs to
    /// know.
    pub fn ranks(periods: &[Self]) -> Vec<i64> {
        let mut distinct = periods.to_vec();
        distinct.sort_unstable();
        distinct.dedup();
        periods
            .iter()
            .map(|period| distinct.partition_point(|other| other < period) as i64)
            .collect()
    }
}

/// `2026-01-31`, `2026-01`, `2026-Q1`, `2026`, or the number.
impl std::fmt::Display for Period {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Day(day) => write!(formatter, "{day}"),
            Self::Month { year, month } => write!(formatter, "{year:04}-{month:02}"),
            Self::Quarter { year, quarter } => write!(formatter, "{year:04}-Q{quarter}"),
            Self::Year(year) => write!(formatter, "{year:04}"),
            Self::Number(number) => write!(formatter, "{number}"),
        }
    }
}

/// The periods of some rows, from the first to the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeriodRange {
    /// The earliest.
    pub first: Period,
    /// The latest.
    pub last: Period,
    /// How many distinct periods there are.
    pub count: u32,
}

impl PeriodRange {
    /// That of some periods; `None` where there are none.
    pub fn of(periods: impl IntoIterator<Item = Period>) -> Option<Self> {
        let distinct: std::collections::BTreeSet<Period> = periods.into_iter().collect();
        Some(Self {
            first: *distinct.first()?,
            last: *distinct.last()?,
            count: distinct.len() as u32,
        })
    }
}

/// `2026-01 to 2026-03 (3 periods)`, or the only period.
impl std::fmt::Display for PeriodRange {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.count {
            1 => write!(formatter, "{}", self.first),
            count => write!(
                formatter,
                "{} to {} ({count} periods)",
                self.first, self.last
            ),
        }
    }
}

/// The mark of a number where a period is kept: without it, the number 2026 would come back as a
/// year.
const NUMBER: char = '#';

/// Reads what [`Period`] is kept as: its text, and `#` before a number.
impl std::str::FromStr for Period {
    type Err = InvalidTime;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || InvalidTime {
            text: text.to_owned(),
        };
        if let Some(number) = text.strip_prefix(NUMBER) {
            return number.parse().map(Self::Number).map_err(|_| invalid());
        }
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let year = |text: &str| match text.len() {
            4 if digits(text) => text.parse::<i32>().map_err(|_| invalid()),
            _ => Err(invalid()),
        };
        let part = |text: &str, most: u8| {
            text.parse::<u8>()
                .ok()
                .filter(|part| digits(text) && (1..=most).contains(part))
                .ok_or_else(invalid)
        };
        match text.split_once('-') {
            None => year(text).map(Self::Year),
            Some((first, rest)) if rest.len() == 2 => match rest.strip_prefix('Q') {
                Some(quarter) => Ok(Self::Quarter {
                    year: year(first)?,
                    quarter: part(quarter, 4)?,
                }),
                None => Ok(Self::Month {
                    year: year(first)?,
                    month: part(rest, 12)?,
                }),
            },
            Some(_) => text.parse().map(Self::Day),
        }
    }
}

impl Serialize for Period {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Number(number) => serializer.collect_str(&format_args!("{NUMBER}{number}")),
            Self::Day(_) | Self::Month { .. } | Self::Quarter { .. } | Self::Year(_) => {
                serializer.collect_str(self)
            }
        }
    }
}

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn what_is_kept_reads_back_as_what_it_was() {
        let day = "2026-01-31".parse().unwrap();
        for (period, kept) in [
            (Period::Day(day), "2026-01-31"),
            (
                Period::Month {
                    year: 2026,
                    month: 1,
                },
                "2026-01",
            ),
            (
                Period::Quarter {
                    year: 2026,
                    quarter: 4,
                },
                "2026-Q4",
            ),
            (Period::Year(2026), "2026"),
            (Period::Number(2026), "#2026"),
            (Period::Number(-3), "#-3"),
        ] {
            assert_eq!(
                serde_json::to_string(&period).unwrap(),
                format!("\"{kept}\"")
            );
            assert_eq!(kept.parse(), Ok(period));
        }
        for none in [
            "",
            "26",
            "31/01/2026",
            "2026-13",
            "2026-Q5",
            "2026-Q",
            "2026-1",
            "2026-02-30",
            "#",
            "+026",
            "2026-+1",
        ] {
            assert!(none.parse::<Period>().is_err(), "{none}");
        }
    }

    #[test]
    fn periods_are_ordered_by_time() {
        let month = |year, month| Period::Month { year, month };
        assert!(month(2025, 12) < month(2026, 1));
        assert!(Period::Number(9) < Period::Number(10));
        assert!(
            Period::Quarter {
                year: 2025,
                quarter: 4
            } < Period::Quarter {
                year: 2026,
                quarter: 1
            }
        );
        assert_eq!(
            Period::ranks(&[
                month(2026, 1),
                month(2025, 2),
                month(2026, 1),
                month(2025, 12)
            ]),
            [2, 0, 2, 1]
        );
    }
}
