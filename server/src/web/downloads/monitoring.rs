//! Exports of drift checks.

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use workflow::{Error, ExportFormat, Tenure};

use crate::web::auth::AuthUser;
use crate::web::problem::Problem;

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
