//! Logged models.

use axum::Json;
use axum::extract::{Path, Query, State};
use serde::Deserialize;
use serde_json::{Value, json};
use workflow::Tenure;
use workflow::tracking::{ArtifactPath, ModelOrder, NewLoggedModel};

use super::artifacts::entries;
use super::error::MlflowError;
use super::input::{Asked, Pair, Whole, pairs, text};
use super::output;
use crate::web::auth::AuthUser;

type Answer = Result<Json<Value>, MlflowError>;

#[derive(Deserialize)]
pub struct Create {
    experiment_id: Option<String>,
    name: Option<String>,
    model_type: Option<String>,
    source_run_id: Option<String>,
    params: Option<Vec<Pair>>,
    tags: Option<Vec<Pair>>,
}

/// Makes a logged model.
pub async fn create(State(tenure): State<Tenure>, asked: Asked<Create>) -> Answer {
    let (tracker, input) = (asked.tracker()?, &asked.input);
    let new = NewLoggedModel {
        experiment: text("experiment_id", input.experiment_id.clone())?,
        name: input.name.clone(),
        model_type: input.model_type.clone().unwrap_or_default(),
        run: input.source_run_id.clone().unwrap_or_default(),
        parameters: pairs("params", input.params.clone())?,
        tags: pairs("tags", input.tags.clone())?,
    };
    let model = tenure.create_logged_model(&tracker, &new).await?;
    Ok(Json(json!({ "model": output::logged_model(&model) })))
}

/// The logged model of an id.
pub async fn get(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path(id): Path<String>,
) -> Answer {
    let model = tenure.logged_model(&actor.member()?, &id).await?;
    Ok(Json(json!({ "model": output::logged_model(&model) })))
}

#[derive(Deserialize)]
pub struct Finalize {
    status: Option<String>,
}

/// Sets what became of a logged model.
pub async fn finalize(
    State(tenure): State<Tenure>,
    Path(id): Path<String>,
    asked: Asked<Finalize>,
) -> Answer {
    let tracker = asked.tracker()?;
    let status = text("status", asked.input.status.clone())?;
    let model = tenure.finalize_logged_model(&tracker, &id, &status).await?;
    Ok(Json(json!({ "model": output::logged_model(&model) })))
}

/// Archives a logged model.
pub async fn delete(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path(id): Path<String>,
) -> Answer {
    tenure.remove_logged_model(&actor.tracker()?, &id).await?;
    Ok(Json(json!({})))
}

#[derive(Deserialize)]
pub struct Tags {
    tags: Option<Vec<Pair>>,
}

/// Sets tags.
pub async fn set_tags(
    State(tenure): State<Tenure>,
    Path(id): Path<String>,
    asked: Asked<Tags>,
) -> Answer {
    let tracker = asked.tracker()?;
    let tags = pairs("tags", asked.input.tags.clone())?;
    let model = tenure.label_logged_model(&tracker, &id, &[], &tags).await?;
    Ok(Json(json!({ "model": output::logged_model(&model) })))
}

/// Removes a tag.
pub async fn delete_tag(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path((id, key)): Path<(String, String)>,
) -> Answer {
    tenure
        .untag_logged_model(&actor.tracker()?, &id, &key)
        .await?;
    Ok(Json(json!({})))
}

#[derive(Deserialize)]
pub struct Params {
    params: Option<Vec<Pair>>,
}

/// Adds parameters.
pub async fn log_params(
    State(tenure): State<Tenure>,
    Path(id): Path<String>,
    asked: Asked<Params>,
) -> Answer {
    let tracker = asked.tracker()?;
    let params = pairs("params", asked.input.params.clone())?;
    tenure
        .label_logged_model(&tracker, &id, &params, &[])
        .await?;
    Ok(Json(json!({})))
}

#[derive(Deserialize)]
pub struct Search {
    experiment_ids: Option<Vec<String>>,
    filter: Option<String>,
    order_by: Option<Vec<By>>,
    max_results: Option<Whole>,
    page_token: Option<String>,
}

#[derive(Deserialize)]
pub struct By {
    field_name: Option<String>,
    ascending: Option<bool>,
    dataset_name: Option<String>,
    dataset_digest: Option<String>,
}

/// Logged models that match a filter.
pub async fn search(State(tenure): State<Tenure>, asked: Asked<Search>) -> Answer {
    let (member, input) = (asked.member()?, &asked.input);
    let order = input
        .order_by
        .iter()
        .flatten()
        .map(|by| {
            Ok(ModelOrder {
                field: text("field_name", by.field_name.clone())?,
                descending: !by.ascending.unwrap_or(true),
                dataset_name: by.dataset_name.clone().unwrap_or_default(),
                dataset_digest: by.dataset_digest.clone().unwrap_or_default(),
            })
        })
        .collect::<Result<Vec<_>, MlflowError>>()?;
    let (models, next) = tenure
        .search_logged_models(
            &member,
            input.experiment_ids.as_deref().unwrap_or_default(),
            input.filter.as_deref().unwrap_or_default(),
            &order,
            input.max_results.map(|Whole(number)| number),
            input.page_token.as_deref().unwrap_or_default(),
        )
        .await?;
    let models: Vec<Value> = models.iter().map(output::logged_model).collect();
    let mut answer = json!({ "models": models });
    if !next.is_empty() {
        answer["next_page_token"] = next.into();
    }
    Ok(Json(answer))
}

#[derive(Deserialize)]
pub struct Directory {
    artifact_directory_path: Option<String>,
}

/// Files and folders of a logged model.
pub async fn list_files(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path(id): Path<String>,
    Query(directory): Query<Directory>,
) -> Answer {
    let member = actor.member()?;
    let model = tenure.logged_model(&member, &id).await?;
    let folder = directory.artifact_directory_path.unwrap_or_default();
    let place = format!("0/models/{id}/artifacts/{folder}");
    let found = tenure
        .list_tracked_files(&member, &ArtifactPath::parse(&place)?)
        .await?;
    let files = entries(&found, folder.trim_matches('/'));
    Ok(Json(
        json!({ "root_uri": model.artifact_uri, "files": files }),
    ))
}
