//! Dates and times of Arrow arrays as texts: ISO 8601, where they were.

use chrono::{DateTime, FixedOffset, NaiveDateTime};
use polars_arrow::array::Array;
use polars_arrow::datatypes::TimeUnit;
use polars_arrow::types::NativeType;

use super::arrays::{each, plain, primitives};
use super::held::Held;

fn per_second(unit: TimeUnit) -> i64 {
    match unit {
        TimeUnit::Second => 1,
        TimeUnit::Millisecond => 1_000,
        TimeUnit::Microsecond => 1_000_000,
        TimeUnit::Nanosecond => 1_000_000_000,
    }
}

pub(super) fn from_units(units: i64, unit: TimeUnit) -> Option<NaiveDateTime> {
    let per_second = per_second(unit);
    let nanoseconds = units.rem_euclid(per_second) * (1_000_000_000 / per_second);
    from_seconds(
        units.div_euclid(per_second),
        u32::try_from(nanoseconds).ok()?,
    )
}

pub(super) fn from_seconds(seconds: i64, nanoseconds: u32) -> Option<NaiveDateTime> {
    DateTime::from_timestamp(seconds, nanoseconds).map(|time| time.naive_utc())
}

pub(super) fn times<T: NativeType + Into<i64>>(
    array: &dyn Array,
    cells: &mut Held,
    time: impl Fn(i64) -> Option<NaiveDateTime>,
) -> Result<(), String> {
    let values = primitives::<T>(array)?.iter();
    each(
        values.map(|cell| cell.map(|units| Into::<i64>::into(*units) as u128)),
        cells,
        |units, text| {
            let time =
                time(units as i64).ok_or_else(|| "it holds a time out of range".to_owned())?;
            text.push_str(&iso(time));
            Ok(())
        },
    )
}

/// `2026-11-01T08:30:00`, with a fraction of a second only where there is one.
fn iso(time: NaiveDateTime) -> String {
    time.format("%Y-%m-%dT%H:%M:%S%.f").to_string()
}

pub(super) fn clock<T: NativeType + Into<i64>>(
    array: &dyn Array,
    unit: TimeUnit,
    cells: &mut Held,
) -> Result<(), String> {
    let values = primitives::<T>(array)?.iter();
    each(
        values.map(|cell| cell.map(|units| Into::<i64>::into(*units) as u128)),
        cells,
        |units, text| {
            let time = from_units(units as i64, unit);
            let time = time.ok_or_else(|| "it holds a time out of range".to_owned())?;
            plain(time.format("%H:%M:%S%.f"), text)
        },
    )
}

/// Where a time was: its day is the day there, not in UTC.
pub(super) enum Zone {
    Offset(FixedOffset),
    Named(chrono_tz::Tz),
}

impl Zone {
    pub(super) fn parse(name: &str) -> Result<Self, String> {
        match (name.parse(), name.parse()) {
            (Ok(offset), _) => Ok(Self::Offset(offset)),
            (_, Ok(zone)) => Ok(Self::Named(zone)),
            (Err(_), Err(_)) => Err(format!("its times are in the unknown zone “{name}”")),
        }
    }

    pub(super) fn local(&self, time: NaiveDateTime) -> NaiveDateTime {
        match self {
            Self::Offset(offset) => time.and_utc().with_timezone(offset).naive_local(),
            Self::Named(zone) => time.and_utc().with_timezone(zone).naive_local(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_day_is_the_day_where_it_was() {
        let midnight_in_berlin = from_units(1_767_222_000, TimeUnit::Second).unwrap();
        assert_eq!(iso(midnight_in_berlin), "2025-12-31T23:00:00");
        assert_eq!(
            iso(Zone::parse("Europe/Berlin")
                .unwrap()
                .local(midnight_in_berlin)),
            "2026-01-01T00:00:00"
        );
        assert_eq!(
            iso(Zone::parse("+01:00").unwrap().local(midnight_in_berlin)),
            "2026-01-01T00:00:00"
        );
        assert_eq!(
            iso(Zone::parse("UTC").unwrap().local(midnight_in_berlin)),
            "2025-12-31T23:00:00"
        );
        assert!(Zone::parse("Mars/Olympus").is_err());
    }

    #[test]
    fn times_before_1970_count_back() {
        assert_eq!(
            iso(from_units(-1, TimeUnit::Millisecond).unwrap()),
            "1969-12-31T23:59:59.999"
        );
    }
}
