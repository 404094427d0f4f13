//! Definitions of use cases with versions in the store, and data that was read under another one.

use std::sync::Arc;

use domain::{DefinitionOrigin, PeopleQuery, Purpose, RefusalCode};
use training::Candidate;
use workflow::{AuditQuery, Error, Import, Imported};

use crate::app::{PASSWORD, TestApp};

/// A use case with an ordinal of texts, as a file.
const ORDINAL: &str = r#"
id = "ordinal"
title = "Ordinal"
description = "An ordinal of texts"
id_column = "id"
segments = ["pay"]
[words]
one = "employee"
many = "employees"
event_one = "leaver"
event_many = "leavers"
verb = "leave"
[target]
column = "left"
label = "left"
positive = ["yes"]
negative = ["no"]
[policies]
gates = "sensible"
drift = "calibrated"
cutoff = 0.25
[[bands]]
name = "low"
from = 0.0
[[bands]]
name = "high"
from = 0.25
[[field]]
name = "pay"
label = "Pay"
kind = "ordinal"
levels = ["low", "medium", "high"]
[[field]]
name = "hours"
label = "Hours"
kind = "integer"
"#;

/// The same with a level below.
fn with_level() -> String {
    ORDINAL.replace(
        r#"["low", "medium", "high"]"#,
        r#"["very low", "low", "medium", "high"]"#,
    )
}

/// The same the other way around.
fn swapped() -> String {
    ORDINAL.replace(
        "positive = [\"yes\"]\nnegative = [\"no\"]",
        "positive = [\"no\"]\nnegative = [\"yes\"]",
    )
}

/// Low pay leaves more often, so that the model leans on it.
fn labeled() -> String {
    let row = |row: usize| {
        let pay = ["low", "medium", "high"][row % 3];
        let left = (row * 7919) % 100 < [70, 30, 8][row % 3];
        format!(
            "{row},{pay},{},{}\n",
            120 + (row * 31) % 150,
            if left { "yes" } else { "no" }
        )
    };
    format!(
        "id,pay,hours,left\n{}",
        (0..600).map(row).collect::<String>()
    )
}

fn current() -> String {
    let row = |row: usize| {
        format!(
            "p{row},{},{}\n",
            ["low", "medium", "high"][row % 3],
            150 + row % 40
        )
    };
    format!("id,pay,hours\n{}", (0..60).map(row).collect::<String>())
}

impl TestApp {
    async fn define(&self, text: &str) -> workflow::Result<workflow::ImportedUseCase> {
        let ada = self.actor("ada").await;
        self.tenure
            .import_use_case(&ada.admin()?, text.to_owned())
            .await
    }

    async fn take(
        &self,
        name: &str,
        text: &str,
        purpose: Option<Purpose>,
    ) -> workflow::Result<Imported> {
        let ada = self.actor("ada").await;
        let files = vec![(name.to_owned(), text.as_bytes().to_vec())];
        let import = Import {
            use_case: "ordinal".into(),
            files,
            as_of: Some("2026-01-01".into()),
            purpose,
            ..Import::default()
        };
        self.tenure.import(&ada.admin()?, import).await
    }

    async fn learn(
        &self,
        dataset: &store::datasets::Dataset,
    ) -> workflow::Result<workflow::TrainOutcome> {
        let ada = self.actor("ada").await;
        let settings = training::Settings {
            trials: 2,
            candidates: vec![Candidate::LogisticRegressionL2],
            ..training::Settings::default()
        };
        self.tenure
            .train(
                &ada.admin()?,
                dataset,
                settings.check().unwrap(),
                Arc::new(training::Silent),
            )
            .await
    }

    /// The use case with a live model.
    async fn ordinal() -> Self {
        let app = Self::empty().await;
        app.define(ORDINAL).await.unwrap();
        let dataset = app
            .take("train.csv", &labeled(), None)
            .await
            .unwrap()
            .dataset;
        app.learn(&dataset).await.unwrap();
        app.put_live("ordinal").await;
        app
    }

    /// Requested by Ada and approved by Rita, whatever the gates say of so little data.
    pub async fn put_live(&self, use_case: &str) {
        let (ada, rita) = (self.actor("ada").await, self.actor("rita").await);
        let number = crate::app::number(1);
        let signed = self
            .tenure
            .sign(rita.reviewer().unwrap(), Some(PASSWORD))
            .await
            .unwrap();
        let page = self
            .tenure
            .review_page(&rita.member().unwrap(), use_case, number)
            .await
            .unwrap();
        for gate in page
            .package
            .gates
            .results
            .iter()
            .filter(|result| page.package.policy.blocks(result))
        {
            let waive = workflow::Waive {
                gate: &gate.title,
                owner: "rita",
                reason: "a test",
                expires_on: "2099-12-31",
            };
            self.tenure
                .waive(&signed, use_case, number, waive)
                .await
                .unwrap();
        }
        self.tenure
            .request_review(&ada.contributor().unwrap(), use_case, number, "")
            .await
            .unwrap();
        let input = workflow::DecisionInput {
            choice: domain::Decision::Approve,
            reason: "a test",
            checklist: None,
            evidence: None,
        };
        self.tenure
            .decide(&signed, use_case, number, input)
            .await
            .unwrap();
    }

    async fn probabilities(&self) -> workflow::Result<Vec<(String, f64)>> {
        let (ada, ann) = (self.actor("ada").await, self.actor("ann").await);
        self.tenure.batch(&ada.admin()?, "ordinal", None).await?;
        let query = PeopleQuery {
            sort: "id".into(),
            ..PeopleQuery::default()
        };
        let page = self
            .tenure
            .people(&ann.analyst()?, "ordinal", &query)
            .await?;
        Ok(page
            .rows
            .into_iter()
            .map(|person| (person.id, person.probability))
            .collect())
    }
}

#[tokio::test]
async fn a_definition_in_the_store_has_versions_and_entries_in_the_audit_log() {
    let app = TestApp::empty().await;
    let first = app.define(ORDINAL).await.unwrap();
    let again = app
        .define(&format!("# with a comment\n{ORDINAL}"))
        .await
        .unwrap();
    let second = app.define(&with_level()).await.unwrap();
    assert_eq!(
        [&first, &again, &second].map(|import| (import.new, import.definition.version)),
        [(true, 1), (false, 1), (true, 2)]
    );
    let ann = app.actor("ann").await;
    let member = ann.member().unwrap();
    let versions = app
        .tenure
        .use_case_versions(&member, "ordinal")
        .await
        .unwrap();
    assert_eq!(
        versions
            .iter()
            .map(|own| (own.version, own.origin))
            .collect::<Vec<_>>(),
        [(2, DefinitionOrigin::Store), (1, DefinitionOrigin::Store)]
    );
    assert_eq!(
        app.tenure
            .use_case_text(&member, "ordinal", Some(1))
            .await
            .unwrap(),
        ORDINAL
    );
    assert_eq!(
        app.tenure
            .use_case_text(&member, "ordinal", None)
            .await
            .unwrap(),
        with_level()
    );
    let query = AuditQuery {
        action: "use_case.change".into(),
        ..AuditQuery::default()
    };
    assert_eq!(
        app.tenure.audit_rows(&member, &query).await.unwrap().len(),
        2
    );
}

#[tokio::test]
async fn a_use_case_that_a_file_defines_is_not_imported() {
    let app = TestApp::empty().await;
    let text = ORDINAL.replace("id = \"ordinal\"", "id = \"attrition\"");
    assert_eq!(
        app.define(&text).await.unwrap_err().code(),
        Some(RefusalCode::DefinedTwice)
    );
    assert!(matches!(app.define("id = 3").await, Err(Error::Invalid(_))));
}

#[tokio::test]
async fn a_file_is_recorded_when_data_is_read_with_it() {
    let app = TestApp::filled().await;
    let ann = app.actor("ann").await;
    let versions = app
        .tenure
        .use_case_versions(&ann.member().unwrap(), "attrition")
        .await
        .unwrap();
    assert_eq!(
        versions
            .iter()
            .map(|own| (own.version, own.origin))
            .collect::<Vec<_>>(),
        [(1, DefinitionOrigin::BuiltIn)]
    );
}

#[tokio::test]
async fn the_same_bytes_are_read_again_under_another_definition() {
    let app = TestApp::empty().await;
    app.define(ORDINAL).await.unwrap();
    let first = app
        .take("train.csv", &labeled(), None)
        .await
        .unwrap()
        .dataset;
    app.define(&swapped()).await.unwrap();
    let second = app.take("train.csv", &labeled(), None).await.unwrap();
    assert!(second.new);
    assert_eq!((first.definition, second.dataset.definition), (1, 2));
    assert_eq!(first.hash, second.dataset.hash);
    assert_eq!(
        first.positives.unwrap() + second.dataset.positives.unwrap(),
        600
    );
    assert!(!app.take("train.csv", &labeled(), None).await.unwrap().new);
}

#[tokio::test]
async fn a_training_reads_a_dataset_under_the_definition_in_force() {
    let app = TestApp::empty().await;
    app.define(ORDINAL).await.unwrap();
    let dataset = app
        .take("train.csv", &labeled(), None)
        .await
        .unwrap()
        .dataset;
    app.define(&swapped()).await.unwrap();
    let trained = app.learn(&dataset).await.unwrap();
    let left = i64::from(trained.trained.served.model.training.positives);
    assert!(
        left > dataset.positives.unwrap(),
        "{left} people of the training rows stayed, who are now the event"
    );
}

#[tokio::test]
async fn scores_do_not_move_with_a_level_that_is_added_below() {
    let app = TestApp::ordinal().await;
    app.take("now.csv", &current(), None).await.unwrap();
    let before = app.probabilities().await.unwrap();
    assert!(
        before[0].1 - before[2].1 > 0.2,
        "pay must count: {before:?}"
    );
    app.define(&with_level()).await.unwrap();
    assert_eq!(app.probabilities().await.unwrap(), before, "read before");
    let again = app.take("now.csv", &current(), None).await.unwrap();
    assert_eq!((again.new, again.dataset.definition), (true, 2));
    assert_eq!(app.probabilities().await.unwrap(), before, "read after");
}

#[tokio::test]
async fn what_a_model_does_not_know_is_refused_and_not_scored() {
    let app = TestApp::ordinal().await;
    app.define(&with_level()).await.unwrap();
    app.take("now.csv", &current().replacen("low", "very low", 1), None)
        .await
        .unwrap();
    let refused = app.probabilities().await.unwrap_err();
    assert_eq!(
        refused.code(),
        Some(RefusalCode::OtherDefinition),
        "{refused}"
    );
    assert!(refused.to_string().contains("very low"), "{refused}");
    let ann = app.actor("ann").await;
    let checked = app
        .tenure
        .check_drift(&ann.contributor().unwrap(), "ordinal", None)
        .await;
    assert_eq!(
        checked.unwrap_err().code(),
        Some(RefusalCode::OtherDefinition)
    );
}

#[tokio::test]
async fn what_if_starts_from_the_values_as_the_live_model_reads_them() {
    let app = TestApp::ordinal().await;
    app.define(&with_level()).await.unwrap();
    app.take("now.csv", &current(), None).await.unwrap();
    app.probabilities().await.unwrap();
    let ann = app.actor("ann").await;
    let (record, _) = app
        .tenure
        .what_if_start(&ann.analyst().unwrap(), "ordinal", "p2", "")
        .await
        .unwrap();
    assert_eq!(
        record["pay"], "3",
        "the third level of the model's definition"
    );
}

/// The reported case: probabilities of 0.61 became 0.145.
#[tokio::test]
async fn the_reported_ordinal_keeps_its_scores() {
    let names = ["ordin.toml", "ordin_train.csv", "ordin_now.csv"];
    let files: Vec<_> = names
        .iter()
        .filter_map(|name| testing::shared(&format!("cases/{name}")))
        .collect();
    let [definition, train, now] = &files[..] else {
        return;
    };
    let [definition, train, now] =
        [definition, train, now].map(|file| std::fs::read_to_string(file).unwrap());
    let definition = definition.replace("id = \"ordin\"", "id = \"ordinal\"");
    let app = TestApp::empty().await;
    app.define(&definition).await.unwrap();
    let dataset = app.take("train.csv", &train, None).await.unwrap().dataset;
    app.learn(&dataset).await.unwrap();
    app.put_live("ordinal").await;
    app.take("now.csv", &now, None).await.unwrap();
    let before = app.probabilities().await.unwrap();
    let added = definition.replace(
        "[\"low\",\"medium\",\"high\"]",
        "[\"very low\",\"low\",\"medium\",\"high\"]",
    );
    assert_ne!(added, definition);
    app.define(&added).await.unwrap();
    app.take("now.csv", &now, None).await.unwrap();
    assert_eq!(app.probabilities().await.unwrap(), before);
}

#[tokio::test]
async fn a_definition_is_changed_checked_and_saved_as_a_new_version() {
    let app = TestApp::empty().await;
    let oscar = app.actor("oscar").await;
    let admin = oscar.admin().unwrap();
    let tenure = &app.tenure;
    let stored = tenure.import_use_case(&admin, ORDINAL.to_owned()).await;
    assert_eq!(stored.unwrap().definition.version, 1);
    assert_eq!(
        tenure.editable_definition(&admin, "ordinal").unwrap().base,
        1
    );
    let built_in = tenure.editable_definition(&admin, "attrition");
    assert_eq!(
        built_in.unwrap_err().code(),
        Some(RefusalCode::DefinedTwice)
    );

    // What is wrong is held with its line, and nothing is stored.
    let wrong = ORDINAL.replace("kind = \"integer\"", "kind = \"intger\"");
    let saved = tenure.save_definition(&admin, "ordinal", 1, wrong).await;
    assert!(saved.unwrap().is_none());
    let held = tenure.held_definition(&admin, "ordinal").unwrap();
    let line = held.text.lines().position(|line| line.contains("intger"));
    assert_eq!(
        held.problems
            .iter()
            .map(|problem| problem.line)
            .collect::<Vec<_>>(),
        [line.unwrap() + 1]
    );
    let renamed = ORDINAL.replace("id = \"ordinal\"", "id = \"other\"");
    let edit = tenure.check_definition(&admin, "ordinal", 1, renamed).await;
    assert_eq!(edit.unwrap().problems[0].key, "id");

    // Labels are shown otherwise, levels are read otherwise.
    let shown = ORDINAL.replace("label = \"Pay\"", "label = \"Pay grade\"");
    let edit = tenure
        .check_definition(&admin, "ordinal", 1, shown.replace('\n', "\r\n"))
        .await
        .unwrap();
    assert!(edit.is_sound() && edit.reads_alike);
    let edit = tenure
        .check_definition(&admin, "ordinal", 1, with_level())
        .await
        .unwrap();
    assert!(edit.is_sound() && !edit.reads_alike);
    let saved = tenure
        .save_definition(&admin, "ordinal", 1, with_level())
        .await
        .unwrap()
        .unwrap();
    assert_eq!((saved.new, saved.definition.version), (true, 2));
    assert!(tenure.held_definition(&admin, "ordinal").is_none());
    assert_eq!(
        tenure.use_case("ordinal").unwrap().fields[0].levels[0],
        "very low"
    );

    let changes = tenure
        .definition_changes(&admin.member(), "ordinal", [1, 2])
        .await
        .unwrap();
    let changed: Vec<_> = changes
        .iter()
        .filter(|line| line.change != workflow::LineChange::Same)
        .map(|line| (line.change, line.text.contains("very low")))
        .collect();
    assert_eq!(
        changed,
        [
            (workflow::LineChange::Removed, false),
            (workflow::LineChange::Added, true)
        ]
    );

    // Who started from version 1 does not overwrite version 2.
    let late = tenure.save_definition(&admin, "ordinal", 1, shown).await;
    assert_eq!(late.unwrap_err().code(), Some(RefusalCode::Changed));
}

#[tokio::test]
async fn the_use_case_that_is_meant_is_the_only_one_with_data() {
    let app = TestApp::empty().await;
    let oscar = app.actor("oscar").await;
    let (admin, member) = (oscar.admin().unwrap(), oscar.member().unwrap());
    let several = app.tenure.only_use_case(&member).await.unwrap_err();
    let text = several.to_string();
    assert!(
        text.contains("attrition") && text.contains("churn"),
        "{text}"
    );
    app.tenure
        .import_use_case(&admin, ORDINAL.to_owned())
        .await
        .unwrap();
    let import = Import {
        use_case: "ordinal".into(),
        files: vec![("a.csv".into(), labeled().into_bytes())],
        purpose: Some(Purpose::Training),
        ..Import::default()
    };
    let dataset = app.tenure.import(&admin, import).await.unwrap().dataset;
    let only = app.tenure.only_use_case(&member).await;
    assert_eq!(only.unwrap(), "ordinal");
    app.tenure
        .withdraw_dataset(&admin, None, &dataset.dataset_id, "a test")
        .await
        .unwrap();
    assert!(app.tenure.only_use_case(&member).await.is_err());
}
