//! The prediction log: what is written before an answer is given, what is kept, and what comes of
//! it again.

use std::io::Write as _;

use domain::{AuditAction, InputPolicy, LogFailure, PredictionKind, RefusalCode, RetentionClass};
use model::Record;
use store::prediction_log;
use workflow::prediction_log::{
    Again, Input, LogPolicyChange, NewHold, PredictionPage, PredictionQuery,
};
use workflow::{Error, PredictOptions, Predicted, PredictionRequest};

use crate::app::{TestApp, USE_CASE, number};

fn people(count: usize) -> Vec<Record> {
    let table = monitoring::simulation::training_table(&monitoring::simulation::Settings {
        people: count,
        months: 1,
        seed: 5,
        ..monitoring::simulation::Settings::default()
    });
    (0..count)
        .map(|row| {
            let mut record = table.record(row);
            record.remove("Attrition");
            record
        })
        .collect()
}

fn set(change: LogPolicyChange) -> LogPolicyChange {
    LogPolicyChange {
        use_case: USE_CASE.into(),
        reason: "as agreed".into(),
        ..change
    }
}

impl TestApp {
    async fn predicted(&self, records: Vec<Record>, batch: bool) -> workflow::Result<Predicted> {
        let ann = self.actor("ann").await;
        let request = PredictionRequest {
            use_case: USE_CASE.into(),
            records,
            options: PredictOptions {
                reasons: 3,
                ..PredictOptions::default()
            },
            batch,
            ..PredictionRequest::default()
        };
        self.tenure.predict(&ann.analyst()?, request).await
    }

    async fn logged(&self, query: PredictionQuery) -> PredictionPage {
        let ann = self.actor("ann").await;
        let query = PredictionQuery {
            use_case: USE_CASE.into(),
            ..query
        };
        self.tenure
            .predictions(&ann.analyst().unwrap(), &query)
            .await
            .unwrap()
    }

    async fn explained(
        &self,
        predicted: &Predicted,
        record: Option<usize>,
    ) -> (workflow::prediction_log::PredictionView, Again) {
        let ann = self.actor("ann").await;
        let id = predicted.log_id.as_ref().unwrap();
        self.tenure
            .explain_prediction(&ann.analyst().unwrap(), USE_CASE, id, record, "")
            .await
            .unwrap()
    }

    async fn set_log(&self, change: LogPolicyChange) {
        let oscar = self.actor("oscar").await;
        self.tenure
            .set_log_policy(&oscar.admin().unwrap(), &set(change))
            .await
            .unwrap();
    }

    /// Files of the log that wait for the database.
    fn spooled(&self, extension: &str) -> Vec<std::path::PathBuf> {
        let folder = self.folder().join("prediction-log");
        let files = std::fs::read_dir(folder).into_iter().flatten();
        files
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|own| own == extension))
            .collect()
    }
}

#[tokio::test]
async fn an_answer_is_in_a_file_before_it_is_given_and_moves_to_the_database_once() {
    let app = TestApp::live().await;
    let predicted = app.predicted(people(1), false).await.unwrap();
    let files = app.spooled("open");
    let text = std::fs::read_to_string(&files[0]).unwrap();
    assert!(text.contains(predicted.log_id.as_ref().unwrap().as_str()));

    // The same file again, as after a crash between the database and the removal.
    app.tenure.flush_predictions().await.unwrap();
    assert!(app.spooled("open").is_empty() && app.spooled("log").is_empty());
    let again = app.folder().join("prediction-log/0-again.log");
    std::fs::write(&again, &text).unwrap();
    let page = app.logged(PredictionQuery::default()).await;
    assert_eq!((page.rows.len(), again.exists()), (1, false));
    assert_eq!(page.rows[0].kind, PredictionKind::Single);
    assert_eq!(page.rows[0].caller, "ann".into());
    assert_eq!(
        page.rows[0].probability.map(f64::to_bits),
        Some(predicted.predictions[0].probability.to_bits())
    );
}

#[tokio::test]
async fn a_cut_last_line_was_never_answered_and_a_damaged_one_is_kept_aside() {
    let app = TestApp::live().await;
    app.predicted(people(1), false).await.unwrap();
    let file = app.spooled("open").remove(0);
    let line = std::fs::read(&file).unwrap();
    app.tenure.flush_predictions().await.unwrap();
    let folder = file.parent().unwrap();

    std::fs::write(folder.join("1.log"), &line[..line.len() / 2]).unwrap();
    app.tenure.flush_predictions().await.unwrap();
    assert_eq!(app.tenure.prediction_log_state().damaged, 0);

    let mut other = std::fs::File::create(folder.join("2.log")).unwrap();
    let mut damaged = line.clone();
    damaged[40] ^= 1;
    other.write_all(&[damaged, line].concat()).unwrap();
    drop(other);
    app.tenure.flush_predictions().await.unwrap();
    assert_eq!(app.tenure.prediction_log_state().damaged, 1);
    assert_eq!(app.spooled("damaged").len(), 1);
    assert_eq!(app.logged(PredictionQuery::default()).await.rows.len(), 1);
}

#[tokio::test]
async fn a_file_of_a_process_that_is_gone_is_taken_over() {
    let app = TestApp::live().await;
    app.predicted(people(1), false).await.unwrap();
    let file = app.spooled("open").remove(0);
    let text = std::fs::read(&file).unwrap();
    let other = app.copied().await;
    // The copy is locked by nobody.
    let page = other.logged(PredictionQuery::default()).await;
    assert_eq!((page.rows.len(), text.is_empty()), (1, false));
    assert!(other.spooled("open").is_empty());
}

#[tokio::test]
async fn people_stand_under_a_pseudonym_and_are_found_by_their_id() {
    let app = TestApp::live().await;
    let records = people(3);
    let id = records[1]["EmployeeNumber"].clone();
    for record in records {
        app.predicted(vec![record], false).await.unwrap();
    }
    let page = app
        .logged(PredictionQuery {
            person: Some(id.clone()),
            ..PredictionQuery::default()
        })
        .await;
    assert_eq!(page.rows.len(), 1);
    assert!(!page.rows[0].subject.as_ref().unwrap().contains(&id));
    let ann = app.actor("ann").await;
    let view = app
        .tenure
        .prediction(
            &ann.analyst().unwrap(),
            USE_CASE,
            &page.rows[0].id,
            None,
            "",
        )
        .await
        .unwrap();
    assert!(!view.text.contains("EmployeeNumber"), "{}", view.text);
    // The first one is found on the next page.
    let newest = app.logged(PredictionQuery::default()).await.rows;
    let rest = app
        .logged(PredictionQuery {
            after: Some(newest[1].id.clone()),
            ..PredictionQuery::default()
        })
        .await;
    assert_eq!(rest.rows.len(), 1);
    assert_eq!(rest.rows[0].id, newest[2].id);
}

#[tokio::test]
async fn an_entry_is_explained_again_to_the_bit() {
    let app = TestApp::live().await;
    // Learned from: scored out of fold.
    for record in people(4) {
        let predicted = app.predicted(vec![record], false).await.unwrap();
        let (view, again) = app.explained(&predicted, None).await;
        let Again::Same { answer, note } = again else {
            panic!("{again:?}")
        };
        assert_eq!(note, None);
        assert_eq!(view.entry.answer, Some(answer.clone()));
        assert_eq!(answer.reasons, predicted.predictions[0].reasons);
    }
    let batch = app.predicted(people(5), true).await.unwrap();
    let (view, again) = app.explained(&batch, Some(4)).await;
    assert!(matches!(again, Again::Same { .. }), "{again:?}");
    let (number_of, line) = view.record.unwrap();
    assert_eq!(
        (number_of, line.answer.probability.to_bits()),
        (4, batch.predictions[3].probability.to_bits())
    );
    assert_eq!(
        (view.entry.kind, view.entry.records),
        (PredictionKind::Batch, 5)
    );

    // Another version serves: the old one still explains, and that is said.
    let single = app.predicted(people(1), false).await.unwrap();
    app.promote(2).await;
    let (_, again) = app.explained(&single, None).await;
    assert!(
        matches!(again, Again::Same { note: Some(_), .. }),
        "{again:?}"
    );
}

#[tokio::test]
async fn the_policy_decides_what_is_kept_and_changes_count_at_once() {
    let app = TestApp::live().await;
    app.set_log(LogPolicyChange {
        input: Some(InputPolicy::Hashed),
        retention: Some(RetentionClass::Days30),
        ..LogPolicyChange::default()
    })
    .await;
    let hashed = app.predicted(people(1), false).await.unwrap();
    let (view, again) = app.explained(&hashed, None).await;
    assert!(matches!(view.entry.input, Some(Input::Hashed(_))));
    assert_eq!(view.entry.retention, RetentionClass::Days30);
    assert!(matches!(again, Again::NotPossible { .. }));
    app.set_log(LogPolicyChange {
        input: Some(InputPolicy::None),
        ..LogPolicyChange::default()
    })
    .await;
    let none = app.predicted(people(1), false).await.unwrap();
    assert_eq!(app.explained(&none, None).await.0.entry.input, None);

    let oscar = app.actor("oscar").await;
    let admin = oscar.admin().unwrap();
    let same = set(LogPolicyChange::default());
    let refused = app.tenure.set_log_policy(&admin, &same).await;
    assert_eq!(
        refused.unwrap_err().code(),
        Some(RefusalCode::NothingChanges)
    );
    let versions = app
        .tenure
        .log_policies(&oscar.member().unwrap(), USE_CASE)
        .await
        .unwrap();
    assert_eq!(
        versions.iter().map(|own| own.version).collect::<Vec<_>>(),
        [2, 1, 0]
    );
}

#[tokio::test]
async fn without_a_log_nothing_is_answered_unless_the_policy_lets_it() {
    let app = TestApp::live().await;
    // A file where the folder should be: also root cannot write there.
    std::fs::write(app.folder().join("prediction-log"), "").unwrap();
    let refused = app.predicted(people(1), false).await;
    assert!(matches!(refused, Err(Error::NotLogged(_))), "{refused:?}");
    app.set_log(LogPolicyChange {
        on_failure: Some(LogFailure::Continue),
        ..LogPolicyChange::default()
    })
    .await;
    let answered = app.predicted(people(1), false).await.unwrap();
    assert_eq!(answered.log_id, None);
    let state = app.tenure.prediction_log_state();
    assert_eq!((state.refused, state.dropped, state.written), (1, 1, 0));
}

#[tokio::test]
async fn what_is_over_is_purged_with_proof_and_what_is_held_stays() {
    let app = TestApp::live().await;
    let records = people(3);
    let held = records[0]["EmployeeNumber"].clone();
    for record in records.clone() {
        app.predicted(vec![record], false).await.unwrap();
    }
    let batch = app.predicted(records, true).await.unwrap();
    let (view, _) = app.explained(&batch, None).await;
    let oscar = app.actor("oscar").await;
    let admin = oscar.admin().unwrap();
    let purge = |dry| app.tenure.purge_predictions(&admin, USE_CASE, dry);
    assert_eq!(purge(false).await.unwrap().entries, 0);

    app.age_predictions(400).await;
    let hold = app
        .tenure
        .hold_predictions(
            &admin,
            &NewHold {
                use_case: USE_CASE.into(),
                person: Some(held),
                reason: "lawsuit".into(),
            },
        )
        .await
        .unwrap();
    let planned = purge(true).await.unwrap();
    assert_eq!((planned.entries, planned.files, planned.held), (3, 1, 1));
    let done = purge(false).await.unwrap();
    assert_eq!((done.entries, done.files, done.held), (3, 1, 1));
    assert_eq!(done.hashes.len(), 1);
    assert!(
        app.tenure
            .store()
            .artifact(view.entry.file.as_ref().unwrap())
            .await
            .is_err()
    );
    assert_eq!(app.logged(PredictionQuery::default()).await.rows.len(), 1);

    app.tenure
        .release_predictions(&admin, USE_CASE, &hold.hold_id, "settled")
        .await
        .unwrap();
    assert_eq!(purge(false).await.unwrap().entries, 1);
    assert_eq!(app.log_actions(AuditAction::PredictionLogPurge).await, 2);
    assert_eq!(app.log_actions(AuditAction::PredictionLogHold).await, 1);
    assert_eq!(app.log_actions(AuditAction::PredictionLogRelease).await, 1);
}

impl TestApp {
    /// Makes every entry older, past the rules of the database.
    async fn age_predictions(&self, days: i64) {
        self.tenure.flush_predictions().await.unwrap();
        let mut writer = self.tenure.store().begin().await.unwrap();
        let micros = days * 24 * 3600 * 1_000_000;
        writer
            .run(format!(
                "drop trigger prediction_no_update; update prediction set at = at - {micros}"
            ))
            .await
            .unwrap();
        writer.commit().await.unwrap();
    }

    async fn log_actions(&self, action: AuditAction) -> usize {
        let ann = self.actor("ann").await;
        let query = workflow::AuditQuery {
            action: action.as_str().into(),
            page: 1,
            ..workflow::AuditQuery::default()
        };
        let found = self.tenure.audit_page(&ann.member().unwrap(), &query).await;
        found.unwrap().1
    }
}

#[tokio::test]
async fn an_export_names_its_purpose_and_stands_in_the_audit_log() {
    let app = TestApp::live().await;
    app.predicted(people(2), true).await.unwrap();
    app.predicted(people(1), false).await.unwrap();
    let ann = app.actor("ann").await;
    let analyst = ann.analyst().unwrap();
    let query = PredictionQuery {
        use_case: USE_CASE.into(),
        ..PredictionQuery::default()
    };
    let lines = app
        .tenure
        .export_predictions(&analyst, &query, false)
        .await
        .unwrap();
    let text = String::from_utf8(lines.bytes).unwrap();
    assert_eq!((lines.entries, text.lines().count()), (2, 2));
    let first: prediction_log::Entry = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    assert_eq!(first.kind, PredictionKind::Single);
    let table = app
        .tenure
        .export_predictions(&analyst, &query, true)
        .await
        .unwrap();
    assert_eq!(String::from_utf8(table.bytes).unwrap().lines().count(), 3);
    assert_eq!(app.log_actions(AuditAction::PredictionLogExport).await, 2);
}

#[tokio::test]
async fn who_opens_a_person_on_the_what_if_page_leaves_one_entry() {
    let app = TestApp::live().await;
    let oscar = app.actor("oscar").await;
    app.tenure
        .batch(&oscar.admin().unwrap(), USE_CASE, None)
        .await
        .unwrap();
    let ann = app.actor("ann").await;
    let analyst = ann.analyst().unwrap();
    let page = app
        .tenure
        .people(&analyst, USE_CASE, &domain::PeopleQuery::default())
        .await
        .unwrap();
    let shown = &page.rows[0];
    let (record, _) = app
        .tenure
        .what_if_start(&analyst, USE_CASE, &shown.id, "")
        .await
        .unwrap();
    app.tenure
        .save_scenario(&analyst, USE_CASE, &shown.id, "", &record)
        .await
        .unwrap();
    let page = app
        .logged(PredictionQuery {
            person: Some(shown.id.clone()),
            ..PredictionQuery::default()
        })
        .await;
    let kinds: Vec<PredictionKind> = page.rows.iter().map(|row| row.kind).collect();
    assert_eq!(kinds, [PredictionKind::Scenario, PredictionKind::WhatIf]);
    for row in &page.rows {
        assert_eq!(row.probability, Some(shown.probability));
        assert_eq!(row.version, number(1));
        let (_, again) = app
            .tenure
            .explain_prediction(&analyst, USE_CASE, &row.id, None, "")
            .await
            .unwrap();
        assert!(matches!(again, Again::Same { .. }), "{again:?}");
    }
}

/// What is held in memory counts no longer than it is true, whichever process changes it.
#[tokio::test]
async fn a_token_that_another_process_revokes_is_refused_at_once() {
    let app = TestApp::live().await;
    let request = workflow::TokenRequest {
        owner: "ann".into(),
        scopes: vec![workflow::Scope::Predict],
        days: 1,
        ..workflow::TokenRequest::default()
    };
    let local = workflow::Actor::local();
    let made = app.tenure.create_token(&local, &request).await.unwrap();
    let other = crate::app::open(app.folder()).await;
    for _ in 0..3 {
        assert!(other.actor_of_token(&made.secret).await.is_ok());
    }
    let oscar = app.actor("oscar").await;
    let admin = oscar.admin().unwrap();
    for (role, sees_people) in [
        (workflow::Role::Reviewer, false),
        (workflow::Role::Analyst, true),
    ] {
        app.tenure.set_roles(&admin, "ann", &[role]).await.unwrap();
        let actor = other.actor_of_token(&made.secret).await.unwrap();
        let predicts = actor.analyst_for(workflow::Scope::Predict);
        assert_eq!(predicts.is_ok(), sees_people);
    }
    let owner = app.actor("ann").await;
    app.tenure
        .revoke_token(&owner, &made.token_id)
        .await
        .unwrap();
    let refused = other.actor_of_token(&made.secret).await;
    assert!(matches!(refused, Err(Error::SignIn(_))), "{refused:?}");
}

#[tokio::test]
async fn a_version_that_another_process_promotes_scores_the_next_request() {
    let app = TestApp::live().await;
    let other = crate::app::open(app.folder()).await;
    let ann = app.actor("ann").await;
    for version in [1, 2, 3] {
        if version > 1 {
            app.promote(version).await;
        }
        for _ in 0..2 {
            let analyst = ann.analyst().unwrap();
            let scored = other
                .predict_records(
                    &analyst,
                    USE_CASE,
                    None,
                    people(1),
                    PredictOptions::default(),
                )
                .await
                .unwrap();
            assert_eq!(scored.0, number(version));
        }
    }
}
