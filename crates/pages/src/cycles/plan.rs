//! What a cycle would do, stage by stage. Nothing is changed by looking.

use domain::{CycleScope, Planned, Route, UseCaseId};
use leptos::prelude::*;
use workflow::{CyclePlan, NewCycle};

use super::run_button;
use crate::error::PageError;
use crate::query::Query;
use app::components::badge::{StateBadge, Tone};
use app::components::heading::PageHeading;
use app::components::table::{Cell, Heading, Row, Table};
use app::server_page::ServerPage;

/// Writes the page.
pub async fn write(use_case: &str, query: &Query) -> Result<ServerPage, PageError> {
    let (tenure, actor) = crate::context::get()?;
    let id: UseCaseId = tenure.use_case(use_case)?.id.as_str().into();
    let scope = query.one("scope").parse().unwrap_or(CycleScope::Full);
    let new = NewCycle {
        scope,
        ..NewCycle::full(use_case)
    };
    let plan = tenure.plan_cycle(&actor.admin()?, &new).await?;
    Ok(ServerPage::page(
        "Plan of a cycle",
        view! { <Plan plan use_case=id /> },
    ))
}

#[component]
fn Plan(plan: CyclePlan, use_case: UseCaseId) -> AnyView {
    let cycles = Route::Cycles {
        use_case: use_case.clone(),
    };
    let row = |stage: &workflow::PlannedStage| {
        let tone = match stage.planned {
            Planned::Do => Tone::Watch,
            Planned::Have => Tone::Good,
            Planned::Problem => Tone::Bad,
            Planned::Skip | Planned::Depends => Tone::Neutral,
        };
        Row::new(vec![
            Cell::text(stage.stage.label()),
            Cell::view(view! { <StateBadge tone word=stage.planned.label() /> }),
            Cell::text(stage.note.clone()),
        ])
    };
    let rows = plan.stages.iter().map(row).collect();
    let headings = Vec::from(["Stage", "Plan", "What and why"].map(Heading::text));
    let day = plan
        .as_of
        .map(|day| view! { <p>{format!("As of {}.", day.long())}</p> });
    let continues = plan.continues.as_ref().map(|id| {
        let page = Route::Cycle {
            use_case: use_case.clone(),
            cycle: id.clone(),
        };
        view! { <p>"An open cycle would be continued: "<a href=page.path() rel="external">"view it"</a>"."</p> }
    });
    let run = plan
        .continues
        .is_none()
        .then(|| run_button(&use_case, plan.scope, "Run now", "button"));
    view! {
        <nav class="crumbs" aria-label="Breadcrumb"><a href=cycles.path()>"Cycles"</a></nav>
        <PageHeading title="Plan of a cycle"><p>"What a cycle would do now. Nothing has been changed."</p></PageHeading>
        {day}
        {continues}
        <Table headings rows class="list" scroll="Stages" />
        <div class="actions">{run}</div>
    }
    .into_any()
}
