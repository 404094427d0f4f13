//! Database repositories and the artifact store: the only crate with SQL.
//!
//! One set of migrations and one text per query serve SQLite and PostgreSQL, through `sqlx::Any`. Repositories are free functions over a
//! [`Reader`] or a [`Writer`], so that a use case can put several of them into one transaction, and nothing is written outside one.

pub mod accounts;
pub mod artifacts;
pub mod audit;
pub mod card;
mod connection;
pub mod datasets;
mod error;
pub mod fairness;
mod files;
mod health;
pub mod jobs;
mod migrations;
pub mod monitoring;
mod open;
pub mod registry;
pub mod review;
mod rules;
pub mod runs;
pub mod scoring;
mod sql;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::Timestamp;
use sqlx::AnyPool;

pub use connection::{Reader, Writer};
pub use error::{Chain, Error, Result};

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

/// The store: connections to the database, and the artifacts. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    readers: AnyPool,
    /// One connection: writers of this process take turns.
    writer: AnyPool,
    database: Arc<open::Database>,
    artifacts: artifacts::Artifacts,
    probe: Arc<health::Probe>,
}

/// How long work in the background waits for a database that is not available.
const PATIENCE_OF_WORK: Duration = Duration::from_secs(600);

/// Any number will do, as long as every writer asks for the same.
const WRITER_LOCK: i64 = 7_364_112;

impl Store {
    /// A connection to read with.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the database cannot be reached within three seconds.
    pub async fn read(&self) -> Result<Reader> {
        Ok(Reader::new(self.acquire(&self.readers).await?))
    }

    /// Begins a reading transaction: everything in it is of one moment, and no writer waits for it.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the database cannot be reached within three seconds.
    pub async fn snapshot(&self) -> Result<Reader> {
        let begin = if self.database.postgres { "begin isolation level repeatable read, read only" } else { "begin deferred" };
        Reader::begin(self.acquire(&self.readers).await?, begin).await
    }

    /// Begins a writing transaction. Writers wait for each other here, so that what one reads before it writes is still true when it writes.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when another writer of this process does not finish within three seconds, or one of another process within
    /// three more, or when the database cannot be reached or written.
    pub async fn begin(&self) -> Result<Writer> {
        let connection = self.acquire(&self.writer).await?;
        if !self.database.postgres {
            return Ok(Writer::new(Reader::begin(connection, "begin immediate").await?));
        }
        let mut writer = Writer::new(Reader::begin(connection, "begin").await?);
        sql::sql("select 1 from (select pg_advisory_xact_lock($1)) as locked").bind(WRITER_LOCK).rows(&mut writer).await?;
        Ok(writer)
    }
}

impl Store {
    /// As [`Store::begin`], for work in the background whose outcome would be lost: waits up to ten minutes for a database that is not
    /// available, and says so in the log.
    ///
    /// # Errors
    /// As [`Store::begin`].
    pub async fn begin_patiently(&self) -> Result<Writer> {
        let started = Instant::now();
        loop {
            match self.begin().await {
                Err(error @ Error::Unavailable(_)) if started.elapsed() < PATIENCE_OF_WORK => {
                    tracing::warn!(error = %Chain(&error), "waiting for the database");
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
                begun => return begun,
            }
        }
    }

    /// Closes every connection; waits for those in use. A store that is not closed leaves that to the end of the process.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

/// A new id: UUIDv7, so that ids sort by age.
pub fn new_id<T: From<String>>() -> T {
    uuid::Uuid::now_v7().to_string().into()
}

/// Today in UTC.
pub fn today() -> domain::Date {
    now().date()
}

/// Now.
pub fn now() -> Timestamp {
    let elapsed = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_micros(i64::try_from(elapsed.as_micros()).unwrap_or(i64::MAX))
}
