//! The smallest changes that reach a lower band, and saved scenarios side by side.

use leptos::ev::MouseEvent;
use leptos::prelude::*;
use model::Record;
use model::counterfactual::{Change, Counterfactual, Counterfactuals};

use super::scenario::Scenario;
use crate::boxed::{Handler, IntoBoxed, live};
use crate::components::table::{Cell, Heading, Row, Table};
use crate::format;

/// Scenarios that can be saved.
const KEPT: usize = 3;

/// Values, probability and interval of a scenario.
type Kept = (Record, f64, Option<[f64; 2]>);

#[component]
pub fn Scenarios(scenario: Scenario) -> AnyView {
    let kept = RwSignal::new(Vec::<Kept>::new());
    let changes = move || {
        scenario
            .changes
            .get()
            .map_or_else(|| ().boxed(), |changes| smallest(scenario, changes))
    };
    let keep: Handler<MouseEvent> = Box::new(move |_| {
        let risk = scenario.judged.with(|judged| {
            judged
                .as_ref()
                .ok()
                .map(|judged| (judged.probability, judged.interval))
        });
        if let Some((probability, interval)) = risk {
            kept.update(|kept| kept.push((scenario.values.get_untracked(), probability, interval)));
        }
    });
    let full = Signal::derive(move || kept.with(|kept| kept.len() >= KEPT));
    let table = move || {
        if kept.with(Vec::is_empty) {
            ().boxed()
        } else {
            compared(scenario, kept)
        }
    };
    let address = Signal::derive(move || scenario.address());
    let file = Signal::derive(move || download(scenario));
    view! {
        <section class="smallest">{live(changes)}</section>
        <section class="scenarios">
            <h2>"Scenarios"</h2>
            <p class="actions">
                <a class="button quiet" href=address>"Link to this scenario"</a>
                <a class="button quiet" href=file download="scenario.csv" rel="external">"Download CSV"</a>
                <button type="button" class="button needs-script" on:click=keep disabled=full>"Save scenario"</button>
            </p>
            {live(table)}
        </section>
    }
    .boxed()
}

/// The results of the search, each with a button that applies it.
fn smallest(scenario: Scenario, found: Counterfactuals) -> AnyView {
    let mut sentence = found.sentence();
    // A lower goal than at the start is announced, not put in its place silently.
    if let Some(goal) = scenario.goal.filter(|goal| *goal > found.target) {
        sentence = format!(
            "The first goal, below {}, is reached; this is the next one. {sentence}",
            format::percent(goal)
        );
    }
    let row = |answer: Counterfactual| {
        let change = |change: &Change| {
            format!(
                "{}: {} → {}",
                change.label, change.from_text, change.to_text
            )
        };
        let text = answer
            .changes
            .iter()
            .map(change)
            .collect::<Vec<_>>()
            .join(", ");
        let changes = answer.changes;
        let try_it: Handler<MouseEvent> = Box::new(move |_| {
            scenario.values.update(|values| {
                for change in &changes {
                    values.insert(change.field.clone(), change.to.clone());
                }
            });
            // Not the result itself: it is sticky, and the browser takes it to be in view.
            if let Some(main) = document().get_element_by_id("main") {
                main.scroll_into_view();
            }
        });
        Row::new(vec![
            Cell::text(text),
            Cell::number(format::percent(answer.probability)),
            Cell::view(
                view! { <button type="button" class="button quiet needs-script" on:click=try_it>"Apply"</button> },
            ),
        ])
    };
    let rows: Vec<Row> = found.answers.into_iter().map(row).collect();
    let headings = vec![
        Heading::text("Change"),
        Heading::number("Resulting risk"),
        Heading::hidden("Action"),
    ];
    let table = (!rows.is_empty()).then(|| view! { <Table headings rows /> });
    view! {
        <h2>{format!("Smallest changes to bring the risk below {}", format::percent(found.target))}</h2>
        <p>{sentence}</p>
        {table}
        <p class="aside">"Only factors that the organization can change, in the allowed directions and within the training range; exhaustive search over up to three changes in rounded steps."</p>
    }
    .boxed()
}

/// The saved scenarios: changes from the starting point, and the risk.
fn compared(scenario: Scenario, kept: RwSignal<Vec<Kept>>) -> AnyView {
    let row = |(position, (record, probability, interval)): (usize, Kept)| {
        let again = record.clone();
        let back: Handler<MouseEvent> = Box::new(move |_| scenario.values.set(again.clone()));
        let remove: Handler<MouseEvent> = Box::new(move |_| {
            kept.update(|kept| {
                kept.remove(position);
            });
        });
        Row::new(vec![
            Cell::text(format!("Scenario {}", position + 1)),
            Cell::text(differences(scenario, &record)),
            Cell::with_aside(
                format::percent(probability),
                interval.map(format::percent_range).unwrap_or_default(),
            )
            .numeric(),
            Cell::view(view! {
                <button type="button" class="link" on:click=back>"Restore"</button>
                " "
                <button type="button" class="link" on:click=remove>"Remove"</button>
            }),
        ])
    };
    let rows = kept.get().into_iter().enumerate().map(row).collect();
    let headings = vec![
        Heading::text("Scenario"),
        Heading::text("Changes from the starting point"),
        Heading::number("Risk and range"),
        Heading::hidden("Action"),
    ];
    view! { <Table headings rows scroll="Saved scenarios" /> }.boxed()
}

fn differences(scenario: Scenario, record: &Record) -> String {
    let label = |field: &String| {
        scenario.entries.with_value(|entries| {
            entries
                .iter()
                .find(|entry| entry.name == *field)
                .map_or_else(|| field.clone(), |entry| entry.label.clone())
        })
    };
    let parts: Vec<String> = scenario.start.with_value(|start| {
        let changed = record
            .iter()
            .filter(|(field, value)| start.get(*field) != Some(value));
        changed
            .map(|(field, value)| format!("{} {value}", label(field)))
            .collect()
    });
    if parts.is_empty() {
        "none".to_owned()
    } else {
        parts.join(", ")
    }
}

/// The scenario as a CSV in a data address: nothing leaves the page.
fn download(scenario: Scenario) -> String {
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let lines = scenario.rested.with(|values| {
        let line =
            |(field, value): (&String, &String)| format!("{},{}\r\n", quoted(field), quoted(value));
        values.iter().map(line).collect::<String>()
    });
    format!(
        "data:text/csv;charset=utf-8,{}",
        domain::query::encode(&format!("field,value\r\n{lines}"))
    )
}
