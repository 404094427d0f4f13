//! Forms and files of the prediction log.

use app::pages::scoring::what_if::address::Asked;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::{PredictionKind, Route};
use serde::Deserialize;
use workflow::prediction_log::{LogPolicyChange, NewHold, PredictionQuery};
use workflow::{Error, Result, Tenure};

use crate::web::accounts::{Answer, redirect_with_flash};
use crate::web::auth::AuthUser;
use crate::web::problem::Problem;
use crate::web::state::AppState;

/// The filters of the list.
#[derive(Debug, Default, Deserialize)]
pub struct Filters {
    #[serde(default)]
    person: String,
    #[serde(default)]
    since: String,
    #[serde(default)]
    until: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    version: String,
    #[serde(default)]
    why: String,
}

fn given<T: std::str::FromStr>(text: &str, rule: &str) -> Result<Option<T>> {
    match text.trim() {
        "" => Ok(None),
        text => text
            .parse()
            .map(Some)
            .map_err(|_| Error::Invalid(format!("“{text}” is not a valid filter. {rule}"))),
    }
}

impl Filters {
    fn query(self, use_case: String) -> Result<PredictionQuery> {
        Ok(PredictionQuery {
            use_case,
            since: given(&self.since, "Use a day, YYYY-MM-DD.")?,
            until: given(&self.until, "Use a day, YYYY-MM-DD.")?,
            kind: given::<PredictionKind>(&self.kind, "Use single, batch, what_if or scenario.")?,
            version: given(&self.version, "Use the number of a version.")?,
            person: Some(self.person).filter(|id| !id.is_empty()),
            after: None,
            why: self.why,
        })
    }
}

/// Entries as a file, CSV or JSON lines.
pub async fn export(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path((use_case, format)): Path<(String, String)>,
    Query(filters): Query<Filters>,
) -> std::result::Result<Response, Problem> {
    let analyst = actor.analyst()?;
    let (csv, media) = match format.as_str() {
        "csv" => (true, "text/csv; charset=utf-8"),
        "jsonl" => (false, "application/x-ndjson"),
        _ => {
            let message = "The format is csv or jsonl.";
            return Err(Problem(Error::NotFound(message.into())));
        }
    };
    let query = filters.query(use_case.clone())?;
    let file = tenure.export_predictions(&analyst, &query, csv).await?;
    let name = format!(
        "attachment; filename=\"{use_case}-predictions-{}.{format}\"",
        workflow::today()
    );
    Ok((
        [
            (header::CONTENT_TYPE, media.to_owned()),
            (header::CONTENT_DISPOSITION, name),
        ],
        file.bytes,
    )
        .into_response())
}

/// The policy as the form has it.
#[derive(Debug, Deserialize)]
pub struct PolicyForm {
    #[serde(default)]
    version: String,
    #[serde(default)]
    input: String,
    #[serde(default)]
    retention: String,
    #[serde(default)]
    on_failure: String,
    #[serde(default)]
    reason: String,
}

/// Sets the policy.
pub async fn set_policy(
    State(state): State<AppState>,
    AuthUser(actor): AuthUser,
    Path(use_case): Path<String>,
    Form(form): Form<PolicyForm>,
) -> Answer {
    let admin = actor.admin()?;
    let rule = "Choose one of the list.";
    let change = LogPolicyChange {
        use_case: use_case.clone(),
        input: given(&form.input, rule)?,
        on_failure: given(&form.on_failure, rule)?,
        retention: given(&form.retention, rule)?,
        reason: form.reason,
        from_version: given(&form.version, "Reload the page.")?,
    };
    let done = state.tenure.set_log_policy(&admin, &change).await;
    told(
        &state,
        &use_case,
        done.map(|policy| format!("Version {} of the policy is in force.", policy.version)),
    )
}

/// A hold to be placed.
#[derive(Debug, Deserialize)]
pub struct HoldForm {
    #[serde(default)]
    person: String,
    #[serde(default)]
    reason: String,
}

/// Places a hold.
pub async fn hold(
    State(state): State<AppState>,
    AuthUser(actor): AuthUser,
    Path(use_case): Path<String>,
    Form(form): Form<HoldForm>,
) -> Answer {
    let admin = actor.admin()?;
    let new = NewHold {
        use_case: use_case.clone(),
        person: Some(form.person).filter(|id| !id.trim().is_empty()),
        reason: form.reason,
    };
    let done = state.tenure.hold_predictions(&admin, &new).await;
    told(
        &state,
        &use_case,
        done.map(|_| "The hold is in force.".to_owned()),
    )
}

/// A hold to be released.
#[derive(Debug, Deserialize)]
pub struct ReleaseForm {
    #[serde(default)]
    hold: String,
    #[serde(default)]
    reason: String,
}

/// Releases a hold.
pub async fn release(
    State(state): State<AppState>,
    AuthUser(actor): AuthUser,
    Path(use_case): Path<String>,
    Form(form): Form<ReleaseForm>,
) -> Answer {
    let admin = actor.admin()?;
    let done = state
        .tenure
        .release_predictions(&admin, &use_case, &form.hold, &form.reason)
        .await;
    told(
        &state,
        &use_case,
        done.map(|()| "The hold is released.".to_owned()),
    )
}

/// Purges what is over.
pub async fn purge(
    State(state): State<AppState>,
    AuthUser(actor): AuthUser,
    Path(use_case): Path<String>,
) -> Answer {
    let admin = actor.admin()?;
    let done = state
        .tenure
        .purge_predictions(&admin, &use_case, false)
        .await;
    told(
        &state,
        &use_case,
        done.map(|purged| {
            format!(
                "Purged: {} entries and {} files of batches. Held: {}.",
                purged.entries, purged.files, purged.held
            )
        }),
    )
}

/// Writes a scenario of a person on the what-if page to the log: the form of that page.
pub async fn save_scenario(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path(use_case): Path<String>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> std::result::Result<StatusCode, Problem> {
    let analyst = actor.analyst()?;
    let asked = Asked::from_pairs(pairs);
    let person = asked.person.unwrap_or_default();
    tenure
        .save_scenario(&analyst, &use_case, &person, &asked.why, &asked.values)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Redirects back to the policy with what was done or with the problem.
fn told(state: &AppState, use_case: &str, result: Result<String>) -> Answer {
    let page = Route::PredictionPolicy {
        use_case: use_case.into(),
    };
    match result {
        Ok(done) => redirect_with_flash(state, &page, &[("done", &done)]),
        Err(error @ (Error::Fields(_) | Error::Invalid(_) | Error::Conflict { .. })) => {
            redirect_with_flash(state, &page, &[("problem", &error.to_string())])
        }
        Err(error) => Err(Problem(error)),
    }
}
