//! The cycles of a use case, newest first, and when they run.

use domain::{CycleScope, CycleState, Route, UseCaseId};
use leptos::prelude::*;
use workflow::{CycleRow, Role};

use super::schedule::{self, Shown};
use super::{cycle_state, run_button};
use crate::components::empty::Empty;
use crate::error::PageError;
use crate::query::Query;
use app::components::heading::PageHeading;
use app::components::table::{Cell, Heading, Row, Table};
use app::server_page::ServerPage;
use domain::format;

/// Writes the page.
pub async fn write(use_case: &str) -> Result<ServerPage, PageError> {
    let (tenure, actor) = crate::context::get()?;
    let member = actor.member()?;
    let id: UseCaseId = tenure.use_case(use_case)?.id.as_str().into();
    let can_edit = actor.is(Role::Admin);
    let sources = if can_edit {
        let all = tenure.data_sources(&actor.admin()?, Some(use_case)).await?;
        all.into_iter().map(|source| source.name).collect()
    } else {
        Vec::new()
    };
    let shown = Shown {
        cycles: tenure.cycles(&member, use_case).await?,
        schedule: tenure.schedule(&member, use_case).await?,
        sources,
        can_edit,
        flash: Query(crate::context::take_flash(&Route::Cycles {
            use_case: id.clone(),
        })),
        use_case: id,
    };
    Ok(ServerPage::page("Cycles", view! { <Cycles shown /> }))
}

#[component]
fn Cycles(shown: Shown) -> AnyView {
    let said = |key: &str, class: &'static str, role: &'static str| {
        let text = shown.flash.one(key).to_owned();
        (!text.is_empty()).then(|| view! { <p class=class role=role>{text}</p> })
    };
    let (problem, done) = (
        said("problem", "note warn", "alert"),
        said("done", "note", "status"),
    );
    let buttons = shown.can_edit.then(|| buttons(&shown.use_case));
    let list = list(&shown.cycles, &shown.use_case);
    let when = schedule::section(&shown);
    view! {
        <PageHeading title="Cycles">
            <p>"A monthly cycle fetches current people, validates their data, scores them, checks for drift and outcomes, and where retraining is recommended trains a version and requests its review. A reviewer decides whether it goes live."</p>
        </PageHeading>
        {problem}
        {done}
        {buttons}
        {list}
        {when}
    }
    .into_any()
}

fn buttons(use_case: &UseCaseId) -> AnyView {
    let plan = Route::CyclePlan {
        use_case: use_case.clone(),
    };
    let run = run_button(use_case, CycleScope::Full, "Run now", "button");
    let scores = run_button(
        use_case,
        CycleScope::Scores,
        "Re-score only",
        "button quiet",
    );
    view! {
        <div class="actions">
            {run}
            <a class="button quiet" href=plan.path()>"Plan"</a>
            {scores}
        </div>
    }
    .into_any()
}

fn list(cycles: &[CycleRow], use_case: &UseCaseId) -> AnyView {
    if cycles.is_empty() {
        let command = format!("tenure cycle run --use-case {use_case}");
        return view! {
            <Empty title="No cycles yet">
                <p>"An administrator runs one on this page or on the command line with "<code>{command}</code>", or by a schedule."</p>
            </Empty>
        }
        .into_any();
    }
    let headings = [
        "Cycle",
        "State",
        "Stage or result",
        "Cause",
        "Started by",
        "Created",
    ];
    let headings = Vec::from(headings.map(Heading::text));
    let rows = cycles.iter().map(row).collect();
    view! { <Table headings rows class="list" scroll="Cycles" /> }.into_any()
}

fn row(cycle: &CycleRow) -> Row {
    let page = Route::Cycle {
        use_case: cycle.use_case.clone(),
        cycle: cycle.id.clone(),
    };
    let name = match cycle.as_of {
        Some(day) => format!("{}, {}", cycle.scope.label(), day.long()),
        None => cycle.scope.label().to_owned(),
    };
    Row::new(vec![
        // A full page load, so that the browser follows the server's refresh header.
        Cell::view(view! { <a href=page.path() rel="external">{name}</a> }),
        Cell::view(cycle_state(cycle.state)),
        Cell::text(result(cycle)),
        Cell::text(cycle.cause.label()),
        Cell::brief(cycle.started_by.to_string()),
        Cell::brief(cycle.created_at.long()),
    ])
}

/// Where it is, or what came of it.
fn result(cycle: &CycleRow) -> String {
    let current = || {
        cycle
            .current()
            .map(|stage| stage.stage.label().to_owned())
            .unwrap_or_default()
    };
    match cycle.state {
        CycleState::Finished => {
            let of = |stage| cycle.stage(stage).and_then(|stage| stage.result.as_deref());
            let advice = of(domain::CycleStage::Recommendation)
                .map(|word| format::capitalized(&word.replace('_', " ")));
            let version = of(domain::CycleStage::Retraining)
                .map(|number| format!("version {number} trained"));
            let parts: Vec<String> = [advice, version].into_iter().flatten().collect();
            parts.join(", ")
        }
        CycleState::Failed => format!("Failed: {}", current()),
        CycleState::Waiting | CycleState::Running | CycleState::Canceled => current(),
    }
}
