//! Downloads: tables of people, audit log, model file, files of runs.

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::{PeopleQuery, TableFormat};
use workflow::{Error, Tenure};

use crate::web::auth::AuthUser;
use crate::web::problem::Problem;

/// The people that match the query of the dashboard, as CSV.
pub async fn people_csv(
    tenure: State<Tenure>,
    user: AuthUser,
    use_case: Path<String>,
    query: Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    people(tenure, user, use_case, query, TableFormat::Csv).await
}

/// The same as an Excel workbook.
pub async fn people_excel(
    tenure: State<Tenure>,
    user: AuthUser,
    use_case: Path<String>,
    query: Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    people(tenure, user, use_case, query, TableFormat::Excel).await
}

/// The same as a Parquet file.
pub async fn people_parquet(
    tenure: State<Tenure>,
    user: AuthUser,
    use_case: Path<String>,
    query: Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    people(tenure, user, use_case, query, TableFormat::Parquet).await
}

async fn people(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path(id): Path<String>,
    Query(pairs): Query<Vec<(String, String)>>,
    format: TableFormat,
) -> Result<Response, Problem> {
    let why = pairs
        .iter()
        .rev()
        .find(|(key, _)| key == "why")
        .map(|(_, value)| value.clone())
        .unwrap_or_default();
    let query = PeopleQuery::from_pairs(pairs).map_err(Error::Invalid)?;
    let bytes = tenure
        .people_file(&actor.analyst()?, &id, &query, &why, format)
        .await?;
    let name = format!(
        "attachment; filename=\"{id}-{}.{format}\"",
        workflow::today()
    );
    Ok((
        [
            (header::CONTENT_TYPE, format.media_type().to_owned()),
            (header::CONTENT_DISPOSITION, name),
        ],
        bytes,
    )
        .into_response())
}

/// The whole audit log as JSON lines.
pub async fn record(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
) -> Result<Response, Problem> {
    let lines = tenure.audit_export(&actor.member()?).await?;
    let name = format!(
        "attachment; filename=\"audit-log-{}.jsonl\"",
        workflow::today()
    );
    Ok((
        [
            (header::CONTENT_TYPE, "application/jsonl".to_owned()),
            (header::CONTENT_DISPOSITION, name),
        ],
        lines,
    )
        .into_response())
}

/// The audit log entries that match the filters of the page, as CSV.
pub async fn record_csv(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let query = workflow::AuditQuery::from_pairs(&pairs);
    let text = tenure.audit_csv(&actor.member()?, &query).await?;
    let name = format!(
        "attachment; filename=\"audit-log-{}.csv\"",
        workflow::today()
    );
    Ok((
        [
            (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
            (header::CONTENT_DISPOSITION, name),
        ],
        text,
    )
        .into_response())
}

/// A model of the live version (the final one, or the one whose `name` a page was given), with its
/// name as the ETag: a browser that already has it gets 304.
pub async fn live_model(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path(id): Path<String>,
    Query(pairs): Query<Vec<(String, String)>>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let asked = pairs.iter().find(|(key, _)| key == "name");
    let asked = asked.map_or("", |(_, name)| name.as_str());
    let quoted = |hash: &str| format!("\"{hash}\"");
    let known = |hash: &str| {
        headers
            .get(header::IF_NONE_MATCH)
            .is_some_and(|known| known.as_bytes() == quoted(hash).as_bytes())
    };
    let (hash, bytes) = tenure
        .live_file(&actor.analyst()?, &id, asked, known)
        .await?;
    let tag = quoted(&hash);
    let Some(bytes) = bytes else {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    };
    Ok((
        [
            (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
            (header::ETAG, tag),
        ],
        bytes,
    )
        .into_response())
}

/// A file of a run, as an attachment, never as a page of this site.
pub async fn run_file(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path((id, name)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let (bytes, media_type) = tenure.run_artifact(&actor.member()?, &id, &name).await?;
    let safe: String = name
        .chars()
        .filter(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_'))
        .collect();
    let disposition = format!("attachment; filename=\"{safe}\"");
    Ok((
        [
            (header::CONTENT_TYPE, media_type),
            (header::CONTENT_DISPOSITION, disposition),
        ],
        bytes,
    )
        .into_response())
}
