//! Downloads.

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use views::PeopleQuery;
use workflow::{Actor, Error, Tenure};

use super::problem::Problem;

/// The people that the query of the dashboard asks for, as CSV.
pub async fn people_csv(
    State(tenure): State<Tenure>,
    Path(id): Path<String>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let query = PeopleQuery::from_pairs(pairs).map_err(Error::Invalid)?;
    let text = tenure.people_csv(&Actor::local(), &id, &query).await?;
    let name = format!("attachment; filename=\"{id}-{}.csv\"", workflow::today());
    Ok(([(header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, name)], text).into_response())
}

/// The live model file, by its content: a browser that has it already gets 304.
pub async fn live_model(State(tenure): State<Tenure>, Path(id): Path<String>, headers: HeaderMap) -> Result<Response, Problem> {
    let live = tenure.expect_live(&id).await?;
    let tag = format!("\"{}\"", live.version.model_hash);
    if headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    }
    let (bytes, _) = tenure.model_file(&live.version).await?;
    Ok(([(header::CONTENT_TYPE, "application/octet-stream".to_owned()), (header::ETAG, tag)], bytes).into_response())
}

/// A file of a run. Shown as plain data, never as a page of this site.
pub async fn run_file(State(tenure): State<Tenure>, Path((id, name)): Path<(String, String)>) -> Result<Response, Problem> {
    let (bytes, media_type) = tenure.run_artifact(&Actor::local(), &id, &name).await?;
    let safe: String = name.chars().filter(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_')).collect();
    let disposition = format!("attachment; filename=\"{safe}\"");
    Ok(([(header::CONTENT_TYPE, media_type), (header::CONTENT_DISPOSITION, disposition)], bytes).into_response())
}
