//! The timeline, and the next review of a version.

use domain::timeline::{TimelineEntry, TimelineEvent};
use domain::{Decision, HealthLevel, LiveChangeKind, RefusalCode};
use workflow::{Error, Recertification};

use crate::app::{PASSWORD, TestApp, USE_CASE, number};

impl TestApp {
    async fn timeline(&self, version: Option<i64>) -> Vec<TimelineEntry> {
        let rita = self.actor("rita").await;
        self.tenure
            .timeline(&rita.member().unwrap(), USE_CASE, version.map(number))
            .await
            .unwrap()
    }

    async fn recertify(
        &self,
        name: &str,
        version: i64,
        reason: &str,
    ) -> workflow::Result<Recertification> {
        let actor = self.actor(name).await;
        let signed = self.tenure.sign(actor.reviewer()?, Some(PASSWORD)).await?;
        self.tenure
            .recertify(&signed, USE_CASE, number(version), reason)
            .await
    }
}

fn kinds(entries: &[TimelineEntry]) -> Vec<String> {
    let kind = |entry: &TimelineEntry| {
        let value = serde_json::to_value(entry).unwrap();
        value["kind"].as_str().unwrap().to_owned()
    };
    entries.iter().map(kind).collect()
}

#[tokio::test]
async fn the_life_of_a_version_stands_in_one_order() {
    let app = TestApp::live().await;
    let oscar = app.actor("oscar").await;
    let admin = oscar.admin().unwrap();
    app.tenure.batch(&admin, USE_CASE, None).await.unwrap();
    app.tenure.batch(&admin, USE_CASE, None).await.unwrap();
    app.tenure
        .check_drift(&oscar.contributor().unwrap(), USE_CASE, None)
        .await
        .unwrap();
    app.recertify("rita", 1, "scores as expected")
        .await
        .unwrap();
    let own = app.timeline(Some(1)).await;
    assert_eq!(
        kinds(&own),
        [
            "next_review",
            "recertified",
            "drift_checked",
            "people_scored",
            "people_scored",
            "baseline_saved",
            "live_changed",
            "review_decided",
            "review_requested",
            "version_registered",
            "data_imported",
        ]
    );
    assert!(own.is_sorted_by(|left, right| left.at >= right.at));
    let first = |entry: &&TimelineEntry| {
        matches!(entry.event, TimelineEvent::PeopleScored { first: true, .. })
    };
    assert_eq!(own.iter().filter(first).count(), 1);
    assert!(matches!(
        own[4].event,
        TimelineEvent::PeopleScored { first: true, .. }
    ));
    let decided = own
        .iter()
        .find(|entry| matches!(entry.event, TimelineEvent::ReviewDecided { .. }))
        .unwrap();
    assert_eq!(decided.by.as_ref().unwrap().as_str(), "rita");
    // The others are there when nothing is filtered, and what another version did is not its own.
    let all = app.timeline(None).await;
    let registered = all
        .iter()
        .filter(|entry| matches!(entry.event, TimelineEvent::VersionRegistered { .. }));
    assert_eq!(registered.count(), 3);
    assert_eq!(
        kinds(&app.timeline(Some(2)).await),
        ["version_registered", "data_imported"]
    );
    let rita = app.actor("rita").await;
    let none = app
        .tenure
        .timeline(&rita.member().unwrap(), USE_CASE, Some(number(9)))
        .await;
    assert!(matches!(none, Err(Error::NotFound(_))));
}

#[tokio::test]
async fn what_is_undeployed_or_switched_is_told_of_its_version() {
    let app = TestApp::live().await;
    let rita = app.actor("rita").await;
    for version in [2, 3] {
        app.tenure
            .set_shadow(&rita, USE_CASE, number(version), true)
            .await
            .unwrap();
    }
    app.request(3).await;
    app.decide(3, "rita", Decision::Reject, "worse")
        .await
        .unwrap();
    app.tenure
        .undeploy(&rita, Some(PASSWORD), USE_CASE, "wrong data")
        .await
        .unwrap();
    let own = app.timeline(Some(1)).await;
    assert!(matches!(
        own[0].event,
        TimelineEvent::LiveChanged {
            change: LiveChangeKind::Undeployment,
            ..
        }
    ));
    assert!(
        !kinds(&own).contains(&"next_review".to_owned()),
        "nothing is live"
    );
    assert_eq!(
        kinds(&app.timeline(Some(2)).await)[..2],
        ["shadow_off", "shadow_on"]
    );
    assert_eq!(
        kinds(&app.timeline(Some(3)).await)[..3],
        ["review_decided", "review_requested", "shadow_on"]
    );
}

#[tokio::test]
async fn somebody_else_than_the_author_lets_a_version_serve_on() {
    let app = TestApp::live().await;
    let page = |version| {
        let tenure = app.tenure.clone();
        async move {
            let local = workflow::Actor::local();
            tenure
                .version_page(&local.member().unwrap(), USE_CASE, number(version))
                .await
                .unwrap()
        }
    };
    let today = workflow::today();
    let due = page(1).await.next_review.unwrap();
    assert_eq!((due.due, due.overdue), (today.plus_days(365), false));
    assert_eq!(page(2).await.next_review, None);
    let own = app.recertify("ada", 1, "mine").await;
    assert_eq!(own.unwrap_err().code(), Some(RefusalCode::FourEyes));
    let never = app.recertify("rita", 2, "good").await;
    assert_eq!(never.unwrap_err().code(), Some(RefusalCode::NeverLive));
    let silent = app.recertify("rita", 1, " ").await;
    assert!(matches!(silent, Err(Error::Fields(_))));
    let own = app.recertify("rita", 1, "good").await.unwrap();
    assert_eq!((own.sequence, own.next_review), (1, today.plus_days(365)));
    assert_eq!(app.recertify("rita", 1, "good").await.unwrap(), own);
    assert_eq!(app.recertify("sam", 1, "good").await.unwrap().sequence, 2);
    let rita = app.actor("rita").await;
    let card = app
        .tenure
        .model_card(&rita.member().unwrap(), USE_CASE, number(1))
        .await
        .unwrap();
    let line = format!("Next review: {}.", today.plus_days(365).long());
    assert!(card.card.markdown().contains(&line));
}

#[tokio::test]
async fn an_overdue_review_is_a_warning() {
    let app = TestApp::live().await;
    let oscar = app.actor("oscar").await;
    app.tenure
        .batch(&oscar.admin().unwrap(), USE_CASE, None)
        .await
        .unwrap();
    app.tenure
        .check_drift(&oscar.contributor().unwrap(), USE_CASE, None)
        .await
        .unwrap();
    let reasons = || async {
        let status = app
            .tenure
            .status(&oscar.member().unwrap(), Some(USE_CASE))
            .await
            .unwrap();
        let health = status.live.unwrap().health;
        (health.level, health.reasons)
    };
    let (_, before) = reasons().await;
    // A certificate that has run out.
    let past = Recertification {
        use_case: USE_CASE.into(),
        version: number(1),
        sequence: 1,
        next_review: "2020-01-01".parse().unwrap(),
        reason: "long ago".into(),
        certified_by: "rita".into(),
        certified_at: domain::Timestamp::from_micros(0),
    };
    let mut writer = app.tenure.store().begin().await.unwrap();
    store::registry::recertify(&mut writer, &past)
        .await
        .unwrap();
    writer.commit().await.unwrap();
    let (level, after) = reasons().await;
    assert!(level >= HealthLevel::Warning);
    assert_eq!(after.len(), before.len() + 1);
    let newest = app.timeline(Some(1)).await;
    let overdue = newest
        .iter()
        .find(|entry| matches!(entry.event, TimelineEvent::NextReview { .. }))
        .unwrap();
    assert!(matches!(
        overdue.event,
        TimelineEvent::NextReview { overdue: true, .. }
    ));
}
