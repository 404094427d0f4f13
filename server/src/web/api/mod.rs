//! The REST API: JSON in and out, errors as RFC 9457 problem details.

mod alerts;
mod bulk;
mod datasets;
mod input;
mod monitoring;
mod registry;
mod scoring;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use workflow::Error;

use super::problem::Problem;
use crate::web::state::AppState;

/// Largest body of a request, in bytes.
const LARGEST_BODY: usize = 32 << 20;

/// Everything below `/api/v1`.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/predict", post(scoring::one))
        .route("/predict/batch", post(bulk::batch))
        .route("/alerts", get(alerts::list))
        .route("/model", get(registry::live))
        .route("/timeline", get(registry::timeline))
        .route("/data/training-set", post(datasets::training_set))
        .route("/drift/feature", post(monitoring::feature))
        .route("/drift/prediction", post(monitoring::prediction))
        .route("/monitoring-policy", get(monitoring::policy))
        .route("/fairness", get(monitoring::fairness))
        .route("/performance", get(monitoring::performance))
        .route("/drift/feature/latest", get(monitoring::latest_feature))
        .route(
            "/drift/prediction/latest",
            get(monitoring::latest_prediction),
        )
        .fallback(async || Problem(Error::NotFound("The API has no such endpoint.".into())))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
}
