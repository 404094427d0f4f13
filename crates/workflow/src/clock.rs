//! Days and times as texts. The only room above the store that reads the clock.

const DAY: i64 = 86_400;
const MONTHS: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

/// Civil date of a day number since 1970-01-01 (Howard Hinnant, "chrono-compatible low-level date algorithms").
fn civil(days: i64) -> (i64, u32, u32) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = (day_of_year - (153 * shifted_month + 2) / 5 + 1) as u32;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 } as u32;
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

fn day_number(year: i64, month: u32, day: u32) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let shifted_month = i64::from(if month > 2 { month - 3 } else { month + 9 });
    let day_of_year = (153 * shifted_month + 2) / 5 + i64::from(day) - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// Today in UTC.
pub(crate) fn today_date() -> domain::Date {
    domain::Timestamp::from_micros(store::now()).date()
}

/// Today in UTC, YYYY-MM-DD.
pub fn today() -> String {
    day_of(store::now())
}

/// A day number since 1970-01-01 as YYYY-MM-DD.
pub fn date_of(day: i64) -> String {
    let (year, month, day) = civil(day);
    format!("{year:04}-{month:02}-{day:02}")
}

/// The day number of unix microseconds, in UTC.
pub(crate) fn day_number_of(micros: i64) -> i64 {
    micros.div_euclid(1_000_000 * DAY)
}

/// `2026-11-21` → its day number since 1970-01-01; `None` when it is no date.
pub fn parse(date: &str) -> Option<i64> {
    let mut parts = date.splitn(3, '-').map(str::parse::<u32>);
    let (year, month, day) = (parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?);
    let number = day_number(i64::from(year), month, day);
    (date.len() == 10 && civil(number) == (i64::from(year), month, day)).then_some(number)
}

/// `2026-11-21T09:14`, with or without seconds, or a date: unix microseconds in UTC of its end, so that what happened in that second, minute or
/// day has happened. `None` when it is neither.
pub(crate) fn moment(text: &str) -> Option<i64> {
    let text = text.trim().trim_end_matches('Z');
    let Some((date, time)) = text.split_once(['T', ' ']) else { return Some((parse(text)? + 1) * DAY * 1_000_000 - 1) };
    let parts: Vec<i64> = time.split(':').map(|part| part.parse().ok().filter(|_| part.len() == 2)).collect::<Option<_>>()?;
    let (hours, minutes, seconds) = match parts[..] {
        [hours, minutes] => (hours, minutes, 59),
        [hours, minutes, seconds] => (hours, minutes, seconds),
        _ => return None,
    };
    let sound = (0..24).contains(&hours) && (0..60).contains(&minutes) && (0..60).contains(&seconds);
    sound.then_some((parse(date)? * DAY + hours * 3600 + minutes * 60 + seconds + 1) * 1_000_000 - 1)
}

/// True for a date of the calendar, YYYY-MM-DD.
pub fn is_date(text: &str) -> bool {
    parse(text).is_some()
}

/// Days from one date to another; `None` when one of them is no date.
pub fn days_between(from: &str, to: &str) -> Option<i64> {
    Some(parse(to)? - parse(from)?)
}

/// `21 November 2026`.
pub fn long_date(date: &str) -> String {
    match parse(date).map(civil) {
        Some((year, month, day)) => format!("{day} {} {year}", MONTHS[month as usize - 1]),
        None => date.to_owned(),
    }
}

/// The day of unix microseconds in UTC, YYYY-MM-DD.
pub fn day_of(micros: i64) -> String {
    let (year, month, day) = civil(micros.div_euclid(1_000_000 * DAY));
    format!("{year:04}-{month:02}-{day:02}")
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

/// `21 November 2026, 09:14 UTC` of unix microseconds.
pub fn long_time(micros: i64) -> String {
    let seconds = micros.div_euclid(1_000_000);
    let (year, month, day) = civil(seconds.div_euclid(DAY));
    let of_day = seconds.rem_euclid(DAY);
    format!("{day} {} {year}, {:02}:{:02} UTC", MONTHS[month as usize - 1], of_day / 3600, of_day / 60 % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        assert_eq!(long_date("2026-11-21"), "21 November 2026");
        assert_eq!(days_between("2024-02-28", "2024-03-01"), Some(2));
        assert_eq!(days_between("2023-02-28", "2023-03-01"), Some(1));
        assert!(!is_date("2023-02-29") && !is_date("2023-2-1") && !is_date("tomorrow") && is_date("2024-02-29"));
        assert_eq!([age(59_000_000), age(3_600_000_000), age(200_000_000_000)], ["less than a minute", "1 hour", "2 days"]);
        assert_eq!(day_of(1_763_716_440_000_000), "2025-11-21");
        assert_eq!([moment("2025-11-21T09:14"), moment("2025-11-21 09:14:59Z")], [Some(1_763_716_500_000_000 - 1); 2]);
        assert_eq!(moment("2025-11-21T09:14:00"), Some(1_763_716_441_000_000 - 1));
        assert_eq!(moment("1970-01-01"), Some(86_400_000_000 - 1), "a day stands for its end");
        for none in ["2025-11-31", "2025-11-21T24:00", "2025-11-21T9:14", "2025-11-21T09", "yesterday", "2025-11-21T09:14:00:00"] {
            assert_eq!(moment(none), None, "{none}");
        }
        assert_eq!(long_time(1_763_716_440_000_000), "21 November 2025, 09:14 UTC");
    }
}
