//! A small live model in a store: simulated people and one quick training.

use std::sync::Arc;

use domain::{Decision, Purpose};
use model::{Column, Table};
use monitoring::simulation::{self, training_table};
use training::{Candidate, Silent};
use workflow::{Actor, Checklist, DecisionInput, Import, Role, Waive};

use super::{PASSWORD, TestServer};

/// The texts that the test enters wherever users can write.
pub struct Written<'a> {
    pub text: &'a str,
    /// Names of the files.
    pub file: &'a str,
}

impl TestServer {
    pub async fn actor(&self, name: &str) -> Actor {
        self.tenure
            .sign_in(name, PASSWORD, None)
            .await
            .unwrap()
            .actor
    }

    /// Imports rows of `table` as a file of people with outcomes; gives the id of the dataset.
    pub async fn import(&self, table: &Table, name: &str, as_of: &str) -> String {
        let admin = self.actor("admin").await;
        let bytes = data::write(table, data::Format::Csv).unwrap();
        let import = Import {
            use_case: "attrition".into(),
            files: vec![(name.to_owned(), bytes)],
            as_of: Some(as_of.to_owned()),
            purpose: Some(Purpose::Both),
            simulated: true,
            ..Import::default()
        };
        self.tenure
            .import(&admin.admin().unwrap(), import)
            .await
            .unwrap()
            .dataset
            .dataset_id
            .into_string()
    }

    /// Trains on a dataset and promotes the version, with a text in every field that users can
    /// write.
    pub async fn promote(&self, dataset: &str, written: &Written<'_>) {
        let Written { text, .. } = *written;
        let (tenure, use_case) = (&self.tenure, "attrition");
        let (admin, reviewer) = (self.actor("admin").await, self.actor("reviewer").await);
        let permit = admin.admin().unwrap();
        let settings = training::Settings {
            trials: 1,
            candidates: vec![Candidate::LogisticRegressionL2],
            repeats: Some(1),
            folds: 2,
            ..training::Settings::default()
        };
        let dataset = tenure
            .find_dataset(&permit.member(), dataset)
            .await
            .unwrap();
        let number = tenure
            .train(
                &permit,
                &dataset,
                settings.check().unwrap(),
                Arc::new(Silent),
            )
            .await
            .unwrap()
            .version
            .version;
        tenure
            .describe_version(&permit, use_case, number, text)
            .await
            .unwrap();
        tenure
            .tag_version(&permit, use_case, number, text, text)
            .await
            .unwrap();
        tenure
            .write_limitations(&admin.contributor().unwrap(), use_case, number, None, text)
            .await
            .unwrap();
        tenure
            .request_review(&admin.contributor().unwrap(), use_case, number, text)
            .await
            .unwrap();
        tenure
            .comment(&reviewer.contributor().unwrap(), use_case, number, text)
            .await
            .unwrap();
        let signed = tenure
            .sign(reviewer.reviewer().unwrap(), Some(PASSWORD))
            .await
            .unwrap();
        let page = tenure
            .review_page(&reviewer.member().unwrap(), use_case, number)
            .await
            .unwrap();
        for gate in &page.blocking {
            let waive = Waive {
                gate,
                owner: text,
                reason: text,
                expires_on: "2099-12-31",
            };
            tenure
                .waive(&signed, use_case, number, waive)
                .await
                .unwrap();
        }
        let checklist = Some(Checklist::from_keys(["all"], text).unwrap());
        let input = DecisionInput {
            choice: Decision::Approve,
            reason: text,
            checklist,
            evidence: None,
        };
        tenure
            .decide(&signed, use_case, number, input)
            .await
            .unwrap();
    }
}

/// Simulated people with their outcomes.
pub fn people(count: usize) -> Table {
    training_table(&simulation::Settings {
        people: count,
        ..simulation::Settings::default()
    })
}

/// The first rows.
pub fn first(table: &Table, rows: usize) -> Table {
    table.take(&(0..rows).collect::<Vec<_>>())
}

/// The table with another text in the first row of a column.
pub fn with_text(table: &Table, column: &str, text: &str) -> Table {
    let mut table = table.clone();
    let place = table.names.iter().position(|name| name == column).unwrap();
    let texts: Vec<String> = (0..table.rows())
        .map(|row| table.columns[place].text(row))
        .collect();
    let texts = std::iter::once(text.to_owned())
        .chain(texts.into_iter().skip(1))
        .collect();
    table.columns[place] = Column::Text(texts);
    table
}

impl TestServer {
    /// An account with more than one role.
    pub async fn account(&self, name: &str, roles: &[Role]) {
        let admin = self.actor("admin").await;
        self.tenure
            .add_account_with(&admin.admin().unwrap(), name, roles, PASSWORD)
            .await
            .unwrap();
    }
}
