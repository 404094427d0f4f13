//! Exports of drift checks, and the form of the monitoring policy.

use std::collections::HashMap;

use axum::Form;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::{MonitoringSetting, Route};
use workflow::{Error, ExportFormat, PolicyChange, Tenure};

use crate::web::accounts::{Answer, redirect_with_flash};
use crate::web::auth::AuthUser;
use crate::web::problem::Problem;
use crate::web::state::AppState;

fn download(bytes: impl IntoResponse, media_type: &str, name: &str) -> Response {
    let disposition = format!("attachment; filename=\"{name}\"");
    (
        [
            (header::CONTENT_TYPE, media_type.to_owned()),
            (header::CONTENT_DISPOSITION, disposition),
        ],
        bytes,
    )
        .into_response()
}

/// The fairness of each cycle as CSV.
pub async fn fairness(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let text = tenure.fairness_in_use_csv(&actor.member()?, &id).await?;
    let name = format!("fairness-{id}-{}.csv", workflow::today());
    Ok(download(text, "text/csv; charset=utf-8", &name))
}

/// The performance of each evaluated cycle as CSV.
pub async fn performance(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let text = tenure.performance_csv(&actor.member()?, &id).await?;
    let name = format!("performance-{id}-{}.csv", workflow::today());
    Ok(download(text, "text/csv; charset=utf-8", &name))
}

/// A drift check as `html`, `csv`, `json` or `guide`.
pub async fn check(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path((id, check, format)): Path<(String, String, String)>,
) -> Result<Response, Problem> {
    let page = tenure
        .drift_check(&actor.member()?, &id, &check.into())
        .await?;
    let name = format!("drift-{}-{}", page.use_case.id, page.check.as_of);
    if format == "html" {
        return Ok(download(
            pages::drift_report(&page),
            "text/html; charset=utf-8",
            &format!("{name}.html"),
        ));
    }
    let found = ExportFormat::from_name(&format).ok_or_else(|| {
        Error::NotFound(format!(
            "A drift check cannot be exported as “{format}”. Use html, csv, json or guide."
        ))
    })?;
    let ending = if found == ExportFormat::Csv {
        "csv"
    } else {
        "json"
    };
    Ok(download(
        page.export(found)?,
        found.media_type(),
        &format!("{name}.{ending}"),
    ))
}

/// Sets the monitoring policy and redirects to its page, with what was done or with the problems
/// and what was sent.
pub async fn set_policy(
    State(state): State<AppState>,
    AuthUser(actor): AuthUser,
    Path(use_case): Path<String>,
    Form(form): Form<HashMap<String, String>>,
) -> Answer {
    let admin = actor.admin()?;
    let sent = |key: &str| form.get(key).map_or("", String::as_str);
    let change = PolicyChange {
        use_case: use_case.clone(),
        preset: sent("preset").to_owned(),
        settings: MonitoringSetting::ALL
            .iter()
            .filter_map(|own| Some((*own, form.get(own.as_str())?.clone())))
            .collect(),
        reason: sent("reason").to_owned(),
        from_version: sent("version").parse().ok(),
    };
    let page = Route::MonitoringPolicy {
        use_case: use_case.as_str().into(),
    };
    let told: Vec<(String, String)> =
        match state.tenure.set_monitoring_policy(&admin, &change).await {
            Ok(version) => {
                let done = format!("Version {} is in force.", version.version);
                return redirect_with_flash(&state, &page, &[("done", &done)]);
            }
            Err(Error::Fields(problems)) => problems
                .into_iter()
                .map(|problem| (format!("problem-{}", problem.field), problem.message))
                .collect(),
            Err(error @ (Error::Conflict { .. } | Error::Invalid(_))) => {
                vec![("problem".to_owned(), error.to_string())]
            }
            Err(error) => return Err(Problem(error)),
        };
    let pairs: Vec<(&str, &str)> = told
        .iter()
        .map(|(key, value)| (key, value))
        .chain(&form)
        .map(|(key, value)| (key.as_str(), value.as_str()))
        .collect();
    redirect_with_flash(&state, &page, &pairs)
}
