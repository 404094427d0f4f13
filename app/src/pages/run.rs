//! One training run: settings, stages, metrics, curves, artifacts, nested runs.

use leptos::prelude::*;
use stats::Figure;
use views::runs::{ArtifactRow, Curves, RunPage as Page, RunRow, Stage};

use crate::components::chart::{Chart, ChartFigure};
use crate::components::figure::Scale;
use crate::components::heading::PageHeading;
use crate::components::table::{Cell, Facts, Heading, Mark, Row, Table, TextList};
use crate::erase::Erase;
use crate::error::AppError;
use crate::format;
use crate::pages::runs::RunState;
use crate::written::Written;

/// Writes the page.
pub async fn write(id: &str) -> Result<Written, AppError> {
    let (tenure, actor) = crate::desk::desk()?;
    let page = tenure.run(&actor.member()?, id).await?;
    let charts = page.curves.as_ref().map(crate::charts::curves::all).unwrap_or_default();
    Ok(Written::page(format!("Run {}", page.run.name), view! { <Run page charts /> }))
}

#[component]
fn Run(page: Page, charts: Vec<Chart>) -> AnyView {
    let run = page.run;
    let took = run.duration_seconds.map_or_else(|| "still running".to_owned(), format::duration);
    let facts = vec![
        ("Started".to_owned(), Cell::text(run.started_at)),
        ("Took".to_owned(), Cell::text(took)),
        ("By".to_owned(), Cell::text(run.author)),
        ("Seed".to_owned(), Cell::text(page.seed.to_string())),
        ("Data".to_owned(), Cell::code(short(&page.data_hash))),
        ("Code".to_owned(), Cell::code(page.code_version)),
    ];
    let version = page.version.map(|version| {
        view! { <p>"Made " <a href=format!("/use-case/{}/models", page.use_case)>{format!("model version {version}")}</a> "."</p> }
    });
    let messages = (!page.messages.is_empty()).then(|| view! { <div class="note"><TextList texts=page.messages /></div> });
    let metric = |(name, figure): (String, Figure)| {
        let n = figure.n.map(format::count).unwrap_or_default();
        Row::new(vec![Cell::text(format::metric_label(&name)), Cell::figure(Some(figure), Scale::Metric), Cell::aside(n).numeric()])
    };
    let (crossed, held_out): (Vec<_>, Vec<_>) = run.metrics.into_iter().partition(|(name, _)| name.starts_with(format::OUT_OF_FOLD));
    let crossed: Vec<Row> = crossed.into_iter().map(metric).collect();
    let held_out: Vec<Row> = held_out.into_iter().map(metric).collect();
    let metric_headings = || vec![Heading::text("Metric"), Heading::number("Value and 95% interval"), Heading::number("n")];
    let parameters = run.parameters.into_iter().map(|(name, value)| Row::new(vec![Cell::code(name), Cell::text(value)])).collect();
    let charts = charts.into_iter().map(|chart| view! { <ChartFigure chart /> }.erase()).collect::<Vec<_>>();
    view! {
        <nav class="crumbs" aria-label="Breadcrumb"><a href=format!("/use-case/{}/runs", page.use_case)>"Training runs"</a></nav>
        <PageHeading title=run.name>
            <p><RunState status=run.status /></p>
            {version}
        </PageHeading>
        <Facts facts class="facts" />
        {messages}
        <div class="columns">
            <section>
                <h2>"Metrics on the hold-out"</h2>
                <Table headings=metric_headings() rows=held_out />
                {(!crossed.is_empty()).then(|| view! {
                    <details>
                        <summary><h2>"Metrics out of fold"</h2></summary>
                        <p class="aside">"More rows, but the candidate was chosen by them."</p>
                        <Table headings=metric_headings() rows=crossed />
                    </details>
                })}
            </section>
            <section>
                <h2>"Parameters"</h2>
                <Table headings=vec![Heading::text("Name"), Heading::text("Value")] rows=parameters />
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

/// The first characters of a hash: enough to tell it from others.
fn short(hash: &str) -> String {
    hash.chars().take(12).collect()
}

/// The confusion matrix at the cut-off.
#[component]
fn Confusion(curves: Curves) -> AnyView {
    let row = |name: &str, counts: [u32; 2]| {
        let [not_listed, listed] = counts.map(|count| Cell::number(format::count(count)));
        Row::new(vec![Cell::text(name), not_listed, listed])
    };
    let [stayed, left] = curves.confusion;
    let rows = vec![row("Stayed", stayed), row("Left", left)];
    let headings = vec![Heading::text("What happened"), Heading::number("Not listed"), Heading::number("Listed")];
    let caption = format!("Confusion matrix at a cut-off of {}", format::percent(curves.cutoff));
    view! { <Table headings rows class="confusion" caption /> }.erase()
}

#[component]
fn Stages(stages: Vec<Stage>) -> AnyView {
    let longest = stages.iter().map(|stage| stage.seconds).fold(f64::MIN_POSITIVE, f64::max);
    let row = |stage: Stage| {
        let bar = Mark { class: "bar", from: 0.0, width: 100.0 * stage.seconds / longest };
        Row::new(vec![
            Cell::text(stage.name),
            Cell::track(vec![bar]),
            Cell::number(format::duration(stage.seconds)),
            Cell::aside(stage.note),
        ])
    };
    let rows: Vec<Row> = stages.into_iter().map(row).collect();
    let headings = vec![Heading::text("Stage"), Heading::hidden("Drawing"), Heading::number("Took"), Heading::text("Note")];
    (!rows.is_empty()).then(|| view! { <section><h2>"Stages"</h2><Table headings rows class="bars" /></section> }).erase()
}

#[component]
fn Nested(children: Vec<RunRow>) -> AnyView {
    let row = |run: RunRow| {
        let (name, figure) = run.metrics.into_iter().next().unzip();
        Row::new(vec![
            Cell::link(format!("/runs/{}", run.id), run.name),
            Cell::view(view! { <RunState status=run.status /> }),
            Cell::aside(name.map(|name: String| format::metric_label(&name)).unwrap_or_default()),
            Cell::figure(figure, Scale::Metric),
            Cell::number(run.duration_seconds.map(format::duration).unwrap_or_default()),
        ])
    };
    let number = children.len() as u32;
    let rows = children.into_iter().map(row).collect();
    let headings =
        vec![Heading::text("Run"), Heading::text("State"), Heading::text("Metric"), Heading::number("Value"), Heading::number("Took")];
    (number > 0)
        .then(|| {
            view! {
                <section>
                    <details>
                        <summary><h2>{format!("{} nested runs", format::count(number))}</h2></summary>
                        <Table headings rows class="list" scroll="Nested runs" />
                    </details>
                </section>
            }
        })
        .erase()
}

#[component]
fn Artifacts(artifacts: Vec<ArtifactRow>) -> AnyView {
    let row = |artifact: ArtifactRow| {
        Row::new(vec![
            Cell::text(artifact.name),
            Cell::text(artifact.media_type),
            Cell::number(format::bytes(artifact.bytes)),
            Cell::code(short(&artifact.hash)),
        ])
    };
    let rows: Vec<Row> = artifacts.into_iter().map(row).collect();
    let headings = vec![Heading::text("Name"), Heading::text("Type"), Heading::number("Size"), Heading::text("SHA-256")];
    (!rows.is_empty())
        .then(|| view! { <section><h2>"Artifacts"</h2><Table headings rows class="list" scroll="Artifacts" /></section> })
        .erase()
}
