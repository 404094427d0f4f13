//! The decisions and activity of a version, with links to undeploy or restore it.

use domain::{Decision, Route};
use leptos::prelude::*;
use workflow::{Checklist, ReviewDecision, ReviewPage};

use super::checklist::items;
use super::query::route_of;
use crate::audit::action;
use crate::registry::list::review_word;
use app::components::badge::{StateBadge, Tone};
use app::components::table::{Cell, Heading, Row, Table};

/// The section.
pub fn section(page: &ReviewPage) -> AnyView {
    let decisions = page.decisions.iter().map(decision).collect::<Vec<_>>();
    let none = decisions
        .is_empty()
        .then(|| view! { <p class="aside">"No decision on the latest request yet."</p> });
    view! {
        <section id="record">
            <h2>"Decision history"</h2>
            {none}
            {decisions}
            {earlier(page)}
            {log(page)}
            {certification(page)}
            {service(page)}
        </section>
    }
    .into_any()
}

/// Tone and label of a decision.
pub fn decision_word(decision: Decision) -> (Tone, &'static str) {
    match decision {
        Decision::Approve => (Tone::Good, "Approved"),
        Decision::Reject => (Tone::Bad, "Rejected"),
        Decision::RequestChanges => (Tone::Watch, "Changes requested"),
    }
}

fn decision(decision: &ReviewDecision) -> AnyView {
    let (tone, word) = decision_word(decision.decision);
    let checklist: Checklist = Checklist::of_decision(decision);
    let open = checklist.open().len();
    let all = Checklist::keys().count();
    let findings = (!checklist.findings.is_empty())
        .then(|| view! { <p>"Findings: "{checklist.findings.clone()}</p> });
    let in_spite_of = decision.in_spite_of();
    let in_spite_of = (!in_spite_of.is_empty() && decision.decision == Decision::Approve).then(
        || view! { <p class="aside">"Despite failed gates: "{in_spite_of.join("; ")}"."</p> },
    );
    view! {
        <article class="decision">
            <p><StateBadge tone word />" by "<b>{decision.reviewer.to_string()}</b>", "{decision.decided_at.long()}</p>
            <p>"“"{decision.reason.clone()}"”"</p>
            {in_spite_of}
            {findings}
            <details>
                <summary>{format!("Checklist: {} of {all} items done", all - open)}</summary>
                {items(&checklist, true)}
            </details>
            <p class="aside">"Evidence hash: "<code>{decision.evidence_hash.clone()}</code></p>
        </article>
    }
    .into_any()
}

fn earlier(page: &ReviewPage) -> AnyView {
    if page.earlier.is_empty() {
        return ().into_any();
    }
    let request = |(request, decisions): &(workflow::Request, Vec<ReviewDecision>)| {
        let requested = format!(
            "Requested by {} on {}: ",
            request.requested_by,
            request.requested_at.long()
        );
        let state = review_word(request.state.as_str());
        let why = if request.closed_because.is_empty() {
            ".".to_owned()
        } else {
            format!(": {}.", request.closed_because)
        };
        let decisions = decisions.iter().map(decision).collect::<Vec<_>>();
        view! { <p>{requested}{state}{why}</p>{decisions} }.into_any()
    };
    let requests = page.earlier.iter().map(request).collect::<Vec<_>>();
    view! { <h3>"Earlier requests"</h3>{requests} }.into_any()
}

/// The audit log entries of the version.
fn log(page: &ReviewPage) -> AnyView {
    let row = |row: &workflow::AuditRow| {
        Row::new(vec![
            Cell::number(row.sequence.to_string()),
            Cell::brief(row.at.long()),
            Cell::text(&row.who),
            action(&row.action),
        ])
    };
    let rows: Vec<Row> = page.log.iter().map(row).collect();
    let headings = vec![
        Heading::number("Entry"),
        Heading::text("Time"),
        Heading::text("User"),
        Heading::text("Action"),
    ];
    let subject = format!("model {}/{}", page.version.use_case, page.version.version);
    let all = Route::AuditLog.with_query(&[("subject", subject)]);
    view! {
        <h3>"Activity"</h3>
        <Table headings rows class="list" scroll="Activity of this version" />
        <p class="aside">"From the hash-chained audit log. "<a href=all>"All entries, with details"</a></p>
    }
    .into_any()
}

/// The next review date, with a link to re-certify for reviewers who can.
fn certification(page: &ReviewPage) -> AnyView {
    let Some(next) = page.next_review else {
        return ().into_any();
    };
    let overdue = next.overdue && page.live;
    let text = format!(
        "Next review: {}{}.",
        next.due.long(),
        if overdue { ", overdue" } else { "" }
    );
    let class = if overdue { "note warn" } else { "aside" };
    let href = route_of(page).with_query(&[("doing", "recertify")]);
    let link = page.may_recertify.then(|| {
        view! { <p class="actions screen-only"><a class="button quiet" href=href rel="external">"Re-certify…"</a></p> }
    });
    view! { <h3>"Re-certification"</h3><p class=class>{text}</p>{link} }.into_any()
}

/// Links to undeploy or restore the version, for users who can.
fn service(page: &ReviewPage) -> AnyView {
    let href = |doing: &str| route_of(page).with_query(&[("doing", doing)]);
    if page.live && page.may_undeploy {
        return view! { <p class="actions screen-only"><a class="button quiet" href=href("undeploy") rel="external">"Undeploy…"</a></p> }
            .into_any();
    }
    if page.was_live && !page.live && page.may_roll_back {
        return view! { <p class="actions screen-only"><a class="button quiet" href=href("rollback") rel="external">"Restore…"</a></p> }
            .into_any();
    }
    ().into_any()
}
