//! Scores for submitted records. Each request has an entry in the prediction log.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use domain::{Date, PredictionId, VersionNumber};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use workflow::{
    Actor, Error, PredictOptions, Predicted, Prediction, PredictionRequest, Scope, Tenure,
};

use super::input::Body;
use super::openapi::Failures;
use crate::web::auth::AuthUser;
use crate::web::problem::Problem;

/// Field → value; null is a missing value.
pub type Values = BTreeMap<String, Value>;

/// Up to here every whole number has a floating-point number of its own.
const WHOLE: f64 = 9_007_199_254_740_992.0;
/// Reasons per score, unless the request asks for another number.
pub const REASONS: usize = 3;

/// `{"use_case": "attrition", "record": {"OverTime": "Yes", …}, "reasons": 3}`. Of a field that counts
/// from a date, the record has the number, or the date under the name of its column.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct One {
    use_case: String,
    #[schema(value_type = Object)]
    record: Values,
    /// A version other than the live one.
    model_version: Option<Named>,
    /// Three when absent.
    reasons: Option<usize>,
    /// The day that the record describes, up to which dates count; today when absent.
    as_of: Option<Date>,
    /// Key of a purpose of access of the use case, for the prediction log.
    purpose: Option<String>,
}

/// A version by its number or alias.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged)]
#[schema(as = VersionOrAlias)]
pub enum Named {
    Number(i64),
    Alias(String),
}

/// As [`One`], with a list of `records`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Many {
    use_case: String,
    #[schema(value_type = Vec<Object>)]
    records: Vec<Values>,
    model_version: Option<Named>,
    /// Three when absent.
    reasons: Option<usize>,
    /// The day that the records describe, up to which dates count; today when absent.
    as_of: Option<Date>,
    /// Key of a purpose of access of the use case, for the prediction log.
    purpose: Option<String>,
}

/// Scores in the order of the records.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Predictions)]
pub struct Answer {
    model_version: VersionNumber,
    pub predictions: Vec<Prediction>,
    /// Entry in the prediction log; null where the policy let it go on without one.
    prediction_id: Option<PredictionId>,
    /// From the request to the scores, without writing the log.
    latency_ms: f64,
}

/// One score: a line of `tenure predict --json`, its entry in the prediction log and its time. A token needs the scope `predict`.
#[utoipa::path(post, path = "/predict", tag = "scoring", operation_id = "predict", request_body = One, responses((status = 200, body = Prediction), Failures))]
pub async fn one(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Body(request): Body<One>,
) -> Result<Json<Prediction>, Problem> {
    let version = number(&tenure, &actor, &request.use_case, request.model_version).await?;
    let request = PredictionRequest {
        use_case: request.use_case,
        version,
        records: vec![texts(request.record)],
        options: PredictOptions {
            reasons: request.reasons.unwrap_or(REASONS),
            as_of: request.as_of,
        },
        purpose: request.purpose,
        ..PredictionRequest::default()
    };
    let Predicted {
        predictions,
        log_id,
        latency_ms,
        ..
    } = tenure
        .predict(&actor.analyst_for(Scope::Predict)?, request)
        .await?;
    let first = predictions.into_iter().next();
    let mut prediction = first.ok_or_else(|| Error::internal("a record was not scored"))?;
    prediction.prediction_id = log_id;
    prediction.latency_ms = Some(latency_ms);
    Ok(Json(prediction))
}

/// Many scores of a JSON request.
pub async fn many(tenure: &Tenure, actor: &Actor, request: Many) -> Result<Answer, Problem> {
    let version = number(tenure, actor, &request.use_case, request.model_version).await?;
    let request = PredictionRequest {
        use_case: request.use_case,
        version,
        records: request.records.into_iter().map(texts).collect(),
        options: PredictOptions {
            reasons: request.reasons.unwrap_or(REASONS),
            as_of: request.as_of,
        },
        batch: true,
        purpose: request.purpose,
        part: None,
    };
    let predicted = tenure
        .predict(&actor.analyst_for(Scope::Predict)?, request)
        .await?;
    Ok(Answer {
        model_version: predicted.version,
        predictions: predicted.predictions,
        prediction_id: predicted.log_id,
        latency_ms: predicted.latency_ms,
    })
}

/// The number of a version that is asked for.
pub async fn number(
    tenure: &Tenure,
    actor: &Actor,
    use_case: &str,
    named: Option<Named>,
) -> Result<Option<VersionNumber>, Problem> {
    Ok(match named {
        None => None,
        Some(Named::Number(number)) => Some(
            number
                .try_into()
                .map_err(|_| Error::no_version(use_case, number))?,
        ),
        Some(Named::Alias(alias)) => Some(
            tenure
                .version_called(&actor.member()?, use_case, &alias)
                .await?,
        ),
    })
}

/// Values as text: `model` is the one place where text becomes a checked value.
pub fn texts(values: Values) -> model::Record {
    let text = |value: Value| match value {
        Value::Null => String::new(),
        Value::String(text) => text,
        // 1042.0 is the number 1042, as which an id is written.
        Value::Number(number) => match number.as_f64() {
            Some(own) if number.is_f64() && own.fract() == 0.0 && own.abs() < WHOLE => {
                format!("{own:.0}")
            }
            Some(_) | None => number.to_string(),
        },
        other @ (Value::Bool(_) | Value::Array(_) | Value::Object(_)) => other.to_string(),
    };
    values
        .into_iter()
        .map(|(field, value)| (field, text(value)))
        .collect()
}
