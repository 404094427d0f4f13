//! Stores to test, and rows to put into them.
#![expect(clippy::unwrap_used, reason = "tests")]
#![expect(dead_code, reason = "each test file uses its part")]

pub mod postgres;

use domain::{
    Date, Decision, DefinitionOrigin, Purpose, ReviewState, RunStatus, Stage, Timestamp, UseCaseId,
    VersionNumber,
};
use store::review::{self, Request, ReviewDecision};
use store::{Settings, Store, Writer, datasets, registry, runs, scoring, use_cases};

/// The use case of the tests.
pub fn attrition() -> UseCaseId {
    "attrition".into()
}

pub fn number(number: i64) -> VersionNumber {
    number.try_into().unwrap()
}

pub fn date(text: &str) -> Date {
    text.parse().unwrap()
}

pub fn at(micros: i64) -> Timestamp {
    Timestamp::from_micros(micros)
}

/// An empty store on each database at hand. A PostgreSQL database of its own is made for each test.
pub async fn stores(name: &str) -> Vec<(Store, tempfile::TempDir)> {
    let mut stores = Vec::new();
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings {
        database: None,
        data_dir: folder.path().join("new"),
        artifacts: None,
    };
    stores.push((Store::open(&settings).await.unwrap(), folder));
    let Some(server) = testing::postgres() else {
        return stores;
    };
    let server = server.strip_suffix("/postgres").unwrap().to_owned();
    sqlx::any::install_default_drivers();
    let database = format!("test_{name}_{}", std::process::id());
    let admin = sqlx::AnyPool::connect(&format!("{server}/postgres"))
        .await
        .unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!("create database {database}")))
        .execute(&admin)
        .await
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings {
        database: Some(format!("{server}/{database}")),
        data_dir: folder.path().to_path_buf(),
        artifacts: None,
    };
    stores.push((Store::open(&settings).await.unwrap(), folder));
    stores
}

pub fn dataset(hash: &str, as_of: &str) -> datasets::Dataset {
    datasets::Dataset {
        dataset_id: store::new_id(),
        use_case: "attrition".into(),
        hash: hash.into(),
        definition: 1,
        purpose: Purpose::Both,
        content_hash: "c".into(),
        name: "people.csv".into(),
        row_count: 3,
        column_count: 2,
        positives: None,
        known_outcomes: None,
        as_of: date(as_of),
        simulated: true,
        created_by: "test".into(),
        created_at: store::now(),
        withdrawn_at: None,
        withdrawn_by: None,
        withdrawn_because: None,
    }
}

pub fn definition(use_case: &UseCaseId, version: u32) -> use_cases::Definition {
    use_cases::Definition {
        use_case: use_case.clone(),
        version,
        origin: DefinitionOrigin::Store,
        content_hash: format!("h{version}"),
        text: "id = \"attrition\"".into(),
        created_by: "test".into(),
        created_at: at(i64::from(version)),
    }
}

/// A dataset with the definition that it was read with.
pub async fn insert_dataset(writer: &mut Writer, dataset: &datasets::Dataset) -> store::Result<()> {
    if use_cases::find(writer, &dataset.use_case, dataset.definition)
        .await?
        .is_none()
    {
        use_cases::insert(writer, &definition(&dataset.use_case, dataset.definition)).await?;
    }
    datasets::insert(writer, dataset, &[]).await
}

pub fn run(name: &str, parent: Option<&runs::Run>) -> runs::Run {
    runs::Run {
        run_id: store::new_id(),
        parent_id: parent.map(|parent| parent.run_id.clone()),
        use_case: "attrition".into(),
        name: name.into(),
        status: RunStatus::Running,
        author: "test".into(),
        dataset_id: None,
        seed: 42,
        code_version: "test".into(),
        message: String::new(),
        started_at: store::now(),
        ended_at: None,
    }
}

pub fn version(run: &runs::Run, dataset: &datasets::Dataset) -> registry::Version {
    registry::Version {
        use_case: "attrition".into(),
        version: VersionNumber::FIRST,
        run_id: run.run_id.clone(),
        dataset_id: dataset.dataset_id.clone(),
        model_hash: "m".into(),
        candidate: "blend".into(),
        stage: Stage::Staging,
        author: "test".into(),
        note: String::new(),
        created_at: store::now(),
        description: String::new(),
    }
}

pub fn batch(dataset: &datasets::Dataset, use_case: &UseCaseId, version: i64) -> scoring::Batch {
    scoring::Batch {
        batch_id: store::new_id(),
        use_case: use_case.clone(),
        version: number(version),
        dataset_id: dataset.dataset_id.clone(),
        as_of: date("2026-01-01"),
        people: 1203,
        expected_events: 12.5,
        created_by: "test".into(),
        created_at: store::now(),
    }
}

pub fn request(version: i64, approvals_needed: i64) -> Request {
    Request {
        request_id: store::new_id(),
        use_case: "attrition".into(),
        version: number(version),
        evidence_hash: format!("evidence of {version}"),
        approvals_needed,
        note: String::new(),
        requested_by: "Rob".into(),
        requested_at: store::now(),
        state: ReviewState::Pending,
        closed_at: None,
        closed_because: String::new(),
    }
}

pub fn decision(request: &Request, reviewer: &str, decision: Decision) -> ReviewDecision {
    ReviewDecision {
        decision_id: store::new_id(),
        request_id: request.request_id.clone(),
        reviewer: reviewer.into(),
        decision,
        reason: "because".into(),
        checklist: "{}".into(),
        waivers: "[]".into(),
        evidence_hash: request.evidence_hash.clone(),
        decided_at: store::now(),
    }
}

/// Asked for and approved; gives the decision.
pub async fn approve(writer: &mut Writer, number: i64) -> ReviewDecision {
    let request = request(number, 1);
    review::insert_request(writer, &request).await.unwrap();
    let decision = decision(&request, "rita", Decision::Approve);
    review::insert_decision(writer, &decision).await.unwrap();
    review::close_request(
        writer,
        &request.request_id,
        ReviewState::Approved,
        store::now(),
        "",
    )
    .await
    .unwrap();
    decision
}

/// `count` versions in Staging, authored by "test".
pub async fn with_versions(store: &Store, count: i64) -> datasets::Dataset {
    let mut transaction = store.begin().await.unwrap();
    let (dataset, run) = (dataset("aa", "2026-01-01"), run("training", None));
    insert_dataset(&mut transaction, &dataset).await.unwrap();
    runs::insert(&mut transaction, &run).await.unwrap();
    for own in 1..=count {
        assert_eq!(
            registry::insert(&mut transaction, &version(&run, &dataset))
                .await
                .unwrap(),
            number(own)
        );
    }
    transaction.commit().await.unwrap();
    dataset
}

/// Runs one statement in a transaction of its own; true when the database took it.
pub async fn taken(store: &Store, statement: &str) -> bool {
    let mut transaction = store.begin().await.unwrap();
    let done = transaction.run(statement).await.is_ok();
    done && transaction.commit().await.is_ok()
}

/// The database as somebody finds it who may do anything to it: its rules are gone.
pub async fn without_rules(store: &Store, statement: &str) {
    let sqlite = store
        .begin()
        .await
        .unwrap()
        .run("select 1 from sqlite_master limit 1")
        .await
        .is_ok();
    let mut transaction = store.begin().await.unwrap();
    if sqlite {
        let names = include_str!("../../src/rules/sqlite.sql")
            .split("create trigger ")
            .skip(1);
        for name in names.map(|rest| rest.split_whitespace().next().unwrap()) {
            transaction
                .run(format!("drop trigger if exists {name}"))
                .await
                .unwrap();
        }
    } else {
        transaction
            .run("set local session_replication_role = replica")
            .await
            .unwrap();
    }
    transaction.run(statement).await.unwrap();
    transaction.commit().await.unwrap();
}
