//! Why nothing came from a source, and when that is worth another attempt.

use std::time::Duration;

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
    #[error(
        "the database refused the account: {0}. Check the user name and the password that the source names"
    )]
    SignIn(String),
    #[error("the query failed: {0}")]
    Query(String),
    #[error("the connection broke after {rows} rows: {why}. Nothing was kept; try again")]
    Broken { rows: usize, why: String },
    #[error("{0}")]
    Folder(String),
    /// A server of files does not give one.
    #[error("{0}")]
    File(String),
    #[error(
        "the server refused the account. Check the password or the keys that the source names, and what they may read"
    )]
    Denied,
    /// A file is still being written; worth another attempt.
    #[error("{0} is still being written. Try again when it is complete")]
    Unsettled(String),
    #[error("the scores could not be written, and the table is as it was: {0}")]
    Write(String),
    /// The connection was lost between the request to commit and its answer.
    #[error(
        "the connection broke at the very end, so the table may or may not hold the scores: {0}. Write them again; rows are replaced, never added twice"
    )]
    Unsure(String),
    #[error("the query found no rows")]
    NoRows,
    #[error("the column \"{0}\" occurs twice in the result. Name the columns of the query")]
    RepeatedColumn(String),
    #[error(
        "the result has more than {0} rows. Narrow the query, or raise the limit of the source"
    )]
    TooManyRows(usize),
    #[error("the result is larger than {0} MB. Select fewer columns or rows")]
    TooLarge(usize),
    #[error(
        "the query took longer than {0} s and was stopped. Narrow the query, or raise the time limit of the source"
    )]
    Late(u64),
}

/// Connects, trying again with growing pauses while the server is away.
pub(super) async fn patiently<C, F>(
    attempts: u32,
    connect: impl Fn() -> F,
) -> Result<C, SourceError>
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
pub(super) fn refused(error: &sqlx::Error) -> SourceError {
    said(error).unwrap_or_else(|| SourceError::Away(error.to_string()))
}

/// An error of the driver while rows were coming.
pub(super) fn broken(error: &sqlx::Error, rows: usize) -> SourceError {
    said(error).unwrap_or_else(|| SourceError::Broken {
        rows,
        why: error.to_string(),
    })
}

/// An error of the driver while scores were written.
pub(super) fn unwritten(error: &sqlx::Error) -> SourceError {
    let why = error.as_database_error().map_or_else(
        || error.to_string(),
        |database| database.message().to_owned(),
    );
    SourceError::Write(why)
}

/// An error of the driver at the commit.
pub(super) fn uncommitted(error: &sqlx::Error) -> SourceError {
    if error.as_database_error().is_some() {
        unwritten(error)
    } else {
        SourceError::Unsure(error.to_string())
    }
}

/// What the database itself said; `None` when the connection failed.
fn said(error: &sqlx::Error) -> Option<SourceError> {
    error
        .as_database_error()
        .map(|database| SourceError::Query(database.message().to_owned()))
}
