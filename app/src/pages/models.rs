//! The versions of a use case's model: which one is live, which wait, which were.

use leptos::prelude::*;
use views::runs::VersionRow;

use crate::components::badge::{StateBadge, Tone};
use crate::components::empty::Empty;
use crate::components::figure::Scale;
use crate::components::heading::PageHeading;
use crate::components::table::{Cell, Heading, Row, Table};
use crate::erase::Erase;
use crate::error::AppError;
use crate::format;
use crate::pages::Query;
use crate::pages::runs::metric;
use crate::written::Written;

/// Metrics that have a column, as far as a version has them.
const METRICS: [&str; 4] = ["roc_auc", "average_precision", "brier", "f1"];

/// Writes the page. `problem` in the address says why a version could not go live.
pub async fn write(use_case: &str, query: &Query) -> Result<Written, AppError> {
    let (tenure, actor) = crate::desk::desk()?;
    let rows = tenure.versions(&actor.member()?, use_case).await?;
    let problem = query.one("problem").to_owned();
    Ok(Written::page("Model versions", view! { <Versions rows use_case=use_case.to_owned() problem /> }))
}

#[component]
fn Versions(rows: Vec<VersionRow>, use_case: String, problem: String) -> AnyView {
    let nobody_live = rows.iter().all(|row| !row.live);
    let list = if rows.is_empty() {
        view! { <Empty title="No model yet"><p>"Train one: " <code>{format!("tenure train --use-case {use_case}")}</code></p></Empty> }
            .erase()
    } else {
        let mut headings = vec![Heading::text("Version"), Heading::text("Stage"), Heading::text("Candidate")];
        headings.extend(METRICS.map(|name| Heading::number(format::metric_label(name))));
        headings.extend([Heading::text("Made"), Heading::text("By"), Heading::text("Note")]);
        let rows = rows.into_iter().map(|version| row(version, &use_case, nobody_live)).collect();
        view! { <Table headings rows class="list" scroll="Model versions" /> }.erase()
    };
    let problem = (!problem.is_empty()).then(|| view! { <p class="note warn" role="alert">{problem}</p> });
    view! {
        <PageHeading title="Model versions"><p>"Every version that training has made. One is live; its scores are what all pages show."</p></PageHeading>
        {problem}
        {list}
    }.erase()
}

fn row(version: VersionRow, use_case: &str, nobody_live: bool) -> Row {
    let number = version.version;
    let (tone, word) = if version.live { (Tone::Good, "Live".to_owned()) } else { (Tone::Neutral, stage_word(&version.stage)) };
    let (use_case, address) = (use_case.to_owned(), views::address::encode(use_case));
    // A first version may go live without a champion to be compared with; from then on the way is the review.
    let first = nobody_live.then(|| {
        view! {
            <form method="post" action="/fn/promote-first">
                <input type="hidden" name="use_case" value=use_case />
                <input type="hidden" name="version" value=number />
                <button class="button">{format!("Make version {number} live")}</button>
            </form>
        }
    });
    let mut cells = vec![
        Cell::link(format!("/use-case/{address}/models/{number}"), format!("Version {number}")),
        Cell::view(view! { <StateBadge tone word /> }),
        Cell::text(format::metric_label(&version.candidate)),
    ];
    cells.extend(METRICS.map(|name| Cell::figure(metric(&version.metrics, name), Scale::Metric)));
    let note = version.note;
    cells.extend([Cell::brief(version.created_at), Cell::brief(version.author), Cell::view(view! { {note}{first} })]);
    Row::new(cells)
}

fn stage_word(stage: &str) -> String {
    if stage == "None" { "Not proposed".to_owned() } else { stage.to_owned() }
}
