//! The review queue: pending and closed reviews, and the history of live versions.

use domain::{Date, LiveChangeKind, ReviewState, Route, Timestamp, VersionNumber};
use leptos::prelude::*;
use workflow::{LiveChange, QueueRow};

use super::record::decision_word;
use crate::components::empty::Empty;
use crate::error::PageError;
use crate::query::Query;
use crate::registry::list::review_word;
use app::components::badge::{StateBadge, Tone};
use app::components::heading::PageHeading;
use app::components::table::{Cell, Heading, Row, Table};
use app::server_page::ServerPage;
use domain::format;

/// Writes the page.
pub async fn write(use_case: &str, query: &Query) -> Result<ServerPage, PageError> {
    let (tenure, actor) = crate::context::get()?;
    let member = actor.member()?;
    let moment = query.one("as_of").to_owned();
    let then = match moment.as_str() {
        "" => None,
        moment => Some(tenure.live_as_of(&member, use_case, moment).await?),
    };
    let queue = tenure.review_queue(&member, use_case).await?;
    let history = tenure.live_history(&member, use_case).await?;
    let waiting = queue
        .iter()
        .filter(|row| row.request.state == ReviewState::Pending)
        .count() as u32;
    let title = if waiting > 0 {
        format!("({}) Reviews", format::count(waiting))
    } else {
        "Reviews".to_owned()
    };
    Ok(ServerPage::page(
        title,
        view! { <Queue queue history waiting use_case=use_case.to_owned() moment then /> },
    ))
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
    let models = Route::Models {
        use_case: (&use_case).into(),
    };
    let (pending, closed): (Vec<_>, Vec<_>) = queue
        .into_iter()
        .partition(|row| row.request.state == ReviewState::Pending);
    let lead = match waiting {
        0 => "No pending reviews.".to_owned(),
        1 => "1 version is pending review.".to_owned(),
        n => format!("{} versions are pending review.", format::count(n)),
    };
    let waits = if pending.is_empty() {
        let hint = "Open a version and request a review, or use the command line: ";
        let command = format!("tenure model request VERSION --use-case {use_case}");
        view! { <Empty title="No pending reviews"><p>{hint}<code>{command}</code></p></Empty> }
            .into_any()
    } else {
        let headings = [
            "Version",
            "Candidate",
            "Requested by",
            "Requested",
            "Age",
            "Approvals",
        ]
        .map(Heading::text)
        .into_iter()
        .collect();
        let rows = pending
            .iter()
            .map(|row| pending_row(row, &use_case))
            .collect();
        view! { <Table headings rows class="list" scroll="Pending reviews" /> }.into_any()
    };
    let decided = (!closed.is_empty()).then(|| {
        let headings = ["Version", "Status", "Decided by", "Closed", "Time to decision", "Reason"].map(Heading::text).into_iter().collect();
        let rows = closed.iter().map(|row| closed_row(row, &use_case)).collect();
        view! { <section><h2>"Closed reviews"</h2><Table headings rows class="list" scroll="Closed reviews" /></section> }
    });
    let changes = (!history.is_empty()).then(|| {
        let headings = ["Date", "Change", "Live version", "Changed by", "Reason"].map(Heading::text).into_iter().collect();
        let rows = history.iter().rev().map(|change| change_row(change, &use_case)).collect();
        let status = then.map(|change| view! { <p role="status">{then_text(&moment, change.as_ref())}</p> });
        let action = format!("{}#live", Route::Reviews { use_case: (&use_case).into() });
        view! {
            <section id="live">
                <h2>"Live version history"</h2>
                <form method="get" action=action class="filters screen-only">
                    <div class="field"><label for="as_of">"End of day"</label><input id="as_of" name="as_of" type="date" value=moment.clone() required /></div>
                    <button class="button quiet">"Show live version"</button>
                </form>
                {status}
                <Table headings rows class="list" scroll="Live version history" />
            </section>
        }
    });
    view! {
        <PageHeading title="Reviews"><p>{lead}" "<a href=models.path()>"All model versions"</a></p></PageHeading>
        <section><h2>"Pending reviews"</h2>{waits}</section>
        {decided}
        {changes}
    }
    .into_any()
}

/// The version that was live at the end of a day, as a sentence.
fn then_text(moment: &str, change: Option<&LiveChange>) -> String {
    let day = moment
        .parse::<Date>()
        .map_or_else(|_| moment.to_owned(), Date::long);
    match change {
        None => format!("No version had been live by the end of {day}."),
        Some(change) => {
            let what = change
                .version
                .map_or("no version was live".to_owned(), |number| {
                    format!("version {number} was live")
                });
            format!(
                "At the end of {day}, {what} (changed on {} by {}).",
                change.changed_at.long(),
                change.changed_by
            )
        }
    }
}

fn version_link(use_case: &str, version: VersionNumber) -> Cell {
    let route = Route::ModelReview {
        use_case: use_case.into(),
        version,
    };
    Cell::link(route.path(), format!("Version {version}"))
}

fn pending_row(row: &QueueRow, use_case: &str) -> Row {
    let request = &row.request;
    Row::new(vec![
        version_link(use_case, request.version),
        Cell::text(format::candidate_label(&row.candidate)),
        Cell::text(request.requested_by.as_str()),
        Cell::brief(row.request.requested_at.long()),
        Cell::text(format::age(row.age_micros)),
        Cell::text(format!(
            "{} of {}",
            row.decisions.len(),
            request.approvals_needed
        )),
    ])
}

fn closed_row(row: &QueueRow, use_case: &str) -> Row {
    let last = row.decisions.last();
    let (tone, word) = match last.filter(|_| row.request.state != ReviewState::Void) {
        Some(decision) => decision_word(decision.decision),
        None => (Tone::Neutral, review_word(row.request.state.as_str())),
    };
    let reason = last
        .filter(|_| row.request.state != ReviewState::Void)
        .map_or(row.request.closed_because.clone(), |last| {
            last.reason.clone()
        });
    Row::new(vec![
        version_link(use_case, row.request.version),
        Cell::view(view! { <StateBadge tone word /> }),
        Cell::text(if row.request.state == ReviewState::Void {
            String::new()
        } else {
            reviewers(&row.decisions)
        }),
        Cell::brief(
            row.request
                .closed_at
                .map(Timestamp::long)
                .unwrap_or_default(),
        ),
        Cell::text(format::age(row.age_micros)),
        Cell::text(reason),
    ])
}

fn reviewers(decisions: &[workflow::ReviewDecision]) -> String {
    decisions
        .iter()
        .map(|decision| decision.reviewer.as_str())
        .collect::<Vec<_>>()
        .join(", ")
}

fn change_row(change: &LiveChange, use_case: &str) -> Row {
    let kind = match change.kind {
        LiveChangeKind::Promotion => "Promotion",
        LiveChangeKind::Rollback => "Rollback",
        LiveChangeKind::Undeployment => "Undeployment",
    };
    Row::new(vec![
        Cell::brief(change.changed_at.long()),
        Cell::text(kind),
        change.version.map_or_else(
            || Cell::text("None"),
            |number| version_link(use_case, number),
        ),
        Cell::text(change.changed_by.as_str()),
        Cell::text(&change.reason),
    ])
}
