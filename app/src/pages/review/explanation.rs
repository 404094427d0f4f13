//! What the candidate has learned, how steady that is, and where it errs.

use leptos::prelude::*;
use workflow::Package;

use crate::boxed::Erase;
use crate::components::chart::{Chart, ChartFigure};
use crate::components::empty::Empty;
use crate::components::figure::Scale;
use crate::components::table::{Cell, Heading, Row, Table, TextList};
use crate::format;

/// What the candidate has learned, and how that differs from the live version.
pub fn section(package: &Package, charts: Vec<Chart>) -> AnyView {
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
