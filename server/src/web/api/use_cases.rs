//! Use cases and their definitions.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use model::UseCase;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use workflow::{FeatureCatalog, Scope, Tenure};

use super::input::{Body, Params, Path};
use super::openapi::Failures;
use super::paging::{Page, Paging, page};
use super::paths::OfUseCase;
use super::registry::InputField;
use crate::web::auth::AuthUser;
use crate::web::problem::Problem;

/// A use case in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct UseCaseRow {
    pub id: String,
    pub title: String,
    pub description: String,
    /// Days within which the event must happen; null where nobody has stated it.
    pub horizon_days: Option<u32>,
}

/// A use case.
#[derive(Debug, Serialize, ToSchema)]
pub struct UseCaseView {
    #[serde(flatten)]
    pub row: UseCaseRow,
    /// Column that names a person.
    pub id_column: Option<String>,
    /// Column with the date or period of a row.
    pub time_column: Option<String>,
    /// Probability from which a person is decided on.
    pub cutoff: f64,
    /// Risk bands, ascending.
    pub bands: Vec<RiskBand>,
    /// Fields by which people can be filtered.
    pub segments: Vec<String>,
    /// Fields that fairness is audited by.
    pub audited: Vec<String>,
    /// Purposes of access, of which one is named as `why` before people are read.
    pub purposes: Vec<AccessPurpose>,
    /// What a record states.
    pub inputs: Vec<InputField>,
}

/// A risk band.
#[derive(Debug, Serialize, ToSchema)]
pub struct RiskBand {
    pub name: String,
    /// Lower end, a probability.
    pub from: f64,
}

/// A purpose of access.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccessPurpose {
    /// What is sent as `why`.
    pub key: String,
    pub text: String,
}

fn row(use_case: &UseCase) -> UseCaseRow {
    UseCaseRow {
        id: use_case.id.clone(),
        title: use_case.title.clone(),
        description: use_case.description.clone(),
        horizon_days: use_case.horizon_days,
    }
}

/// The use cases.
#[utoipa::path(get, path = "/use-cases", tag = "use cases", params(Paging), responses((status = 200, body = Page<UseCaseRow>), Failures))]
pub async fn list_use_cases(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Params(paging): Params<Paging>,
) -> Result<Json<Page<UseCaseRow>>, Problem> {
    actor.member()?;
    let all = tenure.use_cases().iter().map(|own| row(own)).collect();
    Ok(Json(page(all, &paging, |own: &UseCaseRow| own.id.clone())?))
}

/// A use case with the fields of a record.
#[utoipa::path(get, path = "/use-cases/{use_case}", tag = "use cases", params(OfUseCase), responses((status = 200, body = UseCaseView), Failures))]
pub async fn show_use_case(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path(of): Path<OfUseCase>,
) -> Result<Json<UseCaseView>, Problem> {
    actor.member()?;
    let own: Arc<UseCase> = tenure.use_case(&of.use_case)?;
    let bands = own.bands.iter().map(|band| RiskBand {
        name: band.name.clone(),
        from: band.from,
    });
    let purposes = tenure
        .purposes(&own.id)
        .iter()
        .map(|purpose| AccessPurpose {
            key: purpose.key.clone(),
            text: purpose.text.clone(),
        });
    Ok(Json(UseCaseView {
        row: row(&own),
        id_column: own.id_column.clone(),
        time_column: own.time_column.clone(),
        cutoff: own.policies.cutoff,
        bands: bands.collect(),
        segments: own.segments.clone(),
        audited: own.audited.clone(),
        purposes: purposes.collect(),
        inputs: own.inputs().map(InputField::of).collect(),
    }))
}

/// Which version of a definition.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct WhichDefinition {
    /// Number of the version; the one in force when absent.
    pub version: Option<u32>,
}

/// The definition of a use case as TOML.
#[utoipa::path(get, path = "/use-cases/{use_case}/definition", tag = "use cases", params(OfUseCase, WhichDefinition), responses((status = 200, body = String, content_type = "application/toml"), Failures))]
pub async fn use_case_definition(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path(of): Path<OfUseCase>,
    Params(which): Params<WhichDefinition>,
) -> Result<Response, Problem> {
    let text = tenure
        .use_case_text(&actor.member()?, &of.use_case, which.version)
        .await?;
    Ok(([(header::CONTENT_TYPE, "application/toml")], text).into_response())
}

/// The feature catalog of a use case: definition, missing rates, last drift of each field.
#[utoipa::path(get, path = "/use-cases/{use_case}/features", tag = "use cases", params(OfUseCase), responses((status = 200, body = FeatureCatalog), Failures))]
pub async fn use_case_features(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path(of): Path<OfUseCase>,
) -> Result<Json<FeatureCatalog>, Problem> {
    Ok(Json(
        tenure
            .feature_catalog(&actor.member()?, &of.use_case)
            .await?,
    ))
}

/// A definition.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDefinition {
    /// The definition, as in `docs/use-cases.md`.
    pub toml: String,
}

/// What became of a definition.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportedDefinition {
    pub use_case: String,
    pub version: u32,
    /// False: the newest version says the same.
    pub new: bool,
}

/// Imports a use case, or a new version of one. A token needs the scope `admin`.
#[utoipa::path(post, path = "/use-cases", tag = "use cases", request_body = NewDefinition, responses((status = 201, body = ImportedDefinition), Failures))]
pub async fn import_use_case(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Body(new): Body<NewDefinition>,
) -> Result<(StatusCode, Json<ImportedDefinition>), Problem> {
    let imported = tenure
        .import_use_case(&actor.admin_for(Scope::Admin)?, new.toml)
        .await?;
    let answer = ImportedDefinition {
        use_case: imported.definition.use_case.to_string(),
        version: imported.definition.version,
        new: imported.new,
    };
    Ok((StatusCode::CREATED, Json(answer)))
}
