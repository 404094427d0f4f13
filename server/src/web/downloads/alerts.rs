//! Forms of the pages of alerts.

use axum::Form;
use axum::extract::{Path, State};
use domain::{AlertId, Route};
use serde::Deserialize;
use workflow::{Error, Result};

use crate::web::accounts::{Answer, redirect_with_flash};
use crate::web::auth::AuthUser;
use crate::web::problem::Problem;
use crate::web::state::AppState;

/// What is written with an acknowledgement.
#[derive(Debug, Deserialize)]
pub struct Acknowledged {
    #[serde(default)]
    note: String,
}

/// Acknowledges an alert.
pub async fn acknowledge(
    State(state): State<AppState>,
    AuthUser(actor): AuthUser,
    Path((use_case, alert)): Path<(String, AlertId)>,
    Form(form): Form<Acknowledged>,
) -> Answer {
    let contributor = actor.contributor()?;
    let done = state
        .tenure
        .acknowledge_alert(&contributor, &use_case, &alert, &form.note)
        .await
        .map(|_| "The alert is acknowledged.".to_owned());
    told(&state, &page(&use_case, &alert), done)
}

/// For how long, and why.
#[derive(Debug, Deserialize)]
pub struct Snoozed {
    #[serde(default)]
    days: String,
    #[serde(default)]
    reason: String,
}

/// Puts an alert aside.
pub async fn snooze(
    State(state): State<AppState>,
    AuthUser(actor): AuthUser,
    Path((use_case, alert)): Path<(String, AlertId)>,
    Form(form): Form<Snoozed>,
) -> Answer {
    let contributor = actor.contributor()?;
    // What is no number is outside of the range too.
    let days = form.days.trim().parse().unwrap_or(0);
    let done = state
        .tenure
        .snooze_alert(&contributor, &use_case, &alert, days, &form.reason)
        .await
        .map(|alert| {
            let until = alert.snoozed_until.map(domain::Timestamp::long);
            format!("The alert is snoozed until {}.", until.unwrap_or_default())
        });
    told(&state, &page(&use_case, &alert), done)
}

/// Who looks after it.
#[derive(Debug, Deserialize)]
pub struct Assigned {
    #[serde(default)]
    owner: String,
}

/// Names the owner of an alert.
pub async fn assign(
    State(state): State<AppState>,
    AuthUser(actor): AuthUser,
    Path((use_case, alert)): Path<(String, AlertId)>,
    Form(form): Form<Assigned>,
) -> Answer {
    let contributor = actor.contributor()?;
    let done = state
        .tenure
        .assign_alert(&contributor, &use_case, &alert, &form.owner)
        .await
        .map(|alert| match alert.owner {
            Some(owner) => format!("The alert is assigned to {owner}."),
            None => "The alert is assigned to nobody.".to_owned(),
        });
    told(&state, &page(&use_case, &alert), done)
}

/// Sends a test message to a channel.
pub async fn test(
    State(state): State<AppState>,
    AuthUser(actor): AuthUser,
    Path((use_case, channel)): Path<(String, String)>,
) -> Answer {
    let admin = actor.admin()?;
    let tested = state.tenure.test_channel(&admin, &channel).await;
    let done = tested.and_then(|tested| match tested.received {
        true => Ok(tested.sentence()),
        false => Err(Error::Invalid(tested.sentence())),
    });
    told(&state, &list(&use_case), done)
}

/// Whether messages are sent to a channel.
#[derive(Debug, Deserialize)]
pub struct Switched {
    enabled: bool,
}

/// Turns a channel on or off.
pub async fn switch(
    State(state): State<AppState>,
    AuthUser(actor): AuthUser,
    Path((use_case, channel)): Path<(String, String)>,
    Form(form): Form<Switched>,
) -> Answer {
    let admin = actor.admin()?;
    let done = state
        .tenure
        .switch_channel(&admin, &channel, form.enabled)
        .await
        .map(|channel| {
            let state = if channel.enabled {
                "enabled"
            } else {
                "disabled"
            };
            format!("Channel {} {state}.", channel.name)
        });
    told(&state, &list(&use_case), done)
}

fn list(use_case: &str) -> Route {
    Route::Alerts {
        use_case: use_case.into(),
    }
}

fn page(use_case: &str, alert: &AlertId) -> Route {
    Route::Alert {
        use_case: use_case.into(),
        alert: alert.clone(),
    }
}

/// Redirects back to a page with what was done or with the problem.
fn told(state: &AppState, page: &Route, result: Result<String>) -> Answer {
    match result {
        Ok(done) => redirect_with_flash(state, page, &[("done", &done)]),
        Err(Error::Fields(problems)) => {
            let problems: Vec<(String, &str)> = problems
                .iter()
                .map(|problem| (format!("problem-{}", problem.field), &*problem.message))
                .collect();
            let pairs: Vec<(&str, &str)> = problems
                .iter()
                .map(|(field, message)| (field.as_str(), *message))
                .collect();
            redirect_with_flash(state, page, &pairs)
        }
        Err(error @ (Error::Invalid(_) | Error::Conflict { .. })) => {
            redirect_with_flash(state, page, &[("problem", &error.to_string())])
        }
        Err(error) => Err(Problem(error)),
    }
}
