//! One person: the score with its uncertainty and drivers, the score history, the access history
//! and the data.

use domain::{ChangeBasis, Reason, Route};
use leptos::prelude::*;
use model::use_case::Terminology;
use workflow::scoring::{AccessEntry, FieldValue};

use crate::components::chart::{Chart, ChartFigure};
use crate::error::PageError;
use crate::glossary;
use crate::query::Query;
use crate::scoring::purpose::{self, WHY};
use app::components::badge::RiskBadge;
use app::components::gauge::Gauge;
use app::components::heading::PageHeading;
use app::components::table::{Cell, Heading, Row, Table, TextList};
use app::components::waterfall::{self, Waterfall};
use app::server_page::ServerPage;
use domain::format;

/// Writes the page.
pub async fn write(use_case: &str, id: &str, query: &Query) -> Result<ServerPage, PageError> {
    let (tenure, actor) = crate::context::get()?;
    let (analyst, why) = (actor.analyst()?, query.one(WHY).to_owned());
    let page = Route::Person {
        use_case: use_case.into(),
        person: id.into(),
    };
    if let Some(question) = purpose::asked(&tenure, use_case, &why, &page, &[]) {
        return Ok(question);
    }
    let words = tenure.status(&actor.member()?, Some(use_case)).await?.words;
    let person = tenure.person(&analyst, use_case, id, &why).await?;
    let history = crate::charts::timeline::past_scores(&person.history);
    let title = format!("{} {}", format::capitalized(&words.one), person.id);
    Ok(ServerPage::page(
        title,
        view! { <Person person words history use_case=use_case.to_owned() why /> },
    ))
}

#[component]
fn Person(
    person: workflow::scoring::PersonPage,
    words: Terminology,
    history: Option<Chart>,
    use_case: String,
    why: String,
) -> AnyView {
    let change = change_note(&person);
    let warnings = (!person.warnings.is_empty()).then(|| {
        view! { <div class="note warn"><h2>"Interpret this score with caution"</h2><TextList texts=person.warnings /></div> }
    });
    let interval = person.interval.map(|interval| {
        let range = format!(
            "Calibration range for similar scores: {}",
            format::percent_range(interval)
        );
        let meaning = model::sentence::calibration_range(person.probability, interval, &words);
        view! { <p><b>{range}</b></p><p class="aside">{meaning}</p> }
    });
    let others = other_factors(&person.reasons);
    let (base, probability, reasons) = (person.base, person.probability, person.reasons);
    let waterfall = view! { <Waterfall base probability reasons /> };
    let dashboard = Route::Dashboard {
        use_case: (&use_case).into(),
    };
    let what_if = Route::WhatIf {
        use_case: (&use_case).into(),
    }
    .with_query(&[("person", person.id.as_str()), (WHY, &why)]);
    view! {
        <nav class="crumbs" aria-label="Breadcrumb"><a href=dashboard.path()>"Dashboard"</a></nav>
        <PageHeading title=format!("{} {}", format::capitalized(&words.one), person.id)>
            <a class="button" href=what_if>"Explore changes"</a>
        </PageHeading>
        {glossary::see(&["calibration-range", "shap", "base-value", "counterfactual"])}
        {warnings}
        <div class="columns person">
            <section class="score">
                <h2>{format!("Risk of {} ", words.gerund())}<span class="aside">{person.horizon}</span></h2>
                <p class="number">{format::percent(person.probability)}</p>
                <p><RiskBadge band=person.band.clone() probability=person.probability /></p>
                <Gauge probability=person.probability interval=person.interval base=person.base />
                {change.map(|text| view! { <p id="change">{text}</p> })}
                {interval}
                <p class="sentence">{person.sentence}</p>
                <p class="aside">{super::basis_note(person.basis, &words)}</p>
                <p class="aside">{format!(
                    "Scored by model version {}. The score reflects patterns in past data, not causes, and is not advice about an individual.",
                    person.version,
                )}</p>
            </section>
            <section class="why">
                <h2>"Drivers of this score"</h2>
                <p class="aside">"Contribution of each factor, in percentage points, from the base value to this score. Base value: the model's average output over the training data, averaged in log-odds and shown as a probability. It is not the share who left, and not the score of a typical profile."</p>
                {waterfall}
                {others}
            </section>
        </div>
        {history.map(|chart| view! { <section><h2>"Score history"</h2><ChartFigure chart /></section> })}
        {access_history_section(person.access_history)}
        <section class="fields">
            <h2>{format!("{} data", format::capitalized(&words.one))}</h2>
            <div class="field-groups">{groups(person.fields)}</div>
        </section>
    }.into_any()
}

/// The change since the previous cycle, or why there is none; `None` in the first cycle.
fn change_note(person: &workflow::scoring::PersonPage) -> Option<String> {
    let (day, version) = person.compared_with?;
    let day = day.long();
    Some(match person.change.basis {
        ChangeBasis::SameModel => format!(
            "Change since {day}: {} percentage points.",
            format::points(person.change.points.unwrap_or_default())
        ),
        ChangeBasis::OtherVersion => format!(
            "Change since {day}: not shown. Another model version ({version}) scored then, and the difference between two models is not a change of the person."
        ),
        ChangeBasis::OtherModel => format!(
            "Change since {day}: not shown. Another model of this version scored then, because the values by which the person is recognized have changed."
        ),
        ChangeBasis::NotScored => format!("Not scored on {day}."),
    })
}

/// The factors that the chart sums in one row.
fn other_factors(reasons: &[Reason]) -> AnyView {
    let ordered = waterfall::ordered(reasons);
    let rest = ordered.get(waterfall::SHOWN..).unwrap_or_default();
    if rest.is_empty() {
        return ().into_any();
    }
    let row = |reason: &&Reason| {
        Row::new(vec![
            Cell::with_aside(&reason.label, &reason.value),
            Cell::number(format::points(reason.points)),
        ])
    };
    let rows = rest.iter().map(row).collect();
    let headings = vec![Heading::text("Factor"), Heading::number("Points")];
    let summary = if rest.len() == 1 {
        "1 other factor".to_owned()
    } else {
        format!("{} other factors", rest.len())
    };
    view! { <details class="other-factors"><summary>{summary}</summary><Table headings rows class="list" scroll="Other factors" /></details> }.into_any()
}

/// Earlier visits to this page.
fn access_history_section(access_history: Vec<AccessEntry>) -> AnyView {
    if access_history.is_empty() {
        return view! { <section><h2>"Access history (before this visit)"</h2><p class="aside">"No earlier visits. Every visit to this page is recorded in the audit log."</p></section> }.into_any();
    }
    let row = |access: AccessEntry| {
        let (times, purpose) = (
            format::count(access.times),
            if access.purpose.is_empty() {
                "–".to_owned()
            } else {
                access.purpose
            },
        );
        Row::new(vec![
            Cell::text(access.name),
            Cell::number(times),
            Cell::brief(access.last.long()),
            Cell::text(purpose),
        ])
    };
    let rows = access_history.into_iter().map(row).collect();
    let headings = vec![
        Heading::text("User"),
        Heading::number("Visits"),
        Heading::text("Last visit"),
        Heading::text("Reason given"),
    ];
    view! {
        <section>
            <h2>"Access history (before this visit)"</h2>
            <p class="aside">"From the audit log."</p>
            <Table headings rows class="list" scroll="Access history" />
        </section>
    }
    .into_any()
}

/// The fields under their headings, in the order of the use case.
fn groups(fields: Vec<FieldValue>) -> Vec<AnyView> {
    let mut groups: Vec<(String, Vec<FieldValue>)> = Vec::new();
    for field in fields {
        match groups.iter_mut().find(|(name, _)| *name == field.group) {
            Some((_, members)) => members.push(field),
            None => groups.push((field.group.clone(), vec![field])),
        }
    }
    let group = |(name, fields): (String, Vec<FieldValue>)| {
        let caption = if name.is_empty() {
            "Other".to_owned()
        } else {
            name
        };
        let headings = vec![
            Heading::text("Field"),
            Heading::text("Value"),
            Heading::number("Points"),
        ];
        let rows = fields.into_iter().map(field).collect();
        view! { <Table headings rows caption /> }.into_any()
    };
    groups.into_iter().map(group).collect()
}

fn field(field: FieldValue) -> Row {
    let value = if field.value.is_empty() {
        Cell::aside("missing")
    } else {
        Cell::text(field.value)
    };
    let points = field.points.map_or_else(
        || Cell::aside("not used"),
        |points| Cell::text(format::points(points)),
    );
    Row::new(vec![Cell::text(field.label), value, points.numeric()])
}
