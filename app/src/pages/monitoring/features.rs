//! Features as small drawings: over time, and against the baseline.

use domain::DriftVerdict;
use leptos::prelude::*;
use monitoring::ColumnReport;
use workflow::{DriftHistory, FeatureLine};

use super::labels;
use crate::boxed::Erase;
use crate::charts::sparkline;
use crate::components::table::{Cell, Heading, Row, Table};
use crate::format;

/// Cells with a drawing.
fn drawing(svg: String) -> Cell {
    Cell::view(view! { <span class="mini-frame" inner_html=svg></span> })
}

/// Every feature as a line over the checks, with the numbers beside it.
pub fn over_time(history: &DriftHistory) -> AnyView {
    let days: Vec<(i64, String)> =
        history.points.iter().rev().filter(|point| point.drawn).map(|point| (point.day, point.check.as_of.to_string())).collect();
    let policy = monitoring::ValidPolicy::default();
    let row = |line: &FeatureLine| {
        let number = history.use_case.field(&line.name).is_some_and(|field| !field.is_level());
        let (limit, scale) = if number { (policy.least_effect_number, 1.0) } else { (policy.least_effect_level, 100.0) };
        let points: Vec<(i64, Option<f64>, bool)> =
            line.points.iter().map(|(day, effect, verdict)| (*day, *effect, *verdict == DriftVerdict::Drifted)).collect();
        let mut cells = vec![
            Cell::text(&line.label),
            Cell::number(line.importance.map_or("–".into(), format::percent)),
            drawing(sparkline::spark(&points, limit)),
        ];
        cells.extend(days.iter().map(|(day, _)| {
            let found = line.points.iter().find(|(own, _, _)| own == day);
            let text = match found {
                Some((_, Some(effect), verdict)) => {
                    let mark = if *verdict == DriftVerdict::Drifted { "● " } else { "" };
                    format!("{mark}{}{}", format::number(effect * scale, if number { 2 } else { 0 }), if number { "" } else { "%" })
                }
                Some((_, None, DriftVerdict::TooFewRows)) => "too few".into(),
                Some(_) => "not comp.".into(),
                None => "–".into(),
            };
            Cell::number(text)
        }));
        Row::new(cells)
    };
    let mut headings = vec![Heading::text("Feature"), Heading::number("Importance"), Heading::text("Over time")];
    headings.extend(days.iter().map(|(_, day)| Heading::number(day)));
    let rows = history.features.iter().map(row).collect();
    view! {
        <p class="aside">
            "Size of the change against the baseline: for numbers the Wasserstein distance in standard deviations, for others the share of people in another \
             level. ● drifted; the dashed line is the smallest change that counts. Importance is the share of the newest check; features that drifted where the \
             model leans most stand first."
        </p>
        <Table headings rows class="list features" scroll="Features over time" />
    }
    .erase()
}

/// Every feature of one check with both histograms. `href` gives the address of a feature's own drawing; none in a file.
pub fn of_check(
    columns: &[(&ColumnReport, Option<f64>)],
    label: impl Fn(&str) -> String,
    href: impl Fn(&str) -> Option<String>,
) -> AnyView {
    let row = |(column, importance): &(&ColumnReport, Option<f64>)| {
        let chart = column.chart.as_ref().map(|chart| sparkline::two_histograms(&chart.reference, &chart.current)).unwrap_or_default();
        let test = column.deciding_test();
        let name = label(&column.name);
        Row::new(vec![
            href(&column.name).map_or_else(|| Cell::text(name.clone()), |href| Cell::link(href, name.clone())),
            Cell::view(labels::verdict(column.verdict)),
            drawing(chart),
            Cell::number(labels::effect(column)),
            Cell::number(importance.map_or("–".into(), format::percent)),
            Cell::text(labels::decided_by(column)),
            Cell::number(test.map_or("–".into(), |test| format::number(test.statistic, 3))),
            Cell::number(labels::p_value(test.and_then(|test| test.p_value))),
            Cell::number(labels::p_value(test.and_then(|test| test.p_adjusted))),
            Cell::number(format!(
                "{} → {}",
                labels::missing(column.missing_reference, column.n_reference),
                labels::missing(column.missing_current, column.n_current)
            )),
        ])
    };
    let headings = vec![
        Heading::text("Feature"),
        Heading::text("Verdict"),
        Heading::text("Baseline and today"),
        Heading::number("Change"),
        Heading::number("Importance"),
        Heading::text("Test"),
        Heading::number("Statistic"),
        Heading::number("p"),
        Heading::number("p adjusted"),
        Heading::number("Missing"),
    ];
    let rows = columns.iter().map(row).collect();
    view! { <Table headings rows class="list features" scroll="Features of this check" /> }.erase()
}
