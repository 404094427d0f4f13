//! Which version serves: promotion, rollback, undeployment, and what people call a version.

use domain::{Decision, RefusalCode, VersionNumber};
use workflow::NextStep;

use crate::app::{PASSWORD, TestApp, USE_CASE, number};

impl TestApp {
    async fn rollback(
        &self,
        name: &str,
        version: Option<i64>,
        reason: &str,
    ) -> workflow::Result<VersionNumber> {
        let actor = self.actor(name).await;
        let signed = self.tenure.sign(actor.reviewer()?, Some(PASSWORD)).await?;
        self.tenure
            .rollback(&signed, USE_CASE, version.map(number), reason)
            .await
            .map(|version| version.version)
    }

    async fn undeploy(&self, name: &str) -> workflow::Result<VersionNumber> {
        let actor = self.actor(name).await;
        self.tenure
            .undeploy(&actor, Some(PASSWORD), USE_CASE, "wrong data")
            .await
    }

    async fn live_version(&self) -> Option<VersionNumber> {
        let history = self.history().await;
        history.last().and_then(|change| change.version)
    }

    async fn history(&self) -> Vec<workflow::LiveChange> {
        let ann = self.actor("ann").await;
        self.tenure
            .live_history(&ann.member().unwrap(), USE_CASE)
            .await
            .unwrap()
    }

    async fn stages(&self) -> Vec<String> {
        let ann = self.actor("ann").await;
        let mut versions = self
            .tenure
            .versions(&ann.member().unwrap(), USE_CASE)
            .await
            .unwrap();
        versions.sort_by_key(|version| version.version);
        versions
            .into_iter()
            .map(|version| version.stage.to_string())
            .collect()
    }
}

#[tokio::test]
async fn nothing_serves_before_the_first_approval() {
    let app = TestApp::filled().await;
    let ada = app.actor("ada").await;
    let scored = app
        .tenure
        .batch(&ada.admin().unwrap(), USE_CASE, None)
        .await;
    assert_eq!(scored.unwrap_err().code(), Some(RefusalCode::NothingLive));
}

#[tokio::test]
async fn a_promotion_archives_the_version_before() {
    let app = TestApp::live().await;
    app.promote(2).await;
    assert_eq!(app.stages().await, ["Archived", "Production", "Staging"]);
    assert_eq!(app.live_version().await, Some(number(2)));
}

#[tokio::test]
async fn the_live_version_cannot_be_requested() {
    let app = TestApp::live().await;
    let ada = app.actor("ada").await;
    let again = app
        .tenure
        .request_review(&ada.contributor().unwrap(), USE_CASE, number(1), "")
        .await;
    assert_eq!(again.unwrap_err().code(), Some(RefusalCode::AlreadyLive));
}

#[tokio::test]
async fn a_promotion_keeps_its_baseline_and_card_with_the_run() {
    let app = TestApp::live().await;
    let ann = app.actor("ann").await;
    assert!(
        app.tenure
            .baseline(&ann.member().unwrap(), USE_CASE, number(1))
            .await
            .is_ok()
    );
    assert!(
        app.tenure
            .baseline(&ann.member().unwrap(), USE_CASE, number(2))
            .await
            .is_err()
    );
}

#[tokio::test]
async fn a_rollback_without_a_number_goes_to_the_version_before() {
    let app = TestApp::live().await;
    app.promote(2).await;
    assert_eq!(
        app.rollback("rita", None, "complaints").await.unwrap(),
        number(1)
    );
    assert_eq!(app.stages().await, ["Production", "Archived", "Staging"]);
}

#[tokio::test]
async fn only_a_reviewer_rolls_back() {
    let app = TestApp::live().await;
    app.promote(2).await;
    assert_eq!(
        app.rollback("ann", Some(1), "complaints")
            .await
            .unwrap_err()
            .code(),
        Some(RefusalCode::RoleRequired)
    );
    assert_eq!(app.live_version().await, Some(number(2)));
}

#[tokio::test]
async fn the_next_step_follows_the_state() {
    let step = async |app: &TestApp| {
        let ann = app.actor("ann").await;
        app.tenure
            .next_step(&ann.member().unwrap(), USE_CASE)
            .await
            .unwrap()
    };
    assert_eq!(step(&TestApp::empty().await).await, NextStep::ImportData);
    let app = TestApp::filled().await;
    assert_eq!(step(&app).await, NextStep::RequestReview);
    app.request(1).await;
    assert_eq!(step(&app).await, NextStep::DecideReview);
    app.approve(1, "rita").await.unwrap();
    assert_eq!(step(&app).await, NextStep::Score);
    app.undeploy("rita").await.unwrap();
    assert_eq!(step(&app).await, NextStep::Restore);
}

#[tokio::test]
async fn a_second_rollback_names_its_version() {
    let app = TestApp::live().await;
    app.promote(2).await;
    app.rollback("rita", None, "complaints").await.unwrap();
    assert_eq!(
        app.rollback("rita", None, "complaints")
            .await
            .unwrap_err()
            .code(),
        Some(RefusalCode::AlreadyDecided)
    );
    assert_eq!(
        app.rollback("sam", Some(2), "mended").await.unwrap(),
        number(2)
    );
}

#[tokio::test]
async fn the_author_does_not_roll_back_to_the_own_version() {
    let app = TestApp::live().await;
    app.promote(2).await;
    assert_eq!(
        app.rollback("ada", Some(1), "mine")
            .await
            .unwrap_err()
            .code(),
        Some(RefusalCode::FourEyes)
    );
    assert_eq!(app.live_version().await, Some(number(2)));
}

#[tokio::test]
async fn a_rollback_needs_a_version_that_was_live() {
    let app = TestApp::live().await;
    assert_eq!(
        app.rollback("rita", Some(3), "x").await.unwrap_err().code(),
        Some(RefusalCode::NeverLive)
    );
}

#[tokio::test]
async fn a_rollback_needs_an_earlier_version() {
    let app = TestApp::live().await;
    assert_eq!(
        app.rollback("rita", None, "x").await.unwrap_err().code(),
        Some(RefusalCode::NoEarlierVersion)
    );
}

#[tokio::test]
async fn administrators_and_reviewers_undeploy() {
    for (name, allowed) in [("ann", false), ("rita", true), ("oscar", true)] {
        let app = TestApp::live().await;
        let undeployed = app.undeploy(name).await;
        assert_eq!(undeployed.is_ok(), allowed, "{name}");
        assert_eq!(app.live_version().await.is_none(), allowed, "{name}");
    }
}

#[tokio::test]
async fn nobody_is_scored_after_an_undeployment() {
    let app = TestApp::live().await;
    app.undeploy("rita").await.unwrap();
    let ada = app.actor("ada").await;
    let scored = app
        .tenure
        .batch(&ada.admin().unwrap(), USE_CASE, None)
        .await;
    assert_eq!(scored.unwrap_err().code(), Some(RefusalCode::NothingLive));
}

#[tokio::test]
async fn the_history_tells_every_change_in_order() {
    let app = TestApp::live().await;
    app.promote(2).await;
    app.rollback("rita", None, "complaints").await.unwrap();
    app.undeploy("oscar").await.unwrap();
    app.rollback("sam", Some(2), "mended").await.unwrap();
    let history = app.history().await;
    let kinds: Vec<String> = history
        .iter()
        .map(|change| change.kind.to_string())
        .collect();
    assert_eq!(
        kinds,
        [
            "promotion",
            "promotion",
            "rollback",
            "undeployment",
            "rollback"
        ]
    );
    assert!(history.is_sorted_by_key(|change| change.changed_at));
}

#[tokio::test]
async fn what_was_live_at_a_moment_is_told() {
    let app = TestApp::live().await;
    let ann = app.actor("ann").await;
    let as_of = async |moment: &str| {
        app.tenure
            .live_as_of(&ann.member().unwrap(), USE_CASE, moment)
            .await
    };
    assert_eq!(as_of("2020-01-01").await.unwrap(), None);
    assert_eq!(
        as_of("2099-01-01").await.unwrap().unwrap().version,
        Some(number(1))
    );
    assert!(as_of("yesterday").await.is_err());
}

#[tokio::test]
async fn an_alias_names_a_version_until_it_is_removed() {
    let app = TestApp::filled().await;
    let oscar = app.actor("oscar").await;
    let (admin, member) = (oscar.admin().unwrap(), oscar.member().unwrap());
    app.tenure
        .alias_version(&admin, USE_CASE, number(2), "autumn")
        .await
        .unwrap();
    assert_eq!(
        app.tenure
            .version_called(&member, USE_CASE, "autumn")
            .await
            .unwrap(),
        number(2)
    );
    app.tenure
        .remove_alias(&admin, USE_CASE, "autumn")
        .await
        .unwrap();
    assert!(
        app.tenure
            .version_called(&member, USE_CASE, "autumn")
            .await
            .is_err()
    );
}

#[tokio::test]
async fn an_alias_cannot_be_mistaken_for_a_number_or_a_stage() {
    let app = TestApp::filled().await;
    let oscar = app.actor("oscar").await;
    for alias in ["12", "Live", "production", "a b/c", ""] {
        assert!(
            app.tenure
                .alias_version(&oscar.admin().unwrap(), USE_CASE, number(1), alias)
                .await
                .is_err(),
            "{alias}"
        );
    }
}

#[tokio::test]
async fn every_change_is_in_the_audit_log_and_verifies() {
    let app = TestApp::live().await;
    app.promote(2).await;
    app.rollback("rita", None, "complaints").await.unwrap();
    app.request(3).await;
    app.decide(3, "sam", Decision::Reject, "unfair")
        .await
        .unwrap();
    let ann = app.actor("ann").await;
    let (_, problems) = app
        .tenure
        .audit_verify(&ann.member().unwrap())
        .await
        .unwrap();
    assert_eq!(problems, Vec::<String>::new());
}
