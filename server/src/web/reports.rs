//! Reports as files of their own: the same views as on the pages.

use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use workflow::{Error, Tenure};

use super::caller::Caller;
use super::problem::Problem;

/// What the address of a fairness report may ask for.
#[derive(Debug, Deserialize)]
pub struct Cutoff {
    #[serde(default)]
    cutoff: Option<f64>,
}

/// The fairness report of a version.
pub async fn fairness(
    State(tenure): State<Tenure>,
    Caller(actor): Caller,
    Path((use_case, version)): Path<(String, i64)>,
    Query(Cutoff { cutoff }): Query<Cutoff>,
) -> Result<Response, Problem> {
    let report = tenure.fairness(&actor.member()?, &use_case, version, cutoff).await?;
    let name = format!("fairness-{use_case}-{version}.html");
    html(&name, move || app::pages::fairness::file(&report, &workflow::today())).await
}

/// A file of HTML, written off the async threads.
async fn html(name: &str, write: impl FnOnce() -> String + Send + 'static) -> Result<Response, Problem> {
    let text = tokio::task::spawn_blocking(write).await.map_err(|error| Error::Internal(error.to_string()))?;
    Ok(([(header::CONTENT_TYPE, "text/html; charset=utf-8".to_owned()), attachment(name)], text).into_response())
}

fn attachment(name: &str) -> (header::HeaderName, String) {
    let safe: String = name.chars().filter(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_')).collect();
    (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{safe}\""))
}
