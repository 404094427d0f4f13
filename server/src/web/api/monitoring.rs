//! Drift of submitted rows or scores, and the newest drift check.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};
use workflow::{RowsReport, Tenure};

use super::input::{Asked, Body};
use super::scoring::{Values, texts};
use crate::web::auth::Caller;
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

/// Feature drift and data quality of rows against the baseline of the live version. Nothing is stored.
pub async fn feature(State(tenure): State<Tenure>, Caller(actor): Caller, Body(asked): Body<Rows>) -> Result<Json<RowsReport>, Problem> {
    let rows = asked.rows.into_iter().map(texts).collect();
    Ok(Json(tenure.drift_of_rows(&actor.member()?, &asked.use_case, rows).await?))
}

/// Prediction drift of scores, or of rows that the live version scores. Nothing is stored.
pub async fn prediction(
    State(tenure): State<Tenure>,
    Caller(actor): Caller,
    Body(asked): Body<Scores>,
) -> Result<Json<RowsReport>, Problem> {
    let rows = asked.rows.into_iter().map(texts).collect();
    Ok(Json(tenure.drift_of_scores(&actor.analyst()?, &asked.use_case, rows, asked.scores).await?))
}

/// Feature drift and data quality of the newest check.
pub async fn latest_feature(
    State(tenure): State<Tenure>,
    Caller(actor): Caller,
    Asked(which): Asked<Which>,
) -> Result<Json<Value>, Problem> {
    let (check, report) = tenure.latest_check(&actor.member()?, &which.use_case).await?;
    Ok(Json(json!({
        "check": check.check_id, "use_case": check.use_case, "model_version": check.version, "as_of": check.as_of,
        "features": report.features, "quality": report.quality, "recommendation": report.recommendation,
    })))
}

/// Prediction drift, target drift and performance of the newest check.
pub async fn latest_prediction(
    State(tenure): State<Tenure>,
    Caller(actor): Caller,
    Asked(which): Asked<Which>,
) -> Result<Json<Value>, Problem> {
    let (check, report) = tenure.latest_check(&actor.member()?, &which.use_case).await?;
    Ok(Json(json!({
        "check": check.check_id, "use_case": check.use_case, "model_version": check.version, "as_of": check.as_of,
        "prediction": report.prediction, "target": report.target, "realised": report.realised, "estimated": report.estimated,
        "recommendation": report.recommendation,
    })))
}
