//! Imports: what is taken, what is refused whole, and what is compared.

use workflow::datasets::Combined;
use workflow::{Combine, Error, Import};

use crate::app::{TestApp, USE_CASE};

impl TestApp {
    async fn import(&self, files: &[(&str, &str)], as_of: &str) -> workflow::Result<workflow::Imported> {
        let oscar = self.actor("oscar").await;
        let files = files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect();
        let import =
            Import { use_case: USE_CASE.into(), files, as_of: Some(as_of.into()), snapshot: true, simulated: true, ..Import::default() };
        self.tenure.import(&oscar.admin()?, import).await
    }

    /// Current people as a file.
    fn people(seed: u64) -> String {
        let settings = monitoring::simulation::Settings { people: 40, months: 1, seed, ..Default::default() };
        let people = monitoring::simulation::simulate(&settings).remove(0).people;
        String::from_utf8(data::write(&people, data::Format::Csv).unwrap()).unwrap()
    }

    async fn count(&self) -> usize {
        let ann = self.actor("ann").await;
        self.tenure.datasets(&ann.member().unwrap(), Some(USE_CASE)).await.unwrap().len()
    }
}

#[tokio::test]
async fn the_same_bytes_are_the_same_dataset() {
    let app = TestApp::empty().await;
    let people = TestApp::people(1);
    let first = app.import(&[("people.csv", &people)], "2026-01-01").await.unwrap();
    let again = app.import(&[("other.csv", &people)], "2026-01-01").await.unwrap();
    assert_eq!((first.new, again.new), (true, false));
    assert_eq!(first.dataset.dataset_id, again.dataset.dataset_id);
}

#[tokio::test]
async fn a_file_that_breaks_a_rule_is_refused_whole() {
    let app = TestApp::empty().await;
    let people = TestApp::people(1).replacen(",Yes", ",Perhaps", 1);
    let refused = app.import(&[("people.csv", &people)], "2026-01-01").await;
    assert!(matches!(refused, Err(Error::Refused(refusal)) if refusal.total == 1));
    assert_eq!(app.count().await, 0);
}

#[tokio::test]
async fn a_day_that_is_none_is_refused() {
    let app = TestApp::empty().await;
    assert!(app.import(&[("people.csv", &TestApp::people(1))], "2026-02-30").await.is_err());
    assert_eq!(app.count().await, 0);
}

#[tokio::test]
async fn files_with_other_columns_are_not_merged() {
    let app = TestApp::empty().await;
    let people = TestApp::people(1);
    let narrow: String = people.lines().map(|line| line.rsplit_once(',').unwrap().0.to_owned() + "\n").collect();
    assert!(app.import(&[("a.csv", &people), ("b.csv", &narrow)], "2026-01-01").await.is_err());
    assert_eq!(app.count().await, 0);
}

#[tokio::test]
async fn nothing_is_imported_without_a_file() {
    let app = TestApp::empty().await;
    assert!(app.import(&[], "2026-01-01").await.is_err());
}

#[tokio::test]
async fn a_profile_belongs_to_the_use_case_of_its_dataset() {
    let app = TestApp::empty().await;
    let dataset = app.import(&[("people.csv", &TestApp::people(1))], "2026-01-01").await.unwrap().dataset;
    let ann = app.actor("ann").await;
    let member = ann.member().unwrap();
    assert!(app.tenure.data_profile(&member, Some(USE_CASE), &dataset.dataset_id).await.is_ok());
    assert!(matches!(app.tenure.data_profile(&member, Some("churn"), &dataset.dataset_id).await, Err(Error::NotFound(_))));
}

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
        snapshot: bool,
    ) -> workflow::Result<workflow::Imported> {
        let oscar = self.actor("oscar").await;
        let files = files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect();
        let import = Import { use_case: use_case.into(), files, combine, snapshot, ..Import::default() };
        self.tenure.import(&oscar.admin()?, import).await
    }
}

fn join_by(key: &str) -> Combine {
    Combine::Join(data::JoinOptions { key: key.into(), ..Default::default() })
}

#[tokio::test]
async fn a_person_in_two_stacked_files_is_refused_with_files_and_rows() {
    let (Some(mini), Some(staff), Some(leavers)) =
        (testing::shared_text("cases/mini.toml"), testing::shared_text("cases/01_staff.csv"), testing::shared_text("cases/01_leavers.csv"))
    else {
        return;
    };
    let app = TestApp::with_use_cases(&[("mini.toml", &mini)]).await;
    let refused = app.import_into("mini2", &[("staff.csv", &staff), ("leavers.csv", &leavers)], Combine::Stack, false).await;
    let Err(Error::Refused(refusal)) = refused else { panic!("E200 is in both files") };
    assert_eq!(refusal.total, 1);
    let problem = &refusal.problems[0];
    assert_eq!((problem.file.as_deref(), problem.row, problem.value.as_str()), (Some("leavers.csv"), 2, "E200"));
    assert!(problem.rule.contains("staff.csv, row 3"));
}

#[tokio::test]
async fn stacked_files_keep_their_identifiers() {
    let app = TestApp::with_use_cases(&[("mini.toml", MINI)]).await;
    let files = [("a.csv", "id,pay,dept,left\nE1,1,a,no\n"), ("b.csv", "id,pay,dept,left\nE2,2,b,yes\n")];
    let imported = app.import_into("mini", &files, Combine::Stack, false).await.unwrap();
    assert_eq!((imported.dataset.row_count, imported.report.combined), (2, Combined::Stacked));
}

#[tokio::test]
async fn joined_files_are_another_dataset_than_the_same_files_stacked() {
    let app = TestApp::with_use_cases(&[("mini.toml", MINI)]).await;
    let files = [("master.csv", "id,pay,left\nE1,1,no\nE2,2,yes\n"), ("survey.csv", "id,dept\nE2,a\nE1,b\n")];
    assert!(app.import_into("mini", &files, Combine::Stack, false).await.is_err());
    let imported = app.import_into("mini", &files, join_by("id"), false).await.unwrap();
    assert_eq!((imported.new, imported.dataset.row_count, imported.dataset.positives), (true, 2, Some(1)));
    assert!(matches!(imported.report.combined, Combined::Joined(join) if join.matched == 2 && join.partial == 0));
    assert!(!app.import_into("mini", &files, join_by("id"), false).await.unwrap().new);
}

#[tokio::test]
async fn people_in_one_of_two_joined_files_are_named_and_kept_only_when_asked() {
    let app = TestApp::with_use_cases(&[("mini.toml", MINI)]).await;
    let files = [("master.csv", "id,pay\nE1,1\nE2,2\n"), ("survey.csv", "id,dept\nE2,a\n")];
    let refused = app.import_into("mini", &files, join_by("id"), true).await;
    assert!(matches!(refused, Err(Error::Refused(refusal)) if refusal.total == 1 && refusal.problems[0].row == 2));
    let keep = Combine::Join(data::JoinOptions { key: "id".into(), keep_partial: true, ..Default::default() });
    let imported = app.import_into("mini", &files, keep, true).await.unwrap();
    assert!(matches!(imported.report.combined, Combined::Joined(join) if join.matched == 1 && join.partial_people[0].id == "E1"));
}

#[tokio::test]
async fn a_new_level_is_in_the_record_of_the_dataset() {
    let app = TestApp::with_use_cases(&[("mini.toml", MINI)]).await;
    let files = [("people.csv", "id,pay,dept\nE1,1,a\nE2,2,zz\nE3,3,b\n")];
    assert!(app.import_into("mini", &files, Combine::Stack, false).await.is_err());
    let imported = app.import_into("mini", &files, Combine::Stack, true).await.unwrap();
    let unseen = &imported.report.unseen[0];
    assert_eq!((unseen.field.as_str(), unseen.value.as_deref(), unseen.rows, &unseen.first_rows[..]), ("dept", Some("zz"), 1, &[3][..]));
    let oscar = app.actor("oscar").await;
    let (row, _) = app.tenure.data_profile(&oscar.member().unwrap(), Some("mini"), &imported.dataset.dataset_id).await.unwrap();
    assert_eq!(row.import_report.len(), 1);
    let rita = app.actor("rita").await;
    let (row, _) = app.tenure.data_profile(&rita.member().unwrap(), Some("mini"), &imported.dataset.dataset_id).await.unwrap();
    assert!(row.import_report.is_empty(), "a reviewer does not see people");
}

#[tokio::test]
async fn a_wrong_use_case_file_does_not_stop_the_others() {
    let app = TestApp::with_use_cases(&[("bad.toml", "id = \"bad\"\ntitle ="), ("mini.toml", MINI)]).await;
    assert_eq!(app.tenure.skipped_use_cases().len(), 1);
    assert!(app.tenure.use_case("mini").is_ok() && matches!(app.tenure.use_case("bad"), Err(Error::Invalid(_))));
}
