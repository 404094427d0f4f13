//! The risk bands: one bar for the whole, one row for each band, each a link to its people.

use leptos::prelude::*;
use views::PeopleQuery;
use views::people::BandCount;

use crate::components::badge::{RiskBadge, risk_style};
use crate::erase::Erase;
use crate::format;

#[component]
pub fn Bands(bands: Vec<BandCount>, use_case: String, many: String) -> AnyView {
    // The highest risk comes first: that is what one looks for.
    let mut bands = bands;
    bands.reverse();
    let middle = middles(&bands);
    let segments = bands.iter().zip(&middle).map(|(band, at)| {
        view! { <span style=format!("{};flex-grow:{:.5}", risk_style(*at), band.share)></span> }
    });
    let bar = segments.collect_view();
    let rows = bands.into_iter().zip(middle).map(|(band, at)| {
        let query = PeopleQuery { band: band.name.clone(), page: 1, ..PeopleQuery::default() };
        let href = format!("/use-case/{use_case}{}#people", query.to_query_string());
        view! {
            <tr>
                <th scope="row"><a href=href><RiskBadge band=band.name probability=at /></a></th>
                <td class="number">{format::count(band.count)}</td>
                <td class="number">{format::percent(band.share)}</td>
                <td class="number aside">{format!("from {}", format::percent(band.from))}</td>
            </tr>
        }
    });
    view! {
        <section class="bands">
            <h2>"Risk bands"</h2>
            <div class="band-bar" aria-hidden="true">{bar}</div>
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Band"</th>
                        <th scope="col" class="number">{format::capitalised(&many)}</th>
                        <th scope="col" class="number">"Share"</th>
                        <th scope="col" class="number">"Risk"</th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </section>
    }
    .erase()
}

/// The middle of each band, for its shade; bands come highest first.
fn middles(bands: &[BandCount]) -> Vec<f64> {
    let tops = std::iter::once(1.0).chain(bands.iter().map(|band| band.from));
    // The top band is wide and nearly empty at its end: its shade is that of its lower third.
    bands.iter().zip(tops).map(|(band, top)| band.from + (top - band.from) / if top >= 1.0 { 3.0 } else { 2.0 }).collect()
}
