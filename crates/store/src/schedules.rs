//! When cycles run by themselves, and the runs that were missed.

use domain::{AccountName, MissedBecause, Rescoring, Timestamp, UseCaseId};

use crate::sql::{self, row, select, sql};
use crate::{Reader, Result, Writer};

row! {
    /// A schedule. See the table `schedule` in `migrations/`.
    #[derive(Eq, utoipa::ToSchema)]
    pub struct Schedule in "schedule" {
        pub use_case: UseCaseId,
        pub cron: String,
        pub time_zone: String,
        /// `None`: the only source with rows, or the newest imported people.
        pub source: Option<String>,
        pub rescoring: Rescoring,
        pub next_run: Timestamp,
        /// Cycles run on behalf of this account.
        pub set_by: AccountName,
        pub set_at: Timestamp,
    }
}

row! {
    /// A run that did not take place at its time.
    #[derive(Eq, utoipa::ToSchema)]
    pub struct MissedRun in "missed_run" {
        pub use_case: UseCaseId,
        pub due_at: Timestamp,
        pub because: MissedBecause,
        pub found_at: Timestamp,
    }
}

/// Sets the schedule of a use case, in place of the one before.
///
/// # Errors
/// When the database fails.
pub async fn set(writer: &mut Writer, schedule: &Schedule) -> Result<()> {
    remove(writer, &schedule.use_case).await?;
    sql::insert(writer, schedule).await
}

/// Removes the schedule of a use case. False: there was none.
///
/// # Errors
/// When the database fails.
pub async fn remove(writer: &mut Writer, use_case: &UseCaseId) -> Result<bool> {
    let removed = sql("delete from schedule where use_case = $1")
        .bind(use_case)
        .execute(writer)
        .await?;
    Ok(removed > 0)
}

/// The schedule of a use case.
///
/// # Errors
/// When the database fails.
pub async fn find(reader: &mut Reader, use_case: &UseCaseId) -> Result<Option<Schedule>> {
    select("where use_case = $1")
        .bind(use_case)
        .optional(reader)
        .await
}

/// Every schedule, by use case.
///
/// # Errors
/// When the database fails.
pub async fn list(reader: &mut Reader) -> Result<Vec<Schedule>> {
    select("order by use_case").all(reader).await
}

/// Writes the next run of a schedule, unless it was changed since it was read. False: it was.
///
/// # Errors
/// When the database fails.
pub async fn advance(writer: &mut Writer, schedule: &Schedule, next: Timestamp) -> Result<bool> {
    let text =
        "update schedule set next_run = $4 where use_case = $1 and next_run = $2 and set_at = $3";
    let changed = sql(text)
        .bind(&schedule.use_case)
        .bind(schedule.next_run)
        .bind(schedule.set_at)
        .bind(next)
        .execute(writer)
        .await?;
    Ok(changed > 0)
}

/// Adds runs that were missed; those that are there stay as they are.
///
/// # Errors
/// When the database fails.
pub async fn insert_missed(writer: &mut Writer, runs: &[MissedRun]) -> Result<()> {
    sql::insert_with(writer, &[], runs, "on conflict do nothing").await
}

/// The newest missed runs of a use case, newest first.
///
/// # Errors
/// When the database fails.
pub async fn missed(
    reader: &mut Reader,
    use_case: &UseCaseId,
    limit: i64,
) -> Result<Vec<MissedRun>> {
    select("where use_case = $1 order by due_at desc limit $2")
        .bind(use_case)
        .bind(limit)
        .all(reader)
        .await
}
