//! What was decided so far, by whom, and what can be done with a version that is or was live.

use leptos::prelude::*;
use workflow::{Checklist, Decision, ReviewPage};

use super::checklist::items;
use crate::components::badge::{StateBadge, Tone};
use crate::components::table::{Cell, Heading, Row, Table};
use crate::erase::Erase;
use crate::pages::models::review_word;

/// The section.
pub fn section(page: &ReviewPage) -> AnyView {
    let decisions = page.decisions.iter().map(decision).collect::<Vec<_>>();
    let none = decisions.is_empty().then(|| view! { <p class="aside">"Nobody has decided on the newest request."</p> });
    view! {
        <section id="record">
            <h2>"Record"</h2>
            {none}
            {decisions}
            {earlier(page)}
            {service(page)}
        </section>
    }
    .erase()
}

/// Tone and words of a decision.
pub fn decision_word(decision: &str) -> (Tone, &'static str) {
    match decision {
        "approve" => (Tone::Good, "Approved"),
        "reject" => (Tone::Bad, "Rejected"),
        _ => (Tone::Watch, "Changes requested"),
    }
}

fn decision(decision: &Decision) -> AnyView {
    let (tone, word) = decision_word(&decision.decision);
    let checklist: Checklist = Checklist::of_decision(decision);
    let open = checklist.open().len();
    let all = Checklist::keys().count();
    let findings = (!checklist.findings.is_empty()).then(|| view! { <p>"Found: "{checklist.findings.clone()}</p> });
    let in_spite_of = decision.in_spite_of();
    let in_spite_of = (!in_spite_of.is_empty() && decision.decision == "approve")
        .then(|| view! { <p class="aside">"In spite of failing gates: "{in_spite_of.join("; ")}"."</p> });
    view! {
        <article class="decision">
            <p><StateBadge tone word />" by "<b>{decision.reviewer.clone()}</b>", "{workflow::time_text(decision.decided_at)}</p>
            <p>"“"{decision.reason.clone()}"”"</p>
            {in_spite_of}
            {findings}
            <details>
                <summary>{format!("Checklist: {} of {all} items done", all - open)}</summary>
                {items(&checklist, true)}
            </details>
            <p class="aside">"On the evidence "<code>{decision.evidence_hash.clone()}</code></p>
        </article>
    }
    .erase()
}

fn earlier(page: &ReviewPage) -> AnyView {
    if page.earlier.len() < 2 {
        return ().erase();
    }
    let row = |request: &workflow::Request| {
        Row::new(vec![
            Cell::brief(workflow::time_text(request.requested_at)),
            Cell::text(&request.requested_by),
            Cell::text(review_word(&request.state)),
            Cell::aside(&request.closed_because),
        ])
    };
    let rows: Vec<Row> = page.earlier.iter().map(row).collect();
    let headings = vec![Heading::text("Asked for"), Heading::text("By"), Heading::text("State"), Heading::text("Why")];
    view! { <h3>"Requests so far"</h3><Table headings rows class="list" scroll="Requests for this version" /> }.erase()
}

/// Links to the stop switch and to the rollback.
fn service(page: &ReviewPage) -> AnyView {
    let href = |doing: &str| {
        format!("/use-case/{}/models/{}/review?doing={doing}", views::address::encode(&page.version.use_case), page.version.version)
    };
    if page.live {
        return view! { <p class="actions"><a class="button quiet" href=href("stop") rel="external">"Take it out of service…"</a></p> }
            .erase();
    }
    if page.was_live {
        return view! { <p class="actions"><a class="button quiet" href=href("rollback") rel="external">"Put it back into service…"</a></p> }.erase();
    }
    ().erase()
}
