//! Runs side by side: the parameters that differ first, every metric with its interval, the curves in one drawing.

use domain::Route;
use leptos::prelude::*;
use stats::Metric;
use workflow::runs::{Comparison, RunRow};

use crate::boxed::Erase;
use crate::components::chart::ChartFigure;
use crate::components::empty::Empty;
use crate::components::figure::Scale;
use crate::components::heading::PageHeading;
use crate::components::table::{Cell, Heading, Row, Table};
use crate::error::AppError;
use crate::format;
use crate::pages::Query;
use crate::server_page::Written;

/// Writes the page. A form repeats the key `ids`, a person writes commas: both are understood.
pub(crate) async fn write(query: &Query) -> Result<Written, AppError> {
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
    let (tenure, actor) = crate::context::get()?;
    let comparison = tenure.compare(&actor.member()?, &ids).await?;
    let title = format!("Compare {} runs", comparison.runs.len());
    let file = Route::RunCompareHtml.with_query(&[("ids", ids.join(","))]);
    let contents = contents(&comparison);
    Ok(Written::page(
        title.clone(),
        view! {
            <PageHeading title=title />
            <p class="actions main-action"><a class="button quiet" href=file rel="external" download="">"Download as one file"</a></p>
            {contents}
        },
    ))
}

/// The comparison as one file that needs nothing but itself.
pub fn file(comparison: &Comparison, made_at: &str) -> String {
    let title = format!("Comparison of {} runs", comparison.runs.len());
    let runs: Vec<&str> = comparison.runs.iter().map(|run| run.id.as_str()).collect();
    let source = format!("Made by Tenure on {made_at} from the runs {}.", runs.join(", "));
    let heading = title.clone();
    crate::standalone::document(&title, &source, || {
        let contents = contents(comparison);
        view! { <PageHeading title=heading />{contents} }.erase()
    })
}

/// Runs of one name are told apart by the end of their ids.
fn name(run: &RunRow) -> String {
    let start = run.id.len().saturating_sub(4);
    format!("{} · {}", run.name, run.id.get(start..).unwrap_or(&run.id))
}

fn contents(comparison: &Comparison) -> AnyView {
    let runs = &comparison.runs;
    let heads = |first: &str, number: bool| -> Vec<Heading> {
        let run = |run: &RunRow| {
            let heading = if number { Heading::number(name(run)) } else { Heading::text(name(run)) };
            heading.linked(Route::Run { run: (&run.id).into() }.path())
        };
        std::iter::once(Heading::text(first)).chain(runs.iter().map(run)).collect()
    };
    let figures = |prefix: &str| -> Vec<Row> {
        let row = |of: &Metric| {
            let wanted = format!("{prefix}{}", workflow::metric_name(*of));
            let (_, figures) = comparison.metrics.iter().find(|(name, _)| *name == wanted)?;
            let cells = figures.iter().map(|figure| Cell::figure(Some(figure.clone()), Scale::Metric));
            Some(Row::new(std::iter::once(Cell::text(of.label())).chain(cells).collect()))
        };
        Metric::ALL.iter().filter_map(row).collect()
    };
    let (held_out, crossed) = (figures(""), figures(format::OUT_OF_FOLD));
    let crossed = (!crossed.is_empty()).then(|| {
        let headings = heads("Metric", true);
        view! {
            <details>
                <summary>"Out of fold: more rows, but the candidate was chosen by them"</summary>
                <Table headings rows=crossed class="list" scroll="Metrics out of fold" />
            </details>
        }
    });
    let parameter = |(name, values, _): &(String, Vec<String>, bool)| {
        Row::new(std::iter::once(Cell::code(name)).chain(values.iter().map(Cell::text)).collect())
    };
    let part =
        |differ: bool| -> Vec<Row> { comparison.parameters.iter().filter(|(.., differs)| *differs == differ).map(parameter).collect() };
    let (different, same) = (part(true), part(false));
    let different = if different.is_empty() {
        view! { <p class="aside">"Every parameter is the same."</p> }.erase()
    } else {
        view! { <Table headings=heads("Parameter", false) rows=different class="list wrapping" scroll="Parameters that differ" /> }.erase()
    };
    let same = (!same.is_empty()).then(|| {
        let (headings, summary) = (heads("Parameter", false), format!("{} that are the same", same.len()));
        view! { <details><summary>{summary}</summary><Table headings rows=same class="list wrapping" scroll="Parameters that are the same" /></details> }
    });
    let charts = crate::charts::curves::all(&comparison.curves).into_iter().map(|chart| view! { <ChartFigure chart /> }.erase());
    let charts = charts.collect::<Vec<_>>();
    let few = (runs.len() > 4).then(|| view! { <p class="aside">"Of the first four runs."</p> });
    let curves = (!charts.is_empty())
        .then(|| view! { <section><h2>"Curves on the hold-out"</h2>{few}<div class="chart-grid">{charts}</div></section> });
    view! {
        <section>
            <h2>"Metrics on the hold-out"</h2>
            <p class="aside">"Intervals are of each run alone. Whether one run is better than another is a paired question: the page of a run answers it against the live model."</p>
            <Table headings=heads("Metric", true) rows=held_out class="list" scroll="Metrics on the hold-out" />
            {crossed}
        </section>
        <section><h2>"Parameters that differ"</h2>{different}{same}</section>
        {curves}
    }
    .erase()
}
