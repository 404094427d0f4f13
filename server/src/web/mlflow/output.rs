//! Answers in MLflow's JSON. Empty lists and texts are left out, as protobuf does.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};
use workflow::tracking::{
    ExperimentView, LoggedModelView, ModelView, Point, TrackedRun, VersionView, client_id,
};

/// Milliseconds of a moment.
fn milliseconds(moment: domain::Timestamp) -> i64 {
    moment.micros() / 1000
}

/// Numbers as protobuf writes them: what JSON has no number for is a text.
fn number(value: f64) -> Value {
    if value.is_nan() {
        json!("NaN")
    } else if value.is_infinite() {
        json!(if value > 0.0 { "Infinity" } else { "-Infinity" })
    } else {
        json!(value)
    }
}

/// Tags and parameters.
pub fn pairs(pairs: &[(String, String)]) -> Vec<Value> {
    pairs
        .iter()
        .map(|(key, value)| json!({ "key": key, "value": value }))
        .collect()
}

/// Leaves out what is empty.
fn without_empty(value: Value) -> Value {
    match value {
        Value::Object(fields) => Value::Object(
            fields
                .into_iter()
                .filter(|(_, value)| match value {
                    Value::Null => false,
                    Value::String(text) => !text.is_empty(),
                    Value::Array(values) => !values.is_empty(),
                    Value::Bool(_) | Value::Number(_) | Value::Object(_) => true,
                })
                .collect::<Map<_, _>>(),
        ),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            value
        }
    }
}

fn life(archived: bool) -> &'static str {
    if archived { "deleted" } else { "active" }
}

/// An experiment.
pub fn experiment(experiment: &ExperimentView) -> Value {
    without_empty(json!({
        "experiment_id": experiment.id,
        "name": experiment.name,
        "artifact_location": format!("mlflow-artifacts:/{}", experiment.id),
        "lifecycle_stage": life(experiment.archived),
        "creation_time": milliseconds(experiment.created_at),
        "last_update_time": milliseconds(experiment.updated_at),
        "tags": pairs(&experiment.tags),
    }))
}

/// What is known of a run without its contents.
pub fn run_info(found: &TrackedRun) -> Value {
    let run = &found.run;
    let id = client_id(&run.run_id);
    without_empty(json!({
        "run_id": id,
        "run_uuid": id,
        "run_name": run.name,
        "experiment_id": run.use_case,
        "user_id": run.author.as_str(),
        "status": found.status.word(),
        "start_time": milliseconds(run.started_at),
        "end_time": run.ended_at.map(milliseconds),
        "artifact_uri": found.artifact_uri(),
        "lifecycle_stage": life(run.archived_at.is_some()),
    }))
}

/// A run with parameters, tags, the latest values of its metrics, and what it read and made.
pub fn run(found: &TrackedRun) -> Value {
    serde_json::from_str(&run_text(found)).unwrap_or_default()
}

/// The same as text, for answers that are made of many: written by hand, since a search has tens of
/// thousands of these values.
pub fn run_text(found: &TrackedRun) -> String {
    let began = milliseconds(found.run.started_at);
    let contents = &found.contents;
    let values = contents.metrics.len() + contents.parameters.len() + contents.tags.len();
    let mut out = String::with_capacity(600 + 70 * values);
    out.push_str("{\"info\":");
    out.push_str(&run_info(found).to_string());
    out.push_str(",\"data\":{");
    let mut is_first = true;
    let mut list =
        |out: &mut String, name: &str, length: usize, each: &dyn Fn(&mut String, usize)| {
            if length == 0 {
                return;
            }
            if !std::mem::take(&mut is_first) {
                out.push(',');
            }
            _ = write!(out, "\"{name}\":[");
            for index in 0..length {
                if index > 0 {
                    out.push(',');
                }
                each(out, index);
            }
            out.push(']');
        };
    list(
        &mut out,
        "metrics",
        contents.metrics.len(),
        &|out, index| {
            let metric = &contents.metrics[index];
            out.push_str("{\"key\":");
            push_text(out, &metric.name);
            let at = metric.recorded_at.unwrap_or(began);
            if metric.value.is_finite() {
                _ = write!(out, ",\"value\":{:?}", metric.value);
            } else {
                _ = write!(out, ",\"value\":{}", number(metric.value));
            }
            _ = write!(out, ",\"timestamp\":{at},\"step\":{}}}", metric.step);
        },
    );
    for (name, pairs) in [("params", &contents.parameters), ("tags", &contents.tags)] {
        list(&mut out, name, pairs.len(), &|out, index| {
            let (key, value) = &pairs[index];
            out.push_str("{\"key\":");
            push_text(out, key);
            out.push_str(",\"value\":");
            push_text(out, value);
            out.push('}');
        });
    }
    let linked = |kind: &str| -> Vec<Value> {
        found
            .links
            .iter()
            .filter(|link| link.kind == kind)
            .filter_map(|link| serde_json::from_str(&link.document).ok())
            .collect()
    };
    let inputs = without_empty(json!({
        "dataset_inputs": linked("dataset"),
        "model_inputs": linked("model_input"),
    }));
    let outputs = without_empty(json!({ "model_outputs": linked("model_output") }));
    _ = write!(out, "}},\"inputs\":{inputs},\"outputs\":{outputs}}}");
    out
}

/// A text in quotes. Nearly every one has nothing to escape.
fn push_text(out: &mut String, text: &str) {
    if text
        .bytes()
        .all(|byte| byte >= 0x20 && byte != b'"' && byte != b'\\')
    {
        out.push('"');
        out.push_str(text);
        out.push('"');
    } else {
        out.push_str(&Value::from(text).to_string());
    }
}

/// A value of a metric.
pub fn point(point: &Point, run: Option<&str>) -> Value {
    without_empty(json!({
        "key": point.name,
        "value": number(point.value()),
        "timestamp": point.recorded_at,
        "step": point.step,
        "model_id": point.model_id,
        "dataset_name": point.dataset_name,
        "dataset_digest": point.dataset_digest,
        "run_id": run,
    }))
}

/// A logged model.
pub fn logged_model(model: &LoggedModelView) -> Value {
    let metrics: Vec<Value> = model
        .metrics
        .iter()
        .map(|(run, value)| point(value, Some(&client_id(run))))
        .collect();
    let registrations: Vec<Value> = model
        .registrations
        .iter()
        .map(|(name, version)| json!({ "name": name, "version": version.to_string() }))
        .collect();
    json!({
        "info": without_empty(json!({
            "model_id": model.id,
            "experiment_id": model.experiment,
            "name": model.name,
            "creation_timestamp_ms": milliseconds(model.created_at),
            "last_updated_timestamp_ms": milliseconds(model.updated_at),
            "artifact_uri": model.artifact_uri,
            "status": format!("LOGGED_MODEL_{}", model.status),
            "model_type": model.model_type,
            "source_run_id": model.run.as_ref().map(client_id),
            "tags": pairs(&model.tags),
            "registrations": registrations,
        })),
        "data": without_empty(json!({
            "params": pairs(&model.parameters),
            "metrics": metrics,
        })),
    })
}

/// A version of a registered model.
pub fn version(version: &VersionView) -> Value {
    without_empty(json!({
        "name": version.name,
        "version": version.version.to_string(),
        "creation_timestamp": milliseconds(version.created_at),
        "last_updated_timestamp": milliseconds(version.updated_at),
        "user_id": version.author,
        "current_stage": version.stage,
        "description": version.description,
        "source": version.source,
        "run_id": version.run,
        "run_link": version.run_link,
        "model_id": version.model,
        "status": "READY",
        "tags": pairs(&version.tags),
        "aliases": version.aliases,
    }))
}

/// A registered model, with the newest version of each stage.
pub fn registered_model(model: &ModelView) -> Value {
    let aliases: Vec<Value> = model
        .aliases
        .iter()
        .map(|(alias, version)| json!({ "alias": alias, "version": version.to_string() }))
        .collect();
    without_empty(json!({
        "name": model.name,
        "creation_timestamp": milliseconds(model.created_at),
        "last_updated_timestamp": milliseconds(model.updated_at),
        "user_id": model.author,
        "description": model.description,
        "latest_versions": latest(model, &[]),
        "tags": pairs(&model.tags),
        "aliases": aliases,
    }))
}

/// The newest version of each of these stages; of every stage where none is named.
pub fn latest(model: &ModelView, stages: &[String]) -> Vec<Value> {
    let mut seen: Vec<&str> = Vec::new();
    let mut found = Vec::new();
    for own in &model.versions {
        let wanted = stages.is_empty()
            || stages
                .iter()
                .any(|stage| stage.eq_ignore_ascii_case(&own.stage));
        if wanted && !seen.contains(&own.stage.as_str()) {
            seen.push(&own.stage);
            found.push(version(own));
        }
    }
    found
}
