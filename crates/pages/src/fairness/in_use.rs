//! Fairness in use: each cycle's decisions by protected attribute.

use domain::{Route, format};
use leptos::prelude::*;
use stats::fairness::ParityMetric;
use workflow::fairness::cycles::{OF_OUTCOMES, OF_SELECTION};
use workflow::fairness::{AttributeOfCycle, CycleFairness};

use crate::components::badge::verdict_badge;
use crate::components::empty::Empty;
use crate::error::PageError;
use crate::glossary;
use app::components::figure::{FigureValue, Scale};
use app::components::heading::PageHeading;
use app::components::table::{Cell, Heading, Row, Table};
use app::server_page::ServerPage;

/// Writes the page.
pub async fn write(use_case: &str) -> Result<ServerPage, PageError> {
    let (tenure, actor) = crate::context::get()?;
    let cycles = tenure.fairness_in_use(&actor.member()?, use_case).await?;
    let drift = Route::DriftHistory {
        use_case: use_case.into(),
    };
    let csv = Route::FairnessInUseCsv {
        use_case: use_case.into(),
    };
    let head = view! {
        <nav class="crumbs" aria-label="Breadcrumb"><a href=drift.path()>"Drift history"</a></nav>
        <PageHeading title="Fairness in use">
            <p>"Who was listed at the cutoff in each cycle, by protected attribute, and, once outcomes are known, how well the list met those who left."</p>
        </PageHeading>
        {glossary::see(&["impact-ratio"])}
    };
    let body = if cycles.is_empty() {
        view! { <Empty title="No scores yet"><p>"Fairness in use is measured on the scores of current people."</p></Empty> }
            .into_any()
    } else {
        let sections = cycles.iter().map(cycle).collect::<Vec<_>>();
        view! {
            <p class="aside">"Intervals are 95% and corrected for the number of group pairs. A verdict needs groups of at least 30 people. The newest cycles, at most 12, are shown."</p>
            {sections}
            <section><h2>"Export"</h2><ul class="plain"><li><a href=csv.path() download=true>"CSV"</a></li></ul></section>
        }
        .into_any()
    };
    Ok(ServerPage::page("Fairness in use", view! { {head}{body} }))
}

fn cycle(own: &CycleFairness) -> AnyView {
    let basis = if own.has_outcomes {
        format!("outcomes of {} are known", format::count(own.known as u32))
    } else {
        "too few outcomes are known for figures on outcomes".to_owned()
    };
    let lead = format!(
        "Version {}, {} people, cutoff {}; {basis}.",
        own.version,
        format::count(own.people as u32),
        format::percent(own.cutoff)
    );
    let metrics: Vec<ParityMetric> = OF_SELECTION
        .into_iter()
        .chain(OF_OUTCOMES.into_iter().filter(|_| own.has_outcomes))
        .collect();
    let mut headings = vec![Heading::text("Attribute"), Heading::text("Verdict")];
    headings.extend(metrics.iter().map(|metric| Heading::text(metric.label())));
    headings.push(Heading::text("Share listed"));
    let rows = own
        .attributes
        .iter()
        .map(|attribute| row(attribute, &metrics))
        .collect();
    let day = own.as_of.long();
    let scroll = format!("Fairness of {day}");
    view! {
        <section>
            <h2>{format!("Cycle of {day}")}</h2>
            <p>{lead}</p>
            <Table headings rows class="list verdicts" scroll=scroll />
        </section>
    }
    .into_any()
}

fn row(own: &AttributeOfCycle, metrics: &[ParityMetric]) -> Row {
    let mut cells = vec![
        Cell::text(own.label.clone()),
        Cell::view(verdict_badge(own.verdict())),
    ];
    cells.extend(metrics.iter().map(|metric| {
        let figure = own.metrics.get(metric).map(|figure| {
            let figure = figure.clone();
            view! { <FigureValue figure scale=Scale::Metric /> }
        });
        let verdict = own
            .verdicts
            .get(metric)
            .map(|verdict| verdict_badge(*verdict));
        Cell::view(view! { <span class="verdict-cell">{verdict}{figure}</span> })
    }));
    let shares: Vec<String> = own
        .selection_rates
        .iter()
        .map(|(group, rate)| {
            let share = rate
                .value
                .map_or_else(|| "not shown".to_owned(), format::percent);
            format!("{group} {share}")
        })
        .collect();
    cells.push(Cell::text(shares.join("; ")));
    Row::new(cells)
}
