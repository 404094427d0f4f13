//! Several files as one dataset, values that the use case does not know, and use-case files that
//! are wrong.

use domain::Purpose;
use workflow::datasets::Combined;
use workflow::{Combine, Error, Import};

use crate::app::TestApp;

/// The smallest use case with identifiers.
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
name = "pay"
label = "Pay"
kind = "real"
[[field]]
name = "dept"
label = "Department"
kind = "nominal"
levels = ["a", "b"]
"#;

impl TestApp {
    async fn import_into(
        &self,
        use_case: &str,
        files: &[(&str, &str)],
        combine: Combine,
        purpose: Purpose,
    ) -> workflow::Result<workflow::Imported> {
        let oscar = self.actor("oscar").await;
        let files = files
            .iter()
            .map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec()))
            .collect();
        let import = Import {
            use_case: use_case.into(),
            files,
            combine,
            purpose: Some(purpose),
            ..Import::default()
        };
        self.tenure.import(&oscar.admin()?, import).await
    }
}

fn join_by(key: &str) -> Combine {
    Combine::Join(data::JoinOptions {
        key: key.into(),
        ..Default::default()
    })
}

#[tokio::test]
async fn a_person_in_two_stacked_files_is_refused_with_files_and_rows() {
    let (Some(mini), Some(staff), Some(leavers)) = (
        testing::shared_text("cases/mini.toml"),
        testing::shared_text("cases/01_staff.csv"),
        testing::shared_text("cases/01_leavers.csv"),
    ) else {
        return;
    };
    let app = TestApp::with_use_cases(&[("mini.toml", &mini)]).await;
    let refused = app
        .import_into(
            "mini2",
            &[("staff.csv", &staff), ("leavers.csv", &leavers)],
            Combine::Stack,
            Purpose::Training,
        )
        .await;
    let Err(Error::Refused(refusal)) = refused else {
        panic!("E200 is in both files")
    };
    assert_eq!(refusal.total, 1);
    let problem = &refusal.problems[0];
    assert_eq!(
        (problem.file.as_deref(), problem.row, problem.value.as_str()),
        (Some("leavers.csv"), 2, "E200")
    );
    assert!(problem.rule.contains("staff.csv, row 3"));
}

#[tokio::test]
async fn stacked_files_keep_their_identifiers() {
    let app = TestApp::with_use_cases(&[("mini.toml", MINI)]).await;
    let files = [
        ("a.csv", "id,pay,dept,left\nE1,1,a,no\n"),
        ("b.csv", "id,pay,dept,left\nE2,2,b,yes\n"),
    ];
    let imported = app
        .import_into("mini", &files, Combine::Stack, Purpose::Training)
        .await
        .unwrap();
    assert_eq!(
        (imported.dataset.row_count, imported.report.combined),
        (2, Combined::Stacked)
    );
}

#[tokio::test]
async fn joined_files_are_another_dataset_than_the_same_files_stacked() {
    let app = TestApp::with_use_cases(&[("mini.toml", MINI)]).await;
    let files = [
        ("master.csv", "id,pay,left\nE1,1,no\nE2,2,yes\n"),
        ("survey.csv", "id,dept\nE2,a\nE1,b\n"),
    ];
    assert!(
        app.import_into("mini", &files, Combine::Stack, Purpose::Training)
            .await
            .is_err()
    );
    let imported = app
        .import_into("mini", &files, join_by("id"), Purpose::Training)
        .await
        .unwrap();
    assert_eq!(
        (
            imported.new,
            imported.dataset.row_count,
            imported.dataset.positives
        ),
        (true, 2, Some(1))
    );
    assert!(
        matches!(imported.report.combined, Combined::Joined(join) if join.matched == 2 && join.partial == 0)
    );
    assert!(
        !app.import_into("mini", &files, join_by("id"), Purpose::Training)
            .await
            .unwrap()
            .new
    );
}

#[tokio::test]
async fn people_in_one_of_two_joined_files_are_named_and_kept_only_when_asked() {
    let app = TestApp::with_use_cases(&[("mini.toml", MINI)]).await;
    let files = [
        ("master.csv", "id,pay\nE1,1\nE2,2\n"),
        ("survey.csv", "id,dept\nE2,a\n"),
    ];
    let refused = app
        .import_into("mini", &files, join_by("id"), Purpose::Scoring)
        .await;
    assert!(
        matches!(refused, Err(Error::Refused(refusal)) if refusal.total == 1 && refusal.problems[0].row == 2)
    );
    let keep = Combine::Join(data::JoinOptions {
        key: "id".into(),
        keep_partial: true,
        ..Default::default()
    });
    let imported = app
        .import_into("mini", &files, keep, Purpose::Scoring)
        .await
        .unwrap();
    assert!(
        matches!(imported.report.combined, Combined::Joined(join) if join.matched == 1 && join.partial_people[0].id == "E1")
    );
}

#[tokio::test]
async fn a_new_level_is_in_the_record_of_the_dataset() {
    let app = TestApp::with_use_cases(&[("mini.toml", MINI)]).await;
    let files = [("people.csv", "id,pay,dept\nE1,1,a\nE2,2,zz\nE3,3,b\n")];
    assert!(
        app.import_into("mini", &files, Combine::Stack, Purpose::Training)
            .await
            .is_err()
    );
    let imported = app
        .import_into("mini", &files, Combine::Stack, Purpose::Scoring)
        .await
        .unwrap();
    let unseen = &imported.report.unseen[0];
    assert_eq!(
        (
            unseen.field.as_str(),
            unseen.value.as_deref(),
            unseen.rows,
            &unseen.first_rows[..]
        ),
        ("dept", Some("zz"), 1, &[3][..])
    );
    let oscar = app.actor("oscar").await;
    let (row, _) = app
        .tenure
        .data_profile(
            &oscar.member().unwrap(),
            Some("mini"),
            &imported.dataset.dataset_id,
        )
        .await
        .unwrap();
    assert_eq!(row.import_report.len(), 1);
    let rita = app.actor("rita").await;
    let (row, _) = app
        .tenure
        .data_profile(
            &rita.member().unwrap(),
            Some("mini"),
            &imported.dataset.dataset_id,
        )
        .await
        .unwrap();
    assert!(
        row.import_report.is_empty(),
        "a reviewer does not see people"
    );
}

#[tokio::test]
async fn a_wrong_use_case_file_does_not_stop_the_others() {
    let app =
        TestApp::with_use_cases(&[("bad.toml", "id = \"bad\"\ntitle ="), ("mini.toml", MINI)])
            .await;
    assert_eq!(app.tenure.skipped_use_cases().len(), 1);
    assert!(
        app.tenure.use_case("mini").is_ok()
            && matches!(app.tenure.use_case("bad"), Err(Error::Invalid(_)))
    );
}
