//! Database repositories and the artifact store: the only room with SQL.
//!
//! One set of migrations and one text per query serve SQLite and PostgreSQL, through `sqlx::Any`. Repositories are free functions over a
//! connection, so that a use case can put several of them into one transaction.

pub mod accounts;
pub mod artifacts;
pub mod audit;
pub mod cards;
pub mod checks;
pub mod datasets;
pub mod jobs;
pub mod outcomes;
pub mod registry;
pub mod review;
mod run_search;
pub mod runs;
pub mod scores;
pub mod sessions;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use object_store::ObjectStore;
pub use sqlx::AnyConnection as Connection;
use sqlx::any::AnyPoolOptions;
use sqlx::{Any, AnyPool, Executor, Row, Transaction};

/// What can go wrong in here. Doors turn it into something a person can act on; the text of SQL stays in the log.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
    #[error("the database could not be brought up to date")]
    Migration(#[from] sqlx::migrate::MigrateError),
    #[error("the artifact store failed")]
    Artifacts(#[from] object_store::Error),
    #[error("the artifact {0} is not in the store, or was changed there")]
    Artifact(String),
    #[error("the data folder cannot be used: {0}")]
    Folder(#[from] std::io::Error),
    #[error("a stored record cannot be read: {0}")]
    Record(#[from] serde_json::Error),
    #[error("{0}")]
    Setting(String),
}

/// A result of this room.
pub type Result<T> = std::result::Result<T, Error>;

/// Where things are kept.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `sqlite://path` or `postgres://…`; `None` is `tenure.db` in the data folder.
    pub database: Option<String>,
    /// Folder of the database file and, unless `artifacts` says otherwise, of the artifacts.
    pub data_dir: PathBuf,
    /// URL of an artifact store, for example `s3://bucket/prefix`; `None` is a folder in the data folder.
    pub artifacts: Option<String>,
}

/// The store: a connection pool and the artifacts.
#[derive(Debug, Clone)]
pub struct Store {
    pool: AnyPool,
    postgres: bool,
    artifacts: Arc<dyn ObjectStore>,
    prefix: object_store::path::Path,
}

/// Any number will do, as long as every writer asks for the same.
const WRITER_LOCK: i64 = 7_364_112;

impl Store {
    /// Opens the store and brings the database up to date.
    ///
    /// # Errors
    /// When the folder cannot be made, the database cannot be reached or migrated, or a URL is none.
    pub async fn open(settings: &Settings) -> Result<Self> {
        private_folder(&settings.data_dir)?;
        let url = settings.database.clone().unwrap_or_else(|| sqlite_url(&settings.data_dir));
        let postgres = url.starts_with("postgres");
        sqlx::any::install_default_drivers();
        let pool = AnyPoolOptions::new()
            .max_connections(if postgres { 16 } else { 8 })
            .after_connect(move |connection, _| {
                Box::pin(async move {
                    if !postgres {
                        connection.execute("pragma journal_mode = wal").await?;
                        connection.execute("pragma foreign_keys = on").await?;
                        connection.execute("pragma busy_timeout = 15000").await?;
                        // Else `insert or replace` would delete rows past the triggers that forbid it.
                        connection.execute("pragma recursive_triggers = on").await?;
                        // 32 MB a connection instead of 2: searches over runs touch many pages far apart.
                        connection.execute("pragma cache_size = -32768").await?;
                    }
                    Ok(())
                })
            })
            .connect(&url)
            .await?;
        let (artifacts, prefix) = artifacts::open(settings)?;
        let store = Self { pool, postgres, artifacts, prefix };
        sqlx::migrate!("../../migrations").run(&store.pool).await?;
        store.enforce_rules().await?;
        Ok(store)
    }

    /// The pool, for reads outside a transaction.
    pub fn pool(&self) -> &AnyPool {
        &self.pool
    }

    /// A connection for reads.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn read(&self) -> Result<sqlx::pool::PoolConnection<Any>> {
        Ok(self.pool.acquire().await?)
    }

    /// Begins a writing transaction. Writers wait for each other here, so that what one reads before it writes is still true when it writes.
    ///
    /// # Errors
    /// When the database cannot be reached, or another writer does not finish within 15 seconds.
    pub async fn begin(&self) -> Result<Transaction<'static, Any>> {
        if self.postgres {
            let mut transaction = self.pool.begin().await?;
            sqlx::query("select 1 from (select pg_advisory_xact_lock($1)) as locked").bind(WRITER_LOCK).execute(&mut *transaction).await?;
            Ok(transaction)
        } else {
            Ok(self.pool.begin_with("begin immediate").await?)
        }
    }

    /// Begins a reading transaction: everything in it is of one moment, and no writer waits for it.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn snapshot(&self) -> Result<Transaction<'static, Any>> {
        let begin = if self.postgres { "begin isolation level repeatable read, read only" } else { "begin deferred" };
        Ok(self.pool.begin_with(begin).await?)
    }

    /// True when the database answers.
    pub async fn is_alive(&self) -> bool {
        sqlx::query("select 1").execute(&self.pool).await.is_ok()
    }

    /// The rules that the database keeps by itself: append-only history, four eyes, nothing unapproved in service. Triggers are the one
    /// place where the two databases differ.
    async fn enforce_rules(&self) -> Result<()> {
        if self.postgres {
            // Two processes that start together would trip over each other's `create or replace`.
            let mut transaction = self.begin().await?;
            sqlx::raw_sql(include_str!("rules/postgres.sql")).execute(&mut *transaction).await?;
            transaction.commit().await?;
            return Ok(());
        }
        // SQLite has no `create or replace`: where a rule is missing or another one, all are made anew.
        const RULES: &str = include_str!("rules/sqlite.sql");
        let kept = async |connection: &mut Connection| -> Result<bool> {
            let rows = sqlx::query("select name, sql from sqlite_master where type = 'trigger'").fetch_all(connection).await?;
            let kept: Vec<(String, String)> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
            Ok(kept.len() == RULES.matches("create trigger ").count()
                && kept.iter().all(|(_, text)| text.get("CREATE TRIGGER ".len()..).is_some_and(|text| RULES.contains(text))))
        };
        if kept(&mut *self.read().await?).await? {
            return Ok(());
        }
        let mut transaction = self.begin().await?;
        if kept(&mut transaction).await? {
            return Ok(());
        }
        for row in sqlx::query("select name from sqlite_master where type = 'trigger'").fetch_all(&mut *transaction).await? {
            let name: String = row.get(0);
            sqlx::raw_sql(sqlx::AssertSqlSafe(format!("drop trigger \"{}\"", name.replace('"', "\"\""))))
                .execute(&mut *transaction)
                .await?;
        }
        sqlx::raw_sql(RULES).execute(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(())
    }
}

/// A folder that nobody else on the machine can read: it holds people and password hashes. One that is there stays as it is.
fn private_folder(folder: &Path) -> std::io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}

fn sqlite_url(folder: &Path) -> String {
    format!("sqlite://{}?mode=rwc", folder.join("tenure.db").display())
}

/// A new id: UUIDv7, so that ids sort by age.
pub fn new_id() -> String {
    uuid::Uuid::now_v7().to_string()
}

/// Now, in unix microseconds.
pub fn now() -> i64 {
    let elapsed = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(elapsed.as_micros()).unwrap_or(i64::MAX)
}
