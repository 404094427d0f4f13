//! Drift of submitted rows or scores, and the newest drift check.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};
use workflow::{RowsReport, Tenure};

use super::input::{Body, Params};
use super::scoring::{Values, texts};
use crate::web::auth::AuthUser;
use crate::web::problem::Problem;

/// `{"use_case": "attrition", "rows": [{"OverTime": "Yes", …}, …]}`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rows {
    use_case: String,
    rows: Vec<Values>,
}

/// As [`Rows`], or with `scores` that were computed earlier.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scores {
    use_case: String,
    #[serde(default)]
    rows: Vec<Values>,
    scores: Option<Vec<f64>>,
}

/// `?use_case=attrition`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Which {
    use_case: String,
}

/// Feature drift and data quality of rows against the baseline of the live version. Nothing is
/// stored.
pub async fn feature(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Body(request): Body<Rows>,
) -> Result<Json<RowsReport>, Problem> {
    let rows = request.rows.into_iter().map(texts).collect();
    Ok(Json(
        tenure
            .drift_of_rows(&actor.member()?, &request.use_case, rows)
            .await?,
    ))
}

/// Prediction drift of scores, or of rows that the live version scores. Nothing is stored.
pub async fn prediction(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Body(request): Body<Scores>,
) -> Result<Json<RowsReport>, Problem> {
    let rows = request.rows.into_iter().map(texts).collect();
    Ok(Json(
        tenure
            .drift_of_scores(&actor.analyst()?, &request.use_case, rows, request.scores)
            .await?,
    ))
}

/// Feature drift and data quality of the newest check.
pub async fn latest_feature(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Params(which): Params<Which>,
) -> Result<Json<Value>, Problem> {
    let (check, report) = tenure
        .latest_check(&actor.member()?, &which.use_case)
        .await?;
    Ok(Json(json!({
        "check": check.check_id, "use_case": check.use_case, "model_version": check.version, "as_of": check.as_of,
        "features": report.features, "quality": report.quality, "recommendation": report.recommendation,
    })))
}

/// Prediction drift, target drift and performance of the newest check.
pub async fn latest_prediction(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Params(which): Params<Which>,
) -> Result<Json<Value>, Problem> {
    let (check, report) = tenure
        .latest_check(&actor.member()?, &which.use_case)
        .await?;
    Ok(Json(json!({
        "check": check.check_id, "use_case": check.use_case, "model_version": check.version, "as_of": check.as_of,
        "prediction": report.prediction, "target": report.target, "realized": report.realized, "estimated": report.estimated,
        "recommendation": report.recommendation,
    })))
}

/// The performance of each cycle of scores, oldest first; `realized` is null while fewer than 90% of
/// its outcomes are known.
pub async fn performance(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Params(which): Params<Which>,
) -> Result<Json<Value>, Problem> {
    let coverage = tenure
        .outcomes_coverage(&actor.member()?, &which.use_case)
        .await?;
    Ok(Json(
        json!({ "use_case": which.use_case, "cycles": coverage.cohorts }),
    ))
}

/// The monitoring policy in force: its limits, who set it and why.
pub async fn policy(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Params(which): Params<Which>,
) -> Result<Json<Value>, Problem> {
    let version = tenure
        .monitoring_policy(&actor.member()?, &which.use_case)
        .await?;
    Ok(Json(
        json!({ "use_case": which.use_case, "monitoring_policy": version }),
    ))
}

/// The fairness of each cycle, newest first, at the cutoff of the version that scored it; figures on
/// outcomes only where those of at least 90% of the people are known.
pub async fn fairness(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Params(which): Params<Which>,
) -> Result<Json<Value>, Problem> {
    let cycles = tenure
        .fairness_in_use(&actor.member()?, &which.use_case)
        .await?;
    Ok(Json(
        json!({ "use_case": which.use_case, "cycles": cycles }),
    ))
}
