//! What a file of outcomes may look like.
#![expect(clippy::unwrap_used, reason = "tests")]

use data::{CheckedOutcomes, DateOrder, OutcomeColumns, ReadOptions, Refusal, check_outcomes};

fn check_with(
    bytes: &[u8],
    columns: &OutcomeColumns,
    dates: Option<DateOrder>,
) -> Result<CheckedOutcomes, Refusal> {
    let use_case = data::built_in().unwrap().remove(0);
    let raw = data::read(
        bytes,
        &ReadOptions {
            dates,
            ..ReadOptions::default()
        },
    )
    .unwrap();
    check_outcomes(&raw, &use_case, columns, "2026-12-31".parse().unwrap())
}

fn check(text: &str) -> Result<CheckedOutcomes, Refusal> {
    check_with(text.as_bytes(), &OutcomeColumns::default(), None)
}

fn named(person: &str, date: &str) -> OutcomeColumns {
    OutcomeColumns {
        person: Some(person.into()),
        date: Some(date.into()),
        leavers_only: true,
        ..OutcomeColumns::default()
    }
}

#[test]
fn rows_are_taken_as_they_are_meant() {
    let text = "EmployeeNumber,Date,Attrition,Reason\n7,2026-06-01,Yes,resignation\n8,2026-06-30,no,\n8,2026-06-30,No,ignored\n";
    let rows = check(text).unwrap().rows;
    assert_eq!(rows.len(), 2);
    assert_eq!(
        (
            rows[0].happened,
            rows[0].reason.as_deref(),
            rows[1].reason.as_deref()
        ),
        (true, Some("resignation"), None)
    );
    assert_eq!(
        check("person_id;day;outcome\n7;2026-06-01;1\n")
            .unwrap()
            .rows
            .len(),
        1
    );
}

#[test]
fn one_wrong_row_refuses_the_file() {
    let text = "EmployeeNumber,date,Attrition\n,2026-06-01,Yes\n7,yesterday,Yes\n8,2027-07-01,No\n9,2026-06-01,maybe\n\
                10,2026-06-01,Yes\n10,2026-06-01,No\n";
    let refusal = check(text).unwrap_err();
    let rows: Vec<usize> = refusal.problems.iter().map(|problem| problem.row).collect();
    assert_eq!(rows, [2, 3, 4, 5, 7]);
    assert!(refusal.problems[4].rule.starts_with("contradicts row 6"));
    assert_eq!(
        check("EmployeeNumber,when\n7,2026-06-01\n")
            .unwrap_err()
            .total,
        2
    );
}

#[test]
fn columns_may_have_names_of_their_own() {
    let text = "Pers.-Nr.;Austritt;Grund\n17;15.09.2026;Kündigung\n";
    assert!(check(text).is_err());
    let columns = OutcomeColumns {
        reason: Some("Grund".into()),
        ..named("Pers.-Nr.", "Austritt")
    };
    let checked = check_with(text.as_bytes(), &columns, None).unwrap();
    assert_eq!(checked.person_column, "Pers.-Nr.");
    let row = &checked.rows[0];
    assert_eq!(
        (
            row.person.as_str(),
            row.day.to_string().as_str(),
            row.reason.as_deref()
        ),
        ("17", "2026-09-15", Some("Kündigung"))
    );
    let refusal = check_with(text.as_bytes(), &named("Pers.-Nr.", "Austrit"), None).unwrap_err();
    assert_eq!(
        (refusal.total, refusal.problems[0].column.as_str()),
        (1, "Austrit")
    );
}

#[test]
fn a_file_without_outcomes_holds_leavers_only_when_somebody_says_so() {
    let text = "EmployeeNumber,date\n7,2026-06-01\n8,2026-06-02\n";
    let refusal = check(text).unwrap_err();
    assert!(refusal.total == 1 && refusal.problems[0].rule.contains("--leavers-only"));
    let leavers = OutcomeColumns {
        leavers_only: true,
        ..OutcomeColumns::default()
    };
    assert!(
        check_with(text.as_bytes(), &leavers, None)
            .unwrap()
            .rows
            .iter()
            .all(|row| row.happened)
    );
    let stayed = "EmployeeNumber,date,Attrition\n7,2026-06-01,Yes\n8,2026-06-02,No\n";
    assert_eq!(
        check_with(stayed.as_bytes(), &leavers, None)
            .unwrap_err()
            .problems[0]
            .row,
        3
    );
}

#[test]
fn two_columns_that_could_be_meant_are_asked_about() {
    let refusal = check(
        "EmployeeNumber,leaving_date,last_working_day,Attrition\n7,2026-06-01,2026-05-30,Yes\n",
    )
    .unwrap_err();
    assert!(refusal.total == 1 && refusal.problems[0].rule.contains("--date"));
    let twice = OutcomeColumns {
        outcome: Some("date".into()),
        ..OutcomeColumns::default()
    };
    assert_eq!(
        check_with(b"EmployeeNumber,date\n7,2026-06-01\n", &twice, None)
            .unwrap_err()
            .total,
        1
    );
}

#[test]
fn an_order_of_dates_that_nothing_tells_is_asked_about() {
    let text = "EmployeeNumber,date,Attrition\n7,01/02/2026,Yes\n";
    assert!(
        check(text).unwrap_err().problems[0]
            .rule
            .contains("01/02/2026")
    );
    let day = |order| {
        check_with(text.as_bytes(), &OutcomeColumns::default(), Some(order))
            .unwrap()
            .rows[0]
            .day
            .to_string()
    };
    assert_eq!(
        (day(DateOrder::DayFirst), day(DateOrder::MonthFirst)),
        ("2026-02-01".into(), "2026-01-02".into())
    );
}

#[test]
fn ids_that_became_floats_are_read_as_whole_numbers() {
    let checked =
        check("EmployeeNumber,date,Attrition\n1001.0,2026-06-01,Yes\n7.0,2026-06-01,Yes\n")
            .unwrap();
    assert_eq!(
        (
            checked.rows[0].person.as_str(),
            checked.rows[1].person.as_str(),
            checked.whole_number_ids
        ),
        ("1001", "7", true)
    );
}
