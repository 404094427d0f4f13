//! Health checks.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use workflow::{Error, Result, Tenure};

use super::problem::{Problem, RETRY_AFTER};

/// The process responds.
pub async fn alive() -> &'static str {
    "ok"
}

/// Database, and the live model of each use case. 503 when the database cannot be read or written.
pub async fn health(State(tenure): State<Tenure>) -> Response {
    let writable = tenure.store().is_writable().await;
    match models(&tenure).await {
        Ok(models) if writable => {
            Json(json!({ "database": "ok", "writable": true, "models": models })).into_response()
        }
        Ok(models) => {
            unavailable(&json!({ "database": "ok", "writable": false, "models": models }))
        }
        Err(Error::Unavailable(_)) => {
            unavailable(&json!({ "database": "failed", "writable": writable }))
        }
        Err(error) => Problem(error).into_response(),
    }
}

fn unavailable(body: &Value) -> Response {
    (
        StatusCode::SERVICE_UNAVAILABLE,
        [(header::RETRY_AFTER, RETRY_AFTER.to_string())],
        Json(body),
    )
        .into_response()
}

async fn models(tenure: &Tenure) -> Result<Vec<Value>> {
    let mut models = Vec::new();
    for use_case in tenure.use_cases() {
        models.push(match tenure.live(&use_case.id).await? {
            Some(live) => json!({
                "use_case": use_case.id,
                "version": live.version.version,
                "stage": live.version.stage,
                "candidate": live.version.candidate,
                "promoted_at": live.change.changed_at,
                "data_hash": tenure.live_data_hash(&live).await?,
            }),
            None => json!({ "use_case": use_case.id, "version": null, "why": tenure.nothing_serves_since(&use_case.id).await? }),
        });
    }
    Ok(models)
}
