//! Lineage, scoring history and model card of the version.

use domain::{Date, Route, Timestamp};
use leptos::prelude::*;
use workflow::ReviewPage;

use super::data::data_page;
use app::components::table::{Cell, Facts, Heading, Row, Table};
use domain::format;

/// The section.
pub fn section(page: &ReviewPage) -> AnyView {
    let fact = |(name, value): &(String, String)| {
        let cell = match name.as_str() {
            "Run" => Cell::link(Route::Run { run: value.into() }.path(), value),
            "Data" => Cell::link(data_page(page), value),
            // RFC 3339 in the evidence.
            "Trained" => Cell::text(
                value
                    .parse()
                    .map_or_else(|_| value.clone(), |at: Timestamp| at.long()),
            ),
            _ => Cell::code(value.clone()),
        };
        (name.clone(), cell)
    };
    let mut facts: Vec<(String, Cell)> = page.package.lineage.iter().map(fact).collect();
    let names = page.aliases.join(", ");
    facts.extend((!names.is_empty()).then(|| ("Aliases".to_owned(), Cell::text(names))));
    facts.extend(
        page.tags
            .iter()
            .map(|(name, value)| (name.clone(), Cell::text(value))),
    );
    let sources = &page.package.sources;
    let description = if sources.description.is_empty() {
        "No description.".to_owned()
    } else {
        sources.description.clone()
    };
    let scored = scored(page);
    let hash =
        page.evidence_hash.as_ref().map(|hash| view! { <p class="aside">"Evidence hash (SHA-256): "<code>{hash.clone()}</code></p> });
    view! {
        <section id="lineage">
            <h2>"Lineage and model card"</h2>
            <p>{description}</p>
            <Facts facts class="facts lineage" />
            {scored}
            <details>
                <summary>"Model card (part of the evidence)"</summary>
                <pre class="card-text">{page.package.card.clone()}</pre>
            </details>
            {hash}
        </section>
    }
    .into_any()
}

/// The scoring history of the version.
fn scored(page: &ReviewPage) -> AnyView {
    if page.batches.is_empty() {
        return view! { <p class="aside">"No scores yet."</p> }.into_any();
    }
    let row = |(as_of, people, at): &(Date, i64, Timestamp)| {
        Row::new(vec![
            Cell::brief(as_of.long()),
            Cell::number(format::count(*people as u32)),
            Cell::brief(at.long()),
        ])
    };
    let rows: Vec<Row> = page.batches.iter().map(row).collect();
    let headings = vec![
        Heading::text("Snapshot date"),
        Heading::number("Records scored"),
        Heading::text("Scored at"),
    ];
    view! { <h3>"Scoring history"</h3><Table headings rows class="list" scroll="Scoring history" /> }.into_any()
}
