//! Training runs: parameters, metrics, tags, stages, artifacts, and the search over them.

mod search;

use domain::{AccountName, DatasetId, RunId, RunStatus, Timestamp, UseCaseId};

use crate::sql::{self, Value as _, pairs, row, select, sql};
use crate::{Reader, Result, Writer, now};

pub use search::{Condition, Found, child_counts, children, figures_of, search};

row! {
    /// A run. See the table `run` in `migrations/`.
    #[derive(Eq)]
    pub struct Run in "run" {
        pub run_id: RunId,
        pub parent_id: Option<RunId>,
        pub use_case: UseCaseId,
        pub name: String,
        pub status: RunStatus,
        pub author: AccountName,
        pub dataset_id: Option<DatasetId>,
        pub seed: i64,
        pub code_version: String,
        pub message: String,
        pub started_at: Timestamp,
        pub ended_at: Option<Timestamp>,
    }
}

row! {
    /// A metric of a run at a step (0 where there are no steps).
    pub struct Metric in "run_metric" {
        pub name: String,
        pub step: i64,
        /// `None`: it could not be computed, and `why` says why.
        pub value: Option<f64>,
        pub interval: Option<[f64; 2]>,
        pub n: Option<i64>,
        pub why: Option<String>,
    }
}

row! {
    /// A stage of a run, with the time that it took.
    pub struct StageTime in "run_stage" {
        pub name: String,
        pub seconds: f64,
        pub note: String,
    }
}

row! {
    /// A file of a run.
    #[derive(Eq)]
    pub struct Artifact in "run_artifact" {
        pub name: String,
        pub hash: String,
        pub byte_count: i64,
        pub media_type: String,
    }
}

/// What hangs on a run.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize)]
pub struct Details {
    /// Name and value as text.
    pub parameters: Vec<(String, String)>,
    /// In the order in which they were recorded.
    pub metrics: Vec<Metric>,
    /// Name and value.
    pub tags: Vec<(String, String)>,
    /// In the order in which they ran.
    pub stages: Vec<StageTime>,
    /// Files of the run.
    pub artifacts: Vec<Artifact>,
}

/// Adds a run.
///
/// # Errors
/// When the database fails.
pub async fn insert(writer: &mut Writer, run: &Run) -> Result<()> {
    sql::insert(writer, run).await
}

/// Ends a run with a status and a message.
///
/// # Errors
/// When the database fails.
pub async fn finish(
    writer: &mut Writer,
    run_id: &RunId,
    status: RunStatus,
    message: &str,
) -> Result<()> {
    let statement =
        sql("update run set status = $2, message = $3, ended_at = $4 where run_id = $1");
    statement
        .bind(run_id)
        .bind(status)
        .bind(message)
        .bind(now())
        .execute(writer)
        .await?;
    Ok(())
}

/// Runs that say "running" though no job works on them are failed: their process stopped. Returns
/// how many.
///
/// # Errors
/// When the database fails.
pub async fn fail_abandoned(writer: &mut Writer) -> Result<u64> {
    let text = "update run set status = 'failed', message = 'The process stopped before the run ended.', ended_at = $1 \
                where status = 'running' and client_status is null \
                and not exists (select 1 from job where job.run_id = run.run_id and job.status in ('queued', 'running'))";
    sql(text).bind(now()).execute(writer).await
}

/// Writes what hangs on a run.
///
/// # Errors
/// When the database fails, or a name is there already.
pub async fn insert_details(writer: &mut Writer, run_id: &RunId, details: &Details) -> Result<()> {
    for (table, pairs) in [
        ("run_parameter", &details.parameters),
        ("run_tag", &details.tags),
    ] {
        for (name, value) in pairs {
            let statement = sql(format!(
                "insert into {table} (run_id, name, value) values ($1, $2, $3)"
            ));
            statement
                .bind(run_id)
                .bind(name)
                .bind(value)
                .execute(writer)
                .await?;
        }
    }
    sql::insert_with(writer, &[("run_id", run_id.cell())], &details.metrics, "").await?;
    for (position, stage) in (0_i64..).zip(&details.stages) {
        let place = [("run_id", run_id.cell()), ("position", position.cell())];
        sql::insert_with(writer, &place, std::slice::from_ref(stage), "").await?;
    }
    add_artifacts(writer, run_id, &details.artifacts).await
}

/// Adds files to a run.
///
/// # Errors
/// When the database fails, or a file of that name is there already.
pub async fn add_artifacts(
    writer: &mut Writer,
    run_id: &RunId,
    artifacts: &[Artifact],
) -> Result<()> {
    sql::insert_with(writer, &[("run_id", run_id.cell())], artifacts, "").await
}

/// The run whose id begins with `prefix`.
///
/// # Errors
/// When the database fails.
pub async fn find(reader: &mut Reader, prefix: &str) -> Result<Option<Run>> {
    // UUIDs hold no character above 'g'.
    let statement = select("where run_id >= $1 and run_id < $2 order by run_id limit 1");
    statement
        .bind(prefix)
        .bind(format!("{prefix}g"))
        .optional(reader)
        .await
}

/// What hangs on a run.
///
/// # Errors
/// When the database fails.
pub async fn details(reader: &mut Reader, run_id: &RunId) -> Result<Details> {
    let parameters = sql("select name, value from run_parameter where run_id = $1 order by name");
    let tags = sql("select name, value from run_tag where run_id = $1 order by name");
    Ok(Details {
        parameters: pairs(parameters.bind(run_id), reader).await?,
        metrics: select("where run_id = $1 order by name, step")
            .bind(run_id)
            .all(reader)
            .await?,
        tags: pairs(tags.bind(run_id), reader).await?,
        stages: select("where run_id = $1 order by position")
            .bind(run_id)
            .all(reader)
            .await?,
        artifacts: select("where run_id = $1 order by name")
            .bind(run_id)
            .all(reader)
            .await?,
    })
}
