//! A chart with what makes it readable: its finding as the title, one sentence, and its data as a table.

use crate::erase::Erase;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// A chart as it crosses the wire. The server draws; both sides show the same text, because hydration does not set it again.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Chart {
    /// The finding.
    pub title: String,
    /// How to read it.
    pub sentence: String,
    /// SVG text; empty when there is nothing to draw.
    pub svg: String,
    /// Names of lines and signs, in the order of the style sheet's series.
    pub legend: Vec<String>,
    /// The data.
    pub columns: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

/// Shows a [`Chart`].
#[component]
pub fn ChartFigure(chart: Chart) -> AnyView {
    let legend = (chart.legend.len() > 1).then(|| {
        let items = chart.legend.iter().enumerate().map(|(series, name)| {
            view! { <li class=format!("series-{series}")><span class="key" aria-hidden="true"></span>{name.clone()}</li> }
        });
        view! { <ul class="legend">{items.collect_view()}</ul> }
    });
    let head = chart.columns.iter().map(|name| view! { <th scope="col">{name.clone()}</th> }).collect_view();
    let body = chart.rows.iter().map(|row| view! { <tr>{row.iter().map(|cell| view! { <td>{cell.clone()}</td> }).collect_view()}</tr> });
    let label = chart.title.clone();
    view! {
        <figure class="chart">
            <figcaption>
                <h3>{chart.title.clone()}</h3>
                <p>{chart.sentence.clone()}</p>
            </figcaption>
            {legend}
            <div class="drawing" role="img" aria-label=label inner_html=chart.svg.clone()></div>
            <details>
                <summary>"Data of this chart"</summary>
                <table><thead><tr>{head}</tr></thead><tbody>{body.collect_view()}</tbody></table>
            </details>
        </figure>
    }
    .erase()
}
