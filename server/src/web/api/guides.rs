//! The paths of the systems that Tenure replaces, in a shape close to theirs: see docs/api.md.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use domain::{Date, DriftVerdict, Estimate, ProblemCode, Timestamp, VersionNumber};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use workflow::{Actor, ColumnReport, DriftReport, Error, PredictOptions, Scope, Tenure};

use super::input::{AnyBody, Body, Params};
use super::openapi::Failures;
use super::scoring::{Values, texts};
use crate::web::auth::AuthUser;
use crate::web::problem::Problem;

/// Reasons of a score, as guide 004 has them.
const REASONS: usize = 6;

/// `?use_case=attrition`; when absent the only use case with data.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Meant {
    /// Id of the use case; when absent the only one with data.
    #[param(example = "attrition")]
    use_case: Option<String>,
}

impl Meant {
    async fn id(self, tenure: &Tenure, actor: &Actor) -> Result<String, Error> {
        let member = actor.member()?;
        match self.use_case {
            Some(id) => Ok(id),
            None => tenure.only_use_case(&member).await.map_err(in_query),
        }
    }
}

/// The sentence speaks of the option of a command.
fn in_query(error: Error) -> Error {
    let Error::Invalid(text) = error else {
        return error;
    };
    let text = text.replace("with `--use-case`", "as ?use_case=");
    Error::field("use_case", ProblemCode::Required, text)
}

/// The score of one record.
#[derive(Debug, Serialize, ToSchema)]
pub struct GuidePrediction {
    /// 1 at or above the cutoff.
    pub prediction: u8,
    pub probability: f64,
    /// The risk band.
    pub risk_level: String,
    /// The six largest effects.
    pub top_features: Vec<TopFeature>,
    pub model_version: u32,
}

/// An effect on a score.
#[derive(Debug, Serialize, ToSchema)]
pub struct TopFeature {
    pub feature: String,
    pub value: String,
    /// Percentage points of probability, signed.
    pub contribution: f64,
}

/// Scores one record, sent as its fields. A token needs the scope `predict`.
#[utoipa::path(post, path = "/predict", tag = "paths of other systems", params(Meant), request_body(content = Object, description = "The fields of one record."), responses((status = 200, body = GuidePrediction), Failures))]
pub async fn guide_predict(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Params(meant): Params<Meant>,
    Body(record): Body<Values>,
) -> Result<Json<GuidePrediction>, Problem> {
    let analyst = actor.analyst_for(Scope::Predict)?;
    let use_case = meant.id(&tenure, &actor).await?;
    let options = PredictOptions {
        reasons: REASONS,
        as_of: None,
    };
    let (_, predictions) = tenure
        .predict_records(&analyst, &use_case, None, vec![texts(record)], options)
        .await?;
    let first = predictions.into_iter().next();
    let own = first.ok_or_else(|| Error::internal("a record was not scored"))?;
    let feature = |reason: domain::Reason| TopFeature {
        feature: reason.field,
        value: reason.value,
        contribution: reason.points,
    };
    Ok(Json(GuidePrediction {
        prediction: u8::from(own.decision),
        probability: own.probability,
        risk_level: own.band,
        top_features: own.reasons.into_iter().map(feature).collect(),
        model_version: own.model_version,
    }))
}

/// Rows of a month: a list, or a list under `data`.
#[derive(ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "documents a body that is read by hand")]
pub enum GuideRows {
    #[schema(value_type = Vec<Object>)]
    List(Vec<Values>),
    Under(UnderData),
}

/// A list under `data`.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "documents a body that is read by hand")]
pub struct UnderData {
    #[schema(value_type = Vec<Object>)]
    data: Vec<Values>,
}

/// The list that a body is, or has under `data`.
fn list(body: Value) -> Result<Vec<Value>, Error> {
    let wrong = || {
        Error::field(
            "data",
            ProblemCode::Type,
            "Send a list, or a list under “data”.",
        )
    };
    match body {
        Value::Array(items) => Ok(items),
        Value::Object(mut fields) if fields.len() == 1 => match fields.remove("data") {
            Some(Value::Array(items)) => Ok(items),
            Some(_) | None => Err(wrong()),
        },
        Value::Object(_) | Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            Err(wrong())
        }
    }
}

/// Each item by `read`; one that it cannot read is named by its place.
fn items<T>(
    body: Value,
    read: impl Fn(Value) -> Option<T>,
    sentence: &str,
) -> Result<Vec<T>, Error> {
    let item = |(place, item): (usize, Value)| {
        let wrong = || Error::field(format!("data[{place}]"), ProblemCode::Type, sentence);
        read(item).ok_or_else(wrong)
    };
    list(body)?.into_iter().enumerate().map(item).collect()
}

/// Whether features have drifted.
#[derive(Debug, Serialize, ToSchema)]
pub struct GuideFeatureDrift {
    pub drift_detected: bool,
    /// `drifted`, `stable`, `too_few_rows`, `could_not_compute`
    pub verdict: DriftVerdict,
    /// Share of the features that have drifted.
    pub drift_share: Option<f64>,
    pub drifted_features: Vec<String>,
    pub number_of_features: usize,
    /// By feature.
    pub features: BTreeMap<String, GuideColumn>,
    /// The day of the people; absent for rows that were sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Date>,
    /// When the check was made; absent for rows that were sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<Timestamp>,
}

/// Whether one column has drifted.
#[derive(Debug, Serialize, ToSchema)]
pub struct GuideColumn {
    pub drift_detected: bool,
    pub verdict: DriftVerdict,
    /// The test that the verdict rests on.
    pub test: Option<String>,
    pub statistic: Option<f64>,
    /// Adjusted for the number of features.
    pub p_value: Option<f64>,
    pub effect_size: Option<f64>,
}

fn column(own: &ColumnReport) -> GuideColumn {
    let test = own.decided_by.and_then(|name| own.tests.get(&name));
    GuideColumn {
        drift_detected: own.verdict == DriftVerdict::Drifted,
        verdict: own.verdict,
        test: own
            .decided_by
            .and_then(|name| serde_json::to_value(name).ok())
            .and_then(|name| name.as_str().map(str::to_owned)),
        statistic: test.map(|test| test.statistic),
        p_value: test.and_then(|test| test.p_adjusted.or(test.p_value)),
        effect_size: own.effect_size,
    }
}

fn features(report: &DriftReport) -> GuideFeatureDrift {
    let drifted = report
        .columns
        .iter()
        .filter(|own| own.verdict == DriftVerdict::Drifted);
    GuideFeatureDrift {
        drift_detected: report.verdict == DriftVerdict::Drifted,
        verdict: report.verdict,
        drift_share: report.share_drifted,
        drifted_features: drifted.map(|own| own.name.clone()).collect(),
        number_of_features: report.columns.len(),
        features: report
            .columns
            .iter()
            .map(|own| (own.name.clone(), column(own)))
            .collect(),
        as_of: None,
        timestamp: None,
    }
}

/// Compares the rows of a month with the baseline of the live version.
#[utoipa::path(post, path = "/drift/feature", tag = "paths of other systems", params(Meant), request_body = GuideRows, responses((status = 200, body = GuideFeatureDrift), Failures))]
pub async fn guide_feature_drift(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Params(meant): Params<Meant>,
    AnyBody(body): AnyBody,
) -> Result<Json<GuideFeatureDrift>, Problem> {
    let use_case = meant.id(&tenure, &actor).await?;
    let record = |item: Value| match item {
        Value::Object(fields) => Some(texts(fields.into_iter().collect())),
        Value::Array(_) | Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            None
        }
    };
    let rows = items(body, record, "A record is an object.")?;
    let report = tenure
        .drift_of_rows(&actor.member()?, &use_case, rows)
        .await?;
    let own = report
        .features
        .ok_or_else(|| Error::internal("a comparison of rows has no features"))?;
    Ok(Json(features(&own)))
}

/// Predictions of a month: a list, or a list under `data`; each a probability, or an object with
/// `probability`.
#[derive(ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "documents a body that is read by hand")]
pub enum GuideScores {
    List(Vec<GuideScore>),
    Under(ScoresUnderData),
}

/// A list under `data`.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "documents a body that is read by hand")]
pub struct ScoresUnderData {
    data: Vec<GuideScore>,
}

/// A probability, or an object with one.
#[derive(ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "documents a body that is read by hand")]
pub enum GuideScore {
    Number(f64),
    Object(GuideScored),
}

/// An object with a probability; its other fields do not count.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents a body that is read by hand")]
pub struct GuideScored {
    probability: f64,
}

/// Whether predictions have drifted.
#[derive(Debug, Serialize, ToSchema)]
pub struct GuidePredictionDrift {
    #[serde(flatten)]
    pub column: GuideColumn,
    /// The day of the people; absent for scores that were sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Date>,
    /// When the check was made; absent for scores that were sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<Timestamp>,
}

/// Compares the predictions of a month with those of the baseline. A token needs the scope
/// `predict`.
#[utoipa::path(post, path = "/drift/prediction", tag = "paths of other systems", params(Meant), request_body = GuideScores, responses((status = 200, body = GuidePredictionDrift), Failures))]
pub async fn guide_prediction_drift(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Params(meant): Params<Meant>,
    AnyBody(body): AnyBody,
) -> Result<Json<GuidePredictionDrift>, Problem> {
    let analyst = actor.analyst_for(Scope::Predict)?;
    let use_case = meant.id(&tenure, &actor).await?;
    let probability = |item: Value| match &item {
        Value::Object(fields) => fields.get("probability").and_then(Value::as_f64),
        Value::Number(number) => number.as_f64(),
        Value::Array(_) | Value::Null | Value::Bool(_) | Value::String(_) => None,
    };
    let sentence = "Send a probability, or an object with “probability”.";
    let scores = items(body, probability, sentence)?;
    if scores.is_empty() {
        let sentence = "Send the predictions of a month.";
        return Err(Problem(Error::field(
            "data",
            ProblemCode::Required,
            sentence,
        )));
    }
    let report = tenure
        .drift_of_scores(&analyst, &use_case, Vec::new(), Some(scores))
        .await?;
    let own = report
        .prediction
        .ok_or_else(|| Error::internal("a comparison of scores has no prediction"))?;
    Ok(Json(GuidePredictionDrift {
        column: column(&own),
        as_of: None,
        timestamp: None,
    }))
}

/// Feature drift of the newest check.
#[utoipa::path(get, path = "/drift/feature/latest", tag = "paths of other systems", params(Meant), responses((status = 200, body = GuideFeatureDrift), Failures))]
pub async fn guide_latest_feature(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Params(meant): Params<Meant>,
) -> Result<Json<GuideFeatureDrift>, Problem> {
    let use_case = meant.id(&tenure, &actor).await?;
    let (check, report) = tenure.latest_check(&actor.member()?, &use_case).await?;
    Ok(Json(GuideFeatureDrift {
        as_of: Some(check.as_of),
        timestamp: Some(check.created_at),
        ..features(&report.features)
    }))
}

/// Prediction drift of the newest check.
#[utoipa::path(get, path = "/drift/prediction/latest", tag = "paths of other systems", params(Meant), responses((status = 200, body = GuidePredictionDrift), Failures))]
pub async fn guide_latest_prediction(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Params(meant): Params<Meant>,
) -> Result<Json<GuidePredictionDrift>, Problem> {
    let use_case = meant.id(&tenure, &actor).await?;
    let (check, report) = tenure.latest_check(&actor.member()?, &use_case).await?;
    Ok(Json(GuidePredictionDrift {
        column: column(&report.prediction),
        as_of: Some(check.as_of),
        timestamp: Some(check.created_at),
    }))
}

/// The model that serves.
#[derive(Debug, Serialize, ToSchema)]
pub struct ModelInfo {
    /// Id of the use case.
    pub model_name: String,
    pub model_version: VersionNumber,
    /// The candidate, for example `gradient_boosting`.
    pub model_type: String,
    pub stage: String,
    pub trained_at: Timestamp,
    /// Probability from which the prediction is 1.
    pub threshold: f64,
    pub features: Vec<String>,
    pub metrics: BTreeMap<String, Estimate>,
}

/// The live version.
#[utoipa::path(get, path = "/model-info", tag = "paths of other systems", params(Meant), responses((status = 200, body = ModelInfo), Failures))]
pub async fn guide_model_info(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Params(meant): Params<Meant>,
) -> Result<Json<ModelInfo>, Problem> {
    let use_case = tenure.use_case(&meant.id(&tenure, &actor).await?)?;
    let page = tenure.live_version(&actor.member()?, &use_case.id).await?;
    Ok(Json(ModelInfo {
        model_name: use_case.id.clone(),
        model_version: page.version.version,
        model_type: page.version.candidate,
        stage: page.version.stage,
        trained_at: page.version.created_at,
        threshold: use_case.policies.cutoff,
        features: use_case.inputs().map(|field| field.name.clone()).collect(),
        metrics: page.version.metrics.into_iter().collect(),
    }))
}
