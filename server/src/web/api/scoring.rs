//! Scores for submitted records. Nothing is stored.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use domain::{Date, VersionNumber};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use workflow::{Actor, Error, PredictOptions, Prediction, Scope, Tenure};

use super::input::Body;
use super::openapi::Failures;
use crate::web::auth::AuthUser;
use crate::web::problem::Problem;

/// Field → value; null is a missing value.
pub type Values = BTreeMap<String, Value>;

/// Reasons per score, unless the request asks for another number.
const REASONS: usize = 3;

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
    reasons: Option<usize>,
    /// The day that the record describes, up to which dates count; today when absent.
    as_of: Option<Date>,
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
    reasons: Option<usize>,
    /// The day that the records describe, up to which dates count; today when absent.
    as_of: Option<Date>,
}

/// In the order of the records.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Predictions)]
pub struct Answer {
    model_version: VersionNumber,
    predictions: Vec<Prediction>,
}

/// One score: a line of `tenure predict --json`. A token needs the scope `predict`.
#[utoipa::path(post, path = "/predict", tag = "scoring", operation_id = "predict", request_body = One, responses((status = 200, body = Prediction), Failures))]
pub async fn one(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Body(request): Body<One>,
) -> Result<Json<Prediction>, Problem> {
    let options = PredictOptions {
        reasons: request.reasons.unwrap_or(REASONS),
        as_of: request.as_of,
    };
    let records = vec![texts(request.record)];
    let version = number(&tenure, &actor, &request.use_case, request.model_version).await?;
    let (_, predictions) = tenure
        .predict_records(
            &actor.analyst_for(Scope::Predict)?,
            &request.use_case,
            version,
            records,
            options,
        )
        .await?;
    let first = predictions.into_iter().next();
    first
        .map(Json)
        .ok_or_else(|| Problem(Error::internal("a record was not scored")))
}

/// Many scores, in the order of the records. A token needs the scope `predict`.
#[utoipa::path(post, path = "/predict/batch", tag = "scoring", operation_id = "predict_batch", request_body = Many, responses((status = 200, body = Answer), Failures))]
pub async fn batch(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Body(request): Body<Many>,
) -> Result<Json<Answer>, Problem> {
    let options = PredictOptions {
        reasons: request.reasons.unwrap_or(REASONS),
        as_of: request.as_of,
    };
    let records = request.records.into_iter().map(texts).collect();
    let version = number(&tenure, &actor, &request.use_case, request.model_version).await?;
    let (model_version, predictions) = tenure
        .predict_records(
            &actor.analyst_for(Scope::Predict)?,
            &request.use_case,
            version,
            records,
            options,
        )
        .await?;
    Ok(Json(Answer {
        model_version,
        predictions,
    }))
}

/// The version that a request names.
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
        other @ (Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
            other.to_string()
        }
    };
    values
        .into_iter()
        .map(|(field, value)| (field, text(value)))
        .collect()
}
