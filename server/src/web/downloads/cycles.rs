//! Forms and files of the pages of cycles.

use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use domain::{CycleFile, CycleId, CycleScope, Rescoring, Route};
use serde::Deserialize;
use workflow::{Error, NewCycle, NewSchedule, Tenure};

use crate::web::accounts::{Answer, redirect_with_flash};
use crate::web::auth::AuthUser;
use crate::web::problem::Problem;
use crate::web::state::AppState;

/// How much of a cycle is to be done.
#[derive(Debug, Deserialize)]
pub struct Run {
    #[serde(default)]
    scope: String,
}

/// Queues a cycle and redirects to its page.
pub async fn run(
    State(state): State<AppState>,
    AuthUser(actor): AuthUser,
    Path(use_case): Path<String>,
    Form(Run { scope }): Form<Run>,
) -> Answer {
    let admin = actor.admin()?;
    let Ok(scope) = scope.parse::<CycleScope>() else {
        return Err(Problem(Error::Invalid(
            "Choose what is to be done: full, scores or retraining.".into(),
        )));
    };
    let new = NewCycle {
        scope,
        ..NewCycle::full(use_case.as_str())
    };
    match state.tenure.start_cycle(&admin, &new).await {
        Ok(cycle) => Ok(Redirect::to(&page(&use_case, &cycle.cycle_id).path()).into_response()),
        Err(error) => told(&state, &list(&use_case), error),
    }
}

/// Opens a cycle again and redirects to its page.
pub async fn retry(
    State(state): State<AppState>,
    AuthUser(actor): AuthUser,
    Path((use_case, cycle)): Path<(String, CycleId)>,
) -> Answer {
    let page = page(&use_case, &cycle);
    let admin = actor.admin()?;
    match state.tenure.retry_cycle(&admin, &use_case, &cycle).await {
        Ok(_) => Ok(Redirect::to(&page.path()).into_response()),
        Err(error) => told(&state, &page, error),
    }
}

/// Stops a cycle and redirects to its page.
pub async fn cancel(
    State(state): State<AppState>,
    AuthUser(actor): AuthUser,
    Path((use_case, cycle)): Path<(String, CycleId)>,
) -> Answer {
    let page = page(&use_case, &cycle);
    let admin = actor.admin()?;
    match state.tenure.cancel_cycle(&admin, &use_case, &cycle).await {
        Ok(()) => Ok(Redirect::to(&page.path()).into_response()),
        Err(error) => told(&state, &page, error),
    }
}

/// The submitted schedule.
#[derive(Debug, Deserialize)]
pub struct Submitted {
    #[serde(default)]
    cron: String,
    #[serde(default)]
    time_zone: String,
    #[serde(default)]
    source: String,
    #[serde(default)]
    rescoring: String,
}

/// Sets the schedule and redirects to the list.
pub async fn set_schedule(
    State(state): State<AppState>,
    AuthUser(actor): AuthUser,
    Path(use_case): Path<String>,
    Form(form): Form<Submitted>,
) -> Answer {
    let admin = actor.admin()?;
    let Ok(rescoring) = form.rescoring.parse::<Rescoring>() else {
        return Err(Problem(Error::Invalid(
            "Choose when people are scored again: at_once or next_cycle.".into(),
        )));
    };
    let new = NewSchedule {
        use_case: use_case.clone(),
        cron: form.cron.clone(),
        time_zone: form.time_zone.clone(),
        source: form.source.clone(),
        rescoring,
    };
    let list = list(&use_case);
    match state.tenure.set_schedule(&admin, &new).await {
        Ok(_) => redirect_with_flash(&state, &list, &[("done", "The schedule is saved.")]),
        Err(Error::Fields(problems)) => {
            let problems: Vec<(String, String)> = problems
                .into_iter()
                .map(|problem| (format!("problem-{}", problem.field), problem.message))
                .collect();
            let mut pairs: Vec<(&str, &str)> = problems
                .iter()
                .map(|(field, message)| (field.as_str(), message.as_str()))
                .collect();
            pairs.extend([
                ("cron", form.cron.as_str()),
                ("time_zone", form.time_zone.as_str()),
                ("source", form.source.as_str()),
            ]);
            redirect_with_flash(&state, &list, &pairs)
        }
        Err(error) => told(&state, &list, error),
    }
}

/// Turns the schedule off and redirects to the list.
pub async fn remove_schedule(
    State(state): State<AppState>,
    AuthUser(actor): AuthUser,
    Path(use_case): Path<String>,
) -> Answer {
    let admin = actor.admin()?;
    let list = list(&use_case);
    match state.tenure.remove_schedule(&admin, &use_case).await {
        Ok(()) => redirect_with_flash(&state, &list, &[("done", "The schedule is off.")]),
        Err(error) => told(&state, &list, error),
    }
}

/// Why a file about people is wanted.
#[derive(Debug, Deserialize)]
pub struct Wanted {
    #[serde(default)]
    why: String,
}

/// A file of a cycle.
pub async fn file(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path((use_case, cycle, name)): Path<(String, CycleId, String)>,
    Query(Wanted { why }): Query<Wanted>,
) -> Result<Response, Problem> {
    let file = name
        .strip_suffix(".json")
        .and_then(|name| name.parse().ok());
    let file: CycleFile =
        file.ok_or_else(|| Error::NotFound(format!("A cycle has no file “{name}”.")))?;
    let text = if file.is_about_people() {
        let analyst = actor.analyst()?;
        tenure
            .cycle_people_file(&analyst, &use_case, &cycle, file, &why)
            .await?
    } else {
        tenure
            .cycle_file(&actor.member()?, &use_case, &cycle, file)
            .await?
    };
    let day = tenure
        .cycle(&actor.member()?, &use_case, &cycle)
        .await?
        .cycle
        .as_of;
    let day = day.map(|day| format!("_{day}")).unwrap_or_default();
    let disposition = format!("attachment; filename=\"{file}{day}.json\"");
    Ok((
        [
            (header::CONTENT_TYPE, "application/json".to_owned()),
            (header::CONTENT_DISPOSITION, disposition),
        ],
        text,
    )
        .into_response())
}

fn list(use_case: &str) -> Route {
    Route::Cycles {
        use_case: use_case.into(),
    }
}

fn page(use_case: &str, cycle: &CycleId) -> Route {
    Route::Cycle {
        use_case: use_case.into(),
        cycle: cycle.clone(),
    }
}

/// Redirects to a page with the problem, where the page can tell it.
fn told(state: &AppState, page: &Route, error: Error) -> Answer {
    if matches!(
        error,
        Error::Invalid(_) | Error::Fields(_) | Error::NotFound(_) | Error::Conflict { .. }
    ) {
        redirect_with_flash(state, page, &[("problem", &error.to_string())])
    } else {
        Err(Problem(error))
    }
}
