//! Databases of other systems as a source of rows: one query, read only, whose result becomes a CSV file. From there on it is a file like
//! any other: kept, hashed and checked.
//!
//! Nothing inspects the text of the query. PostgreSQL runs it as a cursor of a read-only transaction, SQLite on a connection that is opened
//! read only; beside that the account given to Tenure should only be allowed to read.

mod address;
mod postgres;
mod rows;
mod secret;
mod sqlite;

use std::time::Duration;

pub use address::{Address, Engine};
use rows::Rows;
pub use secret::Secret;

/// How much one reading may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Rows of the result.
    pub rows: usize,
    /// What happens to a result with more.
    pub beyond: Beyond,
    /// Bytes of the result as CSV.
    pub bytes: usize,
    /// From the first attempt to connect to the last row.
    pub time: Duration,
    /// Attempts to connect, for a server that is not there yet.
    pub attempts: u32,
}

/// What happens to rows beyond the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beyond {
    /// The result is refused: a table that was cut short must not pass as the whole.
    Refuse,
    /// They are left out, and [`Fetched::more`] says so: for a look at the first rows.
    LeaveOut,
}

impl Default for Limits {
    fn default() -> Self {
        Self { rows: 5_000_000, beyond: Beyond::Refuse, bytes: 2 << 30, time: Duration::from_secs(300), attempts: 3 }
    }
}

/// Why nothing came from a source. No message holds a password; what the server said is passed on.
#[expect(missing_docs, reason = "the message of each variant says it")]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    #[error("{0}")]
    Address(String),
    /// The password is not where the source says.
    #[error("{0}")]
    Secret(String),
    /// Worth another attempt.
    #[error("the database cannot be reached: {0}")]
    Away(String),
    #[error("the database refused the account: {0}. Check the user name and the password that the source names")]
    SignIn(String),
    #[error("the query failed: {0}")]
    Query(String),
    #[error("the connection broke after {rows} rows: {why}. Nothing was kept; try again")]
    Broken { rows: usize, why: String },
    #[error("the query found no rows")]
    NoRows,
    #[error("the column \"{0}\" occurs twice in the result. Name the columns of the query")]
    RepeatedColumn(String),
    #[error("the result has more than {0} rows. Narrow the query, or raise the limit of the source")]
    TooManyRows(usize),
    #[error("the result is larger than {0} MB. Select fewer columns or rows")]
    TooLarge(usize),
    #[error("the query took longer than {0} s and was stopped. Narrow the query, or raise the time limit of the source")]
    Late(u64),
}

/// The result of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// UTF-8, comma-separated, with a header; a null is an empty cell. Numbers have a decimal point, dates and times are ISO 8601.
    pub csv: Vec<u8>,
    /// Rows in it.
    pub rows: usize,
    /// There are more rows than these.
    pub more: bool,
}

/// Runs `query` at `address` and returns its rows. Connecting is tried again while the server is away, within the time limit; a query is
/// never run twice.
///
/// # Errors
/// See [`SourceError`]. There is no partial result.
pub async fn fetch(address: &Address, password: Option<&str>, query: &str, limits: &Limits) -> Result<Fetched, SourceError> {
    let query = query.trim().trim_end_matches(';').trim_end();
    if query.is_empty() {
        return Err(SourceError::Query("there is no query".into()));
    }
    let work = async {
        match address.engine() {
            Engine::Postgres => postgres::fetch(address, password, query, limits).await,
            Engine::Sqlite => sqlite::fetch(address, query, limits).await,
        }
    };
    tokio::time::timeout(limits.time, work).await.unwrap_or(Err(SourceError::Late(limits.time.as_secs())))
}

/// Connects, trying again with growing pauses while the server is away.
async fn patiently<C, F>(attempts: u32, connect: impl Fn() -> F) -> Result<C, SourceError>
where
    F: Future<Output = Result<C, SourceError>>,
{
    let mut pause = Duration::from_millis(200);
    for _ in 1..attempts.max(1) {
        match connect().await {
            Err(SourceError::Away(_)) => tokio::time::sleep(pause).await,
            result => return result,
        }
        pause *= 3;
    }
    connect().await
}

/// An error of the driver before the first row.
fn refused(error: &sqlx::Error) -> SourceError {
    said(error).unwrap_or_else(|| SourceError::Away(error.to_string()))
}

/// An error of the driver while rows were coming.
fn broken(error: &sqlx::Error, rows: usize) -> SourceError {
    said(error).unwrap_or_else(|| SourceError::Broken { rows, why: error.to_string() })
}

/// What the database itself said; `None` when the connection failed.
fn said(error: &sqlx::Error) -> Option<SourceError> {
    error.as_database_error().map(|database| SourceError::Query(database.message().to_owned()))
}
