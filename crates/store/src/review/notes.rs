//! Notes on a version: waivers, comments, and the checklist of a reviewer in progress.

use domain::{AccountName, Date, RequestId, Timestamp, UseCaseId, VersionNumber};

use crate::sql::{self, Value as _, row, select, sql};
use crate::{Reader, Result, Writer, now};

row! {
    /// A failed gate that somebody answers for.
    #[derive(Eq)]
    pub struct Waiver in "review_waiver" {
        pub waiver_id: String,
        pub use_case: UseCaseId,
        pub version: VersionNumber,
        /// The gate's key; its title in waivers from when gates had no keys.
        pub gate: String,
        pub owner: String,
        pub reason: String,
        pub granted_by: AccountName,
        pub granted_at: Timestamp,
        /// Last day on which it holds.
        pub expires_on: Date,
    }
}

row! {
    /// A remark on a version.
    #[derive(Eq)]
    pub struct Comment in "review_comment" {
        pub comment_id: String,
        pub use_case: UseCaseId,
        pub version: VersionNumber,
        pub author: AccountName,
        pub body: String,
        pub written_at: Timestamp,
    }
}

/// Keeps a reviewer's checklist while the reviewer is at it. `items` is JSON.
///
/// # Errors
/// When the database fails.
pub async fn save_checklist(
    writer: &mut Writer,
    request_id: &RequestId,
    reviewer: &AccountName,
    items: &str,
) -> Result<()> {
    let statement = sql(
        "insert into review_checklist (request_id, reviewer_key, items, updated_at) values ($1, $2, $3, $4) \
         on conflict (request_id, reviewer_key) do update set items = excluded.items, updated_at = excluded.updated_at",
    );
    statement
        .bind(request_id)
        .bind(reviewer.key())
        .bind(items)
        .bind(now())
        .execute(writer)
        .await?;
    Ok(())
}

/// A reviewer's checklist, JSON; `None` when nothing was filled in.
///
/// # Errors
/// When the database fails.
pub async fn checklist(
    reader: &mut Reader,
    request_id: &RequestId,
    reviewer: &AccountName,
) -> Result<Option<String>> {
    let statement =
        sql("select items from review_checklist where request_id = $1 and reviewer_key = $2");
    statement
        .bind(request_id)
        .bind(reviewer.key())
        .optional_scalar(reader)
        .await
}

/// Adds a waiver.
///
/// # Errors
/// When the database fails, or refuses: the author grants it, or reason or owner is missing.
pub async fn insert_waiver(writer: &mut Writer, waiver: &Waiver) -> Result<()> {
    sql::insert_with(
        writer,
        &[("granted_by_key", waiver.granted_by.key().cell())],
        std::slice::from_ref(waiver),
        "",
    )
    .await
}

/// Waivers of a version, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn waivers(
    reader: &mut Reader,
    use_case: &UseCaseId,
    version: VersionNumber,
) -> Result<Vec<Waiver>> {
    select("where use_case = $1 and version = $2 order by granted_at, waiver_id")
        .bind(use_case)
        .bind(version)
        .all(reader)
        .await
}

/// Adds a comment.
///
/// # Errors
/// When the database fails.
pub async fn insert_comment(writer: &mut Writer, comment: &Comment) -> Result<()> {
    sql::insert(writer, comment).await
}

/// Comments on a version, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn comments(
    reader: &mut Reader,
    use_case: &UseCaseId,
    version: VersionNumber,
) -> Result<Vec<Comment>> {
    select("where use_case = $1 and version = $2 order by written_at, comment_id")
        .bind(use_case)
        .bind(version)
        .all(reader)
        .await
}
