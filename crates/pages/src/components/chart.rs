//! A chart with its finding as the title, one sentence of method, and its data as a table.

use app::components::table::{Cell, Heading, Row, Table};
pub use charts::Chart;
use leptos::prelude::*;

/// Shows a [`Chart`].
#[component]
pub fn ChartFigure(chart: Chart) -> AnyView {
    let legend = if chart.legend.len() > 1 {
        let items = chart.legend.iter().enumerate().map(|(series, name)| {
            view! { <li class=format!("series-{series}")><span class="key" aria-hidden="true"></span>{name.clone()}</li> }.into_any()
        });
        view! { <ul class="legend">{items.collect::<Vec<_>>()}</ul> }.into_any()
    } else {
        ().into_any()
    };
    let headings = chart.columns.into_iter().map(Heading::text).collect();
    let rows: Vec<Row> = chart
        .rows
        .into_iter()
        .map(|row| Row::new(row.into_iter().map(Cell::text).collect()))
        .collect();
    let data = (!rows.is_empty()).then(|| {
        view! {
            <details>
                <summary>"View data"</summary>
                <Table headings rows />
            </details>
        }
    });
    let label = chart.title.clone();
    view! {
        <figure class="chart">
            <figcaption>
                <h3>{chart.title}</h3>
                <p>{chart.sentence}</p>
            </figcaption>
            {legend}
            <div class="drawing" role="img" aria-label=label inner_html=chart.svg></div>
            {data}
        </figure>
    }
    .into_any()
}
