//! Fields that count from a date: the same dates in every spelling give the same numbers, counted up
//! to the day of the data and never to today's.
#![expect(clippy::unwrap_used, reason = "tests")]

use data::{
    CheckMode, Checked, DateOrder, ReadOptions, Refusal, Unread, as_fields, check, parse_use_case,
};
use domain::Date;
use model::{Column, Record, UseCase};

const MINI: &str = r#"
id = "mini"
title = "Mini"
description = "smallest"
id_column = "id"
words = { one = "employee", many = "employees", event_one = "leaver", event_many = "leavers", verb = "leave" }
target = { column = "left", label = "left", positive = ["yes"], negative = ["no"] }
policies = { gates = "sensible", drift = "calibrated", cutoff = 0.25 }
bands = [{ name = "low", from = 0.0 }]
[[field]]
name = "born"
label = "Age"
kind = "years_since"
role = "protected"
[[field]]
name = "hired"
label = "Tenure"
kind = "months_since"
unit = "months"
[[field]]
name = "days of service"
label = "Days of service"
kind = "days_since"
aliases = ["hired"]
"#;

fn mini() -> UseCase {
    parse_use_case(MINI).unwrap()
}

fn day(text: &str) -> Option<Date> {
    Some(text.parse().unwrap())
}

fn read_as(text: &str, options: &ReadOptions, as_of: Option<Date>) -> Result<Checked, Refusal> {
    read_under(&mini(), text, options, as_of)
}

fn read_under(
    use_case: &UseCase,
    text: &str,
    options: &ReadOptions,
    as_of: Option<Date>,
) -> Result<Checked, Refusal> {
    let raw = data::read(text.as_bytes(), options).unwrap();
    check(&raw, use_case, CheckMode::Scoring, as_of)
}

fn read(text: &str, as_of: &str) -> Result<Checked, Refusal> {
    read_as(text, &ReadOptions::default(), day(as_of))
}

fn numbers(checked: &Checked, name: &str) -> Vec<Option<i64>> {
    let Some(Column::Number(numbers)) = checked.table.column(name) else {
        panic!("{name} has no numbers")
    };
    let whole = |number: &f64| (!number.is_nan()).then_some(*number as i64);
    numbers.iter().map(whole).collect()
}

#[test]
fn one_column_feeds_several_fields_up_to_the_day_of_the_file() {
    let text = "id,born,hired\n1,1980-05-17,2020-03-01\n2,2000-02-29,2026-02-28\n3,,\n";
    let at = |as_of: &str| read(text, as_of).unwrap();
    let now = at("2026-02-28");
    assert_eq!(numbers(&now, "born"), [Some(45), Some(25), None]);
    assert_eq!(numbers(&now, "hired"), [Some(71), Some(0), None]);
    assert_eq!(
        numbers(&now, "days of service"),
        [Some(2190), Some(0), None]
    );
    assert!(now.unused.is_empty());
    // The same file gives the same numbers whenever it is read, and a year more a year later.
    let later = at("2027-02-28");
    assert_eq!(numbers(&later, "born"), [Some(46), Some(26), None]);
    assert_eq!(numbers(&later, "hired"), [Some(83), Some(12), None]);
}

#[test]
fn every_spelling_of_the_dates_gives_the_same_table() {
    let file = |dates: [&str; 4]| {
        let [born, hired, other, last] = dates;
        format!("id;born;hired\n1;{born};{hired}\n2;{other};{last}\n")
    };
    let iso = read(
        &file(["1965-12-31", "2020-03-15", "1999-01-20", "2024-02-29"]),
        "2026-11-30",
    )
    .unwrap();
    assert_eq!(numbers(&iso, "born"), [Some(60), Some(27)]);
    for spelled in [
        ["31.12.1965", "15.03.2020", "20.01.1999", "29.02.2024"],
        ["12/31/1965", "3/15/2020", "1/20/1999", "2/29/2024"],
        ["12/31/65", "03/15/20", "01/20/99", "02/29/24"],
        ["31-Dez-65", "15-Mrz-20", "20-Jan-99", "29-Feb-24"],
        [
            "31 déc. 1965",
            "15 mars 2020",
            "20 janv. 1999",
            "29 févr. 2024",
        ],
        ["19651231", "20200315", "19990120", "20240229"],
        [
            "1965-12-31 00:00:00",
            "2020-03-15 00:00:00",
            "1999-01-20",
            "2024-02-29T00:00:00Z",
        ],
    ] {
        let read = read(&file(spelled), "2026-11-30").unwrap();
        assert_eq!(read.table, iso.table, "{spelled:?}");
    }
}

#[test]
fn years_of_two_digits_are_those_before_the_day_and_a_little_after() {
    let born = |cells: [&str; 2]| {
        let file = format!(
            "id,born,hired\n1,{},2020-01-01\n2,{},2020-01-01\n",
            cells[0], cells[1]
        );
        numbers(&read(&file, "2026-11-30").unwrap(), "born")
    };
    assert_eq!(born(["31.12.65", "01.02.03"]), [Some(60), Some(23)]);
    // 36 and 26 are ahead of the day, and not a hundred years before it.
    assert_eq!(born(["31.12.36", "31.12.69"]), [None, Some(56)]);
    assert_eq!(born(["31.12.26", "31.12.37"]), [None, Some(88)]);
    assert_eq!(born(["31-Dez-65", "31-Dez-36"]), [Some(60), None]);
}

#[test]
fn what_can_be_read_in_two_ways_is_asked_about() {
    let text = "id,born,hired\n1,03/04/1980,2020-01-01\n2,05/06/1981,2020-01-01\n";
    let refusal = read(text, "2026-11-30").unwrap_err();
    let problem = &refusal.problems[0];
    assert_eq!((problem.row, problem.column.as_str()), (1, "born"));
    assert!(
        problem.rule.contains("--dates day-first"),
        "{}",
        problem.rule
    );
    let read_in = |order| {
        let options = ReadOptions {
            dates: Some(order),
            ..ReadOptions::default()
        };
        read_as(text, &options, day("2026-03-15")).unwrap()
    };
    let [first, second] = [DateOrder::DayFirst, DateOrder::MonthFirst].map(read_in);
    assert_eq!(numbers(&first, "born"), [Some(45), Some(44)]);
    assert_eq!(numbers(&second, "born"), [Some(46), Some(44)]);
    assert_eq!(first.formats[0].dates, Some(DateOrder::DayFirst));
    assert!(first.formats[0].sentence().contains("dates read day first"));
}

#[test]
fn without_a_day_nothing_is_counted() {
    let text = "id,born,hired\n1,1980-05-17,2020-03-01\n";
    let refusal = read_as(text, &ReadOptions::default(), None).unwrap_err();
    assert!(refusal.problems[0].rule.contains("--as-of"));
    // A field that is not read needs no day.
    let mut other = mini();
    for field in &mut other.fields {
        field.role = model::Role::Ignored;
    }
    assert!(read_under(&other, text, &ReadOptions::default(), None).is_ok());
}

#[test]
fn the_rows_of_a_panel_count_up_to_their_own_day() {
    let mut panel = mini();
    panel.time_column = Some("month".into());
    let of = |text: &str, as_of| read_under(&panel, text, &ReadOptions::default(), as_of);
    let text =
        "id,month,born,hired\n1,2025-11,1980-11-30,2020-01-01\n1,2026-11,1980-11-30,2020-01-01\n";
    // Where rows have a day, a stated one does not matter.
    for as_of in [None, day("2030-01-01")] {
        let checked = of(text, as_of).unwrap();
        assert_eq!(numbers(&checked, "born"), [Some(45), Some(46)]);
        assert_eq!(numbers(&checked, "hired"), [Some(70), Some(82)]);
    }
    let numbered = text.replace("2025-11,", "1,").replace("2026-11,", "2,");
    let refusal = of(&numbered, day("2026-11-30")).unwrap_err();
    assert!(refusal.problems[0].rule.contains("numbers without a day"));
}

#[test]
fn dates_after_the_day_are_missing_and_listed_until_the_day_is_likely_wrong() {
    let rows = |late: usize| {
        let row = |row: usize| {
            let hired = if row < late {
                "2027-01-15"
            } else {
                "2020-01-15"
            };
            format!("{row},1980-05-17,{hired}\n")
        };
        "id,born,hired\n".to_owned() + &(0..40).map(row).collect::<String>()
    };
    let checked = read(&rows(3), "2026-11-30").unwrap();
    let late = &checked.notes.unseen;
    assert_eq!(late.len(), 2, "for each of the two fields of the column");
    assert_eq!(
        (
            late[0].field.as_str(),
            late[0].value.as_str(),
            &late[0].rows[..],
            late[0].why
        ),
        (
            "hired",
            "2027-01-15",
            &[0, 1, 2][..],
            Unread::After("2027-01-15".parse().unwrap())
        )
    );
    assert_eq!(numbers(&checked, "hired")[2..4], [None, Some(82)]);
    let refusal = read(&rows(5), "2026-11-30").unwrap_err();
    assert!(refusal.problems[0].rule.contains("5 of 40 dates"));

    let mut strict = mini();
    strict.fields[1].missing = model::MissingPolicy::Refuse;
    let refused = read_under(
        &strict,
        &rows(1),
        &ReadOptions::default(),
        day("2026-11-30"),
    );
    let problem = &refused.unwrap_err().problems[0];
    assert_eq!((problem.row, problem.value.as_str()), (2, "2027-01-15"));
}

#[test]
fn what_is_no_day_is_refused_by_row() {
    for (hired, rule) in [
        ("soon", "must be a date"),
        ("2020-13-01", "must be a date"),
        ("2023-02-29", "must be a date"),
        ("1/1/2020", "like the other dates"),
    ] {
        let text = format!(
            "id,born,hired\n1,1980-05-17,{hired}\n2,1980-05-17,2020-01-15\n3,1980-05-17,2020-01-16\n"
        );
        let refusal = read(&text, "2026-11-30").unwrap_err();
        let problem = &refusal.problems[0];
        assert_eq!((problem.row, problem.value.as_str()), (2, hired));
        assert!(problem.rule.contains(rule), "{hired}: {}", problem.rule);
    }
    for (hired, rule) in [("43831", "spreadsheet"), ("2020-01", "must be a day")] {
        let text = format!("id,born,hired\n1,1980-05-17,{hired}\n");
        let refusal = read(&text, "2026-11-30").unwrap_err();
        assert!(refusal.problems[0].rule.contains(rule), "{hired}");
    }
    // A range is one of the numbers.
    let mut adults = mini();
    adults.fields[0].range = Some([14.0, 100.0]);
    let text = "id,born,hired\n1,2020-05-17,2025-01-01\n";
    let refused = read_under(&adults, text, &ReadOptions::default(), day("2026-11-30"));
    let rule = &refused.unwrap_err().problems[0].rule;
    assert!(
        rule.contains("counts 6 years") && rule.contains("14 to 100"),
        "{rule}"
    );
}

#[test]
fn a_record_has_the_date_or_the_number() {
    let record = |pairs: &[(&str, &str)]| -> Record {
        let own = pairs
            .iter()
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
        own.collect()
    };
    let use_case = mini();
    let today: Date = "2026-11-30".parse().unwrap();
    let dates = record(&[("born", "1980-05-17"), ("hired", "2020-03-01T00:00:00Z")]);
    let found = as_fields(&use_case, &dates, today).unwrap();
    assert_eq!(
        found,
        record(&[("born", "46"), ("hired", "80"), ("days of service", "2465")])
    );
    let numbers = record(&[("born", "46"), ("hired", ""), ("days of service", "2465")]);
    assert_eq!(
        as_fields(&use_case, &numbers, today).unwrap(),
        numbers,
        "a number stays, and so does nothing"
    );
    // A number of months is none of days; under its own name each is what it says.
    let months = record(&[("hired", "80")]);
    assert_eq!(as_fields(&use_case, &months, today).unwrap(), months);
    let mut renamed = mini();
    renamed.fields.remove(1);
    let of = |pairs: &[(&str, &str)]| as_fields(&renamed, &record(pairs), today);
    assert_eq!(
        of(&[("hired", "2020-03-01")]).unwrap(),
        record(&[("days of service", "2465")])
    );
    assert!(of(&[("hired", "2465")]).is_err());
    assert!(of(&[("hired", "2020-03-01"), ("days of service", "1")]).is_err());
    for wrong in ["03/04/1980", "2027-01-01", "soon", "1980-05-17x"] {
        let problems = as_fields(&use_case, &record(&[("born", wrong)]), today).unwrap_err();
        assert_eq!(
            (problems.len(), problems[0].column.as_str()),
            (1, "born"),
            "{wrong}"
        );
    }
    assert!(
        use_case
            .check_record(&record(&[
                ("born", "19800517"),
                ("hired", "1"),
                ("days of service", "1")
            ]))
            .is_err(),
        "digits alone are a number, and nobody is so old"
    );
}
