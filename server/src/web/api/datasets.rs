//! Training sets from the history in the store.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};
use workflow::datasets::NewTrainingSet;
use workflow::{Error, Tenure};

use super::input::Body;
use crate::web::auth::AuthUser;
use crate::web::problem::Problem;

/// `{"use_case": "attrition", "until": "2026-06-30", "dry_run": true}`; the last two may be left
/// out.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainingSet {
    use_case: String,
    until: Option<String>,
    #[serde(default)]
    dry_run: bool,
}

/// Builds a training set, or counts its rows only. The same history gives the same dataset, and
/// `new` is then false.
pub async fn training_set(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Body(request): Body<TrainingSet>,
) -> Result<Json<Value>, Problem> {
    let admin = actor.admin()?;
    let new = NewTrainingSet {
        use_case: request.use_case,
        until: request.until,
    };
    if request.dry_run {
        let plan = tenure.plan_training_set(&admin, &new).await?;
        return Ok(Json(json!({ "dataset": null, "new": false, "plan": plan })));
    }
    let built = tenure.build_training_set(&admin, &new).await?;
    Ok(Json(serde_json::to_value(built).map_err(Error::caused)?))
}
