//! The history of drift checks.

use sqlx::Row;
use sqlx::any::AnyRow;

use crate::{Connection, Result};

/// A check. See the table `drift_check` in `migrations/`.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Check {
    pub check_id: String,
    pub use_case: String,
    pub version: i64,
    pub dataset_id: String,
    pub as_of: String,
    pub verdict: String,
    pub share_drifted: Option<f64>,
    pub prediction_verdict: String,
    pub recommendation: String,
    pub reason: String,
    pub report_hash: String,
    pub created_by: String,
    pub created_at: i64,
}

const COLUMNS: &str = "select check_id, use_case, version, dataset_id, as_of, verdict, share_drifted, prediction_verdict, recommendation, reason, \
                       report_hash, created_by, created_at from drift_check";

fn check(row: &AnyRow) -> Check {
    Check {
        check_id: row.get(0),
        use_case: row.get(1),
        version: row.get(2),
        dataset_id: row.get(3),
        as_of: row.get(4),
        verdict: row.get(5),
        share_drifted: row.get(6),
        prediction_verdict: row.get(7),
        recommendation: row.get(8),
        reason: row.get(9),
        report_hash: row.get(10),
        created_by: row.get(11),
        created_at: row.get(12),
    }
}

/// Adds a check, within the caller's transaction.
///
/// # Errors
/// When the database fails.
pub async fn insert(connection: &mut Connection, check: &Check) -> Result<()> {
    sqlx::query(
        "insert into drift_check (check_id, use_case, version, dataset_id, as_of, verdict, share_drifted, prediction_verdict, recommendation, \
         reason, report_hash, created_by, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    )
    .bind(&check.check_id)
    .bind(&check.use_case)
    .bind(check.version)
    .bind(&check.dataset_id)
    .bind(&check.as_of)
    .bind(&check.verdict)
    .bind(check.share_drifted)
    .bind(&check.prediction_verdict)
    .bind(&check.recommendation)
    .bind(&check.reason)
    .bind(&check.report_hash)
    .bind(&check.created_by)
    .bind(check.created_at)
    .execute(connection)
    .await?;
    Ok(())
}

/// Checks of a use case, newest day first.
///
/// # Errors
/// When the database fails.
pub async fn list(connection: &mut Connection, use_case: &str) -> Result<Vec<Check>> {
    let text = format!("{COLUMNS} where use_case = $1 order by as_of desc, created_at desc");
    let rows = sqlx::query(sqlx::AssertSqlSafe(text)).bind(use_case).fetch_all(connection).await?;
    Ok(rows.iter().map(check).collect())
}

/// The check with this id.
///
/// # Errors
/// When the database fails.
pub async fn find(connection: &mut Connection, use_case: &str, check_id: &str) -> Result<Option<Check>> {
    let text = format!("{COLUMNS} where use_case = $1 and check_id = $2");
    let row = sqlx::query(sqlx::AssertSqlSafe(text)).bind(use_case).bind(check_id).fetch_optional(connection).await?;
    Ok(row.as_ref().map(check))
}

/// What a person had to say to a check.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Note {
    pub note_id: String,
    pub check_id: String,
    pub note: String,
    pub created_by: String,
    pub created_at: i64,
}

/// Adds a note, within the caller's transaction.
///
/// # Errors
/// When the database fails.
pub async fn insert_note(connection: &mut Connection, note: &Note) -> Result<()> {
    sqlx::query("insert into drift_note (note_id, check_id, note, created_by, created_at) values ($1, $2, $3, $4, $5)")
        .bind(&note.note_id)
        .bind(&note.check_id)
        .bind(&note.note)
        .bind(&note.created_by)
        .bind(note.created_at)
        .execute(connection)
        .await?;
    Ok(())
}

/// The notes on the checks of a use case, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn notes(connection: &mut Connection, use_case: &str) -> Result<Vec<Note>> {
    let rows = sqlx::query(
        "select n.note_id, n.check_id, n.note, n.created_by, n.created_at from drift_note n join drift_check c on c.check_id = n.check_id \
         where c.use_case = $1 order by n.created_at, n.note_id",
    )
    .bind(use_case)
    .fetch_all(connection)
    .await?;
    let note =
        |row: &AnyRow| Note { note_id: row.get(0), check_id: row.get(1), note: row.get(2), created_by: row.get(3), created_at: row.get(4) };
    Ok(rows.iter().map(note).collect())
}
