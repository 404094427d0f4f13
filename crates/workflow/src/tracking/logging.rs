//! What a client logs to a run: parameters, values of metrics, tags, datasets and models.

use domain::RunId;
use store::tracking::{self, Link, Point};

use super::ids::client_id;
use super::names;
use super::paging;
use super::runs::{RUN_NAME, allowed_tags};
use crate::actor::Tracker;
use crate::{Error, Member, Result, Tenure};

/// A value of a metric.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LoggedMetric {
    pub name: String,
    /// May be infinite or not a number.
    pub value: f64,
    /// Milliseconds, by the client's clock.
    pub recorded_at: i64,
    pub step: i64,
    /// The logged model that it is about; empty: none.
    pub model_id: String,
    pub dataset_name: String,
    pub dataset_digest: String,
}

/// What is logged together: all of it, or nothing.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Batch {
    pub metrics: Vec<LoggedMetric>,
    pub parameters: Vec<(String, String)>,
    pub tags: Vec<(String, String)>,
}

const MOST_METRICS: usize = 1000;
const MOST_PARAMETERS: usize = 100;
const MOST_TAGS: usize = 100;
const MOST_TOGETHER: usize = 1000;
/// Values of one answer at most.
const MOST_POINTS: usize = 25_000;

impl Batch {
    fn check(&self) -> Result<()> {
        let sizes = [
            ("metrics", self.metrics.len(), MOST_METRICS),
            ("params", self.parameters.len(), MOST_PARAMETERS),
            ("tags", self.tags.len(), MOST_TAGS),
            (
                "metrics, params, and tags",
                self.metrics.len() + self.parameters.len() + self.tags.len(),
                MOST_TOGETHER,
            ),
        ];
        for (what, size, most) in sizes {
            if size > most {
                return Err(Error::Invalid(format!(
                    "A batch logging request can contain at most {most} {what}. Got {size}."
                )));
            }
        }
        Ok(())
    }

    fn points(&self) -> Result<Vec<Point>> {
        let point = |metric: &LoggedMetric| {
            let value = if metric.value.is_nan() {
                f64::NAN
            } else {
                metric.value
            };
            Ok(Point {
                name: names::name("metric", &metric.name)?.to_owned(),
                recorded_at: metric.recorded_at,
                step: metric.step,
                bits: value.to_bits() as i64,
                model_id: metric.model_id.clone(),
                dataset_name: metric.dataset_name.clone(),
                dataset_digest: metric.dataset_digest.clone(),
            })
        };
        self.metrics.iter().map(point).collect()
    }

    /// Parameters, each name once.
    fn parameters(&self) -> Result<Vec<(String, String)>> {
        let mut all: Vec<(String, String)> = Vec::new();
        for (name, value) in &self.parameters {
            let name = names::name("parameter", name)?;
            let value = names::parameter(name, value)?;
            match all.iter().find(|(own, _)| own == name) {
                Some((_, own)) if own == value => {}
                Some((_, own)) => {
                    return Err(Error::Invalid(format!(
                        "Duplicate parameter keys have been submitted: '{name}' with the values '{own}' and '{value}'."
                    )));
                }
                None => all.push((name.to_owned(), value.to_owned())),
            }
        }
        Ok(all)
    }
}

impl Tenure {
    /// Logs to a run.
    ///
    /// # Errors
    /// When there is no such run, it is archived or our own, a name is not allowed, or a parameter
    /// has another value already. Nothing is logged then.
    pub async fn log_batch(&self, _: &Tracker<'_>, id: &str, batch: &Batch) -> Result<()> {
        batch.check()?;
        let (points, parameters) = (batch.points()?, batch.parameters()?);
        let tags = allowed_tags(&batch.tags)?;
        let name = batch.tags.iter().rfind(|(name, _)| name == RUN_NAME);
        let mut writer = self.store.begin().await?;
        let run = self.open_run(&mut writer, id).await?;
        let other = tracking::set_parameters(&mut writer, &run.run_id, &parameters).await?;
        if let Some((key, old)) = other.first() {
            let new = parameters
                .iter()
                .find(|(own, _)| own == key)
                .map_or("", |(_, value)| value.as_str());
            return Err(Error::Invalid(format!(
                "Changing param values is not allowed. Param with key='{key}' was already logged with value='{old}' for run ID='{}'. Attempted logging new value '{new}'.",
                client_id(&run.run_id)
            )));
        }
        tracking::add_points(&mut writer, &run.run_id, &points).await?;
        tracking::set_run_tags(&mut writer, &run.run_id, &tags).await?;
        let name = name.map(|(_, value)| value.as_str());
        tracking::update_client_run(&mut writer, &run.run_id, name, None, None).await?;
        writer.commit().await?;
        Ok(())
    }

    /// Writes down datasets that a run read, or logged models that it read or made.
    ///
    /// # Errors
    /// When there is no such run, or it is archived or our own.
    pub async fn log_links(&self, _: &Tracker<'_>, id: &str, links: &[Link]) -> Result<()> {
        if links.len() > MOST_TOGETHER {
            return Err(Error::Invalid(format!(
                "A request can contain at most {MOST_TOGETHER} datasets and models."
            )));
        }
        let mut writer = self.store.begin().await?;
        let run = self.open_run(&mut writer, id).await?;
        for link in links {
            tracking::set_link(&mut writer, &run.run_id, link).await?;
        }
        tracking::touch(&mut writer, &run.run_id).await?;
        writer.commit().await?;
        Ok(())
    }

    /// Every value of a metric, oldest first, and the token of the next page; empty for a metric
    /// that the run does not have.
    ///
    /// # Errors
    /// When there is no such run, or the token is not ours.
    pub async fn metric_history(
        &self,
        _: &Member<'_>,
        id: &str,
        name: &str,
        limit: Option<i64>,
        token: &str,
    ) -> Result<(RunId, Vec<Point>, String)> {
        let limit = paging::limit(limit, MOST_POINTS, MOST_POINTS)?;
        let first = paging::offset(token)?;
        let mut reader = self.store.read().await?;
        let run = self.find_tracked(&mut reader, id).await?;
        let mut points = if run.client_status.is_none() {
            let details = store::runs::details(&mut reader, &run.run_id).await?;
            details
                .metrics
                .into_iter()
                .filter(|metric| metric.name == name)
                .map(|metric| Point {
                    name: metric.name,
                    recorded_at: run.started_at.micros() / 1000,
                    step: metric.step,
                    bits: metric.value.unwrap_or(f64::NAN).to_bits() as i64,
                    model_id: String::new(),
                    dataset_name: String::new(),
                    dataset_digest: String::new(),
                })
                .skip(first)
                .take(limit + 1)
                .collect()
        } else {
            let (offset, most) = (first as i64, limit as i64 + 1);
            tracking::history(&mut reader, &run.run_id, name, offset, most).await?
        };
        let next = if points.len() > limit {
            points.truncate(limit);
            paging::token(first + limit)
        } else {
            String::new()
        };
        Ok((run.run_id, points, next))
    }
}
