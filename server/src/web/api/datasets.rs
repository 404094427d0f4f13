//! Datasets and training sets.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use workflow::datasets::{DatasetRow, NewTrainingSet, TrainingSetPlan};
use workflow::{DataDiff, Error, Import, ImportPreview, Imported, Scope, Tenure, preview_import};

use super::input::{Body, Params, Path, Upload, of_part};
use super::openapi::Failures;
use super::paging::{Page, Paging, page};
use super::paths::{OfDataset, OfUseCase};
use crate::web::auth::AuthUser;
use crate::web::import_form::ImportForm;
use crate::web::problem::Problem;

/// The datasets of a use case, newest first.
#[utoipa::path(get, path = "/use-cases/{use_case}/datasets", tag = "datasets", params(OfUseCase, Paging), responses((status = 200, body = Page<DatasetRow>), Failures))]
pub async fn list_datasets(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path(of): Path<OfUseCase>,
    Params(paging): Params<Paging>,
) -> Result<Json<Page<DatasetRow>>, Problem> {
    let all = tenure
        .dataset_changes(&actor.member()?, &of.use_case)
        .await?;
    let all = all.into_iter().map(|change| change.dataset).collect();
    Ok(Json(page(all, &paging, |own: &DatasetRow| own.id.clone())?))
}

async fn found(
    tenure: &Tenure,
    actor: &workflow::Actor,
    of: &OfDataset,
) -> Result<DatasetRow, Problem> {
    let all = tenure
        .dataset_changes(&actor.member()?, &of.use_case)
        .await?;
    all.into_iter()
        .map(|change| change.dataset)
        .find(|own| own.id == of.dataset)
        .ok_or_else(|| {
            Problem(Error::NotFound(format!(
                "{} has no dataset {}.",
                of.use_case, of.dataset
            )))
        })
}

/// A dataset.
#[utoipa::path(get, path = "/use-cases/{use_case}/datasets/{dataset}", tag = "datasets", params(OfDataset), responses((status = 200, body = DatasetRow), (status = 304, description = "The caller has it already."), Failures))]
pub async fn show_dataset(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path(of): Path<OfDataset>,
) -> Result<Json<DatasetRow>, Problem> {
    Ok(Json(found(&tenure, &actor, &of).await?))
}

/// A dataset and what is in it.
#[derive(Debug, Serialize, ToSchema)]
pub struct DatasetProfile {
    pub dataset: DatasetRow,
    /// The profile, as `tenure data profile --json` gives it.
    #[schema(value_type = Object)]
    pub profile: Value,
}

/// The profile of a dataset: distributions, missing values, outliers, correlations.
#[utoipa::path(get, path = "/use-cases/{use_case}/datasets/{dataset}/profile", tag = "datasets", params(OfDataset), responses((status = 200, body = DatasetProfile), (status = 304, description = "The caller has it already."), Failures))]
pub async fn dataset_profile(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path(of): Path<OfDataset>,
) -> Result<Json<DatasetProfile>, Problem> {
    let (dataset, profile) = tenure
        .data_profile(&actor.member()?, Some(&of.use_case), &of.dataset)
        .await?;
    let profile = serde_json::to_value(&*profile).map_err(Error::caused)?;
    Ok(Json(DatasetProfile { dataset, profile }))
}

/// Two datasets.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Two {
    /// Id of the older one.
    pub old: String,
    /// Id of the newer one.
    pub new: String,
}

/// What changed from one dataset to another.
#[utoipa::path(get, path = "/use-cases/{use_case}/dataset-changes", tag = "datasets", params(OfUseCase, Two), responses((status = 200, body = DataDiff), Failures))]
pub async fn dataset_changes(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path(of): Path<OfUseCase>,
    Params(two): Params<Two>,
) -> Result<Json<DataDiff>, Problem> {
    Ok(Json(
        tenure
            .data_diff(&actor.member()?, Some(&of.use_case), [&two.old, &two.new])
            .await?,
    ))
}

/// Files to import, with how they are to be read.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents the parts of a form")]
pub struct DatasetUpload {
    /// CSV, Excel, Parquet, Arrow or NDJSON; one part for each file.
    #[schema(value_type = Vec<String>, format = Binary)]
    files: Vec<u8>,
    /// The day that the rows describe, YYYY-MM-DD; today when absent.
    as_of: Option<String>,
    /// `training`, `scoring` or `both`; when absent a file with outcomes is for training.
    #[schema(rename = "for")]
    r#for: Option<String>,
    /// `stack` (default), `join`, or `join_missing` to keep people who are not in every file.
    combine: Option<String>,
    /// Column that files are joined by.
    key: Option<String>,
    /// `true`: check, and tell what would be stored.
    dry_run: Option<String>,
}

/// What became of an import.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum ImportAnswer {
    Imported(Box<Imported>),
    Preview(Box<ImportPreview>),
}

/// Imports files as a dataset; with `dry_run=true` tells what would be stored. The same files, read
/// in the same way, are the same dataset: `new` is then false. A token needs the scope `data`.
#[utoipa::path(post, path = "/use-cases/{use_case}/datasets", tag = "datasets", params(OfUseCase), request_body(content = DatasetUpload, content_type = "multipart/form-data"), responses((status = 201, body = Imported), (status = 200, description = "It was there already, or a dry run.", body = ImportAnswer), Failures))]
pub async fn import_dataset(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path(of): Path<OfUseCase>,
    Upload(mut parts): Upload,
) -> Result<Response, Response> {
    let failed = |error: Error| Problem(error).into_response();
    let admin = actor.admin_for(Scope::Data).map_err(failed)?;
    let use_case = tenure.use_case(&of.use_case).map_err(failed)?;
    let mut form = ImportForm::new(of.use_case);
    let mut dry_run = false;
    while let Some(part) = parts.next_field().await.map_err(|error| of_part(&error))? {
        let name = part.name().unwrap_or_default().to_owned();
        if name == "files" {
            let file = part.file_name().unwrap_or_default().to_owned();
            let bytes = part.bytes().await.map_err(|error| of_part(&error))?;
            form.add_file(file, bytes.to_vec());
            continue;
        }
        let text = part.text().await.map_err(|error| of_part(&error))?;
        if name == "dry_run" {
            dry_run = text == "true";
        } else {
            form.set(&name, text)
                .map_err(|problem| failed(Error::Invalid(problem)))?;
        }
    }
    let import = form.import();
    if import.files.is_empty() {
        let sentence = "Send at least one file with a name, as a part called “files”.";
        return Err(failed(Error::field(
            "files",
            domain::ProblemCode::Required,
            sentence,
        )));
    }
    if dry_run {
        let preview = preview(import, use_case).await.map_err(failed)?;
        return Ok(Json(ImportAnswer::Preview(Box::new(preview))).into_response());
    }
    let imported = tenure.import(&admin, import).await.map_err(failed)?;
    let status = if imported.new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    Ok((status, Json(ImportAnswer::Imported(Box::new(imported)))).into_response())
}

async fn preview(
    import: Import,
    use_case: std::sync::Arc<model::UseCase>,
) -> Result<ImportPreview, Error> {
    tokio::task::spawn_blocking(move || preview_import(&import, &use_case))
        .await
        .map_err(Error::caused)?
}

/// Why something is taken out of use.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Withdraw {
    /// At most 2000 characters.
    #[schema(min_length = 1)]
    pub reason: String,
}

/// Takes a dataset out of use. A token needs the scope `data`.
#[utoipa::path(post, path = "/use-cases/{use_case}/datasets/{dataset}/withdraw", tag = "datasets", params(OfDataset), request_body = Withdraw, responses((status = 200, body = DatasetRow), Failures))]
pub async fn withdraw_dataset(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path(of): Path<OfDataset>,
    Body(withdraw): Body<Withdraw>,
) -> Result<Json<DatasetRow>, Problem> {
    let admin = actor.admin_for(Scope::Data)?;
    found(&tenure, &actor, &of).await?;
    tenure
        .withdraw_dataset(&admin, Some(&of.use_case), &of.dataset, &withdraw.reason)
        .await?;
    Ok(Json(found(&tenure, &actor, &of).await?))
}

/// `{"use_case": "attrition", "until": "2026-06-30", "dry_run": true}`; the last two may be left
/// out.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TrainingSet {
    use_case: String,
    /// The last day of the history that is used, YYYY-MM-DD.
    #[schema(format = Date)]
    until: Option<String>,
    #[serde(default)]
    dry_run: bool,
}

/// What became of a training set.
#[derive(Debug, Serialize, ToSchema)]
pub struct TrainingSetAnswer {
    /// Null for a dry run.
    #[schema(value_type = Option<Object>)]
    pub dataset: Option<Value>,
    /// False: the same history has given this dataset before.
    pub new: bool,
    pub plan: TrainingSetPlan,
}

/// Builds a training set, or counts its rows only. The same history gives the same dataset, and
/// `new` is then false. A token needs the scope `data`.
#[utoipa::path(post, path = "/data/training-set", tag = "datasets", request_body = TrainingSet, responses((status = 200, body = TrainingSetAnswer), Failures))]
pub async fn training_set(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Body(request): Body<TrainingSet>,
) -> Result<Json<TrainingSetAnswer>, Problem> {
    let admin = actor.admin_for(Scope::Data)?;
    let new = NewTrainingSet {
        use_case: request.use_case,
        until: request.until,
    };
    if request.dry_run {
        let plan = tenure.plan_training_set(&admin, &new).await?;
        return Ok(Json(TrainingSetAnswer {
            dataset: None,
            new: false,
            plan,
        }));
    }
    let built = tenure.build_training_set(&admin, &new).await?;
    let dataset = serde_json::to_value(built.dataset).map_err(Error::caused)?;
    Ok(Json(TrainingSetAnswer {
        dataset: Some(dataset),
        new: built.new,
        plan: built.plan,
    }))
}
