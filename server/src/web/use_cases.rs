//! The forms that make a use case from files, and the text of a use case as a file.

use axum::Router;
use axum::extract::{DefaultBodyLimit, Form, Multipart, Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use domain::Route;
use domain::route::pattern;
use serde::Deserialize;
use workflow::{Error, Import, SavedDraft};

use super::accounts::{Answer, redirect_with_flash};
use super::auth::AuthUser;
use super::import_form::{ImportForm, MOST_BYTES};
use super::problem::Problem;
use super::state::AppState;

/// Problems of files that a message names.
const NAMED_PROBLEMS: usize = 3;

/// Largest form with the text of a definition, as it is encoded, in bytes.
const LONGEST_FORM: usize = 4 << 20;

pub fn routes() -> Router<AppState> {
    Router::new()
        .route(
            pattern::NewUseCase,
            post(send_files).layer(DefaultBodyLimit::max(MOST_BYTES)),
        )
        .route(pattern::UseCaseDraft, post(answer))
        .route(
            pattern::DefinitionSave,
            post(save_definition).layer(DefaultBodyLimit::max(LONGEST_FORM)),
        )
        .route(pattern::DefinitionToml, get(toml))
}

/// Begins a use case from files.
async fn send_files(
    State(state): State<AppState>,
    AuthUser(actor): AuthUser,
    form: Multipart,
) -> Answer {
    let admin = actor.admin()?;
    let back =
        |problem: &str| redirect_with_flash(&state, &Route::NewUseCase, &[("problem", problem)]);
    let import = match ImportForm::read(String::new(), form).await {
        Ok(form) => form.import(),
        Err(problem) => return back(&problem),
    };
    if import.files.is_empty() {
        return back("Choose a file.");
    }
    match state.tenure.start_draft(&admin, import).await {
        Ok(()) => Ok(Redirect::to(&Route::UseCaseDraft.path()).into_response()),
        Err(Error::Refused(refusal)) => {
            let cells = refusal.problems.iter().take(NAMED_PROBLEMS).map(|problem| {
                let file = problem.file.as_deref().unwrap_or_default();
                format!(
                    " {file}, row {}, {}: {}.",
                    problem.row, problem.column, problem.rule
                )
            });
            back(&format!("{refusal}{}", cells.collect::<String>()))
        }
        Err(error @ Error::Invalid(_)) => back(&error.to_string()),
        Err(error) => Err(Problem(error)),
    }
}

/// Checks, saves or discards the use case in progress.
async fn answer(
    State(state): State<AppState>,
    AuthUser(actor): AuthUser,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Answer {
    let admin = actor.admin()?;
    let page = Route::UseCaseDraft;
    let one = |name: &str| {
        pairs
            .iter()
            .find(|(known, _)| known == name)
            .map_or("", |(_, value)| value.as_str())
    };
    if one("then") == "discard" {
        state.tenure.discard_draft(&admin);
        return Ok(Redirect::to(&Route::NewUseCase.path()).into_response());
    }
    let Some(view) = state.tenure.held_draft(&admin) else {
        return Ok(Redirect::to(&page.path()).into_response());
    };
    let (answers, unreadable) = pages::use_cases::answers(&pairs, &view);
    // What is typed for saving is not part of the draft.
    let (as_of, purpose) = (("as_of", one("as_of")), ("for", one("for")));
    if let Some(first) = unreadable.first() {
        // Every other choice is kept.
        if answers.target.is_empty() {
            state.tenure.keep_answers(&admin, answers);
        } else {
            state.tenure.answer_draft(&admin, answers).await?;
        }
        let horizon = unreadable.iter().find(|own| own.field == "horizon");
        let pairs = [
            ("problem", first.problem.as_str()),
            ("field", first.field),
            ("horizon", horizon.map_or("", |own| own.text.as_str())),
            as_of,
            purpose,
        ];
        return redirect_with_flash(&state, &page, &pairs);
    }
    let import = match one("then") {
        "save" => None,
        "import" => Some(Import {
            as_of: Some(one("as_of").to_owned()).filter(|day| !day.is_empty()),
            purpose: one("for").parse().ok(),
            ..Import::default()
        }),
        _ => {
            state.tenure.answer_draft(&admin, answers).await?;
            return Ok(Redirect::to(&page.path()).into_response());
        }
    };
    let saved = match state.tenure.save_draft(&admin, answers, import).await {
        Ok(saved) => saved,
        Err(error @ (Error::Conflict { .. } | Error::Invalid(_))) => {
            return redirect_with_flash(
                &state,
                &page,
                &[
                    ("problem", error.to_string().as_str()),
                    ("field", "id"),
                    as_of,
                    purpose,
                ],
            );
        }
        Err(error) => return Err(Problem(error)),
    };
    Ok(match saved {
        SavedDraft::Problems => Redirect::to(&page.path()),
        SavedDraft::Saved(id) => Redirect::to(
            &Route::Definition {
                use_case: id.into(),
            }
            .path(),
        ),
        SavedDraft::Imported(id, _) => Redirect::to(
            &Route::Train {
                use_case: id.into(),
            }
            .path(),
        ),
        SavedDraft::Refused(id, number) => Redirect::to(
            &Route::Datasets {
                use_case: id.into(),
            }
            .with_query(&[("refused", number)]),
        ),
    }
    .into_response())
}

/// The submitted text of a definition.
#[derive(Debug, Deserialize)]
struct Edited {
    #[serde(default)]
    text: String,
    #[serde(default)]
    base: u32,
    /// `save`, `discard`, or anything else to check it only.
    #[serde(default)]
    then: String,
}

/// Checks, saves or discards a changed definition.
async fn save_definition(
    State(state): State<AppState>,
    AuthUser(actor): AuthUser,
    Path(use_case): Path<String>,
    Form(Edited { text, base, then }): Form<Edited>,
) -> Answer {
    let admin = actor.admin()?;
    let definition = Route::Definition {
        use_case: (&use_case).into(),
    };
    let edit = Route::DefinitionEdit {
        use_case: (&use_case).into(),
    };
    let tenure = &state.tenure;
    let done = match then.as_str() {
        "discard" => {
            tenure.discard_definition(&admin);
            return Ok(Redirect::to(&definition.path()).into_response());
        }
        "save" => tenure.save_definition(&admin, &use_case, base, text).await,
        _ => {
            let checked = tenure.check_definition(&admin, &use_case, base, text).await;
            checked.map(|_| None)
        }
    };
    match done {
        Ok(None) => Ok(Redirect::to(&edit.path()).into_response()),
        Ok(Some(saved)) => {
            let version = saved.definition.version;
            let done = if saved.new {
                format!("Version {version} is saved and in force.")
            } else {
                format!("Version {version} says the same already. Nothing was saved.")
            };
            redirect_with_flash(&state, &definition, &[("done", &done)])
        }
        Err(error @ (Error::Invalid(_) | Error::Conflict { .. })) => {
            redirect_with_flash(&state, &edit, &[("problem", &error.to_string())])
        }
        Err(error) => Err(Problem(error)),
    }
}

/// Which version.
#[derive(Debug, Deserialize)]
struct Version {
    version: Option<u32>,
}

/// The text of the definition in force, or of a version, as a file.
async fn toml(
    State(state): State<AppState>,
    AuthUser(actor): AuthUser,
    Path(id): Path<String>,
    Query(Version { version }): Query<Version>,
) -> Result<Response, Problem> {
    let text = state
        .tenure
        .use_case_text(&actor.member()?, &id, version)
        .await?;
    Ok((
        [
            (
                header::CONTENT_TYPE,
                "application/toml; charset=utf-8".to_owned(),
            ),
            (
                header::CONTENT_DISPOSITION,
                format!("attachment; filename=\"{id}.toml\""),
            ),
        ],
        text,
    )
        .into_response())
}
