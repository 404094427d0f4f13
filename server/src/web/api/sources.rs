//! Sources that people are imported from. They are added on the page or the command line: a source
//! is an address that the server connects to.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::{Date, Purpose, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use workflow::{Import, Imported, Scope, Tenure};

use super::input::{Body, Params, Path};
use super::openapi::Failures;
use super::paging::{Page, Paging, page};
use super::paths::{OfSource, OfUseCase};
use crate::web::auth::AuthUser;
use crate::web::problem::Problem;

/// A source.
#[derive(Debug, Serialize, ToSchema)]
pub struct SourceRow {
    pub name: String,
    pub address: String,
    /// Empty for a folder, and for a database that scores are only written to.
    pub query: String,
    pub row_limit: i64,
    /// Seconds that a reading may take.
    pub seconds: i64,
    pub created_by: String,
    pub created_at: Timestamp,
}

/// The sources of a use case. A token needs the scope `data`.
#[utoipa::path(get, path = "/use-cases/{use_case}/sources", tag = "datasets", params(OfUseCase, Paging), responses((status = 200, body = Page<SourceRow>), Failures))]
pub async fn list_sources(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path(of): Path<OfUseCase>,
    Params(paging): Params<Paging>,
) -> Result<Json<Page<SourceRow>>, Problem> {
    let admin = actor.admin_for(Scope::Data)?;
    tenure.use_case(&of.use_case)?;
    let all = tenure.data_sources(&admin, Some(&of.use_case)).await?;
    let row = |own: workflow::sources::Source| SourceRow {
        name: own.name,
        address: own.address,
        query: own.query,
        row_limit: own.row_limit,
        seconds: own.seconds,
        created_by: own.created_by.into_string(),
        created_at: own.created_at,
    };
    let all = all.into_iter().map(row).collect();
    Ok(Json(page(all, &paging, |own: &SourceRow| {
        own.name.clone()
    })?))
}

/// What a source gave.
#[derive(Debug, Serialize, ToSchema)]
pub struct SourceTested {
    pub columns: Vec<String>,
    pub rows: usize,
    /// There are more rows than the test asks for.
    pub more: bool,
}

/// Reads the first rows of a source and keeps none. A token needs the scope `data`.
#[utoipa::path(post, path = "/use-cases/{use_case}/sources/{source}/test", tag = "datasets", params(OfSource), responses((status = 200, body = SourceTested), Failures))]
pub async fn test_source(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path(of): Path<OfSource>,
) -> Result<Json<SourceTested>, Problem> {
    let rows = tenure
        .test_source(&actor.admin_for(Scope::Data)?, &of.use_case, &of.source)
        .await?;
    Ok(Json(SourceTested {
        columns: rows.columns,
        rows: rows.rows,
        more: rows.more,
    }))
}

/// An import from a source.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FromSource {
    /// The day that the rows describe; today when absent.
    pub as_of: Option<Date>,
    /// What the data is for.
    pub purpose: Option<Purpose>,
}

/// Imports a dataset from a source. A token needs the scope `data`.
#[utoipa::path(post, path = "/use-cases/{use_case}/sources/{source}/import", tag = "datasets", params(OfSource), request_body = FromSource, responses((status = 201, body = Imported), (status = 200, description = "It was there already.", body = Imported), Failures))]
pub async fn import_from_source(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path(of): Path<OfSource>,
    Body(wanted): Body<FromSource>,
) -> Result<Response, Problem> {
    let import = Import {
        use_case: of.use_case,
        as_of: wanted.as_of.map(|day| day.to_string()),
        purpose: wanted.purpose,
        ..Import::default()
    };
    let imported = tenure
        .import_from(&actor.admin_for(Scope::Data)?, &of.source, import)
        .await?;
    let status = if imported.new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    Ok((status, Json(imported)).into_response())
}
