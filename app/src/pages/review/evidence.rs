//! Explanation, fairness, data, drift of the training data, lineage and model card.

use leptos::prelude::*;
use stats::fairness::{GroupAudit, GroupRow, GroupSize};
use stats::group_metrics::GroupMetric;
use workflow::{DriftReport, Package, ReviewPage};

use super::gates::verdict;
use crate::components::badge::{StateBadge, Tone};
use crate::components::chart::{Chart, ChartFigure};
use crate::components::empty::Empty;
use crate::components::figure::Scale;
use crate::components::table::{Cell, Facts, Heading, Row, Table, TextList};
use crate::erase::Erase;
use crate::format;

/// What the candidate has learned, and how that differs from the live version.
pub fn explanation(package: &Package, charts: Vec<Chart>) -> AnyView {
    let body = if charts.is_empty() {
        view! { <Empty title="Not explained"><p>"This version was trained by a build that did not measure what it does over many people."</p></Empty> }
            .erase()
    } else {
        let charts = charts.into_iter().map(|chart| view! { <ChartFigure chart /> }.erase()).collect::<Vec<_>>();
        view! { <div class="chart-grid wide">{charts}</div> }.erase()
    };
    view! {
        <section id="explanation">
            <h2>"What it has learned"</h2>
            <p class="aside">"Over people whom the model has not seen. This describes the model, not what causes anyone to leave or stay."</p>
            {body}
            {errors(package)}
        </section>
    }
    .erase()
}

/// Where the model errs most.
fn errors(package: &Package) -> AnyView {
    let row = |cohort: &workflow::Cohort| {
        Row::new(vec![
            Cell::text(cohort.conditions.join(" and ")),
            Cell::figure(Some(cohort.brier.clone()), Scale::Metric),
            Cell::figure(Some(cohort.event_rate.clone()), Scale::Percent),
            Cell::number(format::percent(cohort.mean_probability)),
            Cell::aside(cohort.event_rate.n.map(format::count).unwrap_or_default()).numeric(),
        ])
    };
    let rows: Vec<Row> = package.errors.cohorts.iter().map(row).collect();
    let headings = ["Brier score", "Share with the event", "Said on average", "n"].map(Heading::number);
    let headings = std::iter::once(Heading::text("Cohort")).chain(headings).collect();
    let leaks = (!package.leaks.is_empty()).then(|| {
        let texts = package.leaks.iter().map(|leak| leak.sentence.clone()).collect();
        view! { <div class="note warn"><h3>"Signs of leakage"</h3><TextList texts /></div> }
    });
    let table = if rows.is_empty() {
        view! { <p class="aside">"Too few held-out rows to find groups with larger errors."</p> }.erase()
    } else {
        view! { <Table headings rows class="list" scroll="Where it errs most" /> }.erase()
    };
    view! { <h3>"Where it errs most"</h3>{table}{leaks} }.erase()
}

/// Fairness by group, with intervals.
pub fn fairness(package: &Package, label: &dyn Fn(&str) -> String) -> AnyView {
    let parts = package.fairness.iter().map(|(attribute, audit)| attribute_part(&label(attribute), audit)).collect::<Vec<_>>();
    let proxy = |proxy: &workflow::Proxy| {
        Row::new(vec![
            Cell::text(label(&proxy.attribute)),
            Cell::text(&proxy.group),
            Cell::figure(Some(proxy.roc_auc.clone()), Scale::Metric),
            Cell::aside(proxy.through.iter().take(3).map(|(field, _)| label(field)).collect::<Vec<_>>().join(", ")),
        ])
    };
    let proxies: Vec<Row> = package.proxies.iter().map(proxy).collect();
    let proxies = (!proxies.is_empty()).then(|| {
        let headings =
            vec![Heading::text("Attribute"), Heading::text("Group"), Heading::number("ROC AUC of guessing it"), Heading::text("Through")];
        view! {
            <h3>"What the inputs give away"</h3>
            <p class="aside">"Protected attributes are no model inputs, but the inputs may tell them: 0.5 means that they say nothing."</p>
            <Table headings rows=proxies class="list" scroll="Proxies" />
        }
    });
    let body = if parts.is_empty() {
        view! { <Empty title="Nothing was audited"><p>"The training data has none of the attributes that the use case audits."</p></Empty> }
            .erase()
    } else {
        parts.into_view().erase()
    };
    view! {
        <section id="fairness">
            <h2>"Fairness"</h2>
            <p class="aside">"Out of fold, at the cut-off: who is listed, and how right that is, group by group, with 95% intervals. Groups under 10 are hidden, under 30 too small to judge."</p>
            {body}
            {proxies}
        </section>
    }
    .erase()
}

fn attribute_part(attribute: &str, audit: &GroupAudit) -> AnyView {
    let parities: Vec<AnyView> = audit
        .verdict
        .iter()
        .map(|(metric, judged)| {
            let (tone, word) = verdict(*judged);
            let value = audit.parity.get(metric).and_then(|figure| figure.value).map(|value| format::number(value, 3)).unwrap_or_default();
            view! { <li><StateBadge tone word />" "{metric.label()}" "{value}</li> }.erase()
        })
        .collect();
    const SHOWN: [(GroupMetric, &str); 4] = [
        (GroupMetric::SelectionRate, "Selection rate"),
        (GroupMetric::Tpr, "True positive rate"),
        (GroupMetric::Fpr, "False positive rate"),
        (GroupMetric::Precision, "Precision"),
    ];
    let row = |(name, group): (&String, &GroupRow)| {
        let note = match group.size {
            GroupSize::Judged => "",
            GroupSize::TooSmallToJudge => "too small to judge",
            GroupSize::Suppressed => "hidden: too few people",
        };
        let mut cells = vec![Cell::with_aside(name, note), Cell::aside(group.n.map(format::count).unwrap_or_default()).numeric()];
        cells.extend(SHOWN.map(|(metric, _)| Cell::figure(group.metrics.get(&metric).cloned(), Scale::Percent)));
        let ratio = (group.size != GroupSize::Suppressed).then(|| group.impact_ratio.clone());
        cells.push(Cell::figure(ratio, Scale::Metric));
        Row::new(cells)
    };
    let rows: Vec<Row> = audit.by_group.iter().map(row).collect();
    let mut headings = vec![Heading::text(attribute), Heading::number("n")];
    headings.extend(SHOWN.map(|(_, name)| Heading::number(name)));
    headings.push(Heading::number("Impact ratio"));
    let notes = (!audit.notes.is_empty()).then(|| view! { <p class="aside">{audit.notes.join(" ")}</p> });
    view! {
        <h3>{attribute.to_owned()}</h3>
        <ul class="verdicts">{parities}</ul>
        <Table headings rows class="list" scroll=format!("Figures by {attribute}") />
        {notes}
    }
    .erase()
}

/// Profile of the training data, and its drift against the baseline of the live version.
pub fn data(page: &ReviewPage) -> AnyView {
    let profile = match &page.profile {
        Some(profile) => self::profile(profile),
        None => view! { <p class="aside">"The run kept no profile of its data."</p> }.erase(),
    };
    let drift = match &page.package.drift {
        Some(drift) => self::drift(drift),
        None => view! { <p class="aside">{page.package.no_drift.clone()}</p> }.erase(),
    };
    view! {
        <section id="data">
            <h2>"Training data"</h2>
            {profile}
            <h3>"Against the baseline of the live version"</h3>
            {drift}
        </section>
    }
    .erase()
}

fn profile(profile: &workflow::DataProfile) -> AnyView {
    let gates = profile.gates.iter().map(|gate| {
        let (tone, word) = match gate.passed {
            Some(true) => (Tone::Good, "Within the limit"),
            Some(false) => (Tone::Bad, "Beyond the limit"),
            None => (Tone::Watch, "Not computed"),
        };
        view! { <li><StateBadge tone word />" "{gate.sentence.clone()}</li> }.erase()
    });
    let gates = gates.collect::<Vec<_>>();
    let number = |value: f64| format::number(value, if value.abs() < 100.0 { 2 } else { 0 });
    let row = |column: &workflow::ColumnSummary| {
        let numbers = column.numbers.as_ref();
        let range = numbers
            .map(|numbers| format!("{} to {}", number(numbers.min), number(numbers.max)))
            .unwrap_or_else(|| column.bars.levels.iter().take(3).cloned().collect::<Vec<_>>().join(", "));
        Row::new(vec![
            Cell::text(&column.name),
            Cell::aside(&column.kind),
            Cell::number(share(column.missing_rate)),
            Cell::number(column.distinct.to_string()),
            Cell::aside(range),
            Cell::number(numbers.map(|numbers| number(numbers.mean)).unwrap_or_default()),
            Cell::number(numbers.map(|numbers| share(numbers.outlier_rate_z)).unwrap_or_default()),
        ])
    };
    let rows: Vec<Row> = profile.columns.iter().map(row).collect();
    let headings = vec![
        Heading::text("Column"),
        Heading::text("Type"),
        Heading::number("Missing"),
        Heading::number("Distinct"),
        Heading::text("Range or levels"),
        Heading::number("Mean"),
        Heading::number("Outliers"),
    ];
    let pair = |pair: &workflow::Correlation| {
        let name = |index: usize| profile.correlations.names.get(index).cloned().unwrap_or_default();
        Row::new(vec![
            Cell::text(name(pair.first)),
            Cell::text(name(pair.second)),
            Cell::aside(pair.measure.label()),
            Cell::number(format::number(pair.value, 2)),
        ])
    };
    let pairs: Vec<Row> = profile.correlations.strongest.iter().take(10).map(pair).collect();
    let pair_headings = vec![Heading::text("Column"), Heading::text("With"), Heading::text("Measure"), Heading::number("Strength")];
    let warnings: Vec<String> = profile.warnings.iter().map(|warning| warning.sentence.clone()).collect();
    let warnings = (!warnings.is_empty()).then(|| {
        let summary = format!("{} remarks on the data", format::count(warnings.len() as u32));
        view! { <details><summary>{summary}</summary><TextList texts=warnings /></details> }
    });
    let summary = format!("{} columns, one by one", format::count(profile.columns.len() as u32));
    view! {
        <ul class="verdicts">{gates}</ul>
        <p class="aside">"Limits of guide 002: for information unless the policy has them. Outliers lie more than three standard deviations from the mean."</p>
        <details><summary>{summary}</summary><Table headings rows class="list" scroll="Columns of the training data" /></details>
        <details><summary>"Strongest correlations"</summary><Table headings=pair_headings rows=pairs class="list" scroll="Correlations" /></details>
        {warnings}
    }
    .erase()
}

/// A share with one decimal: what is missing is often little.
fn share(value: f64) -> String {
    if value == 0.0 { "0%".to_owned() } else { format!("{}%", format::number(value * 100.0, 1)) }
}

fn drift(report: &DriftReport) -> AnyView {
    let mut columns: Vec<_> = report.columns.iter().collect();
    columns.sort_by(|a, b| b.effect_size.unwrap_or(0.0).total_cmp(&a.effect_size.unwrap_or(0.0)));
    let row = |column: &&workflow::ColumnReport| {
        let (tone, word) = match column.verdict.name() {
            "drifted" => (Tone::Watch, "Drifted"),
            "stable" => (Tone::Good, "Stable"),
            "too_few_rows" => (Tone::Neutral, "Too few rows"),
            _ => (Tone::Watch, "Not computed"),
        };
        let p = column.deciding_test().and_then(|test| test.p_adjusted.or(test.p_value));
        Row::new(vec![
            Cell::text(&column.name),
            Cell::view(view! { <StateBadge tone word /> }),
            Cell::number(column.effect_size.map(|size| format::number(size, 3)).unwrap_or_default()),
            Cell::number(p.map(|p| format::number(p, 3)).unwrap_or_default()),
            Cell::aside(column.why.clone().unwrap_or_default()),
        ])
    };
    let rows: Vec<Row> = columns.iter().map(row).collect();
    let headings = vec![
        Heading::text("Column"),
        Heading::text("Verdict"),
        Heading::number("Effect size"),
        Heading::number("p, adjusted"),
        Heading::text("Note"),
    ];
    view! {
        <p>{report.summary.clone()}</p>
        <details><summary>"Every column"</summary><Table headings rows class="list" scroll="Drift of the training data" /></details>
    }
    .erase()
}

/// Where the version comes from, and its model card.
pub fn lineage(page: &ReviewPage) -> AnyView {
    let facts = page.package.lineage.iter().map(|(name, value)| (name.clone(), Cell::code(value.clone()))).collect();
    let description = if page.version.description.is_empty() { "No description.".to_owned() } else { page.version.description.clone() };
    let hash =
        page.evidence_hash.as_ref().map(|hash| view! { <p class="aside">"SHA-256 of this evidence: "<code>{hash.clone()}</code></p> });
    view! {
        <section id="lineage">
            <h2>"Lineage and model card"</h2>
            <p>{description}</p>
            <Facts facts class="facts lineage" />
            <details>
                <summary>"Model card, as it is part of the evidence"</summary>
                <pre class="card-text">{page.package.card.clone()}</pre>
            </details>
            {hash}
        </section>
    }
    .erase()
}
