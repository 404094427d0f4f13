//! What the database refuses by itself, whatever the program asks for: on SQLite and on PostgreSQL.
#![expect(clippy::unwrap_used, reason = "tests")]

mod common;

use common::{
    approve, at, attrition, batch, date, decision, number, request, stores, taken, with_versions,
};
use domain::audit::{Erasable, PersonViewDetail};
use domain::{AuditEvent, Decision, LiveChangeKind, ReviewState, Stage, Subject};
use store::review::{self, ReviewDecision, Waiver};
use store::{audit, registry, scoring, shadow};

const PROMOTION: LiveChangeKind = LiveChangeKind::Promotion;

#[tokio::test]
async fn the_pointer_moves_and_its_history_cannot_be_rewritten() {
    for (store, _folder) in stores("pointer").await {
        with_versions(&store, 3).await;
        let mut transaction = store.begin().await.unwrap();
        approve(&mut transaction, 1).await;
        approve(&mut transaction, 3).await;
        assert_eq!(
            registry::live(&mut transaction, &attrition())
                .await
                .unwrap(),
            None
        );
        let before = store::now();
        let changes = [Some(1), Some(3), None, Some(1)].map(|live| live.map(number));
        for live in changes {
            registry::set_live(
                &mut transaction,
                &attrition(),
                live,
                &"test".into(),
                "why not",
                PROMOTION,
            )
            .await
            .unwrap();
            assert_eq!(
                registry::live(&mut transaction, &attrition())
                    .await
                    .unwrap()
                    .unwrap()
                    .version,
                live
            );
        }
        transaction.commit().await.unwrap();
        let mut connection = store.read().await.unwrap();
        let history = registry::live_history(&mut connection, &attrition())
            .await
            .unwrap();
        assert_eq!(
            history
                .iter()
                .map(|change| change.version)
                .collect::<Vec<_>>(),
            changes
        );
        let as_of = registry::live_as_of(&mut connection, &attrition(), history[1].changed_at)
            .await
            .unwrap()
            .unwrap();
        assert!(as_of.sequence >= 2 && as_of.changed_at == history[1].changed_at);
        assert_eq!(
            registry::live_as_of(&mut connection, &attrition(), at(before.micros() - 1))
                .await
                .unwrap(),
            None
        );
        let stages: Vec<Stage> = registry::list(&mut connection, &attrition())
            .await
            .unwrap()
            .into_iter()
            .rev()
            .map(|version| version.stage)
            .collect();
        assert_eq!(stages, [Stage::Production, Stage::Staging, Stage::Archived]);
        drop(connection);
        for statement in [
            "update live_history set version = 2",
            "delete from live_history where sequence = 1",
            "insert into live_history (use_case, sequence, version, changed_by, changed_by_key, reason, changed_at, kind) \
             values ('attrition', 9, 1, 'e', 'e', 'e', 1, 'promotion')",
            "delete from live_model",
        ] {
            assert!(!taken(&store, statement).await, "{statement}");
        }
    }
}

#[tokio::test]
async fn what_is_not_approved_cannot_serve_by_any_statement() {
    for (store, _folder) in stores("unapproved").await {
        let dataset = with_versions(&store, 2).await;
        let mut transaction = store.begin().await.unwrap();
        approve(&mut transaction, 1).await;
        assert!(
            scoring::insert(&mut transaction, &batch(&dataset, &attrition(), 1), &[])
                .await
                .is_err(),
            "nothing is live yet"
        );
        drop(transaction);
        let mut transaction = store.begin().await.unwrap();
        approve(&mut transaction, 1).await;
        registry::set_live(
            &mut transaction,
            &attrition(),
            Some(number(1)),
            &"test".into(),
            "first",
            PROMOTION,
        )
        .await
        .unwrap();
        scoring::insert(&mut transaction, &batch(&dataset, &attrition(), 1), &[])
            .await
            .unwrap();
        transaction.commit().await.unwrap();
        let mut transaction = store.begin().await.unwrap();
        assert!(
            scoring::insert(&mut transaction, &batch(&dataset, &attrition(), 2), &[])
                .await
                .is_err(),
            "not the live one"
        );
        drop(transaction);
        let mut transaction = store.begin().await.unwrap();
        registry::set_live(
            &mut transaction,
            &attrition(),
            None,
            &"test".into(),
            "stop",
            LiveChangeKind::Undeployment,
        )
        .await
        .unwrap();
        assert!(
            scoring::insert(&mut transaction, &batch(&dataset, &attrition(), 1), &[])
                .await
                .is_err(),
            "out of service"
        );
        // "test" trained it: somebody else has to put it back.
        let rollback = LiveChangeKind::Rollback;
        assert!(
            registry::set_live(
                &mut transaction,
                &attrition(),
                Some(number(1)),
                &"Test".into(),
                "mine",
                rollback
            )
            .await
            .is_err()
        );
        drop(transaction);
        for statement in [
            "insert into live_history (use_case, sequence, version, changed_by, changed_by_key, reason, changed_at, kind) \
             values ('attrition', 2, 2, 'e', 'e', 'e', 1, 'promotion')",
            "update live_model set version = 2",
            "update live_model set version = 2, sequence = 2",
            "update live_model set version = null",
            "insert into live_model (use_case, version, sequence) values ('churn', 2, 1)",
            "update model_version set stage = 'Production' where version = 2",
            "update model_version set stage = 'Archived' where version = 1",
            "update model_version set stage = 'Elsewhere' where version = 2",
            "update model_version set model_hash = 'forged' where version = 1",
            "update model_version set author = 'rita' where version = 2",
            "update model_version set author_key = 'rita' where version = 2",
            "update model_version set version = 7 where version = 2",
            "delete from model_version where version = 2",
            "insert into model_version (use_case, version, run_id, dataset_id, model_hash, candidate, stage, author, author_key, note, created_at, description) \
             select use_case, 5, run_id, dataset_id, model_hash, candidate, 'Production', author, author_key, note, created_at, '' from model_version where version = 2",
            "insert into review_request (request_id, use_case, version, evidence_hash, approvals_needed, note, requested_by, requested_by_key, requested_at, \
             state, closed_because) values ('forged', 'attrition', 2, 'e', 1, '', 'e', 'e', 1, 'approved', '')",
            "insert into review_request (request_id, use_case, version, evidence_hash, approvals_needed, note, requested_by, requested_by_key, requested_at, \
             state, closed_because) values ('forged', 'attrition', 2, 'e', 0, '', 'e', 'e', 1, 'pending', '')",
        ] {
            assert!(!taken(&store, statement).await, "{statement}");
        }
        let mut transaction = store.begin().await.unwrap();
        assert!(
            registry::set_live(
                &mut transaction,
                &attrition(),
                Some(number(2)),
                &"test".into(),
                "no",
                PROMOTION
            )
            .await
            .is_err()
        );
        drop(transaction);
        let mut transaction = store.begin().await.unwrap();
        let unknown = Some(number(9));
        assert!(
            registry::set_live(
                &mut transaction,
                &attrition(),
                unknown,
                &"test".into(),
                "no such version",
                PROMOTION
            )
            .await
            .is_err()
        );
    }
}

#[tokio::test]
async fn a_decision_needs_four_eyes_a_reason_and_the_very_evidence() {
    for (store, _folder) in stores("decisions").await {
        with_versions(&store, 2).await;
        let mut transaction = store.begin().await.unwrap();
        let request = request(1, 2);
        review::insert_request(&mut transaction, &request)
            .await
            .unwrap();
        transaction.commit().await.unwrap();
        let refused = [
            ("author", decision(&request, "Test", Decision::Approve)),
            ("requester", decision(&request, "rob", Decision::Approve)),
            (
                "no reason",
                ReviewDecision {
                    reason: "  ".into(),
                    ..decision(&request, "rita", Decision::Approve)
                },
            ),
            (
                "other evidence",
                ReviewDecision {
                    evidence_hash: "other".into(),
                    ..decision(&request, "rita", Decision::Approve)
                },
            ),
            (
                "no request",
                ReviewDecision {
                    request_id: "none".into(),
                    ..decision(&request, "rita", Decision::Approve)
                },
            ),
        ];
        for (why, decision) in refused {
            let mut transaction = store.begin().await.unwrap();
            assert!(
                review::insert_decision(&mut transaction, &decision)
                    .await
                    .is_err(),
                "{why}"
            );
        }
        let raw = |reviewer: &str, key: &str, decision: &str| {
            format!(
                "insert into review_decision (decision_id, request_id, reviewer, reviewer_key, decision, reason, checklist, waivers, \
                 evidence_hash, decided_at) values ('raw', '{}', '{reviewer}', '{key}', '{decision}', 'because', '', '', '{}', 1)",
                request.request_id, request.evidence_hash
            )
        };
        assert!(
            !taken(&store, &raw("rita", "rita", "wave_through")).await,
            "no decision"
        );
        assert!(
            !taken(&store, &raw("Test", "another", "approve")).await,
            "the author under another key"
        );
        assert!(
            !taken(&store, &raw("another", "rob", "approve")).await,
            "the requester under another name"
        );
        let mut transaction = store.begin().await.unwrap();
        review::insert_decision(
            &mut transaction,
            &decision(&request, "rita", Decision::Approve),
        )
        .await
        .unwrap();
        transaction.commit().await.unwrap();
        let close = async |state: ReviewState| {
            let mut transaction = store.begin().await.unwrap();
            let done =
                review::close_request(&mut transaction, &request.request_id, state, at(1), "")
                    .await
                    .is_ok();
            done && transaction.commit().await.is_ok()
        };
        assert!(!close(ReviewState::Approved).await, "one of two approvals");
        assert!(
            !close(ReviewState::Rejected).await && !close(ReviewState::ChangesRequested).await,
            "nobody did"
        );
        let mut transaction = store.begin().await.unwrap();
        assert!(
            review::insert_decision(
                &mut transaction,
                &decision(&request, "RITA", Decision::Approve)
            )
            .await
            .is_err(),
            "the same reviewer twice"
        );
        drop(transaction);
        let mut transaction = store.begin().await.unwrap();
        review::insert_decision(
            &mut transaction,
            &decision(&request, "sam", Decision::Approve),
        )
        .await
        .unwrap();
        transaction.commit().await.unwrap();
        assert!(close(ReviewState::Approved).await);
        assert!(
            !close(ReviewState::Void).await && !close(ReviewState::Pending).await,
            "closed once"
        );
        let mut transaction = store.begin().await.unwrap();
        assert!(
            review::insert_decision(
                &mut transaction,
                &decision(&request, "late", Decision::Reject)
            )
            .await
            .is_err(),
            "too late"
        );
        drop(transaction);
        for statement in [
            "update review_decision set decision = 'reject'",
            "delete from review_decision",
            "update review_request set requested_by = 'e'",
            "delete from review_request",
        ] {
            assert!(!taken(&store, statement).await, "{statement}");
        }
        let waiver = |granted_by: &str, owner: &str| Waiver {
            waiver_id: store::new_id(),
            use_case: "attrition".into(),
            version: number(1),
            gate: "F1 at least 0.8".into(),
            owner: owner.into(),
            reason: "known".into(),
            granted_by: granted_by.into(),
            granted_at: at(1),
            expires_on: date("2099-01-01"),
        };
        for (by, owner, taken) in [
            ("TEST", "hr", false),
            ("rita", " ", false),
            ("rita", "hr", true),
        ] {
            let mut transaction = store.begin().await.unwrap();
            assert_eq!(
                review::insert_waiver(&mut transaction, &waiver(by, owner))
                    .await
                    .is_ok(),
                taken,
                "{by} {owner}"
            );
            if taken {
                transaction.commit().await.unwrap();
            }
        }
        assert!(!taken(&store, "update review_waiver set expires_on = '2100-01-01'").await);
    }
}

#[tokio::test]
async fn one_request_waits_at_a_time_and_only_for_a_version_in_staging() {
    for (store, _folder) in stores("requests").await {
        with_versions(&store, 1).await;
        let mut transaction = store.begin().await.unwrap();
        let first = request(1, 1);
        review::insert_request(&mut transaction, &first)
            .await
            .unwrap();
        transaction.commit().await.unwrap();
        let mut transaction = store.begin().await.unwrap();
        assert!(
            review::insert_request(&mut transaction, &request(1, 1))
                .await
                .is_err(),
            "one is pending"
        );
        drop(transaction);
        let mut transaction = store.begin().await.unwrap();
        review::close_request(
            &mut transaction,
            &first.request_id,
            ReviewState::Void,
            at(1),
            "the evidence changed",
        )
        .await
        .unwrap();
        registry::set_stage(&mut transaction, &attrition(), number(1), Stage::Archived)
            .await
            .unwrap();
        transaction.commit().await.unwrap();
        let mut transaction = store.begin().await.unwrap();
        assert!(
            review::insert_request(&mut transaction, &request(1, 1))
                .await
                .is_err(),
            "archived"
        );
        drop(transaction);
        let mut connection = store.read().await.unwrap();
        assert_eq!(
            review::newest_request(&mut connection, &attrition(), number(1))
                .await
                .unwrap()
                .unwrap()
                .closed_because,
            "the evidence changed"
        );
        assert_eq!(
            review::pending(&mut connection, &attrition())
                .await
                .unwrap(),
            0
        );
    }
}

#[tokio::test]
async fn the_record_grows_at_its_end_only_and_forgets_people_without_breaking() {
    for (store, _folder) in stores("record").await {
        let mut transaction = store.begin().await.unwrap();
        for step in 0..3 {
            let view = PersonViewDetail {
                batch: format!("{step}").into(),
                why: None,
            };
            let subject = Subject::Person(attrition(), "1042".into());
            let actor = if step == 1 { "Łucja" } else { "łucja" };
            audit::append(
                &mut transaction,
                &actor.into(),
                &subject,
                &AuditEvent::PersonView { view },
            )
            .await
            .unwrap();
        }
        transaction.commit().await.unwrap();
        let mut connection = store.read().await.unwrap();
        let entries = audit::all(&mut connection).await.unwrap();
        let text = serde_json::to_string(&entries).unwrap();
        assert!(
            !text.contains("1042") && !text.to_lowercase().contains("łucja"),
            "names stay outside the chain: {text}"
        );
        assert!(
            entries.iter().all(|entry| entry.actor == entries[0].actor),
            "the same account has one pseudonym, however it is written"
        );
        assert_eq!(
            audit::about(&mut connection, Erasable::Person, "attrition/1042")
                .await
                .unwrap()
                .len(),
            3
        );
        assert!(
            audit::names(&mut connection)
                .await
                .unwrap()
                .values()
                .any(|name| name == "attrition/1042")
        );
        drop(connection);
        for statement in [
            "insert into audit select 9, at, actor, action, subject, detail, hash, 'x' from audit where sequence = 3",
            "insert into audit select 4, at, actor, action, subject, detail, 'other', 'x' from audit where sequence = 3",
        ] {
            assert!(!taken(&store, statement).await, "{statement}");
        }
        let mut transaction = store.begin().await.unwrap();
        assert!(
            audit::forget(&mut transaction, Erasable::Person, "attrition/1042")
                .await
                .unwrap()
        );
        assert!(
            !audit::forget(&mut transaction, Erasable::Person, "attrition/1042")
                .await
                .unwrap()
        );
        transaction.commit().await.unwrap();
        let mut connection = store.read().await.unwrap();
        let (entries, head) = (
            audit::all(&mut connection).await.unwrap(),
            audit::head(&mut connection).await.unwrap(),
        );
        assert_eq!(audit::verify(&entries, head.as_ref()), Vec::<String>::new());
        assert!(
            audit::about(&mut connection, Erasable::Person, "attrition/1042")
                .await
                .unwrap()
                .is_empty()
        );
        assert!(
            !audit::names(&mut connection)
                .await
                .unwrap()
                .values()
                .any(|name| name == "attrition/1042")
        );
    }
}

#[tokio::test]
async fn names_that_differ_in_case_are_the_same_in_every_script() {
    for (store, _folder) in stores("scripts").await {
        let mut transaction = store.begin().await.unwrap();
        let (dataset, run) = (
            common::dataset("aa", "2026-01-01"),
            common::run("training", None),
        );
        common::insert_dataset(&mut transaction, &dataset)
            .await
            .unwrap();
        store::runs::insert(&mut transaction, &run).await.unwrap();
        let version = registry::Version {
            author: "Łucja".into(),
            ..common::version(&run, &dataset)
        };
        registry::insert(&mut transaction, &version).await.unwrap();
        let request = review::Request {
            requested_by: "ÖDÖN".into(),
            ..request(1, 1)
        };
        review::insert_request(&mut transaction, &request)
            .await
            .unwrap();
        transaction.commit().await.unwrap();
        for same in ["łucja", "ödön"] {
            let mut transaction = store.begin().await.unwrap();
            let refused = review::insert_decision(
                &mut transaction,
                &decision(&request, same, Decision::Approve),
            )
            .await;
            assert!(refused.is_err(), "{same}");
        }
        let mut transaction = store.begin().await.unwrap();
        review::insert_decision(
            &mut transaction,
            &decision(&request, "Ödon", Decision::Approve),
        )
        .await
        .unwrap();
    }
}

#[tokio::test]
async fn only_a_version_in_staging_scores_in_shadow() {
    for (store, _folder) in stores("shadow").await {
        let dataset = with_versions(&store, 3).await;
        let mut transaction = store.begin().await.unwrap();
        approve(&mut transaction, 1).await;
        registry::set_live(
            &mut transaction,
            &attrition(),
            Some(number(1)),
            &"test".into(),
            "first",
            PROMOTION,
        )
        .await
        .unwrap();
        let live = batch(&dataset, &attrition(), 1);
        scoring::insert(&mut transaction, &live, &[]).await.unwrap();
        for version in [Some(2), None, Some(3)] {
            let version = version.map(number);
            shadow::switch(&mut transaction, &attrition(), version, &"rita".into())
                .await
                .unwrap();
        }
        let beside = |version| shadow::Batch {
            batch_id: live.batch_id.clone(),
            version: number(version),
            people: 1,
            problem: None,
            report: Some("{}".into()),
            created_by: "rita".into(),
            created_at: store::now(),
        };
        let score = shadow::Score {
            position: 7,
            probability: 0.25,
            basis: domain::ScoreBasis::Final,
        };
        shadow::insert(&mut transaction, &beside(2), &[score])
            .await
            .unwrap();
        for tally in ["{}", "{\"records\":2}"] {
            shadow::set_tally(&mut transaction, &attrition(), number(1), number(2), tally)
                .await
                .unwrap();
        }
        transaction.commit().await.unwrap();
        let mut reader = store.read().await.unwrap();
        let switched = shadow::switched(&mut reader, &attrition()).await.unwrap();
        assert_eq!(switched.unwrap().version, Some(number(3)));
        let found = shadow::of_version(&mut reader, &attrition(), number(2), 5)
            .await
            .unwrap();
        assert_eq!(
            (found.len(), found[0].live_version, found[0].people),
            (1, number(1), 1)
        );
        let scores = shadow::scores(&mut reader, &live.batch_id, number(2))
            .await
            .unwrap();
        assert_eq!((scores[0].position, scores[0].probability), (7, 0.25));
        let tallies = shadow::tallies(&mut reader, &attrition(), number(2))
            .await
            .unwrap();
        assert_eq!(
            (tallies.len(), tallies[0].tally.as_str()),
            (1, "{\"records\":2}")
        );
        drop(reader);
        // The live version is none of them, and nothing is rewritten.
        let mut transaction = store.begin().await.unwrap();
        assert!(
            shadow::switch(
                &mut transaction,
                &attrition(),
                Some(number(1)),
                &"rita".into()
            )
            .await
            .is_err()
        );
        drop(transaction);
        let mut transaction = store.begin().await.unwrap();
        assert!(
            shadow::insert(&mut transaction, &beside(1), &[])
                .await
                .is_err()
        );
        drop(transaction);
        for statement in [
            "update shadow_switch set version = 2",
            "delete from shadow_switch where sequence = 3",
            "update shadow_batch set people = 2",
            "delete from shadow_batch",
            "update shadow_score set probability = 0.5",
            "delete from shadow_score",
        ] {
            assert!(!taken(&store, statement).await, "{statement}");
        }
    }
}

#[tokio::test]
async fn an_approved_version_is_certified_again_by_somebody_else() {
    for (store, _folder) in stores("recertify").await {
        with_versions(&store, 2).await;
        let mut transaction = store.begin().await.unwrap();
        approve(&mut transaction, 1).await;
        registry::set_live(
            &mut transaction,
            &attrition(),
            Some(number(1)),
            &"test".into(),
            "first",
            PROMOTION,
        )
        .await
        .unwrap();
        transaction.commit().await.unwrap();
        let own = |version, sequence, by: &str, reason: &str| registry::Recertification {
            use_case: attrition(),
            version: number(version),
            sequence,
            next_review: date("2027-01-01"),
            reason: reason.into(),
            certified_by: by.into(),
            certified_at: store::now(),
        };
        for (row, taken) in [
            (own(1, 1, "rita", "still right"), true),
            (own(1, 1, "rita", "again"), false),
            (own(1, 2, "Test", "by its author"), false),
            (own(1, 2, "rita", " "), false),
            (own(2, 1, "rita", "never live"), false),
            (own(1, 2, "sam", "still right"), true),
        ] {
            let mut transaction = store.begin().await.unwrap();
            let added = registry::recertify(&mut transaction, &row).await;
            assert_eq!(added.is_ok(), taken, "{row:?}");
            if taken {
                transaction.commit().await.unwrap();
            }
        }
        let mut reader = store.read().await.unwrap();
        let found = registry::recertifications(&mut reader, &attrition())
            .await
            .unwrap();
        assert_eq!(found.len(), 2);
        drop(reader);
        for statement in [
            "update recertification set next_review = '2099-01-01'",
            "delete from recertification where sequence = 2",
        ] {
            assert!(!taken(&store, statement).await, "{statement}");
        }
    }
}
