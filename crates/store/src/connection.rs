//! Connections to read and to write with. What is given back to a pool is as it was: a connection
//! whose transaction could not be begun, committed or rolled back is closed instead.

use std::ops::{Deref, DerefMut};

use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyConnection, AssertSqlSafe};

use crate::{Error, Result};

/// A connection to read with, outside a transaction or in one that sees a single moment. What
/// changes rows asks for a [`Writer`]:
///
/// ```compile_fail,E0308
/// async fn wrong(reader: &mut store::Reader, dataset: &store::datasets::Dataset) -> store::Result<()> {
///     store::datasets::insert(reader, dataset).await
/// }
/// ```
#[derive(Debug)]
pub struct Reader {
    lease: Lease,
}

/// A writing transaction, in which reading is possible too. Nothing of it counts until
/// [`Writer::commit`]; dropped, it is rolled back.
#[derive(Debug)]
pub struct Writer {
    reader: Reader,
}

/// A connection of a pool, for a time.
#[derive(Debug)]
struct Lease {
    /// `None` only while it is being dropped.
    connection: Option<PoolConnection<Any>>,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// As the pool gave it.
    Clean,
    /// In a transaction.
    Open,
    /// Nobody knows.
    Unknown,
}

impl Reader {
    pub(crate) fn new(connection: PoolConnection<Any>) -> Self {
        Self {
            lease: Lease {
                connection: Some(connection),
                state: State::Clean,
            },
        }
    }

    /// Begins a transaction with this statement.
    pub(crate) async fn begin(
        connection: PoolConnection<Any>,
        statement: &'static str,
    ) -> Result<Self> {
        let mut reader = Self::new(connection);
        reader.lease.step(statement, State::Open).await?;
        Ok(reader)
    }

    pub(crate) fn connection(&mut self) -> &mut AnyConnection {
        match &mut self.lease.connection {
            Some(connection) => connection,
            None => unreachable!("a connection is taken out only when its reader is dropped"),
        }
    }
}

impl Writer {
    pub(crate) fn new(reader: Reader) -> Self {
        Self { reader }
    }

    /// Makes everything done in this transaction count.
    ///
    /// # Errors
    /// When the database fails. Nothing counts then, unless the connection broke before the answer
    /// came.
    pub async fn commit(mut self) -> Result<()> {
        self.reader.lease.step("commit", State::Clean).await
    }

    /// Undoes everything done in this transaction. Dropping it does the same, a moment later.
    ///
    /// # Errors
    /// When the database fails; nothing counts then either.
    pub async fn roll_back(mut self) -> Result<()> {
        self.reader.lease.step("rollback", State::Clean).await
    }

    /// Runs statements as they stand. For tests of what the database refuses by itself: no function
    /// of the store offers it.
    ///
    /// # Errors
    /// When the database refuses or fails.
    #[doc(hidden)]
    pub async fn run(&mut self, statements: impl Into<String>) -> Result<()> {
        sqlx::raw_sql(AssertSqlSafe(statements.into()))
            .execute(self.connection())
            .await?;
        Ok(())
    }
}

impl Deref for Writer {
    type Target = Reader;

    fn deref(&self) -> &Reader {
        &self.reader
    }
}

impl DerefMut for Writer {
    fn deref_mut(&mut self) -> &mut Reader {
        &mut self.reader
    }
}

impl Lease {
    /// Runs a statement after which the connection is in another state. Until the answer is there
    /// nobody knows in which, also when nobody waits for the answer any more.
    async fn step(&mut self, statement: &'static str, after: State) -> Result<()> {
        self.state = State::Unknown;
        let Some(connection) = &mut self.connection else {
            return Err(Error::Database(sqlx::Error::PoolClosed));
        };
        sqlx::raw_sql(statement).execute(&mut **connection).await?;
        self.state = after;
        Ok(())
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let Some(mut connection) = self.connection.take() else {
            return;
        };
        match self.state {
            State::Clean => {}
            State::Unknown => connection.close_on_drop(),
            State::Open => {
                tokio::spawn(async move {
                    // On a full disk SQLite has rolled back by itself, and refuses to do so again.
                    if let Err(error) = sqlx::raw_sql("rollback").execute(&mut *connection).await {
                        tracing::debug!(%error, "a transaction could not be rolled back: its connection is closed");
                        connection.close_on_drop();
                    }
                });
            }
        }
    }
}
