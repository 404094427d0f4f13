//! Model versions: what is live, cards, evidence, history.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use domain::{Estimate, Timestamp, VersionNumber};
use model::{Field, MissingPolicy};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};
use workflow::card::CardPage;
use workflow::runs::{VersionPage, VersionRow};
use workflow::{Error, LiveChange, Scope, Tenure};

use super::input::{Body, Params, Path};
use super::openapi::Failures;
use super::paging::{Page, Paging, page};
use super::paths::{OfUseCase, OfVersion};
use crate::web::auth::AuthUser;
use crate::web::problem::Problem;

/// `?use_case=attrition`, and optionally a time in the past.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct WhichLive {
    /// Id of the use case.
    #[param(example = "attrition")]
    use_case: String,
    /// A day or a time (RFC 3339, UTC): what was live then.
    #[param(example = "2026-06-30")]
    as_of: Option<String>,
}

/// An input of a record.
#[derive(Debug, Serialize, ToSchema)]
pub struct InputField {
    pub name: String,
    pub label: String,
    /// `integer`, `real`, `ordinal`, `nominal`, `boolean`, `years_since`, `months_since`
    #[schema(value_type = String)]
    pub kind: model::Kind,
    pub unit: String,
    /// Smallest and largest value allowed.
    pub range: Option<[f64; 2]>,
    /// Allowed values, in order.
    pub levels: Vec<String>,
    /// Whether null is a value of it; a record states the field all the same.
    pub may_be_missing: bool,
}

impl InputField {
    /// How a field of a use case is told.
    pub fn of(field: &Field) -> Self {
        Self {
            name: field.name.clone(),
            label: field.label.clone(),
            kind: field.kind,
            unit: field.unit.clone(),
            range: field.range,
            levels: field.levels.clone(),
            may_be_missing: field.missing != MissingPolicy::Refuse,
        }
    }
}

/// The live version, with the fields of a record.
#[derive(Debug, Serialize, ToSchema)]
pub struct LiveVersion {
    pub use_case: String,
    pub version: VersionNumber,
    pub stage: String,
    pub candidate: String,
    pub created_at: Timestamp,
    pub data_hash: String,
    pub model_hash: String,
    /// Probability from which a person is decided on.
    pub cutoff: f64,
    /// Of the version: the use case may state another one by now.
    pub horizon_days: Option<u32>,
    pub metrics: BTreeMap<String, Estimate>,
    pub fields: Vec<InputField>,
}

/// What was live at a time.
#[derive(Debug, Serialize, ToSchema)]
pub struct LiveThen {
    pub use_case: String,
    pub as_of: String,
    /// Null: nothing was live.
    pub version: Option<VersionNumber>,
    /// The change that made it so.
    pub change: Option<LiveChange>,
}

/// What is live, or was.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum LiveAnswer {
    Now(Box<LiveVersion>),
    Then(LiveThen),
}

/// The live version of a use case with its input fields; with `as_of`, the version live at that
/// time and the change that made it live.
#[utoipa::path(get, path = "/model", tag = "models", params(WhichLive), responses((status = 200, body = LiveAnswer), (status = 304, description = "The caller has it already."), Failures))]
pub async fn live(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Params(which): Params<WhichLive>,
) -> Result<Json<LiveAnswer>, Problem> {
    if let Some(moment) = which.as_of {
        let change = tenure
            .live_as_of(&actor.member()?, &which.use_case, &moment)
            .await?;
        return Ok(Json(LiveAnswer::Then(LiveThen {
            use_case: which.use_case,
            version: change.as_ref().and_then(|change| change.version),
            as_of: moment,
            change,
        })));
    }
    let page = tenure
        .live_version(&actor.member()?, &which.use_case)
        .await?;
    let use_case = tenure.use_case(&which.use_case)?;
    let (_, model, _) = tenure
        .registered(&actor.member()?, &which.use_case, page.version.version)
        .await?;
    Ok(Json(LiveAnswer::Now(Box::new(LiveVersion {
        use_case: use_case.id.clone(),
        version: page.version.version,
        stage: page.version.stage,
        candidate: page.version.candidate,
        created_at: page.version.created_at,
        data_hash: page.data_hash,
        model_hash: page.model_hash,
        cutoff: use_case.policies.cutoff,
        horizon_days: model.use_case.horizon_days,
        metrics: page.version.metrics.into_iter().collect(),
        fields: use_case.inputs().map(InputField::of).collect(),
    }))))
}

/// `?use_case=attrition`, and optionally a version by its number or alias.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// Id of the use case.
    #[param(example = "attrition")]
    use_case: String,
    /// Number or alias of a version.
    version: Option<String>,
}

/// What happened to the models of a use case.
#[derive(Debug, Serialize, ToSchema)]
pub struct TimelineAnswer {
    pub use_case: String,
    pub version: Option<VersionNumber>,
    /// Newest first; `kind` says what happened.
    #[schema(value_type = Vec<Object>)]
    pub entries: Vec<domain::timeline::TimelineEntry>,
}

/// What happened to the models of a use case and what is due, newest first.
#[utoipa::path(get, path = "/timeline", tag = "models", params(Line), responses((status = 200, body = TimelineAnswer), Failures))]
pub async fn timeline(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Params(line): Params<Line>,
) -> Result<Json<TimelineAnswer>, Problem> {
    let member = actor.member()?;
    let version = match &line.version {
        Some(version) => Some(
            tenure
                .version_called(&member, &line.use_case, version)
                .await?,
        ),
        None => None,
    };
    let entries = tenure.timeline(&member, &line.use_case, version).await?;
    Ok(Json(TimelineAnswer {
        use_case: line.use_case,
        version,
        entries,
    }))
}

/// The versions of a use case, newest first.
#[utoipa::path(get, path = "/use-cases/{use_case}/models", tag = "models", params(OfUseCase, Paging), responses((status = 200, body = Page<VersionRow>), (status = 304, description = "The caller has it already."), Failures))]
pub async fn list_models(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path(of): Path<OfUseCase>,
    Params(paging): Params<Paging>,
) -> Result<Json<Page<VersionRow>>, Problem> {
    tenure.use_case(&of.use_case)?;
    let all = tenure.versions(&actor.member()?, &of.use_case).await?;
    let key = |own: &VersionRow| own.version.to_string();
    Ok(Json(page(all, &paging, key)?))
}

/// A model version.
#[utoipa::path(get, path = "/use-cases/{use_case}/models/{version}", tag = "models", params(OfVersion), responses((status = 200, body = VersionPage), (status = 304, description = "The caller has it already."), Failures))]
pub async fn show_model(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path(of): Path<OfVersion>,
) -> Result<Json<VersionPage>, Problem> {
    Ok(Json(
        tenure
            .version_page(&actor.member()?, &of.use_case, of.version)
            .await?,
    ))
}

/// The model card of a version.
#[utoipa::path(get, path = "/use-cases/{use_case}/models/{version}/card", tag = "models", params(OfVersion), responses((status = 200, body = CardPage), (status = 304, description = "The caller has it already."), Failures))]
pub async fn model_card(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path(of): Path<OfVersion>,
) -> Result<Json<CardPage>, Problem> {
    Ok(Json(
        tenure
            .model_card(&actor.member()?, &of.use_case, of.version)
            .await?,
    ))
}

/// What a version has learned: importance and effects of its fields.
#[utoipa::path(get, path = "/use-cases/{use_case}/models/{version}/explanation", tag = "models", params(OfVersion), responses((status = 200, body = Object), (status = 304, description = "The caller has it already."), Failures))]
pub async fn model_explanation(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path(of): Path<OfVersion>,
) -> Result<Json<Value>, Problem> {
    let explanation = tenure
        .explanation(&actor.member()?, &of.use_case, of.version)
        .await?;
    Ok(Json(
        serde_json::to_value(&*explanation).map_err(Error::caused)?,
    ))
}

/// The cutoff of a fairness report.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct AtCutoff {
    /// A probability; that of the use case when absent.
    #[param(minimum = 0, maximum = 1)]
    cutoff: Option<f64>,
}

/// The fairness of a version on its test set, by protected attribute.
#[utoipa::path(get, path = "/use-cases/{use_case}/models/{version}/fairness", tag = "models", params(OfVersion, AtCutoff), responses((status = 200, body = Object), (status = 304, description = "The caller has it already."), Failures))]
pub async fn model_fairness(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path(of): Path<OfVersion>,
    Params(at): Params<AtCutoff>,
) -> Result<Json<Value>, Problem> {
    if at
        .cutoff
        .is_some_and(|cutoff| !(0.0..=1.0).contains(&cutoff))
    {
        return Err(Problem(Error::field(
            "cutoff",
            domain::ProblemCode::OutOfRange,
            "Give a probability from 0 to 1.",
        )));
    }
    let report = tenure
        .fairness(&actor.member()?, &of.use_case, of.version, at.cutoff)
        .await?;
    Ok(Json(serde_json::to_value(report).map_err(Error::caused)?))
}

/// Changes of what is live, oldest first.
#[utoipa::path(get, path = "/use-cases/{use_case}/live-history", tag = "models", params(OfUseCase, Paging), responses((status = 200, body = Page<LiveChange>), (status = 304, description = "The caller has it already."), Failures))]
pub async fn live_history(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path(of): Path<OfUseCase>,
    Params(paging): Params<Paging>,
) -> Result<Json<Page<LiveChange>>, Problem> {
    tenure.use_case(&of.use_case)?;
    let all = tenure.live_history(&actor.member()?, &of.use_case).await?;
    let key = |own: &LiveChange| own.sequence.to_string();
    Ok(Json(page(all, &paging, key)?))
}

/// Labels of a version; what is absent stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLabels {
    pub description: Option<String>,
    /// An alias that names this version from now on.
    pub alias: Option<String>,
    /// Names and values; an empty value removes the tag.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
}

/// Describes, tags or names a version. A token needs the scope `admin`.
#[utoipa::path(post, path = "/use-cases/{use_case}/models/{version}/labels", tag = "models", params(OfVersion), request_body = NewLabels, responses((status = 200, body = VersionPage), Failures))]
pub async fn label_model(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path(of): Path<OfVersion>,
    Body(labels): Body<NewLabels>,
) -> Result<Json<VersionPage>, Problem> {
    let admin = actor.admin_for(Scope::Admin)?;
    if let Some(description) = &labels.description {
        tenure
            .describe_version(&admin, &of.use_case, of.version, description)
            .await?;
    }
    for (name, value) in &labels.tags {
        tenure
            .tag_version(&admin, &of.use_case, of.version, name, value)
            .await?;
    }
    if let Some(alias) = &labels.alias {
        tenure
            .alias_version(&admin, &of.use_case, of.version, alias)
            .await?;
    }
    Ok(Json(
        tenure
            .version_page(&admin.member(), &of.use_case, of.version)
            .await?,
    ))
}

/// The evidence that a decision on a version rests on.
#[derive(Debug, Serialize, ToSchema)]
pub struct EvidenceAnswer {
    /// SHA-256 of the evidence, when a request is bound to it.
    pub evidence_hash: Option<String>,
    /// Gates, metrics, error analysis, stability, proxies.
    #[schema(value_type = Object)]
    pub evidence: Value,
    /// The newest request and what was decided on it.
    #[schema(value_type = Object)]
    pub review: Value,
}

/// The evidence of a version: what a reviewer sees.
#[utoipa::path(get, path = "/use-cases/{use_case}/models/{version}/evidence", tag = "models", params(OfVersion), responses((status = 200, body = EvidenceAnswer), (status = 304, description = "The caller has it already."), Failures))]
pub async fn model_evidence(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path(of): Path<OfVersion>,
) -> Result<Json<EvidenceAnswer>, Problem> {
    let page = tenure
        .review_page(&actor.member()?, &of.use_case, of.version)
        .await?;
    let review = json!({
        "request": page.request, "decisions": page.decisions, "waivers": page.waivers, "comments": page.comments,
        "tags": page.tags.into_iter().collect::<BTreeMap<_, _>>(), "aliases": page.aliases, "stale": page.stale,
    });
    Ok(Json(EvidenceAnswer {
        evidence_hash: page.evidence_hash,
        evidence: serde_json::to_value(&*page.package).map_err(Error::caused)?,
        review,
    }))
}
