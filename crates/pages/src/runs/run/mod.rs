//! One training run in four parts: overview, metrics, errors and data, settings and files. A nested
//! run is one page.

mod artifacts;
mod errors;
mod figures;
mod labels;
mod nested;
mod overview;
mod preview;

use domain::route::RunPart;
use domain::{Route, RunId};
use leptos::prelude::*;
use workflow::Role;
use workflow::runs::RunPage as Page;

use crate::error::{Kind, PageError};
use crate::glossary;
use crate::runs::list::RunState;
use app::components::heading::PageHeading;
use app::components::table::{Cell, Facts, TextList};
use app::server_page::ServerPage;
use domain::format;

/// The parts of a run with evidence, and their names.
const PARTS: [(Option<RunPart>, &str); 4] = [
    (None, "Overview"),
    (Some(RunPart::Figures), "Metrics"),
    (Some(RunPart::Errors), "Errors and data"),
    (Some(RunPart::Made), "Settings and files"),
];

/// Writes a file of a run as a page.
pub(crate) async fn write_file(run: &RunId, name: &str) -> Result<ServerPage, PageError> {
    let (tenure, actor) = crate::context::get()?;
    preview::write(&tenure, &actor.member()?, run, name).await
}

/// Writes the page of a run, or a part of it.
pub(crate) async fn write(id: &RunId, part: Option<RunPart>) -> Result<ServerPage, PageError> {
    let (tenure, actor) = crate::context::get()?;
    let member = actor.member()?;
    let mut page = tenure.run(&member, id).await?;
    let evidence = page.evidence.take();
    // Only runs of a use case have evidence.
    let of_use_case = page.use_case.clone();
    let words = || tenure.use_case(&of_use_case).map(|own| own.words.clone());
    let content = match (part, evidence) {
        (None, None) => plain(&page),
        (None, Some(evidence)) => overview::view(&page, evidence),
        (Some(RunPart::Figures), Some(evidence)) => figures::view(&page, evidence, &words()?),
        (Some(RunPart::Errors), Some(evidence)) => errors::view(evidence, &words()?),
        (Some(RunPart::Made), Some(_)) => artifacts::view(&page, actor.is(Role::Admin)),
        (Some(_), None) => {
            return Err(PageError::new(
                Kind::NotFound,
                "This run has no such section. Go to its overview.",
            ));
        }
    };
    let name = PARTS
        .iter()
        .find(|(own, _)| *own == part)
        .map_or("", |(_, name)| name);
    // A nested run is called by its candidate.
    if page.run.parent.is_some() && !page.is_logged {
        page.run.name = format::candidate_label(&page.run.name);
    }
    let title = if part.is_none() {
        format!("Run {}", page.run.name)
    } else {
        format!("{name} · Run {}", page.run.name)
    };
    let has_parts = page.curves.is_some();
    Ok(ServerPage::page(
        title,
        view! { <Run page part has_parts content /> },
    ))
}

/// A run without evidence: running, failed, stopped, or nested.
fn plain(page: &Page) -> AnyView {
    let (nested, made) = (nested::view(page), artifacts::view(page, false));
    // What a client logs most is its steps: below the figures.
    if page.is_logged {
        view! { {made}{nested} }.into_any()
    } else {
        view! { {nested}{made} }.into_any()
    }
}

/// The page: facts and navigation above every part.
#[component]
fn Run(page: Page, part: Option<RunPart>, has_parts: bool, content: AnyView) -> AnyView {
    let run = page.run;
    let id = RunId::from(run.id);
    let took = run
        .duration_seconds
        .map_or_else(|| "Running".to_owned(), format::duration);
    let mut facts = vec![
        ("Started".to_owned(), Cell::text(run.started_at.long())),
        ("Duration".to_owned(), Cell::text(took)),
        ("Author".to_owned(), Cell::text(run.author)),
    ];
    if page.is_logged {
        facts.push(("Logged with".to_owned(), Cell::text("MLflow client")));
        facts.push(("Run id".to_owned(), Cell::code(id.replace('-', ""))));
    } else {
        facts.push(("Seed".to_owned(), Cell::text(page.seed.to_string())));
    }
    if let Some((id, name)) = page.dataset {
        facts.push((
            "Data".to_owned(),
            Cell::link(
                Route::Dataset {
                    use_case: (&page.use_case).into(),
                    dataset: (&id).into(),
                }
                .path(),
                name,
            ),
        ));
    }
    if let Some(job) = page.job {
        facts.push((
            "Job".to_owned(),
            Cell::link(Route::Job { job: (&job).into() }.path(), "View job log"),
        ));
    }
    let (back, back_name) = match run.parent {
        Some(parent) => (
            Route::Run {
                run: (&parent).into(),
            },
            "Parent run".to_owned(),
        ),
        None => match page.experiment {
            None => (
                Route::Runs {
                    use_case: (&page.use_case).into(),
                },
                "Training runs".to_owned(),
            ),
            Some(name) => (
                Route::Experiment {
                    experiment: page.use_case.clone(),
                },
                format!("Experiment {name}"),
            ),
        },
    };
    let version = page.version.map(|version| {
        let route = Route::Model { use_case: (&page.use_case).into(), version };
        view! { <p>"Registered as " <a href=route.path()>{format!("model version {version}")}</a></p> }
    });
    let messages = (!page.messages.is_empty())
        .then(|| view! { <div class="note"><TextList texts=page.messages /></div> });
    let parts = has_parts.then(|| {
        let link = |(own, name): (Option<RunPart>, &'static str)| {
            let current = (own == part).then_some("page");
            let run = id.clone();
            let route = match own {
                Some(part) => Route::RunPart { run, part },
                None => Route::Run { run },
            };
            view! { <li><a href=route.path() aria-current=current>{name}</a></li> }.into_any()
        };
        view! { <nav class="parts" aria-label="Run sections"><ul>{PARTS.into_iter().map(link).collect::<Vec<_>>()}</ul></nav> }
    });
    let terms = (!page.is_logged).then(|| {
        glossary::see(&[
            "roc-auc",
            "calibration",
            "out-of-fold",
            "hold-out",
            "lift",
            "gate",
        ])
    });
    // A name that a client gave stays as it is.
    let heading = if page.is_logged {
        run.name
    } else {
        format::capitalized(&run.name)
    };
    view! {
        <nav class="crumbs" aria-label="Breadcrumb"><a href=back.path()>{back_name}</a></nav>
        <PageHeading title=heading>
            <p><RunState status=run.status /></p>
            {version}
        </PageHeading>
        {terms}
        <Facts facts class="facts" />
        {messages}
        {parts}
        {content}
    }
    .into_any()
}
