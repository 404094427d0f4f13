//! Is it alive, and what is live.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use workflow::Tenure;

use super::problem::Problem;

/// The process answers.
pub async fn alive() -> &'static str {
    "ok"
}

/// Database, and the live model of each use case. 503 when the database does not answer.
pub async fn health(State(tenure): State<Tenure>) -> Result<Response, Problem> {
    if !tenure.store().is_alive().await {
        return Ok((StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "database": "failed" }))).into_response());
    }
    let mut models = Vec::new();
    for use_case in tenure.use_cases() {
        models.push(match tenure.live(&use_case.id).await? {
            Some(live) => json!({
                "use_case": use_case.id,
                "version": live.version.version,
                "stage": live.version.stage,
                "candidate": live.version.candidate,
                "promoted_at": workflow::time_text(live.change.changed_at),
                "data_hash": live.model().lineage.data_hash,
            }),
            None => json!({ "use_case": use_case.id, "version": null, "why": tenure.nothing_serves_since(&use_case.id).await? }),
        });
    }
    Ok(Json(json!({ "database": "ok", "models": models })).into_response())
}
