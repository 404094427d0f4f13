//! The page of a use case that has no live model or no scores yet: the next step, and who takes it.

use domain::{RefusalCode, Route};
use leptos::prelude::*;
use workflow::{Actor, Error, NextStep, Role, Tenure};

use crate::components::empty::Empty;
use crate::error::PageError;
use app::components::heading::PageHeading;
use app::server_page::ServerPage;

/// The steps in a list. Requesting, deciding and restoring are one of them.
const STEPS: [&str; 4] = ["Import data", "Train a model", "Approve a version", "Score"];

/// A step in words.
struct Step {
    /// In [`STEPS`].
    position: usize,
    name: &'static str,
    what: String,
    /// Address and label; `None` when the user's roles do not allow it.
    link: Option<(String, &'static str)>,
    /// Who takes the step, for users who cannot.
    who: &'static str,
}

/// The next step in place of an error that says that nothing is live or nobody is scored. Any other
/// error stays one.
///
/// # Errors
/// The given error, or when the state of the use case cannot be read.
pub async fn instead_of(
    error: Error,
    title: &str,
    tenure: &Tenure,
    actor: &Actor,
    use_case: &str,
) -> Result<ServerPage, PageError> {
    if !matches!(
        error.code(),
        Some(RefusalCode::NothingLive | RefusalCode::NoScores)
    ) {
        return Err(error.into());
    }
    let next = tenure.next_step(&actor.member()?, use_case).await?;
    let many = tenure.use_case(use_case)?.words.many.clone();
    Ok(ServerPage::page(
        title,
        view(
            title,
            &error.to_string(),
            &step(next, actor, use_case, &many),
        ),
    ))
}

fn step(next: NextStep, actor: &Actor, use_case: &str, many: &str) -> Step {
    let (admin, reviewer) = (actor.is(Role::Admin), actor.is(Role::Reviewer));
    let reviews = || {
        Route::Reviews {
            use_case: use_case.into(),
        }
        .path()
    };
    let models = || {
        Route::Models {
            use_case: use_case.into(),
        }
        .path()
    };
    match next {
        NextStep::ImportData => Step {
            position: 0,
            name: "import data",
            what: format!("Import a file of past {many}, with the outcome of each."),
            link: admin.then(|| {
                (
                    Route::Datasets {
                        use_case: use_case.into(),
                    }
                    .path(),
                    "Import data",
                )
            }),
            who: "An administrator imports data.",
        },
        NextStep::TrainModel => Step {
            position: 1,
            name: "train a model",
            what:
                "Training compares several kinds of models and registers the best one as a version."
                    .to_owned(),
            link: admin.then(|| {
                (
                    Route::Train {
                        use_case: use_case.into(),
                    }
                    .path(),
                    "Train a model",
                )
            }),
            who: "An administrator trains a model.",
        },
        NextStep::RequestReview => Step {
            position: 2,
            name: "request a review",
            what: "Request a review of a version. It goes live when a reviewer approves it."
                .to_owned(),
            link: Some((models(), "Choose a version")),
            who: "",
        },
        NextStep::DecideReview => Step {
            position: 2,
            name: "approve a version",
            what: "A version is waiting for a reviewer. It goes live when it is approved."
                .to_owned(),
            link: reviewer.then(|| (reviews(), "Open reviews")),
            who: "A reviewer decides.",
        },
        NextStep::Restore => Step {
            position: 2,
            name: "restore a version",
            what: "The live version was undeployed. Restore it, or approve another one.".to_owned(),
            link: (reviewer || admin).then(|| (models(), "Choose a version")),
            who: "A reviewer restores a version.",
        },
        NextStep::Score => Step {
            position: 3,
            name: "score",
            what: format!(
                "An administrator scores the current {many} with the command “tenure batch --use-case {use_case}”."
            ),
            link: None,
            who: "Scores appear here afterwards.",
        },
    }
}

fn view(title: &str, why: &str, step: &Step) -> AnyView {
    let item = |(position, name): (usize, &&'static str)| {
        let is_done = position < step.position;
        let class = if position == step.position {
            "now"
        } else if is_done {
            "done"
        } else {
            ""
        };
        let current = (position == step.position).then_some("step");
        let done = is_done.then(|| view! { <span class="visually-hidden">" (done)"</span> });
        view! { <li class=class aria-current=current>{*name}{done}</li> }.into_any()
    };
    let items = STEPS.iter().enumerate().map(item).collect::<Vec<_>>();
    let way = match &step.link {
        Some((href, label)) => {
            view! { <p><a class="button" href=href.clone()>{*label}</a></p> }.into_any()
        }
        None => view! { <p>{step.who}</p> }.into_any(),
    };
    let (next, what) = (format!("Next step: {}", step.name), step.what.clone());
    let (title, why) = (title.to_owned(), why.to_owned());
    view! {
        <PageHeading title>
            <p>{why}</p>
        </PageHeading>
        <ol class="steps" aria-label="Steps to the first scores">{items}</ol>
        <Empty title=next><p>{what}</p>{way}</Empty>
    }
    .into_any()
}
