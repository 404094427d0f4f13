//! Long work: its progress record, its log, and the process that works on it.

use domain::{AccountName, DatasetId, JobId, JobKind, JobStatus, RunId, Timestamp, UseCaseId};
use sqlx::FromRow as _;
use sqlx::any::AnyRow;

use crate::sql::{self, Cell, Field, Value as _, row, select, sql};
use crate::{Reader, Result, Writer, now};

row! {
    /// A job. See the table `job` in `migrations/`.
    pub struct Job in "job" {
        pub job_id: JobId,
        pub use_case: UseCaseId,
        pub kind: JobKind,
        pub title: String,
        pub status: JobStatus,
        pub progress: Progress,
        pub message: String,
        pub run_id: Option<RunId>,
        pub cancel_requested: bool,
        pub started_by: AccountName,
        pub worker: String,
        pub heartbeat_at: Timestamp,
        pub started_at: Timestamp,
        pub ended_at: Option<Timestamp>,
    }
}

row! {
    /// How far a job is.
    #[derive(Default)]
    pub struct Progress in "job" {
        pub stage: String,
        /// Steps done and planned of the stage; 0 planned: not counted.
        pub done: i64,
        pub planned: i64,
        pub best: Option<f64>,
        pub seconds_left: Option<f64>,
        /// Address of what it made; empty until there is something.
        pub result: String,
    }
}

/// In the columns of the job itself.
impl Field for Progress {
    fn columns(_: &'static str, columns: &mut Vec<&'static str>) {
        columns.extend(<Self as crate::sql::Record>::columns());
    }

    fn read(row: &AnyRow, _: &str) -> sqlx::Result<Self> {
        Self::from_row(row)
    }

    fn write(&self, cells: &mut Vec<Cell>) {
        crate::sql::Record::write(self, cells);
    }
}

row! {
    /// A line of a job's log.
    #[derive(Eq)]
    pub struct Line in "job_line" {
        pub at: Timestamp,
        pub text: String,
    }
}

row! {
    /// What a training in the background was asked for. See the table `training_request` in
    /// `migrations/`.
    #[derive(Eq)]
    pub struct TrainingRequest in "training_request" {
        pub job_id: JobId,
        pub dataset_id: DatasetId,
        /// JSON.
        pub settings: String,
        pub attempts: i64,
        /// A run whose candidate is to become a version, and the candidate.
        pub from_run: Option<RunId>,
        pub candidate: Option<String>,
    }
}

row! {
    /// How many jobs of a kind have a status.
    #[derive(Eq)]
    pub struct JobCount {
        pub kind: JobKind,
        pub status: JobStatus,
        pub count: i64,
    }
}

/// How many jobs of each kind have each status.
///
/// # Errors
/// When the database fails.
pub async fn counts(reader: &mut Reader) -> Result<Vec<JobCount>> {
    sql("select kind, status, count(*) as count from job group by kind, status")
        .all(reader)
        .await
}

/// Adds what a training was asked for.
///
/// # Errors
/// When the database fails.
pub async fn insert_request(writer: &mut Writer, request: &TrainingRequest) -> Result<()> {
    sql::insert(writer, request).await
}

/// What a training was asked for; `None` for a job of another kind, and for one in the foreground.
///
/// # Errors
/// When the database fails.
pub async fn request(reader: &mut Reader, job_id: &JobId) -> Result<Option<TrainingRequest>> {
    select("where job_id = $1")
        .bind(job_id)
        .optional(reader)
        .await
}

/// Puts an open job of `worker` back into the queue: nobody works on it. False: it is not open any
/// more, or another process has it.
///
/// # Errors
/// When the database fails.
pub async fn requeue(writer: &mut Writer, job_id: &JobId, worker: &str) -> Result<bool> {
    let text = format!(
        "update job set status = 'queued', worker = '', stage = '', done = 0, planned = 0, best = null, seconds_left = null, run_id = null \
         where job_id = $1 and worker = $2 and {OPEN}"
    );
    let changed = sql(text).bind(job_id).bind(worker).execute(writer).await?;
    Ok(changed > 0)
}

/// Takes a job that nobody works on. False: somebody was faster.
///
/// # Errors
/// When the database fails.
pub async fn claim(writer: &mut Writer, job_id: &JobId, worker: &str) -> Result<bool> {
    let text = format!(
        "update job set worker = $2, heartbeat_at = $3 where job_id = $1 and worker = '' and {OPEN}"
    );
    let changed = sql(text)
        .bind(job_id)
        .bind(worker)
        .bind(now())
        .execute(writer)
        .await?;
    if changed > 0 {
        sql("update training_request set attempts = attempts + 1 where job_id = $1")
            .bind(job_id)
            .execute(writer)
            .await?;
    }
    Ok(changed > 0)
}

/// Condition on a job that somebody should be working on.
const OPEN: &str = "status in ('queued', 'running')";

/// Adds a job.
///
/// # Errors
/// When the database fails.
pub async fn insert(writer: &mut Writer, job: &Job) -> Result<()> {
    sql::insert(writer, job).await
}

/// Writes how far an open job of `worker` is, and that its process lives. `None`: the job is not open
/// any more, or another process has it.
/// Otherwise whether it should stop.
///
/// # Errors
/// When the database fails.
pub async fn report(
    writer: &mut Writer,
    job_id: &JobId,
    worker: &str,
    status: JobStatus,
    progress: &Progress,
) -> Result<Option<bool>> {
    let statement = sql(format!(
        "update job set status = $2, stage = $3, done = $4, planned = $5, best = $6, seconds_left = $7, result = $8, heartbeat_at = $9 \
         where job_id = $1 and worker = $10 and {OPEN} returning cancel_requested"
    ));
    let Progress {
        stage,
        done,
        planned,
        best,
        seconds_left,
        result,
    } = progress;
    let statement = statement
        .bind(job_id)
        .bind(status)
        .bind(stage)
        .bind(done)
        .bind(planned)
        .bind(best)
        .bind(seconds_left);
    statement
        .bind(result)
        .bind(now())
        .bind(worker)
        .optional_scalar(writer)
        .await
}

/// Whether an open job of `worker` should stop; `None`: it is not open any more, or another process
/// works on it.
///
/// # Errors
/// When the database fails.
pub async fn should_stop(
    reader: &mut Reader,
    job_id: &JobId,
    worker: &str,
) -> Result<Option<bool>> {
    let statement = sql(format!(
        "select cancel_requested from job where job_id = $1 and worker = $2 and {OPEN}"
    ));
    statement
        .bind(job_id)
        .bind(worker)
        .optional_scalar(reader)
        .await
}

/// Names the run that a job works on.
///
/// # Errors
/// When the database fails.
pub async fn set_run(writer: &mut Writer, job_id: &JobId, run_id: &RunId) -> Result<()> {
    sql("update job set run_id = $2 where job_id = $1")
        .bind(job_id)
        .bind(run_id)
        .execute(writer)
        .await?;
    Ok(())
}

/// Ends an open job. False: it was not open any more.
///
/// # Errors
/// When the database fails.
pub async fn finish(
    writer: &mut Writer,
    job_id: &JobId,
    status: JobStatus,
    message: &str,
) -> Result<bool> {
    let text = format!(
        "update job set status = $2, message = $3, seconds_left = null, ended_at = $4 where job_id = $1 and {OPEN}"
    );
    Ok(sql(text)
        .bind(job_id)
        .bind(status)
        .bind(message)
        .bind(now())
        .execute(writer)
        .await?
        > 0)
}

/// Asks an open job to stop. False: it was not open any more.
///
/// # Errors
/// When the database fails.
pub async fn request_cancel(writer: &mut Writer, job_id: &JobId) -> Result<bool> {
    let text = format!("update job set cancel_requested = 1 where job_id = $1 and {OPEN}");
    Ok(sql(text).bind(job_id).execute(writer).await? > 0)
}

/// Adds lines to a job's log; the first of them at `position` (from 0).
///
/// # Errors
/// When the database fails, or a position is taken.
pub async fn append(
    writer: &mut Writer,
    job_id: &JobId,
    position: i64,
    lines: &[Line],
) -> Result<()> {
    for (position, line) in (position..).zip(lines) {
        let place = [("job_id", job_id.cell()), ("position", position.cell())];
        sql::insert_with(writer, &place, std::slice::from_ref(line), "").await?;
    }
    Ok(())
}

/// A job's log, oldest line first.
///
/// # Errors
/// When the database fails.
pub async fn lines(reader: &mut Reader, job_id: &JobId) -> Result<Vec<Line>> {
    select("where job_id = $1 order by position")
        .bind(job_id)
        .all(reader)
        .await
}

/// The job with this id.
///
/// # Errors
/// When the database fails.
pub async fn find(reader: &mut Reader, job_id: &JobId) -> Result<Option<Job>> {
    select("where job_id = $1")
        .bind(job_id)
        .optional(reader)
        .await
}

/// Id of the job that works, or worked, on a run.
///
/// # Errors
/// When the database fails.
pub async fn of_run(reader: &mut Reader, run_id: &RunId) -> Result<Option<JobId>> {
    sql("select job_id from job where run_id = $1")
        .bind(run_id)
        .optional_scalar(reader)
        .await
}

/// The newest jobs of a use case, newest first.
///
/// # Errors
/// When the database fails.
pub async fn list(reader: &mut Reader, use_case: &UseCaseId, limit: i64) -> Result<Vec<Job>> {
    select("where use_case = $1 order by started_at desc, job_id desc limit $2")
        .bind(use_case)
        .bind(limit)
        .all(reader)
        .await
}

/// Jobs that somebody should be working on.
///
/// # Errors
/// When the database fails.
pub async fn open(reader: &mut Reader) -> Result<Vec<Job>> {
    select(&format!("where {OPEN} order by started_at"))
        .all(reader)
        .await
}
