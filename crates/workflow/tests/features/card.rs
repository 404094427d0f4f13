//! The model card, and the known limitations that people write on it.

use domain::RefusalCode;

use crate::app::{TestApp, USE_CASE, number};

impl TestApp {
    async fn write(&self, name: &str, from: Option<i64>, text: &str) -> workflow::Result<()> {
        let actor = self.actor(name).await;
        self.tenure
            .write_limitations(&actor.contributor()?, USE_CASE, number(1), from, text)
            .await
    }

    async fn limitations(&self) -> (String, u32) {
        let ann = self.actor("ann").await;
        let page = self
            .tenure
            .model_card(&ann.member().unwrap(), USE_CASE, number(1))
            .await
            .unwrap();
        (page.limitations, page.revision)
    }
}

#[tokio::test]
async fn a_card_is_complete_before_anybody_writes_on_it() {
    let app = TestApp::filled().await;
    let ann = app.actor("ann").await;
    let page = app
        .tenure
        .model_card(&ann.member().unwrap(), USE_CASE, number(1))
        .await
        .unwrap();
    assert!(page.card.sections.len() > 5, "{}", page.card.sections.len());
    assert_eq!((page.limitations.as_str(), page.revision), ("", 0));
}

#[tokio::test]
async fn each_text_is_a_revision() {
    let app = TestApp::filled().await;
    app.write("ann", Some(0), "not for the night shift")
        .await
        .unwrap();
    app.write("rita", Some(1), "nor for trainees")
        .await
        .unwrap();
    assert_eq!(app.limitations().await, ("nor for trainees".into(), 2));
}

#[tokio::test]
async fn who_has_not_read_the_newest_revision_does_not_overwrite_it() {
    let app = TestApp::filled().await;
    app.write("ann", Some(0), "not for the night shift")
        .await
        .unwrap();
    assert_eq!(
        app.write("rita", Some(0), "nothing known")
            .await
            .unwrap_err()
            .code(),
        Some(RefusalCode::Changed)
    );
    assert_eq!(app.limitations().await.1, 1);
}

#[tokio::test]
async fn an_empty_or_endless_text_is_refused() {
    let app = TestApp::filled().await;
    assert!(app.write("ann", None, "  \n").await.is_err());
    assert!(app.write("ann", None, &"x".repeat(5001)).await.is_err());
}

#[tokio::test]
async fn the_card_of_a_live_version_names_its_approval() {
    let app = TestApp::live().await;
    let ann = app.actor("ann").await;
    let card = app
        .tenure
        .model_card(&ann.member().unwrap(), USE_CASE, number(1))
        .await
        .unwrap()
        .card
        .markdown();
    assert!(
        card.contains("rita") && card.contains("ranks well"),
        "{card}"
    );
}
