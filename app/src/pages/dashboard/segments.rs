//! Risk by group, with its uncertainty: a dot and its interval for each group.

use leptos::prelude::*;
use views::people::{Segment, SegmentRow};

use crate::components::figure::{FigureValue, Scale};
use crate::erase::Erase;
use crate::format;

#[component]
pub fn Segments(segments: Vec<Segment>, many: String) -> AnyView {
    // One scale for all fields, so that they can be compared.
    let top = segments.iter().flat_map(|segment| &segment.rows).filter_map(upper_end).fold(0.1, f64::max);
    let figures = segments.into_iter().map(|segment| figure(segment, top, &many)).collect_view();
    view! {
        <section class="segments">
            <h2>"Where the risk is"</h2>
            <p class="aside">"Mean risk of each group with its 95% interval, all on one scale. Groups that are too small to stay anonymous are left out."</p>
            <div class="segment-grid">{figures}</div>
        </section>
    }.erase()
}

fn upper_end(row: &SegmentRow) -> Option<f64> {
    row.mean_risk.interval.map(|[_, high]| high).or(row.mean_risk.value)
}

fn figure(segment: Segment, top: f64, many: &str) -> AnyView {
    let rows = segment.rows.into_iter().map(|row| {
        let people = row.people.map_or_else(|| "hidden".to_owned(), format::count);
        view! {
            <tr>
                <th scope="row">{row.label.clone()}</th>
                <td class="number aside">{people}</td>
                <td class="track" aria-hidden="true">{marks(&row, top)}</td>
                <td class="number">{row.people.map(|_| view! { <FigureValue figure=row.mean_risk scale=Scale::Percent /> })}</td>
            </tr>
        }
    });
    view! {
        <table class="bars dots">
            <caption>{segment.label}</caption>
            <thead>
                <tr>
                    <th scope="col">"Group"</th>
                    <th scope="col" class="number">{format::capitalised(many)}</th>
                    <td></td>
                    <th scope="col" class="number">"Mean risk"</th>
                </tr>
            </thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
    }
    .erase()
}

fn marks(row: &SegmentRow, top: f64) -> AnyView {
    let place = move |p: f64| 100.0 * p / top;
    let interval = row.mean_risk.interval.map(|[low, high]| {
        view! { <span class="whisker" style=format!("--from:{:.2}%;--width:{:.2}%", place(low), place(high) - place(low))></span> }
    });
    let dot = row.mean_risk.value.map(|value| view! { <span class="dot" style=format!("--from:{:.2}%", place(value))></span> });
    row.people.map(|_| (interval, dot)).erase()
}
