//! Long work: its progress record, its log, and the process that works on it.

use sqlx::Row;
use sqlx::any::AnyRow;

use crate::{Connection, Result, now};

/// A job. See the table `job` in `migrations/`.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Job {
    pub job_id: String,
    pub use_case: String,
    pub kind: String,
    pub title: String,
    pub status: String,
    pub progress: Progress,
    pub message: String,
    pub run_id: Option<String>,
    pub cancel_requested: bool,
    pub started_by: String,
    pub worker: String,
    pub heartbeat_at: i64,
    pub started_at: i64,
    pub ended_at: Option<i64>,
}

/// How far a job is.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize)]
pub struct Progress {
    pub stage: String,
    /// Steps done and planned of the stage; 0 planned: not counted.
    pub done: i64,
    pub planned: i64,
    pub best: Option<f64>,
    pub seconds_left: Option<f64>,
    /// Address of what it made; empty until there is something.
    pub result: String,
}

/// A line of a job's log: unix microseconds and text.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Line {
    pub at: i64,
    pub text: String,
}

const COLUMNS: &str = "select job_id, use_case, kind, title, status, stage, done, planned, best, seconds_left, result, message, run_id, \
                       cancel_requested, started_by, worker, heartbeat_at, started_at, ended_at from job";

/// Statuses of a job that somebody should be working on.
const OPEN: &str = "status in ('queued', 'running')";

fn job(row: &AnyRow) -> Job {
    Job {
        job_id: row.get(0),
        use_case: row.get(1),
        kind: row.get(2),
        title: row.get(3),
        status: row.get(4),
        progress: Progress {
            stage: row.get(5),
            done: row.get(6),
            planned: row.get(7),
            best: row.get(8),
            seconds_left: row.get(9),
            result: row.get(10),
        },
        message: row.get(11),
        run_id: row.get(12),
        cancel_requested: row.get::<i64, _>(13) != 0,
        started_by: row.get(14),
        worker: row.get(15),
        heartbeat_at: row.get(16),
        started_at: row.get(17),
        ended_at: row.get(18),
    }
}

/// Adds a job.
///
/// # Errors
/// When the database fails.
pub async fn insert(connection: &mut Connection, job: &Job) -> Result<()> {
    sqlx::query(
        "insert into job (job_id, use_case, kind, title, status, stage, done, planned, best, seconds_left, result, message, run_id, \
         cancel_requested, started_by, worker, heartbeat_at, started_at, ended_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)",
    )
    .bind(&job.job_id)
    .bind(&job.use_case)
    .bind(&job.kind)
    .bind(&job.title)
    .bind(&job.status)
    .bind(&job.progress.stage)
    .bind(job.progress.done)
    .bind(job.progress.planned)
    .bind(job.progress.best)
    .bind(job.progress.seconds_left)
    .bind(&job.progress.result)
    .bind(&job.message)
    .bind(&job.run_id)
    .bind(i64::from(job.cancel_requested))
    .bind(&job.started_by)
    .bind(&job.worker)
    .bind(job.heartbeat_at)
    .bind(job.started_at)
    .bind(job.ended_at)
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes how far an open job is, and that its process lives. `None`: the job is not open any more. Otherwise whether it should stop.
///
/// # Errors
/// When the database fails.
pub async fn report(connection: &mut Connection, job_id: &str, status: &str, progress: &Progress) -> Result<Option<bool>> {
    let text = format!(
        "update job set status = $2, stage = $3, done = $4, planned = $5, best = $6, seconds_left = $7, result = $8, heartbeat_at = $9 \
         where job_id = $1 and {OPEN} returning cancel_requested"
    );
    let row = sqlx::query(sqlx::AssertSqlSafe(text))
        .bind(job_id)
        .bind(status)
        .bind(&progress.stage)
        .bind(progress.done)
        .bind(progress.planned)
        .bind(progress.best)
        .bind(progress.seconds_left)
        .bind(&progress.result)
        .bind(now())
        .fetch_optional(connection)
        .await?;
    Ok(row.map(|row| row.get::<i64, _>(0) != 0))
}

/// Names the run that a job works on.
///
/// # Errors
/// When the database fails.
pub async fn set_run(connection: &mut Connection, job_id: &str, run_id: &str) -> Result<()> {
    sqlx::query("update job set run_id = $2 where job_id = $1").bind(job_id).bind(run_id).execute(connection).await?;
    Ok(())
}

/// Ends an open job. False: it was not open any more.
///
/// # Errors
/// When the database fails.
pub async fn finish(connection: &mut Connection, job_id: &str, status: &str, message: &str) -> Result<bool> {
    let text = format!("update job set status = $2, message = $3, seconds_left = null, ended_at = $4 where job_id = $1 and {OPEN}");
    let query = sqlx::query(sqlx::AssertSqlSafe(text)).bind(job_id).bind(status).bind(message).bind(now());
    Ok(query.execute(connection).await?.rows_affected() > 0)
}

/// Asks an open job to stop. False: it was not open any more.
///
/// # Errors
/// When the database fails.
pub async fn request_cancel(connection: &mut Connection, job_id: &str) -> Result<bool> {
    let text = format!("update job set cancel_requested = 1 where job_id = $1 and {OPEN}");
    Ok(sqlx::query(sqlx::AssertSqlSafe(text)).bind(job_id).execute(connection).await?.rows_affected() > 0)
}

/// Adds lines to a job's log; the first of them at `position` (from 0).
///
/// # Errors
/// When the database fails, or a position is taken.
pub async fn append(connection: &mut Connection, job_id: &str, position: i64, lines: &[Line]) -> Result<()> {
    for (line, position) in lines.iter().zip(position..) {
        sqlx::query("insert into job_line (job_id, position, at, text) values ($1, $2, $3, $4)")
            .bind(job_id)
            .bind(position)
            .bind(line.at)
            .bind(&line.text)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// A job's log, oldest line first.
///
/// # Errors
/// When the database fails.
pub async fn lines(connection: &mut Connection, job_id: &str) -> Result<Vec<Line>> {
    let rows = sqlx::query("select at, text from job_line where job_id = $1 order by position").bind(job_id).fetch_all(connection).await?;
    Ok(rows.iter().map(|row| Line { at: row.get(0), text: row.get(1) }).collect())
}

/// The job with this id.
///
/// # Errors
/// When the database fails.
pub async fn find(connection: &mut Connection, job_id: &str) -> Result<Option<Job>> {
    let text = format!("{COLUMNS} where job_id = $1");
    Ok(sqlx::query(sqlx::AssertSqlSafe(text)).bind(job_id).fetch_optional(connection).await?.as_ref().map(job))
}

/// Id of the job that works, or worked, on a run.
///
/// # Errors
/// When the database fails.
pub async fn of_run(connection: &mut Connection, run_id: &str) -> Result<Option<String>> {
    let row = sqlx::query("select job_id from job where run_id = $1").bind(run_id).fetch_optional(connection).await?;
    Ok(row.map(|row| row.get(0)))
}

/// The newest jobs of a use case, newest first.
///
/// # Errors
/// When the database fails.
pub async fn list(connection: &mut Connection, use_case: &str, limit: i64) -> Result<Vec<Job>> {
    let text = format!("{COLUMNS} where use_case = $1 order by started_at desc, job_id desc limit $2");
    let rows = sqlx::query(sqlx::AssertSqlSafe(text)).bind(use_case).bind(limit).fetch_all(connection).await?;
    Ok(rows.iter().map(job).collect())
}

/// Jobs that somebody should be working on.
///
/// # Errors
/// When the database fails.
pub async fn open(connection: &mut Connection) -> Result<Vec<Job>> {
    let rows = sqlx::query(sqlx::AssertSqlSafe(format!("{COLUMNS} where {OPEN} order by started_at"))).fetch_all(connection).await?;
    Ok(rows.iter().map(job).collect())
}
