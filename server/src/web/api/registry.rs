//! The live version and its input fields.

use axum::Json;
use axum::extract::State;
use model::{Field, MissingPolicy};
use serde::Deserialize;
use serde_json::{Value, json};
use workflow::Tenure;

use super::input::Params;
use crate::web::auth::AuthUser;
use crate::web::problem::Problem;

/// `?use_case=attrition`, and optionally a time in the past.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Which {
    use_case: String,
    as_of: Option<String>,
}

/// The live version of a use case with its input fields; with `as_of`, the version live at that
/// time and the change that made it live.
pub async fn live(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Params(which): Params<Which>,
) -> Result<Json<Value>, Problem> {
    if let Some(moment) = &which.as_of {
        let change = tenure
            .live_as_of(&actor.member()?, &which.use_case, moment)
            .await?;
        let version = change.as_ref().and_then(|change| change.version);
        return Ok(Json(
            json!({ "use_case": which.use_case, "as_of": moment, "version": version, "change": change }),
        ));
    }
    let page = tenure
        .live_version(&actor.member()?, &which.use_case)
        .await?;
    let use_case = tenure.use_case(&which.use_case)?;
    let (_, model, _) = tenure
        .registered(&actor.member()?, &which.use_case, page.version.version)
        .await?;
    let field = |field: &Field| {
        json!({
            "name": field.name,
            "label": field.label,
            "kind": field.kind,
            "unit": field.unit,
            "range": field.range,
            "levels": field.levels,
            "may_be_missing": field.missing != MissingPolicy::Refuse,
        })
    };
    Ok(Json(json!({
        "use_case": use_case.id,
        "version": page.version.version,
        "stage": page.version.stage,
        "candidate": page.version.candidate,
        "created_at": page.version.created_at,
        "data_hash": page.data_hash,
        "model_hash": page.model_hash,
        "cutoff": use_case.policies.cutoff,
        // Of the version: the use case may state another one by now.
        "horizon_days": model.use_case.horizon_days,
        "metrics": page.version.metrics.iter().map(|(name, figure)| (name.clone(), json!(figure))).collect::<serde_json::Map<_, _>>(),
        "fields": use_case.inputs().map(field).collect::<Vec<_>>(),
    })))
}

/// `?use_case=attrition`, and optionally a version by its number or alias.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    use_case: String,
    version: Option<String>,
}

/// What happened to the models of a use case and what is due, newest first.
pub async fn timeline(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Params(line): Params<Line>,
) -> Result<Json<Value>, Problem> {
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
    Ok(Json(
        json!({ "use_case": line.use_case, "version": version, "entries": entries }),
    ))
}
