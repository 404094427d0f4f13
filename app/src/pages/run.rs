//! One training run: settings, stages, metrics, curves, artifacts, nested runs.

use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use serde::{Deserialize, Serialize};
use views::runs::{ArtifactRow, Curves, RunPage as Page, Stage};

use crate::answer::{Answer, Packed, page_data};
use crate::components::chart::{Chart, ChartFigure};
use crate::components::failure::loaded;
use crate::components::figure::FigureValue;
use crate::components::heading::PageHeading;
use crate::components::table::TableScroll;
use crate::erase::Erase;
use crate::format;
use crate::pages::path_parameter;
use crate::pages::runs::RunState;

/// The run with its drawings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunData {
    page: Page,
    charts: Vec<Chart>,
}

#[server(prefix = "/fn", endpoint = "run", input = GetUrl)]
pub async fn load_run(id: String) -> Answer {
    let (tenure, actor) = crate::desk::desk()?;
    let page = tenure.run(&actor, &id).await.map_err(crate::desk::refuse)?;
    let charts = page.curves.as_ref().map(crate::charts::curves::all).unwrap_or_default();
    Packed::new(&RunData { page, charts })
}

#[component]
pub fn RunPage() -> AnyView {
    let id = path_parameter("run");
    let data = page_data(move || [id.get(), String::new(), String::new()], |[id, ..]| Box::pin(load_run(id)));
    loaded(data, |data| view! { <Run data /> })
}

#[component]
fn Run(data: RunData) -> AnyView {
    let RunData { page, charts } = data;
    let run = page.run;
    let facts = [
        ("Started", run.started_at.clone()),
        ("Took", run.duration_seconds.map(format::duration).unwrap_or_else(|| "still running".to_owned())),
        ("By", run.author.clone()),
        ("Seed", page.seed.to_string()),
        ("Data", page.data_hash.chars().take(12).collect()),
        ("Code", page.code_version.clone()),
    ]
    .map(|(term, text)| view! { <div><dt>{term}</dt><dd>{text}</dd></div> });
    let version = page.version.map(|version| {
        view! { <p>"Made " <a href=format!("/use-case/{}/models", page.use_case)>{format!("model version {version}")}</a> "."</p> }
    });
    let messages = page.messages.iter().map(|text| view! { <li>{text.clone()}</li> }).collect_view();
    let messages = (!page.messages.is_empty()).then(|| view! { <div class="note"><ul>{messages}</ul></div> });
    let metrics = run.metrics.into_iter().map(|(name, figure)| {
        view! { <tr><th scope="row">{format::metric_label(&name)}</th><td class="number"><FigureValue figure with_n=true /></td></tr> }
    });
    let parameters =
        run.parameters.into_iter().map(|(name, value)| view! { <tr><th scope="row"><code>{name}</code></th><td>{value}</td></tr> });
    let charts = charts.into_iter().map(|chart| view! { <ChartFigure chart /> }).collect_view();
    view! {
        <nav class="crumbs" aria-label="Breadcrumb"><a href=format!("/use-case/{}/runs", page.use_case)>"Training runs"</a></nav>
        <PageHeading title=run.name>
            <p><RunState status=run.status /></p>
            {version}
        </PageHeading>
        <dl class="facts">{facts.into_iter().collect_view()}</dl>
        {messages}
        <div class="columns">
            <section>
                <h2>"Metrics on the hold-out"</h2>
                <table>
                    <thead><tr><th scope="col">"Metric"</th><th scope="col" class="number">"Value and 95% interval"</th></tr></thead>
                    <tbody>{metrics.collect_view()}</tbody>
                </table>
            </section>
            <section>
                <h2>"Parameters"</h2>
                <table>
                    <thead><tr><th scope="col">"Name"</th><th scope="col">"Value"</th></tr></thead>
                    <tbody>{parameters.collect_view()}</tbody>
                </table>
            </section>
        </div>
        {page.curves.map(|curves| view! {
            <section><h2>"How it ranks and how well it is calibrated"</h2><div class="chart-grid">{charts}</div><Confusion curves /></section>
        })}
        <Stages stages=page.stages />
        <Nested children=page.children />
        <Artifacts artifacts=page.artifacts />
    }.erase()
}

/// The confusion matrix at the cut-off.
#[component]
fn Confusion(curves: Curves) -> AnyView {
    let [[tn, fp], [fn_, tp]] = curves.confusion.map(|row| row.map(format::count));
    view! {
        <table class="confusion">
            <caption>{format!("Confusion matrix at a cut-off of {}", format::percent(curves.cutoff))}</caption>
            <thead><tr><td></td><th scope="col" class="number">"Not listed"</th><th scope="col" class="number">"Listed"</th></tr></thead>
            <tbody>
                <tr><th scope="row">"Stayed"</th><td class="number">{tn}</td><td class="number">{fp}</td></tr>
                <tr><th scope="row">"Left"</th><td class="number">{fn_}</td><td class="number">{tp}</td></tr>
            </tbody>
        </table>
    }
    .erase()
}

#[component]
fn Stages(stages: Vec<Stage>) -> AnyView {
    let longest = stages.iter().map(|stage| stage.seconds).fold(f64::MIN_POSITIVE, f64::max);
    let rows = stages.iter().map(|stage| {
        view! {
            <tr>
                <th scope="row">{stage.name.clone()}</th>
                <td class="track" aria-hidden="true"><span class="bar" style=format!("--from:0%;--width:{:.2}%", 100.0 * stage.seconds / longest)></span></td>
                <td class="number">{format::duration(stage.seconds)}</td>
                <td class="aside">{stage.note.clone()}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    (!stages.is_empty()).then(|| view! {
        <section>
            <h2>"Stages"</h2>
            <table class="bars">
                <thead><tr><th scope="col">"Stage"</th><td></td><th scope="col" class="number">"Took"</th><th scope="col">"Note"</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </section>
    }).erase()
}

#[component]
fn Nested(children: Vec<views::runs::RunRow>) -> AnyView {
    let rows = children.iter().map(|run| {
        let metric = run.metrics.first().map(
            |(name, figure)| view! { <span class="aside">{format::metric_label(name)}" "</span><FigureValue figure=figure.clone() /> },
        );
        view! {
            <tr>
                <th scope="row"><a href=format!("/runs/{}", run.id)>{run.name.clone()}</a></th>
                <td><RunState status=run.status.clone() /></td>
                <td class="number">{metric}</td>
                <td class="number">{run.duration_seconds.map(format::duration)}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    let number = children.len() as u32;
    (number > 0).then(|| view! {
        <section>
            <details>
                <summary><h2>{format!("{} nested runs", format::count(number))}</h2></summary>
                <TableScroll label="Nested runs">
                    <table class="list">
                        <thead><tr><th scope="col">"Run"</th><th scope="col">"State"</th><th scope="col" class="number">"Metric"</th><th scope="col" class="number">"Took"</th></tr></thead>
                        <tbody>{rows}</tbody>
                    </table>
                </TableScroll>
            </details>
        </section>
    }).erase()
}

#[component]
fn Artifacts(artifacts: Vec<ArtifactRow>) -> AnyView {
    let rows = artifacts.iter().map(|artifact| {
        view! {
            <tr>
                <th scope="row">{artifact.name.clone()}</th>
                <td>{artifact.media_type.clone()}</td>
                <td class="number">{format::bytes(artifact.bytes)}</td>
                <td><code>{artifact.hash.chars().take(12).collect::<String>()}</code></td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    (!artifacts.is_empty()).then(|| view! {
        <section>
            <h2>"Artifacts"</h2>
            <TableScroll label="Artifacts">
                <table class="list">
                    <thead><tr><th scope="col">"Name"</th><th scope="col">"Type"</th><th scope="col" class="number">"Size"</th><th scope="col">"SHA-256"</th></tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </TableScroll>
        </section>
    }).erase()
}
