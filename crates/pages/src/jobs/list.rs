//! The jobs of a use case, newest first.

use domain::Route;
use leptos::prelude::*;
use workflow::Role;
use workflow::jobs::JobRow;

use crate::components::empty::Empty;
use crate::error::PageError;
use crate::jobs::job::{JobState, how_far};
use app::components::heading::PageHeading;
use app::components::table::{Cell, Heading, Row, Table};
use app::server_page::ServerPage;
use domain::format;

/// Writes the page.
pub async fn write(use_case: &str) -> Result<ServerPage, PageError> {
    let (tenure, actor) = crate::context::get()?;
    let jobs = tenure.jobs(&actor.member()?, use_case).await?;
    let can_edit = actor.is(Role::Admin);
    Ok(ServerPage::page(
        "Jobs",
        view! { <Jobs jobs use_case=use_case.to_owned() can_edit /> },
    ))
}

#[component]
fn Jobs(jobs: Vec<JobRow>, use_case: String, can_edit: bool) -> AnyView {
    let (train, runs) = (
        Route::Train {
            use_case: (&use_case).into(),
        },
        Route::Runs {
            use_case: (&use_case).into(),
        },
    );
    let list = if jobs.is_empty() {
        view! { <Empty title="No jobs yet"><p>"Training runs and experiments appear here while they run and after they finish."</p></Empty> }.into_any()
    } else {
        let row = |job: JobRow| {
            let href = Route::Job {
                job: (&job.id).into(),
            }
            .path();
            let title = job.title.clone();
            let open = job.is_open();
            Row::new(vec![
                // A full page load, so that the browser follows the server's refresh header.
                Cell::view(view! { <a href=href rel="external">{title}</a> }),
                Cell::view(view! { <JobState job=job.clone() /> }),
                Cell::text(if open { how_far(&job) } else { job.message }),
                Cell::brief(job.started_at.long()),
                Cell::number(format::duration(job.seconds)),
                Cell::brief(job.by),
            ])
        };
        let headings = ["Job", "State", "Progress or result", "Started"]
            .map(Heading::text)
            .into_iter()
            .chain([Heading::number("Duration"), Heading::text("Started by")]);
        view! { <Table headings=headings.collect() rows=jobs.into_iter().map(row).collect() class="list" scroll="Jobs" /> }.into_any()
    };
    let train = can_edit.then(
        || view! { <p class="actions"><a class="button" href=train.path()>"Train a model"</a></p> },
    );
    view! {
        <nav class="crumbs" aria-label="Breadcrumb"><a href=runs.path()>"Training runs"</a></nav>
        <PageHeading title="Jobs"><p>"Background tasks with their progress and result."</p></PageHeading>
        {train}
        {list}
    }
    .into_any()
}
