//! Imports: what is taken, what is refused whole, and what is compared.

use workflow::{Error, Import};

use crate::app::{TestApp, USE_CASE};

impl TestApp {
    async fn import(&self, files: &[(&str, &str)], as_of: &str) -> workflow::Result<workflow::Imported> {
        let oscar = self.actor("oscar").await;
        let files = files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect();
        let import = Import { use_case: USE_CASE.into(), files, as_of: Some(as_of.into()), simulated: true, ..Import::default() };
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
