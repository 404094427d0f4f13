//! How the server has answered: latency, throughput and errors by day and by route; the state of the
//! prediction log. For administrators.

use domain::format;
use leptos::prelude::*;
use workflow::prediction_log::LogState;
use workflow::request_days::RequestSummary;

use crate::components::empty::Empty;
use crate::error::PageError;
use app::components::heading::PageHeading;
use app::components::table::{Cell, Facts, Heading, Row, Table};
use app::server_page::ServerPage;

/// Seconds of a day.
const DAY: f64 = 24.0 * 3600.0;

/// Writes the page.
pub async fn write() -> Result<ServerPage, PageError> {
    let (tenure, actor) = crate::context::get()?;
    let report = tenure.request_report(&actor.admin()?).await?;
    let state = state(&tenure.prediction_log_state());
    let days = report
        .days
        .iter()
        .map(|(day, own)| {
            let mut cells = vec![Cell::brief(day.long())];
            cells.extend(figures(own));
            cells.insert(2, Cell::number(format!("{:.2}", own.requests as f64 / DAY)));
            Row::new(cells)
        })
        .collect::<Vec<_>>();
    let routes = report
        .routes
        .iter()
        .map(|(route, own)| {
            let mut cells = vec![Cell::text(route.clone())];
            cells.extend(figures(own));
            Row::new(cells)
        })
        .collect::<Vec<_>>();
    let tables = if days.is_empty() {
        view! { <Empty title="No requests counted yet"><p>"Requests are added to the day once a minute."</p></Empty> }.into_any()
    } else {
        let mut by_day = vec![Heading::text("Day (UTC)")];
        by_day.extend(headings());
        by_day.insert(2, Heading::number("Per second"));
        let mut by_route = vec![Heading::text("Route")];
        by_route.extend(headings());
        view! {
            <section><h2>"By day"</h2><Table headings=by_day rows=days class="list" scroll="Requests by day" /></section>
            <section><h2>"By route, last 30 days"</h2><Table headings=by_route rows=routes class="list" scroll="Requests by route" /></section>
        }
        .into_any()
    };
    Ok(ServerPage::page(
        "Operations",
        view! {
            <PageHeading title="Operations">
                <p>"Requests of all processes on this store. Latencies are estimated from counts by bin: the figure lies within the bin of its percentile. The same and more for Prometheus: "<code>"/metrics"</code>"."</p>
            </PageHeading>
            {tables}
            <section><h2>"Prediction log of this process"</h2>{state}</section>
        },
    ))
}

fn headings() -> Vec<Heading> {
    vec![
        Heading::number("Requests"),
        Heading::number("Median"),
        Heading::number("95%"),
        Heading::number("99%"),
        Heading::number("Refused (4xx)"),
        Heading::number("Failed (5xx)"),
    ]
}

fn figures(own: &RequestSummary) -> Vec<Cell> {
    let count = |number: u64| format::count(u32::try_from(number).unwrap_or(u32::MAX));
    let share = |number: u64| {
        let share = number as f64 / own.requests.max(1) as f64;
        Cell::with_aside(count(number), format!("{:.2}%", 100.0 * share)).numeric()
    };
    let mut cells = vec![Cell::number(count(own.requests))];
    cells.extend(own.latency.map(|seconds| {
        Cell::number(seconds.map_or_else(
            || "over 10 s".to_owned(),
            |seconds| format!("{:.1} ms", 1e3 * seconds),
        ))
    }));
    cells.extend([share(own.refused), share(own.failed)]);
    cells
}

fn state(state: &LogState) -> AnyView {
    let number = |count: u64| Cell::text(count.to_string());
    let facts = vec![
        ("Entries written".to_owned(), number(state.written)),
        ("Entries in the database".to_owned(), number(state.moved)),
        (
            "Waiting to be written".to_owned(),
            number(state.queue as u64),
        ),
        (
            "Waiting for the database".to_owned(),
            Cell::text(format!("{} bytes", state.waiting_bytes)),
        ),
        ("Requests refused".to_owned(), number(state.refused)),
        (
            "Answered without an entry".to_owned(),
            number(state.dropped),
        ),
        ("Damaged lines".to_owned(), number(state.damaged)),
    ];
    view! { <Facts facts class="facts" /> }.into_any()
}
