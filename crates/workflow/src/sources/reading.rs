//! What a source gives, and where scores go.

use std::time::Duration;

use data::sources::{
    Address, Engine, Fetched, FoundFile, Hosts, Limits, Scores, Secret, SourceError, TableName,
};
use data::{DateOrder, ReadOptions};
use domain::ProblemCode;
use store::sources::Source;

use crate::{Error, Result};

/// What a source gave.
pub(super) enum Found {
    /// The result of a query.
    Rows(Fetched),
    /// A file of a folder, a bucket or a web server, as it is.
    File(FoundFile),
}

impl Found {
    pub(super) fn bytes(&self) -> &[u8] {
        match self {
            Self::Rows(fetched) => &fetched.csv,
            Self::File(file) => &file.bytes,
        }
    }

    /// Name and bytes, as a file to import.
    pub(super) fn into_file(self, source: &str) -> (String, Vec<u8>) {
        match self {
            Self::Rows(fetched) => (source.to_owned(), fetched.csv),
            Self::File(file) => (file.name, file.bytes),
        }
    }

    /// How the bytes are read. [`data::sources`] wrote the result of a query: its numbers have a
    /// decimal point, and 3.000 of a database is not three thousand.
    pub(super) fn options(&self, stated: ReadOptions) -> ReadOptions {
        match self {
            Self::File(_) => stated,
            Self::Rows(_) => {
                let point = (stated.thousands != Some('.')).then_some('.');
                ReadOptions {
                    encoding: Some("utf-8".into()),
                    separator: Some(','),
                    header_row: Some(1),
                    decimal: stated.decimal.or(point),
                    dates: stated.dates.or(Some(DateOrder::YearFirst)),
                    ..stated
                }
            }
        }
    }
}

/// Reads a source.
pub(super) async fn read(
    source: &Source,
    hosts: &Hosts,
    limits: &Limits,
) -> std::result::Result<Found, SourceError> {
    let address = Address::parse(&source.address)?;
    match address.engine() {
        Engine::Folder | Engine::Web | Engine::S3 => {
            let password = Secret::parse(&source.secret)?.read()?;
            data::sources::newest_file(&address, password.as_deref(), hosts, limits)
                .await
                .map(Found::File)
        }
        Engine::Postgres | Engine::SqlServer | Engine::Sqlite if source.query.is_empty() => Err(
            SourceError::Query("the source has no query; it is for writing scores to".into()),
        ),
        Engine::Postgres | Engine::SqlServer | Engine::Sqlite => {
            query(source, &address, &source.query, limits)
                .await
                .map(Found::Rows)
        }
    }
}

/// Whether the database answers.
pub(super) async fn connect(
    source: &Source,
    limits: &Limits,
) -> std::result::Result<(), SourceError> {
    let address = Address::parse(&source.address)?;
    query(source, &address, "select 1 as connected", limits)
        .await
        .map(|_| ())
}

async fn query(
    source: &Source,
    address: &Address,
    text: &str,
    limits: &Limits,
) -> std::result::Result<Fetched, SourceError> {
    let password = Secret::parse(&source.secret)?.read()?;
    data::sources::fetch(address, password.as_deref(), text, limits).await
}

/// Writes scores to a table in the database of a source.
pub(crate) async fn write_to(
    source: &Source,
    table: &TableName,
    scores: &Scores,
) -> std::result::Result<(), SourceError> {
    let address = Address::parse(&source.address)?;
    let password = Secret::parse(&source.secret)?.read()?;
    data::sources::write_scores(
        &address,
        password.as_deref(),
        table,
        scores,
        &limits(source),
    )
    .await
}

pub(super) fn limits(source: &Source) -> Limits {
    Limits {
        rows: source.row_limit.unsigned_abs() as usize,
        time: Duration::from_secs(source.seconds.unsigned_abs()),
        ..Limits::default()
    }
}

pub(crate) fn of_source(source: &Source, error: &SourceError) -> Error {
    Error::Invalid(format!("Source {}: {error}.", source.name))
}

pub(crate) fn of_field<T>(field: &str, result: std::result::Result<T, SourceError>) -> Result<T> {
    result.map_err(|error| {
        Error::field(
            field,
            ProblemCode::Format,
            domain::format::sentence(&error.to_string()),
        )
    })
}
