//! The store: reading, writing, and artifacts.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::AnyPool;

use crate::artifacts::Artifacts;
use crate::database::Database;
use crate::health::{self, Probe};
use crate::prediction_log::Spool;
use crate::sql::sql;
use crate::{Chain, Error, Reader, Result, Writer};

/// The store: connections to the database, and the artifacts. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    pub(crate) readers: AnyPool,
    /// One connection: writers of this process take turns.
    pub(crate) writer: AnyPool,
    pub(crate) database: Arc<Database>,
    pub(crate) artifacts: Artifacts,
    pub(crate) probe: Arc<Probe>,
    pub(crate) spool: Arc<Spool>,
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
        Ok(Reader::new(self.database.acquire(&self.readers).await?))
    }

    /// Begins a reading transaction: everything in it is of one moment, and no writer waits for it.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the database cannot be reached within three seconds.
    pub async fn snapshot(&self) -> Result<Reader> {
        let begin = if self.database.postgres {
            "begin isolation level repeatable read, read only"
        } else {
            "begin deferred"
        };
        Reader::begin(self.database.acquire(&self.readers).await?, begin).await
    }

    /// Begins a writing transaction. Writers wait for each other here, so that what one reads
    /// before it writes is still true when it writes.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when another writer of this process does not finish within three seconds, or one of another process within
    /// three more, or when the database cannot be reached or written.
    pub async fn begin(&self) -> Result<Writer> {
        let connection = self.database.acquire(&self.writer).await?;
        if !self.database.postgres {
            return Ok(Writer::new(
                Reader::begin(connection, "begin immediate").await?,
            ));
        }
        let mut writer = Writer::new(Reader::begin(connection, "begin").await?);
        sql("select 1 from (select pg_advisory_xact_lock($1)) as locked")
            .bind(WRITER_LOCK)
            .rows(&mut writer)
            .await?;
        Ok(writer)
    }
}

impl Store {
    /// As [`Store::begin`], for work in the background whose outcome would be lost: waits up to ten
    /// minutes for a database that is not available, and says so in the log.
    ///
    /// # Errors
    /// As [`Store::begin`].
    pub async fn begin_patiently(&self) -> Result<Writer> {
        self.begin_while(|| true).await
    }

    /// As [`Store::begin_patiently`], for as long as `wanted` says so; asked each time that the
    /// database was not available.
    ///
    /// # Errors
    /// As [`Store::begin`].
    pub async fn begin_while(&self, wanted: impl Fn() -> bool) -> Result<Writer> {
        let started = Instant::now();
        loop {
            match self.begin().await {
                Err(error @ Error::Unavailable(_))
                    if started.elapsed() < PATIENCE_OF_WORK && wanted() =>
                {
                    tracing::warn!(error = %Chain(&error), "waiting for the database");
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
                begun => return begun,
            }
        }
    }

    /// Stores bytes and gives their hash. The same bytes are stored once.
    ///
    /// # Errors
    /// When the artifact store cannot be written.
    pub async fn put_artifact(&self, bytes: Vec<u8>) -> Result<String> {
        self.artifacts.put(bytes).await
    }

    /// Reads an artifact and checks it against its hash.
    ///
    /// # Errors
    /// When it is not there or was changed.
    pub async fn artifact(&self, hash: &str) -> Result<Vec<u8>> {
        self.artifacts.get(hash).await
    }

    /// As [`Store::put_artifact`], and the bytes are on disk when it is done.
    ///
    /// # Errors
    /// When the artifact store cannot be written.
    pub async fn put_artifact_durably(&self, bytes: Vec<u8>) -> Result<String> {
        self.artifacts.put_durably(bytes).await
    }

    /// Removes an artifact; one that is not there is no error.
    ///
    /// # Errors
    /// When the artifact store refuses.
    pub async fn remove_artifact(&self, hash: &str) -> Result<()> {
        self.artifacts.remove(hash).await
    }

    /// The files of the prediction log.
    pub fn spool(&self) -> &Arc<Spool> {
        &self.spool
    }

    /// Writes a row, for good, unless somebody did so within the last second. What keeps it from
    /// being written is in the log.
    pub async fn is_writable(&self) -> bool {
        self.probe
            .is_writable(async { health::beat(self.begin().await?).await })
            .await
    }

    pub(crate) fn is_postgres(&self) -> bool {
        self.database.postgres
    }

    /// Closes every connection; waits for those in use. A store that is not closed leaves that to
    /// the end of the process.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}
