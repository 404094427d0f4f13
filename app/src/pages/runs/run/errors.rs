//! Where a model errs most, and what is to be said about the data that it learned from.

use leptos::prelude::*;
use model::use_case::Words;
use workflow::runs::{CohortRow, ProxyRow, RunEvidence};

use super::capital;
use crate::boxed::Erase;
use crate::components::figure::{FigureValue, Scale};
use crate::components::table::{Cell, Facts, Heading, Row, Table, TextList};
use crate::format;

/// The part.
pub fn view(evidence: RunEvidence, words: &Words) -> AnyView {
    let cohorts = cohorts(evidence.cohorts, evidence.overall_error, words);
    let leaks = if evidence.leaks.is_empty() {
        view! { <p>"None was found: no field says the same as the outcome or all but tells it, nobody stands on both sides of the split, and the model is not too good to be true."</p> }.erase()
    } else {
        view! { <TextList texts=evidence.leaks /> }.erase()
    };
    let share = |figure| Cell::view(view! { <FigureValue figure scale=Scale::Percent with_n=true /> });
    let correlation = evidence.correlation;
    let between = evidence.correlated.map(|[a, b]| format!(" between {a} and {b}")).unwrap_or_default();
    let quality = vec![
        ("Cells without a value".to_owned(), share(evidence.missing)),
        ("Numbers far out (more than 4 standard deviations)".to_owned(), share(evidence.outliers)),
        (format!("Largest correlation of two inputs{between}"), Cell::view(view! { <FigureValue figure=correlation with_n=true /> })),
        (
            "A second fit gives the same model".to_owned(),
            Cell::text(match evidence.reproducible {
                Some(true) => "Yes, to the bit",
                Some(false) => "No",
                None => "Nobody tried",
            }),
        ),
    ];
    let proxies = proxies(evidence.proxies);
    view! {
        {cohorts}
        <section><h2>"Signs of leakage"</h2>{leaks}</section>
        <section><h2>"Quality of the training rows"</h2><Facts facts=quality class="pairs" /></section>
        {proxies}
    }
    .erase()
}

fn cohorts(cohorts: Vec<CohortRow>, overall: domain::Estimate, words: &Words) -> AnyView {
    let Some(worst) = cohorts.first() else {
        return view! { <section><h2>"Where it errs most"</h2><p class="aside">"Too few held-out rows to look for cohorts."</p></section> }
            .erase();
    };
    let title = format!("It errs most where {}", worst.conditions.join(" and "));
    let all = overall.value.map(|value| format!(" Over all of these rows it is {}.", format::number(value, 3))).unwrap_or_default();
    let row = |cohort: CohortRow| {
        let n = cohort.brier.n.map(format::count).unwrap_or_default();
        Row::new(vec![
            Cell::text(cohort.conditions.join(" and ")),
            Cell::number(n),
            Cell::figure(Some(cohort.brier), Scale::Metric),
            Cell::number(format::percent(cohort.mean_probability)),
            Cell::figure(Some(cohort.event_rate), Scale::Percent),
        ])
    };
    let rows = cohorts.into_iter().map(row).collect();
    let headings = vec![
        Heading::text("Cohort"),
        Heading::number(capital(words, |words| &words.many)),
        Heading::number("Brier score"),
        Heading::number("Said on average"),
        Heading::number(format!("{} in fact", capital(words, |words| &words.event_many))),
    ];
    view! {
        <section>
            <h2>{title}</h2>
            <p class="aside">{format!("Cohorts are found by a shallow tree over the errors of half of the held-out rows and measured on the other half, worst first. The Brier score is the mean squared distance between probability and outcome.{all}")}</p>
            <Table headings rows class="list wrapping" scroll="Cohorts" />
        </section>
    }
    .erase()
}

fn proxies(proxies: Vec<ProxyRow>) -> AnyView {
    if proxies.is_empty() {
        return view! { <section><h2>"What the inputs give away"</h2><p class="aside">"The use case audits no attribute, or its groups are too small to ask."</p></section> }.erase();
    }
    let row = |proxy: ProxyRow| {
        Row::new(vec![
            Cell::with_aside(proxy.attribute, proxy.group),
            Cell::figure(Some(proxy.roc_auc), Scale::Metric),
            Cell::text(proxy.through.join(", ")),
        ])
    };
    let rows = proxies.into_iter().map(row).collect();
    let headings = vec![Heading::text("Attribute and group"), Heading::number("ROC AUC"), Heading::text("Mostly through")];
    view! {
        <section>
            <h2>"What the inputs give away about protected attributes"</h2>
            <p class="aside">"How well the inputs together tell who belongs to a group, out of fold: 0.5 is not at all, 1 is always. The attribute itself is not among them."</p>
            <Table headings rows class="list wrapping" scroll="Proxies" />
        </section>
    }
    .erase()
}
