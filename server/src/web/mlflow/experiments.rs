//! Experiments.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};
use workflow::Tenure;

use super::error::MlflowError;
use super::input::{Asked, Pair, Whole, pairs, required, shown, text};
use super::output;

type Answer = Result<Json<Value>, MlflowError>;

#[derive(Deserialize)]
pub struct Create {
    name: Option<String>,
    tags: Option<Vec<Pair>>,
}

/// Makes an experiment. Its files are here, whatever location the client asks for.
pub async fn create(State(tenure): State<Tenure>, asked: Asked<Create>) -> Answer {
    let (tracker, input) = (asked.tracker()?, &asked.input);
    let name = text("name", input.name.clone())?;
    let tags = pairs("tags", input.tags.clone())?;
    let id = tenure.create_experiment(&tracker, &name, &tags).await?;
    Ok(Json(json!({ "experiment_id": id })))
}

#[derive(Deserialize)]
pub struct ById {
    experiment_id: Option<String>,
}

/// The experiment of an id.
pub async fn get(State(tenure): State<Tenure>, asked: Asked<ById>) -> Answer {
    let id = text("experiment_id", asked.input.experiment_id.clone())?;
    let found = tenure.tracked_experiment(&asked.member()?, &id).await?;
    Ok(Json(json!({ "experiment": output::experiment(&found) })))
}

#[derive(Deserialize)]
pub struct ByName {
    experiment_name: Option<String>,
}

/// The experiment of a name.
pub async fn get_by_name(State(tenure): State<Tenure>, asked: Asked<ByName>) -> Answer {
    let name = text("experiment_name", asked.input.experiment_name.clone())?;
    let found = tenure.experiment_by_name(&asked.member()?, &name).await?;
    Ok(Json(json!({ "experiment": output::experiment(&found) })))
}

#[derive(Deserialize)]
pub struct Search {
    max_results: Option<Whole>,
    page_token: Option<String>,
    filter: Option<String>,
    order_by: Option<Vec<String>>,
    view_type: Option<String>,
}

/// Experiments that match a filter.
pub async fn search(State(tenure): State<Tenure>, asked: Asked<Search>) -> Answer {
    let input = &asked.input;
    let page = tenure
        .search_experiments(
            &asked.member()?,
            input.filter.as_deref().unwrap_or_default(),
            input.order_by.as_deref().unwrap_or_default(),
            shown(input.view_type.as_deref())?,
            input.max_results.map(|Whole(number)| number),
            input.page_token.as_deref().unwrap_or_default(),
        )
        .await?;
    let found: Vec<Value> = page.experiments.iter().map(output::experiment).collect();
    let mut answer = json!({ "experiments": found });
    if !page.next.is_empty() {
        answer["next_page_token"] = page.next.into();
    }
    Ok(Json(answer))
}

#[derive(Deserialize)]
pub struct Update {
    experiment_id: Option<String>,
    new_name: Option<String>,
}

/// Renames an experiment.
pub async fn update(State(tenure): State<Tenure>, asked: Asked<Update>) -> Answer {
    let tracker = asked.tracker()?;
    let id = text("experiment_id", asked.input.experiment_id.clone())?;
    let name = text("new_name", asked.input.new_name.clone())?;
    tenure.rename_experiment(&tracker, &id, &name).await?;
    Ok(Json(json!({})))
}

/// Archives an experiment.
pub async fn delete(State(tenure): State<Tenure>, asked: Asked<ById>) -> Answer {
    let tracker = asked.tracker()?;
    let id = text("experiment_id", asked.input.experiment_id.clone())?;
    tenure.archive_experiment(&tracker, &id, true).await?;
    Ok(Json(json!({})))
}

/// Restores an experiment.
pub async fn restore(State(tenure): State<Tenure>, asked: Asked<ById>) -> Answer {
    let tracker = asked.tracker()?;
    let id = text("experiment_id", asked.input.experiment_id.clone())?;
    tenure.archive_experiment(&tracker, &id, false).await?;
    Ok(Json(json!({})))
}

#[derive(Deserialize)]
pub struct Tag {
    experiment_id: Option<String>,
    key: Option<String>,
    value: Option<String>,
}

/// Sets a tag.
pub async fn set_tag(State(tenure): State<Tenure>, asked: Asked<Tag>) -> Answer {
    let tracker = asked.tracker()?;
    let id = text("experiment_id", asked.input.experiment_id.clone())?;
    let key = text("key", asked.input.key.clone())?;
    let value = required("value", asked.input.value.clone())?;
    tenure
        .tag_experiment(&tracker, &id, &key, Some(&value))
        .await?;
    Ok(Json(json!({})))
}

/// Removes a tag.
pub async fn delete_tag(State(tenure): State<Tenure>, asked: Asked<Tag>) -> Answer {
    let tracker = asked.tracker()?;
    let id = text("experiment_id", asked.input.experiment_id.clone())?;
    let key = text("key", asked.input.key.clone())?;
    tenure.tag_experiment(&tracker, &id, &key, None).await?;
    Ok(Json(json!({})))
}
