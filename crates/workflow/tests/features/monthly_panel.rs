//! A panel of 24 months in which people come, leave, vanish and come back.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::PeopleQuery;
use training::Candidate;
use workflow::Import;

use crate::app::TestApp;

const MONTHS: usize = 24;
const PEOPLE: usize = 360;

const USE_CASE: &str = r#"
id = "monthly"
title = "Monthly"
description = "Who leaves next month"
id_column = "id"
time_column = "month"
words = { one = "employee", many = "employees", event_one = "leaver", event_many = "leavers", verb = "leave" }
target = { column = "left", label = "left", positive = ["yes"], negative = ["no"] }
policies = { gates = "sensible", drift = "calibrated", cutoff = 0.25 }
bands = [{ name = "low", from = 0.0 }, { name = "high", from = 0.25 }]
[[field]]
name = "pay"
label = "Pay"
kind = "real"
[[field]]
name = "overtime"
label = "Overtime"
kind = "integer"
"#;

/// What a person does in a month: is there, leaves at its end, or is not there.
#[derive(Clone, Copy, PartialEq)]
enum Month {
    There,
    Leaves,
    Away,
}

fn month(person: usize, month: usize) -> Month {
    // Somebody new comes in every month: nobody stands on both sides of a split.
    let start = (person * 5) % 22;
    match person % 6 {
        _ if month < start => Month::Away,
        // Leaves, and is never seen again.
        0 if month == start + 2 => Month::Leaves,
        0 if month > start + 2 => Month::Away,
        // Leaves and comes back after three months.
        1 if month == start + 1 => Month::Leaves,
        1 if (start + 2..start + 5).contains(&month) => Month::Away,
        // Leaves a little later.
        4 if month == start + 4 => Month::Leaves,
        4 if month > start + 4 => Month::Away,
        // Is missing from the last two months without having left.
        2 if month >= MONTHS - 2 => Month::Away,
        // Leaves at the end of the last month.
        3 if month == MONTHS - 1 && person % 12 == 3 => Month::Leaves,
        _ => Month::There,
    }
}

fn panel() -> String {
    let mut text = "id,month,pay,overtime,left\n".to_owned();
    // By person, not by month: the order of the rows says nothing.
    for person in (0..PEOPLE).rev() {
        for number in 0..MONTHS {
            let what = month(person, number);
            if what == Month::Away {
                continue;
            }
            text += &format!(
                "P{person:03},{}-{:02},{},{},{}\n",
                2024 + number / 12,
                1 + number % 12,
                2000 + 11 * person + number,
                (person * 7 + number) % 20 + 15 * usize::from(what == Month::Leaves),
                if what == Month::Leaves { "yes" } else { "no" }
            );
        }
    }
    text
}

#[tokio::test]
async fn a_batch_scores_exactly_the_people_of_the_last_month_who_have_not_left() {
    let app = TestApp::with_use_cases(&[("monthly.toml", USE_CASE)]).await;
    let (ada, ann) = (app.actor("ada").await, app.actor("ann").await);
    let admin = ada.admin().unwrap();
    let import = Import {
        use_case: "monthly".into(),
        files: vec![("panel.csv".into(), panel().into_bytes())],
        purpose: Some(domain::Purpose::Both),
        ..Import::default()
    };
    let imported = app.tenure.import(&admin, import).await.unwrap();
    let expected: BTreeSet<String> = (0..PEOPLE)
        .filter(|&person| month(person, MONTHS - 1) == Month::There)
        .map(|person| format!("P{person:03}"))
        .collect();
    let count = i64::try_from(expected.len()).unwrap();
    assert_eq!(imported.current_people, count);
    assert_eq!(
        imported.periods.unwrap().to_string(),
        "2024-01 to 2025-12 (24 periods)"
    );
    let settings = training::Settings {
        trials: 2,
        candidates: vec![Candidate::LogisticRegressionL2],
        ..training::Settings::default()
    };
    let settings = settings.check().unwrap();
    let silent = Arc::new(training::Silent);
    app.tenure
        .train(&admin, &imported.dataset, settings, silent)
        .await
        .unwrap();
    app.put_live("monthly").await;
    let batch = app.tenure.batch(&admin, "monthly", None).await.unwrap();
    assert_eq!(batch.people, count);

    let mut scored = Vec::new();
    for page in 1.. {
        if scored.len() >= expected.len() {
            break;
        }
        let query = PeopleQuery {
            page,
            ..PeopleQuery::default()
        };
        let found = app
            .tenure
            .people(&ann.analyst().unwrap(), "monthly", &query)
            .await
            .unwrap();
        scored.extend(found.rows.into_iter().map(|person| person.id));
    }
    assert_eq!(scored.len(), expected.len(), "nobody twice");
    assert_eq!(scored.into_iter().collect::<BTreeSet<_>>(), expected);
}
