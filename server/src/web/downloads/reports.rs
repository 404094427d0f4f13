//! Reports as files, drawn with the same views as the pages.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::VersionNumber;
use serde::Deserialize;
use workflow::{Error, Tenure};

use crate::web::auth::AuthUser;
use crate::web::problem::Problem;

/// Query parameters of a fairness report.
#[derive(Debug, Deserialize)]
pub struct Cutoff {
    #[serde(default)]
    cutoff: Option<f64>,
}

/// The fairness report of a version.
pub async fn fairness(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path((use_case, version)): Path<(String, VersionNumber)>,
    Query(Cutoff { cutoff }): Query<Cutoff>,
) -> Result<Response, Problem> {
    let report = tenure
        .fairness(&actor.member()?, &use_case, version, cutoff)
        .await?;
    let name = format!("fairness-{use_case}-{version}.html");
    html(&name, move || {
        pages::fairness::file(&report, &workflow::today().long())
    })
    .await
}

/// The model card of a version as a self-contained page.
pub async fn card_page(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path((use_case, version)): Path<(String, VersionNumber)>,
) -> Result<Response, Problem> {
    let page = tenure
        .model_card(&actor.member()?, &use_case, version)
        .await?;
    html(
        &format!("model-card-{use_case}-{version}.html"),
        move || pages::card::file(&page, &workflow::today().long()),
    )
    .await
}

/// The model card of a version in Markdown.
pub async fn card_markdown(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path((use_case, version)): Path<(String, VersionNumber)>,
) -> Result<Response, Problem> {
    let text = tenure
        .model_card(&actor.member()?, &use_case, version)
        .await?
        .card
        .markdown();
    let kind = (
        header::CONTENT_TYPE,
        "text/markdown; charset=utf-8".to_owned(),
    );
    Ok((
        [
            kind,
            attachment(&format!("model-card-{use_case}-{version}.md")),
        ],
        text,
    )
        .into_response())
}

/// Which runs to compare, separated by commas.
#[derive(Debug, Deserialize)]
pub struct Runs {
    ids: String,
}

/// Runs side by side.
pub async fn comparison(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Query(Runs { ids }): Query<Runs>,
) -> Result<Response, Problem> {
    let ids: Vec<String> = ids.split(',').map(str::to_owned).collect();
    let comparison = tenure.compare(&actor.member()?, &ids).await?;
    html("comparison.html", move || {
        pages::runs::compare::file(&comparison, &workflow::today().long())
    })
    .await
}

/// The profile of a dataset version as a self-contained page.
pub async fn profile_page(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path((use_case, dataset)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let (dataset, profile) = tenure
        .labeled_profile(&actor.member()?, Some(&use_case), &dataset)
        .await?;
    let name = format!("profile-{}.html", dataset.name);
    html(&name, move || {
        pages::datasets::file(&dataset, &profile, &workflow::today().long())
    })
    .await
}

/// The profile of a dataset version as JSON.
pub async fn profile_json(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path((use_case, dataset)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let (dataset, profile) = tenure
        .data_profile(&actor.member()?, Some(&use_case), &dataset)
        .await?;
    Ok((
        [attachment(&format!("profile-{}.json", dataset.name))],
        Json(&*profile),
    )
        .into_response())
}

/// An HTML file, rendered off the async threads.
async fn html(
    name: &str,
    write: impl FnOnce() -> String + Send + 'static,
) -> Result<Response, Problem> {
    let text = tokio::task::spawn_blocking(write)
        .await
        .map_err(Error::caused)?;
    Ok((
        [
            (header::CONTENT_TYPE, "text/html; charset=utf-8".to_owned()),
            attachment(name),
        ],
        text,
    )
        .into_response())
}

fn attachment(name: &str) -> (header::HeaderName, String) {
    let safe: String = name
        .chars()
        .filter(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_'))
        .collect();
    (
        header::CONTENT_DISPOSITION,
        format!("attachment; filename=\"{safe}\""),
    )
}
