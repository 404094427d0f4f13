//! What is logged to a run.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};
use workflow::tracking::{Batch, Link, LoggedMetric, client_id};
use workflow::{Error, Tenure};

use super::error::MlflowError;
use super::input::{Asked, Pair, Real, Whole, pairs, required, text};
use super::output;

type Answer = Result<Json<Value>, MlflowError>;

#[derive(Deserialize)]
pub struct Metric {
    key: Option<String>,
    value: Option<Real>,
    timestamp: Option<Whole>,
    step: Option<Whole>,
    model_id: Option<String>,
    dataset_name: Option<String>,
    dataset_digest: Option<String>,
}

impl Metric {
    fn read(self) -> Result<LoggedMetric, MlflowError> {
        let Real(value) = required("value", self.value)?;
        let Whole(recorded_at) = required("timestamp", self.timestamp)?;
        Ok(LoggedMetric {
            name: text("key", self.key)?,
            value,
            recorded_at,
            step: self.step.unwrap_or_default().0,
            model_id: self.model_id.unwrap_or_default(),
            dataset_name: self.dataset_name.unwrap_or_default(),
            dataset_digest: self.dataset_digest.unwrap_or_default(),
        })
    }
}

#[derive(Deserialize)]
pub struct LogMetric {
    run_id: Option<String>,
    run_uuid: Option<String>,
    #[serde(flatten)]
    metric: Metric,
}

/// Logs one value.
pub async fn log_metric(State(tenure): State<Tenure>, asked: Asked<LogMetric>) -> Answer {
    asked.tracker()?;
    let Asked { input, .. } = &asked;
    let id = text(
        "run_id",
        input.run_id.clone().or_else(|| input.run_uuid.clone()),
    )?;
    let metric = Metric {
        key: input.metric.key.clone(),
        value: input.metric.value,
        timestamp: input.metric.timestamp,
        step: input.metric.step,
        model_id: input.metric.model_id.clone(),
        dataset_name: input.metric.dataset_name.clone(),
        dataset_digest: input.metric.dataset_digest.clone(),
    };
    let batch = Batch {
        metrics: vec![metric.read()?],
        ..Batch::default()
    };
    tenure.log_batch(&asked.tracker()?, &id, &batch).await?;
    Ok(Json(json!({})))
}

#[derive(Deserialize)]
pub struct LogParameter {
    run_id: Option<String>,
    run_uuid: Option<String>,
    key: Option<String>,
    value: Option<String>,
}

/// Logs one parameter.
pub async fn log_parameter(State(tenure): State<Tenure>, asked: Asked<LogParameter>) -> Answer {
    let (tracker, input) = (asked.tracker()?, &asked.input);
    let id = text(
        "run_id",
        input.run_id.clone().or_else(|| input.run_uuid.clone()),
    )?;
    let pair = (
        text("key", input.key.clone())?,
        input.value.clone().unwrap_or_default(),
    );
    let batch = Batch {
        parameters: vec![pair],
        ..Batch::default()
    };
    tenure.log_batch(&tracker, &id, &batch).await?;
    Ok(Json(json!({})))
}

#[derive(Deserialize)]
pub struct LogBatch {
    run_id: Option<String>,
    metrics: Option<Vec<Metric>>,
    params: Option<Vec<Pair>>,
    tags: Option<Vec<Pair>>,
}

/// Logs parameters, values and tags together.
pub async fn log_batch(State(tenure): State<Tenure>, mut asked: Asked<LogBatch>) -> Answer {
    asked.tracker()?;
    let input = &mut asked.input;
    let id = text("run_id", input.run_id.take())?;
    let batch = Batch {
        metrics: input
            .metrics
            .take()
            .unwrap_or_default()
            .into_iter()
            .map(Metric::read)
            .collect::<Result<_, _>>()?,
        parameters: pairs("params", input.params.take())?,
        tags: pairs("tags", input.tags.take())?,
    };
    tenure.log_batch(&asked.tracker()?, &id, &batch).await?;
    Ok(Json(json!({})))
}

#[derive(Deserialize)]
pub struct LogModel {
    run_id: Option<String>,
    model_json: Option<String>,
}

/// The tag in which older clients keep the models of a run.
const MODEL_HISTORY: &str = "mlflow.log-model.history";

/// Adds a model to the list of the run's models.
pub async fn log_model(State(tenure): State<Tenure>, asked: Asked<LogModel>) -> Answer {
    let tracker = asked.tracker()?;
    let id = text("run_id", asked.input.run_id.clone())?;
    let wrong = |what: &str| MlflowError(Error::Invalid(format!("Invalid model_json: {what}.")));
    let text = text("model_json", asked.input.model_json.clone())?;
    let model: Value = serde_json::from_str(&text).map_err(|error| wrong(&error.to_string()))?;
    if model.get("artifact_path").is_none() || model.get("flavors").is_none() {
        return Err(wrong("it has no artifact_path or no flavors"));
    }
    let run = tenure.tracked_run(&tracker.member(), &id).await?;
    let known = run
        .contents
        .tags
        .iter()
        .find(|(name, _)| name == MODEL_HISTORY);
    let mut models: Vec<Value> = known
        .and_then(|(_, value)| serde_json::from_str(value).ok())
        .unwrap_or_default();
    models.push(model);
    let value = Value::Array(models).to_string();
    tenure
        .tag_run(&tracker, &id, MODEL_HISTORY, Some(&value))
        .await?;
    Ok(Json(json!({})))
}

#[derive(Deserialize)]
pub struct LogInputs {
    run_id: Option<String>,
    datasets: Option<Vec<Value>>,
    models: Option<Vec<Value>>,
}

/// Datasets and models that the run read.
pub async fn log_inputs(State(tenure): State<Tenure>, asked: Asked<LogInputs>) -> Answer {
    let (tracker, input) = (asked.tracker()?, &asked.input);
    let id = text("run_id", input.run_id.clone())?;
    let datasets = input.datasets.iter().flatten().map(dataset);
    let models = input
        .models
        .iter()
        .flatten()
        .map(|sent| model("model_input", sent));
    let links: Vec<Link> = datasets.chain(models).collect::<Result<_, _>>()?;
    tenure.log_links(&tracker, &id, &links).await?;
    Ok(Json(json!({})))
}

#[derive(Deserialize)]
pub struct LogOutputs {
    run_id: Option<String>,
    models: Option<Vec<Value>>,
}

/// Models that the run made.
pub async fn log_outputs(State(tenure): State<Tenure>, asked: Asked<LogOutputs>) -> Answer {
    let (tracker, input) = (asked.tracker()?, &asked.input);
    let id = text("run_id", input.run_id.clone())?;
    let models = input
        .models
        .iter()
        .flatten()
        .map(|sent| model("model_output", sent));
    let links: Vec<Link> = models.collect::<Result<_, _>>()?;
    tenure.log_links(&tracker, &id, &links).await?;
    Ok(Json(json!({})))
}

fn field(sent: &Value, name: &str) -> Option<String> {
    Some(sent.get(name)?.as_str()?.to_owned())
}

fn dataset(sent: &Value) -> Result<Link, MlflowError> {
    let own = required("dataset", sent.get("dataset"))?;
    let (name, digest) = (
        text("dataset.name", field(own, "name"))?,
        text("dataset.digest", field(own, "digest"))?,
    );
    let context = sent
        .get("tags")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .find(|tag| field(tag, "key").as_deref() == Some("mlflow.data.context"))
        .and_then(|tag| field(tag, "value"));
    Ok(Link {
        kind: "dataset".into(),
        target: format!("{name}@{digest}"),
        name,
        digest,
        context: context.unwrap_or_default(),
        step: 0,
        document: sent.to_string(),
    })
}

fn model(kind: &str, sent: &Value) -> Result<Link, MlflowError> {
    Ok(Link {
        kind: kind.to_owned(),
        target: text("model_id", field(sent, "model_id"))?,
        name: String::new(),
        digest: String::new(),
        context: String::new(),
        step: sent.get("step").and_then(Value::as_i64).unwrap_or(0),
        document: sent.to_string(),
    })
}

#[derive(Deserialize)]
pub struct History {
    run_id: Option<String>,
    run_uuid: Option<String>,
    metric_key: Option<String>,
    max_results: Option<Whole>,
    page_token: Option<String>,
}

/// Every value of a metric.
pub async fn history(State(tenure): State<Tenure>, asked: Asked<History>) -> Answer {
    let (member, input) = (asked.member()?, &asked.input);
    let id = text(
        "run_id",
        input.run_id.clone().or_else(|| input.run_uuid.clone()),
    )?;
    let key = text("metric_key", input.metric_key.clone())?;
    let limit = input.max_results.map(|Whole(number)| number);
    let token = input.page_token.as_deref().unwrap_or_default();
    let (run, points, next) = tenure
        .metric_history(&member, &id, &key, limit, token)
        .await?;
    let run = client_id(&run);
    let points: Vec<Value> = points
        .iter()
        .map(|point| output::point(point, Some(&run)))
        .collect();
    let mut answer = json!({ "metrics": points });
    if !next.is_empty() {
        answer["next_page_token"] = next.into();
    }
    Ok(Json(answer))
}
