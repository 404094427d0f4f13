//! One entry: what was answered, on which values, and the same explained again.

use domain::{PredictionId, Route, UseCaseId, format};
use leptos::prelude::*;
use workflow::prediction_log::{Again, Answer, Input, PredictionView};

use crate::error::{Kind, PageError};
use crate::query::Query;
use crate::scoring::purpose::{self, WHY};
use app::components::heading::PageHeading;
use app::components::table::{Cell, Facts, Heading, Row, Table};
use app::server_page::ServerPage;

/// Writes the page. `?record=` chooses a record of a batch.
pub async fn write(
    use_case: &str,
    id: &PredictionId,
    query: &Query,
) -> Result<ServerPage, PageError> {
    let (tenure, actor) = crate::context::get()?;
    let analyst = actor.analyst()?;
    let route = Route::Prediction {
        use_case: use_case.into(),
        prediction: id.clone(),
    };
    let why = query.one(WHY);
    let record = query.one("record");
    if let Some(question) = purpose::asked(&tenure, use_case, why, &route, &[("record", record)]) {
        return Ok(question);
    }
    let number = match record {
        "" => None,
        text => Some(text.parse::<usize>().map_err(|_| {
            let message = format!("“{text}” is not a valid record. Use its number, from 1.");
            PageError::new(Kind::BadRequest, message)
        })?),
    };
    let (view, again) = tenure
        .explain_prediction(&analyst, use_case, id, number, why)
        .await?;
    let list = Route::Predictions {
        use_case: use_case.into(),
    }
    .with_query(&[(WHY, why)]);
    let facts = facts(&view, use_case);
    let logged = match &view.record {
        Some((_, line)) => Some((&line.answer, line.input.as_ref())),
        None => view
            .entry
            .answer
            .as_ref()
            .map(|answer| (answer, view.entry.input.as_ref())),
    };
    let answer_part = logged.map(|(answer, _)| answer_view(answer));
    let input_part = logged.and_then(|(_, input)| input).map(input_view);
    let chooser = view.record.as_ref().map(|(number, _)| {
        let (value, most) = (number.to_string(), view.entry.records.to_string());
        view! {
            <form method="get" action=route.path() class="filters">
                <input type="hidden" name=WHY value=why.to_owned() />
                <div class="field"><label for="record">{format!("Record, 1 to {most}")}</label><input id="record" name="record" type="number" min="1" max=most value=value /></div>
                <button class="button">"Show"</button>
            </form>
        }
    });
    let again = again_view(&again);
    let text = view.text.clone();
    Ok(ServerPage::page(
        "Prediction",
        view! {
            <nav class="crumbs" aria-label="Breadcrumb"><a href=list>"Prediction log"</a></nav>
            <PageHeading title="Logged prediction"><p>"As it was answered, and explained again by the same version."</p></PageHeading>
            {facts}
            {chooser}
            {again}
            <section><h2>"Answer"</h2>{answer_part}</section>
            <section><h2>"Values"</h2>{input_part}</section>
            <details><summary>"Entry as stored"</summary><pre class="scroll" tabindex="0"><code>{text}</code></pre></details>
        },
    ))
}

fn facts(view: &PredictionView, use_case: &str) -> AnyView {
    let entry = &view.entry;
    let version = Route::Model {
        use_case: UseCaseId::from(use_case),
        version: entry.version,
    };
    let (href, text) = (version.path(), format!("Version {}", entry.version));
    let mut facts = vec![
        ("When".to_owned(), Cell::text(entry.at.long())),
        ("Kind".to_owned(), Cell::text(entry.kind.label().to_owned())),
        (
            "Model".to_owned(),
            Cell::view(view! { <a href=href>{text}</a> }),
        ),
        ("Caller".to_owned(), Cell::text(entry.caller.to_string())),
        (
            "Purpose".to_owned(),
            Cell::text(
                entry
                    .purpose
                    .clone()
                    .unwrap_or_else(|| "Not named".to_owned()),
            ),
        ),
        (
            "Latency".to_owned(),
            Cell::text(format!("{:.2} ms", entry.latency_us as f64 / 1e3)),
        ),
        (
            "Kept for".to_owned(),
            Cell::text(entry.retention.label().to_owned()),
        ),
        (
            "Record describes".to_owned(),
            Cell::text(entry.as_of.long()),
        ),
    ];
    if let Some(subject) = &entry.subject {
        facts.insert(1, ("Pseudonym".to_owned(), Cell::text(subject.clone())));
    }
    view! { <Facts facts class="facts" /> }.into_any()
}

fn again_view(again: &Again) -> AnyView {
    match again {
        Again::Same { note, .. } => {
            let note = note.clone().map(|note| format!(" {note}"));
            view! { <p class="note" role="status">"Explained again: the same numbers, bit for bit."{note}</p> }.into_any()
        }
        Again::Different { answer } => {
            let made = answer_view(answer);
            view! { <div class="note warn" role="alert"><p>"Explained again: other numbers. This program computes otherwise than the one that answered."</p>{made}</div> }.into_any()
        }
        Again::NotPossible { why } => {
            let why = why.clone();
            view! { <p class="note warn">"It cannot be explained again. "{why}</p> }.into_any()
        }
    }
}

fn answer_view(answer: &Answer) -> AnyView {
    let decision = if answer.decision {
        "At or above the cutoff"
    } else {
        "Below the cutoff"
    };
    let range = answer
        .interval
        .map(format::percent_range)
        .unwrap_or_else(|| "Not stated".to_owned());
    let facts = vec![
        (
            "Probability".to_owned(),
            Cell::text(format!(
                "{} ({})",
                format::percent(answer.probability),
                answer.probability
            )),
        ),
        ("Calibration range".to_owned(), Cell::text(range)),
        ("Band".to_owned(), Cell::text(answer.band.clone())),
        ("Decision".to_owned(), Cell::text(decision.to_owned())),
        (
            "Basis".to_owned(),
            Cell::text(match answer.basis {
                domain::ScoreBasis::OutOfFold => {
                    "In the training data; scored by a model that has not learned from them"
                        .to_owned()
                }
                domain::ScoreBasis::Final => "Not in the training data".to_owned(),
                domain::ScoreBasis::InSample => {
                    "By an imported model, which may have learned from them".to_owned()
                }
                domain::ScoreBasis::Unknown => "Not known whether in the training data".to_owned(),
            }),
        ),
    ];
    let rows: Vec<Row> = answer
        .reasons
        .iter()
        .map(|reason| {
            Row::new(vec![
                Cell::text(reason.label.clone()),
                Cell::text(reason.value.clone()),
                Cell::number(format!("{:+.1}", reason.points)),
            ])
        })
        .collect();
    let headings = vec![
        Heading::text("Reason"),
        Heading::text("Value"),
        Heading::number("Percentage points"),
    ];
    let table = (!rows.is_empty()).then(|| view! { <Table headings rows scroll="Reasons" /> });
    view! { <Facts facts class="facts" />{table} }.into_any()
}

fn input_view(input: &Input) -> AnyView {
    match input {
        Input::Hashed(hash) => {
            let hash = hash.clone();
            view! { <p>"Keyed hash of the values: "<code>{hash}</code></p> }.into_any()
        }
        Input::Full(values) => {
            let rows = values
                .iter()
                .map(|(field, value)| {
                    let value = if value.is_empty() {
                        "not given".to_owned()
                    } else {
                        value.clone()
                    };
                    Row::new(vec![Cell::text(field.clone()), Cell::text(value)])
                })
                .collect();
            let headings = vec![Heading::text("Field"), Heading::text("Value as sent")];
            view! { <Table headings rows scroll="Values" /> }.into_any()
        }
    }
}
