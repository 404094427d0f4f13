//! The record against a database that was changed below its own rules, and the search in it: on
//! SQLite and on PostgreSQL.
#![expect(clippy::unwrap_used, reason = "tests")]

mod common;

use common::{approve, at, attrition, number, stores, with_versions, without_rules};
use domain::{AuditEvent, LiveChangeKind, Subject};
use sqlx::{Connection as _, Row as _};
use store::audit::{self, Filter, Row};
use store::{Settings, Store, registry};

async fn problems(store: &Store) -> Vec<String> {
    let mut snapshot = store.snapshot().await.unwrap();
    let mut check = audit::ChainCheck::default();
    let mut last = i64::MIN;
    loop {
        let entries = audit::after(&mut snapshot, last, 1).await.unwrap();
        let Some(newest) = entries.last() else { break };
        last = newest.sequence;
        check = check.go_on(&entries);
    }
    audit::verify_rows(&mut snapshot, &check.told)
        .await
        .unwrap()
}

fn model(version: i64) -> Subject {
    Subject::Model(attrition(), number(version))
}

fn tag(tag: &str) -> AuditEvent {
    AuditEvent::ModelTag {
        tag: tag.into(),
        value: String::new(),
    }
}

/// A version, approved by rita and live, all of it told of by the record.
async fn live(store: &Store) -> String {
    with_versions(store, 1).await;
    let mut transaction = store.begin().await.unwrap();
    let decision = approve(&mut transaction, 1).await;
    registry::set_live(
        &mut transaction,
        &attrition(),
        Some(number(1)),
        &"rita".into(),
        "first",
        LiveChangeKind::Promotion,
    )
    .await
    .unwrap();
    let use_case = attrition();
    let rows = [
        Row::Version(&use_case, number(1)),
        Row::Request(&decision.request_id),
        Row::Decision(&decision.decision_id),
        Row::LiveChange(&use_case, 1),
        Row::Definition(&use_case, 1),
    ];
    audit::append_with_rows(
        &mut transaction,
        &"rita".into(),
        &model(1),
        &tag("a"),
        &rows,
    )
    .await
    .unwrap();
    transaction.commit().await.unwrap();
    decision.decision_id
}

#[tokio::test]
async fn a_row_that_was_changed_removed_or_slipped_in_is_named() {
    for (store, _folder) in stores("sealed").await {
        let decision = live(&store).await;
        assert_eq!(problems(&store).await, Vec::<String>::new());
        let is = async |statement: &str, back: &str, expected: &[&str]| {
            without_rules(&store, statement).await;
            let found = problems(&store).await;
            assert_eq!(found.len(), expected.len(), "{statement}: {found:?}");
            assert!(
                found
                    .iter()
                    .zip(expected)
                    .all(|(found, expected)| found.contains(expected)),
                "{statement}: {found:?}"
            );
            without_rules(&store, back).await;
            assert_eq!(problems(&store).await, Vec::<String>::new(), "{back}");
        };
        is(
            "update review_decision set reason = 'never said'",
            "update review_decision set reason = 'because'",
            &[&format!(
                "review_decision {decision} does not match audit entry 1"
            )],
        )
        .await;
        is(
            "update review_decision set reviewer = 'sam'",
            "update review_decision set reviewer = 'rita'",
            &["it was changed"],
        )
        .await;
        is(
            "update model_version set model_hash = 'another'",
            "update model_version set model_hash = 'm'",
            &["model_version attrition/1 does not match audit entry 1"],
        )
        .await;
        is(
            "update live_history set kind = 'rollback'",
            "update live_history set kind = 'promotion'",
            &["live_history attrition/1"],
        )
        .await;
        is(
            "insert into live_history (use_case, sequence, version, changed_by, changed_by_key, reason, changed_at, kind) values ('attrition', 2, 1, 'e', 'e', 'e', 1, 'undeployment')",
            "delete from live_history where sequence = 2",
            &["live_history attrition/2 has no audit entry", "live_model attrition does not point to the latest deployment"],
        )
        .await;
        // What is told of once is vouched for, not for ever the same table: an entry may speak of
        // no row at all.
        let mut transaction = store.begin().await.unwrap();
        audit::append(&mut transaction, &"rita".into(), &model(1), &tag("x"))
            .await
            .unwrap();
        assert!(
            audit::append_with_rows(
                &mut transaction,
                &"e".into(),
                &model(1),
                &tag("x"),
                &[Row::Comment("none")]
            )
            .await
            .is_err(),
            "nobody vouches for what is not there"
        );
        drop(transaction);
        without_rules(&store, "delete from review_decision").await;
        let found = problems(&store).await;
        let [closed, removed] = found.as_slice() else {
            panic!("{found:?}")
        };
        assert!(
            closed.ends_with("is closed without the required decisions"),
            "{found:?}"
        );
        assert!(
            removed.ends_with("recorded in audit entry 1, was removed"),
            "{found:?}"
        );
    }
}

#[tokio::test]
async fn a_name_put_behind_another_pseudonym_is_noticed() {
    for (store, _folder) in stores("pseudonyms").await {
        live(&store).await;
        let people = async || {
            audit::people(&mut store.read().await.unwrap())
                .await
                .unwrap()
        };
        assert!(people().await.iter().all(audit::Person::is_true));
        without_rules(
            &store,
            "update audit_person set name = 'sam' where name = 'rita'",
        )
        .await;
        assert!(
            people()
                .await
                .iter()
                .any(|person| person.name == "sam" && !person.is_true())
        );
    }
}

#[tokio::test]
async fn rules_that_were_dropped_are_back_when_the_store_is_opened() {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings {
        database: None,
        data_dir: folder.path().join("new"),
        artifacts: None,
    };
    let store = Store::open(&settings).await.unwrap();
    live(&store).await;
    let url = format!("sqlite://{}", settings.data_dir.join("tenure.db").display());
    let count = async || {
        let mut own = sqlx::AnyConnection::connect(&url).await.unwrap();
        let row = sqlx::query("select count(*) as count from sqlite_master where type = 'trigger'")
            .fetch_one(&mut own)
            .await
            .unwrap();
        row.get::<i64, _>("count")
    };
    let before = count().await;
    without_rules(
        &store,
        "create trigger audit_no_update before update on audit begin select 1; end",
    )
    .await;
    assert_eq!(count().await, 1);
    drop(store);
    let store = Store::open(&settings).await.unwrap();
    assert_eq!(count().await, before);
    assert!(
        !common::taken(&store, "update audit set action = 'other'").await,
        "the rule that said nothing is replaced"
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&settings.data_dir)
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(
            mode & 0o077,
            0,
            "nobody else on the machine reads the database"
        );
    }
}

#[tokio::test]
async fn entries_are_found_by_who_what_whom_and_when() {
    for (store, _folder) in stores("search").await {
        let mut transaction = store.begin().await.unwrap();
        let account = |name: &str| Subject::Account(name.into());
        let added = AuditEvent::AccountAdd { roles: Vec::new() };
        let view = domain::audit::PersonViewDetail {
            batch: "b".into(),
            why: None,
        };
        for (actor, subject, event) in [
            (
                "ann",
                Subject::Person(attrition(), "1042".into()),
                AuditEvent::PersonView { view },
            ),
            ("ann", model(1), tag("x")),
            (
                "bo",
                model(10),
                AuditEvent::ModelDescribe {
                    description: String::new(),
                },
            ),
            ("bo", account("Łucja 100%"), added.clone()),
            ("bo", account("under_score"), added),
        ] {
            audit::append(&mut transaction, &actor.into(), &subject, &event)
                .await
                .unwrap();
        }
        transaction.commit().await.unwrap();
        let mut connection = store.read().await.unwrap();
        let people = audit::people(&mut connection).await.unwrap();
        let pseudonym = |name: &str| {
            people
                .iter()
                .find(|person| person.name == name)
                .unwrap()
                .pseudonym
                .clone()
        };
        let mut found = async |filter: Filter| {
            let entries = audit::page(&mut connection, &filter, 0, 100).await.unwrap();
            assert_eq!(
                audit::count(&mut connection, &filter).await.unwrap(),
                entries.len() as i64
            );
            entries
                .iter()
                .map(|entry| entry.sequence)
                .collect::<Vec<_>>()
        };
        let subject = |text: &str, sees_people: bool| Filter {
            subject: text.into(),
            sees_people,
            ..Filter::default()
        };
        assert_eq!(found(Filter::default()).await, [5, 4, 3, 2, 1]);
        assert_eq!(
            found(Filter {
                actors: Some(vec![pseudonym("ann")]),
                ..Filter::default()
            })
            .await,
            [2, 1]
        );
        assert_eq!(
            found(Filter {
                actors: Some(Vec::new()),
                ..Filter::default()
            })
            .await,
            [0_i64; 0]
        );
        assert_eq!(
            found(Filter {
                action: "model.".into(),
                ..Filter::default()
            })
            .await,
            [3, 2]
        );
        assert_eq!(found(subject("MODEL attrition/1", false)).await, [3, 2]);
        assert_eq!(found(subject("1042", true)).await, [1]);
        assert_eq!(
            found(subject("1042", false)).await,
            [0_i64; 0],
            "who may not see people finds none by their number"
        );
        assert_eq!(
            found(subject("person", false)).await,
            [1],
            "that somebody was looked at is in the record"
        );
        assert_eq!(
            found(subject("100%", false)).await,
            [4],
            "nothing in a text stands for anything else"
        );
        assert_eq!(found(subject("r_s", false)).await, [5]);
        assert_eq!(
            found(subject("łUCJA", false)).await,
            [4],
            "case does not count in names"
        );
        assert_eq!(
            found(Filter {
                until: Some(at(1)),
                ..Filter::default()
            })
            .await,
            [0_i64; 0]
        );
        assert_eq!(
            found(Filter {
                from: Some(at(1)),
                action: "account".into(),
                ..Filter::default()
            })
            .await,
            [5, 4]
        );
        let second = audit::page(&mut store.read().await.unwrap(), &Filter::default(), 2, 2)
            .await
            .unwrap();
        assert_eq!(
            second
                .iter()
                .map(|entry| entry.sequence)
                .collect::<Vec<_>>(),
            [3, 2]
        );
        assert_eq!(
            audit::actions(&mut store.read().await.unwrap())
                .await
                .unwrap(),
            ["account.add", "model.describe", "model.tag", "person.view"]
        );
    }
}
