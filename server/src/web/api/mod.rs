//! The REST API: JSON in and out, errors as RFC 9457 problem details, described by the OpenAPI
//! document that is made from the same code. Conventions: docs/api.md.

mod alerts;
mod audit;
mod bulk;
mod conditional;
mod cycles;
mod datasets;
mod docs;
mod drift;
mod explain;
mod guides;
mod idempotency;
mod input;
mod limits;
mod monitoring;
mod openapi;
mod outcomes;
mod paging;
mod paths;
mod people;
mod registry;
mod review;
mod runs;
mod scoring;
mod sources;
mod use_cases;
mod users;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use utoipa::OpenApi as _;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use workflow::{Error, Tenure};

use self::limits::{LARGEST_BODY, LARGEST_IMPORT};
use super::auth::DOCS;
use super::problem::{Problem, of_http};
use crate::web::state::AppState;

/// Everything below `/api`, and the paths of other systems.
pub fn router(tenure: &Tenure) -> Router<AppState> {
    let (router, document) = parts();
    openapi::keep(document);
    router
        .route(DOCS, get(docs::docs))
        .layer(from_fn_with_state(tenure.clone(), idempotency::once))
}

/// The routes, and what the OpenAPI document says about them.
fn parts() -> (Router<AppState>, utoipa::openapi::OpenApi) {
    let api = OpenApiRouter::new()
        .merge(uploads())
        .merge(others())
        .merge(tagged().layer(from_fn(conditional::tag)))
        .fallback(async || Problem(Error::NotFound("The API has no such endpoint.".into())));
    let (router, document) = OpenApiRouter::with_openapi(openapi::Document::openapi())
        .merge(of_guides())
        .nest("/api/v1", api)
        .split_for_parts();
    (router.method_not_allowed_fallback(not_allowed), document)
}

/// The OpenAPI document of the code, without examples.
#[cfg(test)]
pub fn document() -> &'static serde_json::Value {
    let (_, document) = parts();
    openapi::keep(document)
}

async fn not_allowed() -> axum::response::Response {
    of_http(
        StatusCode::METHOD_NOT_ALLOWED,
        "method_not_allowed",
        "This address does not take this method. The header Allow names those that it takes.",
    )
}

fn uploads() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(datasets::list_datasets, datasets::import_dataset))
        .routes(routes!(outcomes::list_outcomes, outcomes::import_outcomes))
        .layer(DefaultBodyLimit::max(LARGEST_IMPORT))
}

/// What changes seldom and is asked for often.
fn tagged() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(openapi::openapi))
        .routes(routes!(use_cases::show_use_case))
        .routes(routes!(use_cases::use_case_definition))
        .routes(routes!(datasets::show_dataset))
        .routes(routes!(datasets::dataset_profile))
        .routes(routes!(registry::live))
        .routes(routes!(registry::list_models))
        .routes(routes!(registry::show_model))
        .routes(routes!(registry::model_card))
        .routes(routes!(registry::model_explanation))
        .routes(routes!(registry::model_fairness))
        .routes(routes!(registry::model_evidence))
        .routes(routes!(registry::live_history))
}

fn others() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(scoring::one))
        .routes(routes!(bulk::batch))
        .routes(routes!(explain::explain))
        .routes(routes!(explain::counterfactual))
        .routes(routes!(people::list_people))
        .routes(routes!(people::show_person))
        .routes(routes!(people::dashboard))
        .routes(routes!(
            use_cases::list_use_cases,
            use_cases::import_use_case
        ))
        .routes(routes!(use_cases::use_case_features))
        .routes(routes!(datasets::dataset_changes))
        .routes(routes!(datasets::withdraw_dataset))
        .routes(routes!(datasets::training_set))
        .routes(routes!(outcomes::withdraw_outcomes))
        .routes(routes!(sources::list_sources))
        .routes(routes!(sources::test_source))
        .routes(routes!(sources::import_from_source))
        .routes(routes!(registry::timeline))
        .routes(routes!(registry::label_model))
        .routes(routes!(runs::list_runs))
        .routes(routes!(runs::show_run))
        .routes(routes!(runs::compare_runs))
        .routes(routes!(runs::start_training))
        .routes(routes!(runs::training_choices))
        .routes(routes!(runs::list_jobs))
        .routes(routes!(runs::show_job))
        .routes(routes!(runs::cancel_job))
        .routes(routes!(drift::feature))
        .routes(routes!(drift::prediction))
        .routes(routes!(drift::latest_feature))
        .routes(routes!(drift::latest_prediction))
        .routes(routes!(drift::list_checks, drift::run_check))
        .routes(routes!(drift::show_check))
        .routes(routes!(drift::acknowledge_check))
        .routes(routes!(monitoring::performance))
        .routes(routes!(monitoring::fairness))
        .routes(routes!(monitoring::policy, monitoring::set_policy))
        .routes(routes!(alerts::list_alerts))
        .routes(routes!(alerts::acknowledge_alert))
        .routes(routes!(alerts::snooze_alert))
        .routes(routes!(cycles::list_cycles, cycles::run_cycle))
        .routes(routes!(cycles::show_cycle))
        .routes(routes!(cycles::plan_cycle))
        .routes(routes!(cycles::retry_cycle))
        .routes(routes!(cycles::cancel_cycle))
        .routes(routes!(
            cycles::show_schedule,
            cycles::set_schedule,
            cycles::remove_schedule
        ))
        .routes(routes!(review::list_reviews))
        .routes(routes!(review::request_review))
        .routes(routes!(review::comment_on_model))
        .routes(routes!(review::decide_on_model))
        .routes(routes!(review::waive_gate))
        .routes(routes!(review::roll_back))
        .routes(routes!(audit::list_audit))
        .routes(routes!(audit::verify_audit))
        .routes(routes!(users::list_users, users::add_user))
        .routes(routes!(users::disable_user))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
}

fn of_guides() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(guides::guide_predict))
        .routes(routes!(guides::guide_feature_drift))
        .routes(routes!(guides::guide_prediction_drift))
        .routes(routes!(guides::guide_latest_feature))
        .routes(routes!(guides::guide_latest_prediction))
        .routes(routes!(guides::guide_model_info))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
}
