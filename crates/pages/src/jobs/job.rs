//! One job: progress, log and result.

use domain::{JobId, Route};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use workflow::Role;
use workflow::jobs::{JobPage, JobRow};

use crate::components::live::{self, Updates};
use crate::error::PageError;
use crate::query::Query;
use app::components::badge::{StateBadge, Tone};
use app::components::heading::PageHeading;
use app::components::table::{Cell, Facts};
use app::server_page::ServerPage;
use domain::format;

/// The seven steps of a training.
const STEPS: [&str; 7] = [
    "validate",
    "merge",
    "preprocess",
    "features",
    "train",
    "evaluate",
    "monitor",
];

/// Writes the page. While the job is open the page updates itself, unless the address says
/// otherwise.
pub async fn write(id: &str, query: &Query) -> Result<ServerPage, PageError> {
    let (tenure, actor) = crate::context::get()?;
    let page = tenure.job(&actor.member()?, &id.into()).await?;
    let updating = live::is_on(query);
    let flash = Query(crate::context::take_flash(&Route::Job { job: id.into() }));
    let (can_edit, problem) = (actor.is(Role::Admin), flash.one("problem").to_owned());
    let title = format!("{} · {}", state_word(&page.job), page.job.title);
    Ok(ServerPage::page(title, view! { <Job page updating can_edit problem /> }).left_whole())
}

/// Requests cancellation and returns to the job's page.
#[server(prefix = "/fn", endpoint = "cancel-job")]
pub async fn cancel_job(job: String) -> Result<(), PageError> {
    let (tenure, actor) = crate::context::get()?;
    let job = JobId::from(job);
    let route = Route::Job { job: job.clone() };
    match tenure
        .cancel_job(&actor.admin()?, &job)
        .await
        .map_err(PageError::from)
    {
        Ok(()) => leptos_axum::redirect(&route.path()),
        Err(error) => {
            crate::context::redirect_with_flash(&route, "", &[("problem", &error.message)])
        }
    }
    Ok(())
}

/// The state of a job.
#[component]
pub fn JobState(job: JobRow) -> AnyView {
    let tone = match job.status.as_str() {
        "finished" => Tone::Good,
        "failed" => Tone::Bad,
        "running" | "stopping" => Tone::Watch,
        _ => Tone::Neutral,
    };
    view! { <StateBadge tone word=state_word(&job) /> }.into_any()
}

fn state_word(job: &JobRow) -> String {
    match job.status.as_str() {
        "stopping" => "Stopping after the current step".to_owned(),
        "canceled" => "Canceled".to_owned(),
        status => format::capitalized(status),
    }
}

/// The progress in words: `Train, 12 of 50`.
pub fn how_far(job: &JobRow) -> String {
    match (job.stage.as_str(), job.planned) {
        ("", _) => String::new(),
        (stage, 0) => format::capitalized(stage),
        (stage, planned) => format!(
            "{}, {} of {}",
            format::capitalized(stage),
            format::count(job.done),
            format::count(planned)
        ),
    }
}

#[component]
fn Job(page: JobPage, updating: bool, can_edit: bool, problem: String) -> AnyView {
    let JobPage { job, lines } = page;
    let jobs = Route::Jobs {
        use_case: (&job.use_case).into(),
    };
    let mut facts = vec![
        ("Started".to_owned(), Cell::text(job.started_at.long())),
        (
            if job.is_open() {
                "Running for"
            } else {
                "Duration"
            }
            .to_owned(),
            Cell::text(format::duration(job.seconds)),
        ),
        ("Started by".to_owned(), Cell::text(job.by.clone())),
    ];
    if let Some(run) = &job.run {
        facts.push((
            "Run".to_owned(),
            Cell::link(Route::Run { run: run.into() }.path(), "View run"),
        ));
    }
    let open = job.is_open();
    let updates = open.then(|| {
        let job = JobId::from(job.id.as_str());
        let (own, events) = (Route::Job { job: job.clone() }, Route::JobEvents { job });
        view! { <Updates own events on=updating /> }
    });
    let cancel = (can_edit && matches!(job.status.as_str(), "queued" | "running")).then(|| {
        view! {
            <form method="post" action=CancelJob::PATH>
                <input type="hidden" name="job" value=job.id.clone() />
                <button class="button quiet">"Cancel job"</button>
            </form>
        }
    });
    let log = lines.into_iter().map(|(seconds, text)| {
        view! { <li><span class="aside">{format!("{} s", format::number(seconds, 1))}</span><span>{text}</span></li> }.into_any()
    });
    let log = log.collect::<Vec<_>>();
    let problem =
        (!problem.is_empty()).then(|| view! { <p class="note warn" role="alert">{problem}</p> });
    let state = view! { <p role="status" data-part="state"><JobState job=job.clone() /></p> };
    view! {
        <nav class="crumbs" aria-label="Breadcrumb"><a href=jobs.path()>"Jobs"</a></nav>
        <PageHeading title=job.title.clone()>
            {state}
        </PageHeading>
        {problem}
        <div data-part="facts"><Facts facts class="facts" /></div>
        <Outcome job=job.clone() can_edit />
        <div data-part="progress"><Progress job=job.clone() /></div>
        {updates}
        {cancel}
        <section>
            <h2>"Log"</h2>
            <ol class="log" data-part="log">{log}</ol>
        </section>
    }
    .into_any()
}

/// The result, and the next step.
#[component]
fn Outcome(job: JobRow, can_edit: bool) -> AnyView {
    let again = can_edit.then(|| {
        let train = Route::Train {
            use_case: (&job.use_case).into(),
        };
        view! { <p><a href=train.path()>"Start a new training run"</a></p> }
    });
    match job.status.as_str() {
        "failed" => view! {
            <div class="note warn"><h2>"Job failed"</h2><p>{job.message}</p>{again}</div>
        }
        .into_any(),
        "canceled" => {
            view! { <div class="note"><h2>"Job canceled"</h2><p>{job.message}</p>{again}</div> }
                .into_any()
        }
        "finished" if !job.result.is_empty() => {
            view! { <p class="actions"><a class="button" href=job.result>"View result"</a></p> }
                .into_any()
        }
        _ => ().into_any(),
    }
}

#[component]
fn Progress(job: JobRow) -> AnyView {
    if !job.is_open() && job.status != "failed" {
        return ().into_any();
    }
    let bar = (job.planned > 0).then(|| {
        let words = format!(
            "{} of {}",
            format::count(job.done),
            format::count(job.planned)
        );
        let left = job
            .seconds_left
            .filter(|_| job.is_open())
            .map(|seconds| format!("about {} left", format::duration(seconds.max(1.0))));
        let best = job
            .best
            .map(|best| format!("best so far {}", format::number(best, 4)));
        let aside = [left, best]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(", ");
        view! {
            <div class="progress">
                <label for="progress">{words}" "<span class="aside">{aside}</span></label>
                <progress id="progress" max=job.planned value=job.done></progress>
            </div>
        }
    });
    let current = STEPS.iter().position(|step| *step == job.stage);
    let steps = (job.kind == "training").then(|| {
        let step = |(position, name): (usize, &&'static str)| {
            let (class, word, now) = match current {
                Some(current) if position < current => ("done", "done", None),
                Some(current) if position == current => ("now", "current", Some("step")),
                _ => ("", "pending", None),
            };
            view! { <li class=class aria-current=now>{format::capitalized(name)}<span class="visually-hidden">{format!(", {word}")}</span></li> }.into_any()
        };
        view! { <ol class="steps" aria-label="Steps">{STEPS.iter().enumerate().map(step).collect::<Vec<_>>()}</ol> }
    });
    let stage = (job.kind != "training" && !job.stage.is_empty())
        .then(|| view! { <p>{format::capitalized(&job.stage)}</p> });
    view! { <section class="how-far" aria-label="Progress">{steps}{stage}{bar}</section> }
        .into_any()
}
