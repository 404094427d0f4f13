//! Risk by group: a dot and an interval for each group.

use leptos::prelude::*;
use workflow::scoring::{Segment, SegmentRow};

use app::components::figure::Scale;
use app::components::table::{Cell, Heading, Mark, Row, Table};
use domain::format;

#[component]
pub fn Segments(segments: Vec<Segment>, plural: String) -> AnyView {
    // One scale for all fields, so that they can be compared.
    let top = segments
        .iter()
        .flat_map(|segment| &segment.rows)
        .filter_map(upper_end)
        .fold(0.1, f64::max);
    let figures = segments
        .into_iter()
        .map(|segment| figure(segment, top, &plural))
        .collect::<Vec<_>>();
    view! {
        <section class="segments">
            <h2>"Risk by group"</h2>
            <p class="aside">{format!("Mean predicted risk of all {plural} by group, with its 95% interval, on one scale. Groups too small to protect anonymity are hidden.")}</p>
            <div class="segment-grid">{figures}</div>
        </section>
    }
    .into_any()
}

fn upper_end(row: &SegmentRow) -> Option<f64> {
    row.mean_risk
        .interval
        .map(|[_, high]| high)
        .or(row.mean_risk.value)
}

fn figure(segment: Segment, top: f64, plural: &str) -> AnyView {
    let row = |row: SegmentRow| {
        let marks = row.people.map_or_else(Vec::new, |_| marks(&row, top));
        let people = row
            .people
            .map_or_else(|| "hidden".to_owned(), format::count);
        let mean = row.people.map(|_| row.mean_risk);
        Row::new(vec![
            Cell::text(row.label),
            Cell::aside(people).numeric(),
            Cell::track(marks),
            Cell::figure(mean, Scale::Percent),
        ])
    };
    let rows = segment.rows.into_iter().map(row).collect();
    let headings = vec![
        Heading::text("Group"),
        Heading::number(format::capitalized(plural)),
        Heading::hidden("Chart"),
        Heading::number("Mean risk"),
    ];
    view! { <Table headings rows class="bars dots" caption=segment.label /> }.into_any()
}

fn marks(row: &SegmentRow, top: f64) -> Vec<Mark> {
    let place = |p: f64| 100.0 * p / top;
    let whisker = row.mean_risk.interval.map(|[low, high]| Mark {
        class: "whisker",
        from: place(low),
        width: place(high - low),
    });
    let dot = row.mean_risk.value.map(|value| Mark {
        class: "dot",
        from: place(value),
        width: 0.0,
    });
    whisker.into_iter().chain(dot).collect()
}
