//! Other systems as a source of rows: a query against a database, read only, whose result becomes a
//! CSV file, or the newest file of a folder or a bucket, or one at a web address. From there on it is a file like any other: kept, hashed
//! and checked. Scores go the other way, into a table ([`write_scores`]).
//!
//! Nothing inspects the text of the query. PostgreSQL runs it as a cursor of a read-only
//! transaction, SQL Server for an account that may not write, SQLite on a connection that is opened read only; beside that the account given to
//! Tenure should only be allowed to read.

mod address;
pub(crate) mod client;
mod error;
mod folder;
mod hosts;
mod limits;
mod postgres;
mod rows;
mod s3;
mod scores;
mod secret;
mod sql_server;
mod sql_server_address;
mod sql_server_scores;
mod sqlite;
mod table_name;
pub(crate) mod web;
mod write_back;

pub use address::{Address, Engine};
pub use error::SourceError;
pub use folder::FoundFile;
pub use hosts::Hosts;
pub use limits::{Beyond, Fetched, Limits};
pub use scores::{ScoredPerson, Scores};
pub use secret::Secret;
pub use table_name::TableName;
pub use write_back::write_scores;

/// Runs `query` at the database `address` and returns its rows. Connecting is tried again while the server is
/// away, within the time limit; a query is never run twice.
///
/// # Errors
/// See [`SourceError`]. There is no partial result.
pub async fn fetch(
    address: &Address,
    password: Option<&str>,
    query: &str,
    limits: &Limits,
) -> Result<Fetched, SourceError> {
    let query = query.trim().trim_end_matches(';').trim_end();
    if query.is_empty() {
        return Err(SourceError::Query("there is no query".into()));
    }
    let work = async {
        match address.engine() {
            Engine::Postgres => postgres::fetch(address, password, query, limits).await,
            Engine::SqlServer => sql_server::fetch(address, password, query, limits).await,
            Engine::Sqlite => sqlite::fetch(address, query, limits).await,
            Engine::Folder | Engine::Web | Engine::S3 => {
                Err(SourceError::Query("a file takes no query".into()))
            }
        }
    };
    tokio::time::timeout(limits.time, work)
        .await
        .unwrap_or(Err(SourceError::Late(limits.time.as_secs())))
}

/// Reads the newest file of the folder or the bucket `address`, or the file at it. A file that is
/// still being written is an error, not a reason to take an older one. `hosts` are those that web
/// addresses may lead to.
///
/// # Errors
/// When there is no such file, it is larger than the limit, or it changes while it is read.
pub async fn newest_file(
    address: &Address,
    password: Option<&str>,
    hosts: &Hosts,
    limits: &Limits,
) -> Result<FoundFile, SourceError> {
    let work = async {
        match address.engine() {
            Engine::Web => {
                let url = web::parse(address.as_str())?;
                web::read(&url, password, hosts, limits).await
            }
            Engine::S3 => address.bucket()?.read(password, hosts, limits).await,
            // The address of a database is refused as a folder.
            Engine::Folder | Engine::Postgres | Engine::SqlServer | Engine::Sqlite => {
                folder::newest(address.watched()?, limits).await
            }
        }
    };
    tokio::time::timeout(limits.time, work)
        .await
        .unwrap_or(Err(SourceError::Late(limits.time.as_secs())))
}
