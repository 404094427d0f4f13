//! Monthly cycles and their stages.

use domain::{
    AccountName, CycleCause, CycleId, CycleScope, CycleStage, CycleState, Date, JobId, SkipReason,
    StageState, Timestamp, UseCaseId,
};

use crate::sql::{self, Value as _, row, select, sql};
use crate::{Reader, Result, Writer, now};

row! {
    /// A cycle. See the table `cycle` in `migrations/`.
    #[derive(Eq, utoipa::ToSchema)]
    pub struct Cycle in "cycle" {
        pub cycle_id: CycleId,
        pub use_case: UseCaseId,
        pub scope: CycleScope,
        pub state: CycleState,
        pub cause: CycleCause,
        /// `None`: that of the snapshot.
        pub wanted_day: Option<Date>,
        /// `None` until the snapshot is there.
        pub as_of: Option<Date>,
        /// `None`: the newest imported people are taken.
        pub source: Option<String>,
        /// `None`: nobody has worked on it yet.
        pub job_id: Option<JobId>,
        pub started_by: AccountName,
        pub created_at: Timestamp,
        pub ended_at: Option<Timestamp>,
    }
}

row! {
    /// A stage of a cycle.
    #[derive(Eq)]
    pub struct Stage in "cycle_stage" {
        pub position: i64,
        pub stage: CycleStage,
        pub state: StageState,
        pub skipped_because: Option<SkipReason>,
        /// What it made or found; what it names depends on the stage.
        pub result: Option<String>,
        pub note: String,
        /// How often it was begun.
        pub attempts: i64,
        pub started_at: Option<Timestamp>,
        pub ended_at: Option<Timestamp>,
    }
}

impl Stage {
    /// The stages of a scope, none of them begun.
    pub fn waiting(scope: CycleScope) -> Vec<Self> {
        let stage = |(position, &stage): (usize, &CycleStage)| Self {
            position: position as i64,
            stage,
            state: StageState::Waiting,
            skipped_because: None,
            result: None,
            note: String::new(),
            attempts: 0,
            started_at: None,
            ended_at: None,
        };
        scope.stages().iter().enumerate().map(stage).collect()
    }
}

/// Condition on a cycle that is not over.
const OPEN: &str = "state in ('waiting', 'running')";

/// Adds a cycle with the stages of its scope, all waiting.
///
/// # Errors
/// When the database fails, or the use case has an open cycle.
pub async fn insert(writer: &mut Writer, cycle: &Cycle) -> Result<()> {
    sql::insert(writer, cycle).await?;
    let stages = Stage::waiting(cycle.scope);
    let place = [("cycle_id", cycle.cycle_id.cell())];
    sql::insert_with(writer, &place, &stages, "").await
}

/// The cycle of a use case with this id.
///
/// # Errors
/// When the database fails.
pub async fn find(
    reader: &mut Reader,
    use_case: &UseCaseId,
    cycle_id: &CycleId,
) -> Result<Option<Cycle>> {
    select("where use_case = $1 and cycle_id = $2")
        .bind(use_case)
        .bind(cycle_id)
        .optional(reader)
        .await
}

/// The stages of a cycle, in their order.
///
/// # Errors
/// When the database fails.
pub async fn stages(reader: &mut Reader, cycle_id: &CycleId) -> Result<Vec<Stage>> {
    select("where cycle_id = $1 order by position")
        .bind(cycle_id)
        .all(reader)
        .await
}

/// The newest cycles of a use case, newest first.
///
/// # Errors
/// When the database fails.
pub async fn list(reader: &mut Reader, use_case: &UseCaseId, limit: i64) -> Result<Vec<Cycle>> {
    select("where use_case = $1 order by created_at desc, cycle_id desc limit $2")
        .bind(use_case)
        .bind(limit)
        .all(reader)
        .await
}

/// Every cycle that is not over, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn open(reader: &mut Reader) -> Result<Vec<Cycle>> {
    select(&format!("where {OPEN} order by created_at, cycle_id"))
        .all(reader)
        .await
}

/// The cycle of a use case that is not over.
///
/// # Errors
/// When the database fails.
pub async fn open_of(reader: &mut Reader, use_case: &UseCaseId) -> Result<Option<Cycle>> {
    select(&format!("where use_case = $1 and {OPEN}"))
        .bind(use_case)
        .optional(reader)
        .await
}

/// Names the job that works on an open cycle. False: it is over.
///
/// # Errors
/// When the database fails.
pub async fn claim(writer: &mut Writer, cycle_id: &CycleId, job_id: &JobId) -> Result<bool> {
    let text =
        format!("update cycle set state = 'running', job_id = $2 where cycle_id = $1 and {OPEN}");
    let changed = sql(text)
        .bind(cycle_id)
        .bind(job_id)
        .execute(writer)
        .await?;
    Ok(changed > 0)
}

/// Writes the day that a cycle is about.
///
/// # Errors
/// When the database fails.
pub async fn set_day(writer: &mut Writer, cycle_id: &CycleId, day: Date) -> Result<()> {
    sql("update cycle set as_of = $2 where cycle_id = $1")
        .bind(cycle_id)
        .bind(day)
        .execute(writer)
        .await?;
    Ok(())
}

/// Ends an open cycle. False: it was over.
///
/// # Errors
/// When the database fails.
pub async fn end(writer: &mut Writer, cycle_id: &CycleId, state: CycleState) -> Result<bool> {
    let text = format!("update cycle set state = $2, ended_at = $3 where cycle_id = $1 and {OPEN}");
    let changed = sql(text)
        .bind(cycle_id)
        .bind(state)
        .bind(now())
        .execute(writer)
        .await?;
    Ok(changed > 0)
}

/// Opens a failed or canceled cycle again, with its unfinished stages waiting. False: it was
/// neither.
///
/// # Errors
/// When the database fails, or the use case has an open cycle.
pub async fn reopen(writer: &mut Writer, cycle_id: &CycleId) -> Result<bool> {
    let text = "update cycle set state = 'waiting', ended_at = null where cycle_id = $1 and state in ('failed', 'canceled')";
    let changed = sql(text).bind(cycle_id).execute(writer).await?;
    let text = "update cycle_stage set state = 'waiting', note = '', attempts = 0, started_at = null, ended_at = null \
                where cycle_id = $1 and state not in ('done', 'skipped')";
    sql(text).bind(cycle_id).execute(writer).await?;
    Ok(changed > 0)
}

/// Writes what has become of a stage.
///
/// # Errors
/// When the database fails, or refuses: the stage was done or skipped before.
pub async fn set_stage(writer: &mut Writer, cycle_id: &CycleId, stage: &Stage) -> Result<()> {
    let text = "update cycle_stage set state = $3, skipped_because = $4, result = $5, note = $6, attempts = $7, started_at = $8, ended_at = $9 \
                where cycle_id = $1 and position = $2";
    let statement = sql(text)
        .bind(cycle_id)
        .bind(stage.position)
        .bind(stage.state)
        .bind(stage.skipped_because)
        .bind(&stage.result);
    statement
        .bind(&stage.note)
        .bind(stage.attempts)
        .bind(stage.started_at)
        .bind(stage.ended_at)
        .execute(writer)
        .await?;
    Ok(())
}

/// How many cycles about a day in `from..=until` trained a version.
///
/// # Errors
/// When the database fails.
pub async fn retrainings(
    reader: &mut Reader,
    use_case: &UseCaseId,
    from: Date,
    until: Date,
) -> Result<i64> {
    let text = "select count(*) from cycle c join cycle_stage s on s.cycle_id = c.cycle_id \
                where c.use_case = $1 and c.as_of >= $2 and c.as_of <= $3 and s.stage = 'retraining' and s.state = 'done'";
    sql(text)
        .bind(use_case)
        .bind(from)
        .bind(until)
        .scalar(reader)
        .await
}

/// The latest day, up to `until`, of a cycle that trained a version.
///
/// # Errors
/// When the database fails.
pub async fn last_retraining(
    reader: &mut Reader,
    use_case: &UseCaseId,
    until: Date,
) -> Result<Option<Date>> {
    let text = "select c.as_of from cycle c join cycle_stage s on s.cycle_id = c.cycle_id \
                where c.use_case = $1 and c.as_of <= $2 and s.stage = 'retraining' and s.state = 'done' order by c.as_of desc limit 1";
    sql(text)
        .bind(use_case)
        .bind(until)
        .optional_scalar(reader)
        .await
}
