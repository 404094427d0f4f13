//! One cycle: its stages with their states and results, and its files.

use domain::{CycleFile, CycleId, Route, SkipReason};
use leptos::prelude::*;
use workflow::{CyclePage, Purpose, Role, StageRow};

use super::{cycle_state, stage_state};
use crate::components::live::{self, Updates};
use crate::error::PageError;
use crate::query::Query;
use app::components::form::Field;
use app::components::heading::PageHeading;
use app::components::table::{Cell, Facts, Heading, Row, Table};
use app::server_page::ServerPage;
use domain::format;

/// What the reader may do.
#[derive(Debug, Clone)]
struct Reader {
    can_edit: bool,
    sees_people: bool,
    purposes: Vec<Purpose>,
    problem: String,
    updating: bool,
}

/// Writes the page. While the cycle is open the page updates itself, unless the address says
/// otherwise.
pub async fn write(use_case: &str, cycle: &str, query: &Query) -> Result<ServerPage, PageError> {
    let (tenure, actor) = crate::context::get()?;
    let id = CycleId::from(cycle);
    let page = tenure.cycle(&actor.member()?, use_case, &id).await?;
    let flash = Query(crate::context::take_flash(&Route::Cycle {
        use_case: use_case.into(),
        cycle: id,
    }));
    let reader = Reader {
        can_edit: actor.is(Role::Admin),
        sees_people: actor.is(Role::Analyst),
        purposes: tenure.purposes(use_case).to_vec(),
        problem: flash.one("problem").to_owned(),
        updating: live::is_on(query),
    };
    let title = format!(
        "{} · {}",
        format::capitalized(page.cycle.state.as_str()),
        page.cycle.scope.label()
    );
    Ok(ServerPage::page(title, view! { <Cycle page reader /> }).left_whole())
}

#[component]
fn Cycle(page: CyclePage, reader: Reader) -> AnyView {
    let cycle = &page.cycle;
    let list = Route::Cycles {
        use_case: cycle.use_case.clone(),
    };
    let own = Route::Cycle {
        use_case: cycle.use_case.clone(),
        cycle: cycle.id.clone(),
    };
    let title = match cycle.as_of {
        Some(day) => format!("{}, {}", cycle.scope.label(), day.long()),
        None => cycle.scope.label().to_owned(),
    };
    let problem = (!reader.problem.is_empty())
        .then(|| view! { <p class="note warn" role="alert">{reader.problem.clone()}</p> });
    let updates = cycle.state.is_open().then(|| {
        let events = Route::CycleEvents {
            use_case: cycle.use_case.clone(),
            cycle: cycle.id.clone(),
        };
        view! { <Updates own events on=reader.updating /> }
    });
    let (facts, state) = (facts(&page), cycle_state(cycle.state));
    let buttons = reader.can_edit.then(|| buttons(&page));
    let stages = stages(&page);
    let files = files(&page, &reader);
    view! {
        <nav class="crumbs" aria-label="Breadcrumb"><a href=list.path()>"Cycles"</a></nav>
        <PageHeading title=title><p role="status" data-part="state">{state}</p></PageHeading>
        {problem}
        <div data-part="facts"><Facts facts class="facts" /></div>
        {updates}
        {buttons}
        <section data-part="stages"><h2>"Stages"</h2>{stages}</section>
        {files}
    }
    .into_any()
}

fn facts(page: &CyclePage) -> Vec<(String, Cell)> {
    let cycle = &page.cycle;
    let mut facts = vec![
        ("Cause".to_owned(), Cell::text(cycle.cause.label())),
        (
            "Started by".to_owned(),
            Cell::text(cycle.started_by.to_string()),
        ),
        ("Created".to_owned(), Cell::text(cycle.created_at.long())),
    ];
    if let Some(ended) = cycle.ended_at {
        facts.push(("Ended".to_owned(), Cell::text(ended.long())));
    }
    if let Some(source) = &cycle.source {
        facts.push(("Source".to_owned(), Cell::text(source.clone())));
    }
    if let Some(job) = &cycle.job {
        let job = Route::Job { job: job.clone() };
        facts.push((
            "Job".to_owned(),
            Cell::view(view! { <a href=job.path()>"View log"</a> }),
        ));
    }
    facts
}

fn buttons(page: &CyclePage) -> AnyView {
    let cycle = &page.cycle;
    let (retry, cancel) = (
        Route::CycleRetry {
            use_case: cycle.use_case.clone(),
            cycle: cycle.id.clone(),
        },
        Route::CycleCancel {
            use_case: cycle.use_case.clone(),
            cycle: cycle.id.clone(),
        },
    );
    let retry = page.can_retry.then(
        || view! { <form method="post" action=retry.path()><button class="button">"Retry"</button></form> },
    );
    let cancel = cycle.state.is_open().then(|| {
        view! { <form method="post" action=cancel.path()><button class="button quiet">"Cancel cycle"</button></form> }
    });
    view! { <div class="actions">{retry}{cancel}</div> }.into_any()
}

fn stages(page: &CyclePage) -> AnyView {
    let row = |stage: &StageRow| {
        let why = stage.skipped_because.map(SkipReason::sentence);
        let told = [why.unwrap_or_default(), stage.note.as_str()].join(" ");
        let link = stage
            .page
            .as_ref()
            .map(|page| view! { " "<a href=page.path()>"View result"</a> });
        let told = told.trim().to_owned();
        let lasted = stage
            .started_at
            .zip(stage.ended_at)
            .map(|(from, to)| format::duration(to.since(from).max(0) as f64 / 1e6));
        Row::new(vec![
            Cell::text(stage.stage.label()),
            Cell::view(stage_state(stage.state)),
            Cell::view(view! { {told}{link} }),
            Cell::brief(stage.started_at.map(|at| at.long()).unwrap_or_default()),
            Cell::number(lasted.unwrap_or_default()),
        ])
    };
    let rows = page.cycle.stages.iter().map(row).collect();
    let headings = vec![
        Heading::text("Stage"),
        Heading::text("State"),
        Heading::text("Result"),
        Heading::text("Started"),
        Heading::number("Duration"),
    ];
    view! { <Table headings rows class="list" scroll="Stages" /> }.into_any()
}

fn file_route(page: &CyclePage, file: CycleFile) -> Route {
    Route::CycleFile {
        use_case: page.cycle.use_case.clone(),
        cycle: page.cycle.id.clone(),
        file: format!("{file}.json"),
    }
}

fn files(page: &CyclePage, reader: &Reader) -> AnyView {
    let open: Vec<AnyView> = page
        .files
        .iter()
        .filter(|file| !file.is_about_people())
        .map(|file| {
            let href = file_route(page, *file).path();
            view! { <li><a href=href download=true>{format!("{file}.json")}</a></li> }.into_any()
        })
        .collect();
    let people: Vec<AnyView> = page
        .files
        .iter()
        .filter(|file| reader.sees_people && file.is_about_people())
        .map(|file| people_file(page, reader, *file))
        .collect();
    if open.is_empty() && people.is_empty() {
        return ().into_any();
    }
    let about = (!people.is_empty()).then(|| {
        view! {
            <h3>"Files about people"</h3>
            <p class="aside">"Each download is recorded in the audit log with your name."</p>
            {people}
        }
    });
    view! { <section><h2>"Files"</h2><ul>{open}</ul>{about}</section> }.into_any()
}

fn people_file(page: &CyclePage, reader: &Reader, file: CycleFile) -> AnyView {
    let action = file_route(page, file).path();
    let name = format!("Download {file}.json");
    let select = (!reader.purposes.is_empty()).then(|| {
        let id = format!("why-{file}");
        let options = reader
            .purposes
            .iter()
            .map(|purpose| view! { <option value=purpose.key.clone()>{purpose.text.clone()}</option> })
            .collect_view();
        view! {
            <Field id=id.clone() label="Reason for access">
                <select id=id name="why" required><option value="">"Choose a reason"</option>{options}</select>
            </Field>
        }
    });
    view! { <form method="get" action=action>{select}<p class="actions"><button class="button quiet">{name}</button></p></form> }
        .into_any()
}
