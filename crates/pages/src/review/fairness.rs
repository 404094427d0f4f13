//! Fairness by group, compared with the live version.

use leptos::prelude::*;
use stats::Verdict;
use stats::fairness::{GroupAudit, GroupRow, GroupSize, proxy_verdict};
use stats::group_metrics::GroupMetric;
use workflow::EvidencePackage;
use workflow::fairness::ProxyRow;

use crate::components::badge::verdict;
use crate::components::empty::Empty;
use crate::components::proxies::Proxies;
use app::components::badge::StateBadge;
use app::components::figure::Scale;
use app::components::table::{Cell, Heading, Row, Table};
use domain::format;

/// Fairness by group, with intervals.
pub fn section(package: &EvidencePackage, label: &dyn Fn(&str) -> String) -> AnyView {
    let live = |attribute: &String| {
        let of = |evaluation: &workflow::Evaluation| evaluation.fairness.get(attribute).cloned();
        Some((of(&package.candidate)?, of(package.champion.as_ref()?)?))
    };
    let part = |(attribute, audit): (&String, &GroupAudit)| {
        attribute_part(&label(attribute), audit, live(attribute))
    };
    let parts = package.fairness.iter().map(part).collect::<Vec<_>>();
    let rows: Vec<ProxyRow> = package
        .proxies
        .iter()
        .map(|proxy| ProxyRow::new(proxy, label))
        .collect();
    let proxies = (!rows.is_empty()).then(|| view! { <h3>"Proxy analysis"</h3><Proxies rows /> });
    let body = if parts.is_empty() {
        view! { <Empty title="No fairness audit"><p>"The training data contains none of the attributes that the use case audits."</p></Empty> }
            .into_any()
    } else {
        parts.into_view().into_any()
    };
    view! {
        <section id="fairness">
            <h2>"Fairness"</h2>
            <p class="aside">"Selection and error rates by group, out of fold, at the cutoff, with 95% intervals. Groups under 10 are suppressed; groups under 30 are too small to evaluate."</p>
            {body}
            {proxies}
        </section>
    }
    .into_any()
}

/// The groups that can be inferred from the inputs, for the summary of the review; nothing where
/// there are none.
pub fn strong_proxies(package: &EvidencePackage, label: &dyn Fn(&str) -> String) -> AnyView {
    let strong = |proxy: &workflow::Proxy| {
        let value = proxy
            .roc_auc
            .value
            .filter(|_| proxy_verdict(&proxy.roc_auc) == Verdict::Fail)?;
        Some(format!(
            "{} “{}” (ROC AUC {})",
            label(&proxy.attribute),
            proxy.group,
            format::number(value, 3)
        ))
    };
    let strong: Vec<String> = package.proxies.iter().filter_map(strong).collect();
    if strong.is_empty() {
        return ().into_any();
    }
    let text = format!(
        "Protected groups can be inferred from the inputs: {}. ",
        strong.join("; ")
    );
    view! { <p class="note warn">{text}<a href="#fairness" rel="external">"Proxy analysis"</a></p> }
        .into_any()
}

/// `beside`: the audits of candidate and live version on the same rows.
fn attribute_part(
    attribute: &str,
    audit: &GroupAudit,
    beside: Option<(GroupAudit, GroupAudit)>,
) -> AnyView {
    let limits = stats::fairness::FairnessPolicy::default().limits;
    let parity = |(metric, judged): (&stats::fairness::ParityMetric, &stats::Verdict)| {
        let (tone, word) = verdict(*judged);
        let side = if metric.is_ratio() {
            "at least"
        } else {
            "at most"
        };
        let limit = limits
            .get(metric)
            .map(|limit| format!("{side} {limit}"))
            .unwrap_or_default();
        let mut cells = vec![
            Cell::text(metric.label()),
            Cell::figure(audit.parity.get(metric).cloned(), Scale::Metric),
            Cell::text(limit).numeric(),
            Cell::view(view! { <StateBadge tone word /> }),
        ];
        if let Some((candidate, live)) = &beside {
            cells.push(Cell::figure(
                candidate.parity.get(metric).cloned(),
                Scale::Metric,
            ));
            cells.push(Cell::figure(
                live.parity.get(metric).cloned(),
                Scale::Metric,
            ));
        }
        Row::new(cells)
    };
    let parities: Vec<Row> = audit.verdict.iter().map(parity).collect();
    let mut parity_headings = vec![
        Heading::text("Gap between groups"),
        Heading::number("Out of fold"),
        Heading::number("Limit"),
        Heading::text("Verdict"),
    ];
    if beside.is_some() {
        parity_headings.extend([
            Heading::number("Candidate, same rows"),
            Heading::number("Live version, same rows"),
        ]);
    }
    const SHOWN: [(GroupMetric, &str); 4] = [
        (GroupMetric::SelectionRate, "Selection rate"),
        (GroupMetric::Tpr, "True positive rate"),
        (GroupMetric::Fpr, "False positive rate"),
        (GroupMetric::Precision, "Precision"),
    ];
    let row =
        |(name, group): (&String, &GroupRow)| {
            let note = match group.size {
                GroupSize::Judged => "",
                GroupSize::TooSmallToJudge => "too small to evaluate",
                GroupSize::Suppressed => "suppressed: too few people",
            };
            let mut cells = vec![
                Cell::with_aside(name, note),
                Cell::aside(group.n.map(format::count).unwrap_or_default()).numeric(),
            ];
            cells.extend(SHOWN.map(|(metric, _)| {
                Cell::figure(group.metrics.get(&metric).cloned(), Scale::Percent)
            }));
            let ratio = (group.size != GroupSize::Suppressed).then(|| group.impact_ratio.clone());
            cells.push(Cell::figure(ratio, Scale::Metric));
            Row::new(cells)
        };
    let rows: Vec<Row> = audit.by_group.iter().map(row).collect();
    let mut headings = vec![Heading::text(attribute), Heading::number("n")];
    headings.extend(SHOWN.map(|(_, name)| Heading::number(name)));
    headings.push(Heading::number("Impact ratio"));
    let notes =
        (!audit.notes.is_empty()).then(|| view! { <p class="aside">{audit.notes.join(" ")}</p> });
    view! {
        <h3>{attribute.to_owned()}</h3>
        <Table headings=parity_headings rows=parities class="list" scroll=format!("Gaps by {attribute}") />
        <Table headings rows class="list" scroll=format!("Metrics by {attribute}") />
        {notes}
    }
    .into_any()
}
