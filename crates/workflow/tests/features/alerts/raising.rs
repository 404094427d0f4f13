//! What raises alerts, renews and resolves them.

use domain::{AlertKind, AlertSeverity, AlertState, ChannelKind, CycleState, JobKind, Purpose};
use store::schedules;
use workflow::{NewCycle, NewJob, NewSchedule};

use super::{Alerting, days, seconds};
use crate::app::{TestApp, USE_CASE};

#[tokio::test(flavor = "multi_thread")]
async fn drift_is_raised_once_renewed_and_resolved() {
    let own = Alerting::new(TestApp::live().await).await;
    own.add_kind(ChannelKind::Webhook).await;
    own.month("2026-02-01", true).await;
    let first = own.of(AlertKind::Drift).await.unwrap();
    assert_eq!(
        (first.severity, first.state, first.times),
        (AlertSeverity::Critical, AlertState::Open, 1)
    );
    own.month("2026-02-02", true).await;
    let again = own.of(AlertKind::Drift).await.unwrap();
    assert_eq!((&again.id, again.times), (&first.id, 2));
    assert_ne!(again.page, first.page, "it shows the newest check");
    assert_eq!(own.deliver(seconds(0)).await.sent, 1);
    assert_eq!(own.deliver(days(30)).await.sent, 0);

    // An older day is no news.
    own.month("2026-01-20", false).await;
    assert!(own.of(AlertKind::Drift).await.is_some());
    own.month("2026-02-03", false).await;
    assert!(own.of(AlertKind::Drift).await.is_none());
    let past = own.past().await;
    assert_eq!(
        (past[0].id.clone(), past[0].state),
        (first.id.clone(), AlertState::Resolved)
    );
    assert_eq!(own.deliver(seconds(1)).await.sent, 1);
    let events: Vec<_> = own
        .http
        .got_at("/hook")
        .iter()
        .map(|got| got.json()["event"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(events, ["opened", "resolved"]);

    own.month("2026-02-04", true).await;
    let anew = own.of(AlertKind::Drift).await.unwrap();
    assert_ne!(anew.id, first.id);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cycle_tells_what_guide_001_lists_and_what_came_of_it() {
    let own = Alerting::new(TestApp::drifted().await).await;
    own.add_kind(ChannelKind::Webhook).await;
    let cycle = own.app.run_cycle(&NewCycle::full(USE_CASE)).await.unwrap();
    assert_eq!(cycle.state, CycleState::Finished);
    own.deliver(seconds(0)).await;
    let got = own.http.got_at("/hook");
    let drift: Vec<_> = got
        .iter()
        .map(super::servers::Got::json)
        .filter(|body| body["kind"] == "drift")
        .collect();
    let events: Vec<_> = drift.iter().map(|body| &body["event"]).collect();
    assert_eq!(events, ["opened", "updated"]);
    let facts = &drift[0]["facts"];
    assert_eq!(facts["feature_drift"]["drift_detected"], true);
    assert!(facts["feature_drift"]["drift_share"].as_f64().unwrap() > 0.3);
    let names = facts["feature_drift"]["drifted_features"]
        .as_array()
        .unwrap();
    assert_eq!(
        facts["feature_drift"]["n_drifted_features"],
        names.len() as u64
    );
    assert!(facts["prediction_drift"]["drift_score"].is_number());
    assert!(facts["prediction_drift"]["drift_detected"].is_boolean());
    assert_eq!(facts["retraining"]["recommendation"], "retrain");
    assert_eq!(facts["retraining"]["retrained"], false);
    assert_eq!(facts["batch_predictions"]["as_of"], "2026-02-01");
    let news = &drift[1]["facts"]["retraining"];
    assert_eq!(news["new_version"], 4);
    assert_eq!(news["review_requested"], true);
    let link = drift[0]["link"].as_str().unwrap();
    let id = own.of(AlertKind::Drift).await.unwrap().id;
    assert_eq!(
        link,
        format!("https://tenure.example/use-case/attrition/alerts/{id}")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_hold_no_person_and_counts_are_rounded() {
    let own = Alerting::new(TestApp::drifted().await).await;
    own.add_kind(ChannelKind::Webhook).await;
    own.add_kind(ChannelKind::GitHub).await;
    own.app.run_cycle(&NewCycle::full(USE_CASE)).await.unwrap();
    own.deliver(seconds(0)).await;
    let got = own.http.got();
    assert!(got.len() >= 4);
    let mut reader = own.app.tenure.store().read().await.unwrap();
    let batches = store::scoring::batches(&mut reader, &USE_CASE.into(), 1).await;
    let scores = store::scoring::of_batch(&mut reader, &batches.unwrap()[0].batch_id)
        .await
        .unwrap();
    let cutoff = own.app.tenure.use_case(USE_CASE).unwrap().policies.cutoff;
    let exact = scores
        .iter()
        .filter(|own| own.probability >= cutoff)
        .count();
    for message in &got {
        let words: std::collections::HashSet<&str> = message
            .text
            .split(|letter: char| !letter.is_ascii_alphanumeric())
            .collect();
        for score in &scores {
            let id = score.person_id.as_str();
            assert!(id.len() < 3 || !words.contains(id), "{id}");
        }
    }
    let body = own.http.got_at("/hook")[0].json();
    let listed = &body["facts"]["batch_predictions"]["at_or_above_cutoff"];
    let listed = listed.as_u64().unwrap();
    assert_eq!(listed, (exact as u64 + 5) / 10 * 10, "a multiple of ten");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_cycle_is_told_without_the_problem_and_resolved_by_the_next() {
    let own = Alerting::new(TestApp::empty().await).await;
    let failed = own.app.run_cycle(&NewCycle::full(USE_CASE)).await;
    let problem = failed.unwrap_err().to_string();
    let alert = own.of(AlertKind::JobFailed).await.unwrap();
    assert_eq!(alert.severity, AlertSeverity::Critical);
    assert_eq!(alert.details.facts["cycle"]["stage"], "snapshot");
    assert!(!alert.summary.contains(&problem));
    let settings = monitoring::simulation::Settings {
        people: 60,
        ..Default::default()
    };
    let people = monitoring::simulation::simulate(&settings).remove(0).people;
    own.app
        .import_month(&people, "2026-02-01", Purpose::Scoring)
        .await;
    own.app.run_cycle(&NewCycle::full(USE_CASE)).await.unwrap();
    assert!(own.of(AlertKind::JobFailed).await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_job_is_told_and_resolved_by_the_next_of_its_kind() {
    let own = Alerting::new(TestApp::filled().await).await;
    let oscar = own.app.actor("oscar").await;
    let new = || NewJob {
        use_case: USE_CASE.into(),
        kind: JobKind::Training,
        title: "training".into(),
    };
    let tenure = &own.app.tenure;
    let start = async |good: bool| {
        let admin = oscar.admin().unwrap();
        let job = tenure.start_job(&admin, new(), async move |_, _| match good {
            true => Ok(()),
            false => Err(workflow::Error::Invalid("row of ann@example.org".into())),
        });
        let job = job.await.unwrap();
        for _ in 0..200 {
            let mut reader = tenure.store().read().await.unwrap();
            let found = store::jobs::find(&mut reader, &job).await.unwrap().unwrap();
            if found.ended_at.is_some() {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("the job did not end");
    };
    start(false).await;
    let alert = own.of(AlertKind::JobFailed).await.unwrap();
    assert_eq!(alert.subject, "training");
    assert!(!format!("{alert:?}").contains("ann@example.org"));
    start(true).await;
    assert!(own.of(AlertKind::JobFailed).await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missed_run_is_told_until_a_cycle_has_finished() {
    let own = Alerting::new(TestApp::live().await).await;
    let oscar = own.app.actor("oscar").await;
    let tenure = &own.app.tenure;
    let usual = NewSchedule::usual(USE_CASE);
    let schedule = tenure
        .set_schedule(&oscar.admin().unwrap(), &usual)
        .await
        .unwrap();
    let late = schedule.next_run.plus_seconds(3600);
    tenure.queue_due_cycles(late).await.unwrap();
    let alert = own.of(AlertKind::ScheduleMissed).await.unwrap();
    assert_eq!(alert.details.facts["schedule"]["because"], "server_stopped");
    let mut reader = tenure.store().read().await.unwrap();
    let missed = schedules::missed(&mut reader, &USE_CASE.into(), 9).await;
    assert_eq!(missed.unwrap().len(), 1);
    drop(reader);
    own.app.run_cycle(&NewCycle::full(USE_CASE)).await.unwrap();
    assert!(own.of(AlertKind::ScheduleMissed).await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_review_waits_then_is_overdue_then_decided() {
    let own = Alerting::new(TestApp::filled().await).await;
    own.add_kind(ChannelKind::Webhook).await;
    own.app.request(1).await;
    own.evaluate(days(2)).await;
    assert!(own.of(AlertKind::ReviewWaiting).await.is_none());
    own.evaluate(days(3)).await;
    let waiting = own.of(AlertKind::ReviewWaiting).await.unwrap();
    assert_eq!(waiting.severity, AlertSeverity::Warning);
    // Who put it aside is told when it gets worse.
    let rita = own.app.actor("rita").await;
    let contributor = rita.contributor().unwrap();
    own.app
        .tenure
        .snooze_alert(&contributor, USE_CASE, &waiting.id, 60, "away")
        .await
        .unwrap();
    for day in [4, 5, 7, 8] {
        own.evaluate(days(day)).await;
    }
    let overdue = own.of(AlertKind::ReviewWaiting).await.unwrap();
    assert_eq!(
        (overdue.id, overdue.severity, overdue.state, overdue.times),
        (waiting.id, AlertSeverity::Critical, AlertState::Open, 2)
    );
    own.app.approve(1, "rita").await.unwrap();
    own.evaluate(days(9)).await;
    assert!(own.of(AlertKind::ReviewWaiting).await.is_none());
    own.deliver(days(9)).await;
    let events: Vec<_> = own
        .http
        .got()
        .iter()
        .map(|got| got.header("tenure-event").to_owned())
        .collect();
    assert_eq!(events, ["opened", "escalated", "resolved"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undeployed_model_is_told_and_ends_what_was_found_about_it() {
    let own = Alerting::new(TestApp::live().await).await;
    own.month("2026-02-01", true).await;
    own.evaluate(seconds(0)).await;
    assert!(own.of(AlertKind::Drift).await.is_some());
    assert!(own.of(AlertKind::Undeployed).await.is_none());
    let rita = own.app.actor("rita").await;
    own.app
        .tenure
        .undeploy(&rita, Some(crate::app::PASSWORD), USE_CASE, "wrong")
        .await
        .unwrap();
    for _ in 0..2 {
        own.evaluate(seconds(1)).await;
    }
    let alert = own.of(AlertKind::Undeployed).await.unwrap();
    assert_eq!((alert.severity, alert.times), (AlertSeverity::Critical, 1));
    assert!(own.of(AlertKind::Drift).await.is_none());
    own.app.promote(2).await;
    own.evaluate(seconds(2)).await;
    assert!(own.of(AlertKind::Undeployed).await.is_none());
}
