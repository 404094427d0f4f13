//! Alerts, for programs.

use axum::Json;
use axum::extract::State;
use domain::{AlertKind, AlertState};
use serde::Deserialize;
use workflow::{AlertQuery, AlertRow, Tenure};

use super::input::Params;
use crate::web::auth::AuthUser;
use crate::web::problem::Problem;

/// `?use_case=attrition&state=open&kind=drift`, all of them optional; `state=all` for every state.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    use_case: Option<String>,
    state: Option<StateOrAll>,
    kind: Option<AlertKind>,
}

/// A state, or all of them.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum StateOrAll {
    One(AlertState),
    All(All),
}

#[derive(Debug, Deserialize)]
enum All {
    #[serde(rename = "all")]
    All,
}

/// The alerts that are not resolved, or those asked for, newest first.
pub async fn list(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Params(wanted): Params<Wanted>,
) -> Result<Json<Vec<AlertRow>>, Problem> {
    let (state, all) = match wanted.state {
        Some(StateOrAll::One(state)) => (Some(state), false),
        Some(StateOrAll::All(All::All)) => (None, true),
        None => (None, false),
    };
    let query = AlertQuery {
        use_case: wanted.use_case,
        kind: wanted.kind,
        state,
        all,
    };
    Ok(Json(tenure.alerts(&actor.member()?, &query).await?))
}
