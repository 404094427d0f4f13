//! The prediction log: entries that are on disk before a request is answered ([`Spool`]), and then
//! in the database.

mod entry;
mod key;
mod policies;
mod spool;

use domain::{
    AccountName, PredictionId, PredictionKind, RetentionClass, Timestamp, UseCaseId, VersionNumber,
};

use crate::sql::{self, row, select, sql};
use crate::{Reader, Result, Writer};

pub use entry::{Answer, Entry, Input, Line};
pub use key::SubjectKey;
pub use policies::{
    Hold, Policy, holds, insert_hold, insert_policy, policies, policy, release_hold,
};
pub use spool::{Spool, SpoolError};

row! {
    /// An entry as it is found. See the table `prediction` in `migrations/`.
    #[derive(Eq)]
    pub struct Logged in "prediction" {
        pub prediction_id: PredictionId,
        pub use_case: UseCaseId,
        pub at: Timestamp,
        pub kind: PredictionKind,
        pub version: VersionNumber,
        pub subject: Option<String>,
        pub caller: AccountName,
        pub retention: RetentionClass,
        /// Hash of the file of a batch.
        pub file: Option<String>,
        /// JSON of an [`Entry`].
        pub entry: String,
    }
}

/// Which entries; all conditions hold together.
#[derive(Debug, Clone, Default)]
pub struct Find {
    /// The use case.
    pub use_case: UseCaseId,
    /// A person, by pseudonym.
    pub subject: Option<String>,
    /// Written at or after.
    pub since: Option<Timestamp>,
    /// Written before.
    pub until: Option<Timestamp>,
    /// Of this kind.
    pub kind: Option<PredictionKind>,
    /// By this version.
    pub version: Option<VersionNumber>,
    /// Only entries after this one in the order of the list.
    pub after: Option<PredictionId>,
}

/// Adds entries; one that is there already stays as it is.
///
/// # Errors
/// When the database fails.
pub async fn insert(writer: &mut Writer, entries: &[Logged]) -> Result<()> {
    sql::insert_with(
        writer,
        &[],
        entries,
        "on conflict (prediction_id) do nothing",
    )
    .await
}

/// An entry by its id.
///
/// # Errors
/// When the database fails.
pub async fn find(reader: &mut Reader, id: &PredictionId) -> Result<Option<Logged>> {
    select("where prediction_id = $1")
        .bind(id)
        .optional(reader)
        .await
}

/// Entries, newest first, at most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn list(reader: &mut Reader, find: &Find, limit: i64) -> Result<Vec<Logged>> {
    let rest = "where use_case = $1 and (subject = $2 or $2 = '') and at >= $3 and at < $4 and (kind = $5 or $5 = '') \
                and (version = $6 or $6 = 0) and (prediction_id < $7 or $7 = '') order by prediction_id desc limit $8";
    select(rest)
        .bind(&find.use_case)
        .bind(find.subject.as_deref().unwrap_or_default())
        .bind(find.since.map_or(0, Timestamp::micros))
        .bind(find.until.map_or(i64::MAX, Timestamp::micros))
        .bind(find.kind.map_or("", PredictionKind::as_str))
        .bind(find.version.map_or(0, i64::from))
        .bind(find.after.as_ref().map_or("", |id| id.as_str()))
        .bind(limit)
        .all(reader)
        .await
}

/// The oldest entries of a class that were written before a moment and are not held, at most
/// `limit`.
///
/// # Errors
/// When the database fails.
pub async fn expired(
    reader: &mut Reader,
    use_case: &UseCaseId,
    class: RetentionClass,
    before: Timestamp,
    limit: i64,
) -> Result<Vec<Logged>> {
    let rest = "where use_case = $1 and retention = $2 and at < $3 and not exists (\
                select 1 from prediction_hold h where h.use_case = $1 and h.released_at is null and (h.subject is null or h.subject = prediction.subject)) \
                order by at limit $4";
    select(rest)
        .bind(use_case)
        .bind(class)
        .bind(before)
        .bind(limit)
        .all(reader)
        .await
}

/// How many entries of a class that were written before a moment are held.
///
/// # Errors
/// When the database fails.
pub async fn held(
    reader: &mut Reader,
    use_case: &UseCaseId,
    class: RetentionClass,
    before: Timestamp,
) -> Result<i64> {
    let text = "select count(*) from prediction where use_case = $1 and retention = $2 and at < $3 and exists (\
                select 1 from prediction_hold h where h.use_case = $1 and h.released_at is null and (h.subject is null or h.subject = prediction.subject))";
    sql(text)
        .bind(use_case)
        .bind(class)
        .bind(before)
        .scalar(reader)
        .await
}

/// Deletes entries; gives how many there were.
///
/// # Errors
/// When the database fails.
pub async fn delete(writer: &mut Writer, ids: &[PredictionId]) -> Result<u64> {
    let mut deleted = 0;
    for part in ids.chunks(500) {
        let text = format!(
            "delete from prediction where prediction_id in ({})",
            sql::places(0, part.len())
        );
        deleted += sql(text).bind_all(part).execute(writer).await?;
    }
    Ok(deleted)
}

/// Bytes of an entry on average, over the newest of a use case; `None` without any.
///
/// # Errors
/// When the database fails.
pub async fn mean_bytes(reader: &mut Reader, use_case: &UseCaseId) -> Result<Option<f64>> {
    let text = "select cast(avg(length(entry)) as double precision) from \
                (select entry from prediction where use_case = $1 order by at desc limit 1000) as newest";
    sql(text).bind(use_case).scalar(reader).await
}
