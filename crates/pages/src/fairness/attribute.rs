//! One attribute: metrics and charts by group, gaps with verdicts, and the four-fifths rule with
//! its tests.

use charts::Curve;
use domain::Estimate;
use leptos::prelude::*;
use stats::fairness::{GroupRow, GroupSize};
use stats::group_metrics::GroupMetric;
use workflow::fairness::{AttributeReport, FairnessReport, GroupCurves};

use super::labels::{anchor, limit_text};
use crate::charts::groups::{Block, distributions, intervals, lines};
use crate::components::badge::verdict_badge;
use crate::components::chart::{Chart, ChartFigure};
use app::components::badge::{StateBadge, Tone};
use app::components::figure::Scale;
use app::components::table::{Cell, Heading, Row, Table, TextList};
use domain::format;

/// Metrics shown as charts of shares.
const DRAWN: [GroupMetric; 4] = [
    GroupMetric::SelectionRate,
    GroupMetric::Tpr,
    GroupMetric::Fpr,
    GroupMetric::Precision,
];
/// The most lines that are distinguishable in one chart.
const LINES: usize = 4;

/// The section of an attribute.
pub fn attribute(own: &AttributeReport, page: &FairnessReport) -> AnyView {
    let mut curves: Vec<&GroupCurves> = own.curves.iter().collect();
    curves.sort_by_key(|curve| own.place(&curve.group));
    let charts = [
        dots(own, &DRAWN),
        scores(own, &curves, page.cutoff),
        calibration(own, &curves),
        roc(own, &curves),
    ];
    let charts = charts
        .into_iter()
        .flatten()
        .map(|chart| view! { <ChartFigure chart /> }.into_any())
        .collect::<Vec<_>>();
    let label = own.label.to_lowercase();
    view! {
        <section id=anchor(&own.name) class="report-attribute">
            <div class="section-heading"><h2>{own.label.clone()}</h2>{verdict_badge(own.verdict())}</div>
            <p>{finding(own, page)}</p>
            {group_table(own, format!("Groups by {label}"))}
            {notes(own)}
            {gap_table(own, page, format!("Gaps by {label}"), false)}
            {four_fifths(own, format!("Four-fifths rule by {label}"))}
            <div class="chart-grid wide">{charts}</div>
        </section>
    }
    .into_any()
}

/// The part of an intersection, collapsed because there are many.
pub fn intersection(own: &AttributeReport, page: &FairnessReport) -> AnyView {
    let label = own.label.to_lowercase();
    let chart = dots(own, &DRAWN[..2]).map(|chart| view! { <ChartFigure chart /> });
    view! {
        <details class="report-crossed">
            <summary><h3>{own.label.clone()}</h3>" "{verdict_badge(own.verdict())}</summary>
            <p>{finding(own, page)}</p>
            {gap_table(own, page, format!("Gaps by {label}"), true)}
            {notes(own)}
            {four_fifths(own, format!("Four-fifths rule by {label}"))}
            {chart}
        </details>
    }
    .into_any()
}

/// "Selection rate: “under 30” 42%, “40-49” 15% (2.8 times as high). Actual leavers: 27% and 11%."
fn finding(own: &AttributeReport, page: &FairnessReport) -> String {
    let rate = |row: &GroupRow| {
        row.metrics
            .get(&GroupMetric::SelectionRate)
            .and_then(|figure| figure.value)
    };
    let judged: Vec<(&String, f64)> = own
        .groups()
        .into_iter()
        .filter(|(_, row)| row.size == GroupSize::Judged)
        .filter_map(|(name, row)| Some((name, rate(row)?)))
        .collect();
    let most = judged.iter().max_by(|a, b| a.1.total_cmp(&b.1));
    let least = judged.iter().min_by(|a, b| a.1.total_cmp(&b.1));
    match (most, least) {
        (Some((group, high)), Some((other, low))) if group != other && high > low => {
            let times = if *low > 0.0 {
                format!(" ({} times as high)", format::number(high / low, 1))
            } else {
                String::new()
            };
            format!(
                "Selection rate: “{group}” {}, “{other}” {}{times}. {}",
                format::percent(*high),
                format::percent(*low),
                base_rates(own, group, other, page)
            )
        }
        (Some((_, rate)), Some(_)) if judged.len() > 1 => format!(
            "All groups have the same selection rate ({}).",
            format::percent(*rate)
        ),
        _ => "Fewer than two groups are large enough to compare.".to_owned(),
    }
}

/// Observed outcome rates of the two groups.
fn base_rates(own: &AttributeReport, most: &str, least: &str, page: &FairnessReport) -> String {
    let share = |group: &str| {
        own.audit
            .by_group
            .get(group)?
            .metrics
            .get(&GroupMetric::BaseRate)?
            .value
    };
    match (share(most), share(least)) {
        (Some(high), Some(low)) => {
            format!(
                "Actual {}: {} and {}.",
                page.words.event_many,
                format::percent(high),
                format::percent(low)
            )
        }
        _ => String::new(),
    }
}

/// Whether the group is large enough to evaluate.
fn size(row: &GroupRow) -> AnyView {
    match row.size {
        GroupSize::Judged => ().into_any(),
        GroupSize::TooSmallToJudge => {
            view! { <StateBadge tone=Tone::Watch word="too small to evaluate" /> }.into_any()
        }
        GroupSize::Suppressed => {
            view! { <StateBadge tone=Tone::Neutral word="suppressed" /> }.into_any()
        }
    }
}

fn group_table(own: &AttributeReport, name: String) -> AnyView {
    let shown: [GroupMetric; 6] = [
        GroupMetric::SelectionRate,
        GroupMetric::Tpr,
        GroupMetric::Fpr,
        GroupMetric::Precision,
        GroupMetric::RocAuc,
        GroupMetric::CalibrationInTheLarge,
    ];
    let scale = |metric: GroupMetric| match metric {
        GroupMetric::RocAuc | GroupMetric::CalibrationInTheLarge => Scale::Metric,
        GroupMetric::SelectionRate
        | GroupMetric::Tpr
        | GroupMetric::Fpr
        | GroupMetric::Tnr
        | GroupMetric::Fnr
        | GroupMetric::Precision
        | GroupMetric::Accuracy
        | GroupMetric::BalancedAccuracy
        | GroupMetric::BaseRate
        | GroupMetric::MeanScore
        | GroupMetric::Brier => Scale::Percent,
    };
    let row = |(group, row): (&String, &GroupRow)| {
        let count =
            |number: Option<u32>| Cell::number(number.map_or("–".to_owned(), format::count));
        let size = size(row);
        let group = group.clone();
        let mut cells = vec![
            Cell::view(view! { {group}" "{size} }),
            count(row.n),
            count(row.positives),
        ];
        cells.extend(
            shown.map(|metric| Cell::figure(row.metrics.get(&metric).cloned(), scale(metric))),
        );
        Row::new(cells)
    };
    let everybody = {
        let mut cells = vec![Cell::text("Overall"), Cell::text(""), Cell::text("")];
        cells
            .extend(shown.map(|metric| {
                Cell::figure(own.audit.overall.get(&metric).cloned(), scale(metric))
            }));
        Row::new(cells).class("total")
    };
    let rows: Vec<Row> = own
        .groups()
        .into_iter()
        .map(row)
        .chain([everybody])
        .collect();
    let mut headings = vec![
        Heading::text("Group"),
        Heading::number("n"),
        Heading::number("Events"),
    ];
    headings.extend(shown.map(|metric| Heading::number(metric.label())));
    view! { <Table headings rows class="list" scroll=name /> }.into_any()
}

fn notes(own: &AttributeReport) -> AnyView {
    let texts = own.audit.notes.clone();
    (!texts.is_empty())
        .then(|| view! { <TextList texts class="report-notes" /> })
        .into_any()
}

fn gap_table(own: &AttributeReport, page: &FairnessReport, name: String, limited: bool) -> AnyView {
    let rows: Vec<Row> = own
        .audit
        .parity
        .iter()
        .filter(|(metric, _)| !limited || page.limits.contains_key(metric))
        .map(|(metric, figure)| {
            let limit = page
                .limits
                .get(metric)
                .map(|limit| limit_text(*metric, *limit))
                .unwrap_or_default();
            let verdict = own
                .audit
                .verdict
                .get(metric)
                .map(|verdict| verdict_badge(*verdict));
            Row::new(vec![
                Cell::text(metric.label()),
                Cell::figure(Some(figure.clone()), Scale::Metric),
                Cell::text(limit),
                verdict.map_or_else(|| Cell::aside("no limit"), Cell::view),
            ])
        })
        .collect();
    let headings = vec![
        Heading::text("Gap between groups"),
        Heading::number("Value and 95% interval"),
        Heading::text("Limit"),
        Heading::text("Verdict"),
    ];
    view! { <Table headings rows class="list" scroll=name /> }.into_any()
}

/// The impact ratio of each group, with Fisher's test and the two-standard-deviation rule.
fn four_fifths(own: &AttributeReport, name: String) -> AnyView {
    let row = |(group, row): (&String, &GroupRow)| {
        let n = Cell::number(row.n.map_or("–".to_owned(), format::count));
        let rate = Cell::figure(
            row.metrics.get(&GroupMetric::SelectionRate).cloned(),
            Scale::Percent,
        );
        let ratio = Cell::figure(Some(row.impact_ratio.clone()), Scale::Metric);
        let (flag, fisher, deviations) = match &row.adverse_impact {
            None if row.n.is_none() => (Cell::text(""), Cell::text(""), Cell::text("")),
            None => (
                Cell::aside("reference group, or no rate to compare"),
                Cell::text(""),
                Cell::text(""),
            ),
            Some(impact) => {
                let flag = if !impact.below_four_fifths {
                    view! { <StateBadge tone=Tone::Good word="at least four-fifths" /> }
                } else if impact.p_adjusted < 0.05 {
                    view! { <StateBadge tone=Tone::Bad word="below four-fifths" /> }
                } else {
                    view! { <StateBadge tone=Tone::Watch word="below four-fifths, not significant" /> }
                };
                let beyond = if impact.beyond_two_standard_deviations {
                    " (more than 2)"
                } else {
                    ""
                };
                (
                    Cell::view(flag),
                    Cell::number(format::p_value(impact.p_adjusted)),
                    Cell::number(format!(
                        "{}{beyond}",
                        format::signed(impact.standard_deviations, 1)
                    )),
                )
            }
        };
        Row::new(vec![
            Cell::text(group),
            n,
            rate,
            ratio,
            flag,
            fisher,
            deviations,
        ])
    };
    let rows: Vec<Row> = own.groups().into_iter().map(row).collect();
    let headings = vec![
        Heading::text("Group"),
        Heading::number("n"),
        Heading::number("Selection rate"),
        Heading::number("Impact ratio"),
        Heading::text("Four-fifths rule"),
        Heading::number("Fisher's exact test, adjusted p"),
        Heading::number("Standard deviations"),
    ];
    view! { <Table headings rows class="list" scroll=name /> }.into_any()
}

fn dots(own: &AttributeReport, metrics: &[GroupMetric]) -> Option<Chart> {
    let of = |&metric: &GroupMetric| {
        let figure = |(name, row): (&String, &GroupRow)| {
            Some((name.clone(), row.metrics.get(&metric)?.clone()))
        };
        let groups: Vec<(String, Estimate)> = own.groups().into_iter().filter_map(figure).collect();
        let overall = own
            .audit
            .overall
            .get(&metric)
            .and_then(|figure| figure.value);
        Block {
            metric: metric.label().to_owned(),
            overall,
            groups,
        }
    };
    let blocks: Vec<Block> = metrics
        .iter()
        .map(of)
        .filter(|block| !block.groups.is_empty())
        .collect();
    let title = format!("Rates by {}", own.label.to_lowercase());
    intervals(
        title,
        "Points with 95% intervals (Wilson); line = overall.".to_owned(),
        &blocks,
    )
}

fn scores(own: &AttributeReport, curves: &[&GroupCurves], cutoff: f64) -> Option<Chart> {
    let groups: Vec<(String, &[u32])> = curves
        .iter()
        .map(|own| (own.group.clone(), own.scores.as_slice()))
        .collect();
    distributions(
        format!("Scores by {}", own.label.to_lowercase()),
        &groups,
        cutoff,
    )
}

/// The largest groups, in their order, and a note when some are left out.
fn largest<'a>(curves: &[&'a GroupCurves]) -> (Vec<&'a GroupCurves>, &'static str) {
    let mut sizes: Vec<u32> = curves.iter().map(|curve| curve.n).collect();
    sizes.sort_unstable_by(|a, b| b.cmp(a));
    let least = sizes.get(LINES - 1).copied().unwrap_or(0);
    let note = if curves.len() > LINES {
        " Only the four largest groups are shown."
    } else {
        ""
    };
    (
        curves
            .iter()
            .copied()
            .filter(|curve| curve.n >= least)
            .take(LINES)
            .collect(),
        note,
    )
}

fn calibration(own: &AttributeReport, curves: &[&GroupCurves]) -> Option<Chart> {
    let (curves, note) = largest(curves);
    let points = |own: &GroupCurves| {
        own.calibration
            .iter()
            .filter_map(|bin| Some([bin.predicted()?, bin.observed()?]))
            .collect()
    };
    let curves: Vec<Curve> = curves
        .into_iter()
        .map(|own| Curve {
            label: own.group.clone(),
            points: points(own),
            figure: None,
        })
        .collect();
    let sentence = format!(
        "On the diagonal, predictions match observed rates. Each group is split into fifths by score.{note}"
    );
    lines(
        format!("Calibration by {}", own.label.to_lowercase()),
        sentence,
        ["Mean prediction", "Observed rate"],
        &curves,
        true,
    )
}

fn roc(own: &AttributeReport, curves: &[&GroupCurves]) -> Option<Chart> {
    let (curves, note) = largest(curves);
    let curves: Vec<Curve> = curves
        .into_iter()
        .map(|own| Curve {
            label: own.group.clone(),
            points: own.roc.clone(),
            figure: None,
        })
        .collect();
    let note = if curves.iter().any(|curve| curve.points.is_empty()) {
        " Groups with only one outcome have no curve."
    } else {
        note
    };
    let sentence = format!(
        "The further above the diagonal, the better the ranking within the group; diagonal = chance.{note}"
    );
    lines(
        format!("ROC curve by {}", own.label.to_lowercase()),
        sentence,
        ["False positive rate", "True positive rate"],
        &curves,
        false,
    )
}
