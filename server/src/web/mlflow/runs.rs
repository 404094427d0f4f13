//! Runs: begun, changed, archived, found.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use workflow::Tenure;
use workflow::tracking::{NewRun, RunChange, RunSearch};

use super::error::MlflowError;
use super::input::{Asked, Pair, Whole, pairs, required, shown, text};
use super::output;

type Answer = Result<Json<Value>, MlflowError>;

#[derive(Deserialize)]
pub struct Create {
    experiment_id: Option<String>,
    run_name: Option<String>,
    start_time: Option<Whole>,
    tags: Option<Vec<Pair>>,
}

/// Begins a run.
pub async fn create(State(tenure): State<Tenure>, asked: Asked<Create>) -> Answer {
    let (tracker, input) = (asked.tracker()?, &asked.input);
    let new = NewRun {
        experiment: text("experiment_id", input.experiment_id.clone())?,
        name: input.run_name.clone(),
        started_at: input
            .start_time
            .map(|Whole(number)| number)
            .filter(|number| *number > 0),
        tags: pairs("tags", input.tags.clone())?,
    };
    let run = tenure.create_tracked_run(&tracker, &new).await?;
    Ok(Json(json!({ "run": output::run(&run) })))
}

#[derive(Deserialize)]
pub struct ById {
    run_id: Option<String>,
    /// As older clients call it.
    run_uuid: Option<String>,
}

impl ById {
    fn id(&self) -> Result<String, MlflowError> {
        text(
            "run_id",
            self.run_id.clone().or_else(|| self.run_uuid.clone()),
        )
    }
}

/// The run of an id.
pub async fn get(State(tenure): State<Tenure>, asked: Asked<ById>) -> Answer {
    let run = tenure
        .tracked_run(&asked.member()?, &asked.input.id()?)
        .await?;
    Ok(Json(json!({ "run": output::run(&run) })))
}

#[derive(Deserialize)]
pub struct Update {
    run_id: Option<String>,
    run_uuid: Option<String>,
    status: Option<String>,
    end_time: Option<Whole>,
    run_name: Option<String>,
}

/// Changes name, status and end.
pub async fn update(State(tenure): State<Tenure>, asked: Asked<Update>) -> Answer {
    let (tracker, input) = (asked.tracker()?, &asked.input);
    let id = text(
        "run_id",
        input.run_id.clone().or_else(|| input.run_uuid.clone()),
    )?;
    let change = RunChange {
        name: input.run_name.clone(),
        status: input.status.clone(),
        ended_at: input.end_time.map(|Whole(number)| number),
    };
    let run = tenure.change_tracked_run(&tracker, &id, &change).await?;
    Ok(Json(json!({ "run_info": output::run_info(&run) })))
}

/// Archives a run.
pub async fn delete(State(tenure): State<Tenure>, asked: Asked<ById>) -> Answer {
    tenure
        .archive_run(&asked.tracker()?, &asked.input.id()?, true)
        .await?;
    Ok(Json(json!({})))
}

/// Restores a run.
pub async fn restore(State(tenure): State<Tenure>, asked: Asked<ById>) -> Answer {
    tenure
        .archive_run(&asked.tracker()?, &asked.input.id()?, false)
        .await?;
    Ok(Json(json!({})))
}

#[derive(Deserialize)]
pub struct Tag {
    run_id: Option<String>,
    run_uuid: Option<String>,
    key: Option<String>,
    value: Option<String>,
}

/// Sets a tag.
pub async fn set_tag(State(tenure): State<Tenure>, asked: Asked<Tag>) -> Answer {
    let (tracker, input) = (asked.tracker()?, &asked.input);
    let id = text(
        "run_id",
        input.run_id.clone().or_else(|| input.run_uuid.clone()),
    )?;
    let key = text("key", input.key.clone())?;
    let value = required("value", input.value.clone())?;
    tenure.tag_run(&tracker, &id, &key, Some(&value)).await?;
    Ok(Json(json!({})))
}

/// Removes a tag.
pub async fn delete_tag(State(tenure): State<Tenure>, asked: Asked<Tag>) -> Answer {
    let (tracker, input) = (asked.tracker()?, &asked.input);
    let id = text("run_id", input.run_id.clone())?;
    let key = text("key", input.key.clone())?;
    tenure.tag_run(&tracker, &id, &key, None).await?;
    Ok(Json(json!({})))
}

#[derive(Deserialize)]
pub struct Search {
    experiment_ids: Option<Vec<String>>,
    filter: Option<String>,
    run_view_type: Option<String>,
    max_results: Option<Whole>,
    order_by: Option<Vec<String>>,
    page_token: Option<String>,
}

/// Runs that match a filter. The answer is put together from the texts of its runs.
pub async fn search(
    State(tenure): State<Tenure>,
    asked: Asked<Search>,
) -> Result<Response, MlflowError> {
    let (member, input) = (asked.member()?, &asked.input);
    let search = RunSearch {
        experiments: input.experiment_ids.clone().unwrap_or_default(),
        filter: input.filter.clone().unwrap_or_default(),
        order_by: input.order_by.clone().unwrap_or_default(),
        shown: shown(input.run_view_type.as_deref())?,
        limit: input.max_results.map(|Whole(number)| number),
        token: input.page_token.clone().unwrap_or_default(),
    };
    let found = tenure.search_tracked_runs(&member, &search).await?;
    let documents = tenure
        .run_documents(&member, &found.runs, output::run_text)
        .await?;
    let mut body =
        String::with_capacity(64 + documents.iter().map(|text| text.len() + 1).sum::<usize>());
    body.push('{');
    if !documents.is_empty() {
        body.push_str("\"runs\":[");
        body.push_str(&documents.join(","));
        body.push(']');
    }
    if !found.next.is_empty() {
        if !documents.is_empty() {
            body.push(',');
        }
        body.push_str("\"next_page_token\":");
        body.push_str(&json!(found.next).to_string());
    }
    body.push('}');
    Ok(([(header::CONTENT_TYPE, "application/json")], body).into_response())
}
