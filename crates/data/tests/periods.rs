//! Periods of a panel: every spelling that people have, and what is refused because it can be read
//! in two ways.
#![expect(clippy::unwrap_used, reason = "tests")]

use data::dates::{days, periods};
use data::{CheckMode, Checked, DateOrder, ReadOptions, Refusal, check};
use domain::Period;
use model::UseCase;
use proptest::prelude::*;

fn texts(cells: &[&str]) -> Vec<String> {
    cells.iter().map(|cell| (*cell).to_owned()).collect()
}

fn read(cells: &[&str]) -> Vec<String> {
    periods(&texts(cells), None)
        .unwrap()
        .iter()
        .map(ToString::to_string)
        .collect()
}

/// Rows (from 0) of the problems; `None` for one of the whole column.
fn refused(cells: &[&str]) -> Vec<Option<usize>> {
    periods(&texts(cells), None)
        .unwrap_err()
        .iter()
        .map(|problem| problem.row)
        .collect()
}

#[test]
fn every_spelling_of_days_gives_the_same_days() {
    for cells in [
        ["2025-10-31", "2026-02-01"],
        ["2025/10/31", "2026/2/1"],
        ["2025.10.31", "2026.02.01"],
        ["20251031", "20260201"],
        ["31/10/2025", "01/02/2026"],
        ["10/31/2025", "2/1/2026"],
        ["31.10.2025", "1.2.2026"],
        ["31-10-2025", "01-02-2026"],
        ["10-31-2025", "02-01-2026"],
        ["31 Oct 2025", "1 February 2026"],
        ["31-Oct-25", "01-Feb-26"],
        ["Oct 31, 2025", "Feb. 1, 2026"],
        ["31. Oktober 2025", "1. Februar 2026"],
        ["31 octobre 2025", "1 févr. 2026"],
        ["31.10.25", "01.02.26"],
        ["2025-10-31 00:00:00", "2026-02-01"],
        ["2025-10-31T00:00:00.000000Z", "2026-02-01T23:59:59+01:00"],
        ["10/31/2025 12:00:00 AM", "2/1/2026 9:30 PM"],
        [
            "2025-10-31 00:00:00 UTC",
            "2026-02-01 00:00:00 Europe/Berlin",
        ],
        [" 2025-10-31 ", "2026-02-01\t"],
    ] {
        assert_eq!(read(&cells), ["2025-10-31", "2026-02-01"], "{cells:?}");
    }
}

#[test]
fn months_quarters_years_and_numbers_are_periods() {
    for cells in [
        ["2025-12", "2026-01"],
        ["2025/12", "2026/1"],
        ["12/2025", "01/2026"],
        ["12.2025", "1.2026"],
        ["Dec-25", "Jan-26"],
        ["Dec 2025", "Jan 2026"],
        ["december 2025", "JANUARY 2026"],
        ["Dez 2025", "Jän 2026"],
        ["202512", "202601"],
        ["2025M12", "2026M01"],
    ] {
        assert_eq!(read(&cells), ["2025-12", "2026-01"], "{cells:?}");
    }
    for cells in [
        ["2025Q4", "2026Q1"],
        ["2025-Q4", "2026-Q1"],
        ["Q4 2025", "Q1 2026"],
        ["Q4/25", "q1/26"],
        ["4. Quartal 2025", "1. Quartal 2026"],
    ] {
        assert_eq!(read(&cells), ["2025-Q4", "2026-Q1"], "{cells:?}");
    }
    assert_eq!(
        periods(&texts(&["2025", "2026.0"]), None).unwrap(),
        [Period::Year(2025), Period::Year(2026)]
    );
    assert_eq!(
        periods(&texts(&["9", "10", "-1"]), None).unwrap(),
        [Period::Number(9), Period::Number(10), Period::Number(-1)]
    );
    assert_eq!(
        periods(&texts(&["45961", "45991"]), None).unwrap(),
        [Period::Number(45961), Period::Number(45991)]
    );
}

#[test]
fn one_date_that_tells_decides_for_the_column() {
    assert_eq!(
        read(&["01/02/2026", "13/02/2026"]),
        ["2026-02-01", "2026-02-13"]
    );
    assert_eq!(
        read(&["01/02/2026", "02/13/2026"]),
        ["2026-01-02", "2026-02-13"]
    );
}

#[test]
fn dates_that_can_be_read_in_two_ways_are_asked_about() {
    for cells in [
        vec!["01/02/2026", "01/03/2026"],
        vec!["3-4-2026"],
        vec!["10/11/12"],
        vec!["31/10/25", "30/11/25"],
    ] {
        let problems = periods(&texts(&cells), None).unwrap_err();
        assert_eq!((problems.len(), problems[0].row), (1, None), "{cells:?}");
        assert!(
            problems[0].rule.contains("--dates day-first"),
            "{}",
            problems[0].rule
        );
    }
    let cells = texts(&["01/02/2026", "01/03/2026"]);
    let with = |order| periods(&cells, Some(order)).map(|own| own[1].to_string());
    assert_eq!(with(DateOrder::DayFirst).unwrap(), "2026-03-01");
    assert_eq!(with(DateOrder::MonthFirst).unwrap(), "2026-01-03");
    assert!(
        with(DateOrder::YearFirst).is_err(),
        "the year is last: nothing was decided"
    );
    assert_eq!(
        periods(&texts(&["10/11/12"]), Some(DateOrder::YearFirst)).unwrap()[0].to_string(),
        "2010-11-12"
    );
    // Both ways give the same days, or nobody writes it the other way.
    assert_eq!(
        read(&["01/01/2026", "02/02/2026"]),
        ["2026-01-01", "2026-02-02"]
    );
    assert_eq!(read(&["01.02.2026"]), ["2026-02-01"]);
    assert_eq!(
        read(&["01.02.2026", "01.31.2026"]),
        ["2026-01-02", "2026-01-31"]
    );
}

#[test]
fn cells_that_do_not_fit_the_column_are_named() {
    assert_eq!(
        refused(&["2026-01-31", "", "2026-03-31", " "]),
        [Some(1), Some(3)]
    );
    assert_eq!(
        refused(&["2026-01-31", "2026-02-28", "2026-03"]),
        [Some(2)],
        "a month among days"
    );
    assert_eq!(
        refused(&["2026-01-31", "2026-02-28", "31/03/2026"]),
        [Some(2)],
        "a spreadsheet changed one of them"
    );
    assert_eq!(
        refused(&["31/01/2026", "28/02/2026", "03/31/2026"]),
        [Some(2)]
    );
    assert_eq!(refused(&["2026-01-31", "2026-02-30"]), [Some(1)]);
    assert_eq!(refused(&["2026-01-31", "soon"]), [Some(1)]);
    assert_eq!(
        refused(&["2026-01-31", "9999-12-31"]),
        [Some(1)],
        "no date of an employer's records"
    );
    assert_eq!(refused(&["2025", "2026", "20266"]), [Some(2)]);
    assert_eq!(refused(&["202511", "202512", "202513"]), [Some(2)]);
    assert_eq!(refused(&["soon", "later"]), [Some(0), Some(1)]);
    assert_eq!(refused(&["2026-01-31 at noon:00"]), [Some(0)]);
    assert_eq!(
        refused(&["26-Jan", "26-Feb"]),
        [Some(0), Some(1)],
        "a day or a year"
    );
}

#[test]
fn digits_that_may_be_dates_are_not_taken_for_numbers() {
    assert_eq!(refused(&["31012026", "01022026"]), [None]);
    assert_eq!(refused(&["310126", "10226"]), [None]);
    assert_eq!(refused(&["1225", "0126"]), [None]);
    assert_eq!(refused(&["2026-W05"]), [Some(0)]);
}

#[test]
fn a_field_of_days_holds_no_months() {
    assert_eq!(
        days(&texts(&["31/12/2025"]), None).unwrap()[0].to_string(),
        "2025-12-31"
    );
    assert_eq!(days(&texts(&["2025-12"]), None).unwrap_err()[0].row, None);
}

/// The spellings that are clear by themselves, or by one day above 12.
fn spelled(day: domain::Date, spelling: usize) -> String {
    let (year, month, number) = day.parts();
    match spelling {
        0 => format!("{year}-{month:02}-{number:02}"),
        1 => format!("{year}/{month}/{number}"),
        2 => format!("{number:02}/{month:02}/{year}"),
        3 => format!("{month}/{number}/{year}"),
        4 => format!("{number}.{month}.{year}"),
        5 => format!("{number:02}-{month:02}-{year}"),
        6 => day.long(),
        7 => format!("{year}{month:02}{number:02}"),
        _ => format!("{day}T08:30:00Z"),
    }
}

proptest! {
    #[test]
    fn order_of_rows_and_spelling_do_not_matter(
        numbers in proptest::collection::vec(-25_000..47_000_i32, 1..40),
        spelling in 0..9_usize,
        seed in any::<u64>(),
    ) {
        // 13 January 2026 tells day and month apart.
        let mut numbers = numbers;
        numbers.push(20_466);
        let dates: Vec<domain::Date> = numbers.iter().map(|number| domain::Date::from_day_number(*number)).collect();
        let cells: Vec<String> = dates.iter().map(|day| spelled(*day, spelling)).collect();
        let expected: Vec<Period> = dates.iter().map(|day| Period::Day(*day)).collect();
        prop_assert_eq!(periods(&cells, None).unwrap(), expected.clone());
        let mut order: Vec<usize> = (0..cells.len()).collect();
        order.sort_by_key(|row| (*row as u64 + 1).wrapping_mul(seed | 1));
        let shuffled: Vec<String> = order.iter().map(|row| cells[*row].clone()).collect();
        let wanted: Vec<Period> = order.iter().map(|row| expected[*row]).collect();
        prop_assert_eq!(periods(&shuffled, None).unwrap(), wanted);
    }

    #[test]
    fn no_text_is_a_panic(cells in proptest::collection::vec("[0-9QqTZa-e:./ '+-]{0,24}", 1..5)) {
        _ = periods(&cells, None);
    }

    #[test]
    fn a_refusal_does_not_depend_on_the_order_of_rows(
        cells in proptest::collection::vec(
            proptest::sample::select(vec!["2026-01-31", "31/01/2026", "01/02/2026", "2026-01", "", "x", "2026", "31.1.2026", "Q1 2026"]), 1..8),
    ) {
        let forward = periods(&texts(&cells), None).map_err(|problems| problems.len());
        let mut backward = cells.clone();
        backward.reverse();
        let mut backward = periods(&texts(&backward), None).map_err(|problems| problems.len());
        backward.iter_mut().for_each(|own| own.reverse());
        prop_assert_eq!(forward, backward);
    }
}

fn mini() -> Option<UseCase> {
    Some(data::parse_use_case(&testing::shared_text("cases/mini_time.toml")?).unwrap())
}

fn checked(text: &str, mode: CheckMode) -> Option<Result<Checked, Refusal>> {
    Some(check(
        &data::read(text.as_bytes(), &ReadOptions::default()).unwrap(),
        &mini()?,
        mode,
        None,
    ))
}

#[test]
fn a_panel_is_the_same_in_every_spelling() {
    let Some(iso) = testing::shared_text("cases/mini_iso.csv") else {
        return;
    };
    let whole = checked(&iso, CheckMode::Training).unwrap().unwrap();
    assert_eq!(
        whole
            .periods
            .as_ref()
            .unwrap()
            .iter()
            .max()
            .unwrap()
            .to_string(),
        "2026-03-31"
    );
    let eu = testing::shared_text("cases/mini_eu.csv").unwrap();
    assert_eq!(checked(&eu, CheckMode::Training).unwrap().unwrap(), whole);
    // The other spellings of the same days.
    let respelled = |spelling: usize| {
        let line = |line: &str| {
            let (id, rest) = line.split_once(',').unwrap();
            let (period, rest) = rest.split_once(',').unwrap();
            let period = period
                .parse()
                .map_or_else(|_| period.to_owned(), |day| spelled(day, spelling));
            format!("{id},{period},{rest}\n")
        };
        iso.lines().map(line).collect::<String>()
    };
    for spelling in 0..9 {
        assert_eq!(
            checked(&respelled(spelling), CheckMode::Training)
                .unwrap()
                .unwrap(),
            whole,
            "{spelling}"
        );
    }
}

#[test]
fn blank_periods_and_people_twice_in_one_are_refused_by_row() {
    let Some(blank) = testing::shared_text("cases/mini_blank_period.csv") else {
        return;
    };
    let refusal = checked(&blank, CheckMode::Training).unwrap().unwrap_err();
    assert_eq!(
        (
            refusal.total,
            refusal.problems[0].row,
            refusal.problems[0].column.as_str()
        ),
        (29, 2, "period")
    );
    let twice = testing::shared_text("cases/mini_dup_period.csv").unwrap();
    let refusal = checked(&twice, CheckMode::Training).unwrap().unwrap_err();
    assert_eq!(
        (
            refusal.total,
            refusal.problems[0].row,
            refusal.problems[0].column.as_str()
        ),
        (1, 1579, "id")
    );
}

#[test]
fn a_panel_needs_ids_and_periods_in_every_row() {
    const HEADER: &str = "id,period,pay,dept,sex,left\n";
    let of = |rows: &str| checked(&format!("{HEADER}{rows}"), CheckMode::Training);
    let Some(sound) = of("a,2026-01,1,a,f,no\na,2026-02,1,a,f,yes\n") else {
        return;
    };
    assert_eq!(sound.unwrap().labels, Some(vec![Some(false), Some(true)]));
    let rows = |text: &str| {
        of(text)
            .unwrap()
            .unwrap_err()
            .problems
            .iter()
            .map(|problem| (problem.row, problem.column.clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        rows(",2026-01,1,a,f,no\n ,2026-02,1,a,f,yes\n"),
        [(2, "id".to_owned()), (3, "id".to_owned())]
    );
    assert_eq!(
        rows("a,31/01/2026,1,a,f,no\nb,2026-02-28,1,a,f,yes\nc,2026-02-28,1,a,f,yes\n"),
        [(2, "period".to_owned())]
    );
    assert_eq!(
        rows("a,01/02/2026,1,a,f,no\na,01/03/2026,1,a,f,yes\n"),
        [(1, "period".to_owned())],
        "asked, and nobody is called a duplicate"
    );
    assert_eq!(
        rows("a,2026-01-31,1,a,f,no\na,2026-01-31 00:00:00,1,a,f,yes\n"),
        [(3, "id".to_owned())],
        "one day in two spellings"
    );
    let raw = data::read(
        format!("{HEADER}a,01/02/2026,1,a,f,no\na,01/03/2026,1,a,f,yes\n").as_bytes(),
        &ReadOptions {
            dates: Some(DateOrder::DayFirst),
            ..ReadOptions::default()
        },
    );
    let asked = check(&raw.unwrap(), &mini().unwrap(), CheckMode::Training, None).unwrap();
    assert_eq!(asked.periods.unwrap()[1].to_string(), "2026-03-01");
}

#[test]
fn a_blank_target_is_not_known_yet() {
    let Some(text) = testing::shared_text("cases/04_target_blank.csv") else {
        return;
    };
    let raw = data::read(text.as_bytes(), &ReadOptions::default()).unwrap();
    let attrition = data::built_in().unwrap().remove(0);
    let labels = check(&raw, &attrition, CheckMode::Training, None)
        .unwrap()
        .labels
        .unwrap();
    assert_eq!(&labels[..3], [Some(true), None, Some(true)]);
    assert!(
        labels.iter().flatten().all(|left| *left),
        "blank is not stayed"
    );
    let mut stayed = attrition.clone();
    stayed.target.negative.push(String::new());
    let labels = check(&raw, &stayed, CheckMode::Training, None)
        .unwrap()
        .labels
        .unwrap();
    assert_eq!(&labels[..3], [Some(true), Some(false), Some(true)]);
}

#[test]
fn where_every_target_is_blank_no_row_is_known() {
    let Some(text) = testing::shared_text("cases/04_target_blank.csv") else {
        return;
    };
    let text = text
        .replace(",Yes,Travel", ",,Travel")
        .replace(",Yes,Non-Travel", ",,Non-Travel");
    let raw = data::read(text.as_bytes(), &ReadOptions::default()).unwrap();
    let attrition = data::built_in().unwrap().remove(0);
    for mode in [CheckMode::Training, CheckMode::Scoring] {
        assert_eq!(
            check(&raw, &attrition, mode, None).unwrap().labels,
            Some(vec![None; 7])
        );
    }
}

#[test]
fn the_newest_period_may_have_no_outcomes_yet() {
    let Some(text) = testing::shared_text("cases/08_newest_period_without_outcome.csv") else {
        return;
    };
    let panel = checked(&text, CheckMode::Training).unwrap().unwrap();
    let (mut labels, periods) = (panel.labels.unwrap(), panel.periods.unwrap());
    let newest = *periods.iter().max().unwrap();
    // Everybody of the newest period is "no": nobody can have left yet.
    assert_eq!(
        data::panel::forget_unsettled(&mut labels, &periods)
            .unwrap()
            .last,
        newest
    );
    assert!(
        labels
            .iter()
            .zip(&periods)
            .all(|(label, period)| label.is_none() == (*period == newest))
    );
    assert_eq!(labels.iter().flatten().count(), 100);
}
