//! What the store promises, on SQLite and (when TENURE_TEST_POSTGRES names the maintenance database
//! of a server) on PostgreSQL.
#![expect(clippy::unwrap_used, reason = "tests")]

use domain::{
    AccountName, AuditEvent, JobKind, JobStatus, LiveChangeKind, Purpose, Role, RunId, RunStatus,
    Scope, ScoreBasis, Subject, UseCaseId,
};
use serde_json::json;
use store::{accounts, artifacts, audit, datasets, jobs, registry, runs, scoring, use_cases};

mod common;
use common::{
    approve, at, attrition, batch, dataset, date, definition, insert_dataset, number, run, stores,
    taken, with_versions,
};

#[tokio::test]
async fn datasets_come_back_as_they_went_in() {
    for (store, _folder) in stores("datasets").await {
        let mut writer = store.begin().await.unwrap();
        let older = dataset("aa", "2026-01-01");
        let newer = datasets::Dataset {
            positives: Some(1),
            simulated: false,
            ..dataset("bb", "2026-02-01")
        };
        insert_dataset(&mut writer, &newer).await.unwrap();
        insert_dataset(&mut writer, &older).await.unwrap();
        // The same bytes of another day.
        let other_day = dataset("aa", "2026-03-01");
        insert_dataset(&mut writer, &other_day).await.unwrap();
        writer.commit().await.unwrap();
        let mut writer = store.begin().await.unwrap();
        assert!(
            insert_dataset(&mut writer, &dataset("aa", "2026-03-01"))
                .await
                .is_err(),
            "the same dataset twice"
        );
        drop(writer);
        let mut connection = store.read().await.unwrap();
        assert_eq!(
            datasets::list(&mut connection, Some(&attrition()))
                .await
                .unwrap(),
            [other_day.clone(), newer.clone(), older.clone()]
        );
        assert_eq!(
            datasets::list(&mut connection, Some(&UseCaseId::from("churn")))
                .await
                .unwrap(),
            []
        );
        assert_eq!(
            datasets::find(&mut connection, "b").await.unwrap(),
            Some(newer)
        );
        assert_eq!(
            datasets::same(&mut connection, &dataset("aa", "2026-01-01"))
                .await
                .unwrap(),
            Some(older.clone())
        );
        for other in [
            datasets::Dataset {
                definition: 2,
                ..older.clone()
            },
            datasets::Dataset {
                purpose: Purpose::Training,
                ..older.clone()
            },
            datasets::Dataset {
                as_of: date("2026-01-02"),
                ..older.clone()
            },
        ] {
            assert_eq!(datasets::same(&mut connection, &other).await.unwrap(), None);
        }
        assert_eq!(
            datasets::matching(&mut connection, "a").await.unwrap(),
            [other_day, older]
        );
    }
}

#[tokio::test]
async fn a_withdrawn_dataset_makes_room_for_the_same_one_and_its_scores_are_not_given() {
    for (store, _folder) in stores("withdrawn").await {
        let data = with_versions(&store, 1).await;
        let mut writer = store.begin().await.unwrap();
        approve(&mut writer, 1).await;
        registry::set_live(
            &mut writer,
            &attrition(),
            Some(number(1)),
            &"test".into(),
            "first",
            LiveChangeKind::Promotion,
        )
        .await
        .unwrap();
        let own = batch(&data, &attrition(), 1);
        scoring::insert(&mut writer, &own, &[]).await.unwrap();
        assert_eq!(
            scoring::batches(&mut writer, &attrition(), 9)
                .await
                .unwrap(),
            [own]
        );
        assert!(
            datasets::withdraw(&mut writer, &data.dataset_id, &"ann".into(), "wrong pay")
                .await
                .unwrap()
        );
        assert!(
            !datasets::withdraw(&mut writer, &data.dataset_id, &"ann".into(), "again")
                .await
                .unwrap(),
            "once"
        );
        assert_eq!(
            scoring::batches(&mut writer, &attrition(), 9)
                .await
                .unwrap(),
            []
        );
        assert_eq!(datasets::same(&mut writer, &data).await.unwrap(), None);
        let found = datasets::find(&mut writer, &data.dataset_id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            (found.withdrawn_by, found.withdrawn_because.as_deref()),
            (Some("ann".into()), Some("wrong pay"))
        );
        insert_dataset(
            &mut writer,
            &datasets::Dataset {
                dataset_id: store::new_id(),
                ..data
            },
        )
        .await
        .unwrap();
    }
}

#[tokio::test]
async fn the_files_of_a_dataset_and_definitions_are_kept_as_they_were() {
    for (store, _folder) in stores("definitions").await {
        let mut writer = store.begin().await.unwrap();
        let (one, two) = (definition(&attrition(), 1), definition(&attrition(), 2));
        use_cases::insert(&mut writer, &one).await.unwrap();
        use_cases::insert(&mut writer, &two).await.unwrap();
        use_cases::insert(&mut writer, &definition(&"churn".into(), 1))
            .await
            .unwrap();
        let data = dataset("aa", "2026-01-01");
        let file = |position: i64, name: &str| datasets::File {
            position,
            name: name.into(),
            hash: "f".into(),
            byte_count: 7,
            options: "{}".into(),
        };
        let files = [file(0, "b.csv"), file(1, "a.csv")];
        datasets::insert(&mut writer, &data, &files).await.unwrap();
        writer.commit().await.unwrap();
        let mut reader = store.read().await.unwrap();
        assert_eq!(
            datasets::files(&mut reader, &data.dataset_id)
                .await
                .unwrap(),
            files
        );
        assert_eq!(
            use_cases::newest(&mut reader, &attrition()).await.unwrap(),
            Some(two.clone())
        );
        assert_eq!(
            use_cases::list(&mut reader, &attrition()).await.unwrap(),
            [two, one]
        );
        let numbers = use_cases::numbers(&mut reader).await.unwrap();
        assert_eq!(
            numbers
                .iter()
                .map(|own| (own.use_case.as_str(), own.version))
                .collect::<Vec<_>>(),
            [("attrition", 2), ("churn", 1)]
        );
        for statement in [
            "update use_case_version set text = 'other'",
            "delete from use_case_version",
            "update dataset_file set hash = 'other'",
            "delete from dataset_file",
        ] {
            assert!(!taken(&store, statement).await, "{statement}");
        }
        let mut writer = store.begin().await.unwrap();
        let unread = datasets::Dataset {
            definition: 9,
            ..dataset("bb", "2026-01-01")
        };
        assert!(
            datasets::insert(&mut writer, &unread, &[]).await.is_err(),
            "read with a definition that there is not"
        );
    }
}

#[tokio::test]
async fn artifacts_are_found_by_content_and_checked() {
    for (store, folder) in stores("artifacts").await {
        let hash = store.put_artifact(b"hello".to_vec()).await.unwrap();
        assert_eq!(hash, store.put_artifact(b"hello".to_vec()).await.unwrap());
        assert_eq!(hash, artifacts::hash(b"hello"));
        assert_eq!(store.artifact(&hash).await.unwrap(), b"hello");
        assert!(store.artifact(&artifacts::hash(b"other")).await.is_err());
        let files = walk(folder.path());
        let file = files.iter().find(|file| file.ends_with(&hash)).unwrap();
        std::fs::write(file, b"changed").unwrap();
        assert!(
            store.artifact(&hash).await.is_err(),
            "a changed file is refused"
        );
    }
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .flat_map(|path| {
            if path.is_dir() {
                walk(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

#[tokio::test]
async fn the_record_is_chained_and_refuses_change() {
    for (store, _folder) in stores("audit").await {
        for step in 0..5 {
            let mut transaction = store.begin().await.unwrap();
            let event = AuditEvent::ModelTag {
                tag: "b".into(),
                value: format!("{step}"),
            };
            audit::append(
                &mut transaction,
                &"ann".into(),
                &Subject::Outcomes(format!("{step}")),
                &event,
            )
            .await
            .unwrap();
            transaction.commit().await.unwrap();
        }
        let mut connection = store.read().await.unwrap();
        let (entries, head) = (
            audit::all(&mut connection).await.unwrap(),
            audit::head(&mut connection).await.unwrap(),
        );
        assert_eq!(
            (entries.len(), audit::verify(&entries, head.as_ref())),
            (5, vec![])
        );
        for statement in [
            "update audit set actor = 'eve'",
            "delete from audit where sequence = 5",
        ] {
            assert!(!taken(&store, statement).await, "{statement}");
        }
    }
}

#[tokio::test]
async fn writers_wait_for_each_other() {
    for (store, _folder) in stores("writers").await {
        let writers = (0..20).map(|writer| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut transaction = store.begin().await.unwrap();
                let actor = AccountName::from(format!("writer {writer}"));
                audit::append(
                    &mut transaction,
                    &actor,
                    &Subject::AuditLog,
                    &AuditEvent::JobCancel {},
                )
                .await
                .unwrap();
                transaction.commit().await.unwrap();
            })
        });
        for writer in writers.collect::<Vec<_>>() {
            writer.await.unwrap();
        }
        let entries = audit::all(&mut store.read().await.unwrap()).await.unwrap();
        assert_eq!((entries.len(), audit::verify(&entries, None)), (20, vec![]));
    }
}

#[tokio::test]
async fn runs_are_found_by_what_hangs_on_them() {
    for (store, _folder) in stores("runs").await {
        let mut transaction = store.begin().await.unwrap();
        for (name, auc) in [("weak", 0.6), ("strong", 0.9)] {
            let parent = run(name, None);
            runs::insert(&mut transaction, &parent).await.unwrap();
            let metric = |name: &str, value| runs::Metric {
                name: name.into(),
                step: 0,
                value,
                interval: None,
                n: Some(10),
                why: None,
            };
            let details = runs::Details {
                parameters: vec![("candidate".into(), name.into())],
                metrics: vec![
                    metric("auc", Some(auc)),
                    runs::Metric {
                        why: Some("one class".into()),
                        ..metric("f1", None)
                    },
                ],
                tags: vec![("team".into(), "hr".into())],
                stages: vec![runs::StageTime {
                    name: "train".into(),
                    seconds: 1.5,
                    note: "done".into(),
                }],
                artifacts: vec![runs::Artifact {
                    name: "m".into(),
                    hash: "h".into(),
                    byte_count: 1,
                    media_type: "text/plain".into(),
                }],
            };
            runs::insert_details(&mut transaction, &parent.run_id, &details)
                .await
                .unwrap();
            assert_eq!(
                runs::details(&mut transaction, &parent.run_id)
                    .await
                    .unwrap(),
                details
            );
            runs::insert(&mut transaction, &run("nested", Some(&parent)))
                .await
                .unwrap();
            assert_eq!(
                runs::children(&mut transaction, std::slice::from_ref(&parent.run_id))
                    .await
                    .unwrap()
                    .len(),
                1
            );
            runs::finish(&mut transaction, &parent.run_id, RunStatus::Finished, "")
                .await
                .unwrap();
        }
        transaction.commit().await.unwrap();
        let mut connection = store.read().await.unwrap();
        let conditions = [
            runs::Condition::Metric {
                name: "auc".into(),
                operator: ">",
                value: 0.8,
            },
            runs::Condition::Parameter {
                name: "candidate".into(),
                operator: "like",
                value: "str%".into(),
            },
            runs::Condition::Tag {
                name: "team".into(),
                operator: "=",
                value: "hr".into(),
            },
            runs::Condition::Attribute {
                column: "status",
                operator: "=",
                value: "finished".into(),
            },
        ];
        let runs::Found {
            runs: found,
            total,
            more,
        } = runs::search(&mut connection, &attrition(), &conditions, 0, 10)
            .await
            .unwrap();
        assert_eq!((found[0].name.as_str(), total, more), ("strong", 1, false));
        for (number, condition) in conditions.iter().enumerate() {
            let alone = runs::search(
                &mut connection,
                &attrition(),
                std::slice::from_ref(condition),
                0,
                10,
            )
            .await
            .unwrap();
            assert_eq!(alone.total, if number < 2 { 1 } else { 2 }, "{condition:?}");
        }
        assert_eq!(
            runs::search(&mut connection, &attrition(), &[], 0, 1)
                .await
                .unwrap()
                .total,
            2,
            "nested runs are not counted"
        );
        let ids: Vec<RunId> = runs::search(&mut connection, &attrition(), &[], 0, 9)
            .await
            .unwrap()
            .runs
            .into_iter()
            .map(|run| run.run_id)
            .collect();
        assert_eq!(
            runs::child_counts(&mut connection, &ids)
                .await
                .unwrap()
                .into_values()
                .collect::<Vec<_>>(),
            [1, 1]
        );
        let figures = runs::figures_of(&mut connection, &ids).await.unwrap();
        let details = runs::details(&mut connection, &ids[0]).await.unwrap();
        assert_eq!(
            (&figures[&ids[0]].metrics, &figures[&ids[0]].parameters),
            (&details.metrics, &details.parameters)
        );
        assert_eq!(
            runs::find(&mut connection, &found[0].run_id[..20])
                .await
                .unwrap()
                .map(|run| run.use_case),
            Some("attrition".into())
        );
        drop(connection);
        assert_eq!(
            runs::fail_abandoned(&mut store.begin().await.unwrap())
                .await
                .unwrap(),
            2,
            "the nested runs never ended"
        );
    }
}

#[tokio::test]
async fn scores_come_back_in_order() {
    for (store, _folder) in stores("scores").await {
        let dataset = with_versions(&store, 1).await;
        let mut transaction = store.begin().await.unwrap();
        approve(&mut transaction, 1).await;
        registry::set_live(
            &mut transaction,
            &attrition(),
            Some(number(1)),
            &"test".into(),
            "first",
            LiveChangeKind::Promotion,
        )
        .await
        .unwrap();
        let batch = batch(&dataset, &attrition(), 1);
        let score = |position: i64| scoring::Score {
            position,
            person_id: format!("p{position}").into(),
            probability: position as f64 / 2000.0,
            basis: ScoreBasis::ALL[position as usize % 3],
            interval: (position % 2 == 0).then_some([0.1, 0.2]),
            reasons: "[]".into(),
        };
        let list: Vec<scoring::Score> = (0..1203).map(score).collect();
        scoring::insert(&mut transaction, &batch, &list)
            .await
            .unwrap();
        transaction.commit().await.unwrap();
        let mut connection = store.read().await.unwrap();
        assert_eq!(
            scoring::of_batch(&mut connection, &batch.batch_id)
                .await
                .unwrap(),
            list
        );
        assert_eq!(
            scoring::batches(&mut connection, &attrition(), 5)
                .await
                .unwrap(),
            [batch]
        );
        let past = scoring::PastScore {
            as_of: date("2026-01-01"),
            probability: 0.5,
            version: number(1),
        };
        assert_eq!(
            scoring::of_person(&mut connection, &attrition(), &"p1000".into())
                .await
                .unwrap(),
            [past]
        );
    }
}

#[tokio::test]
async fn sessions_live_in_the_same_pool_until_they_expire() {
    use tower_sessions::SessionStore;
    use tower_sessions::session::{Id, Record};
    for (store, _folder) in stores("sessions").await {
        let now = time::OffsetDateTime::now_utc()
            .replace_nanosecond(0)
            .unwrap();
        let mut record = Record {
            id: Id::default(),
            data: Default::default(),
            expiry_date: now + time::Duration::hours(1),
        };
        record.data.insert("user".into(), json!("ann"));
        store.create(&mut record).await.unwrap();
        assert_eq!(store.load(&record.id).await.unwrap(), Some(record.clone()));
        record.expiry_date = now - time::Duration::seconds(1);
        store.save(&record).await.unwrap();
        assert_eq!(store.load(&record.id).await.unwrap(), None, "expired");
        store.delete(&record.id).await.unwrap();
    }
}

#[tokio::test]
async fn a_job_is_followed_to_its_end_and_no_further() {
    for (store, _folder) in stores("jobs").await {
        let mut transaction = store.begin().await.unwrap();
        let run = run("training", None);
        runs::insert(&mut transaction, &run).await.unwrap();
        let job = jobs::Job {
            job_id: store::new_id(),
            use_case: "attrition".into(),
            kind: JobKind::Training,
            title: "Training on people.csv".into(),
            status: JobStatus::Queued,
            progress: jobs::Progress::default(),
            message: String::new(),
            run_id: None,
            cancel_requested: false,
            started_by: "ann".into(),
            worker: "host 1 x".into(),
            heartbeat_at: at(1),
            started_at: at(1),
            ended_at: None,
        };
        jobs::insert(&mut transaction, &job).await.unwrap();
        assert_eq!(
            jobs::find(&mut transaction, &job.job_id).await.unwrap(),
            Some(job.clone())
        );
        jobs::set_run(&mut transaction, &job.job_id, &run.run_id)
            .await
            .unwrap();
        assert_eq!(
            runs::fail_abandoned(&mut transaction).await.unwrap(),
            0,
            "a job works on it"
        );
        // The same statement without a figure and with one.
        let nothing = jobs::Progress::default();
        let reported = jobs::report(
            &mut transaction,
            &job.job_id,
            &job.worker,
            JobStatus::Running,
            &nothing,
        );
        assert_eq!(reported.await.unwrap(), Some(false));
        let progress = jobs::Progress {
            stage: "train".into(),
            done: 3,
            planned: 50,
            best: Some(0.8),
            ..jobs::Progress::default()
        };
        assert_eq!(
            jobs::report(
                &mut transaction,
                &job.job_id,
                &job.worker,
                JobStatus::Running,
                &progress
            )
            .await
            .unwrap(),
            Some(false)
        );
        assert!(
            jobs::request_cancel(&mut transaction, &job.job_id)
                .await
                .unwrap()
        );
        assert_eq!(
            jobs::report(
                &mut transaction,
                &job.job_id,
                &job.worker,
                JobStatus::Running,
                &progress
            )
            .await
            .unwrap(),
            Some(true),
            "asked to stop"
        );
        // A process that is gone leaves it to the queue; of two that want it one gets it.
        let request = jobs::TrainingRequest {
            job_id: job.job_id.clone(),
            dataset_id: "d".into(),
            settings: "{}".into(),
            attempts: 1,
            from_run: None,
            candidate: None,
        };
        jobs::insert_request(&mut transaction, &request)
            .await
            .unwrap();
        let (id, worker) = (&job.job_id, job.worker.as_str());
        assert!(
            !jobs::requeue(&mut transaction, id, "another")
                .await
                .unwrap()
        );
        assert!(jobs::requeue(&mut transaction, id, worker).await.unwrap());
        assert!(jobs::claim(&mut transaction, id, worker).await.unwrap());
        assert!(!jobs::claim(&mut transaction, id, "another").await.unwrap());
        let request = jobs::request(&mut transaction, id).await.unwrap();
        assert_eq!(request.unwrap().attempts, 2);
        jobs::set_run(&mut transaction, id, &run.run_id)
            .await
            .unwrap();
        let told = jobs::report(&mut transaction, id, worker, JobStatus::Running, &progress);
        assert_eq!(told.await.unwrap(), Some(true));
        let line = |text: &str| jobs::Line {
            at: at(2),
            text: text.into(),
        };
        jobs::append(
            &mut transaction,
            &job.job_id,
            0,
            &[line("one"), line("two")],
        )
        .await
        .unwrap();
        jobs::append(&mut transaction, &job.job_id, 2, &[line("three")])
            .await
            .unwrap();
        assert_eq!(
            jobs::lines(&mut transaction, &job.job_id).await.unwrap(),
            [line("one"), line("two"), line("three")]
        );
        assert_eq!(jobs::open(&mut transaction).await.unwrap().len(), 1);
        assert!(
            jobs::finish(
                &mut transaction,
                &job.job_id,
                JobStatus::Canceled,
                "stopped"
            )
            .await
            .unwrap()
        );
        assert!(
            !jobs::finish(&mut transaction, &job.job_id, JobStatus::Finished, "")
                .await
                .unwrap(),
            "it has ended"
        );
        assert_eq!(
            jobs::report(
                &mut transaction,
                &job.job_id,
                &job.worker,
                JobStatus::Running,
                &progress
            )
            .await
            .unwrap(),
            None
        );
        let ended = jobs::list(&mut transaction, &attrition(), 5)
            .await
            .unwrap()
            .remove(0);
        assert_eq!(
            (ended.status, ended.message.as_str(), ended.progress),
            (JobStatus::Canceled, "stopped", progress)
        );
        assert_eq!(
            runs::fail_abandoned(&mut transaction).await.unwrap(),
            1,
            "nobody works on the run any more"
        );
        transaction.commit().await.unwrap();
    }
}

#[tokio::test]
async fn ended_sessions_stay_ended_and_tokens_are_found_by_hash() {
    use tower_sessions::SessionStore;
    use tower_sessions::session::{Id, Record};
    for (store, _folder) in stores("accounts").await {
        let mut writer = store.begin().await.unwrap();
        let account = accounts::Account {
            account_id: store::new_id(),
            name: "Ann".into(),
            password_hash: None,
            roles: vec![Role::Analyst, Role::Admin],
            disabled_at: None,
            created_by: "test".into(),
            created_at: store::now(),
            signed_in_at: None,
        };
        accounts::insert(&mut writer, &account).await.unwrap();
        let other = accounts::Account {
            account_id: store::new_id(),
            name: "Ła".into(),
            ..account.clone()
        };
        accounts::insert(&mut writer, &other).await.unwrap();
        writer.commit().await.unwrap();
        for taken in ["ANN", "łA"] {
            let again = accounts::Account {
                account_id: store::new_id(),
                name: taken.into(),
                ..account.clone()
            };
            assert!(
                accounts::insert(&mut store.begin().await.unwrap(), &again)
                    .await
                    .is_err(),
                "{taken}"
            );
        }
        assert_eq!(
            accounts::by_name(&mut store.read().await.unwrap(), &"aNN".into())
                .await
                .unwrap(),
            Some(account.clone())
        );
        assert_eq!(
            accounts::by_name(&mut store.read().await.unwrap(), &"' or 1=1 --".into())
                .await
                .unwrap(),
            None
        );

        let expiry_date = time::OffsetDateTime::now_utc() + time::Duration::hours(1);
        let mut record = Record {
            id: Id::default(),
            data: Default::default(),
            expiry_date,
        };
        record.data.insert(
            store::accounts::sessions::ACCOUNT.into(),
            json!(account.account_id),
        );
        store.create(&mut record).await.unwrap();
        let mut writer = store.begin().await.unwrap();
        assert_eq!(
            accounts::session_count(&mut writer, &account.account_id)
                .await
                .unwrap(),
            1
        );
        assert_eq!(
            accounts::end_sessions(&mut writer, &account.account_id)
                .await
                .unwrap(),
            1
        );
        writer.commit().await.unwrap();
        store.save(&record).await.unwrap();
        assert_eq!(
            store.load(&record.id).await.unwrap(),
            None,
            "a late save brings nothing back"
        );

        let token = accounts::Token {
            token_id: store::new_id(),
            account_id: account.account_id.clone(),
            label: String::new(),
            scopes: vec![Scope::Read],
            expires_at: None,
            revoked_at: None,
            last_used_at: None,
            created_by: "test".into(),
            created_at: store::now(),
        };
        let mut connection = store.begin().await.unwrap();
        accounts::insert_token(&mut connection, &token, "hash")
            .await
            .unwrap();
        assert_eq!(
            accounts::token_by_hash(&mut connection, "hash")
                .await
                .unwrap(),
            Some(token.clone())
        );
        assert_eq!(
            accounts::tokens(&mut connection, Some("other"))
                .await
                .unwrap(),
            []
        );
        accounts::revoke_token(&mut connection, &token.token_id)
            .await
            .unwrap();
        assert!(
            accounts::tokens(&mut connection, None).await.unwrap()[0]
                .revoked_at
                .is_some()
        );

        let later = store::now().plus_seconds(1);
        accounts::set_link(&mut connection, "first", None, later, &"test".into())
            .await
            .unwrap();
        accounts::set_link(
            &mut connection,
            "ann",
            Some(&account.account_id),
            later,
            &"test".into(),
        )
        .await
        .unwrap();
        accounts::set_link(&mut connection, "second", None, later, &"test".into())
            .await
            .unwrap();
        assert_eq!(
            accounts::link(&mut connection, "first").await.unwrap(),
            None,
            "one link at a time"
        );
        assert_eq!(
            accounts::link(&mut connection, "second").await.unwrap(),
            Some(accounts::Link { account_id: None })
        );
        let link = accounts::Link {
            account_id: Some(account.account_id.clone()),
        };
        assert_eq!(
            accounts::link(&mut connection, "ann").await.unwrap(),
            Some(link)
        );
        accounts::set_link(
            &mut connection,
            "ann",
            Some(&account.account_id),
            at(1),
            &"test".into(),
        )
        .await
        .unwrap();
        assert_eq!(
            accounts::link(&mut connection, "ann").await.unwrap(),
            None,
            "expired"
        );

        accounts::set_failures(&mut connection, "old", 3, at(0))
            .await
            .unwrap();
        accounts::set_failures(&mut connection, "key", 1, store::now().plus_seconds(1))
            .await
            .unwrap();
        assert_eq!(
            accounts::failures(&mut connection, "old").await.unwrap(),
            None,
            "forgotten"
        );
        assert_eq!(
            accounts::failures(&mut connection, "key")
                .await
                .unwrap()
                .unwrap()
                .failures,
            1
        );
    }
}

#[tokio::test]
async fn a_later_word_about_a_person_replaces_the_earlier() {
    use store::monitoring::{checks, outcomes};
    for (store, _folder) in stores("outcomes").await {
        let mut transaction = store.begin().await.unwrap();
        let import = |hash: &str| outcomes::Import {
            import_id: store::new_id(),
            use_case: "attrition".into(),
            hash: hash.into(),
            name: "left.csv".into(),
            row_count: 2,
            event_count: 1,
            first_day: date("2026-01-31"),
            last_day: date("2026-01-31"),
            complete_until: (hash == "b").then(|| date("2026-02-01")),
            horizon_days: 365,
            simulated: false,
            created_by: "test".into(),
            created_at: store::now(),
            withdrawn_at: None,
            withdrawn_by: None,
            withdrawn_because: None,
        };
        let outcome = |person: usize, happened| outcomes::Outcome {
            person_id: format!("p{person}").into(),
            day: date("2026-01-31"),
            happened,
            reason: happened.then(|| "resignation".to_owned()),
        };
        let many: Vec<_> = (0..1203)
            .map(|person| outcome(person, person % 7 == 0))
            .collect();
        outcomes::insert(&mut transaction, &import("a"), &many)
            .await
            .unwrap();
        outcomes::insert(
            &mut transaction,
            &import("b"),
            &[outcome(0, false), outcome(1, true)],
        )
        .await
        .unwrap();
        transaction.commit().await.unwrap();
        let mut connection = store.read().await.unwrap();
        let all = outcomes::all(&mut connection, &attrition()).await.unwrap();
        let of = |person: &str| {
            all.iter()
                .find(|outcome| outcome.person_id.as_str() == person)
                .unwrap()
        };
        assert_eq!(
            (all.len(), of("p0").happened, of("p1").reason.as_deref()),
            (1203, false, Some("resignation"))
        );
        let imports = outcomes::imports(&mut connection, &attrition())
            .await
            .unwrap();
        assert_eq!(
            imports
                .iter()
                .map(|import| import.hash.as_str())
                .collect::<Vec<_>>(),
            ["b", "a"]
        );
        assert_eq!(
            outcomes::by_hash(&mut connection, &attrition(), "b")
                .await
                .unwrap()
                .as_ref(),
            imports.first()
        );
        drop(connection);
        let mut transaction = store.begin().await.unwrap();
        assert!(
            outcomes::insert(&mut transaction, &import("a"), &[])
                .await
                .is_err(),
            "one import a file"
        );
        drop(transaction);

        let mut transaction = store.begin().await.unwrap();
        let withdraw = [true, false];
        for first in withdraw {
            let done = outcomes::withdraw(
                &mut transaction,
                &imports[0].import_id,
                &"test".into(),
                "wrong file",
            )
            .await
            .unwrap();
            assert_eq!(done, first);
        }
        transaction.commit().await.unwrap();
        let mut connection = store.read().await.unwrap();
        let all = outcomes::all(&mut connection, &attrition()).await.unwrap();
        let of = |person: &str| {
            all.iter()
                .find(|outcome| outcome.person_id.as_str() == person)
                .unwrap()
                .happened
        };
        assert_eq!(
            (all.len(), of("p0"), of("p1")),
            (1203, true, false),
            "the words of the file before count again"
        );
        let found = outcomes::by_hash(&mut connection, &attrition(), "b").await;
        assert_eq!(found.unwrap(), None);
        drop(connection);
        let note = checks::Note {
            note_id: "n".into(),
            check_id: "none".into(),
            note: "x".into(),
            created_by: "t".into(),
            created_at: at(1),
        };
        let mut transaction = store.begin().await.unwrap();
        assert!(
            checks::insert_note(&mut transaction, &note).await.is_err(),
            "a note belongs to a check"
        );
    }
}
