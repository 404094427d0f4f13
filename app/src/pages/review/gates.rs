//! The gates of the policy, each with figure, limit and verdict in a word and a sign; and the thresholds of guide 002 beside them.

use domain::ReviewState;
use leptos::prelude::*;
use stats::Verdict;
use workflow::{GateReport, GateResult, ReviewPage};

use super::route_of;
use crate::boxed::Erase;
use crate::components::badge::{StateBadge, Tone};
use crate::components::figure::Scale;
use crate::components::table::{Cell, Heading, Row, Table};
use crate::format;

/// The section.
pub fn section(page: &ReviewPage) -> AnyView {
    let package = &page.package;
    let policy = &package.policy;
    let waived = |title: &str| page.waivers.iter().rev().find(|waiver| waiver.gate == title);
    let blocks = |title: &String| page.blocking.contains(title);
    let route = route_of(page);
    // A version that was sent back, or whose request is void, may need the waiver before it is asked for again.
    let open = page.request.as_ref().is_none_or(|request| !matches!(request.state, ReviewState::Approved | ReviewState::Rejected));
    let note = |result: &GateResult| {
        let waiver = waived(&result.title);
        if let Some(waiver) = waiver.filter(|_| !blocks(&result.title)) {
            return Cell::aside(format!(
                "Waived until {} by {}, {} answers for it: {}",
                waiver.expires_on, waiver.granted_by, waiver.owner, waiver.reason
            ));
        }
        if blocks(&result.title) {
            let expired = waiver.map(|waiver| format!("; the waiver of {} ended on {}", waiver.granted_by, waiver.expires_on));
            let link = (policy.waivers && page.may_waive && open).then(|| {
                let href = route.with_query(&[("doing", "waive"), ("gate", &result.title)]);
                view! { " "<a class="screen-only" href=href rel="external">"Waive…"</a> }
            });
            let what = note_of(result);
            return Cell::view(view! { "Blocks"{expired}{link}{(!what.is_empty()).then(|| view! { <br />{what} })} });
        }
        let does = match result.verdict {
            Verdict::Fail | Verdict::CouldNotCompute => "Does not block: the reviewer answers for it. ",
            Verdict::Inconclusive => "These rows cannot tell; does not block. ",
            Verdict::Pass => "",
        };
        Cell::aside(format!("{does}{}", note_of(result)).trim())
    };
    let rows = package.gates.results.iter().map(|result| {
        let mut cells = judged(result);
        cells.push(note(result));
        Row::new(cells)
    });
    let rows: Vec<Row> = rows.collect();
    let headings = vec![Heading::text("Gate"), Heading::number("Figure and 95% interval"), Heading::text("Verdict"), Heading::text("Note")];
    let summary = summary(&package.gates);
    let inconclusive = if policy.inconclusive_blocks { "block" } else { "do not block" };
    let set = format!(
        "Policy {}, set before the training began. {} Gates that the rows cannot decide {inconclusive}; what could not be computed blocks. \
         Approvals needed: {}.",
        policy.name, policy.description, policy.approvals
    );
    let feasibility = package.feasibility.as_ref().map(|feasibility| view! { <p class="aside">{feasibility.sentence.clone()}</p> });
    let guide = guide(&package.guide, policy.name == package.guide.policy);
    view! {
        <section id="gates">
            <h2>"Gates"</h2>
            <p>{summary}</p>
            <p class="aside">{set}</p>
            <Table headings rows class="list" scroll="Gates" />
            {feasibility}
            {guide}
        </section>
    }
    .erase()
}

/// What a gate says beside its figure, with a full stop.
fn note_of(result: &GateResult) -> String {
    if result.note.is_empty() { String::new() } else { format!("{}.", result.note) }
}

/// Title, figure and verdict of a judged gate.
fn judged(result: &GateResult) -> Vec<Cell> {
    let (tone, word) = verdict(result.verdict);
    vec![
        Cell::text(&result.title),
        Cell::figure(Some(result.figure.clone()), Scale::Metric),
        Cell::view(view! { <StateBadge tone word /> }),
    ]
}

/// Sign and word of a verdict.
pub fn verdict(verdict: Verdict) -> (Tone, &'static str) {
    match verdict {
        Verdict::Pass => (Tone::Good, "Pass"),
        Verdict::Fail => (Tone::Bad, "Fail"),
        Verdict::Inconclusive => (Tone::Watch, "Inconclusive"),
        Verdict::CouldNotCompute => (Tone::Watch, "Not computed"),
    }
}

fn summary(report: &GateReport) -> String {
    let count = |verdict: Verdict| report.results.iter().filter(|result| result.verdict == verdict).count() as u32;
    let words = [
        (Verdict::Pass, "pass"),
        (Verdict::Fail, "fail"),
        (Verdict::Inconclusive, "cannot be decided by these rows"),
        (Verdict::CouldNotCompute, "could not be computed"),
    ];
    let parts = words.into_iter().filter(|(verdict, _)| count(*verdict) > 0);
    let parts: Vec<String> = parts.map(|(verdict, word)| format!("{} {word}", format::count(count(verdict)))).collect();
    format!("Of {} gates {}.", format::count(report.results.len() as u32), parts.join(", "))
}

/// Nothing when they are the policy: then they stand above.
fn guide(report: &GateReport, is_policy: bool) -> AnyView {
    if is_policy || report.results.is_empty() {
        return ().erase();
    }
    let rows: Vec<Row> = report.results.iter().map(|result| Row::new(judged(result))).collect();
    let headings = vec![Heading::text("Threshold"), Heading::number("Figure and 95% interval"), Heading::text("Verdict")];
    view! {
        <details>
            <summary>"Thresholds of guide 002, for information"</summary>
            <p class="aside">"They decide nothing here: the policy above does. "{summary(report)}</p>
            <Table headings rows class="list" scroll="Thresholds of guide 002" />
        </details>
    }
    .erase()
}
