//! Forms of the pages of data: imports and their previews, training sets, withdrawals.

use axum::extract::{DefaultBodyLimit, Form, Multipart, Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{MethodRouter, post};
use domain::Route;
use serde::Deserialize;
use workflow::datasets::NewTrainingSet;
use workflow::{Error, Imported};

use crate::web::accounts::{Answer, redirect_with_flash};
use crate::web::auth::AuthUser;
use crate::web::import_form::{ImportForm, MOST_BYTES};
use crate::web::problem::Problem;
use crate::web::state::AppState;

/// The route for imports from the page.
pub fn import_route() -> MethodRouter<AppState> {
    post(import).layer(DefaultBodyLimit::max(MOST_BYTES))
}

/// Imports the files and redirects to the new version, or back to the list with the problems.
async fn import(
    State(state): State<AppState>,
    AuthUser(actor): AuthUser,
    Path(use_case): Path<String>,
    form: Multipart,
) -> Answer {
    let admin = actor.admin()?;
    let list = Route::Datasets {
        use_case: (&use_case).into(),
    };
    let back = |problem: &str| redirect_with_flash(&state, &list, &[("problem", problem)]);
    let form = match ImportForm::read(use_case.clone(), form).await {
        Ok(form) => form,
        Err(problem) => return back(&problem),
    };
    let preview = form.step == "preview";
    let import = form.import();
    if import.files.is_empty() {
        return back("Choose a file to import.");
    }
    if import.purpose.is_none() {
        return back("Choose what the data is for.");
    }
    if preview {
        return match state.tenure.hold_import(&admin, import).await {
            Ok(()) => {
                let page = Route::ImportPreview {
                    use_case: use_case.into(),
                };
                Ok(Redirect::to(&page.path()).into_response())
            }
            Err(error @ Error::Invalid(_)) => back(&error.to_string()),
            Err(error) => Err(Problem(error)),
        };
    }
    Ok(imported(
        use_case,
        state.tenure.import_form(&admin, import).await?,
    ))
}

/// Redirects to the new version, or to the list with the problems.
fn imported(use_case: String, result: Result<Imported, String>) -> Response {
    let page = match result {
        Ok(imported) => Route::Dataset {
            use_case: use_case.into(),
            dataset: imported.dataset.dataset_id,
        }
        .path(),
        Err(number) => Route::Datasets {
            use_case: use_case.into(),
        }
        .with_query(&[("refused", number)]),
    };
    Redirect::to(&page).into_response()
}

/// Imports the files that are looked at, reads them in another way, or lets go of them.
pub async fn answer_preview(
    State(state): State<AppState>,
    AuthUser(actor): AuthUser,
    Path(use_case): Path<String>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Answer {
    let admin = actor.admin()?;
    let list = Route::Datasets {
        use_case: (&use_case).into(),
    };
    let page = Route::ImportPreview {
        use_case: (&use_case).into(),
    };
    let mut form = ImportForm::new(use_case.clone());
    let mut then = String::new();
    for (name, value) in pairs {
        if name == "then" {
            then = value;
        } else if let Err(problem) = form.set(&name, value) {
            return redirect_with_flash(&state, &page, &[("problem", &problem)]);
        }
    }
    let done = match then.as_str() {
        "discard" => {
            state.tenure.discard_import(&admin);
            return Ok(Redirect::to(&list.path()).into_response());
        }
        "import" => {
            let result = state.tenure.import_held(&admin, &use_case).await;
            result.map(|result| imported(use_case, result))
        }
        _ => {
            let held = state.tenure.hold_import(&admin, form.import()).await;
            held.map(|()| Redirect::to(&page.path()).into_response())
        }
    };
    match done {
        Ok(response) => Ok(response),
        Err(error @ Error::Invalid(_)) => {
            redirect_with_flash(&state, &list, &[("problem", &error.to_string())])
        }
        Err(error) => Err(Problem(error)),
    }
}

/// The submitted form of a training set.
#[derive(Debug, Deserialize)]
pub struct TrainingSet {
    #[serde(default)]
    until: String,
    /// `build`, or anything else to count the rows only.
    #[serde(default)]
    step: String,
}

/// Counts the rows of a training set, or builds it and redirects to its page.
pub async fn training_set(
    State(state): State<AppState>,
    AuthUser(actor): AuthUser,
    Path(use_case): Path<String>,
    Form(TrainingSet { until, step }): Form<TrainingSet>,
) -> Answer {
    let admin = actor.admin()?;
    let list = Route::Datasets {
        use_case: (&use_case).into(),
    };
    let new = NewTrainingSet {
        use_case: use_case.clone(),
        until: Some(until.clone()).filter(|until| !until.is_empty()),
    };
    let words = state.tenure.use_case(&use_case)?.words.clone();
    let done = if step == "build" {
        let built = state.tenure.build_training_set(&admin, &new).await;
        built.map(|built| {
            let page = Route::Dataset {
                use_case: (&use_case).into(),
                dataset: (&built.dataset.dataset_id).into(),
            };
            (page, built.plan)
        })
    } else {
        let plan = state.tenure.plan_training_set(&admin, &new).await;
        plan.map(|plan| (list.clone(), plan))
    };
    match done {
        Ok((page, plan)) => {
            let told = plan.sentences(&words).join(" ");
            let next = if plan.can_be_built() { "build" } else { "" };
            redirect_with_flash(
                &state,
                &page,
                &[("done", &told), ("until", &until), ("next", next)],
            )
        }
        Err(error @ (Error::Invalid(_) | Error::Conflict { .. })) => redirect_with_flash(
            &state,
            &list,
            &[("history", &error.to_string()), ("until", &until)],
        ),
        Err(error) => Err(Problem(error)),
    }
}

/// The submitted reason.
#[derive(Debug, Deserialize)]
pub struct Withdraw {
    #[serde(default)]
    reason: String,
}

/// Takes a dataset out of use and redirects to its page.
pub async fn withdraw(
    State(state): State<AppState>,
    AuthUser(actor): AuthUser,
    Path((use_case, dataset)): Path<(String, String)>,
    Form(Withdraw { reason }): Form<Withdraw>,
) -> Answer {
    let page = Route::Dataset {
        use_case: (&use_case).into(),
        dataset: (&dataset).into(),
    };
    match state
        .tenure
        .withdraw_dataset(&actor.admin()?, Some(&use_case), &dataset, &reason)
        .await
    {
        Ok(_) => redirect_with_flash(&state, &page, &[("done", "The dataset is withdrawn.")]),
        Err(error @ (Error::Invalid(_) | Error::Conflict { .. })) => redirect_with_flash(
            &state,
            &page,
            &[("problem", &error.to_string()), ("reason", &reason)],
        ),
        Err(error) => Err(Problem(error)),
    }
}
