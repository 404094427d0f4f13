//! The report: verdicts, attributes, intersections, bias audit table, proxies, earlier versions and
//! limitations.

use domain::Route;
use leptos::prelude::*;
use stats::Verdict;
use stats::fairness::ParityMetric;
use workflow::fairness::{AttributeReport, FairnessReport, ProxyRow, VersionVerdicts};

use super::labels::{anchor, limit_text};
use super::{attribute, local_law_144};
use crate::components::badge::verdict_badge;
use crate::components::empty::Empty;
use crate::components::proxies::Proxies;
use app::components::figure::Scale;
use app::components::table::{Cell, Heading, Row, Table, TextList};
use domain::format;

/// The report below its heading. `more` is the address that also shows the groups of intersections;
/// `None` shows them here.
pub fn report(page: &FairnessReport, more: Option<String>) -> AnyView {
    if page.attributes.is_empty() {
        return view! {
            <Empty title="No attributes to audit">
                <p>"The training data contains none of the attributes that the use case audits."</p>
            </Empty>
        }
        .into_any();
    }
    let attributes = page
        .attributes
        .iter()
        .map(|own| attribute::attribute(own, page))
        .collect::<Vec<_>>();
    let whole = more.is_none();
    let crossed = (!page.intersections.is_empty()).then(|| {
        let content = match more {
            Some(address) => view! {
                <p>"Their verdicts are in the table above. "<a href=address>"Show groups"</a></p>
            }
            .into_any(),
            None => page.intersections.iter().map(|own| attribute::intersection(own, page)).collect::<Vec<_>>().into_any(),
        };
        view! {
            <section id="intersections">
                <h2>"Intersections"</h2>
                <p class="aside">"Two attributes at a time. Gaps can be hidden when each attribute is checked alone."</p>
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
    .into_any()
}

/// The table of attributes by metrics.
fn summary(page: &FairnessReport) -> AnyView {
    let mut headings = vec![Heading::text("Attribute"), Heading::text("Overall")];
    headings.extend(page.limits.iter().map(|(metric, limit)| {
        Heading::text(format!(
            "{}, {}",
            metric.label(),
            limit_text(*metric, *limit)
        ))
    }));
    let row = |own: &AttributeReport| {
        let cell = |metric: &ParityMetric| match own.audit.verdict.get(metric) {
            None => Cell::text(""),
            Some(verdict) => {
                let figure = own.audit.parity.get(metric);
                let figure = figure
                    .and_then(|figure| Some((figure.value?, figure.interval)))
                    .map(|(value, interval)| {
                        let interval = interval
                            .map(|interval| format!(" ({})", Scale::Metric.interval_text(interval)))
                            .unwrap_or_default();
                        view! { <span class="aside">{Scale::Metric.text(value)}{interval}</span> }
                    });
                Cell::view(
                    view! { <span class="verdict-cell">{verdict_badge(*verdict)}{figure}</span> },
                )
            }
        };
        let link = format!("#{}", anchor(&own.name));
        let name = if own.curves.is_empty() && own.name.contains('×') {
            Cell::text(&own.label)
        } else {
            Cell::link(link, &own.label)
        };
        let mut cells = vec![name, Cell::view(verdict_badge(own.verdict()))];
        cells.extend(page.limits.keys().map(cell));
        Row::new(cells)
    };
    let rows: Vec<Row> = page
        .attributes
        .iter()
        .chain(&page.intersections)
        .map(row)
        .collect();
    let judged = page
        .attributes
        .iter()
        .chain(&page.intersections)
        .map(|own| own.audit.verdict.len())
        .sum::<usize>();
    let words = &page.words.many;
    let finding = finding(page);
    view! {
        <section>
            <h2>{finding}</h2>
            <p class="aside">
                "Verdicts use the 95% interval, not the point estimate: pass when the whole interval is within the limit, fail when all of it is outside, \
                 inconclusive when there are too few " {words.clone()} " to decide."
            </p>
            <Table headings rows class="list verdicts" scroll="Verdicts by attribute and metric" />
            <p class="aside">
                {format!(
                    "Verdicts on this page: {judged}. Intervals of gaps are corrected for the number of group pairs, but not for the number of verdicts: \
                     at 95% each, about 1 in 20 is expected to miss the true value by chance. Fisher's tests are adjusted for the groups of each attribute (Holm)."
                )}
            </p>
        </section>
    }
    .into_any()
}

/// "Age group fails; gender and marital status are inconclusive".
fn finding(page: &FairnessReport) -> String {
    let with = |verdict: Verdict| {
        page.attributes
            .iter()
            .filter(|own| own.verdict() == verdict)
            .map(|own| own.label.to_lowercase())
            .collect::<Vec<_>>()
    };
    let phrase = |verdict: Verdict, one: &str, several: &str| {
        let labels = with(verdict);
        let (last, others) = labels.split_last()?;
        Some(if others.is_empty() {
            format!("{last} {one}")
        } else {
            format!("{} and {last} {several}", others.join(", "))
        })
    };
    let phrases = [
        phrase(Verdict::Fail, "fails", "fail"),
        phrase(Verdict::Inconclusive, "is inconclusive", "are inconclusive"),
        phrase(
            Verdict::CouldNotCompute,
            "could not be computed",
            "could not be computed",
        ),
        phrase(Verdict::Pass, "passes", "pass"),
    ];
    format::capitalized(&phrases.into_iter().flatten().collect::<Vec<_>>().join("; "))
}

fn proxies(rows: &[ProxyRow]) -> AnyView {
    let rows = rows.to_vec();
    (!rows.is_empty())
        .then(|| view! { <section><h2>"Proxy analysis"</h2><Proxies rows /></section> })
        .into_any()
}

fn history(page: &FairnessReport) -> AnyView {
    let metrics: Vec<ParityMetric> = page.limits.keys().copied().collect();
    let tables = page.attributes.iter().map(|own| {
        let row = |version: &VersionVerdicts| {
            let name = format!("Version {}", version.version);
            let state = if version.live {
                format!("live, {}", version.created_at.long())
            } else {
                version.created_at.long()
            };
            let route = Route::ModelFairness {
                use_case: (&page.use_case).into(),
                version: version.version,
            };
            let verdicts = version.verdicts.get(&own.name);
            let cell =
                |metric: &ParityMetric| match verdicts.and_then(|verdicts| verdicts.get(metric)) {
                    Some(verdict) => Cell::view(verdict_badge(*verdict)),
                    None => Cell::aside("not evaluated"),
                };
            let name =
                view! { <a href=route.path()>{name}</a>" "<span class="aside">{state}</span> };
            Row::new(
                std::iter::once(Cell::view(name))
                    .chain(metrics.iter().map(cell))
                    .collect(),
            )
        };
        let mut headings = vec![Heading::text("Version")];
        headings.extend(metrics.iter().map(|metric| Heading::text(metric.label())));
        let rows = page.history.iter().map(row).collect();
        let name = format!("Verdicts by version: {}", own.label.to_lowercase());
        view! { <h3>{own.label.clone()}</h3><Table headings rows class="list" scroll=name /> }
            .into_any()
    });
    let tables = tables.collect::<Vec<_>>();
    let cutoff = page
        .history
        .first()
        .map(|version| format::number(version.cutoff, 2))
        .unwrap_or_default();
    view! {
        <section>
            <h2>"Verdicts by version"</h2>
            <p class="aside">{format!("From the audit at training time, at the cutoff of the use case ({cutoff}).")}</p>
            {tables}
        </section>
    }
    .into_any()
}

/// The limits of the report.
pub fn not_shown(page: &FairnessReport) -> AnyView {
    let words = &page.words;
    let inputs = if page.protected_inputs.is_empty() {
        format!(
            "Audited but not used as inputs: {}.",
            page.audited_only.join(", ")
        )
    } else {
        format!("Used as inputs: {}.", page.protected_inputs.join(", "))
    };
    let mut texts = vec![
        format!(
            "Whether it is justified that some groups {} more often. Outcomes are from the past: if the past was unfair, equal error rates reproduce it.",
            words.verb
        ),
        format!(
            "How the list is used. Here, being listed leads to a conversation; the same results would weigh more if it led to a disadvantage for the {}.",
            words.one
        ),
        "Attributes that are not in the data, such as ethnic origin, disability or religion, and their intersections with those that are.".to_owned(),
        "All fairness criteria at once: when groups differ in their observed outcome rates, no model can have equal selection rates, equal error rates and calibration together (Kleinberg, Mullainathan and Raghavan 2016; Chouldechova 2017).".to_owned(),
        format!("Groups of fewer than {} people individually (they are pooled, together with the next larger group where a single one could be inferred). Groups of fewer than {} are shown but not evaluated.", page.suppress_below, page.judge_from),
        "Future performance: scores are out of fold, from the time of training. Drift is monitored on a separate page.".to_owned(),
    ];
    if !(page.audited_only.is_empty() && page.protected_inputs.is_empty()) {
        texts.insert(0, format!("The cause of a gap. {inputs} A gap can come from other inputs, from the outcomes, or from both."));
    }
    view! { <section><h2>"Limitations of this report"</h2><TextList texts class="report-limits" /></section> }.into_any()
}
