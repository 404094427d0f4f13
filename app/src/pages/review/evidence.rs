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
            {stability(package)}
            {errors(package)}
        </section>
    }
    .erase()
}

/// Whether it would have learned the same from other people.
fn stability(package: &Package) -> AnyView {
    const TOP: usize = 5;
    let Some(stability) = &package.stability else { return ().erase() };
    let refits = stability.importances.len() as u32;
    let row = |own: &workflow::FieldRanks| {
        Row::new(vec![
            Cell::text(&own.field),
            Cell::number(format!("{} of {refits}", own.among_top)),
            Cell::number(if own.best == own.worst { own.best.to_string() } else { format!("{} to {}", own.best, own.worst) }),
        ])
    };
    let rows: Vec<Row> = stability.ranks(TOP).iter().filter(|own| own.among_top > 0).map(row).collect();
    let headings =
        vec![Heading::text("Field"), Heading::number(format!("Refits with it among the {TOP} strongest")), Heading::number("Rank")];
    let figure = stability.of_top(TOP);
    let said = match (figure.value, figure.interval) {
        (Some(value), Some([low, high])) => {
            format!(
                "Stability {} ({} to {}): 1 is always the same, 0 as by chance.",
                format::number(value, 2),
                format::number(low, 2),
                format::number(high, 2)
            )
        }
        _ => figure.why.unwrap_or_default(),
    };
    let how = format!(
        "The chosen parameters were fitted again to {refits} other samples of the training rows, and the fields ranked over {} people whom none of \
         these fits has seen (Nogueira, Sechidis and Brown 2018).",
        format::count(stability.rows)
    );
    view! {
        <h3>"Would it have learned the same from others?"</h3>
        <p>{said}</p>
        <p class="aside">{how}</p>
        <Table headings rows class="list" scroll="Ranks of the strongest fields" />
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
    let live = |attribute: &String| {
        let of = |evaluation: &workflow::Evaluation| evaluation.fairness.get(attribute).cloned();
        Some((of(&package.candidate)?, of(package.champion.as_ref()?)?))
    };
    let part = |(attribute, audit): (&String, &GroupAudit)| attribute_part(&label(attribute), audit, live(attribute));
    let parts = package.fairness.iter().map(part).collect::<Vec<_>>();
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
            <p class="aside">"What the inputs tell about protected attributes, whether or not these are inputs themselves: 0.5 means that they say nothing."</p>
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

/// `beside`: the audits of candidate and live version on the same rows.
fn attribute_part(attribute: &str, audit: &GroupAudit, beside: Option<(GroupAudit, GroupAudit)>) -> AnyView {
    let limits = stats::fairness::FairnessPolicy::default().limits;
    let parity = |(metric, judged): (&stats::fairness::ParityMetric, &stats::Verdict)| {
        let (tone, word) = verdict(*judged);
        let side = if metric.is_ratio() { "at least" } else { "at most" };
        let limit = limits.get(metric).map(|limit| format!("{side} {limit}")).unwrap_or_default();
        let mut cells = vec![
            Cell::text(metric.label()),
            Cell::figure(audit.parity.get(metric).cloned(), Scale::Metric),
            Cell::text(limit).numeric(),
            Cell::view(view! { <StateBadge tone word /> }),
        ];
        if let Some((candidate, live)) = &beside {
            cells.push(Cell::figure(candidate.parity.get(metric).cloned(), Scale::Metric));
            cells.push(Cell::figure(live.parity.get(metric).cloned(), Scale::Metric));
        }
        Row::new(cells)
    };
    let parities: Vec<Row> = audit.verdict.iter().map(parity).collect();
    let mut parity_headings =
        vec![Heading::text("Between groups"), Heading::number("Out of fold"), Heading::number("Limit"), Heading::text("Verdict")];
    if beside.is_some() {
        parity_headings.extend([Heading::number("Candidate, same rows"), Heading::number("Live version, same rows")]);
    }
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
        <Table headings=parity_headings rows=parities class="list" scroll=format!("Differences by {attribute}") />
        <Table headings rows class="list" scroll=format!("Figures by {attribute}") />
        {notes}
    }
    .erase()
}

/// Profile of the training data, and its drift against the baseline of the live version.
pub fn data(page: &ReviewPage) -> AnyView {
    let profile = match &page.profile {
        Some(profile) => self::profile(profile, &data_page(page)),
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

/// Where the whole profile of the training data stands, with its distributions.
fn data_page(page: &ReviewPage) -> String {
    format!("/use-case/{}/data/{}", views::address::encode(&page.version.use_case), page.version.dataset_id)
}

fn profile(profile: &workflow::DataProfile, data_page: &str) -> AnyView {
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
        <p class="aside">"Limits of guide 002, held against the worst column: for information. Gates of the policy count over all columns. Outliers lie more than three standard deviations from the mean."</p>
        <p><a href=data_page.to_owned()>"Distributions of every column"</a></p>
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
    let fact = |(name, value): &(String, String)| {
        let cell = match name.as_str() {
            "Run" => Cell::link(format!("/runs/{value}"), value),
            "Data" => Cell::link(data_page(page), value),
            _ => Cell::code(value.clone()),
        };
        (name.clone(), cell)
    };
    let mut facts: Vec<(String, Cell)> = page.package.lineage.iter().map(fact).collect();
    let names = page.aliases.join(", ");
    facts.extend((!names.is_empty()).then(|| ("Called".to_owned(), Cell::text(names))));
    facts.extend(page.tags.iter().map(|(name, value)| (name.clone(), Cell::text(value))));
    let sources = &page.package.sources;
    let description = if sources.description.is_empty() { "No description.".to_owned() } else { sources.description.clone() };
    let scored = scored(page);
    let hash =
        page.evidence_hash.as_ref().map(|hash| view! { <p class="aside">"SHA-256 of this evidence: "<code>{hash.clone()}</code></p> });
    view! {
        <section id="lineage">
            <h2>"Lineage and model card"</h2>
            <p>{description}</p>
            <Facts facts class="facts lineage" />
            {scored}
            <details>
                <summary>"Model card, as it is part of the evidence"</summary>
                <pre class="card-text">{page.package.card.clone()}</pre>
            </details>
            {hash}
        </section>
    }
    .erase()
}

/// Whom the version has scored.
fn scored(page: &ReviewPage) -> AnyView {
    if page.batches.is_empty() {
        return view! { <p class="aside">"It has scored nobody."</p> }.erase();
    }
    let row = |(as_of, people, at): &(String, i64, String)| {
        Row::new(vec![Cell::brief(as_of), Cell::number(format::count(*people as u32)), Cell::brief(at)])
    };
    let rows: Vec<Row> = page.batches.iter().map(row).collect();
    let headings = vec![Heading::text("People as of"), Heading::number("Scored"), Heading::text("When")];
    view! { <h3>"What it has scored"</h3><Table headings rows class="list" scroll="What it has scored" /> }.erase()
}
