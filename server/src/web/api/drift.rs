//! Drift of submitted rows or scores, and drift checks.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::{CheckId, Date, VersionNumber};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use workflow::{DriftCheck, DriftNote, Error, RowsReport, Scope, Tenure};

use super::input::{Body, Params, Path};
use super::openapi::Failures;
use super::paging::{Page, Paging, page};
use super::paths::{OfCheck, OfUseCase};
use super::scoring::{Values, texts};
use crate::web::auth::AuthUser;
use crate::web::problem::Problem;

/// `{"use_case": "attrition", "rows": [{"OverTime": "Yes", …}, …]}`
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rows {
    #[schema(example = "attrition")]
    use_case: String,
    /// Records by field name.
    #[schema(value_type = Vec<Object>)]
    rows: Vec<Values>,
}

/// As [`Rows`], or with `scores` that were computed earlier.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Scores {
    #[schema(example = "attrition")]
    use_case: String,
    /// Records that the live version scores.
    #[serde(default)]
    #[schema(value_type = Vec<Object>)]
    rows: Vec<Values>,
    /// Probabilities from 0 to 1.
    scores: Option<Vec<f64>>,
}

/// `?use_case=attrition`
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Which {
    /// Id of the use case.
    #[param(example = "attrition")]
    pub use_case: String,
}

/// A comparison of rows with the baseline of the live version.
#[derive(Debug, Serialize, ToSchema)]
pub struct DriftOfRows {
    #[serde(flatten)]
    #[schema(value_type = Object)]
    report: RowsReport,
}

/// Feature drift and data quality of rows against the baseline of the live version. Nothing is
/// stored.
#[utoipa::path(post, path = "/drift/feature", tag = "drift", request_body = Rows, responses((status = 200, body = DriftOfRows), Failures))]
pub async fn feature(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Body(request): Body<Rows>,
) -> Result<Json<DriftOfRows>, Problem> {
    let rows = request.rows.into_iter().map(texts).collect();
    let report = tenure
        .drift_of_rows(&actor.member()?, &request.use_case, rows)
        .await?;
    Ok(Json(DriftOfRows { report }))
}

/// Prediction drift of scores, or of rows that the live version scores. Nothing is stored. A token
/// needs the scope `predict`.
#[utoipa::path(post, path = "/drift/prediction", tag = "drift", request_body = Scores, responses((status = 200, body = DriftOfRows), Failures))]
pub async fn prediction(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Body(request): Body<Scores>,
) -> Result<Json<DriftOfRows>, Problem> {
    let rows = request.rows.into_iter().map(texts).collect();
    let report = tenure
        .drift_of_scores(
            &actor.analyst_for(Scope::Predict)?,
            &request.use_case,
            rows,
            request.scores,
        )
        .await?;
    Ok(Json(DriftOfRows { report }))
}

/// The newest check, as far as it is about the features.
#[derive(Debug, Serialize, ToSchema)]
pub struct LatestFeatureDrift {
    pub check: CheckId,
    pub use_case: String,
    pub model_version: VersionNumber,
    pub as_of: Date,
    #[schema(value_type = Object)]
    pub features: Value,
    #[schema(value_type = Option<Object>)]
    pub quality: Value,
    #[schema(value_type = Object)]
    pub recommendation: Value,
}

/// Feature drift and data quality of the newest check.
#[utoipa::path(get, path = "/drift/feature/latest", tag = "drift", params(Which), responses((status = 200, body = LatestFeatureDrift), Failures))]
pub async fn latest_feature(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Params(which): Params<Which>,
) -> Result<Json<LatestFeatureDrift>, Problem> {
    let (check, report) = tenure
        .latest_check(&actor.member()?, &which.use_case)
        .await?;
    Ok(Json(LatestFeatureDrift {
        check: check.check_id,
        use_case: check.use_case.into_string(),
        model_version: check.version,
        as_of: check.as_of,
        features: value(&report.features)?,
        quality: value(&report.quality)?,
        recommendation: value(&report.recommendation)?,
    }))
}

/// The newest check, as far as it is about scores and outcomes.
#[derive(Debug, Serialize, ToSchema)]
pub struct LatestPredictionDrift {
    pub check: CheckId,
    pub use_case: String,
    pub model_version: VersionNumber,
    pub as_of: Date,
    #[schema(value_type = Object)]
    pub prediction: Value,
    #[schema(value_type = Object)]
    pub target: Value,
    /// Null until outcomes are known.
    #[schema(value_type = Option<Object>)]
    pub realized: Value,
    #[schema(value_type = Option<Object>)]
    pub estimated: Value,
    #[schema(value_type = Object)]
    pub recommendation: Value,
}

/// Prediction drift, target drift and performance of the newest check.
#[utoipa::path(get, path = "/drift/prediction/latest", tag = "drift", params(Which), responses((status = 200, body = LatestPredictionDrift), Failures))]
pub async fn latest_prediction(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Params(which): Params<Which>,
) -> Result<Json<LatestPredictionDrift>, Problem> {
    let (check, report) = tenure
        .latest_check(&actor.member()?, &which.use_case)
        .await?;
    Ok(Json(LatestPredictionDrift {
        check: check.check_id,
        use_case: check.use_case.into_string(),
        model_version: check.version,
        as_of: check.as_of,
        prediction: value(&report.prediction)?,
        target: value(&report.target)?,
        realized: value(&report.realized)?,
        estimated: value(&report.estimated)?,
        recommendation: value(&report.recommendation)?,
    }))
}

fn value(part: &impl Serialize) -> Result<Value, Error> {
    serde_json::to_value(part).map_err(Error::caused)
}

/// The drift checks of a use case, newest first.
#[utoipa::path(get, path = "/use-cases/{use_case}/drift-checks", tag = "drift", params(OfUseCase, Paging), responses((status = 200, body = Page<DriftCheck>), Failures))]
pub async fn list_checks(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path(of): Path<OfUseCase>,
    Params(paging): Params<Paging>,
) -> Result<Json<Page<DriftCheck>>, Problem> {
    let all = tenure.checks(&actor.member()?, &of.use_case).await?;
    let key = |own: &DriftCheck| own.check_id.to_string();
    Ok(Json(page(all, &paging, key)?))
}

/// A drift check with its report.
#[derive(Debug, Serialize, ToSchema)]
pub struct CheckAnswer {
    pub check: DriftCheck,
    /// Features, prediction, target, quality, performance, recommendation.
    #[schema(value_type = Object)]
    pub report: Value,
    pub notes: Vec<DriftNote>,
}

/// A drift check with its report and notes.
#[utoipa::path(get, path = "/use-cases/{use_case}/drift-checks/{check}", tag = "drift", params(OfCheck), responses((status = 200, body = CheckAnswer), Failures))]
pub async fn show_check(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path(of): Path<OfCheck>,
) -> Result<Json<CheckAnswer>, Problem> {
    let page = tenure
        .drift_check(&actor.member()?, &of.use_case, &of.check)
        .await?;
    Ok(Json(CheckAnswer {
        report: value(&*page.report)?,
        check: page.check,
        notes: page.notes,
    }))
}

/// Which people are compared.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCheck {
    /// The newest people on or before this day; the newest of all when absent.
    pub as_of: Option<Date>,
}

/// Compares the newest people with the baseline and keeps the report. A token needs the scope
/// `monitor`.
#[utoipa::path(post, path = "/use-cases/{use_case}/drift-checks", tag = "drift", params(OfUseCase), request_body = NewCheck, responses((status = 201, body = DriftCheck), Failures))]
pub async fn run_check(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path(of): Path<OfUseCase>,
    Body(new): Body<NewCheck>,
) -> Result<(StatusCode, Json<DriftCheck>), Problem> {
    let contributor = actor.contributor_for(Scope::Monitor)?;
    let day = new.as_of.map(|day| day.to_string());
    tenure.use_case(&of.use_case)?;
    let (check, _) = tenure
        .check_drift(&contributor, &of.use_case, day.as_deref())
        .await?;
    Ok((StatusCode::CREATED, Json(check)))
}

/// What somebody has to say about a check.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewNote {
    /// At most 2000 characters.
    #[schema(min_length = 1)]
    pub note: String,
}

/// Acknowledges a drift check. A token needs the scope `monitor`.
#[utoipa::path(post, path = "/use-cases/{use_case}/drift-checks/{check}/acknowledge", tag = "drift", params(OfCheck), request_body = NewNote, responses((status = 201, body = DriftNote), Failures))]
pub async fn acknowledge_check(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path(of): Path<OfCheck>,
    Body(new): Body<NewNote>,
) -> Result<(StatusCode, Json<DriftNote>), Problem> {
    let contributor = actor.contributor_for(Scope::Monitor)?;
    let note = tenure
        .acknowledge(&contributor, &of.use_case, &of.check, &new.note)
        .await?;
    Ok((StatusCode::CREATED, Json(note)))
}
