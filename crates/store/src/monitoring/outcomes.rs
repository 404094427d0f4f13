//! Outcomes, and how the scores of each cycle did on them.

use domain::{AccountName, BatchId, Date, PersonId, ScoreBasis, Timestamp, UseCaseId};

use crate::sql::{self, Value as _, row, select, sql};
use crate::{Reader, Result, Writer, now};

row! {
    /// A file of outcomes. See the table `outcome_import` in `migrations/`.
    #[derive(Eq, utoipa::ToSchema)]
    #[schema(as = OutcomesFile)]
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
        /// `None`: it is in use.
        pub withdrawn_at: Option<Timestamp>,
        pub withdrawn_by: Option<AccountName>,
        pub withdrawn_because: Option<String>,
    }
}

row! {
    /// What a file says about a person on a day.
    #[derive(Eq)]
    pub struct Outcome in "outcome_word" {
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
        pub basis: ScoreBasis,
    }
}

/// Adds a file with its outcomes. Of two words of a file about a person on a day the later one
/// counts.
///
/// # Errors
/// When the database fails, or the use case has this import already.
pub async fn insert(writer: &mut Writer, import: &Import, outcomes: &[Outcome]) -> Result<()> {
    sql::insert(writer, import).await?;
    let of_import = [("import_id", import.import_id.cell())];
    let replace = "on conflict (import_id, person_id, day) do update set happened = excluded.happened, reason = excluded.reason";
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

/// The import in use with this hash.
///
/// # Errors
/// When the database fails.
pub async fn by_hash(
    reader: &mut Reader,
    use_case: &UseCaseId,
    hash: &str,
) -> Result<Option<Import>> {
    select("where use_case = $1 and hash = $2 and withdrawn_at is null")
        .bind(use_case)
        .bind(hash)
        .optional(reader)
        .await
}

/// Files of outcomes, also those that were withdrawn, newest first.
///
/// # Errors
/// When the database fails.
pub async fn imports(reader: &mut Reader, use_case: &UseCaseId) -> Result<Vec<Import>> {
    select("where use_case = $1 order by created_at desc, import_id desc")
        .bind(use_case)
        .all(reader)
        .await
}

/// The imports whose id begins with `prefix`, newest first.
///
/// # Errors
/// When the database fails.
pub async fn matching(reader: &mut Reader, prefix: &str) -> Result<Vec<Import>> {
    select("where substr(import_id, 1, length($1)) = $1 order by created_at desc")
        .bind(prefix)
        .all(reader)
        .await
}

/// Takes a file of outcomes out of use; false when it was withdrawn before.
///
/// # Errors
/// When the database fails.
pub async fn withdraw(
    writer: &mut Writer,
    import_id: &str,
    by: &AccountName,
    because: &str,
) -> Result<bool> {
    let text = "update outcome_import set withdrawn_at = $2, withdrawn_by = $3, withdrawn_because = $4 \
                where import_id = $1 and withdrawn_at is null";
    Ok(sql(text)
        .bind(import_id)
        .bind(now())
        .bind(by)
        .bind(because)
        .execute(writer)
        .await?
        > 0)
}

/// Everything that the files in use tell of anybody, by day and person: of several words about a
/// person on a day, that of the newest file.
///
/// # Errors
/// When the database fails.
pub async fn all(reader: &mut Reader, use_case: &UseCaseId) -> Result<Vec<Outcome>> {
    let text = "select w.person_id, w.day, w.happened, w.reason from outcome_word w \
                join outcome_import i on i.import_id = w.import_id \
                where i.use_case = $1 and i.withdrawn_at is null \
                order by w.day, w.person_id, i.created_at desc, i.import_id desc";
    let mut words: Vec<Outcome> = sql(text).bind(use_case).all(reader).await?;
    words.dedup_by(|older, newer| older.day == newer.day && older.person_id == newer.person_id);
    Ok(words)
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

/// Removes what was known of a batch: no outcome tells of it any more.
///
/// # Errors
/// When the database fails.
pub async fn remove_cohort(writer: &mut Writer, batch_id: &BatchId) -> Result<()> {
    sql("delete from cohort where batch_id = $1")
        .bind(batch_id)
        .execute(writer)
        .await?;
    Ok(())
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
