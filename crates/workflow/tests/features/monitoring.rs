//! Drift checks, their notes, and outcomes.

use domain::RefusalCode;
use workflow::{Error, OutcomesImport};

use crate::app::{TestApp, USE_CASE};

impl TestApp {
    async fn check(&self) -> workflow::Result<String> {
        let ann = self.actor("ann").await;
        let (check, _) = self.tenure.check_drift(&ann.contributor()?, USE_CASE, None).await?;
        Ok(check.check_id.to_string())
    }

    async fn score(&self) {
        let oscar = self.actor("oscar").await;
        self.tenure.batch(&oscar.admin().unwrap(), USE_CASE, None).await.unwrap();
    }

    async fn outcomes(&self, text: &str) -> workflow::Result<workflow::OutcomesImported> {
        let oscar = self.actor("oscar").await;
        let import = OutcomesImport {
            use_case: USE_CASE.into(),
            name: "left.csv".into(),
            bytes: text.as_bytes().to_vec(),
            ..OutcomesImport::default()
        };
        self.tenure.import_outcomes(&oscar.admin()?, import).await
    }
}

#[tokio::test]
async fn nothing_is_checked_before_a_version_is_live() {
    let app = TestApp::filled().await;
    assert_eq!(app.check().await.unwrap_err().code(), Some(RefusalCode::NothingLive));
}

#[tokio::test]
async fn a_check_is_kept_with_its_report() {
    let app = TestApp::live().await;
    app.score().await;
    let id = app.check().await.unwrap();
    let ann = app.actor("ann").await;
    let checks = app.tenure.checks(&ann.member().unwrap(), USE_CASE).await.unwrap();
    assert_eq!(checks.iter().map(|check| check.check_id.to_string()).collect::<Vec<_>>(), [id]);
}

#[tokio::test]
async fn a_note_needs_a_text_and_a_check() {
    let app = TestApp::live().await;
    let id = app.check().await.unwrap();
    let ann = app.actor("ann").await;
    let contributor = ann.contributor().unwrap();
    assert!(app.tenure.acknowledge(&contributor, USE_CASE, &id.as_str().into(), " ").await.is_err());
    assert!(matches!(app.tenure.acknowledge(&contributor, USE_CASE, &"none".into(), "seen").await, Err(Error::NotFound(_))));
    assert!(app.tenure.acknowledge(&contributor, USE_CASE, &id.as_str().into(), "seen").await.is_ok());
}

#[tokio::test]
async fn the_same_outcomes_are_imported_once() {
    let app = TestApp::live().await;
    app.score().await;
    let text = "EmployeeNumber,date,Attrition,reason\n1,2026-02-01,Yes,pay\n";
    assert!(app.outcomes(text).await.unwrap().new);
    assert!(!app.outcomes(text).await.unwrap().new);
}

#[tokio::test]
async fn outcomes_of_people_who_were_never_scored_are_counted() {
    let app = TestApp::live().await;
    app.score().await;
    let imported = app.outcomes("EmployeeNumber,date,Attrition\nnobody-1,2026-02-01,Yes\n").await.unwrap();
    assert_eq!(imported.never_scored, 1);
}

#[tokio::test]
async fn outcomes_of_a_day_to_come_are_refused() {
    let app = TestApp::live().await;
    assert!(app.outcomes("EmployeeNumber,date,Attrition\n1,2999-02-01,Yes\n").await.is_err());
}
