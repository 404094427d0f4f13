//! SQLite, on a connection that cannot write.

use std::time::Instant;

use futures_util::TryStreamExt;
use sqlx::sqlite::{SqliteConnectOptions, SqliteRow, SqliteValueRef};
use sqlx::{AssertSqlSafe, Column, ConnectOptions, Decode, Row, Sqlite, TypeInfo, ValueRef};

use super::address::Address;
use super::error::{SourceError, broken, refused};
use super::limits::{Fetched, Limits};
use super::rows::Rows;

/// Steps of SQLite's machine between two looks at the clock.
const STEPS: i32 = 10_000;

pub(super) async fn fetch(
    address: &Address,
    query: &str,
    limits: &Limits,
) -> Result<Fetched, SourceError> {
    let file = address.file();
    if !file.is_file() {
        return Err(SourceError::Address(format!(
            "there is no file {}",
            file.display()
        )));
    }
    let options = SqliteConnectOptions::new()
        .filename(file)
        .read_only(true)
        .create_if_missing(false);
    let mut connection = options.connect().await.map_err(|error| refused(&error))?;
    // A query that is given up must not go on in the background.
    let until = Instant::now() + limits.time;
    connection
        .lock_handle()
        .await
        .map_err(|error| refused(&error))?
        .set_progress_handler(STEPS, move || Instant::now() < until);
    let failed = |error: &sqlx::Error, rows: usize| {
        if Instant::now() >= until {
            SourceError::Late(limits.time.as_secs())
        } else {
            broken(error, rows)
        }
    };
    let mut found = sqlx::query(AssertSqlSafe(query.to_owned()))
        .persistent(false)
        .fetch(&mut connection);
    let mut rows: Option<Rows<'_>> = None;
    while let Some(row) = found
        .try_next()
        .await
        .map_err(|error| failed(&error, rows.as_ref().map_or(0, Rows::len)))?
    {
        let file = match &mut rows {
            Some(file) => file,
            None => rows.insert(Rows::new(&names(&row), limits)?),
        };
        let cells = (0..row.len())
            .map(|index| cell(&row, index))
            .collect::<Result<Vec<_>, _>>();
        let cells = cells.map_err(|error| broken(&error, file.len()))?;
        if !file.push(cells.iter().map(String::as_str))? {
            break;
        }
    }
    rows.ok_or(SourceError::NoRows)?.finish()
}

fn names(row: &SqliteRow) -> Vec<String> {
    row.columns()
        .iter()
        .map(|column| column.name().to_owned())
        .collect()
}

fn cell(row: &SqliteRow, index: usize) -> sqlx::Result<String> {
    let value: SqliteValueRef<'_> = row.try_get_raw(index)?;
    if value.is_null() {
        return Ok(String::new());
    }
    // By what the cell holds, not by what its column was declared as: SQLite's own text of a real
    // number has 15 digits.
    let decoded = match value.type_info().name() {
        "REAL" => <f64 as Decode<'_, Sqlite>>::decode(value).map(|number| number.to_string()),
        "BLOB" => Err("a cell holds binary data".into()),
        _ => <String as Decode<'_, Sqlite>>::decode(value),
    };
    decoded.map_err(sqlx::Error::Decode)
}
