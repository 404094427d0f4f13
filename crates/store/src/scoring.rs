//! Scores of people, batch by batch.

use std::collections::HashMap;

use domain::{
    AccountName, BatchId, DatasetId, Date, PersonId, Reason, ScoreBasis, Timestamp, UseCaseId,
    VersionNumber,
};

use crate::sql::{self, Value as _, row, select, sql};
use crate::{Reader, Result, Writer};

row! {
    /// People scored together. See the table `score_batch` in `migrations/`.
    pub struct Batch in "score_batch" {
        pub batch_id: BatchId,
        pub use_case: UseCaseId,
        pub version: VersionNumber,
        pub dataset_id: DatasetId,
        pub as_of: Date,
        pub people: i64,
        pub expected_events: f64,
        pub created_by: AccountName,
        pub created_at: Timestamp,
    }
}

row! {
    /// One score.
    pub struct Score in "score" {
        /// Row of the dataset, from 0.
        pub position: i64,
        pub person_id: PersonId,
        pub probability: f64,
        pub basis: ScoreBasis,
        pub interval: Option<[f64; 2]>,
        /// [`reasons_text`] of the strongest reasons.
        pub reasons: String,
    }
}

/// Reasons as they are stored: JSON.
///
/// # Errors
/// When they cannot be written.
pub fn reasons_text(reasons: &[Reason]) -> Result<String> {
    Ok(serde_json::to_string(reasons)?)
}

/// Reasons as [`reasons_text`] wrote them.
///
/// # Errors
/// When the text is something else.
pub fn read_reasons(text: &str) -> Result<Vec<Reason>> {
    Ok(serde_json::from_str(text)?)
}

row! {
    /// The score of a person in another batch, to compare with.
    pub struct Compared {
        pub person_id: PersonId,
        pub probability: f64,
        pub basis: ScoreBasis,
    }
}

row! {
    /// A score of a person in the course of time.
    pub struct PastScore {
        pub as_of: Date,
        pub probability: f64,
        pub version: VersionNumber,
    }
}

/// Adds a batch with its scores.
///
/// # Errors
/// When the database fails, or refuses: the version is not the live one.
pub async fn insert(writer: &mut Writer, batch: &Batch, scores: &[Score]) -> Result<()> {
    sql::insert(writer, batch).await?;
    add(writer, &batch.batch_id, scores).await
}

/// Adds scores to a batch of this transaction.
///
/// # Errors
/// When the database fails.
pub async fn add(writer: &mut Writer, batch_id: &BatchId, scores: &[Score]) -> Result<()> {
    sql::insert_with(writer, &[("batch_id", batch_id.cell())], scores, "").await
}

/// States the sum of the probabilities of a batch, once all of its scores are there.
///
/// # Errors
/// When the database fails.
pub async fn set_expected_events(
    writer: &mut Writer,
    batch_id: &BatchId,
    expected_events: f64,
) -> Result<()> {
    let statement = sql("update score_batch set expected_events = $2 where batch_id = $1");
    statement
        .bind(batch_id)
        .bind(expected_events)
        .execute(writer)
        .await?;
    Ok(())
}

/// The newest batches of a use case, newest first; without those of withdrawn datasets.
///
/// # Errors
/// When the database fails.
pub async fn batches(reader: &mut Reader, use_case: &UseCaseId, limit: i64) -> Result<Vec<Batch>> {
    let rest = "where use_case = $1 and dataset_id not in (select dataset_id from dataset where withdrawn_at is not null) \
                order by as_of desc, created_at desc limit $2";
    select(rest).bind(use_case).bind(limit).all(reader).await
}

/// The batches of the newest day before another, newest first; without those of withdrawn datasets.
///
/// # Errors
/// When the database fails.
pub async fn of_day_before(
    reader: &mut Reader,
    use_case: &UseCaseId,
    day: Date,
) -> Result<Vec<Batch>> {
    let rest = "where use_case = $1 and dataset_id not in (select dataset_id from dataset where withdrawn_at is not null) and as_of = ( \
                select max(b.as_of) from score_batch b join dataset d on d.dataset_id = b.dataset_id \
                where b.use_case = $1 and b.as_of < $2 and d.withdrawn_at is null) order by created_at desc";
    select(rest).bind(use_case).bind(day).all(reader).await
}

/// The scores of a batch without what explains them, in no order.
///
/// # Errors
/// When the database fails.
pub async fn compared(reader: &mut Reader, batch_id: &BatchId) -> Result<Vec<Compared>> {
    sql("select person_id, probability, basis from score where batch_id = $1")
        .bind(batch_id)
        .all(reader)
        .await
}

/// The version of each batch of a use case.
///
/// # Errors
/// When the database fails.
pub async fn versions(
    reader: &mut Reader,
    use_case: &UseCaseId,
) -> Result<HashMap<BatchId, VersionNumber>> {
    let all: Vec<Batch> = select("where use_case = $1")
        .bind(use_case)
        .all(reader)
        .await?;
    Ok(all
        .into_iter()
        .map(|batch| (batch.batch_id, batch.version))
        .collect())
}

/// The newest batches that a version scored, newest first.
///
/// # Errors
/// When the database fails.
pub async fn of_version(
    reader: &mut Reader,
    use_case: &UseCaseId,
    version: VersionNumber,
    limit: i64,
) -> Result<Vec<Batch>> {
    let rest = "where use_case = $1 and version = $2 order by as_of desc, created_at desc limit $3";
    select(rest)
        .bind(use_case)
        .bind(version)
        .bind(limit)
        .all(reader)
        .await
}

/// The batch with this id.
///
/// # Errors
/// When the database fails.
pub async fn find(reader: &mut Reader, batch_id: &BatchId) -> Result<Option<Batch>> {
    select("where batch_id = $1")
        .bind(batch_id)
        .optional(reader)
        .await
}

/// The scores of a batch, in the order of the dataset's rows.
///
/// # Errors
/// When the database fails.
pub async fn of_batch(reader: &mut Reader, batch_id: &BatchId) -> Result<Vec<Score>> {
    select("where batch_id = $1 order by position")
        .bind(batch_id)
        .all(reader)
        .await
}

/// A person's scores over time, oldest first; without those of withdrawn datasets.
///
/// # Errors
/// When the database fails.
pub async fn of_person(
    reader: &mut Reader,
    use_case: &UseCaseId,
    person_id: &PersonId,
) -> Result<Vec<PastScore>> {
    let text = "select b.as_of, s.probability, b.version from score s join score_batch b on b.batch_id = s.batch_id \
                join dataset d on d.dataset_id = b.dataset_id \
                where s.person_id = $2 and b.use_case = $1 and d.withdrawn_at is null order by b.as_of, b.created_at";
    sql(text).bind(use_case).bind(person_id).all(reader).await
}
