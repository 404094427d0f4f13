//! The gates of the policy with estimate, limit and verdict, and the reference thresholds for
//! information.

use domain::ReviewState;
use leptos::prelude::*;
use stats::Verdict;
use workflow::{GateReport, GateResult, ReviewPage, Waiver};

use super::query::route_of;
use crate::components::badge::verdict_badge;
use app::components::figure::Scale;
use app::components::table::{Cell, Heading, Row, Table};
use domain::format;

/// The section.
pub fn section(page: &ReviewPage) -> AnyView {
    let package = &page.package;
    let policy = &package.policy;
    let route = route_of(page);
    // After requested changes or a void request, a waiver may be needed before the next request.
    let open = page.request.as_ref().is_none_or(|request| {
        !matches!(request.state, ReviewState::Approved | ReviewState::Rejected)
    });
    let note = |result: &GateResult| {
        if let Some((_, waiver)) = page.waived().find(|(gate, _)| gate.id() == result.id()) {
            return Cell::aside(format!(
                "Waived until {} by {} (owner: {}): {}",
                waiver.expires_on.long(),
                waiver.granted_by,
                waiver.owner,
                waiver.reason
            ));
        }
        if page.blocks(result) {
            let expired = page.waivers_of(result).next().map(|waiver| {
                format!(
                    "; the waiver by {} expired on {}",
                    waiver.granted_by,
                    waiver.expires_on.long()
                )
            });
            let link = (policy.waivers && page.may_waive && open).then(|| {
                let href = route.with_query(&[("doing", "waive"), ("gate", result.id())]);
                view! { " "<a class="screen-only" href=href rel="external">"Waive…"</a> }
            });
            let what = note_of(result);
            return Cell::view(
                view! { "Blocking"{expired}{link}{(!what.is_empty()).then(|| view! { <br />{what} })} },
            );
        }
        let does = match result.verdict {
            Verdict::Fail | Verdict::CouldNotCompute => {
                "Non-blocking; reviewer accepts responsibility. "
            }
            Verdict::Inconclusive => "Inconclusive; non-blocking. ",
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
    let headings = vec![
        Heading::text("Gate"),
        Heading::number("Estimate and 95% interval"),
        Heading::text("Verdict"),
        Heading::text("Note"),
    ];
    let waived = page.waived().map(|(gate, _)| gate.id()).collect::<Vec<_>>();
    let summary = summary(&package.gates, &waived);
    let inconclusive = if policy.inconclusive_blocks {
        "are blocking"
    } else {
        "are non-blocking"
    };
    let set = format!(
        "Policy: {}, set before training. {} Inconclusive gates {inconclusive}; gates that could not be computed are blocking. \
         Approvals required: {}.",
        format::gate_policy_label(&policy.name),
        policy.description,
        policy.approvals
    );
    let feasibility = package
        .feasibility
        .as_ref()
        .map(|feasibility| view! { <p class="aside">{feasibility.sentence.clone()}</p> });
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
    .into_any()
}

/// The note of a gate, with a full stop.
fn note_of(result: &GateResult) -> String {
    if result.note.is_empty() {
        String::new()
    } else {
        format!("{}.", result.note)
    }
}

/// Title, estimate and verdict of an evaluated gate.
fn judged(result: &GateResult) -> Vec<Cell> {
    vec![
        Cell::text(&result.title),
        Cell::figure(Some(result.shown()), Scale::Metric),
        Cell::view(verdict_badge(result.verdict)),
    ]
}

/// The waived gates, with the terms of each waiver.
pub fn waiver_terms(page: &ReviewPage) -> Vec<String> {
    let terms = |(gate, waiver): (&GateResult, &Waiver)| {
        format!(
            "{} (waived until {}, owner: {})",
            gate.title,
            waiver.expires_on.long(),
            waiver.owner
        )
    };
    page.waived().map(terms).collect()
}

/// Counts by verdict, the gates in `waived` apart.
fn summary(report: &GateReport, waived: &[&str]) -> String {
    let counts = |result: &&GateResult, verdict: Verdict| {
        result.verdict == verdict && !waived.contains(&result.id())
    };
    let count = |verdict: Verdict| {
        report
            .results
            .iter()
            .filter(|result| counts(result, verdict))
            .count() as u32
    };
    let words = [
        (Verdict::Pass, "passed"),
        (Verdict::Fail, "failed"),
        (Verdict::Inconclusive, "inconclusive (too little data)"),
        (Verdict::CouldNotCompute, "could not be computed"),
    ];
    let parts = words.into_iter().filter(|(verdict, _)| count(*verdict) > 0);
    let mut parts: Vec<String> = parts
        .map(|(verdict, word)| format!("{} {word}", format::count(count(verdict))))
        .collect();
    parts.extend(
        (!waived.is_empty()).then(|| format!("{} waived", format::count(waived.len() as u32))),
    );
    parts.join(" · ")
}

/// The reference thresholds; nothing when they are the policy itself.
fn guide(report: &GateReport, is_policy: bool) -> AnyView {
    if is_policy || report.results.is_empty() {
        return ().into_any();
    }
    let rows: Vec<Row> = report
        .results
        .iter()
        .map(|result| Row::new(judged(result)))
        .collect();
    let headings = vec![
        Heading::text("Threshold"),
        Heading::number("Estimate and 95% interval"),
        Heading::text("Verdict"),
    ];
    view! {
        <details>
            <summary>"Reference thresholds (for information)"</summary>
            <p class="aside">"For information only: the policy above decides. "{summary(report, &[])}</p>
            <Table headings rows class="list" scroll="Reference thresholds" />
        </details>
    }
    .into_any()
}
