//! Performance of the scores: observed from outcomes, by group, and estimated.

use leptos::prelude::*;
use monitoring::performance::{Group, Realized};
use workflow::CheckPage;

use app::components::figure::{FigureValue, Scale};
use app::components::table::{Cell, Heading, Row, Table};
use domain::format;

/// Performance of one check.
pub fn performance(page: &CheckPage) -> AnyView {
    let estimated = page.report.estimated.as_ref().map_or_else(
        || view! { <p>"Estimated: not available, because the current data could not be scored."</p> }.into_any(),
        |estimated| {
            let (auc, left) = (estimated.roc_auc.clone(), estimated.expected_left.clone());
            view! {
                <p>"Estimated from the scores alone (CBPE): ROC AUC " <FigureValue figure=auc with_n=true /> "; " <FigureValue figure=left scale=Scale::Count /> " expected " {page.use_case.words.event_many.clone()} ". "
                <span class="aside">{estimated.limits.clone()}</span></p>
            }
            .into_any()
        },
    );
    let realized = page.report.realized.as_ref().map_or_else(
        || {
            view! { <p>"Observed: no outcomes yet. Import outcomes to evaluate the scores."</p> }
                .into_any()
        },
        |realized| realized_of(realized, &page.use_case.words.event_many),
    );
    view! { {realized}{estimated} }.into_any()
}

/// Observed performance with its groups.
pub fn realized_of(realized: &Realized, events: &str) -> AnyView {
    let (auc, brier, error) = (
        realized.roc_auc.clone(),
        realized.brier.clone(),
        realized.calibration_error.clone(),
    );
    let groups = [
        ("risk band", "Performance by risk band", &realized.by_band),
        (
            "scoring month",
            "Performance by scoring month",
            &realized.by_cohort,
        ),
        ("reason", "Performance by reason", &realized.by_reason),
        (
            "score decile",
            "Performance by score decile",
            &realized.by_decile,
        ),
    ];
    let tables = groups.into_iter().filter(|(_, _, groups)| !groups.is_empty()).map(|(name, region, list)| {
        let mut headings = vec![
            Heading::text(format::capitalized(name)),
            Heading::number("People"),
            Heading::number(format::capitalized(events)),
            Heading::number("Expected rate"),
            Heading::number("Observed rate"),
        ];
        // Within a band or a decile the scores are nearly equal: there is little to rank.
        let ranked = matches!(name, "scoring month" | "reason");
        if ranked {
            headings.push(Heading::number("ROC AUC"));
        }
        let rows = list.iter().map(|group| group_row(group, name == "reason", ranked)).collect();
        view! { <h3>{format!("By {name}")}</h3><Table headings rows class="list" scroll=region /> }.into_any()
    });
    let tables = tables.collect::<Vec<_>>();
    view! {
        <p>"Observed: ROC AUC " <FigureValue figure=auc with_n=true /> {format!("; {} {events}, expected ", realized.left)}
        <FigureValue figure=realized.expected_left.clone() scale=Scale::Count /> ". Brier score " <FigureValue figure=brier /> ", expected calibration error " <FigureValue figure=error /> "."</p>
        {tables}
    }
    .into_any()
}

fn group_row(group: &Group, only_leavers: bool, ranked: bool) -> Row {
    let actual = if only_leavers {
        None
    } else {
        Some(group.actual.clone())
    };
    let mut cells = vec![
        Cell::text(format::capitalized(&group.name)),
        Cell::number(format::count(group.n as u32)),
        Cell::number(format::count(group.left as u32)),
        Cell::figure(Some(group.predicted.clone()), Scale::Percent),
        Cell::figure(actual, Scale::Percent),
    ];
    if ranked {
        cells.push(Cell::figure(Some(group.roc_auc.clone()), Scale::Metric));
    }
    Row::new(cells)
}
