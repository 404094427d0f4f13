//! Outcomes, and how the scores of each cycle did on them.

use sqlx::Row;
use sqlx::any::AnyRow;

use crate::{Connection, Result};

/// A file of outcomes. See the table `outcome_import` in `migrations/`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Import {
    pub import_id: String,
    pub use_case: String,
    pub hash: String,
    pub name: String,
    pub row_count: i64,
    pub event_count: i64,
    pub first_day: String,
    pub last_day: String,
    pub complete_until: Option<String>,
    pub horizon_days: i64,
    pub simulated: bool,
    pub created_by: String,
    pub created_at: i64,
}

/// What is known of a person on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    pub person_id: String,
    pub day: String,
    pub happened: bool,
    pub reason: Option<String>,
}

/// How the scores of one batch did.
#[derive(Debug, Clone, PartialEq)]
pub struct Cohort {
    pub batch_id: String,
    pub use_case: String,
    pub as_of: String,
    pub until_day: String,
    pub scored: i64,
    pub known: i64,
    /// JSON.
    pub report: Option<String>,
}

const COLUMNS: &str = "select import_id, use_case, hash, name, row_count, event_count, first_day, last_day, complete_until, horizon_days, \
                       simulated, created_by, created_at from outcome_import";

fn import(row: &AnyRow) -> Import {
    Import {
        import_id: row.get(0),
        use_case: row.get(1),
        hash: row.get(2),
        name: row.get(3),
        row_count: row.get(4),
        event_count: row.get(5),
        first_day: row.get(6),
        last_day: row.get(7),
        complete_until: row.get(8),
        horizon_days: row.get(9),
        simulated: row.get::<i64, _>(10) != 0,
        created_by: row.get(11),
        created_at: row.get(12),
    }
}

/// Rows per statement: 6 parameters each, well under what both databases allow.
const ROWS_PER_INSERT: usize = 500;

/// Adds a file with its outcomes, within the caller's transaction. A later word about a person on a day takes the place of an earlier one.
///
/// # Errors
/// When the database fails, or the use case has this import already.
pub async fn insert(connection: &mut Connection, import: &Import, outcomes: &[Outcome]) -> Result<()> {
    sqlx::query(
        "insert into outcome_import (import_id, use_case, hash, name, row_count, event_count, first_day, last_day, complete_until, \
         horizon_days, simulated, created_by, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    )
    .bind(&import.import_id)
    .bind(&import.use_case)
    .bind(&import.hash)
    .bind(&import.name)
    .bind(import.row_count)
    .bind(import.event_count)
    .bind(&import.first_day)
    .bind(&import.last_day)
    .bind(&import.complete_until)
    .bind(import.horizon_days)
    .bind(i64::from(import.simulated))
    .bind(&import.created_by)
    .bind(import.created_at)
    .execute(&mut *connection)
    .await?;
    for chunk in outcomes.chunks(ROWS_PER_INSERT) {
        let rows: Vec<String> = (0..chunk.len())
            .map(|row| {
                let at = |column: usize| row * 6 + column;
                format!("(${}, ${}, ${}, ${}, ${}, ${})", at(1), at(2), at(3), at(4), at(5), at(6))
            })
            .collect();
        let text = format!(
            "insert into outcome (use_case, person_id, day, happened, reason, import_id) values {} on conflict (use_case, person_id, day) \
             do update set happened = excluded.happened, reason = excluded.reason, import_id = excluded.import_id",
            rows.join(", ")
        );
        let mut query = sqlx::query(sqlx::AssertSqlSafe(text));
        for outcome in chunk {
            query = query
                .bind(&import.use_case)
                .bind(&outcome.person_id)
                .bind(&outcome.day)
                .bind(i64::from(outcome.happened))
                .bind(&outcome.reason)
                .bind(&import.import_id);
        }
        query.execute(&mut *connection).await?;
    }
    Ok(())
}

/// The import with this hash.
///
/// # Errors
/// When the database fails.
pub async fn by_hash(connection: &mut Connection, use_case: &str, hash: &str) -> Result<Option<Import>> {
    let text = format!("{COLUMNS} where use_case = $1 and hash = $2");
    let row = sqlx::query(sqlx::AssertSqlSafe(text)).bind(use_case).bind(hash).fetch_optional(connection).await?;
    Ok(row.as_ref().map(import))
}

/// Files of outcomes, newest first.
///
/// # Errors
/// When the database fails.
pub async fn imports(connection: &mut Connection, use_case: &str) -> Result<Vec<Import>> {
    let text = format!("{COLUMNS} where use_case = $1 order by created_at desc, import_id desc");
    let rows = sqlx::query(sqlx::AssertSqlSafe(text)).bind(use_case).fetch_all(connection).await?;
    Ok(rows.iter().map(import).collect())
}

/// Everything that is known of anybody.
///
/// # Errors
/// When the database fails.
pub async fn all(connection: &mut Connection, use_case: &str) -> Result<Vec<Outcome>> {
    let rows = sqlx::query("select person_id, day, happened, reason from outcome where use_case = $1 order by day, person_id")
        .bind(use_case)
        .fetch_all(connection)
        .await?;
    let outcome =
        |row: &AnyRow| Outcome { person_id: row.get(0), day: row.get(1), happened: row.get::<i64, _>(2) != 0, reason: row.get(3) };
    Ok(rows.iter().map(outcome).collect())
}

/// Person and probability of each row of a batch.
///
/// # Errors
/// When the database fails.
pub async fn scores_of(connection: &mut Connection, batch_id: &str) -> Result<Vec<(String, f64)>> {
    let rows = sqlx::query("select person_id, probability from score where batch_id = $1 order by position")
        .bind(batch_id)
        .fetch_all(connection)
        .await?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}

/// Writes how a batch did, in the place of what was known before.
///
/// # Errors
/// When the database fails.
pub async fn set_cohort(connection: &mut Connection, cohort: &Cohort) -> Result<()> {
    sqlx::query(
        "insert into cohort (batch_id, use_case, as_of, until_day, scored, known, report) values ($1, $2, $3, $4, $5, $6, $7) \
         on conflict (batch_id) do update set until_day = excluded.until_day, scored = excluded.scored, known = excluded.known, \
         report = excluded.report",
    )
    .bind(&cohort.batch_id)
    .bind(&cohort.use_case)
    .bind(&cohort.as_of)
    .bind(&cohort.until_day)
    .bind(cohort.scored)
    .bind(cohort.known)
    .bind(&cohort.report)
    .execute(connection)
    .await?;
    Ok(())
}

/// How the batches of a use case did, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn cohorts(connection: &mut Connection, use_case: &str) -> Result<Vec<Cohort>> {
    let rows =
        sqlx::query("select batch_id, use_case, as_of, until_day, scored, known, report from cohort where use_case = $1 order by as_of")
            .bind(use_case)
            .fetch_all(connection)
            .await?;
    let cohort = |row: &AnyRow| Cohort {
        batch_id: row.get(0),
        use_case: row.get(1),
        as_of: row.get(2),
        until_day: row.get(3),
        scored: row.get(4),
        known: row.get(5),
        report: row.get(6),
    };
    Ok(rows.iter().map(cohort).collect())
}
