//! Training runs: parameters, metrics, tags, stages, artifacts, and the search over them.

use sqlx::Row;
use sqlx::any::AnyRow;

pub use crate::run_search::{Condition, Found, child_counts, children, figures_of, search};
use crate::{Connection, Result, now};

/// A run. See the table `run` in `migrations/`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Run {
    pub run_id: String,
    pub parent_id: Option<String>,
    pub use_case: String,
    pub name: String,
    pub status: String,
    pub author: String,
    pub dataset_id: Option<String>,
    pub seed: i64,
    pub code_version: String,
    pub message: String,
    pub started_at: i64,
    pub ended_at: Option<i64>,
}

/// A metric of a run at a step (0 where there are no steps).
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Metric {
    pub name: String,
    pub step: i64,
    pub value: Option<f64>,
    pub interval: Option<[f64; 2]>,
    pub n: Option<i64>,
    pub why: Option<String>,
}

/// A file of a run.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Artifact {
    pub name: String,
    pub hash: String,
    pub byte_count: i64,
    pub media_type: String,
}

/// What hangs on a run.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize)]
pub struct Details {
    pub parameters: Vec<(String, String)>,
    pub metrics: Vec<Metric>,
    pub tags: Vec<(String, String)>,
    pub stages: Vec<(String, f64, String)>,
    pub artifacts: Vec<Artifact>,
}

pub(crate) const COLUMNS: &str = "select r.run_id, r.parent_id, r.use_case, r.name, r.status, r.author, r.dataset_id, r.seed, r.code_version, r.message, \
                       r.started_at, r.ended_at from run r";

pub(crate) fn run(row: &AnyRow) -> Run {
    Run {
        run_id: row.get(0),
        parent_id: row.get(1),
        use_case: row.get(2),
        name: row.get(3),
        status: row.get(4),
        author: row.get(5),
        dataset_id: row.get(6),
        seed: row.get(7),
        code_version: row.get(8),
        message: row.get(9),
        started_at: row.get(10),
        ended_at: row.get(11),
    }
}

/// Adds a run.
///
/// # Errors
/// When the database fails.
pub async fn insert(connection: &mut Connection, run: &Run) -> Result<()> {
    sqlx::query(
        "insert into run (run_id, parent_id, use_case, name, status, author, dataset_id, seed, code_version, message, started_at, ended_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(&run.run_id)
    .bind(&run.parent_id)
    .bind(&run.use_case)
    .bind(&run.name)
    .bind(&run.status)
    .bind(&run.author)
    .bind(&run.dataset_id)
    .bind(run.seed)
    .bind(&run.code_version)
    .bind(&run.message)
    .bind(run.started_at)
    .bind(run.ended_at)
    .execute(connection)
    .await?;
    Ok(())
}

/// Ends a run with a status and a message.
///
/// # Errors
/// When the database fails.
pub async fn finish(connection: &mut Connection, run_id: &str, status: &str, message: &str) -> Result<()> {
    sqlx::query("update run set status = $2, message = $3, ended_at = $4 where run_id = $1")
        .bind(run_id)
        .bind(status)
        .bind(message)
        .bind(now())
        .execute(connection)
        .await?;
    Ok(())
}

/// Runs that say "running" though no job works on them are failed: their process stopped. Returns how many.
///
/// # Errors
/// When the database fails.
pub async fn fail_abandoned(connection: &mut Connection) -> Result<u64> {
    let done = sqlx::query(
        "update run set status = 'failed', message = 'the process stopped before the run ended', ended_at = $1 where status = 'running' \
         and not exists (select 1 from job where job.run_id = run.run_id and job.status in ('queued', 'running'))",
    )
    .bind(now())
    .execute(connection)
    .await?;
    Ok(done.rows_affected())
}

/// Writes what hangs on a run.
///
/// # Errors
/// When the database fails, or a name is there already.
pub async fn insert_details(connection: &mut Connection, run_id: &str, details: &Details) -> Result<()> {
    for (table, pairs) in [("run_parameter", &details.parameters), ("run_tag", &details.tags)] {
        let text = format!("insert into {table} (run_id, name, value) values ($1, $2, $3)");
        for (name, value) in pairs {
            sqlx::query(sqlx::AssertSqlSafe(text.clone())).bind(run_id).bind(name).bind(value).execute(&mut *connection).await?;
        }
    }
    for metric in &details.metrics {
        sqlx::query(
            "insert into run_metric (run_id, name, step, value, interval_low, interval_high, n, why) values ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(run_id)
        .bind(&metric.name)
        .bind(metric.step)
        .bind(metric.value)
        .bind(metric.interval.map(|interval| interval[0]))
        .bind(metric.interval.map(|interval| interval[1]))
        .bind(metric.n)
        .bind(&metric.why)
        .execute(&mut *connection)
        .await?;
    }
    for (position, (name, seconds, note)) in details.stages.iter().enumerate() {
        sqlx::query("insert into run_stage (run_id, position, name, seconds, note) values ($1, $2, $3, $4, $5)")
            .bind(run_id)
            .bind(position as i64)
            .bind(name)
            .bind(seconds)
            .bind(note)
            .execute(&mut *connection)
            .await?;
    }
    add_artifacts(connection, run_id, &details.artifacts).await
}

/// Adds files to a run.
///
/// # Errors
/// When the database fails, or a file of that name is there already.
pub async fn add_artifacts(connection: &mut Connection, run_id: &str, artifacts: &[Artifact]) -> Result<()> {
    for artifact in artifacts {
        sqlx::query("insert into run_artifact (run_id, name, hash, byte_count, media_type) values ($1, $2, $3, $4, $5)")
            .bind(run_id)
            .bind(&artifact.name)
            .bind(&artifact.hash)
            .bind(artifact.byte_count)
            .bind(&artifact.media_type)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// The run whose id begins with `prefix`.
///
/// # Errors
/// When the database fails.
pub async fn find(connection: &mut Connection, prefix: &str) -> Result<Option<Run>> {
    // UUIDs hold no character above 'g'.
    let text = format!("{COLUMNS} where r.run_id >= $1 and r.run_id < $2 order by r.run_id limit 1");
    let row = sqlx::query(sqlx::AssertSqlSafe(text)).bind(prefix).bind(format!("{prefix}g")).fetch_optional(connection).await?;
    Ok(row.as_ref().map(run))
}

/// A row of `name, step, value, interval_low, interval_high, n, why`.
pub(crate) fn metric(row: &AnyRow) -> Metric {
    let (low, high): (Option<f64>, Option<f64>) = (row.get(3), row.get(4));
    Metric {
        name: row.get(0),
        step: row.get(1),
        value: row.get(2),
        interval: low.zip(high).map(<[f64; 2]>::from),
        n: row.get(5),
        why: row.get(6),
    }
}

/// What hangs on a run.
///
/// # Errors
/// When the database fails.
pub async fn details(connection: &mut Connection, run_id: &str) -> Result<Details> {
    let pairs = |rows: Vec<AnyRow>| rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    let parameters = sqlx::query("select name, value from run_parameter where run_id = $1 order by name");
    let tags = sqlx::query("select name, value from run_tag where run_id = $1 order by name");
    let metrics =
        sqlx::query("select name, step, value, interval_low, interval_high, n, why from run_metric where run_id = $1 order by name, step");
    let stages = sqlx::query("select name, seconds, note from run_stage where run_id = $1 order by position");
    let artifacts = sqlx::query("select name, hash, byte_count, media_type from run_artifact where run_id = $1 order by name");
    let artifact = |row: &AnyRow| Artifact { name: row.get(0), hash: row.get(1), byte_count: row.get(2), media_type: row.get(3) };
    Ok(Details {
        parameters: pairs(parameters.bind(run_id).fetch_all(&mut *connection).await?),
        metrics: metrics.bind(run_id).fetch_all(&mut *connection).await?.iter().map(metric).collect(),
        tags: pairs(tags.bind(run_id).fetch_all(&mut *connection).await?),
        stages: stages.bind(run_id).fetch_all(&mut *connection).await?.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect(),
        artifacts: artifacts.bind(run_id).fetch_all(&mut *connection).await?.iter().map(artifact).collect(),
    })
}
