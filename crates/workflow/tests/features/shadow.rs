//! Champion and challenger: a version in Staging scores beside the live one.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::{AuditAction, Decision, PeopleQuery, RefusalCode};
use store::{scoring, shadow};
use workflow::{Actor, AuditQuery, PredictOptions, ShadowReport};

use crate::app::{TestApp, USE_CASE, number};

impl TestApp {
    async fn shadow(&self, name: &str, version: i64, on: bool) -> workflow::Result<()> {
        let actor = self.actor(name).await;
        self.tenure
            .set_shadow(&actor, USE_CASE, number(version), on)
            .await
    }

    async fn in_shadow(&self, version: i64) -> ShadowReport {
        let rita = self.actor("rita").await;
        self.tenure
            .shadow_report(&rita.member().unwrap(), USE_CASE, number(version))
            .await
            .unwrap()
    }

    /// Version 4, which scores otherwise than the three of the filled store, by Ada.
    async fn train_another(&self) {
        let local = workflow::Actor::local();
        let member = local.member().unwrap();
        let page = self
            .tenure
            .version_page(&member, USE_CASE, number(1))
            .await
            .unwrap();
        let mut reader = self.tenure.store().read().await.unwrap();
        let id = domain::DatasetId::from(page.data_id.as_str());
        let dataset = store::datasets::find(&mut reader, &id).await.unwrap();
        drop(reader);
        let settings = training::Settings {
            trials: 2,
            candidates: vec![training::Candidate::LogisticRegression],
            ..training::Settings::default()
        };
        let ada = self.actor("ada").await;
        self.tenure
            .train(
                &ada.admin().unwrap(),
                &dataset.unwrap(),
                settings.check().unwrap(),
                std::sync::Arc::new(training::Silent),
            )
            .await
            .unwrap();
    }

    async fn batch_now(&self) -> scoring::Batch {
        let oscar = self.actor("oscar").await;
        self.tenure
            .batch(&oscar.admin().unwrap(), USE_CASE, None)
            .await
            .unwrap()
    }
}

#[tokio::test]
async fn reviewers_and_administrators_switch_a_version_in_staging() {
    let app = TestApp::live().await;
    for (name, allowed) in [("ann", false), ("rita", true), ("oscar", true)] {
        let answer = app.shadow(name, 2, name != "oscar").await;
        assert_eq!(answer.is_ok(), allowed, "{name}");
        if !allowed {
            assert_eq!(answer.unwrap_err().code(), Some(RefusalCode::RoleRequired));
        }
    }
    let live = app.shadow("rita", 1, true).await;
    assert_eq!(live.unwrap_err().code(), Some(RefusalCode::NotInStaging));
    // Another version takes the place; the same twice is once.
    for version in [2, 2, 3] {
        app.shadow("rita", version, true).await.unwrap();
    }
    assert_eq!(
        (app.in_shadow(2).await.on, app.in_shadow(3).await.on),
        (false, true)
    );
    let query = AuditQuery {
        action: AuditAction::ModelShadow.to_string(),
        ..AuditQuery::default()
    };
    let local = Actor::local();
    let log = app
        .tenure
        .audit_rows(&local.member().unwrap(), &query)
        .await;
    assert_eq!(log.unwrap().len(), 4);
    app.promote(3).await;
    assert!(!app.in_shadow(3).await.on, "it is live now");
}

#[tokio::test]
async fn the_scores_of_a_version_in_shadow_are_nobodys() {
    let app = TestApp::live().await;
    app.train_another().await;
    app.shadow("rita", 4, true).await.unwrap();
    let batch = app.batch_now().await;
    assert_eq!(batch.version, number(1));
    let ann = app.actor("ann").await;
    let analyst = ann.analyst().unwrap();
    let page = app
        .tenure
        .people(&analyst, USE_CASE, &PeopleQuery::default())
        .await
        .unwrap();
    let mut reader = app.tenure.store().read().await.unwrap();
    let live = scoring::of_batch(&mut reader, &batch.batch_id)
        .await
        .unwrap();
    let own = shadow::scores(&mut reader, &batch.batch_id, number(4))
        .await
        .unwrap();
    let beside: BTreeMap<i64, f64> = own
        .iter()
        .map(|score| (score.position, score.probability))
        .collect();
    assert_eq!(beside.len(), live.len());
    let scores: BTreeMap<&str, f64> = live
        .iter()
        .map(|score| (score.person_id.as_str(), score.probability))
        .collect();
    for row in &page.rows {
        assert_eq!(scores[row.id.as_str()], row.probability);
    }
    let person = app
        .tenure
        .person(&analyst, USE_CASE, &page.rows[0].id, "")
        .await
        .unwrap();
    assert_eq!(person.history.len(), 1, "only the live score");
    // The scores are those that the version gives the same people.
    let exact: Vec<f64> = live
        .iter()
        .map(|score| 100.0 * (beside[&score.position] - score.probability))
        .collect();
    let mean = exact.iter().sum::<f64>() / exact.len() as f64;
    assert!(exact.iter().any(|difference| difference.abs() > 1e-6));
    let report = app.in_shadow(4).await;
    let shown = report.batches[0].disagreement.as_ref().unwrap();
    assert_eq!(
        (report.batches[0].people, shown.n),
        (batch.people, batch.people as u32)
    );
    let released = shown.mean_difference.value.unwrap();
    assert!((released - mean).abs() <= 1.0, "{released} {mean}");
    assert!(shown.rank_correlation.value.unwrap() > 0.5);
}

#[tokio::test]
async fn no_small_group_can_be_told_from_the_report() {
    let app = TestApp::live().await;
    app.shadow("rita", 2, true).await.unwrap();
    app.batch_now().await;
    let report = app.in_shadow(2).await;
    let own = report.batches[0].disagreement.as_ref().unwrap();
    let counts = own.matrix.iter().flatten().flatten();
    assert!(counts.clone().all(|count| count % 10 == 0));
    assert!(own.matrix.iter().flatten().any(Option::is_none));
    assert!(!own.groups.is_empty());
    for group in &own.groups {
        assert!(group.people.is_none_or(|people| people >= 10));
        assert_eq!(
            group.people.is_none(),
            group.mean_difference.value.is_none()
        );
    }
    assert_eq!(
        own.top_overlap.value, None,
        "a tenth of 80 people is fewer than ten"
    );
}

#[tokio::test]
async fn what_was_seen_in_shadow_is_evidence_and_does_not_outdate_a_request() {
    let app = TestApp::live().await;
    app.shadow("rita", 2, true).await.unwrap();
    let rita = app.actor("rita").await;
    let page = |version| {
        let (tenure, rita) = (app.tenure.clone(), rita.clone());
        async move {
            tenure
                .review_page(&rita.member().unwrap(), USE_CASE, number(version))
                .await
                .unwrap()
        }
    };
    assert!(page(2).await.package.shadow.is_none());
    let first = app.batch_now().await;
    app.request(2).await;
    let evidence = page(2).await.package.shadow.clone().unwrap();
    assert_eq!(
        (evidence.batch, evidence.live_version),
        (first.batch_id.clone(), number(1))
    );
    app.batch_now().await;
    let now = page(2).await;
    assert_eq!(now.stale, "");
    assert_eq!(now.shadow.batches.len(), 2);
    assert_eq!(
        now.package.shadow.as_ref().unwrap().batch,
        first.batch_id,
        "the evidence stays what was requested on"
    );
    app.decide(2, "rita", Decision::Approve, "agrees where it matters")
        .await
        .unwrap();
    // Beside the new live version nobody has been scored yet.
    assert!(page(3).await.package.shadow.is_none());
}

#[tokio::test]
async fn the_change_of_importance_stands_in_the_evidence() {
    let app = TestApp::live().await;
    app.train_another().await;
    let rita = app.actor("rita").await;
    let member = rita.member().unwrap();
    let page = app
        .tenure
        .review_page(&member, USE_CASE, number(4))
        .await
        .unwrap();
    let change = page.package.importance.as_ref().unwrap();
    assert_eq!((change.live, change.not_measured.len()), (number(1), 0));
    let explanation = |version| app.tenure.explanation(&member, USE_CASE, number(version));
    let (own, live) = (explanation(4).await.unwrap(), explanation(1).await.unwrap());
    assert_eq!(change.fields.len(), own.importance.len());
    for field in &change.fields {
        let rank = |side: &model::global::GlobalExplanation| {
            let at = side
                .importance
                .iter()
                .position(|other| other.field == field.field);
            (at.unwrap() as u32 + 1, side.importance[at.unwrap()].points)
        };
        let (candidate, before) = (field.candidate.unwrap(), field.live.unwrap());
        assert_eq!((candidate.rank, candidate.points), rank(&own));
        assert_eq!((before.rank, before.points), rank(&live));
        assert!((field.change - (candidate.points - before.points)).abs() < 0.0051);
    }
    let first = app
        .tenure
        .review_page(&member, USE_CASE, number(1))
        .await
        .unwrap();
    assert!(first.package.importance.is_none(), "it went live alone");
}

#[tokio::test]
async fn records_of_programs_are_counted_and_not_kept() {
    let app = TestApp::live().await;
    app.shadow("rita", 2, true).await.unwrap();
    let table = monitoring::simulation::training_table(&monitoring::simulation::Settings {
        people: 40,
        months: 1,
        seed: 5,
        ..monitoring::simulation::Settings::default()
    });
    let records: Vec<_> = (0..40)
        .map(|row| {
            let mut record = table.record(row);
            record.remove("Attrition");
            record
        })
        .collect();
    let ann = app.actor("ann").await;
    let analyst = ann.analyst().unwrap();
    let ask = |version| {
        app.tenure.predict_records(
            &analyst,
            USE_CASE,
            version,
            records.clone(),
            PredictOptions::default(),
        )
    };
    let (version, answered) = ask(None).await.unwrap();
    assert_eq!((version, answered.len()), (number(1), 40));
    // Who asks for a version is not compared.
    ask(Some(number(1))).await.unwrap();
    let mut report = app.in_shadow(2).await;
    for _ in 0..200 {
        if !report.programs.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        report = app.in_shadow(2).await;
    }
    let [tally] = &report.programs[..] else {
        panic!("{report:?}")
    };
    assert_eq!(
        (tally.disagreement.n, tally.skipped, tally.failed),
        (40, 0, 0)
    );
    assert!(tally.disagreement.rank_correlation.value.unwrap() > 0.5);
    assert!(report.batches.is_empty());
}
