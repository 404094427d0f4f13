//! The metrics of a run: curves, results by cutoff, and all metrics on the hold-out and out of
//! fold.

use charts::Curves;
use leptos::prelude::*;
use model::use_case::Terminology;
use stats::curves::ThresholdRow;
use workflow::runs::RunEvidence;
use workflow::runs::RunPage as Page;

use super::labels::capital;
use crate::components::chart::ChartFigure;
use crate::runs::list::metric;
use crate::runs::metric_groups;
use app::components::figure::Scale;
use app::components::table::{Cell, Heading, Row, Table};
use domain::format;

/// The part.
pub fn view(page: &Page, evidence: RunEvidence, words: &Terminology) -> AnyView {
    let metrics = &page.run.metrics;
    let row = |of: &stats::Metric| {
        let name = workflow::metric_name(*of);
        let held_out = metric(metrics, &name)?;
        let crossed = metric(metrics, &format!("{}{name}", format::OUT_OF_FOLD));
        let figures = [Some(held_out), crossed].map(|figure| Cell::figure(figure, Scale::Metric));
        Some((
            *of,
            Row::new(
                std::iter::once(Cell::text(of.label()))
                    .chain(figures)
                    .collect(),
            ),
        ))
    };
    let rows = stats::Metric::ALL.iter().filter_map(row).collect();
    let headings = || {
        vec![
            Heading::text("Metric"),
            Heading::number("Hold-out"),
            Heading::number("Out of fold"),
        ]
    };
    let all = metric_groups::tables(rows, &headings, "Metrics");
    let curves = page.curves.clone().unwrap_or_default();
    let charts = crate::charts::curves::all(&curves)
        .into_iter()
        .map(|chart| view! { <ChartFigure chart /> }.into_any());
    let charts = charts.collect::<Vec<_>>();
    let thresholds = view! { <Thresholds rows=evidence.thresholds cutoff=curves.cutoff n=evidence.holdout_rows words=words.clone() /> };
    let confusion = view! { <Confusion curves words=words.clone() /> };
    view! {
        <section>
            <h2>"Ranking and calibration"</h2>
            <div class="chart-grid">{charts}</div>
        </section>
        {thresholds}
        {confusion}
        <section>
            <h2>"All metrics with 95% intervals"</h2>
            <p class="aside">"The hold-out was not used for any selection. Out of fold there are more rows, but they were used to select the candidate."</p>
            {all}
        </section>
    }
    .into_any()
}

/// The confusion matrix at the cutoff.
#[component]
fn Confusion(curves: Curves, words: Terminology) -> AnyView {
    let row = |name: String, counts: [u32; 2]| {
        let [not_listed, listed] = counts.map(|count| Cell::number(format::count(count)));
        Row::new(vec![Cell::text(name), not_listed, listed])
    };
    let [stayed, left] = curves.confusion;
    let [[_, called], [missed, caught]] = curves.confusion;
    let title = format!(
        "Cutoff {}: {} of {} {} captured, false positives: {}",
        format::percent(curves.cutoff),
        format::count(caught),
        format::count(caught + missed),
        words.event_many,
        format::count(called)
    );
    let rows = vec![
        row(words.without_event(), stayed),
        row(capital(&words, |words| &words.event_many), left),
    ];
    let headings = std::iter::once(Heading::text("Actual outcome"))
        .chain(words.predicted().map(Heading::number))
        .collect();
    view! { <section><h2>{title}</h2><Table headings rows class="confusion" caption="Confusion matrix (hold-out)" /></section> }.into_any()
}

/// People listed and events captured at each cutoff.
#[component]
fn Thresholds(rows: Vec<ThresholdRow>, cutoff: f64, n: u32, words: Terminology) -> AnyView {
    let share =
        |value: Option<f64>| Cell::number(value.map_or_else(|| "–".to_owned(), format::percent));
    let row = |own: ThresholdRow| {
        let here = (own.cutoff - cutoff).abs() < 1e-9;
        let name = if here {
            Cell::with_aside(format::percent(own.cutoff), "current cutoff")
        } else {
            Cell::text(format::percent(own.cutoff))
        };
        Row::new(vec![
            name,
            Cell::number(format::count(own.flagged)),
            Cell::number(format::count(own.caught)),
            share(own.precision),
            share(own.recall),
        ])
        .class(if here { "end" } else { "" })
    };
    let rows: Vec<Row> = rows.into_iter().map(row).collect();
    let headings = vec![
        Heading::text("Cutoff"),
        Heading::number(format!("{} listed", capital(&words, |words| &words.many))),
        Heading::number(format!(
            "{} captured",
            capital(&words, |words| &words.event_many)
        )),
        Heading::number("Precision"),
        Heading::number("Recall"),
    ];
    (!rows.is_empty())
        .then(|| {
            view! {
                <section>
                    <h2>"Results by cutoff"</h2>
                    <p class="aside">{format!("On the {} hold-out rows.", format::count(n))}</p>
                    <Table headings rows class="list" scroll="Results by cutoff" />
                </section>
            }
        })
        .into_any()
}
