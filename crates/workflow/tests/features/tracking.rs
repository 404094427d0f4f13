//! What clients of MLflow may do, and the import from a tracking server.

use std::path::Path;

use domain::AuditAction;
use sqlx::{ConnectOptions, Connection, Executor};
use workflow::tracking::{
    ArtifactPath, Batch, ImportOptions, ImportedCounts, LoggedMetric, NewRun, RunSearch, Shown,
    client_id,
};
use workflow::{Actor, AuditQuery, Error, Scope, TokenRequest};

use crate::app::{TestApp, USE_CASE};

fn search(experiment: &str, filter: &str) -> RunSearch {
    RunSearch {
        experiments: vec![experiment.to_owned()],
        filter: filter.to_owned(),
        order_by: Vec::new(),
        shown: Shown::Active,
        limit: None,
        token: String::new(),
    }
}

/// Candidates are nested runs with figures of their own.
const TRAININGS: &str = "metrics.roc_auc > 0 and attributes.run_name like 'training%'";

/// An actor with a token of the account.
async fn token(app: &TestApp, owner: &str, scope: Scope) -> Actor {
    let request = TokenRequest {
        owner: owner.into(),
        scopes: vec![scope],
        days: 1,
        ..TokenRequest::default()
    };
    let made = app
        .tenure
        .create_token(&Actor::local(), &request)
        .await
        .unwrap();
    app.tenure.actor_of_token(&made.secret).await.unwrap()
}

#[tokio::test]
async fn who_may_train_logs_and_every_member_reads() {
    let app = TestApp::empty().await;
    let oscar = token(&app, "oscar", Scope::Tracking).await;
    assert!(oscar.tracker().is_ok() && oscar.admin().is_err());
    let reader = token(&app, "oscar", Scope::Read).await;
    assert!(matches!(reader.tracker(), Err(Error::Forbidden { .. })));
    for name in ["rita", "ann"] {
        let actor = app.actor(name).await;
        assert!(
            matches!(actor.tracker(), Err(Error::Forbidden { .. })),
            "{name}"
        );
        let found = app
            .tenure
            .search_tracked_runs(&actor.member().unwrap(), &search("0", ""))
            .await
            .unwrap();
        assert_eq!(found.runs, []);
    }
}

#[tokio::test]
async fn runs_of_our_own_are_read_and_not_written() {
    let app = TestApp::filled().await;
    let ada = app.actor("ada").await;
    let (tracker, member) = (ada.tracker().unwrap(), ada.member().unwrap());
    let found = app
        .tenure
        .search_tracked_runs(&member, &search(USE_CASE, TRAININGS))
        .await
        .unwrap();
    assert!(!found.runs.is_empty());
    let id = client_id(&found.runs[0].run_id);
    let run = app.tenure.tracked_run(&member, &id).await.unwrap();
    assert!(!run.contents.parameters.is_empty() && !run.contents.metrics.is_empty());
    let batch = Batch {
        metrics: vec![LoggedMetric {
            name: "roc_auc".into(),
            value: 1.0,
            ..LoggedMetric::default()
        }],
        ..Batch::default()
    };
    let logged = app.tenure.log_batch(&tracker, &id, &batch).await;
    assert!(matches!(logged, Err(Error::Forbidden { .. })));
    let place = ArtifactPath::parse(&format!("{USE_CASE}/{id}/artifacts/evidence.json")).unwrap();
    let put = app
        .tenure
        .put_tracked_file(&tracker, &place, b"{}".to_vec())
        .await;
    assert!(matches!(put, Err(Error::Forbidden { .. })));
    let tagged = app
        .tenure
        .tag_run(&tracker, &id, "data", Some("other"))
        .await;
    assert!(
        matches!(tagged, Err(Error::Forbidden { .. })),
        "{tagged:?} {:?}",
        run.contents.tags
    );
    app.tenure
        .tag_run(&tracker, &id, "mlflow.note.content", Some("seen"))
        .await
        .unwrap();
    let run = app.tenure.tracked_run(&member, &id).await.unwrap();
    assert!(
        run.contents
            .tags
            .contains(&("mlflow.note.content".into(), "seen".into()))
    );
}

#[tokio::test]
async fn files_with_people_need_the_role_and_are_on_record() {
    let app = TestApp::filled().await;
    let ann = app.actor("ann").await;
    let member = ann.member().unwrap();
    let found = app
        .tenure
        .search_tracked_runs(&member, &search(USE_CASE, TRAININGS))
        .await
        .unwrap();
    let id = client_id(&found.runs[0].run_id);
    let place = ArtifactPath::parse(&format!("{USE_CASE}/{id}/artifacts/holdout.csv")).unwrap();
    let rita = app.actor("rita").await;
    let refused = app
        .tenure
        .tracked_file(&rita.member().unwrap(), &place, "")
        .await;
    assert!(
        matches!(refused, Err(Error::Forbidden { .. })),
        "{refused:?}"
    );
    let needs_reason = !app.tenure.purposes(USE_CASE).is_empty();
    let without = app.tenure.tracked_file(&member, &place, "").await;
    assert_eq!(
        matches!(without, Err(Error::Forbidden { .. })),
        needs_reason
    );
    let why = app
        .tenure
        .purposes(USE_CASE)
        .first()
        .map_or("", |own| own.key.as_str())
        .to_owned();
    assert!(app.tenure.tracked_file(&member, &place, &why).await.is_ok());
}

#[tokio::test]
async fn a_run_that_is_logged_is_archived_not_lost() {
    let app = TestApp::empty().await;
    let oscar = app.actor("oscar").await;
    let (tracker, member) = (oscar.tracker().unwrap(), oscar.member().unwrap());
    let new = NewRun {
        experiment: USE_CASE.into(),
        name: Some("notebook".into()),
        ..NewRun::default()
    };
    let id = client_id(
        &app.tenure
            .create_tracked_run(&tracker, &new)
            .await
            .unwrap()
            .run
            .run_id,
    );
    let ours = async || {
        app.tenure
            .runs(&member, USE_CASE, "", 1, &[])
            .await
            .unwrap()
            .total
    };
    assert_eq!(ours().await, 1);
    app.tenure.archive_run(&tracker, &id, true).await.unwrap();
    assert_eq!(ours().await, 0);
    let batch = app.tenure.log_batch(&tracker, &id, &Batch::default()).await;
    assert!(matches!(batch, Err(Error::Invalid(_))));
    app.tenure.archive_run(&tracker, &id, false).await.unwrap();
    assert_eq!(ours().await, 1);
}

/// The SQLite file of an MLflow server: an experiment with two runs, and a registered model.
async fn mlflow(folder: &Path) -> String {
    let file = folder.join("mlflow.db");
    let mut connection = sqlx::sqlite::SqliteConnectOptions::new()
        .filename(&file)
        .create_if_missing(true)
        .connect()
        .await
        .unwrap();
    let script = "
        create table experiments (experiment_id integer, name text, artifact_location text, lifecycle_stage text);
        create table experiment_tags (key text, value text, experiment_id integer);
        create table runs (run_uuid text, name text, status text, user_id text, start_time bigint, end_time bigint, lifecycle_stage text, artifact_uri text, experiment_id integer);
        create table params (key text, value text, run_uuid text);
        create table tags (key text, value text, run_uuid text);
        create table metrics (key text, value float, timestamp bigint, run_uuid text, step bigint, is_nan boolean);
        create table registered_models (name text, description text);
        create table registered_model_tags (key text, value text, name text);
        create table registered_model_aliases (alias text, version integer, name text);
        create table model_versions (name text, version integer, current_stage text, source text, run_id text, description text);
        create table model_version_tags (key text, value text, name text, version integer);
        insert into experiments values (0, 'Default', '', 'active'), (1, 'attrition', '', 'active');
        insert into experiment_tags values ('team', 'hr', 1);
        insert into runs values
            ('00000000000000000000000000000001', 'parent', 'FINISHED', 'ann', 1000, 2000, 'active', 'mlflow-artifacts:/1/00000000000000000000000000000001/artifacts', 1),
            ('00000000000000000000000000000002', 'child', 'FAILED', 'ann', 1500, 1800, 'deleted', '', 1);
        insert into params values ('depth', '3', '00000000000000000000000000000001');
        insert into tags values ('mlflow.parentRunId', '00000000000000000000000000000001', '00000000000000000000000000000002');
        insert into metrics values
            ('loss', 0.5, 10, '00000000000000000000000000000001', 0, 0),
            ('loss', 0.25, 20, '00000000000000000000000000000001', 1, 0),
            ('odd', 0, 20, '00000000000000000000000000000001', 0, 1);
        insert into registered_models values ('clf', 'one');
        insert into registered_model_aliases values ('champion', 1, 'clf'), ('challenger', 1, 'clf');
        insert into model_versions values ('clf', 1, 'Production', 'mlflow-artifacts:/1/00000000000000000000000000000001/artifacts/model', '00000000000000000000000000000001', '');
    ";
    connection.execute(sqlx::raw_sql(script)).await.unwrap();
    connection.close().await.unwrap();
    format!("sqlite:///{}", file.display())
}

#[tokio::test]
async fn an_import_takes_everything_once_and_goes_on_after_a_cut() {
    let app = TestApp::empty().await;
    let folder = tempfile::tempdir().unwrap();
    let mut options = ImportOptions {
        uri: mlflow(folder.path()).await,
        dry_run: true,
        ..ImportOptions::default()
    };
    let actor = Actor::local();
    let admin = actor.admin().unwrap();
    let import = async |options: &ImportOptions| {
        app.tenure
            .import_mlflow(&admin, options, |_| {})
            .await
            .unwrap()
    };
    let looked = import(&options).await;
    assert_eq!((looked.taken.experiments, looked.taken.runs), (2, 2));
    assert!(
        app.tenure
            .experiment_by_name(&admin.member(), "attrition (MLflow)")
            .await
            .is_err()
    );

    // The folder with the files is not there yet: everything else is taken, and that is said.
    options.dry_run = false;
    let first = import(&options).await;
    let expected = ImportedCounts {
        experiments: 2,
        runs: 2,
        metric_values: 3,
        files: 0,
        registered_models: 1,
        versions: 1,
    };
    assert_eq!(first.taken, expected);
    let left: Vec<&str> = first
        .not_taken
        .iter()
        .map(|own| own.what.as_str())
        .collect();
    for what in [
        "files of run 00000000000000000000000000000001",
        "stage Production of version clf/1",
        "alias champion of registered model clf",
    ] {
        assert!(left.contains(&what), "{what}: {left:?}");
    }

    let files = folder
        .path()
        .join("mlartifacts/1/00000000000000000000000000000001/artifacts/model");
    std::fs::create_dir_all(&files).unwrap();
    std::fs::write(files.join("MLmodel"), "flavors: {}").unwrap();
    options.artifacts = Some(folder.path().join("mlartifacts"));
    let second = import(&options).await;
    let expected = ImportedCounts {
        files: 1,
        ..ImportedCounts::default()
    };
    assert_eq!((second.taken, second.known.runs), (expected, 2));
    assert_eq!(
        import(&options).await.taken,
        ImportedCounts::default(),
        "nothing twice"
    );

    let member = admin.member();
    let experiment = app
        .tenure
        .experiment_by_name(&member, "attrition (MLflow)")
        .await
        .unwrap();
    assert_eq!(experiment.tags, [("team".to_owned(), "hr".to_owned())]);
    let run = app
        .tenure
        .tracked_run(&member, "00000000000000000000000000000001")
        .await
        .unwrap();
    assert_eq!(run.run.started_at.micros(), 1_000_000);
    assert_eq!(
        run.contents.parameters,
        [("depth".to_owned(), "3".to_owned())]
    );
    let (_, history, _) = app
        .tenure
        .metric_history(
            &member,
            "00000000000000000000000000000001",
            "loss",
            None,
            "",
        )
        .await
        .unwrap();
    assert_eq!(
        history
            .iter()
            .map(workflow::tracking::Point::value)
            .collect::<Vec<_>>(),
        [0.5, 0.25]
    );
    let child = app
        .tenure
        .tracked_run(&member, "00000000000000000000000000000002")
        .await
        .unwrap();
    assert!(child.run.archived_at.is_some() && child.run.parent_id == Some(run.run.run_id));
    let version = app
        .tenure
        .registered_version(&member, "clf", 1)
        .await
        .unwrap();
    assert_eq!(
        (version.stage.as_str(), version.aliases),
        ("None", vec!["challenger".to_owned()])
    );
    assert!(
        version.source.ends_with("/artifacts/model"),
        "{}",
        version.source
    );
    let query = AuditQuery {
        action: AuditAction::MlflowImport.to_string(),
        ..AuditQuery::default()
    };
    let entries = app.tenure.audit_rows(&member, &query).await.unwrap();
    assert_eq!(entries.len(), 2, "one for each import that took something");
}
