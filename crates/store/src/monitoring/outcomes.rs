//! Outcomes, and how the scores of each cycle did on them.

use domain::{AccountName, BatchId, Date, PersonId, Timestamp, UseCaseId};

use crate::sql::{self, Value as _, row, select, sql};
use crate::{Reader, Result, Writer};

row! {
    /// A file of outcomes. See the table `outcome_import` in `migrations/`.
    #[derive(Eq)]
    pub struct Import in "outcome_import" {
        pub import_id: String,
        pub use_case: UseCaseId,
        pub hash: String,
        pub name: String,
        pub row_count: i64,
        pub event_count: i64,
        pub first_day: Date,
        pub last_day: Date,
        pub complete_until: Option<Date>,
        pub horizon_days: i64,
        pub simulated: bool,
        pub created_by: AccountName,
        pub created_at: Timestamp,
    }
}

row! {
    /// What is known of a person on a day.
    #[derive(Eq)]
    pub struct Outcome in "outcome" {
        pub person_id: PersonId,
        pub day: Date,
        pub happened: bool,
        pub reason: Option<String>,
    }
}

row! {
    /// How the scores of one batch did.
    #[derive(Eq)]
    pub struct Cohort in "cohort" {
        pub batch_id: BatchId,
        pub use_case: UseCaseId,
        pub as_of: Date,
        pub until_day: Date,
        pub scored: i64,
        pub known: i64,
        /// JSON.
        pub report: Option<String>,
    }
}

row! {
    /// The probability of one row of a batch.
    pub struct PersonProbability in "score" {
        pub person_id: PersonId,
        pub probability: f64,
    }
}

/// Adds a file with its outcomes. A later word about a person on a day takes the place of an
/// earlier one.
///
/// # Errors
/// When the database fails, or the use case has this import already.
pub async fn insert(writer: &mut Writer, import: &Import, outcomes: &[Outcome]) -> Result<()> {
    sql::insert(writer, import).await?;
    let of_import = [
        ("use_case", import.use_case.cell()),
        ("import_id", import.import_id.cell()),
    ];
    let replace = "on conflict (use_case, person_id, day) do update set happened = excluded.happened, reason = excluded.reason, \
                   import_id = excluded.import_id";
    sql::insert_with(writer, &of_import, outcomes, replace).await
}

/// How the people of an import were matched, JSON; `None` when nothing is known.
///
/// # Errors
/// When the database fails.
pub async fn report(reader: &mut Reader, import_id: &str) -> Result<Option<String>> {
    sql("select report from outcome_report where import_id = $1")
        .bind(import_id)
        .optional_scalar(reader)
        .await
}

/// Records how the people of an import were matched, JSON.
///
/// # Errors
/// When the database fails.
pub async fn insert_report(writer: &mut Writer, import_id: &str, report: &str) -> Result<()> {
    sql("insert into outcome_report (import_id, report) values ($1, $2)")
        .bind(import_id)
        .bind(report)
        .execute(writer)
        .await?;
    Ok(())
}

/// The import with this hash.
///
/// # Errors
/// When the database fails.
pub async fn by_hash(
    reader: &mut Reader,
    use_case: &UseCaseId,
    hash: &str,
) -> Result<Option<Import>> {
    select("where use_case = $1 and hash = $2")
        .bind(use_case)
        .bind(hash)
        .optional(reader)
        .await
}

/// Files of outcomes, newest first.
///
/// # Errors
/// When the database fails.
pub async fn imports(reader: &mut Reader, use_case: &UseCaseId) -> Result<Vec<Import>> {
    select("where use_case = $1 order by created_at desc, import_id desc")
        .bind(use_case)
        .all(reader)
        .await
}

/// Everything that is known of anybody.
///
/// # Errors
/// When the database fails.
pub async fn all(reader: &mut Reader, use_case: &UseCaseId) -> Result<Vec<Outcome>> {
    select("where use_case = $1 order by day, person_id")
        .bind(use_case)
        .all(reader)
        .await
}

/// Person and probability of each row of a batch.
///
/// # Errors
/// When the database fails.
pub async fn scores_of(reader: &mut Reader, batch_id: &BatchId) -> Result<Vec<PersonProbability>> {
    select("where batch_id = $1 order by position")
        .bind(batch_id)
        .all(reader)
        .await
}

/// Writes how a batch did, in the place of what was known before.
///
/// # Errors
/// When the database fails.
pub async fn set_cohort(writer: &mut Writer, cohort: &Cohort) -> Result<()> {
    let replace = "on conflict (batch_id) do update set until_day = excluded.until_day, scored = excluded.scored, known = excluded.known, \
                   report = excluded.report";
    sql::insert_with(writer, &[], std::slice::from_ref(cohort), replace).await
}

/// How the batches of a use case did, oldest first; without those of withdrawn datasets.
///
/// # Errors
/// When the database fails.
pub async fn cohorts(reader: &mut Reader, use_case: &UseCaseId) -> Result<Vec<Cohort>> {
    let rest = "where use_case = $1 and batch_id not in (select b.batch_id from score_batch b join dataset d on d.dataset_id = b.dataset_id \
                where d.withdrawn_at is not null) order by as_of";
    select(rest).bind(use_case).all(reader).await
}
