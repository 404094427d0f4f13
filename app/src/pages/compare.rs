//! Runs side by side: the parameters that differ first, every metric with its interval, the curves in one drawing.

use leptos::prelude::*;
use stats::Figure;
use views::runs::Comparison;

use crate::components::chart::{Chart, ChartFigure};
use crate::components::empty::Empty;
use crate::components::figure::Scale;
use crate::components::heading::PageHeading;
use crate::components::table::{Cell, Heading, Row, Table};
use crate::erase::Erase;
use crate::error::AppError;
use crate::format;
use crate::pages::Query;
use crate::written::Written;

/// Writes the page. A form repeats the key `ids`, a person writes commas: both are understood.
pub async fn write(query: &Query) -> Result<Written, AppError> {
    let ids: Vec<String> = query.all("ids").flat_map(|ids| ids.split(',')).filter(|id| !id.is_empty()).map(str::to_owned).collect();
    if ids.len() < 2 {
        return Ok(Written::page(
            "Compare runs",
            view! {
                <PageHeading title="Compare runs" />
                <Empty title="Two runs or more are needed">
                    <p>"Go to the table of runs, mark the ones to compare, and come back."</p>
                </Empty>
            },
        ));
    }
    let (tenure, actor) = crate::desk::desk()?;
    let comparison = tenure.compare(&actor.member()?, &ids).await?;
    let charts = crate::charts::curves::all(&comparison.curves);
    Ok(Written::page("Compare runs", view! { <Compared comparison charts /> }))
}

#[component]
fn Compared(comparison: Comparison, charts: Vec<Chart>) -> AnyView {
    let names: Vec<String> = comparison.runs.iter().map(|run| run.name.clone()).collect();
    let heads = |first: &str| -> Vec<Heading> { std::iter::once(Heading::text(first)).chain(names.iter().map(Heading::text)).collect() };
    let mut metric_heads = vec![Heading::text("Metric")];
    metric_heads.extend(comparison.runs.iter().map(|run| Heading::number(&run.name).linked(format!("/runs/{}", run.id))));
    let metric = |(name, figures): (String, Vec<Figure>)| {
        let figures = figures.into_iter().map(|figure| Cell::figure(Some(figure), Scale::Metric));
        Row::new(std::iter::once(Cell::text(format::metric_label(&name))).chain(figures).collect())
    };
    let metrics = comparison.metrics.into_iter().map(metric).collect();
    let parameter = |(name, values, _): (String, Vec<String>, bool)| {
        Row::new(std::iter::once(Cell::code(name)).chain(values.into_iter().map(Cell::text)).collect())
    };
    let (different, same): (Vec<_>, Vec<_>) = comparison.parameters.into_iter().partition(|(_, _, differs)| *differs);
    let [different, same]: [Vec<Row>; 2] = [different, same].map(|part| part.into_iter().map(parameter).collect());
    let same = (!same.is_empty()).then(|| {
        let headings = heads("Parameter");
        view! {
            <details>
                <summary>{format!("{} that are the same", same.len())}</summary>
                <Table headings rows=same class="list" scroll="Parameters that are the same" />
            </details>
        }
    });
    let charts = charts.into_iter().map(|chart| view! { <ChartFigure chart /> }.erase()).collect::<Vec<_>>();
    view! {
        <PageHeading title=format!("Compare {} runs", names.len()) />
        <section>
            <h2>"Metrics"</h2>
            <Table headings=metric_heads rows=metrics class="list" scroll="Metrics side by side" />
            <p class="aside">"Intervals are of each run alone. Whether one run is better than another is a paired question: see the review of a version."</p>
        </section>
        <section>
            <h2>"Parameters that differ"</h2>
            <Table headings=heads("Parameter") rows=different class="list" scroll="Parameters that differ" />
            {same}
        </section>
        <section>
            <h2>"Curves"</h2>
            <div class="chart-grid">{charts}</div>
        </section>
    }
    .erase()
}
