//! Imports: what is taken, what is refused whole, and what is compared.

use domain::{Purpose, RefusalCode};
use workflow::{AuditQuery, Error, Import};

use crate::app::{TestApp, USE_CASE};

impl TestApp {
    async fn import(
        &self,
        files: &[(&str, &str)],
        as_of: &str,
    ) -> workflow::Result<workflow::Imported> {
        let oscar = self.actor("oscar").await;
        let files = files
            .iter()
            .map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec()))
            .collect();
        let import = Import {
            use_case: USE_CASE.into(),
            files,
            as_of: Some(as_of.into()),
            simulated: true,
            ..Import::default()
        };
        self.tenure.import(&oscar.admin()?, import).await
    }

    async fn import_for(
        &self,
        text: &str,
        purpose: Option<Purpose>,
    ) -> workflow::Result<store::datasets::Dataset> {
        let oscar = self.actor("oscar").await;
        let files = vec![("people.csv".to_owned(), text.as_bytes().to_vec())];
        let as_of = Some("2026-01-01".into());
        let import = Import {
            use_case: USE_CASE.into(),
            files,
            as_of,
            purpose,
            ..Import::default()
        };
        Ok(self.tenure.import(&oscar.admin()?, import).await?.dataset)
    }

    /// People with outcomes as a file.
    fn labeled() -> String {
        let settings = monitoring::simulation::Settings {
            people: 60,
            months: 1,
            seed: 9,
            ..Default::default()
        };
        String::from_utf8(
            data::write(
                &monitoring::simulation::training_table(&settings),
                data::Format::Csv,
            )
            .unwrap(),
        )
        .unwrap()
    }

    async fn withdraw(
        &self,
        prefix: &str,
        reason: &str,
    ) -> workflow::Result<store::datasets::Dataset> {
        let oscar = self.actor("oscar").await;
        self.tenure
            .withdraw_dataset(&oscar.admin()?, Some(USE_CASE), prefix, reason)
            .await
    }

    /// Current people as a file.
    fn people(seed: u64) -> String {
        let settings = monitoring::simulation::Settings {
            people: 40,
            months: 1,
            seed,
            ..Default::default()
        };
        let people = monitoring::simulation::simulate(&settings).remove(0).people;
        String::from_utf8(data::write(&people, data::Format::Csv).unwrap()).unwrap()
    }

    async fn count(&self) -> usize {
        let ann = self.actor("ann").await;
        self.tenure
            .datasets(&ann.member().unwrap(), Some(USE_CASE))
            .await
            .unwrap()
            .len()
    }
}

#[tokio::test]
async fn the_same_bytes_are_the_same_dataset() {
    let app = TestApp::empty().await;
    let people = TestApp::people(1);
    let first = app
        .import(&[("people.csv", &people)], "2026-01-01")
        .await
        .unwrap();
    let again = app
        .import(&[("other.csv", &people)], "2026-01-01")
        .await
        .unwrap();
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
    assert!(
        app.import(&[("people.csv", &TestApp::people(1))], "2026-02-30")
            .await
            .is_err()
    );
    assert_eq!(app.count().await, 0);
}

#[tokio::test]
async fn files_with_other_columns_are_not_merged() {
    let app = TestApp::empty().await;
    let people = TestApp::people(1);
    let narrow: String = people
        .lines()
        .map(|line| line.rsplit_once(',').unwrap().0.to_owned() + "\n")
        .collect();
    assert!(
        app.import(&[("a.csv", &people), ("b.csv", &narrow)], "2026-01-01")
            .await
            .is_err()
    );
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
    let dataset = app
        .import(&[("people.csv", &TestApp::people(1))], "2026-01-01")
        .await
        .unwrap()
        .dataset;
    let ann = app.actor("ann").await;
    let member = ann.member().unwrap();
    assert!(
        app.tenure
            .data_profile(&member, Some(USE_CASE), &dataset.dataset_id)
            .await
            .is_ok()
    );
    assert!(matches!(
        app.tenure
            .data_profile(&member, Some("churn"), &dataset.dataset_id)
            .await,
        Err(Error::NotFound(_))
    ));
}

#[tokio::test]
async fn a_day_in_the_future_is_refused() {
    let app = TestApp::empty().await;
    let tomorrow = workflow::today().plus_days(1).to_string();
    assert!(matches!(
        app.import(&[("people.csv", &TestApp::people(1))], &tomorrow)
            .await,
        Err(Error::Invalid(_))
    ));
    assert_eq!(app.count().await, 0);
}

#[tokio::test]
async fn a_file_with_outcomes_is_for_training_and_one_without_for_scoring() {
    let app = TestApp::empty().await;
    assert_eq!(
        app.import_for(&TestApp::labeled(), None)
            .await
            .unwrap()
            .purpose,
        Purpose::Training
    );
    assert_eq!(
        app.import_for(&TestApp::people(1), None)
            .await
            .unwrap()
            .purpose,
        Purpose::Scoring
    );
    assert_eq!(
        app.import_for(&TestApp::labeled(), Some(Purpose::Both))
            .await
            .unwrap()
            .purpose,
        Purpose::Both
    );
    for purpose in [Purpose::Training, Purpose::Both] {
        assert!(
            matches!(
                app.import_for(&TestApp::people(2), Some(purpose)).await,
                Err(Error::Refused(_))
            ),
            "{purpose}: outcomes are needed"
        );
    }
    let misspelled = TestApp::labeled().replacen("Attrition", "Atrition", 1);
    assert!(
        matches!(
            app.import_for(&misspelled, None).await,
            Err(Error::Invalid(_))
        ),
        "not taken for a file without outcomes"
    );
}

#[tokio::test]
async fn the_same_bytes_for_another_purpose_are_another_dataset() {
    let app = TestApp::empty().await;
    let first = app
        .import_for(&TestApp::labeled(), Some(Purpose::Training))
        .await
        .unwrap();
    let second = app
        .import_for(&TestApp::labeled(), Some(Purpose::Both))
        .await
        .unwrap();
    assert_ne!(first.dataset_id, second.dataset_id);
    assert_eq!(app.count().await, 2);
}

#[tokio::test]
async fn a_newer_file_for_training_never_becomes_the_people_of_today() {
    let app = TestApp::live().await;
    let oscar = app.actor("oscar").await;
    let admin = oscar.admin().unwrap();
    let scored = app.tenure.batch(&admin, USE_CASE, None).await.unwrap();
    let newer = app.import_for(&TestApp::labeled(), None).await.unwrap();
    assert_eq!(
        app.tenure
            .batch(&admin, USE_CASE, None)
            .await
            .unwrap()
            .dataset_id,
        scored.dataset_id
    );
    app.import_for(&TestApp::labeled(), Some(Purpose::Both))
        .await
        .unwrap();
    let both = app.tenure.batch(&admin, USE_CASE, None).await.unwrap();
    assert!(both.dataset_id != scored.dataset_id && both.dataset_id != newer.dataset_id);
}

#[tokio::test]
async fn without_data_for_scoring_nobody_is_scored() {
    let app = TestApp::live().await;
    let oscar = app.actor("oscar").await;
    let before_the_first = app
        .tenure
        .batch(&oscar.admin().unwrap(), USE_CASE, Some("2025-06-01"))
        .await;
    assert!(
        matches!(before_the_first, Err(Error::NotFound(sentence)) if sentence.contains("--for scoring"))
    );
}

#[tokio::test]
async fn data_for_scoring_is_not_trained_on() {
    let app = TestApp::empty().await;
    let oscar = app.actor("oscar").await;
    let dataset = app
        .import_for(&TestApp::labeled(), Some(Purpose::Scoring))
        .await
        .unwrap();
    assert!(dataset.positives.is_some());
    assert!(
        app.tenure
            .training_datasets(&oscar.member().unwrap(), USE_CASE)
            .await
            .unwrap()
            .is_empty()
    );
    let started = app
        .tenure
        .start_training(
            &oscar.admin().unwrap(),
            dataset,
            training::ValidSettings::default(),
        )
        .await;
    assert!(matches!(started, Err(Error::Invalid(_))));
}

#[tokio::test]
async fn a_withdrawn_dataset_is_neither_scored_nor_trained_on() {
    let app = TestApp::live().await;
    let oscar = app.actor("oscar").await;
    let (admin, member) = (oscar.admin().unwrap(), oscar.member().unwrap());
    let batch = app.tenure.batch(&admin, USE_CASE, None).await.unwrap();
    app.withdraw(&batch.dataset_id, "wrong currency")
        .await
        .unwrap();
    assert!(matches!(
        app.tenure.batch(&admin, USE_CASE, None).await,
        Err(Error::NotFound(_))
    ));
    assert!(matches!(
        app.tenure
            .check_drift(&oscar.contributor().unwrap(), USE_CASE, None)
            .await,
        Err(Error::NotFound(_))
    ));

    let trained_on = app
        .tenure
        .training_datasets(&member, USE_CASE)
        .await
        .unwrap()
        .remove(0);
    app.withdraw(&trained_on.dataset_id, "wrong outcomes")
        .await
        .unwrap();
    assert!(
        app.tenure
            .training_datasets(&member, USE_CASE)
            .await
            .unwrap()
            .is_empty()
    );
    let page = app
        .tenure
        .version_page(&member, USE_CASE, crate::app::number(1))
        .await
        .unwrap();
    assert!(
        page.data_id == trained_on.dataset_id.as_str() && page.data_withdrawn.is_some(),
        "the version keeps its link"
    );
    let started = app
        .tenure
        .start_training(
            &admin,
            app.tenure
                .find_dataset(&member, &trained_on.dataset_id)
                .await
                .unwrap(),
            training::ValidSettings::default(),
        )
        .await;
    assert_eq!(started.unwrap_err().code(), Some(RefusalCode::Withdrawn));
    let query = AuditQuery {
        action: "data.withdraw".into(),
        ..AuditQuery::default()
    };
    assert_eq!(
        app.tenure.audit_rows(&member, &query).await.unwrap().len(),
        2
    );
}

#[tokio::test]
async fn the_dashboard_goes_back_to_the_scores_before_those_of_a_withdrawn_dataset() {
    let app = TestApp::live().await;
    let (oscar, ann) = (app.actor("oscar").await, app.actor("ann").await);
    let (admin, analyst) = (oscar.admin().unwrap(), ann.analyst().unwrap());
    app.tenure.batch(&admin, USE_CASE, None).await.unwrap();
    let before = app.tenure.dashboard(&analyst, USE_CASE).await.unwrap();
    let newer = app
        .import(&[("newer.csv", &TestApp::people(5))], "2026-02-01")
        .await
        .unwrap()
        .dataset;
    app.tenure.batch(&admin, USE_CASE, None).await.unwrap();
    assert_ne!(
        app.tenure
            .dashboard(&analyst, USE_CASE)
            .await
            .unwrap()
            .histogram,
        before.histogram
    );
    app.withdraw(&newer.dataset_id, "the wrong month")
        .await
        .unwrap();
    assert_eq!(
        app.tenure.dashboard(&analyst, USE_CASE).await.unwrap(),
        before
    );
}

#[tokio::test]
async fn a_withdrawal_needs_a_reason_and_one_dataset_and_is_made_once() {
    let app = TestApp::empty().await;
    let dataset = app
        .import_for(&TestApp::labeled(), Some(Purpose::Training))
        .await
        .unwrap();
    let other = app
        .import_for(&TestApp::labeled(), Some(Purpose::Both))
        .await
        .unwrap();
    assert!(matches!(
        app.withdraw(&dataset.dataset_id, " ").await,
        Err(Error::Invalid(_))
    ));
    assert!(matches!(
        app.withdraw(&dataset.hash, "both have it").await,
        Err(Error::Invalid(_))
    ));
    assert!(matches!(
        app.withdraw("nothing", "none").await,
        Err(Error::NotFound(_))
    ));
    assert!(
        app.withdraw(&dataset.dataset_id, "sent twice")
            .await
            .unwrap()
            .withdrawn_at
            .is_some()
    );
    assert_eq!(
        app.withdraw(&dataset.dataset_id, "again")
            .await
            .unwrap_err()
            .code(),
        Some(RefusalCode::Withdrawn)
    );
    let again = app
        .import_for(&TestApp::labeled(), Some(Purpose::Training))
        .await
        .unwrap();
    assert!(
        again.dataset_id != dataset.dataset_id && again.dataset_id != other.dataset_id,
        "a withdrawn dataset does not come back"
    );
}
