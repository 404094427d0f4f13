//! The REST API of an MLflow tracking server, for MLflow's own clients: paths, JSON and error codes
//! are MLflow's. What may be done is decided in `workflow::tracking`.

mod artifacts;
mod error;
mod experiments;
mod input;
mod logged_models;
mod metrics;
mod output;
mod registry;
mod runs;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, patch, post};
use workflow::Error;

pub use self::error::{MlflowError, in_mlflow_shape};
use crate::web::state::AppState;

/// Largest JSON body, in bytes.
const LARGEST_BODY: usize = 16 << 20;

/// Everything below `/api/2.0/mlflow`.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/experiments/create", post(experiments::create))
        .route("/experiments/get", get(experiments::get))
        .route("/experiments/get-by-name", get(experiments::get_by_name))
        .route(
            "/experiments/search",
            get(experiments::search).post(experiments::search),
        )
        .route("/experiments/update", post(experiments::update))
        .route("/experiments/delete", post(experiments::delete))
        .route("/experiments/restore", post(experiments::restore))
        .route(
            "/experiments/set-experiment-tag",
            post(experiments::set_tag),
        )
        .route(
            "/experiments/delete-experiment-tag",
            post(experiments::delete_tag),
        )
        .route("/runs/create", post(runs::create))
        .route("/runs/get", get(runs::get))
        .route("/runs/update", post(runs::update))
        .route("/runs/delete", post(runs::delete))
        .route("/runs/restore", post(runs::restore))
        .route("/runs/search", post(runs::search))
        .route("/runs/set-tag", post(runs::set_tag))
        .route("/runs/delete-tag", post(runs::delete_tag))
        .route("/runs/log-metric", post(metrics::log_metric))
        .route("/runs/log-parameter", post(metrics::log_parameter))
        .route("/runs/log-batch", post(metrics::log_batch))
        .route("/runs/log-model", post(metrics::log_model))
        .route("/runs/log-inputs", post(metrics::log_inputs))
        .route("/runs/outputs", post(metrics::log_outputs))
        .route("/metrics/get-history", get(metrics::history))
        .route("/artifacts/list", get(artifacts::list_of_run))
        .route("/logged-models", post(logged_models::create))
        .route("/logged-models/search", post(logged_models::search))
        .route(
            "/logged-models/{model_id}",
            get(logged_models::get)
                .patch(logged_models::finalize)
                .delete(logged_models::delete),
        )
        .route(
            "/logged-models/{model_id}/tags",
            patch(logged_models::set_tags),
        )
        .route(
            "/logged-models/{model_id}/tags/{key}",
            axum::routing::delete(logged_models::delete_tag),
        )
        .route(
            "/logged-models/{model_id}/params",
            post(logged_models::log_params),
        )
        .route(
            "/logged-models/{model_id}/artifacts/directories",
            get(logged_models::list_files),
        )
        .merge(registry::routes())
        .fallback(no_endpoint)
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
}

/// Everything below `/api/3.0/mlflow`: what this server is, and a refusal of everything else there
/// (traces, scorers, evaluation datasets, prompts).
pub fn router_3() -> Router<AppState> {
    Router::new()
        .route("/server-info", get(server_info))
        .fallback(no_endpoint)
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
}

/// Everything below `/api/2.0/mlflow-artifacts`.
pub fn artifact_router() -> Router<AppState> {
    Router::new()
        .route("/artifacts", get(artifacts::list))
        .route(
            "/artifacts/{*path}",
            get(artifacts::download)
                .put(artifacts::upload)
                .delete(artifacts::delete),
        )
        .fallback(artifacts::no_multipart)
        .layer(DefaultBodyLimit::max(artifacts::LARGEST_FILE))
}

/// What the client asks before it uses newer parts of a server.
async fn server_info(
    crate::web::auth::AuthUser(actor): crate::web::auth::AuthUser,
) -> Result<axum::Json<serde_json::Value>, MlflowError> {
    actor.member()?;
    Ok(axum::Json(serde_json::json!({
        "store_type": "tenure",
        "workspaces_enabled": false,
        "multipart_uploads_enabled": false,
        "multipart_downloads_enabled": false,
    })))
}

async fn no_endpoint(uri: axum::http::Uri) -> MlflowError {
    let part = uri
        .path()
        .trim_start_matches('/')
        .split('/')
        .next()
        .unwrap_or_default();
    MlflowError(Error::conflict(
        domain::RefusalCode::NotSupported,
        format!(
            "Tenure does not support the MLflow endpoint '{part}'. It keeps experiments, runs, metrics, artifacts, logged models and registered models; see docs/mlflow.md."
        ),
    ))
}
