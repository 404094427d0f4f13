//! Segments with the highest error, leakage checks, training data quality and proxies.

use leptos::prelude::*;
use model::use_case::Terminology;
use stats::outliers::OUTLIER_DEVIATIONS;
use workflow::fairness::ProxyRow;
use workflow::runs::{CohortRow, RunEvidence};

use super::labels::capital;
use crate::components::proxies::Proxies;
use app::components::figure::{FigureValue, Scale};
use app::components::table::{Cell, Facts, Heading, Row, Table, TextList};
use domain::format;

/// The part.
pub fn view(evidence: RunEvidence, words: &Terminology) -> AnyView {
    let cohorts = cohorts(evidence.cohorts, evidence.overall_error, words);
    let leaks = if evidence.leaks.is_empty() {
        view! { <p>"No leakage detected: no field duplicates or nearly determines the outcome, no one is in both train and test, and performance is not implausibly high."</p> }.into_any()
    } else {
        view! { <TextList texts=evidence.leaks /> }.into_any()
    };
    let share =
        |figure| Cell::view(view! { <FigureValue figure scale=Scale::Percent with_n=true /> });
    let correlation = evidence.correlation;
    let between = evidence
        .correlated
        .map(|[a, b]| format!(" ({a} and {b})"))
        .unwrap_or_default();
    let quality = vec![
        ("Missing values".to_owned(), share(evidence.missing)),
        (
            format!("Outliers (more than {OUTLIER_DEVIATIONS} standard deviations from the mean)"),
            share(evidence.outliers),
        ),
        (
            format!("Highest correlation of two inputs{between}"),
            Cell::view(view! { <FigureValue figure=correlation with_n=true /> }),
        ),
        (
            "Reproducible on a second fit".to_owned(),
            Cell::text(match evidence.reproducible {
                Some(true) => "Yes, bit-for-bit",
                Some(false) => "No",
                None => "Not tested",
            }),
        ),
    ];
    let proxies = proxies(evidence.proxies);
    view! {
        {cohorts}
        <section><h2>"Leakage checks"</h2>{leaks}</section>
        <section><h2>"Training data quality"</h2><Facts facts=quality class="pairs" /></section>
        {proxies}
    }
    .into_any()
}

fn cohorts(cohorts: Vec<CohortRow>, overall: domain::Estimate, words: &Terminology) -> AnyView {
    let Some(worst) = cohorts.first() else {
        return view! { <section><h2>"Highest error segment"</h2><p class="aside">"Too few hold-out rows to search for segments."</p></section> }
            .into_any();
    };
    let title = format!("Highest error segment: {}", worst.conditions.join(" and "));
    let all = overall
        .value
        .map(|value| format!(" Over all of these rows: {}.", format::number(value, 3)))
        .unwrap_or_default();
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
        Heading::text("Segment"),
        Heading::number(capital(words, |words| &words.many)),
        Heading::number("Brier score"),
        Heading::number("Mean prediction"),
        Heading::number("Observed rate"),
    ];
    view! {
        <section>
            <h2>{title}</h2>
            <p class="aside">{format!("Segments are found by a shallow tree on the errors of one half of the hold-out and measured on the other half, highest error first. The Brier score is the mean squared difference between probability and outcome.{all}")}</p>
            <Table headings rows class="list wrapping" scroll="Segments" />
        </section>
    }
    .into_any()
}

fn proxies(rows: Vec<ProxyRow>) -> AnyView {
    let table = if rows.is_empty() {
        view! { <p class="aside">"The use case audits no attributes, or their groups are too small to analyze."</p> }.into_any()
    } else {
        view! { <Proxies rows /> }.into_any()
    };
    view! { <section><h2>"Proxy analysis"</h2>{table}</section> }.into_any()
}
