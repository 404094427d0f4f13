//! The bias audit table of New York City Local Law 144.

use leptos::prelude::*;
use stats::local_law_144::CategoryRow;
use workflow::fairness::{AttributeReport, FairnessReport};

use app::components::figure::Scale;
use app::components::table::{Cell, Heading, Row, Table};
use domain::format;

/// The tables for all attributes and, with `crossed`, for all intersections.
pub fn tables(page: &FairnessReport, crossed: bool) -> AnyView {
    let all = || page.attributes.iter().chain(&page.intersections);
    let shown = if crossed {
        page.intersections.as_slice()
    } else {
        &[]
    };
    let tables = page
        .attributes
        .iter()
        .chain(shown)
        .map(table)
        .collect::<Vec<_>>();
    let median = page
        .attributes
        .first()
        .map(|own| format::percent(own.local_law_144.median))
        .unwrap_or_default();
    let has = |words: &[&str]| {
        let names = all()
            .map(|own| format!("{} {}", own.name, own.label).to_lowercase())
            .collect::<Vec<_>>();
        names
            .iter()
            .any(|name| words.iter().any(|word| name.contains(word)))
    };
    let lacks: Vec<&str> = [
        ("sex", &["gender", "sex"][..]),
        ("race or ethnicity", &["race", "ethnic"][..]),
    ]
    .into_iter()
    .filter(|(_, words)| !has(words))
    .map(|(name, _)| name)
    .collect();
    let lacking = (!lacks.is_empty()).then(|| {
        view! { <p class="note warn">{format!("The law requires data on {}, which this dataset does not contain. These tables are not the audit that the law prescribes.", lacks.join(" and "))}</p> }
    });
    view! {
        <section>
            <h2>"Bias audit table (New York City Local Law 144)"</h2>
            <p class="aside">
                {format!(
                    "Selection rate: share at or above the cutoff. Scoring rate: share above the overall median score ({median}). Impact ratio: rate ÷ the highest rate. \
                     Categories with under 2% of people are excluded from impact ratios. The law covers hiring and promotion; the table is shown as a familiar format."
                )}
            </p>
            {lacking}
            {tables}
        </section>
    }
    .into_any()
}

fn table(own: &AttributeReport) -> AnyView {
    let row = |row: &&CategoryRow| {
        let figure = |figure: &domain::Estimate, scale| Cell::figure(Some(figure.clone()), scale);
        if row.n.is_none() {
            let why = row.selection_rate.why.clone().unwrap_or_default();
            return Row::new(vec![
                Cell::text(&row.category),
                Cell::aside("–").numeric(),
                Cell::aside(why),
                Cell::text(""),
                Cell::text(""),
                Cell::text(""),
            ]);
        }
        Row::new(vec![
            Cell::text(&row.category),
            Cell::number(row.n.map(format::count).unwrap_or_default()),
            figure(&row.scoring_rate, Scale::Percent),
            figure(&row.scoring_impact_ratio, Scale::Metric),
            figure(&row.selection_rate, Scale::Percent),
            figure(&row.selection_impact_ratio, Scale::Metric),
        ])
    };
    let mut categories: Vec<&CategoryRow> = own.local_law_144.categories.iter().collect();
    categories.sort_by_key(|row| (row.n.is_none(), own.place(&row.category)));
    let rows: Vec<Row> = categories.iter().map(row).collect();
    let headings = vec![
        Heading::text("Category"),
        Heading::number("n"),
        Heading::number("Scoring rate"),
        Heading::number("Scoring impact ratio"),
        Heading::number("Selection rate"),
        Heading::number("Selection impact ratio"),
    ];
    let unknown = match own.local_law_144.unknown {
        0 => "No missing values.".to_owned(),
        1 => "1 person with a missing value is excluded.".to_owned(),
        count => format!(
            "{} people with a missing value are excluded.",
            format::count(count)
        ),
    };
    let excluded = own
        .local_law_144
        .categories
        .iter()
        .filter(|row| row.excluded)
        .count();
    let excluded = if excluded > 0 {
        format!(" Categories under 2%: {excluded}.")
    } else {
        String::new()
    };
    let name = format!("Local Law 144: {}", own.label.to_lowercase());
    view! {
        <details class="report-crossed" open=!own.name.contains('×')>
            <summary><h3>{own.label.clone()}</h3></summary>
            <Table headings rows class="list" scroll=name />
            <p class="aside">{unknown}{excluded}</p>
        </details>
    }
    .into_any()
}
