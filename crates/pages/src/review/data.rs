//! The training data: its profile, and its drift from the baseline of the live version.

use domain::Route;
use leptos::prelude::*;
use stats::outliers::OUTLIER_DEVIATIONS;
use workflow::{DriftReport, ReviewPage};

use crate::monitoring::labels;
use app::components::badge::{StateBadge, Tone};
use app::components::table::{Cell, Heading, Row, Table, TextList};
use domain::format;

/// The section. `label` gives the label of a column.
pub fn section(page: &ReviewPage, label: &dyn Fn(&str) -> String) -> AnyView {
    let profile = match &page.profile {
        Some(profile) => self::profile(profile, data_page(page)),
        None => view! { <p class="aside">"No data profile was saved for this run."</p> }.into_any(),
    };
    let drift = match &page.package.drift {
        Some(drift) => self::drift(drift, label),
        None => view! { <p class="aside">{page.package.no_drift.clone()}</p> }.into_any(),
    };
    view! {
        <section id="data">
            <h2>"Training data"</h2>
            {profile}
            <h3>"Drift from the baseline of the live version"</h3>
            {drift}
        </section>
    }
    .into_any()
}

/// The page with the full profile of the training data.
pub fn data_page(page: &ReviewPage) -> String {
    Route::Dataset {
        use_case: (&page.version.use_case).into(),
        dataset: (&page.version.dataset_id).into(),
    }
    .path()
}

fn profile(profile: &workflow::DataProfile, data_page: String) -> AnyView {
    let gates = profile.gates.iter().map(|gate| {
        let (tone, word) = match gate.passed {
            Some(true) => (Tone::Good, "Within limit"),
            Some(false) => (Tone::Bad, "Outside limit"),
            None => (Tone::Watch, "Could not compute"),
        };
        view! { <li><StateBadge tone word />" "{gate.sentence.clone()}</li> }.into_any()
    });
    let gates = gates.collect::<Vec<_>>();
    let number = |value: f64| format::number(value, if value.abs() < 100.0 { 2 } else { 0 });
    let row = |column: &workflow::ColumnSummary| {
        let numbers = column.numbers.as_ref();
        let range = numbers
            .map(|numbers| {
                numbers
                    .min
                    .zip(numbers.max)
                    .map(|(min, max)| format!("{} to {}", number(min), number(max)))
                    .unwrap_or_default()
            })
            .unwrap_or_else(|| {
                column
                    .bars
                    .levels
                    .iter()
                    .take(3)
                    .cloned()
                    .collect::<Vec<_>>()
                    .join(", ")
            });
        Row::new(vec![
            Cell::text(&column.name),
            Cell::aside(column.kind.plural()),
            Cell::number(share(column.missing_rate)),
            Cell::number(column.distinct.to_string()),
            Cell::aside(range),
            Cell::number(
                numbers
                    .map(|numbers| number(numbers.mean))
                    .unwrap_or_default(),
            ),
            // Without bounds there are no outliers to count: ordered levels have none.
            Cell::number(
                numbers
                    .filter(|numbers| numbers.fences.is_some())
                    .map(|numbers| share(numbers.outlier_rate_z))
                    .unwrap_or_default(),
            ),
        ])
    };
    let rows: Vec<Row> = profile.columns.iter().map(row).collect();
    let headings = vec![
        Heading::text("Column"),
        Heading::text("Type"),
        Heading::number("Missing"),
        Heading::number("Distinct values"),
        Heading::text("Range or categories"),
        Heading::number("Mean"),
        Heading::number("Outliers"),
    ];
    let pair = |pair: &workflow::Correlation| {
        let name = |index: usize| {
            profile
                .correlations
                .names
                .get(index)
                .cloned()
                .unwrap_or_default()
        };
        Row::new(vec![
            Cell::text(name(pair.first)),
            Cell::text(name(pair.second)),
            Cell::aside(pair.measure.label()),
            Cell::number(format::number(pair.value, 2)),
        ])
    };
    let pairs: Vec<Row> = profile
        .correlations
        .strongest
        .iter()
        .take(10)
        .map(pair)
        .collect();
    let pair_headings = vec![
        Heading::text("Column"),
        Heading::text("Correlated with"),
        Heading::text("Measure"),
        Heading::number("Strength"),
    ];
    let warnings: Vec<String> = profile
        .warnings
        .iter()
        .map(|warning| warning.sentence.clone())
        .collect();
    let warnings = (!warnings.is_empty()).then(|| {
        let summary = format!("Data warnings ({})", format::count(warnings.len() as u32));
        view! { <details><summary>{summary}</summary><TextList texts=warnings /></details> }
    });
    let summary = format!(
        "All columns ({})",
        format::count(profile.columns.len() as u32)
    );
    view! {
        <ul class="verdicts">{gates}</ul>
        <p class="aside">"Reference limits, applied to the worst column, for information only. The gates of the policy are computed over all columns. Outliers are more than "{OUTLIER_DEVIATIONS}" standard deviations from the mean."</p>
        <p><a href=data_page>"Distributions of all columns"</a></p>
        <details><summary>{summary}</summary><Table headings rows class="list" scroll="Columns of the training data" /></details>
        <details><summary>"Strongest correlations"</summary><Table headings=pair_headings rows=pairs class="list" scroll="Correlations" /></details>
        {warnings}
    }
    .into_any()
}

/// A share with one decimal, because missing rates are often small.
fn share(value: f64) -> String {
    if value == 0.0 {
        "0%".to_owned()
    } else {
        format!("{}%", format::number(value * 100.0, 1))
    }
}

fn drift(report: &DriftReport, label: &dyn Fn(&str) -> String) -> AnyView {
    let mut columns: Vec<_> = report.columns.iter().collect();
    columns.sort_by(|a, b| {
        b.effect_size
            .unwrap_or(0.0)
            .total_cmp(&a.effect_size.unwrap_or(0.0))
    });
    let row = |column: &&workflow::ColumnReport| {
        let p = column
            .deciding_test()
            .and_then(|test| test.p_adjusted.or(test.p_value));
        Row::new(vec![
            Cell::text(label(&column.name)),
            Cell::view(labels::verdict(column.verdict)),
            Cell::number(
                column
                    .effect_size
                    .map(|size| format::number(size, 3))
                    .unwrap_or_default(),
            ),
            Cell::number(labels::p_value(p)),
            Cell::aside(column.why.map(|why| why.to_string()).unwrap_or_default()),
        ])
    };
    let rows: Vec<Row> = columns.iter().map(row).collect();
    let headings = vec![
        Heading::text("Column"),
        Heading::text("Verdict"),
        Heading::number("Effect size"),
        Heading::number("Adjusted p"),
        Heading::text("Note"),
    ];
    view! {
        <p>{report.summary_with(label)}</p>
        <details><summary>"All columns"</summary><Table headings rows class="list" scroll="Drift of the training data" /></details>
    }
    .into_any()
}
