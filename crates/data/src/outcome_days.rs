//! Days of an outcomes file: a column is read in one order of day, month and year, or the question is asked.

use crate::read::DateOrder;

/// Reads a column of days to YYYY-MM-DD; `None` where a text is no date in the column's order. `is_date` knows the calendar. Years have four
/// digits; parts are separated by `-`, `/` or `.`; a time of day behind the date does not count. Dots mean day first unless `order` says
/// otherwise.
///
/// # Errors
/// A text that could be two days, when nothing in the column tells the day from the month.
pub(crate) fn days(texts: &[String], order: Option<DateOrder>, is_date: impl Fn(&str) -> bool) -> Result<Vec<Option<String>>, String> {
    let read = |text: &str, order: DateOrder| {
        let day = parts(text).and_then(|parts| iso(parts, order));
        day.filter(|day| is_date(day))
    };
    let with = |order: DateOrder| texts.iter().map(|text| read(text, order)).collect::<Vec<_>>();
    if let Some(order) = order {
        return Ok(with(order));
    }
    let year_first = with(DateOrder::YearFirst);
    if year_first.iter().any(Option::is_some) {
        return Ok(year_first);
    }
    let (day_first, month_first) = (with(DateOrder::DayFirst), with(DateOrder::MonthFirst));
    let readable = |days: &[Option<String>]| days.iter().flatten().count();
    if texts.iter().all(|text| date_of(text).contains('.')) || readable(&day_first) > readable(&month_first) {
        return Ok(day_first);
    }
    if readable(&month_first) > readable(&day_first) {
        return Ok(month_first);
    }
    match (0..texts.len()).find(|&row| day_first[row] != month_first[row]) {
        Some(row) => Err(texts[row].trim().to_owned()),
        None => Ok(day_first),
    }
}

/// A date without a time of day.
fn date_of(text: &str) -> &str {
    let text = text.trim();
    text.split_once(['T', ' ']).map_or(text, |(date, _)| date)
}

/// The three numbers of a date.
fn parts(text: &str) -> Option<[&str; 3]> {
    let mut parts = date_of(text).split(['-', '/', '.']);
    let three = [parts.next()?, parts.next()?, parts.next()?];
    let numbers = three.iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
    (numbers && parts.next().is_none()).then_some(three)
}

fn iso([first, second, third]: [&str; 3], order: DateOrder) -> Option<String> {
    let (year, month, day) = match order {
        DateOrder::YearFirst => (first, second, third),
        DateOrder::DayFirst => (third, second, first),
        DateOrder::MonthFirst => (third, first, second),
    };
    (year.len() == 4 && month.len() <= 2 && day.len() <= 2).then(|| format!("{year}-{month:0>2}-{day:0>2}"))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn read(texts: &[&str], order: Option<DateOrder>) -> Result<Vec<Option<String>>, String> {
        let in_calendar = |day: &str| {
            let number = |range: std::ops::Range<usize>| day[range].parse::<u32>().unwrap();
            (1..=12).contains(&number(5..7)) && (1..=31).contains(&number(8..10))
        };
        days(&texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>(), order, in_calendar)
    }

    fn sound(texts: &[&str], order: Option<DateOrder>) -> Vec<String> {
        read(texts, order).unwrap().into_iter().map(Option::unwrap).collect()
    }

    #[test]
    fn the_order_is_that_of_the_whole_column() {
        assert_eq!(sound(&["2026-09-15", "2026/1/2", "2026-09-15 00:00:00"], None), ["2026-09-15", "2026-01-02", "2026-09-15"]);
        assert_eq!(sound(&["01/02/2026", "15/02/2026"], None), ["2026-02-01", "2026-02-15"]);
        assert_eq!(sound(&["01/02/2026", "02/15/2026"], None), ["2026-01-02", "2026-02-15"]);
        assert_eq!(sound(&["01.02.2026"], None), ["2026-02-01"]);
        assert_eq!(sound(&["05/05/2026"], None), ["2026-05-05"]);
    }

    #[test]
    fn a_column_that_can_be_read_in_two_orders_is_asked_about() {
        assert_eq!(read(&["05/05/2026", "01/02/2026"], None), Err("01/02/2026".to_owned()));
        assert_eq!(sound(&["01/02/2026"], Some(DateOrder::DayFirst)), ["2026-02-01"]);
        assert_eq!(sound(&["01/02/2026"], Some(DateOrder::MonthFirst)), ["2026-01-02"]);
    }

    #[test]
    fn what_is_no_date_is_none() {
        assert_eq!(read(&["yesterday", "", "31/31/2026", "1/2/26"], None).unwrap(), vec![None; 4]);
        assert_eq!(read(&["2026-09-15", "15/09/2026"], None).unwrap()[1], None);
    }
}
