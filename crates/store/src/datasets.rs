//! Dataset versions.

use sqlx::Row;
use sqlx::any::AnyRow;

use crate::{Connection, Result};

/// An imported file. See the table `dataset` in `migrations/`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Dataset {
    pub dataset_id: String,
    pub use_case: String,
    pub hash: String,
    pub content_hash: String,
    pub name: String,
    pub row_count: i64,
    pub column_count: i64,
    pub positives: Option<i64>,
    pub as_of: String,
    pub simulated: bool,
    pub created_by: String,
    pub created_at: i64,
}

const COLUMNS: &str = "select dataset_id, use_case, hash, content_hash, name, row_count, column_count, positives, as_of, simulated, \
                       created_by, created_at from dataset";

fn dataset(row: &AnyRow) -> Dataset {
    Dataset {
        dataset_id: row.get(0),
        use_case: row.get(1),
        hash: row.get(2),
        content_hash: row.get(3),
        name: row.get(4),
        row_count: row.get(5),
        column_count: row.get(6),
        positives: row.get(7),
        as_of: row.get(8),
        simulated: row.get::<i64, _>(9) != 0,
        created_by: row.get(10),
        created_at: row.get(11),
    }
}

/// Adds a dataset.
///
/// # Errors
/// When the database fails, or the use case has these bytes already.
pub async fn insert(connection: &mut Connection, dataset: &Dataset) -> Result<()> {
    sqlx::query(
        "insert into dataset (dataset_id, use_case, hash, content_hash, name, row_count, column_count, positives, as_of, simulated, created_by, \
         created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(&dataset.dataset_id)
    .bind(&dataset.use_case)
    .bind(&dataset.hash)
    .bind(&dataset.content_hash)
    .bind(&dataset.name)
    .bind(dataset.row_count)
    .bind(dataset.column_count)
    .bind(dataset.positives)
    .bind(&dataset.as_of)
    .bind(i64::from(dataset.simulated))
    .bind(&dataset.created_by)
    .bind(dataset.created_at)
    .execute(connection)
    .await?;
    Ok(())
}

/// The dataset of a use case with these bytes.
///
/// # Errors
/// When the database fails.
pub async fn by_hash(connection: &mut Connection, use_case: &str, hash: &str) -> Result<Option<Dataset>> {
    let text = format!("{COLUMNS} where use_case = $1 and hash = $2");
    let row = sqlx::query(sqlx::AssertSqlSafe(text)).bind(use_case).bind(hash).fetch_optional(connection).await?;
    Ok(row.as_ref().map(dataset))
}

/// The dataset whose id or hash begins with `prefix`; the newest where several do.
///
/// # Errors
/// When the database fails.
pub async fn find(connection: &mut Connection, prefix: &str) -> Result<Option<Dataset>> {
    let text = format!("{COLUMNS} where substr(dataset_id, 1, $2) = $1 or substr(hash, 1, $2) = $1 order by created_at desc limit 1");
    let row = sqlx::query(sqlx::AssertSqlSafe(text)).bind(prefix).bind(prefix.len() as i32).fetch_optional(connection).await?;
    Ok(row.as_ref().map(dataset))
}

/// Datasets of a use case (or of all), newest as-of day first.
///
/// # Errors
/// When the database fails.
pub async fn list(connection: &mut Connection, use_case: Option<&str>) -> Result<Vec<Dataset>> {
    let text = format!("{COLUMNS} where $1 = '' or use_case = $1 order by as_of desc, created_at desc");
    let rows = sqlx::query(sqlx::AssertSqlSafe(text)).bind(use_case.unwrap_or("")).fetch_all(connection).await?;
    Ok(rows.iter().map(dataset).collect())
}
