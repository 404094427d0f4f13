//! The report: verdicts, each attribute, intersections, the bias audit table, proxies, versions, and what it does not show.

use domain::Route;
use leptos::prelude::*;
use stats::Verdict;
use stats::fairness::ParityMetric;
use workflow::fairness::{AttributeReport, FairnessReport, ProxyRow, VersionVerdicts};

use super::{attribute, local_law_144};
use crate::boxed::Erase;
use crate::components::badge::{StateBadge, Tone};
use crate::components::empty::Empty;
use crate::components::figure::Scale;
use crate::components::table::{Cell, Heading, Row, Table, TextList};
use crate::format;

/// The report below its heading. `more` is the address that shows the groups of intersections, for a page without them: they are many.
pub fn report(page: &FairnessReport, more: Option<String>) -> AnyView {
    if page.attributes.is_empty() {
        return view! {
            <Empty title="Nothing to audit">
                <p>"None of the attributes that the use case names for the audit is in the training data."</p>
            </Empty>
        }
        .erase();
    }
    let attributes = page.attributes.iter().map(|own| attribute::attribute(own, page)).collect::<Vec<_>>();
    let whole = more.is_none();
    let crossed = (!page.intersections.is_empty()).then(|| {
        let content = match more {
            Some(address) => view! {
                <p>"Their verdicts stand in the table above. "<a href=address>"Show their groups"</a></p>
            }
            .erase(),
            None => page.intersections.iter().map(|own| attribute::intersection(own, page)).collect::<Vec<_>>().into_any(),
        };
        view! {
            <section id="intersections">
                <h2>"Intersections"</h2>
                <p class="aside">"Two attributes at a time: a gap can hide where each attribute alone looks even."</p>
                {content}
            </section>
        }
    });
    view! {
        {summary(page)}
        {attributes}
        {crossed}
        {local_law_144::tables(page, whole)}
        {proxies(&page.proxies)}
        {history(page)}
    }
    .erase()
}

/// A verdict in a word with its sign.
pub fn badge(verdict: Verdict) -> AnyView {
    let (tone, word) = match verdict {
        Verdict::Pass => (Tone::Good, "Pass"),
        Verdict::Fail => (Tone::Bad, "Fail"),
        Verdict::Inconclusive => (Tone::Watch, "Inconclusive"),
        Verdict::CouldNotCompute => (Tone::Neutral, "Could not be computed"),
    };
    view! { <StateBadge tone word /> }.erase()
}

/// "at most 0.10"
pub fn limit_text(metric: ParityMetric, limit: f64) -> String {
    format!("{} {}", if metric.is_ratio() { "at least" } else { "at most" }, format::number(limit, 2))
}

/// Attributes by metrics.
fn summary(page: &FairnessReport) -> AnyView {
    let mut headings = vec![Heading::text("Attribute"), Heading::text("All together")];
    headings
        .extend(page.limits.iter().map(|(metric, limit)| Heading::text(format!("{}, {}", metric.label(), limit_text(*metric, *limit)))));
    let row = |own: &AttributeReport| {
        let cell = |metric: &ParityMetric| match own.audit.verdict.get(metric) {
            None => Cell::text(""),
            Some(verdict) => {
                let figure = own.audit.parity.get(metric);
                let figure = figure.and_then(|figure| Some((figure.value?, figure.interval))).map(|(value, interval)| {
                    let interval = interval.map(|interval| format!(" ({})", Scale::Metric.interval_text(interval))).unwrap_or_default();
                    view! { <span class="aside">{Scale::Metric.text(value)}{interval}</span> }
                });
                Cell::view(view! { <span class="verdict-cell">{badge(*verdict)}{figure}</span> })
            }
        };
        let link = format!("#{}", anchor(&own.name));
        let name = if own.curves.is_empty() && own.name.contains('×') { Cell::text(&own.label) } else { Cell::link(link, &own.label) };
        let mut cells = vec![name, Cell::view(badge(own.verdict()))];
        cells.extend(page.limits.keys().map(cell));
        Row::new(cells)
    };
    let rows: Vec<Row> = page.attributes.iter().chain(&page.intersections).map(row).collect();
    let judged = page.attributes.iter().chain(&page.intersections).map(|own| own.audit.verdict.len()).sum::<usize>();
    let words = &page.words.many;
    let finding = finding(page);
    view! {
        <section>
            <h2>{finding}</h2>
            <p class="aside">
                "A verdict comes from the 95% interval, not from the point: pass when the whole interval keeps the limit, fail when all of it breaks it, \
                 inconclusive when these " {words.clone()} " cannot tell."
            </p>
            <Table headings rows class="list verdicts" scroll="Verdicts by attribute and metric" />
            <p class="aside">
                {format!(
                    "{judged} verdicts are given on this page. The interval of a gap is corrected for the pairs of groups behind it, but not for the number of verdicts: \
                     at 95% each, about one in twenty would miss its mark by luck alone. Fisher's tests are adjusted for the groups of their attribute (Holm)."
                )}
            </p>
        </section>
    }
    .erase()
}

/// "Age group fails; gender and marital status cannot be told".
fn finding(page: &FairnessReport) -> String {
    let with = |verdict: Verdict| {
        page.attributes.iter().filter(|own| own.verdict() == verdict).map(|own| own.label.to_lowercase()).collect::<Vec<_>>()
    };
    let phrase = |verdict: Verdict, one: &str, several: &str| {
        let labels = with(verdict);
        let (last, others) = labels.split_last()?;
        Some(if others.is_empty() { format!("{last} {one}") } else { format!("{} and {last} {several}", others.join(", ")) })
    };
    let phrases = [
        phrase(Verdict::Fail, "fails", "fail"),
        phrase(Verdict::Inconclusive, "is inconclusive", "are inconclusive"),
        phrase(Verdict::CouldNotCompute, "could not be judged", "could not be judged"),
        phrase(Verdict::Pass, "passes", "pass"),
    ];
    format::capitalised(&phrases.into_iter().flatten().collect::<Vec<_>>().join("; "))
}

/// The id of an attribute's section.
pub fn anchor(name: &str) -> String {
    let letters = name.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '-' });
    format!("group-{}", letters.collect::<String>())
}

fn proxies(proxies: &[ProxyRow]) -> AnyView {
    let row = |proxy: &ProxyRow| {
        let through = proxy.through.iter().filter(|(_, share)| *share >= 0.01);
        let through: Vec<String> = through.map(|(field, share)| format!("{field} {}", format::percent(*share))).collect();
        Row::new(vec![
            Cell::text(&proxy.label),
            Cell::text(&proxy.group),
            Cell::figure(Some(proxy.roc_auc.clone()), Scale::Metric),
            Cell::text(through.join(", ")),
        ])
    };
    let rows: Vec<Row> = proxies.iter().map(row).collect();
    if rows.is_empty() {
        return ().erase();
    }
    let headings =
        vec![Heading::text("Attribute"), Heading::text("Group told best"), Heading::number("ROC AUC"), Heading::text("Through, by share")];
    view! {
        <section>
            <h2>"What the inputs give away"</h2>
            <p class="aside">
                "How well the unprotected inputs together tell the members of a group from everybody else, out of fold (gradient boosting, 5 folds): 0.5 is a coin, 1 is certainty. \
                 Leaving an attribute out does not help where its proxies stay in."
            </p>
            <Table headings rows class="list" scroll="How well the inputs tell each attribute" />
        </section>
    }
    .erase()
}

fn history(page: &FairnessReport) -> AnyView {
    let metrics: Vec<ParityMetric> = page.limits.keys().copied().collect();
    let tables = page.attributes.iter().map(|own| {
        let row = |version: &VersionVerdicts| {
            let name = format!("Version {}", version.version);
            let state = if version.live { format!("live, {}", version.created_at.long()) } else { version.created_at.long() };
            let route = Route::ModelFairness { use_case: (&page.use_case).into(), version: version.version };
            let verdicts = version.verdicts.get(&own.name);
            let cell = |metric: &ParityMetric| match verdicts.and_then(|verdicts| verdicts.get(metric)) {
                Some(verdict) => Cell::view(badge(*verdict)),
                None => Cell::aside("not judged"),
            };
            let name = view! { <a href=route.path()>{name}</a>" "<span class="aside">{state}</span> };
            Row::new(std::iter::once(Cell::view(name)).chain(metrics.iter().map(cell)).collect())
        };
        let mut headings = vec![Heading::text("Version")];
        headings.extend(metrics.iter().map(|metric| Heading::text(metric.label())));
        let rows = page.history.iter().map(row).collect();
        let name = format!("Verdicts over versions: {}", own.label.to_lowercase());
        view! { <h3>{own.label.clone()}</h3><Table headings rows class="list" scroll=name /> }.erase()
    });
    let tables = tables.collect::<Vec<_>>();
    let cutoff = page.history.first().map(|version| format::number(version.cutoff, 2)).unwrap_or_default();
    view! {
        <section>
            <h2>"Verdicts over versions"</h2>
            <p class="aside">{format!("As each version was audited when it was trained, at the cut-off of the use case ({cutoff}).")}</p>
            {tables}
        </section>
    }
    .erase()
}

/// The limits of the report.
pub fn not_shown(page: &FairnessReport) -> AnyView {
    let words = &page.words;
    let inputs = if page.protected_inputs.is_empty() {
        format!("{} are audited and are no inputs of this model.", page.audited_only.join(", "))
    } else {
        format!("{} are inputs of this model.", page.protected_inputs.join(", "))
    };
    let mut texts = vec![
        format!(
            "Whether it is right that a group {} more often. Outcomes are those of the past: where the past was unfair, an even error rate repeats it.",
            words.verb
        ),
        format!(
            "What is done with the list. Being listed leads to a conversation here; the same figures would weigh more if it led to anything that takes something away from the {}.",
            words.one
        ),
        "Attributes that are not in the data, such as ethnic origin, disability or religion, and how they cross with those that are.".to_owned(),
        "All notions of fairness at once: where groups differ in how often they have the event, no model can have equal selection rates, equal error rates and calibration together (Kleinberg, Mullainathan and Raghavan 2016; Chouldechova 2017).".to_owned(),
        format!("Groups of fewer than {} people one by one (they are pooled, with the next larger where one alone could be worked out); groups of fewer than {} are shown and not judged.", page.suppress_below, page.judge_from),
        "The future: these people were scored out of fold at the time of training. Drift is watched on its own page.".to_owned(),
    ];
    if !(page.audited_only.is_empty() && page.protected_inputs.is_empty()) {
        texts.insert(0, format!("Why a gap is there. {inputs} A gap can come from other inputs, from the outcomes, or from both."));
    }
    view! { <section><h2>"What this does not show"</h2><TextList texts class="report-limits" /></section> }.erase()
}
