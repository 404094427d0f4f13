//! Runs side by side: the parameters that differ first, every metric with its interval, the curves in one drawing.

use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use leptos_router::hooks::use_query_map;
use serde::{Deserialize, Serialize};
use views::runs::Comparison;

use crate::answer::{Answer, Packed, page_data};
use crate::components::chart::{Chart, ChartFigure};
use crate::components::empty::Empty;
use crate::components::failure::loaded;
use crate::components::figure::FigureValue;
use crate::components::heading::PageHeading;
use crate::components::table::TableScroll;
use crate::erase::Erase;
use crate::format;

/// The comparison with its drawings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CompareData {
    comparison: Comparison,
    charts: Vec<Chart>,
}

/// `ids`: run ids with commas between them; fewer than two are nothing to compare.
#[server(prefix = "/fn", endpoint = "compare", input = GetUrl)]
pub async fn load_comparison(#[server(default)] ids: String) -> Answer {
    let (tenure, actor) = crate::desk::desk()?;
    let ids: Vec<String> = ids.split(',').filter(|id| !id.is_empty()).map(str::to_owned).collect();
    if ids.len() < 2 {
        return Packed::new(&None::<CompareData>);
    }
    let comparison = tenure.compare(&actor, &ids).await.map_err(crate::desk::refuse)?;
    let charts = crate::charts::curves::all(&comparison.curves);
    Packed::new(&Some(CompareData { comparison, charts }))
}

#[component]
pub fn ComparePage() -> AnyView {
    let address = use_query_map();
    // A form repeats the key, a person writes commas: both are understood.
    let ids = Memo::new(move |_| address.read().get_all("ids").unwrap_or_default().join(","));
    let data = page_data(move || [ids.get(), String::new(), String::new()], |[ids, ..]| Box::pin(load_comparison(ids)));
    loaded(data, |data: Option<CompareData>| match data {
        Some(data) => view! { <Compared data /> }.erase(),
        None => view! {
            <PageHeading title="Compare runs" />
            <Empty title="Two runs or more are needed">
                <p>"Go to the table of runs, mark the ones to compare, and come back."</p>
            </Empty>
        }
        .erase(),
    })
}

#[component]
fn Compared(data: CompareData) -> AnyView {
    let CompareData { comparison, charts } = data;
    let heads = comparison
        .runs
        .iter()
        .map(|run| view! { <th scope="col" class="number"><a href=format!("/runs/{}", run.id)>{run.name.clone()}</a><br /><span class="aside">{run.started_at.clone()}</span></th> })
        .collect::<Vec<_>>();
    let names: Vec<String> = comparison.runs.iter().map(|run| run.name.clone()).collect();
    let metrics = comparison.metrics.into_iter().map(|(name, figures)| {
        let cells = figures.into_iter().map(|figure| view! { <td class="number"><FigureValue figure /></td> });
        view! { <tr><th scope="row">{format::metric_label(&name)}</th>{cells.collect_view()}</tr> }
    });
    let (different, same): (Vec<_>, Vec<_>) = comparison.parameters.into_iter().partition(|(_, _, differs)| *differs);
    let same_count = same.len();
    let names_row = names.iter().map(|name| view! { <th scope="col">{name.clone()}</th> }).collect_view();
    let different_rows = parameter_rows(different);
    let same_rows = parameter_rows(same);
    let same_heads = names.iter().map(|name| view! { <th scope="col">{name.clone()}</th> }).collect_view();
    view! {
        <PageHeading title=format!("Compare {} runs", names.len()) />
        <section>
            <h2>"Metrics"</h2>
            <TableScroll label="Metrics side by side">
                <table class="list"><thead><tr><th scope="col">"Metric"</th>{heads}</tr></thead><tbody>{metrics.collect_view()}</tbody></table>
            </TableScroll>
            <p class="aside">"Intervals are of each run alone. Whether one run is better than another is a paired question: see the review of a version."</p>
        </section>
        <section>
            <h2>"Parameters that differ"</h2>
            <TableScroll label="Parameters that differ">
                <table class="list"><thead><tr><th scope="col">"Parameter"</th>{names_row}</tr></thead><tbody>{different_rows}</tbody></table>
            </TableScroll>
            {(same_count > 0).then(|| view! {
                <details>
                    <summary>{format!("{same_count} that are the same")}</summary>
                    <TableScroll label="Parameters that are the same">
                        <table class="list"><thead><tr><th scope="col">"Parameter"</th>{same_heads}</tr></thead><tbody>{same_rows}</tbody></table>
                    </TableScroll>
                </details>
            })}
        </section>
        <section>
            <h2>"Curves"</h2>
            <div class="chart-grid">{charts.into_iter().map(|chart| view! { <ChartFigure chart /> }).collect_view()}</div>
        </section>
    }.erase()
}

fn parameter_rows(parameters: Vec<(String, Vec<String>, bool)>) -> AnyView {
    let row = |(name, values, _): (String, Vec<String>, bool)| {
        view! { <tr><th scope="row"><code>{name}</code></th>{values.into_iter().map(|value| view! { <td>{value}</td> }).collect_view()}</tr> }
    };
    parameters.into_iter().map(row).collect_view().erase()
}
