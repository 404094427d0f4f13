//! Runs of clients: what they set, log and attach.

use domain::{AccountName, DatasetId, RunId, RunStatus, Timestamp, UseCaseId};

use crate::runs::{Artifact, Run};
use crate::sql::{self, Value as _, pairs, places, row, select, sql};
use crate::{Reader, Result, Writer, now};

row! {
    /// A run as clients see it, ours included.
    #[derive(Eq)]
    pub struct ClientRun in "run" {
        pub run_id: RunId,
        pub parent_id: Option<RunId>,
        /// The use case, or the id of an experiment of clients.
        pub use_case: UseCaseId,
        pub name: String,
        pub status: RunStatus,
        /// In MLflow's words; `None`: a run of our own.
        pub client_status: Option<String>,
        pub author: AccountName,
        pub dataset_id: Option<DatasetId>,
        pub message: String,
        pub started_at: Timestamp,
        pub ended_at: Option<Timestamp>,
        pub archived_at: Option<Timestamp>,
        pub revision: i64,
    }
}

row! {
    /// A value of a metric that a client logged.
    #[derive(Eq)]
    pub struct Point in "run_metric_point" {
        pub name: String,
        /// Milliseconds, by the client's clock.
        pub recorded_at: i64,
        pub step: i64,
        /// The number as its bits.
        pub bits: i64,
        /// The logged model that it is about; empty: none.
        pub model_id: String,
        pub dataset_name: String,
        pub dataset_digest: String,
    }
}

row! {
    /// A dataset or logged model that a run read or made.
    #[derive(Eq)]
    pub struct Link in "run_link" {
        /// `dataset`, `model_input` or `model_output`.
        pub kind: String,
        pub target: String,
        pub name: String,
        pub digest: String,
        pub context: String,
        pub step: i64,
        /// What the client sent, JSON.
        pub document: String,
    }
}

impl Point {
    /// The number.
    pub fn value(&self) -> f64 {
        f64::from_bits(self.bits as u64)
    }

    /// Whether it comes after another value of the same metric.
    fn is_after(&self, other: &Self) -> bool {
        (self.step, self.recorded_at) > (other.step, other.recorded_at)
            || (self.step, self.recorded_at) == (other.step, other.recorded_at)
                && self.value() >= other.value()
    }
}

/// Adds a run of a client.
///
/// # Errors
/// When the database fails, or the id is taken.
pub async fn insert_client_run(writer: &mut Writer, run: &Run, client_status: &str) -> Result<()> {
    let more = [("client_status", client_status.cell())];
    sql::insert_with(writer, &more, std::slice::from_ref(run), "").await
}

/// A run by its id.
///
/// # Errors
/// When the database fails.
pub async fn client_run(reader: &mut Reader, run_id: &RunId) -> Result<Option<ClientRun>> {
    select("where run_id = $1")
        .bind(run_id)
        .optional(reader)
        .await
}

/// Runs by their ids, in no order.
///
/// # Errors
/// When the database fails.
pub async fn client_runs(reader: &mut Reader, run_ids: &[RunId]) -> Result<Vec<ClientRun>> {
    if run_ids.is_empty() {
        return Ok(Vec::new());
    }
    let rest = format!("where run_id in ({})", places(0, run_ids.len()));
    select(&rest).bind_all(run_ids).all(reader).await
}

/// Sets name, status and end of a run, as far as they are given.
///
/// # Errors
/// When the database fails.
pub async fn update_client_run(
    writer: &mut Writer,
    run_id: &RunId,
    name: Option<&str>,
    status: Option<(RunStatus, &str)>,
    ended_at: Option<Timestamp>,
) -> Result<()> {
    let statement = sql(
        "update run set name = coalesce($2, name), status = coalesce($3, status), client_status = coalesce($4, client_status), \
         ended_at = coalesce($5, ended_at), revision = revision + 1 where run_id = $1",
    );
    statement
        .bind(run_id)
        .bind(name)
        .bind(status.map(|(status, _)| status))
        .bind(status.map(|(_, word)| word))
        .bind(ended_at)
        .execute(writer)
        .await?;
    Ok(())
}

/// Counts a change of a run.
///
/// # Errors
/// When the database fails.
pub async fn touch(writer: &mut Writer, run_id: &RunId) -> Result<()> {
    sql("update run set revision = revision + 1 where run_id = $1")
        .bind(run_id)
        .execute(writer)
        .await?;
    Ok(())
}

/// Archives a run, or restores it.
///
/// # Errors
/// When the database fails.
pub async fn archive(writer: &mut Writer, run_id: &RunId, archived: bool) -> Result<()> {
    sql("update run set archived_at = $2, revision = revision + 1 where run_id = $1")
        .bind(run_id)
        .bind(archived.then(now))
        .execute(writer)
        .await?;
    Ok(())
}

/// Adds values of metrics; one that is there already is not added again. The latest of each metric
/// is what the run shows.
///
/// # Errors
/// When the database fails.
pub async fn add_points(writer: &mut Writer, run_id: &RunId, points: &[Point]) -> Result<()> {
    let own = [("run_id", run_id.cell())];
    sql::insert_with(writer, &own, points, "on conflict do nothing").await?;
    let mut latest: std::collections::BTreeMap<&str, &Point> = std::collections::BTreeMap::new();
    for point in points {
        let known = latest.entry(&point.name).or_insert(point);
        if point.is_after(known) {
            *known = point;
        }
    }
    let rows: Vec<Latest> = latest.into_values().map(Latest::from).collect();
    let rest = "on conflict (run_id, name, step) do update set value = excluded.value, why = excluded.why, point_step = excluded.point_step, \
                recorded_at = excluded.recorded_at \
                where excluded.point_step > run_metric.point_step or (excluded.point_step = run_metric.point_step \
                and (excluded.recorded_at > run_metric.recorded_at or (excluded.recorded_at = run_metric.recorded_at \
                and coalesce(excluded.value, -1e308) >= coalesce(run_metric.value, -1e308))))";
    sql::insert_with(writer, &own, &rows, rest).await
}

row! {
    /// The latest value of a metric, as it is shown.
    struct Latest in "run_metric" {
        name: String,
        step: i64,
        value: Option<f64>,
        why: Option<String>,
        point_step: i64,
        recorded_at: i64,
    }
}

impl From<&Point> for Latest {
    fn from(point: &Point) -> Self {
        let value = point.value();
        Self {
            name: point.name.clone(),
            step: 0,
            value: (!value.is_nan()).then_some(value),
            why: value.is_nan().then(|| "not a number".to_owned()),
            point_step: point.step,
            recorded_at: point.recorded_at,
        }
    }
}

/// Every value of a metric, oldest first, after the first `offset`.
///
/// # Errors
/// When the database fails.
pub async fn history(
    reader: &mut Reader,
    run_id: &RunId,
    name: &str,
    offset: i64,
    limit: i64,
) -> Result<Vec<Point>> {
    select("where run_id = $1 and name = $2 order by recorded_at, step, bits limit $3 offset $4")
        .bind(run_id)
        .bind(name)
        .bind(limit)
        .bind(offset)
        .all(reader)
        .await
}

/// Values of all metrics of a run, by name and step; at most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn points(reader: &mut Reader, run_id: &RunId, limit: i64) -> Result<Vec<Point>> {
    select("where run_id = $1 order by name, step, recorded_at limit $2")
        .bind(run_id)
        .bind(limit)
        .all(reader)
        .await
}

/// Adds parameters. Gives those that are there with another value, which stays.
///
/// # Errors
/// When the database fails.
pub async fn set_parameters(
    writer: &mut Writer,
    run_id: &RunId,
    parameters: &[(String, String)],
) -> Result<Vec<(String, String)>> {
    if parameters.is_empty() {
        return Ok(Vec::new());
    }
    let text = format!(
        "select name, value from run_parameter where run_id = $1 and name in ({})",
        places(1, parameters.len())
    );
    let statement = sql(text)
        .bind(run_id)
        .bind_all(parameters.iter().map(|(name, _)| name));
    let known = pairs(statement, writer).await?;
    let mut other = Vec::new();
    let mut new = Vec::new();
    for (name, value) in parameters {
        match known.iter().find(|(own, _)| own == name) {
            Some((_, own)) if own == value => {}
            Some(own) => other.push(own.clone()),
            None => new.push(Parameter {
                name: name.clone(),
                value: value.clone(),
            }),
        }
    }
    if other.is_empty() {
        sql::insert_with(writer, &[("run_id", run_id.cell())], &new, "").await?;
    }
    Ok(other)
}

row! {
    struct Parameter in "run_parameter" {
        name: String,
        value: String,
    }
}

row! {
    struct Tag in "run_tag" {
        name: String,
        value: String,
    }
}

/// Sets tags of a run, each name once.
///
/// # Errors
/// When the database fails.
pub async fn set_run_tags(
    writer: &mut Writer,
    run_id: &RunId,
    tags: &[(String, String)],
) -> Result<()> {
    let rows: Vec<Tag> = tags
        .iter()
        .map(|(name, value)| Tag {
            name: name.clone(),
            value: value.clone(),
        })
        .collect();
    let rest = "on conflict (run_id, name) do update set value = excluded.value";
    sql::insert_with(writer, &[("run_id", run_id.cell())], &rows, rest).await
}

/// Adds a dataset or logged model that a run read or made.
///
/// # Errors
/// When the database fails.
pub async fn set_link(writer: &mut Writer, run_id: &RunId, link: &Link) -> Result<()> {
    let rest = "on conflict (run_id, kind, target) do update set document = excluded.document, step = excluded.step, context = excluded.context";
    let own = [("run_id", run_id.cell())];
    sql::insert_with(writer, &own, std::slice::from_ref(link), rest).await
}

/// What a run read and made.
///
/// # Errors
/// When the database fails.
pub async fn links(reader: &mut Reader, run_ids: &[RunId]) -> Result<Vec<(RunId, Link)>> {
    if run_ids.is_empty() {
        return Ok(Vec::new());
    }
    let text = format!(
        "select run_id, {} from run_link where run_id in ({}) order by run_id, kind, target",
        <Link as sql::Record>::columns().join(", "),
        places(0, run_ids.len())
    );
    let rows = sql(text).bind_all(run_ids).rows(reader).await?;
    let read = |row: &sqlx::any::AnyRow| {
        Ok((
            <RunId as sql::Field>::read(row, "run_id")?,
            <Link as sqlx::FromRow<'_, _>>::from_row(row)?,
        ))
    };
    Ok(rows.iter().map(read).collect::<sqlx::Result<_>>()?)
}

/// Adds a file to a run, in place of one of that name.
///
/// # Errors
/// When the database fails.
pub async fn put_artifact(writer: &mut Writer, run_id: &RunId, file: &Artifact) -> Result<()> {
    let rest = "on conflict (run_id, name) do update set hash = excluded.hash, byte_count = excluded.byte_count, media_type = excluded.media_type";
    let own = [("run_id", run_id.cell())];
    sql::insert_with(writer, &own, std::slice::from_ref(file), rest).await
}

/// Removes a file of a run, or all below a folder; gives how many.
///
/// # Errors
/// When the database fails.
pub async fn remove_artifacts(writer: &mut Writer, run_id: &RunId, name: &str) -> Result<u64> {
    let statement = sql(
        "delete from run_artifact where run_id = $1 and (name = $2 or substr(name, 1, length($3)) = $3)",
    );
    statement
        .bind(run_id)
        .bind(name)
        .bind(format!("{name}/"))
        .execute(writer)
        .await
}
