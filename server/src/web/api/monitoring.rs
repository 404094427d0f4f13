//! Performance, fairness and policy of a model in use.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use domain::{MonitoringSetting, ProblemCode};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use workflow::{Error, MonitoringPolicyVersion, PolicyChange, Scope, Tenure};

use super::drift::Which;
use super::input::{Body, Params};
use super::openapi::Failures;
use crate::web::auth::AuthUser;
use crate::web::problem::Problem;

/// Cycles of a use case.
#[derive(Debug, Serialize, ToSchema)]
pub struct CyclesOf {
    pub use_case: String,
    #[schema(value_type = Vec<Object>)]
    pub cycles: Value,
}

/// The performance of each cycle of scores, oldest first; `realized` is null while fewer than 90% of
/// its outcomes are known.
#[utoipa::path(get, path = "/performance", tag = "monitoring", params(Which), responses((status = 200, body = CyclesOf), Failures))]
pub async fn performance(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Params(which): Params<Which>,
) -> Result<Json<CyclesOf>, Problem> {
    let coverage = tenure
        .outcomes_coverage(&actor.member()?, &which.use_case)
        .await?;
    Ok(Json(CyclesOf {
        use_case: which.use_case,
        cycles: serde_json::to_value(coverage.cohorts).map_err(Error::caused)?,
    }))
}

/// The fairness of each cycle, newest first, at the cutoff of the version that scored it; figures on
/// outcomes only where those of at least 90% of the people are known.
#[utoipa::path(get, path = "/fairness", tag = "monitoring", params(Which), responses((status = 200, body = CyclesOf), Failures))]
pub async fn fairness(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Params(which): Params<Which>,
) -> Result<Json<CyclesOf>, Problem> {
    let cycles = tenure
        .fairness_in_use(&actor.member()?, &which.use_case)
        .await?;
    Ok(Json(CyclesOf {
        use_case: which.use_case,
        cycles: serde_json::to_value(cycles).map_err(Error::caused)?,
    }))
}

/// A monitoring policy.
#[derive(Debug, Serialize, ToSchema)]
pub struct PolicyAnswer {
    pub use_case: String,
    pub monitoring_policy: MonitoringPolicyVersion,
}

/// The monitoring policy in force: its limits, who set it and why.
#[utoipa::path(get, path = "/monitoring-policy", tag = "monitoring", params(Which), responses((status = 200, body = PolicyAnswer), Failures))]
pub async fn policy(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Params(which): Params<Which>,
) -> Result<Json<PolicyAnswer>, Problem> {
    let version = tenure
        .monitoring_policy(&actor.member()?, &which.use_case)
        .await?;
    Ok(Json(PolicyAnswer {
        use_case: which.use_case,
        monitoring_policy: version,
    }))
}

/// A change of a monitoring policy.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPolicy {
    /// Id of the use case.
    #[schema(example = "attrition")]
    pub use_case: String,
    /// The preset to begin with; the version in force when absent.
    pub preset: Option<String>,
    /// Limits by name, written as on the page: `{"share_drifted": "30%"}`.
    #[serde(default)]
    pub settings: BTreeMap<String, String>,
    pub reason: String,
    /// The version that the change was made from: 409 when another one is in force by now.
    pub from_version: Option<u32>,
}

/// Sets the monitoring policy. It holds from the next check on. A token needs the scope `monitor`
/// of an administrator.
#[utoipa::path(put, path = "/monitoring-policy", tag = "monitoring", request_body = NewPolicy, responses((status = 200, body = PolicyAnswer), Failures))]
pub async fn set_policy(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Body(new): Body<NewPolicy>,
) -> Result<Json<PolicyAnswer>, Problem> {
    let admin = actor.admin_for(Scope::Monitor)?;
    let setting = |(name, value): (String, String)| {
        let known = name.parse::<MonitoringSetting>().map_err(|_| {
            Error::field(
                format!("settings.{name}"),
                ProblemCode::UnknownField,
                "There is no such limit.",
            )
        })?;
        Ok((known, value))
    };
    let settings: Result<Vec<_>, Error> = new.settings.into_iter().map(setting).collect();
    let change = PolicyChange {
        use_case: new.use_case.clone(),
        preset: new.preset.unwrap_or_default(),
        settings: settings?,
        reason: new.reason,
        from_version: new.from_version,
    };
    let version = tenure.set_monitoring_policy(&admin, &change).await?;
    Ok(Json(PolicyAnswer {
        use_case: new.use_case,
        monitoring_policy: version,
    }))
}
