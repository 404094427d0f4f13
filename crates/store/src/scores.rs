//! Scores of people, batch by batch.

use sqlx::Row;
use sqlx::any::AnyRow;

use crate::{Connection, Result};

/// People scored together. See the table `score_batch` in `migrations/`.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Batch {
    pub batch_id: String,
    pub use_case: String,
    pub version: i64,
    pub dataset_id: String,
    pub as_of: String,
    pub people: i64,
    pub expected_events: f64,
    pub created_by: String,
    pub created_at: i64,
}

/// One score.
#[derive(Debug, Clone, PartialEq)]
pub struct Score {
    pub position: i64,
    pub person_id: String,
    pub probability: f64,
    pub interval: Option<[f64; 2]>,
    /// JSON.
    pub reasons: String,
}

const COLUMNS: &str =
    "select batch_id, use_case, version, dataset_id, as_of, people, expected_events, created_by, created_at from score_batch";

fn batch(row: &AnyRow) -> Batch {
    Batch {
        batch_id: row.get(0),
        use_case: row.get(1),
        version: row.get(2),
        dataset_id: row.get(3),
        as_of: row.get(4),
        people: row.get(5),
        expected_events: row.get(6),
        created_by: row.get(7),
        created_at: row.get(8),
    }
}

/// Rows per statement: 7 parameters each, well under what both databases allow.
const ROWS_PER_INSERT: usize = 500;

/// Adds a batch with its scores, within the caller's transaction.
///
/// # Errors
/// When the database fails.
pub async fn insert(connection: &mut Connection, batch: &Batch, scores: &[Score]) -> Result<()> {
    sqlx::query(
        "insert into score_batch (batch_id, use_case, version, dataset_id, as_of, people, expected_events, created_by, created_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(&batch.batch_id)
    .bind(&batch.use_case)
    .bind(batch.version)
    .bind(&batch.dataset_id)
    .bind(&batch.as_of)
    .bind(batch.people)
    .bind(batch.expected_events)
    .bind(&batch.created_by)
    .bind(batch.created_at)
    .execute(&mut *connection)
    .await?;
    for chunk in scores.chunks(ROWS_PER_INSERT) {
        let rows: Vec<String> = (0..chunk.len())
            .map(|row| {
                let at = |column: usize| row * 7 + column;
                format!("(${}, ${}, ${}, ${}, ${}, ${}, ${})", at(1), at(2), at(3), at(4), at(5), at(6), at(7))
            })
            .collect();
        let text = format!(
            "insert into score (batch_id, position, person_id, probability, interval_low, interval_high, reasons) values {}",
            rows.join(", ")
        );
        let mut query = sqlx::query(sqlx::AssertSqlSafe(text));
        for score in chunk {
            query = query
                .bind(&batch.batch_id)
                .bind(score.position)
                .bind(&score.person_id)
                .bind(score.probability)
                .bind(score.interval.map(|interval| interval[0]))
                .bind(score.interval.map(|interval| interval[1]))
                .bind(&score.reasons);
        }
        query.execute(&mut *connection).await?;
    }
    Ok(())
}

/// The newest batches of a use case, newest first.
///
/// # Errors
/// When the database fails.
pub async fn batches(connection: &mut Connection, use_case: &str, limit: i64) -> Result<Vec<Batch>> {
    let text = format!("{COLUMNS} where use_case = $1 order by as_of desc, created_at desc limit $2");
    let rows = sqlx::query(sqlx::AssertSqlSafe(text)).bind(use_case).bind(limit).fetch_all(connection).await?;
    Ok(rows.iter().map(batch).collect())
}

/// The newest batches that a version scored, newest first.
///
/// # Errors
/// When the database fails.
pub async fn of_version(connection: &mut Connection, use_case: &str, version: i64, limit: i64) -> Result<Vec<Batch>> {
    let text = format!("{COLUMNS} where use_case = $1 and version = $2 order by as_of desc, created_at desc limit $3");
    let rows = sqlx::query(sqlx::AssertSqlSafe(text)).bind(use_case).bind(version).bind(limit).fetch_all(connection).await?;
    Ok(rows.iter().map(batch).collect())
}

/// The scores of a batch, in the order of the dataset's rows.
///
/// # Errors
/// When the database fails.
pub async fn of_batch(connection: &mut Connection, batch_id: &str) -> Result<Vec<Score>> {
    let rows = sqlx::query(
        "select position, person_id, probability, interval_low, interval_high, reasons from score where batch_id = $1 order by position",
    )
    .bind(batch_id)
    .fetch_all(connection)
    .await?;
    let score = |row: &AnyRow| {
        let (low, high): (Option<f64>, Option<f64>) = (row.get(3), row.get(4));
        Score {
            position: row.get(0),
            person_id: row.get(1),
            probability: row.get(2),
            interval: low.zip(high).map(<[f64; 2]>::from),
            reasons: row.get(5),
        }
    };
    Ok(rows.iter().map(score).collect())
}

/// A person's scores over time, oldest first: as-of day, probability, version.
///
/// # Errors
/// When the database fails.
pub async fn of_person(connection: &mut Connection, use_case: &str, person_id: &str) -> Result<Vec<(String, f64, i64)>> {
    let rows = sqlx::query(
        "select b.as_of, s.probability, b.version from score s join score_batch b on b.batch_id = s.batch_id \
         where s.person_id = $2 and b.use_case = $1 order by b.as_of, b.created_at",
    )
    .bind(use_case)
    .bind(person_id)
    .fetch_all(connection)
    .await?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect())
}
