//! Alerts, for programs.

use axum::Json;
use axum::extract::State;
use domain::{AlertKind, AlertState};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use workflow::{AlertQuery, AlertRow, Scope, Tenure};

use super::input::{Body, Params, Path};
use super::openapi::Failures;
use super::paging::{Page, Paging, page};
use super::paths::OfAlert;
use crate::web::auth::AuthUser;
use crate::web::problem::Problem;

/// `?use_case=attrition&state=open&kind=drift`, all of them optional; `state=all` for every state.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct WhichAlerts {
    /// Id of a use case.
    #[param(example = "attrition")]
    use_case: Option<String>,
    /// `open`, `acknowledged`, `snoozed`, `resolved` or `all`; those that are not resolved when
    /// absent.
    #[param(inline)]
    state: Option<StateOrAll>,
    #[param(inline)]
    kind: Option<AlertKind>,
    /// Items of a page, 1 to 1000; 100 when absent.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<usize>,
    /// `next_cursor` of the page before.
    #[param(max_length = 500)]
    cursor: Option<String>,
}

/// A state, or all of them.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StateOrAll {
    Open,
    Acknowledged,
    Snoozed,
    Resolved,
    All,
}

impl StateOrAll {
    fn state(self) -> Option<AlertState> {
        match self {
            Self::Open => Some(AlertState::Open),
            Self::Acknowledged => Some(AlertState::Acknowledged),
            Self::Snoozed => Some(AlertState::Snoozed),
            Self::Resolved => Some(AlertState::Resolved),
            Self::All => None,
        }
    }
}

/// The alerts that are not resolved, or those asked for, newest first.
#[utoipa::path(get, path = "/alerts", tag = "monitoring", params(WhichAlerts), responses((status = 200, body = Page<AlertRow>), Failures))]
pub async fn list_alerts(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Params(wanted): Params<WhichAlerts>,
) -> Result<Json<Page<AlertRow>>, Problem> {
    let query = AlertQuery {
        use_case: wanted.use_case,
        kind: wanted.kind,
        state: wanted.state.and_then(StateOrAll::state),
        all: matches!(wanted.state, Some(StateOrAll::All)),
    };
    let paging = Paging {
        limit: wanted.limit,
        cursor: wanted.cursor,
    };
    let all = tenure.alerts(&actor.member()?, &query).await?;
    Ok(Json(page(all, &paging, |own: &AlertRow| {
        own.id.to_string()
    })?))
}

/// A note.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Noted {
    #[serde(default)]
    pub note: String,
}

/// Acknowledges an alert. A token needs the scope `monitor`.
#[utoipa::path(post, path = "/alerts/{alert}/acknowledge", tag = "monitoring", params(OfAlert), request_body = Noted, responses((status = 200, body = AlertRow), Failures))]
pub async fn acknowledge_alert(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path(of): Path<OfAlert>,
    Body(noted): Body<Noted>,
) -> Result<Json<AlertRow>, Problem> {
    let contributor = actor.contributor_for(Scope::Monitor)?;
    let member = contributor.member();
    let use_case = tenure.use_case_of_alert(&member, &of.alert).await?;
    tenure
        .acknowledge_alert(&contributor, &use_case, &of.alert, &noted.note)
        .await?;
    Ok(Json(tenure.alert(&member, &use_case, &of.alert).await?))
}

/// How long an alert is put aside, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Snooze {
    #[schema(minimum = 1, maximum = 90)]
    pub days: i64,
    pub reason: String,
}

/// Puts an alert aside for some days. A token needs the scope `monitor`.
#[utoipa::path(post, path = "/alerts/{alert}/snooze", tag = "monitoring", params(OfAlert), request_body = Snooze, responses((status = 200, body = AlertRow), Failures))]
pub async fn snooze_alert(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path(of): Path<OfAlert>,
    Body(snooze): Body<Snooze>,
) -> Result<Json<AlertRow>, Problem> {
    let contributor = actor.contributor_for(Scope::Monitor)?;
    let member = contributor.member();
    let use_case = tenure.use_case_of_alert(&member, &of.alert).await?;
    tenure
        .snooze_alert(
            &contributor,
            &use_case,
            &of.alert,
            snooze.days,
            &snooze.reason,
        )
        .await?;
    Ok(Json(tenure.alert(&member, &use_case, &of.alert).await?))
}
