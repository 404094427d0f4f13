//! Files of outcomes that somebody sends from a page or takes out of use.

use axum::extract::{DefaultBodyLimit, Form, Multipart, Path, State};
use axum::response::{IntoResponse, Redirect};
use axum::routing::{MethodRouter, post};
use data::MatchRule;
use domain::Route;
use serde::Deserialize;
use workflow::{Error, OutcomesImport};

use crate::web::accounts::{Answer, redirect_with_flash};
use crate::web::auth::AuthUser;
use crate::web::problem::Problem;
use crate::web::state::AppState;

/// Largest import from a page, in bytes.
const MOST_BYTES: usize = 64 << 20;

/// The route for outcomes from the page.
pub fn import_route() -> MethodRouter<AppState> {
    post(import).layer(DefaultBodyLimit::max(MOST_BYTES))
}

/// Imports the file and redirects back, with what was done or with the problems.
async fn import(
    State(state): State<AppState>,
    AuthUser(actor): AuthUser,
    Path(use_case): Path<String>,
    form: Multipart,
) -> Answer {
    let admin = actor.admin()?;
    let page = Route::Outcomes {
        use_case: (&use_case).into(),
    };
    let words = state.tenure.use_case(&use_case)?.words.clone();
    let import = match import_of(use_case, form).await {
        Ok(import) if import.name.is_empty() => {
            return redirect_with_flash(&state, &page, &[("problem", "Choose a file to import.")]);
        }
        Ok(import) => import,
        Err(problem) => return redirect_with_flash(&state, &page, &[("problem", &problem)]),
    };
    match state.tenure.import_outcomes_form(&admin, import).await? {
        Ok(imported) => redirect_with_flash(&state, &page, &[("done", &imported.sentence(&words))]),
        Err(number) => Ok(Redirect::to(&page.with_query(&[("refused", number)])).into_response()),
    }
}

/// The submitted reason.
#[derive(Debug, Deserialize)]
pub struct Withdraw {
    #[serde(default)]
    reason: String,
}

/// Takes a file of outcomes out of use and redirects back.
pub async fn withdraw(
    State(state): State<AppState>,
    AuthUser(actor): AuthUser,
    Path((use_case, import)): Path<(String, String)>,
    Form(Withdraw { reason }): Form<Withdraw>,
) -> Answer {
    let page = Route::Outcomes {
        use_case: (&use_case).into(),
    };
    match state
        .tenure
        .withdraw_outcomes(&actor.admin()?, Some(&use_case), &import, &reason)
        .await
    {
        Ok(import) => {
            let done = format!("{} is withdrawn.", import.name);
            redirect_with_flash(&state, &page, &[("done", &done)])
        }
        Err(error @ (Error::Invalid(_) | Error::Conflict { .. })) => {
            redirect_with_flash(&state, &page, &[("problem", &error.to_string())])
        }
        Err(error) => Err(Problem(error)),
    }
}

/// The form's import, or a sentence about what is wrong with the form.
async fn import_of(use_case: String, mut form: Multipart) -> Result<OutcomesImport, String> {
    let incomplete = |error: axum::extract::multipart::MultipartError| error.body_text();
    let mut import = OutcomesImport {
        use_case,
        ..OutcomesImport::default()
    };
    while let Some(field) = form.next_field().await.map_err(incomplete)? {
        let name = field.name().unwrap_or_default().to_owned();
        if name == "file" {
            // A browser sends an empty part when no file was chosen.
            import.name = field.file_name().unwrap_or_default().to_owned();
            import.bytes = field.bytes().await.map_err(incomplete)?.to_vec();
            continue;
        }
        let text = field.text().await.map_err(incomplete)?;
        let given = Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        match name.as_str() {
            "person" => import.columns.person = given,
            "date" => import.columns.date = given,
            "outcome" => import.columns.outcome = given,
            "reason" => import.columns.reason = given,
            "leavers_only" => import.columns.leavers_only = text == "true",
            "complete_until" => import.complete_until = given,
            // No choice, or none of those on the form: a rule may be proposed, and none is applied.
            "match" => import.matching.rule = given.as_deref().and_then(MatchRule::parse),
            "allow_unmatched" => import.matching.allow_unmatched = text == "true",
            option => {
                import
                    .options
                    .set(option, &text)
                    .map_err(|error| error.to_string())?;
            }
        }
    }
    Ok(import)
}
