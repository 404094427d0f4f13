//! The audit log: what is in it, how it is filtered, verified and how a person is erased.

use domain::RefusalCode;
use workflow::{AuditQuery, Error};

use crate::app::{TestApp, USE_CASE};

impl TestApp {
    /// Actions of the entries that match, oldest first.
    async fn actions(&self, query: &AuditQuery) -> Vec<String> {
        let ann = self.actor("ann").await;
        let rows = self
            .tenure
            .audit_rows(&ann.member().unwrap(), query)
            .await
            .unwrap();
        rows.into_iter().map(|row| row.action.to_string()).collect()
    }
}

#[tokio::test]
async fn a_promotion_is_told_from_training_to_approval() {
    let app = TestApp::live().await;
    let query = AuditQuery {
        action: "model.".into(),
        subject: format!("model {USE_CASE}/1"),
        ..AuditQuery::default()
    };
    assert_eq!(
        app.actions(&query).await,
        ["model.train", "model.request", "model.approve"]
    );
}

#[tokio::test]
async fn entries_are_filtered_by_who_did_it() {
    let app = TestApp::live().await;
    let query = AuditQuery {
        who: "rita".into(),
        action: "model.".into(),
        ..AuditQuery::default()
    };
    assert_eq!(app.actions(&query).await, ["model.approve"]);
}

#[tokio::test]
async fn a_day_that_is_none_is_refused() {
    let app = TestApp::empty().await;
    let ann = app.actor("ann").await;
    for (field, query) in [
        (
            "from",
            AuditQuery {
                from: "2026-13-01".into(),
                ..AuditQuery::default()
            },
        ),
        (
            "until",
            AuditQuery {
                until: "yesterday".into(),
                ..AuditQuery::default()
            },
        ),
    ] {
        let found = app.tenure.audit_rows(&ann.member().unwrap(), &query).await;
        assert!(
            matches!(&found, Err(Error::Fields(problems)) if problems[0].field == field),
            "{field}"
        );
    }
}

#[tokio::test]
async fn an_export_verifies_by_itself_and_a_changed_one_does_not() {
    let app = TestApp::live().await;
    let ann = app.actor("ann").await;
    let text = app
        .tenure
        .audit_export(&ann.member().unwrap())
        .await
        .unwrap();
    let (entries, problems) = workflow::verify_export(&text, None).unwrap();
    assert_eq!((entries, problems), (text.lines().count(), Vec::new()));
    let changed = text.replacen(
        "\"action\":\"model.approve\"",
        "\"action\":\"model.reject\"",
        1,
    );
    assert_eq!(workflow::verify_export(&changed, None).unwrap().1.len(), 1);
}

#[tokio::test]
async fn an_export_that_ends_early_is_noticed_by_its_head() {
    let app = TestApp::live().await;
    let ann = app.actor("ann").await;
    let text = app
        .tenure
        .audit_export(&ann.member().unwrap())
        .await
        .unwrap();
    let head = app
        .tenure
        .audit_head(&ann.member().unwrap())
        .await
        .unwrap()
        .hash;
    let cut = text.trim_end().rsplit_once('\n').unwrap().0;
    assert_eq!(
        workflow::verify_export(cut, None).unwrap().1.len(),
        0,
        "nobody can tell by the file alone"
    );
    assert_eq!(
        workflow::verify_export(cut, Some(&head)).unwrap().1.len(),
        1
    );
}

#[tokio::test]
async fn an_account_in_use_is_not_erased() {
    let app = TestApp::empty().await;
    let ada = app.actor("ada").await;
    let erased = app
        .tenure
        .audit_erase(&ada.admin().unwrap(), "account", "rita")
        .await;
    assert_eq!(erased.unwrap_err().code(), Some(RefusalCode::AccountActive));
}

#[tokio::test]
async fn an_erased_account_is_named_nowhere_and_the_log_stays_whole() {
    let app = TestApp::live().await;
    let ada = app.actor("ada").await;
    let admin = ada.admin().unwrap();
    app.tenure.set_disabled(&admin, "rita", true).await.unwrap();
    app.tenure
        .audit_erase(&admin, "account", "rita")
        .await
        .unwrap();
    let member = ada.member().unwrap();
    assert!(
        !app.tenure
            .audit_export(&member)
            .await
            .unwrap()
            .contains("rita")
    );
    assert_eq!(
        app.tenure.audit_verify(&member).await.unwrap().1,
        Vec::<String>::new()
    );
}

#[tokio::test]
async fn only_people_and_accounts_are_erased() {
    let app = TestApp::empty().await;
    let ada = app.actor("ada").await;
    let admin = ada.admin().unwrap();
    assert!(
        app.tenure
            .audit_erase(&admin, "model", "attrition/1")
            .await
            .is_err()
    );
    assert!(matches!(
        app.tenure
            .audit_erase(&admin, "person", "attrition/none")
            .await,
        Err(Error::NotFound(_))
    ));
}
