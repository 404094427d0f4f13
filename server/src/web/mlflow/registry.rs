//! Registered models and their versions.

use axum::extract::State;
use axum::routing::{delete, get, patch, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use workflow::tracking::NewVersion;
use workflow::{Error, Tenure};

use super::error::MlflowError;
use super::input::{Asked, Pair, Whole, pairs, required, text};
use super::output;
use crate::web::state::AppState;

type Answer = Result<Json<Value>, MlflowError>;

/// Everything about registered models.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/registered-models/create", post(create))
        .route("/registered-models/rename", post(rename))
        .route("/registered-models/update", patch(update))
        .route("/registered-models/delete", delete(remove))
        .route("/registered-models/get", get(read))
        .route("/registered-models/search", get(search))
        .route(
            "/registered-models/get-latest-versions",
            get(latest_versions).post(latest_versions),
        )
        .route("/registered-models/set-tag", post(set_tag))
        .route("/registered-models/delete-tag", delete(delete_tag))
        .route(
            "/registered-models/alias",
            get(by_alias).post(set_alias).delete(delete_alias),
        )
        .route("/model-versions/create", post(create_version))
        .route("/model-versions/update", patch(update_version))
        .route("/model-versions/transition-stage", post(transition))
        .route("/model-versions/delete", delete(remove_version))
        .route("/model-versions/get", get(read_version))
        .route("/model-versions/search", get(search_versions))
        .route("/model-versions/get-download-uri", get(download_uri))
        .route("/model-versions/set-tag", post(set_tag))
        .route("/model-versions/delete-tag", delete(delete_tag))
}

#[derive(Deserialize)]
pub struct Model {
    name: Option<String>,
    new_name: Option<String>,
    description: Option<String>,
    tags: Option<Vec<Pair>>,
    stages: Option<Vec<String>>,
}

fn model(model: &workflow::tracking::ModelView) -> Json<Value> {
    Json(json!({ "registered_model": output::registered_model(model) }))
}

async fn create(State(tenure): State<Tenure>, asked: Asked<Model>) -> Answer {
    let (tracker, input) = (asked.tracker()?, &asked.input);
    let name = text("name", input.name.clone())?;
    let tags = pairs("tags", input.tags.clone())?;
    let about = input.description.as_deref().unwrap_or_default();
    let made = tenure
        .create_registered_model(&tracker, &name, about, &tags)
        .await?;
    Ok(model(&made))
}

async fn rename(State(tenure): State<Tenure>, asked: Asked<Model>) -> Answer {
    let (tracker, input) = (asked.tracker()?, &asked.input);
    let name = text("name", input.name.clone())?;
    let other = text("new_name", input.new_name.clone())?;
    Ok(model(
        &tenure
            .rename_registered_model(&tracker, &name, &other)
            .await?,
    ))
}

async fn update(State(tenure): State<Tenure>, asked: Asked<Model>) -> Answer {
    let (tracker, input) = (asked.tracker()?, &asked.input);
    let name = text("name", input.name.clone())?;
    let about = input.description.as_deref().unwrap_or_default();
    Ok(model(
        &tenure
            .describe_registered_model(&tracker, &name, about)
            .await?,
    ))
}

async fn remove(State(tenure): State<Tenure>, asked: Asked<Model>) -> Answer {
    let tracker = asked.tracker()?;
    let name = text("name", asked.input.name.clone())?;
    tenure.remove_registered_model(&tracker, &name).await?;
    Ok(Json(json!({})))
}

async fn read(State(tenure): State<Tenure>, asked: Asked<Model>) -> Answer {
    let name = text("name", asked.input.name.clone())?;
    Ok(model(
        &tenure.registered_model(&asked.member()?, &name).await?,
    ))
}

async fn latest_versions(State(tenure): State<Tenure>, asked: Asked<Model>) -> Answer {
    let name = text("name", asked.input.name.clone())?;
    let found = tenure.registered_model(&asked.member()?, &name).await?;
    let stages = asked.input.stages.as_deref().unwrap_or_default();
    Ok(Json(
        json!({ "model_versions": output::latest(&found, stages) }),
    ))
}

#[derive(Deserialize)]
pub struct Search {
    filter: Option<String>,
    max_results: Option<Whole>,
    order_by: Option<Vec<String>>,
    page_token: Option<String>,
}

async fn search(State(tenure): State<Tenure>, asked: Asked<Search>) -> Answer {
    let input = &asked.input;
    let (found, next) = tenure
        .search_registered_models(
            &asked.member()?,
            input.filter.as_deref().unwrap_or_default(),
            input.order_by.as_deref().unwrap_or_default(),
            input.max_results.map(|Whole(number)| number),
            input.page_token.as_deref().unwrap_or_default(),
        )
        .await?;
    let found: Vec<Value> = found.iter().map(output::registered_model).collect();
    Ok(Json(
        json!({ "registered_models": found, "next_page_token": next }),
    ))
}

async fn search_versions(State(tenure): State<Tenure>, asked: Asked<Search>) -> Answer {
    let input = &asked.input;
    let (found, next) = tenure
        .search_registered_versions(
            &asked.member()?,
            input.filter.as_deref().unwrap_or_default(),
            input.order_by.as_deref().unwrap_or_default(),
            input.max_results.map(|Whole(number)| number),
            input.page_token.as_deref().unwrap_or_default(),
        )
        .await?;
    let found: Vec<Value> = found.iter().map(output::version).collect();
    Ok(Json(
        json!({ "model_versions": found, "next_page_token": next }),
    ))
}

#[derive(Deserialize)]
pub struct Labeled {
    name: Option<String>,
    version: Option<String>,
    key: Option<String>,
    value: Option<String>,
    alias: Option<String>,
    description: Option<String>,
    stage: Option<String>,
    archive_existing_versions: Option<bool>,
}

impl Labeled {
    fn name(&self) -> Result<String, MlflowError> {
        text("name", self.name.clone())
    }

    /// The number of the version, where one is named.
    fn number(&self) -> Result<Option<i64>, MlflowError> {
        let Some(version) = &self.version else {
            return Ok(None);
        };
        version.parse().map(Some).map_err(|_| {
            MlflowError(Error::Invalid(format!(
                "Model version must be an integer, got '{version}'."
            )))
        })
    }

    fn version(&self) -> Result<i64, MlflowError> {
        required("version", self.number()?)
    }
}

async fn set_tag(State(tenure): State<Tenure>, asked: Asked<Labeled>) -> Answer {
    let (tracker, input) = (asked.tracker()?, &asked.input);
    let (name, key) = (input.name()?, text("key", input.key.clone())?);
    let value = input.value.as_deref().unwrap_or_default();
    tenure
        .tag_registered(&tracker, &name, input.number()?, &key, Some(value))
        .await?;
    Ok(Json(json!({})))
}

async fn delete_tag(State(tenure): State<Tenure>, asked: Asked<Labeled>) -> Answer {
    let (tracker, input) = (asked.tracker()?, &asked.input);
    let (name, key) = (input.name()?, text("key", input.key.clone())?);
    tenure
        .tag_registered(&tracker, &name, input.number()?, &key, None)
        .await?;
    Ok(Json(json!({})))
}

async fn set_alias(State(tenure): State<Tenure>, asked: Asked<Labeled>) -> Answer {
    let (tracker, input) = (asked.tracker()?, &asked.input);
    let (name, alias) = (input.name()?, text("alias", input.alias.clone())?);
    tenure
        .alias_registered_version(&tracker, &name, &alias, Some(input.version()?))
        .await?;
    Ok(Json(json!({})))
}

async fn delete_alias(State(tenure): State<Tenure>, asked: Asked<Labeled>) -> Answer {
    let (tracker, input) = (asked.tracker()?, &asked.input);
    let (name, alias) = (input.name()?, text("alias", input.alias.clone())?);
    tenure
        .alias_registered_version(&tracker, &name, &alias, None)
        .await?;
    Ok(Json(json!({})))
}

fn one(version: &workflow::tracking::VersionView) -> Json<Value> {
    Json(json!({ "model_version": output::version(version) }))
}

async fn by_alias(State(tenure): State<Tenure>, asked: Asked<Labeled>) -> Answer {
    let (name, alias) = (
        asked.input.name()?,
        text("alias", asked.input.alias.clone())?,
    );
    Ok(one(&tenure
        .version_by_alias(&asked.member()?, &name, &alias)
        .await?))
}

#[derive(Deserialize)]
pub struct CreateVersion {
    name: Option<String>,
    source: Option<String>,
    run_id: Option<String>,
    tags: Option<Vec<Pair>>,
    run_link: Option<String>,
    description: Option<String>,
    model_id: Option<String>,
}

async fn create_version(State(tenure): State<Tenure>, asked: Asked<CreateVersion>) -> Answer {
    let (tracker, input) = (asked.tracker()?, &asked.input);
    let new = NewVersion {
        name: text("name", input.name.clone())?,
        source: text("source", input.source.clone())?,
        run: input.run_id.clone().unwrap_or_default(),
        model: input.model_id.clone().unwrap_or_default(),
        run_link: input.run_link.clone().unwrap_or_default(),
        description: input.description.clone().unwrap_or_default(),
        tags: pairs("tags", input.tags.clone())?,
    };
    Ok(one(&tenure
        .create_registered_version(&tracker, &new)
        .await?))
}

async fn update_version(State(tenure): State<Tenure>, asked: Asked<Labeled>) -> Answer {
    let (tracker, input) = (asked.tracker()?, &asked.input);
    let (name, version) = (input.name()?, input.version()?);
    let about = input.description.as_deref().unwrap_or_default();
    let changed = tenure
        .describe_registered_version(&tracker, &name, version, about)
        .await?;
    Ok(one(&changed))
}

async fn transition(State(tenure): State<Tenure>, asked: Asked<Labeled>) -> Answer {
    let (tracker, input) = (asked.tracker()?, &asked.input);
    let (name, version) = (input.name()?, input.version()?);
    let stage = text("stage", input.stage.clone())?;
    let others = input.archive_existing_versions.unwrap_or(false);
    let moved = tenure
        .move_registered_version(&tracker, &name, version, &stage, others)
        .await?;
    Ok(one(&moved))
}

async fn remove_version(State(tenure): State<Tenure>, asked: Asked<Labeled>) -> Answer {
    let (tracker, input) = (asked.tracker()?, &asked.input);
    tenure
        .remove_registered_version(&tracker, &input.name()?, input.version()?)
        .await?;
    Ok(Json(json!({})))
}

async fn read_version(State(tenure): State<Tenure>, asked: Asked<Labeled>) -> Answer {
    let (member, input) = (asked.member()?, &asked.input);
    let found = tenure
        .registered_version(&member, &input.name()?, input.version()?)
        .await?;
    Ok(one(&found))
}

async fn download_uri(State(tenure): State<Tenure>, asked: Asked<Labeled>) -> Answer {
    let (member, input) = (asked.member()?, &asked.input);
    let uri = tenure
        .version_files(&member, &input.name()?, input.version()?)
        .await?;
    Ok(Json(json!({ "artifact_uri": uri })))
}
