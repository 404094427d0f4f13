//! Forms of the page of sources.

use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect};
use domain::Route;
use serde::Deserialize;
use workflow::{Error, Import, NewSource};

use crate::web::accounts::{Answer, redirect_with_flash};
use crate::web::auth::AuthUser;
use crate::web::problem::Problem;
use crate::web::state::AppState;

/// Longest value of a refused form that is filled in again, as it is encoded.
const LONGEST_KEPT: usize = 700;

/// The submitted source.
#[derive(Debug, Deserialize)]
pub struct Add {
    #[serde(default)]
    name: String,
    #[serde(default)]
    address: String,
    #[serde(default)]
    query: String,
    #[serde(default)]
    password: String,
}

/// Adds a source.
pub async fn add(
    State(state): State<AppState>,
    AuthUser(actor): AuthUser,
    Path(use_case): Path<String>,
    Form(form): Form<Add>,
) -> Answer {
    let new = NewSource {
        use_case: use_case.clone(),
        name: form.name.clone(),
        address: form.address.clone(),
        query: form.query.clone(),
        // Only the name of the variable is asked for: a password has no business in a form.
        secret: match form.password.trim() {
            "" => String::new(),
            name => format!("env:{name}"),
        },
        ..NewSource::default()
    };
    let added = state.tenure.add_source(&actor.admin()?, new).await;
    let page = page(&use_case);
    match added {
        Ok(source) => {
            let done = format!("Source {} added. Test it below.", source.name);
            redirect_with_flash(&state, &page, &[("done", &done)])
        }
        Err(error) if is_of_form(&error) => {
            let problems = if let Error::Fields(problems) = error {
                problems
            } else {
                vec![domain::FieldProblem::new(
                    "name",
                    domain::ProblemCode::Format,
                    error.to_string(),
                )]
            };
            let problems: Vec<(String, &str)> = problems
                .iter()
                .map(|problem| (format!("problem-{}", problem.field), &*problem.message))
                .collect();
            let mut pairs: Vec<(&str, &str)> = problems
                .iter()
                .map(|(field, message)| (field.as_str(), *message))
                .collect();
            // What the cookie cannot hold is typed again; a browser keeps it one step back.
            for pair in [
                ("name", form.name.as_str()),
                ("address", form.address.as_str()),
                ("password", form.password.as_str()),
                ("query", form.query.as_str()),
            ] {
                if domain::query::query_string(&[pair]).len() <= LONGEST_KEPT {
                    pairs.push(pair);
                }
            }
            redirect_with_flash(&state, &page, &pairs)
        }
        Err(error) => Err(Problem(error)),
    }
}

/// Asks a source for its first rows.
pub async fn test(
    State(state): State<AppState>,
    AuthUser(actor): AuthUser,
    Path((use_case, source)): Path<(String, String)>,
) -> Answer {
    let tested = state
        .tenure
        .test_source(&actor.admin()?, &use_case, &source)
        .await;
    told(&state, &use_case, tested.map(|rows| rows.sentence(&source)))
}

/// Removes a source.
pub async fn remove(
    State(state): State<AppState>,
    AuthUser(actor): AuthUser,
    Path((use_case, source)): Path<(String, String)>,
) -> Answer {
    let removed = state
        .tenure
        .remove_source(&actor.admin()?, &use_case, &source)
        .await;
    told(
        &state,
        &use_case,
        removed.map(|()| format!("Source {source} removed.")),
    )
}

/// What the rows are for, and of which day.
#[derive(Debug, Deserialize)]
pub struct Wanted {
    #[serde(default, rename = "for")]
    purpose: String,
    #[serde(default)]
    as_of: String,
}

/// Imports from a source and redirects to the new version, or back with the problems.
pub async fn import(
    State(state): State<AppState>,
    AuthUser(actor): AuthUser,
    Path((use_case, source)): Path<(String, String)>,
    Form(wanted): Form<Wanted>,
) -> Answer {
    let admin = actor.admin()?;
    let Ok(purpose) = wanted.purpose.parse() else {
        return redirect_with_flash(
            &state,
            &page(&use_case),
            &[("problem", "Choose what the data is for.")],
        );
    };
    let import = Import {
        use_case: use_case.clone(),
        as_of: Some(wanted.as_of).filter(|day| !day.is_empty()),
        purpose: Some(purpose),
        ..Import::default()
    };
    match state.tenure.import_from_form(&admin, &source, import).await {
        Ok(Ok(imported)) => {
            let dataset = Route::Dataset {
                use_case: use_case.into(),
                dataset: imported.dataset.dataset_id,
            };
            Ok(Redirect::to(&dataset.path()).into_response())
        }
        Ok(Err(number)) => {
            let list = Route::Datasets {
                use_case: use_case.into(),
            };
            Ok(Redirect::to(&list.with_query(&[("refused", number)])).into_response())
        }
        Err(error) => told(&state, &use_case, Err(error)),
    }
}

fn page(use_case: &str) -> Route {
    Route::Sources {
        use_case: use_case.into(),
    }
}

/// Redirects back to the page with what was done or with the problem.
fn told(state: &AppState, use_case: &str, result: workflow::Result<String>) -> Answer {
    let page = page(use_case);
    match result {
        Ok(done) => redirect_with_flash(state, &page, &[("done", &done)]),
        Err(error) if is_of_form(&error) => {
            redirect_with_flash(state, &page, &[("problem", &error.to_string())])
        }
        Err(error) => Err(Problem(error)),
    }
}

/// Whether the page tells the problem; others are pages of their own.
fn is_of_form(error: &Error) -> bool {
    matches!(
        error,
        Error::Invalid(_) | Error::Fields(_) | Error::NotFound(_) | Error::Conflict { .. }
    )
}
