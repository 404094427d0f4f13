//! Features as small charts: over time, and compared with the baseline.

use domain::DriftVerdict;
use leptos::prelude::*;
use monitoring::ColumnReport;
use workflow::{DriftHistory, FeatureLine};

use super::labels;
use crate::charts::sparkline;
use app::components::table::{Cell, Heading, Row, Table};
use domain::format;

/// A cell with a chart.
fn drawing(svg: String) -> Cell {
    Cell::view(view! { <span class="mini-frame" inner_html=svg></span> })
}

/// Every feature as a line over the checks, with the numbers beside it.
pub fn over_time(history: &DriftHistory) -> AnyView {
    let days: Vec<(i64, String)> = history
        .points
        .iter()
        .rev()
        .filter(|point| point.drawn)
        .map(|point| (point.day, point.check.as_of.long()))
        .collect();
    let row = |line: &FeatureLine| {
        let number = history
            .use_case
            .field(&line.name)
            .is_some_and(|field| !field.is_level());
        let (limit, scale) = if number {
            (history.least_effects[0], 1.0)
        } else {
            (history.least_effects[1], 100.0)
        };
        let points: Vec<(i64, Option<f64>, bool)> = line
            .points
            .iter()
            .map(|(day, effect, verdict)| (*day, *effect, *verdict == DriftVerdict::Drifted))
            .collect();
        let mut cells = vec![
            Cell::text(&line.label),
            Cell::number(line.importance.map_or("–".into(), format::percent)),
            drawing(sparkline::spark(&points, limit)),
        ];
        cells.extend(days.iter().map(|(day, _)| {
            let found = line.points.iter().find(|(own, _, _)| own == day);
            let text = match found {
                Some((_, Some(effect), verdict)) => {
                    let mark = if *verdict == DriftVerdict::Drifted {
                        "● "
                    } else {
                        ""
                    };
                    format!(
                        "{mark}{}{}",
                        format::number(effect * scale, if number { 2 } else { 0 }),
                        if number { "" } else { "%" }
                    )
                }
                Some((_, None, DriftVerdict::TooFewRows)) => "too few".into(),
                Some(_) => "not computed".into(),
                None => "–".into(),
            };
            Cell::number(text)
        }));
        Row::new(cells)
    };
    let mut headings = vec![
        Heading::text("Feature"),
        Heading::number("Importance"),
        Heading::text("Trend"),
    ];
    headings.extend(days.iter().map(|(_, day)| Heading::number(day)));
    let rows = history.features.iter().map(row).collect();
    view! {
        <p class="aside">
            "Effect size vs the baseline: Wasserstein distance in standard deviations for numeric features, share of people in a different category for the \
             others. ● drifted; dashed line: minimum effect size. Importance: share in the latest check. Drifted features with the highest importance come first."
        </p>
        <Table headings rows class="list features" scroll="Features over time" />
    }
    .into_any()
}

/// Share of missing values in baseline and current data: once when it is the same, and in words
/// when there are none.
fn missing(column: &ColumnReport) -> Cell {
    if column.missing_reference == 0
        && column.missing_current == 0
        && column.n_reference > 0
        && column.n_current > 0
    {
        return Cell::aside("none").numeric();
    }
    let before = labels::missing(column.missing_reference, column.n_reference);
    let now = labels::missing(column.missing_current, column.n_current);
    Cell::number(if before == now {
        now
    } else {
        format!("{before} → {now}")
    })
}

/// Every feature of one check with both histograms. `href` gives the address of a feature's chart;
/// none in a file.
pub fn of_check(
    columns: &[(&ColumnReport, Option<f64>)],
    label: impl Fn(&str) -> String,
    href: impl Fn(&str) -> Option<String>,
) -> AnyView {
    let row = |(column, importance): &(&ColumnReport, Option<f64>)| {
        let chart = column
            .chart
            .as_ref()
            .map(|chart| sparkline::two_histograms(&chart.reference, &chart.current))
            .unwrap_or_default();
        let test = column.deciding_test();
        let name = label(&column.name);
        Row::new(vec![
            href(&column.name).map_or_else(
                || Cell::text(name.clone()),
                |href| Cell::link(href, name.clone()),
            ),
            Cell::view(labels::verdict(column.verdict)),
            drawing(chart),
            Cell::number(labels::effect(column)),
            Cell::number(importance.map_or("–".into(), format::percent)),
            Cell::text(labels::decided_by(column)),
            Cell::number(test.map_or("–".into(), |test| format::number(test.statistic, 3))),
            Cell::number(labels::p_value(test.and_then(|test| test.p_value))),
            Cell::number(labels::p_value(test.and_then(|test| test.p_adjusted))),
            missing(column),
        ])
    };
    let headings = vec![
        Heading::text("Feature"),
        Heading::text("Status"),
        Heading::text("Baseline and current"),
        Heading::number("Effect size"),
        Heading::number("Importance"),
        Heading::text("Test"),
        Heading::number("Statistic"),
        Heading::number("p-value"),
        Heading::number("Adjusted p-value"),
        Heading::number("Missing"),
    ];
    let rows = columns.iter().map(row).collect();
    view! { <Table headings rows class="list features" scroll="Features of this check" /> }
        .into_any()
}
