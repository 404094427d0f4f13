//! One record explained in full, and what would change its score.

use axum::Json;
use axum::extract::State;
use domain::Date;
use serde::Deserialize;
use utoipa::ToSchema;
use workflow::scoring::{ExplainedRecord, RecordCounterfactuals};
use workflow::{Scope, Tenure};

use super::input::Body;
use super::openapi::Failures;
use super::scoring::{Named, Values, number, texts};
use crate::web::auth::AuthUser;
use crate::web::problem::Problem;

/// A record to explain.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ToExplain {
    use_case: String,
    /// Field → value; null is a missing value.
    #[schema(value_type = Object)]
    record: Values,
    /// A version other than the live one.
    model_version: Option<Named>,
    /// The day that the record describes; today when absent.
    as_of: Option<Date>,
}

/// Explains the score of a record by all of its inputs. It has an entry in the prediction log. A token needs
/// the scope `predict`.
#[utoipa::path(post, path = "/explain", tag = "scoring", operation_id = "explain", request_body = ToExplain, responses((status = 200, body = ExplainedRecord), Failures))]
pub async fn explain(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Body(wanted): Body<ToExplain>,
) -> Result<Json<ExplainedRecord>, Problem> {
    let analyst = actor.analyst_for(Scope::Predict)?;
    let version = number(&tenure, &actor, &wanted.use_case, wanted.model_version).await?;
    Ok(Json(
        tenure
            .explain_record(
                &analyst,
                &wanted.use_case,
                version,
                texts(wanted.record),
                wanted.as_of,
            )
            .await?,
    ))
}

/// A record whose score is to be lower.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ToChange {
    use_case: String,
    /// Field → value; null is a missing value.
    #[schema(value_type = Object)]
    record: Values,
    /// A version other than the live one.
    model_version: Option<Named>,
    /// The day that the record describes; today when absent.
    as_of: Option<Date>,
    /// The probability to get below; the lower end of its risk band when absent.
    #[schema(exclusive_minimum = 0, exclusive_maximum = 1)]
    target: Option<f64>,
}

/// The smallest changes of actionable fields that bring a record below a probability. The record
/// has an entry in the prediction log. A token needs the scope `predict`.
#[utoipa::path(post, path = "/counterfactual", tag = "scoring", operation_id = "counterfactual", request_body = ToChange, responses((status = 200, body = RecordCounterfactuals), Failures))]
pub async fn counterfactual(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Body(wanted): Body<ToChange>,
) -> Result<Json<RecordCounterfactuals>, Problem> {
    let analyst = actor.analyst_for(Scope::Predict)?;
    let version = number(&tenure, &actor, &wanted.use_case, wanted.model_version).await?;
    Ok(Json(
        tenure
            .counterfactuals_of_record(
                &analyst,
                &wanted.use_case,
                version,
                texts(wanted.record),
                wanted.as_of,
                wanted.target,
            )
            .await?,
    ))
}
