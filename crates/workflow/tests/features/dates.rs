//! Dates of people count up to the day of the data: in a training, a batch, a record of a program
//! and a training set from history.

use std::sync::Arc;

use domain::{Date, Purpose};
use training::Candidate;
use workflow::{Error, Import, Imported, PredictOptions, TrainOutcome};

use crate::app::{TestApp, USE_CASE};

/// Replaces the built-in use case, so that reviews of the tests are about it.
const DATED: &str = r#"
id = "attrition"
title = "Staff"
description = "people with dates"
id_column = "id"
horizon_days = 365
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
kind = "years_since"
[[field]]
name = "reviewed"
label = "Days since review"
kind = "days_since"
[[field]]
name = "pay"
label = "Pay"
kind = "real"
"#;

/// A file of people; `spell` writes a date of year, month and day. Who was hired lately and not
/// reviewed for long is likely to leave.
fn file(people: usize, spell: impl Fn(usize, usize, usize) -> String) -> String {
    let row = |row: usize| {
        let (month, day) = (1 + row * 5 % 12, 1 + row * 11 % 28);
        let (born, hired) = (1962 + row * 7 % 40, 2004 + row * 3 % 21);
        let reviewed = 1 + row * 7 % 10;
        let left = hired > 2019 && reviewed < 6 && !row.is_multiple_of(4) || row.is_multiple_of(17);
        format!(
            "E{row};{};{};{};{};{}\n",
            spell(born, month, day),
            spell(hired, month, 1 + row * 3 % 28),
            spell(2025, reviewed, day),
            2000 + row * 37 % 900,
            if left { "yes" } else { "no" }
        )
    };
    let rows: String = (0..people).map(row).collect();
    format!("id;born;hired;reviewed;pay;left\n{rows}")
}

fn iso(year: usize, month: usize, day: usize) -> String {
    format!("{year}-{month:02}-{day:02}")
}

impl TestApp {
    async fn dated() -> Self {
        Self::with_use_cases(&[("attrition.toml", DATED)]).await
    }

    async fn staff(
        &self,
        text: &str,
        as_of: Option<&str>,
        purpose: Purpose,
    ) -> workflow::Result<Imported> {
        self.staff_of(USE_CASE, text, as_of, purpose).await
    }

    async fn staff_of(
        &self,
        use_case: &str,
        text: &str,
        as_of: Option<&str>,
        purpose: Purpose,
    ) -> workflow::Result<Imported> {
        let ada = self.actor("ada").await;
        let import = Import {
            use_case: use_case.into(),
            files: vec![("staff.csv".into(), text.as_bytes().to_vec())],
            as_of: as_of.map(Into::into),
            purpose: Some(purpose),
            ..Import::default()
        };
        self.tenure.import(&ada.admin()?, import).await
    }

    async fn train_on(&self, imported: &Imported) -> TrainOutcome {
        let ada = self.actor("ada").await;
        let settings = training::Settings {
            trials: 2,
            candidates: vec![Candidate::LogisticRegressionL2],
            ..training::Settings::default()
        };
        let (admin, settings) = (ada.admin().unwrap(), settings.check().unwrap());
        self.tenure
            .train(
                &admin,
                &imported.dataset,
                settings,
                Arc::new(training::Silent),
            )
            .await
            .unwrap()
    }

    /// What the page of a person shows of a field.
    async fn shown(&self, id: &str, field: &str) -> String {
        let ann = self.actor("ann").await;
        let person = self
            .tenure
            .person(&ann.analyst().unwrap(), USE_CASE, id, "")
            .await
            .unwrap();
        let shown = person.fields.iter().find(|own| own.field == field).unwrap();
        shown.value.clone()
    }
}

#[tokio::test]
async fn a_file_without_a_day_is_refused_and_one_of_the_future_too() {
    let app = TestApp::dated().await;
    let text = file(40, iso);
    let refused = app.staff(&text, None, Purpose::Training).await;
    let Err(Error::Refused(refusal)) = refused else {
        panic!("nobody said of which day the file is")
    };
    assert_eq!((refusal.total, refusal.problems[0].row), (3, 1));
    assert!(matches!(
        app.staff(&text, Some("2999-01-01"), Purpose::Training)
            .await,
        Err(Error::Invalid(_))
    ));
    assert!(
        app.staff(&text, Some("2025-11-30"), Purpose::Training)
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn a_file_gives_the_same_rows_and_model_in_every_spelling() {
    let app = TestApp::dated().await;
    let spellings = [
        file(300, iso),
        file(300, |year, month, day| {
            format!("{day:02}.{month:02}.{year}")
        }),
        file(300, |year, month, day| {
            format!("{month}/{day}/{:02}", year % 100)
        }),
    ];
    let mut found = Vec::new();
    for text in &spellings {
        let imported = app.staff(text, Some("2025-11-30"), Purpose::Training).await;
        let imported = imported.unwrap();
        assert!(imported.new, "its bytes are others");
        let trained = app.train_on(&imported).await;
        found.push((imported.dataset.content_hash, trained.version.model_hash));
    }
    assert_eq!(found[0], found[1]);
    assert_eq!(found[0], found[2]);
}

#[tokio::test]
async fn a_person_is_a_year_older_in_the_batch_of_a_year_later() {
    let app = TestApp::dated().await;
    let text = file(400, iso);
    let training = app.staff(&text, Some("2025-11-30"), Purpose::Training);
    app.train_on(&training.await.unwrap()).await;
    app.promote(1).await;
    let people = "id;born;hired;reviewed;pay\nE1;1990-03-05;2020-06-01;2024-10-01;2500\nE2;1992-02-29;2015-02-01;;2700\n";
    let ada = app.actor("ada").await;
    let admin = ada.admin().unwrap();
    for (day, age, tenure) in [("2024-11-30", "34", "4"), ("2025-11-30", "35", "5")] {
        app.staff(people, Some(day), Purpose::Scoring)
            .await
            .unwrap();
        app.tenure.batch(&admin, USE_CASE, Some(day)).await.unwrap();
        assert!(app.shown("E1", "born").await.starts_with(age), "{day}");
        assert!(app.shown("E1", "hired").await.starts_with(tenure), "{day}");
    }
    // One row of a program, with its dates, is a row of the batch; so is one with the numbers.
    let ann = app.actor("ann").await;
    let analyst = ann.analyst().unwrap();
    let of_batch = app
        .tenure
        .person(&analyst, USE_CASE, "E1", "")
        .await
        .unwrap();
    let record = |born: &str, hired: &str, reviewed: &str| -> model::Record {
        [
            ("id", "E1"),
            ("born", born),
            ("hired", hired),
            ("reviewed", reviewed),
            ("pay", "2500"),
        ]
        .map(|(name, text)| (name.to_owned(), text.to_owned()))
        .into()
    };
    let day: Date = "2025-11-30".parse().unwrap();
    let options = PredictOptions {
        reasons: 0,
        as_of: Some(day),
    };
    let records = vec![
        record("1990-03-05", "2020-06-01", "2024-10-01"),
        record("35", "5", "425"),
    ];
    let (_, scores) = app
        .tenure
        .predict_records(&analyst, USE_CASE, None, records, options)
        .await
        .unwrap();
    for score in &scores {
        assert_eq!(score.probability.to_bits(), of_batch.probability.to_bits());
        assert_eq!(score.as_of, Some(day));
    }
    // Without a day a record is of today, and a date after its day is named.
    let now = vec![record("1990-03-05", "2020-06-01", "2024-10-01")];
    let (_, scores) = app
        .tenure
        .predict_records(&analyst, USE_CASE, None, now, PredictOptions::default())
        .await
        .unwrap();
    assert_eq!(scores[0].as_of, Some(workflow::today()));
    let late = vec![record("1990-03-05", "2025-12-01", "2024-10-01")];
    let refused = app
        .tenure
        .predict_records(&analyst, USE_CASE, None, late, options)
        .await;
    let Err(Error::Refused(refusal)) = refused else {
        panic!("hired after the day")
    };
    assert_eq!(refusal.problems[0].column, "hired");
    // The file of the people without a store gives the same.
    let live = app.tenure.live_model(&analyst, USE_CASE).await.unwrap();
    let from_file = workflow::predict_with(
        &workflow::Models::Version(live.version.version, Arc::clone(&live.scorer)),
        people.as_bytes(),
        &data::ReadOptions::default(),
        options,
    )
    .unwrap();
    assert_eq!(
        from_file[0].probability.to_bits(),
        of_batch.probability.to_bits()
    );
}

#[tokio::test]
async fn a_date_after_the_snapshot_is_listed_by_the_import() {
    let app = TestApp::dated().await;
    let text = file(40, iso).replace("E7;1971", "E7;2071");
    let imported = app
        .staff(&text, Some("2025-11-30"), Purpose::Training)
        .await;
    let unseen = imported.unwrap().report.unseen;
    assert_eq!(
        (
            unseen.len(),
            unseen[0].field.as_str(),
            &unseen[0].first_rows[..]
        ),
        (1, "born", &[9][..])
    );
    assert!(matches!(unseen[0].why, data::Unread::After(_)));
}

#[tokio::test]
async fn under_another_definition_dates_count_up_to_the_same_day() {
    let app = TestApp::empty().await;
    let ada = app.actor("ada").await;
    let keep = async |text: String| {
        let admin = ada.admin().unwrap();
        app.tenure.import_use_case(&admin, text).await.unwrap();
    };
    let dated = DATED.replacen("id = \"attrition\"", "id = \"dated\"", 1);
    keep(dated.clone()).await;
    let text = file(300, iso);
    let before = app
        .staff_of("dated", &text, Some("2025-11-30"), Purpose::Both)
        .await
        .unwrap();
    // The other definition counts tenure in months: the file is read again for a training.
    keep(dated.replacen(
        "name = \"hired\"\nlabel = \"Tenure\"\nkind = \"years_since\"",
        "name = \"hired\"\nlabel = \"Tenure\"\nkind = \"months_since\"",
        1,
    ))
    .await;
    let again = app.train_on(&before).await.version.model_hash;
    let fresh = app
        .staff_of("dated", &text, Some("2025-11-30"), Purpose::Both)
        .await
        .unwrap();
    assert!(fresh.new);
    assert_eq!(app.train_on(&fresh).await.version.model_hash, again);
    let later = app
        .staff_of("dated", &text, Some("2026-06-30"), Purpose::Both)
        .await
        .unwrap();
    assert_ne!(app.train_on(&later).await.version.model_hash, again);
}
