//! The risk bands: one bar for all people, one row per band, each with a link to its people.

use domain::{PeopleQuery, Route};
use leptos::prelude::*;
use workflow::scoring::BandCount;

use app::components::badge::{RiskBadge, risk_style};
use app::components::table::{Cell, Heading, Row, Table};
use domain::format;

#[component]
pub fn Bands(bands: Vec<BandCount>, use_case: String, plural: String) -> AnyView {
    // Highest risk first.
    let mut bands = bands;
    bands.reverse();
    let middles = middles(&bands);
    let parts = bands
        .iter()
        .zip(&middles)
        .map(|(band, middle)| view! { <span style=format!("{};flex-grow:{:.5}", risk_style(*middle), band.share)></span> }.into_any());
    let parts = parts.collect::<Vec<_>>();
    let dashboard = Route::Dashboard {
        use_case: (&use_case).into(),
    };
    let row = |(band, middle): (BandCount, f64)| {
        let query = PeopleQuery {
            band: band.name.clone(),
            page: 1,
            ..PeopleQuery::default()
        };
        let href = format!("{dashboard}{}#people", query.to_query_string());
        Row::new(vec![
            Cell::view(view! { <a href=href><RiskBadge band=band.name probability=middle /></a> }),
            Cell::number(format::count(band.count)),
            Cell::number(format::percent(band.share)),
            Cell::aside(format!("from {}", format::percent(band.from))).numeric(),
        ])
    };
    let rows = bands.into_iter().zip(middles).map(row).collect();
    let headings = vec![
        Heading::text("Band"),
        Heading::number(format::capitalized(&plural)),
        Heading::number("Share"),
        Heading::number("Risk"),
    ];
    view! {
        <section class="bands">
            <h2>"Risk bands"</h2>
            <div class="band-bar" aria-hidden="true">{parts}</div>
            <Table headings rows />
        </section>
    }
    .into_any()
}

/// The middle of each band, for its shade; highest band first.
fn middles(bands: &[BandCount]) -> Vec<f64> {
    let tops = std::iter::once(1.0).chain(bands.iter().map(|band| band.from));
    // The top band is wide and nearly empty at its end: its shade is that of its lower third.
    bands
        .iter()
        .zip(tops)
        .map(|(band, top)| band.from + (top - band.from) / if top >= 1.0 { 3.0 } else { 2.0 })
        .collect()
}
