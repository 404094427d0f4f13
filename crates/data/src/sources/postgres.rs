//! PostgreSQL. The query is a cursor: the server takes a single reading statement for it, and
//! nothing in a read-only transaction can write.

use std::str::FromStr;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgRow};
use sqlx::{AssertSqlSafe, Column, ConnectOptions, Executor, Row, TypeInfo, ValueRef};

use super::address::Address;
use super::error::{SourceError, broken, patiently, refused};
use super::limits::{Fetched, Limits};
use super::rows::Rows;

/// Rows fetched at a time.
const STEP: usize = 5_000;

pub(super) async fn fetch(
    address: &Address,
    password: Option<&str>,
    query: &str,
    limits: &Limits,
) -> Result<Fetched, SourceError> {
    let mut connection = connect(address, password, limits).await?;
    // Text of dates, numbers and money does not depend on the settings of the server or the
    // account.
    let settings = format!(
        "begin transaction isolation level repeatable read read only; set local statement_timeout = {}; set local datestyle = 'ISO'; \
         set local intervalstyle = 'iso_8601'; set local lc_monetary = 'C'; set local timezone = 'UTC'",
        limits.time.as_millis().max(1)
    );
    connection
        .execute(sqlx::raw_sql(AssertSqlSafe(settings)))
        .await
        .map_err(|error| refused(&error))?;
    // Prepared, so that the server refuses a text of several statements.
    let cursor = format!("declare tenure_rows no scroll cursor without hold for {query}");
    sqlx::query(AssertSqlSafe(cursor))
        .persistent(false)
        .execute(&mut connection)
        .await
        .map_err(|error| refused(&error))?;
    let mut rows: Option<Rows<'_>> = None;
    'steps: loop {
        let count = rows.as_ref().map_or(0, Rows::len);
        let step = next(&mut connection)
            .await
            .map_err(|error| broken(&error, count))?;
        let Some(first) = step.first() else { break };
        let file = match &mut rows {
            Some(file) => file,
            None => rows.insert(Rows::new(&names(first), limits)?),
        };
        for row in &step {
            let cells = (0..row.len())
                .map(|index| cell(row, index))
                .collect::<Result<Vec<_>, _>>()
                .map_err(|error| broken(&error, count))?;
            if !file.push(cells.into_iter())? {
                break 'steps;
            }
        }
    }
    rows.ok_or(SourceError::NoRows)?.finish()
}

/// A connection; connecting is tried again while the server is away.
pub(super) async fn connect(
    address: &Address,
    password: Option<&str>,
    limits: &Limits,
) -> Result<PgConnection, SourceError> {
    let options = PgConnectOptions::from_str(address.as_str())
        .map_err(|error| SourceError::Address(error.to_string()))?;
    let options = options.application_name("tenure");
    // Without one, sqlx would take PGPASSWORD of this process to whichever server the address names.
    let options = options.password(password.unwrap_or_default());
    patiently(limits.attempts, || async {
        options
            .connect()
            .await
            .map_err(|error| not_connected(&error))
    })
    .await
}

/// The simple protocol answers every type as text.
async fn next(connection: &mut PgConnection) -> sqlx::Result<Vec<PgRow>> {
    connection
        .fetch_all(sqlx::raw_sql(AssertSqlSafe(format!(
            "fetch forward {STEP} from tenure_rows"
        ))))
        .await
}

fn names(row: &PgRow) -> Vec<String> {
    row.columns()
        .iter()
        .map(|column| column.name().to_owned())
        .collect()
}

fn cell(row: &PgRow, index: usize) -> sqlx::Result<&str> {
    let value = row.try_get_raw(index)?;
    if value.is_null() {
        return Ok("");
    }
    let is_flag = value.type_info().name() == "BOOL";
    let text = value.as_str().map_err(sqlx::Error::Decode)?;
    Ok(match text {
        "t" if is_flag => "true",
        "f" if is_flag => "false",
        text => text,
    })
}

fn not_connected(error: &sqlx::Error) -> SourceError {
    // Class 28: invalid authorization; 3D000: no such database.
    let refuses = |code: &str| code.starts_with("28") || code == "3D000";
    match error.as_database_error() {
        Some(database) if database.code().is_some_and(|code| refuses(&code)) => {
            SourceError::SignIn(database.message().to_owned())
        }
        Some(_) | None => SourceError::Away(error.to_string()),
    }
}
