//! How the scores did: on outcomes, with their groups, and estimated.

use leptos::prelude::*;
use monitoring::performance::{Group, Realised};
use workflow::CheckPage;

use crate::boxed::Erase;
use crate::components::figure::{FigureValue, Scale};
use crate::components::table::{Cell, Heading, Row, Table};
use crate::format;

/// Performance of one check.
pub fn performance(page: &CheckPage) -> AnyView {
    let estimated = page.report.estimated.as_ref().map_or_else(
        || view! { <p>"No estimate: today's people could not be scored."</p> }.erase(),
        |estimated| {
            let (auc, left) = (estimated.roc_auc.clone(), estimated.expected_left.clone());
            view! {
                <p>"Estimated from the scores alone (CBPE): ROC AUC " <FigureValue figure=auc with_n=true /> "; the scores add up to " <FigureValue figure=left scale=Scale::Count /> " " {page.use_case.words.event_many.clone()} ". "
                <span class="aside">{estimated.limits.clone()}</span></p>
            }
            .erase()
        },
    );
    let realised = page.report.realised.as_ref().map_or_else(
        || view! { <p>"On outcomes: not known yet. Import who left to see how the scores did."</p> }.erase(),
        |realised| realised_of(realised, &page.use_case.words.event_many),
    );
    view! { {realised}{estimated} }.erase()
}

/// Realised performance with its groups.
pub fn realised_of(realised: &Realised, events: &str) -> AnyView {
    let (auc, brier, error) = (realised.roc_auc.clone(), realised.brier.clone(), realised.calibration_error.clone());
    let groups = [
        ("risk band", "Performance by risk band", &realised.by_band),
        ("month of scoring", "Performance by month of scoring", &realised.by_cohort),
        ("reason", "Performance by reason", &realised.by_reason),
        ("tenth of the score", "Performance by tenth of the score", &realised.by_decile),
    ];
    let tables = groups.into_iter().filter(|(_, _, groups)| !groups.is_empty()).map(|(name, region, list)| {
        let mut headings = vec![
            Heading::text(format::capitalised(name)),
            Heading::number("People"),
            Heading::number("Left"),
            Heading::number("Promised"),
            Heading::number("Actual"),
        ];
        // Within a band or a tenth the scores are all but the same: there is little to rank.
        let ranked = matches!(name, "month of scoring" | "reason");
        if ranked {
            headings.push(Heading::number("ROC AUC"));
        }
        let rows = list.iter().map(|group| group_row(group, name == "reason", ranked)).collect();
        view! { <h3>{format!("By {name}")}</h3><Table headings rows class="list" scroll=region /> }.erase()
    });
    let tables = tables.collect::<Vec<_>>();
    view! {
        <p>"On outcomes: ROC AUC " <FigureValue figure=auc with_n=true /> {format!(", {} {events}; the scores promised ", realised.left)}
        <FigureValue figure=realised.expected_left.clone() scale=Scale::Count /> ". Brier score " <FigureValue figure=brier /> ", expected calibration error " <FigureValue figure=error /> "."</p>
        {tables}
    }
    .erase()
}

fn group_row(group: &Group, only_leavers: bool, ranked: bool) -> Row {
    let actual = if only_leavers { None } else { Some(group.actual.clone()) };
    let mut cells = vec![
        Cell::text(format::capitalised(&group.name)),
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
