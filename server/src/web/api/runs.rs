//! Runs, trainings, jobs.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::{JobId, ProblemCode};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use workflow::jobs::{JobPage, JobRow};
use workflow::runs::{Comparison, RunPage, RunRow};
use workflow::training::TrainingChoices;
use workflow::{Error, Scope, Tenure, TrainingForm};

use super::input::{Body, Params, Path};
use super::openapi::Failures;
use super::paging::{Page, Paging, decode_number, encode, page};
use super::paths::{OfJob, OfRun, OfUseCase};
use crate::web::auth::AuthUser;
use crate::web::problem::Problem;

/// Which runs.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct WhichRuns {
    /// For example `metrics.roc_auc > 0.8 and status = finished`.
    #[param(example = "metrics.roc_auc > 0.5")]
    filter: Option<String>,
    /// `next_cursor` of the page before. A page has 50 runs.
    #[param(max_length = 500)]
    cursor: Option<String>,
}

/// The top-level runs of a use case, newest first.
#[utoipa::path(get, path = "/use-cases/{use_case}/runs", tag = "runs", params(OfUseCase, WhichRuns), responses((status = 200, body = Page<RunRow>), Failures))]
pub async fn list_runs(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path(of): Path<OfUseCase>,
    Params(which): Params<WhichRuns>,
) -> Result<Json<Page<RunRow>>, Problem> {
    let number = match &which.cursor {
        Some(cursor) => decode_number::<u32>(cursor)?,
        None => 1,
    };
    let filter = which.filter.unwrap_or_default();
    let found = tenure
        .runs(&actor.member()?, &of.use_case, &filter, number, &[])
        .await?;
    Ok(Json(Page {
        next_cursor: (found.page < found.pages).then(|| encode(&(found.page + 1).to_string())),
        items: found.rows,
    }))
}

/// A run: parameters, metrics, stages, files, nested runs.
#[utoipa::path(get, path = "/runs/{run}", tag = "runs", params(OfRun), responses((status = 200, body = RunPage), Failures))]
pub async fn show_run(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path(of): Path<OfRun>,
) -> Result<Json<RunPage>, Problem> {
    Ok(Json(tenure.run(&actor.member()?, &of.run).await?))
}

/// Which runs are compared.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Compared {
    /// Ids of the runs, separated by commas.
    ids: String,
}

/// Runs side by side.
#[utoipa::path(get, path = "/run-comparison", tag = "runs", params(Compared), responses((status = 200, body = Comparison), Failures))]
pub async fn compare_runs(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Params(compared): Params<Compared>,
) -> Result<Json<Comparison>, Problem> {
    let ids = compared.ids.split(',').map(|id| id.trim().to_owned());
    let ids: Vec<String> = ids.filter(|id| !id.is_empty()).collect();
    Ok(Json(tenure.compare(&actor.member()?, &ids).await?))
}

/// A training.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTraining {
    /// Id of a dataset with outcomes.
    pub dataset: String,
    /// Names of candidates; all when empty.
    #[serde(default)]
    pub candidates: Vec<String>,
    /// Trials of the tuning; as on the form when absent.
    #[schema(minimum = 1, maximum = 5000)]
    pub trials: Option<u32>,
    /// What candidates are chosen by.
    pub metric: Option<String>,
    #[schema(minimum = 0, maximum = 4_294_967_295_i64)]
    pub seed: Option<u64>,
    /// Minutes after which no further trial starts.
    #[schema(minimum = 1, maximum = 1440)]
    pub minutes: Option<u32>,
    /// Whether protected fields are inputs.
    #[serde(default)]
    pub include_protected: bool,
    /// Why data is learned from although its feed looks suspect.
    pub accepted_data: Option<String>,
}

/// A job that was begun.
#[derive(Debug, Serialize, ToSchema)]
pub struct JobStarted {
    pub job: JobId,
}

/// Starts a training in the background. A token needs the scope `train`.
#[utoipa::path(post, path = "/use-cases/{use_case}/trainings", tag = "runs", params(OfUseCase), request_body = NewTraining, responses((status = 202, body = JobStarted), Failures))]
pub async fn start_training(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path(of): Path<OfUseCase>,
    Body(new): Body<NewTraining>,
) -> Result<(StatusCode, Json<JobStarted>), Problem> {
    let admin = actor.admin_for(Scope::Train)?;
    let choices = tenure
        .training_choices(&admin.member(), &of.use_case, &new.dataset)
        .await?;
    let known = |name: &String| choices.candidates.iter().any(|(own, ..)| own == name);
    if let Some(unknown) = new.candidates.iter().find(|name| !known(name)) {
        let sentence = format!("There is no candidate “{unknown}”.");
        return Err(Problem(Error::field(
            "candidates",
            ProblemCode::UnknownValue,
            sentence,
        )));
    }
    let usual_metric = || choices.metrics.first().map(|(name, _)| name.clone());
    let form = TrainingForm {
        use_case: of.use_case,
        dataset: new.dataset,
        trials: new.trials.unwrap_or(choices.trials).to_string(),
        minutes: new
            .minutes
            .map(|minutes| minutes.to_string())
            .unwrap_or_default(),
        candidates: if new.candidates.is_empty() {
            choices
                .candidates
                .iter()
                .map(|(name, ..)| name.clone())
                .collect()
        } else {
            new.candidates
        },
        metric: new.metric.or_else(usual_metric).unwrap_or_default(),
        seed: new.seed.unwrap_or(choices.seed).to_string(),
        include_protected: new.include_protected,
        accepted_data: new.accepted_data.unwrap_or_default(),
    };
    let job = tenure.start_training_form(&admin, &form).await?;
    Ok((StatusCode::ACCEPTED, Json(JobStarted { job })))
}

/// Which dataset.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct OnDataset {
    /// Id of a dataset; the newest for training when absent.
    dataset: Option<String>,
}

/// What a training can be asked for: datasets, candidates, metrics, gates.
#[utoipa::path(get, path = "/use-cases/{use_case}/training-choices", tag = "runs", params(OfUseCase, OnDataset), responses((status = 200, body = TrainingChoices), Failures))]
pub async fn training_choices(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path(of): Path<OfUseCase>,
    Params(on): Params<OnDataset>,
) -> Result<Json<TrainingChoices>, Problem> {
    let dataset = on.dataset.unwrap_or_default();
    Ok(Json(
        tenure
            .training_choices(&actor.member()?, &of.use_case, &dataset)
            .await?,
    ))
}

/// The jobs of a use case, newest first.
#[utoipa::path(get, path = "/use-cases/{use_case}/jobs", tag = "jobs", params(OfUseCase, Paging), responses((status = 200, body = Page<JobRow>), Failures))]
pub async fn list_jobs(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path(of): Path<OfUseCase>,
    Params(paging): Params<Paging>,
) -> Result<Json<Page<JobRow>>, Problem> {
    tenure.use_case(&of.use_case)?;
    let all = tenure.jobs(&actor.member()?, &of.use_case).await?;
    Ok(Json(page(all, &paging, |own: &JobRow| own.id.clone())?))
}

/// A job with its log.
#[utoipa::path(get, path = "/jobs/{job}", tag = "jobs", params(OfJob), responses((status = 200, body = JobPage), Failures))]
pub async fn show_job(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path(of): Path<OfJob>,
) -> Result<Json<JobPage>, Problem> {
    Ok(Json(tenure.job(&actor.member()?, &of.job).await?))
}

/// Asks a job to stop. A token needs the scope `train`.
#[utoipa::path(post, path = "/jobs/{job}/cancel", tag = "jobs", params(OfJob), responses((status = 202, body = JobPage), Failures))]
pub async fn cancel_job(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path(of): Path<OfJob>,
) -> Result<(StatusCode, Json<JobPage>), Problem> {
    let admin = actor.admin_for(Scope::Train)?;
    tenure.cancel_job(&admin, &of.job).await?;
    let job = tenure.job(&admin.member(), &of.job).await?;
    Ok((StatusCode::ACCEPTED, Json(job)))
}
