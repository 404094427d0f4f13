//! The figures of a run: every metric on the hold-out and out of fold, the curves, and what each cut-off would mean.

use charts::Curves;
use leptos::prelude::*;
use model::use_case::Words;
use stats::curves::ThresholdRow;
use workflow::runs::RunEvidence;
use workflow::runs::RunPage as Page;

use super::capital;
use crate::boxed::Erase;
use crate::components::chart::ChartFigure;
use crate::components::figure::Scale;
use crate::components::table::{Cell, Heading, Row, Table};
use crate::format;
use crate::pages::runs::list::metric;

/// The part.
pub fn view(page: &Page, evidence: RunEvidence, words: &Words) -> AnyView {
    let metrics = &page.run.metrics;
    let row = |of: &stats::Metric| {
        let name = workflow::metric_name(*of);
        let held_out = metric(metrics, &name)?;
        let crossed = metric(metrics, &format!("{}{name}", format::OUT_OF_FOLD));
        let figures = [Some(held_out), crossed].map(|figure| Cell::figure(figure, Scale::Metric));
        Some(Row::new(std::iter::once(Cell::text(of.label())).chain(figures).collect()))
    };
    let rows = stats::Metric::ALL.iter().filter_map(row).collect();
    let headings = vec![Heading::text("Metric"), Heading::number("Hold-out"), Heading::number("Out of fold")];
    let curves = page.curves.clone().unwrap_or_default();
    let charts = crate::charts::curves::all(&curves).into_iter().map(|chart| view! { <ChartFigure chart /> }.erase());
    let charts = charts.collect::<Vec<_>>();
    let thresholds = view! { <Thresholds rows=evidence.thresholds cutoff=curves.cutoff n=evidence.holdout_rows words=words.clone() /> };
    let confusion = view! { <Confusion curves words=words.clone() /> };
    view! {
        <section>
            <h2>"How it ranks, and whether its probabilities hold"</h2>
            <div class="chart-grid">{charts}</div>
        </section>
        {thresholds}
        {confusion}
        <section>
            <h2>"Every metric with its 95% interval"</h2>
            <p class="aside">"The hold-out was seen by nothing that was chosen. Out of fold there are more rows, but the candidate was chosen by them."</p>
            <Table headings rows class="list" scroll="Metrics" />
        </section>
    }
    .erase()
}

/// The confusion matrix at the cut-off.
#[component]
fn Confusion(curves: Curves, words: Words) -> AnyView {
    let row = |name: String, counts: [u32; 2]| {
        let [not_listed, listed] = counts.map(|count| Cell::number(format::count(count)));
        Row::new(vec![Cell::text(name), not_listed, listed])
    };
    let [stayed, left] = curves.confusion;
    let [[_, called], [missed, caught]] = curves.confusion;
    let title = format!(
        "At a cut-off of {}, {} of {} {} are caught, and {} are listed who stayed",
        format::percent(curves.cutoff),
        format::count(caught),
        format::count(caught + missed),
        words.event_many,
        format::count(called)
    );
    let rows = vec![row("Stayed".to_owned(), stayed), row(capital(&words, |words| &words.event_many), left)];
    let headings = vec![Heading::text("What happened"), Heading::number("Not listed"), Heading::number("Listed")];
    view! { <section><h2>{title}</h2><Table headings rows class="confusion" caption="Confusion matrix of the hold-out" /></section> }
        .erase()
}

/// What each cut-off means for those who act on it.
#[component]
fn Thresholds(rows: Vec<ThresholdRow>, cutoff: f64, n: u32, words: Words) -> AnyView {
    let share = |value: Option<f64>| Cell::number(value.map_or_else(|| "–".to_owned(), format::percent));
    let row = |own: ThresholdRow| {
        let here = (own.cutoff - cutoff).abs() < 1e-9;
        let name = if here {
            Cell::with_aside(format::percent(own.cutoff), "the cut-off in use")
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
        Heading::text("Cut-off"),
        Heading::number(format!("{} to talk to", capital(&words, |words| &words.many))),
        Heading::number(format!("{} caught", capital(&words, |words| &words.event_many))),
        Heading::number("Precision"),
        Heading::number("Recall"),
    ];
    (!rows.is_empty())
        .then(|| {
            view! {
                <section>
                    <h2>"What each cut-off would mean"</h2>
                    <p class="aside">{format!("On the {} rows of the hold-out.", format::count(n))}</p>
                    <Table headings rows class="list" scroll="By cut-off" />
                </section>
            }
        })
        .erase()
}
