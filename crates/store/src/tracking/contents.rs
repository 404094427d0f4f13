//! What hangs on runs, as clients read it: parameters, tags, and the latest value of each metric.

use std::collections::HashMap;

use domain::RunId;
use sqlx::Row as _;

use crate::sql::{Column as _, places, sql};
use crate::{Reader, Result};

/// The latest value of a metric of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct LatestMetric {
    /// Name of the metric.
    pub name: String,
    /// Not a number where it could not be computed.
    pub value: f64,
    /// The step that it was logged at.
    pub step: i64,
    /// Milliseconds, by the client's clock; `None`: a run of our own.
    pub recorded_at: Option<i64>,
}

/// What hangs on a run, as clients see it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Contents {
    /// Name and value, by name.
    pub parameters: Vec<(String, String)>,
    /// Name and value, by name.
    pub tags: Vec<(String, String)>,
    /// By name.
    pub metrics: Vec<LatestMetric>,
}

/// Runs of one statement: SQLite looks each `$n` up in a list.
const RUNS_AT_ONCE: usize = 100;

/// Parameters, tags and the latest values of these runs.
///
/// # Errors
/// When the database fails.
pub async fn contents(reader: &mut Reader, run_ids: &[RunId]) -> Result<HashMap<RunId, Contents>> {
    let mut all: HashMap<RunId, Contents> = run_ids
        .iter()
        .map(|run_id| (run_id.clone(), Contents::default()))
        .collect();
    for chunk in run_ids.chunks(RUNS_AT_ONCE) {
        let places = places(0, chunk.len());
        for table in ["run_parameter", "run_tag"] {
            let text = format!(
                "select run_id, name, value from {table} where run_id in ({places}) order by run_id, name"
            );
            for row in sql(text).bind_all(chunk).rows(reader).await? {
                let Some(contents) = all.get_mut(&RunId::new(row.try_get::<String, _>(0)?)) else {
                    continue;
                };
                let pair = (row.try_get(1)?, row.try_get(2)?);
                if table == "run_tag" {
                    contents.tags.push(pair);
                } else {
                    contents.parameters.push(pair);
                }
            }
        }
        let text = format!(
            "select run_id, name, step, value, point_step, recorded_at from run_metric where run_id in ({places}) order by run_id, name, step"
        );
        for row in sql(text).bind_all(chunk).rows(reader).await? {
            let Some(contents) = all.get_mut(&RunId::new(row.try_get::<String, _>(0)?)) else {
                continue;
            };
            let step: i64 = row.try_get(2)?;
            let latest = LatestMetric {
                name: row.try_get(1)?,
                value: Option::<f64>::get(&row, "value")?.unwrap_or(f64::NAN),
                step: Option::<i64>::get(&row, "point_step")?.unwrap_or(step),
                recorded_at: Option::<i64>::get(&row, "recorded_at")?,
            };
            // Of a run of our own the last step is the latest.
            match contents.metrics.last_mut() {
                Some(last) if last.name == latest.name => *last = latest,
                Some(_) | None => contents.metrics.push(latest),
            }
        }
    }
    Ok(all)
}
