//! The queue of reviews: what waits, what was decided, how long it took; and what was live when.

use domain::{LiveChangeKind, ReviewState, Route, Timestamp, VersionNumber};
use leptos::prelude::*;
use workflow::{LiveChange, QueueRow};

use super::record::decision_word;
use crate::boxed::Erase;
use crate::components::badge::{StateBadge, Tone};
use crate::components::empty::Empty;
use crate::components::heading::PageHeading;
use crate::components::table::{Cell, Heading, Row, Table};
use crate::error::AppError;
use crate::format;
use crate::pages::Query;
use crate::pages::registry::list::review_word;
use crate::server_page::Written;

/// Writes the page.
pub async fn write(use_case: &str, query: &Query) -> Result<Written, AppError> {
    let (tenure, actor) = crate::context::get()?;
    let member = actor.member()?;
    let moment = query.one("as_of").to_owned();
    let then = match moment.as_str() {
        "" => None,
        moment => Some(tenure.live_as_of(&member, use_case, moment).await?),
    };
    let queue = tenure.review_queue(&member, use_case).await?;
    let history = tenure.live_history(&member, use_case).await?;
    let waiting = queue.iter().filter(|row| row.request.state == ReviewState::Pending).count() as u32;
    let title = if waiting > 0 { format!("({}) Reviews", format::count(waiting)) } else { "Reviews".to_owned() };
    Ok(Written::page(title, view! { <Queue queue history waiting use_case=use_case.to_owned() moment then /> }))
}

#[component]
fn Queue(
    queue: Vec<QueueRow>,
    history: Vec<LiveChange>,
    waiting: u32,
    use_case: String,
    moment: String,
    then: Option<Option<LiveChange>>,
) -> AnyView {
    let models = Route::Models { use_case: (&use_case).into() };
    let (pending, closed): (Vec<_>, Vec<_>) = queue.into_iter().partition(|row| row.request.state == ReviewState::Pending);
    let lead = match waiting {
        0 => "Nothing waits for a decision.".to_owned(),
        1 => "One version waits for a decision.".to_owned(),
        n => format!("{} versions wait for a decision.", format::count(n)),
    };
    let waits = if pending.is_empty() {
        let hint = "Open a version and ask for its review, or on the command line: ";
        let command = format!("tenure model request VERSION --use-case {use_case}");
        view! { <Empty title="Nothing waits"><p>{hint}<code>{command}</code></p></Empty> }.erase()
    } else {
        let headings = ["Version", "Candidate", "Asked for by", "Since", "Waiting", "Approvals"].map(Heading::text).into_iter().collect();
        let rows = pending.iter().map(|row| pending_row(row, &use_case)).collect();
        view! { <Table headings rows class="list" scroll="Waiting" /> }.erase()
    };
    let decided = (!closed.is_empty()).then(|| {
        let headings = ["Version", "State", "Decided by", "When", "It took", "Reason"].map(Heading::text).into_iter().collect();
        let rows = closed.iter().map(|row| closed_row(row, &use_case)).collect();
        view! { <section><h2>"Decided"</h2><Table headings rows class="list" scroll="Decided" /></section> }
    });
    let changes = (!history.is_empty()).then(|| {
        let headings = ["When", "Change", "Live from then on", "By", "Reason"].map(Heading::text).into_iter().collect();
        let rows = history.iter().rev().map(|change| change_row(change, &use_case)).collect();
        let said = then.map(|change| view! { <p role="status">{then_text(&moment, change.as_ref())}</p> });
        let action = format!("{}#live", Route::Reviews { use_case: (&use_case).into() });
        view! {
            <section id="live">
                <h2>"What was live"</h2>
                <form method="get" action=action class="filters screen-only">
                    <div class="field"><label for="as_of">"At the end of"</label><input id="as_of" name="as_of" type="date" value=moment.clone() required /></div>
                    <button class="button quiet">"What was live then?"</button>
                </form>
                {said}
                <Table headings rows class="list" scroll="What was live" />
            </section>
        }
    });
    view! {
        <PageHeading title="Reviews"><p>{lead}" "<a href=models.path()>"All versions"</a></p></PageHeading>
        <section><h2>"Waiting"</h2>{waits}</section>
        {decided}
        {changes}
    }
    .erase()
}

/// What was in service at a moment, in a sentence.
fn then_text(moment: &str, change: Option<&LiveChange>) -> String {
    match change {
        None => format!("At the end of {moment} nothing had been live yet."),
        Some(change) => {
            let what = change.version.map_or("nothing was in service".to_owned(), |number| format!("version {number} was live"));
            format!("At the end of {moment} {what}, since {} by {}.", change.changed_at.long(), change.changed_by)
        }
    }
}

fn version_link(use_case: &str, version: VersionNumber) -> Cell {
    let route = Route::ModelReview { use_case: use_case.into(), version };
    Cell::link(route.path(), format!("Version {version}"))
}

fn pending_row(row: &QueueRow, use_case: &str) -> Row {
    let request = &row.request;
    Row::new(vec![
        version_link(use_case, request.version),
        Cell::text(format::metric_label(&row.candidate)),
        Cell::text(request.requested_by.as_str()),
        Cell::brief(row.request.requested_at.long()),
        Cell::text(format::age(row.age_micros)),
        Cell::text(format!("{} of {}", row.decisions.len(), request.approvals_needed)),
    ])
}

fn closed_row(row: &QueueRow, use_case: &str) -> Row {
    let last = row.decisions.last();
    let (tone, word) = match last.filter(|_| row.request.state != ReviewState::Void) {
        Some(decision) => decision_word(decision.decision),
        None => (Tone::Neutral, review_word(row.request.state.as_str())),
    };
    let reason =
        last.filter(|_| row.request.state != ReviewState::Void).map_or(row.request.closed_because.clone(), |last| last.reason.clone());
    Row::new(vec![
        version_link(use_case, row.request.version),
        Cell::view(view! { <StateBadge tone word /> }),
        Cell::text(if row.request.state == ReviewState::Void { String::new() } else { reviewers(&row.decisions) }),
        Cell::brief(row.request.closed_at.map(Timestamp::long).unwrap_or_default()),
        Cell::text(format::age(row.age_micros)),
        Cell::text(reason),
    ])
}

fn reviewers(decisions: &[workflow::ReviewDecision]) -> String {
    decisions.iter().map(|decision| decision.reviewer.as_str()).collect::<Vec<_>>().join(", ")
}

fn change_row(change: &LiveChange, use_case: &str) -> Row {
    let kind = match change.kind {
        LiveChangeKind::Promotion => "Promotion",
        LiveChangeKind::Rollback => "Rollback",
        LiveChangeKind::Undeployment => "Taken out of service",
    };
    Row::new(vec![
        Cell::brief(change.changed_at.long()),
        Cell::text(kind),
        change.version.map_or_else(|| Cell::text("Nothing"), |number| version_link(use_case, number)),
        Cell::text(change.changed_by.as_str()),
        Cell::text(&change.reason),
    ])
}
