//! Stores to test, and rows to put into them.
#![expect(clippy::unwrap_used, reason = "tests")]

use store::{Settings, Store, datasets, registry, runs};

/// An empty store on each database at hand. A PostgreSQL database of its own is made for each test.
pub async fn stores(name: &str) -> Vec<(Store, tempfile::TempDir)> {
    let mut stores = Vec::new();
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings { database: None, data_dir: folder.path().join("new"), artifacts: None };
    stores.push((Store::open(&settings).await.unwrap(), folder));
    let Ok(server) = std::env::var("TENURE_TEST_POSTGRES") else {
        eprintln!("SKIPPED on PostgreSQL: TENURE_TEST_POSTGRES is not set");
        return stores;
    };
    let server = server.strip_suffix("/postgres").unwrap().to_owned();
    sqlx::any::install_default_drivers();
    let database = format!("test_{name}_{}", std::process::id());
    let admin = sqlx::AnyPool::connect(&format!("{server}/postgres")).await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!("create database {database}"))).execute(&admin).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings { database: Some(format!("{server}/{database}")), data_dir: folder.path().to_path_buf(), artifacts: None };
    stores.push((Store::open(&settings).await.unwrap(), folder));
    stores
}

pub fn dataset(hash: &str, as_of: &str) -> datasets::Dataset {
    datasets::Dataset {
        dataset_id: store::new_id(),
        use_case: "attrition".into(),
        hash: hash.into(),
        content_hash: "c".into(),
        name: "people.csv".into(),
        row_count: 3,
        column_count: 2,
        positives: None,
        as_of: as_of.into(),
        simulated: true,
        created_by: "test".into(),
        created_at: store::now(),
    }
}

pub fn run(name: &str, parent: Option<&runs::Run>) -> runs::Run {
    runs::Run {
        run_id: store::new_id(),
        parent_id: parent.map(|parent| parent.run_id.clone()),
        use_case: "attrition".into(),
        name: name.into(),
        status: "running".into(),
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
        version: 0,
        run_id: run.run_id.clone(),
        dataset_id: dataset.dataset_id.clone(),
        model_hash: "m".into(),
        candidate: "blend".into(),
        stage: "Staging".into(),
        author: "test".into(),
        note: String::new(),
        created_at: store::now(),
        description: String::new(),
    }
}
