//! The page of a use case that has no live model or no scores yet: the next step, and who takes it.

use domain::{RefusalCode, Route};
use leptos::prelude::*;
use workflow::{Actor, Error, Role, Tenure};

use crate::boxed::IntoBoxed;
use crate::components::empty::Empty;
use crate::components::heading::PageHeading;
use crate::error::AppError;
use crate::server_page::ServerPage;

/// A step on the way to the first scores.
struct Step {
    name: &'static str,
    done: bool,
    what: String,
    /// Address and label; `None` when the user's roles do not allow it.
    link: Option<(String, &'static str)>,
    /// Who takes the step, for users who cannot.
    who: &'static str,
}

/// The next step in place of an error that says that nothing is live or nobody is scored. Any other error stays one.
///
/// # Errors
/// The given error, or when the state of the use case cannot be read.
pub async fn instead_of(error: Error, title: &str, tenure: &Tenure, actor: &Actor, use_case: &str) -> Result<ServerPage, AppError> {
    if !matches!(error.code(), Some(RefusalCode::NothingLive | RefusalCode::NoScores)) {
        return Err(error.into());
    }
    let member = actor.member()?;
    let data = tenure.dataset_changes(&member, use_case).await?;
    let versions = tenure.versions(&member, use_case).await?;
    let many = tenure.use_case(use_case)?.words.many.clone();
    let pending = versions.iter().any(|version| version.review == "pending");
    let (admin, reviewer) = (actor.is(Role::Admin), actor.is(Role::Reviewer));
    let reviews = Route::Reviews { use_case: use_case.into() }.path();
    let models = Route::Models { use_case: use_case.into() }.path();
    let approval = if pending { (reviews, "Open reviews") } else { (models, "Choose a version") };
    let steps = [
        Step {
            name: "Import data",
            done: !data.is_empty(),
            what: format!("Import a file of past {many}, with the outcome of each."),
            link: admin.then(|| (Route::Datasets { use_case: use_case.into() }.path(), "Import data")),
            who: "An administrator imports data.",
        },
        Step {
            name: "Train a model",
            done: !versions.is_empty(),
            what: "Training compares several kinds of models and keeps the best as a version.".to_owned(),
            link: admin.then(|| (Route::Train { use_case: use_case.into() }.path(), "Train a model")),
            who: "An administrator trains a model.",
        },
        Step {
            name: "Request a review",
            done: versions.iter().any(|version| version.live),
            what: if pending {
                "A version is waiting for a reviewer. It goes live when it is approved.".to_owned()
            } else {
                "Request a review of a version. It goes live when a reviewer approves it.".to_owned()
            },
            link: (reviewer || !pending).then_some(approval),
            who: "A reviewer decides.",
        },
        Step {
            name: "Score",
            done: false,
            what: format!("An administrator scores the current {many}: tenure batch --use-case {use_case}"),
            link: None,
            who: "Scores appear here afterwards.",
        },
    ];
    Ok(ServerPage::page(title, view(title, &error.to_string(), &steps)))
}

fn view(title: &str, why: &str, steps: &[Step]) -> AnyView {
    let next = steps.iter().position(|step| !step.done).unwrap_or(steps.len());
    let item = |(position, step): (usize, &Step)| {
        let class = if position == next {
            "now"
        } else if step.done {
            "done"
        } else {
            ""
        };
        let current = (position == next).then_some("step");
        let done = step.done.then(|| view! { <span class="visually-hidden">" (done)"</span> });
        view! { <li class=class aria-current=current>{step.name}{done}</li> }.boxed()
    };
    let items = steps.iter().enumerate().map(item).collect::<Vec<_>>();
    let next = steps.get(next).map(|step| {
        let way = match &step.link {
            Some((href, label)) => view! { <p><a class="button" href=href.clone()>{*label}</a></p> }.boxed(),
            None => view! { <p>{step.who}</p> }.boxed(),
        };
        let (title, what) = (format!("Next step: {}", step.name.to_lowercase()), step.what.clone());
        view! { <Empty title><p>{what}</p>{way}</Empty> }
    });
    let (title, why) = (title.to_owned(), why.to_owned());
    view! {
        <PageHeading title>
            <p>{why}</p>
        </PageHeading>
        <ol class="steps" aria-label="Steps to the first scores">{items}</ol>
        {next}
    }
    .boxed()
}
