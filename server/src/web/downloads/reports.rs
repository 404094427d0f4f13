//! Reports as files, drawn with the same views as the pages.

use axum::Json;
use axum::extract::{DefaultBodyLimit, Form, Multipart, Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{MethodRouter, post};
use domain::{Route, VersionNumber};
use serde::Deserialize;
use workflow::datasets::NewTrainingSet;
use workflow::{Error, Tenure};

use crate::web::accounts::{Answer, redirect_with_flash};
use crate::web::auth::AuthUser;
use crate::web::import_form::{MOST_BYTES, import_of};
use crate::web::problem::Problem;
use crate::web::state::AppState;

/// Query parameters of a fairness report.
#[derive(Debug, Deserialize)]
pub struct Cutoff {
    #[serde(default)]
    cutoff: Option<f64>,
}

/// The fairness report of a version.
pub async fn fairness(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path((use_case, version)): Path<(String, VersionNumber)>,
    Query(Cutoff { cutoff }): Query<Cutoff>,
) -> Result<Response, Problem> {
    let report = tenure
        .fairness(&actor.member()?, &use_case, version, cutoff)
        .await?;
    let name = format!("fairness-{use_case}-{version}.html");
    html(&name, move || {
        pages::fairness::file(&report, &workflow::today().long())
    })
    .await
}

/// The model card of a version as a self-contained page.
pub async fn card_page(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path((use_case, version)): Path<(String, VersionNumber)>,
) -> Result<Response, Problem> {
    let page = tenure
        .model_card(&actor.member()?, &use_case, version)
        .await?;
    html(
        &format!("model-card-{use_case}-{version}.html"),
        move || pages::card::file(&page, &workflow::today().long()),
    )
    .await
}

/// The model card of a version in Markdown.
pub async fn card_markdown(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path((use_case, version)): Path<(String, VersionNumber)>,
) -> Result<Response, Problem> {
    let text = tenure
        .model_card(&actor.member()?, &use_case, version)
        .await?
        .card
        .markdown();
    let kind = (
        header::CONTENT_TYPE,
        "text/markdown; charset=utf-8".to_owned(),
    );
    Ok((
        [
            kind,
            attachment(&format!("model-card-{use_case}-{version}.md")),
        ],
        text,
    )
        .into_response())
}

/// Which runs to compare, separated by commas.
#[derive(Debug, Deserialize)]
pub struct Runs {
    ids: String,
}

/// Runs side by side.
pub async fn comparison(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Query(Runs { ids }): Query<Runs>,
) -> Result<Response, Problem> {
    let ids: Vec<String> = ids.split(',').map(str::to_owned).collect();
    let comparison = tenure.compare(&actor.member()?, &ids).await?;
    html("comparison.html", move || {
        pages::runs::compare::file(&comparison, &workflow::today().long())
    })
    .await
}

/// The profile of a dataset version as a self-contained page.
pub async fn profile_page(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path((use_case, dataset)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let (dataset, profile) = tenure
        .labeled_profile(&actor.member()?, Some(&use_case), &dataset)
        .await?;
    let name = format!("profile-{}.html", dataset.name);
    html(&name, move || {
        pages::datasets::file(&dataset, &profile, &workflow::today().long())
    })
    .await
}

/// The profile of a dataset version as JSON.
pub async fn profile_json(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path((use_case, dataset)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let (dataset, profile) = tenure
        .data_profile(&actor.member()?, Some(&use_case), &dataset)
        .await?;
    Ok((
        [attachment(&format!("profile-{}.json", dataset.name))],
        Json(&*profile),
    )
        .into_response())
}

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
    let import = match import_of(use_case.clone(), form).await {
        Ok(import) if import.files.is_empty() => {
            return redirect_with_flash(&state, &list, &[("problem", "Choose a file to import.")]);
        }
        Ok(import) if import.purpose.is_none() => {
            return redirect_with_flash(
                &state,
                &list,
                &[("problem", "Choose what the data is for.")],
            );
        }
        Ok(import) => import,
        Err(problem) => return redirect_with_flash(&state, &list, &[("problem", &problem)]),
    };
    Ok(match state.tenure.import_form(&admin, import).await? {
        Ok(imported) => {
            let dataset = Route::Dataset {
                use_case: use_case.into(),
                dataset: (&imported.dataset.dataset_id).into(),
            };
            Redirect::to(&dataset.path()).into_response()
        }
        Err(number) => {
            Redirect::to(&list.with_query(&[("refused", number.to_string())])).into_response()
        }
    })
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

/// An HTML file, rendered off the async threads.
async fn html(
    name: &str,
    write: impl FnOnce() -> String + Send + 'static,
) -> Result<Response, Problem> {
    let text = tokio::task::spawn_blocking(write)
        .await
        .map_err(Error::caused)?;
    Ok((
        [
            (header::CONTENT_TYPE, "text/html; charset=utf-8".to_owned()),
            attachment(name),
        ],
        text,
    )
        .into_response())
}

fn attachment(name: &str) -> (header::HeaderName, String) {
    let safe: String = name
        .chars()
        .filter(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_'))
        .collect();
    (
        header::CONTENT_DISPOSITION,
        format!("attachment; filename=\"{safe}\""),
    )
}
