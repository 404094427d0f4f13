//! What is said about a version: waivers, comments, and the checklist of a reviewer who is at it.

use serde::Serialize;
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::{Connection, Result};

/// A failed gate that somebody answers for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Waiver {
    pub waiver_id: String,
    pub use_case: String,
    pub version: i64,
    /// The gate's title.
    pub gate: String,
    pub owner: String,
    pub reason: String,
    pub granted_by: String,
    pub granted_at: i64,
    /// Last day on which it holds, YYYY-MM-DD.
    pub expires_on: String,
}

/// A remark on a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Comment {
    pub comment_id: String,
    pub use_case: String,
    pub version: i64,
    pub author: String,
    pub body: String,
    pub written_at: i64,
}

/// Keeps a reviewer's checklist while the reviewer is at it.
///
/// # Errors
/// When the database fails.
pub async fn save_checklist(connection: &mut Connection, request_id: &str, reviewer: &str, items: &str, at: i64) -> Result<()> {
    sqlx::query(
        "insert into review_checklist (request_id, reviewer, items, updated_at) values ($1, $2, $3, $4) \
         on conflict (request_id, reviewer) do update set items = excluded.items, updated_at = excluded.updated_at",
    )
    .bind(request_id)
    .bind(reviewer)
    .bind(items)
    .bind(at)
    .execute(connection)
    .await?;
    Ok(())
}

/// A reviewer's checklist, JSON; `None` when nothing was filled in.
///
/// # Errors
/// When the database fails.
pub async fn checklist(connection: &mut Connection, request_id: &str, reviewer: &str) -> Result<Option<String>> {
    let row = sqlx::query("select items from review_checklist where request_id = $1 and reviewer = $2")
        .bind(request_id)
        .bind(reviewer)
        .fetch_optional(connection)
        .await?;
    Ok(row.map(|row| row.get(0)))
}

/// Adds a waiver.
///
/// # Errors
/// When the database fails, or refuses: the author grants it, or reason or owner is missing.
pub async fn insert_waiver(connection: &mut Connection, waiver: &Waiver) -> Result<()> {
    sqlx::query(
        "insert into review_waiver (waiver_id, use_case, version, gate, owner, reason, granted_by, granted_at, expires_on) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(&waiver.waiver_id)
    .bind(&waiver.use_case)
    .bind(waiver.version)
    .bind(&waiver.gate)
    .bind(&waiver.owner)
    .bind(&waiver.reason)
    .bind(&waiver.granted_by)
    .bind(waiver.granted_at)
    .bind(&waiver.expires_on)
    .execute(connection)
    .await?;
    Ok(())
}

/// Waivers of a version, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn waivers(connection: &mut Connection, use_case: &str, version: i64) -> Result<Vec<Waiver>> {
    let rows = sqlx::query(
        "select waiver_id, use_case, version, gate, owner, reason, granted_by, granted_at, expires_on from review_waiver \
         where use_case = $1 and version = $2 order by granted_at, waiver_id",
    )
    .bind(use_case)
    .bind(version)
    .fetch_all(connection)
    .await?;
    let waiver = |row: &AnyRow| Waiver {
        waiver_id: row.get(0),
        use_case: row.get(1),
        version: row.get(2),
        gate: row.get(3),
        owner: row.get(4),
        reason: row.get(5),
        granted_by: row.get(6),
        granted_at: row.get(7),
        expires_on: row.get(8),
    };
    Ok(rows.iter().map(waiver).collect())
}

/// Adds a comment.
///
/// # Errors
/// When the database fails.
pub async fn insert_comment(connection: &mut Connection, comment: &Comment) -> Result<()> {
    sqlx::query("insert into review_comment (comment_id, use_case, version, author, body, written_at) values ($1, $2, $3, $4, $5, $6)")
        .bind(&comment.comment_id)
        .bind(&comment.use_case)
        .bind(comment.version)
        .bind(&comment.author)
        .bind(&comment.body)
        .bind(comment.written_at)
        .execute(connection)
        .await?;
    Ok(())
}

/// Comments on a version, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn comments(connection: &mut Connection, use_case: &str, version: i64) -> Result<Vec<Comment>> {
    let rows = sqlx::query(
        "select comment_id, use_case, version, author, body, written_at from review_comment where use_case = $1 and version = $2 \
         order by written_at, comment_id",
    )
    .bind(use_case)
    .bind(version)
    .fetch_all(connection)
    .await?;
    let comment = |row: &AnyRow| Comment {
        comment_id: row.get(0),
        use_case: row.get(1),
        version: row.get(2),
        author: row.get(3),
        body: row.get(4),
        written_at: row.get(5),
    };
    Ok(rows.iter().map(comment).collect())
}
