//! The model explanation: feature importance, stability and segments with the highest error.

use leptos::prelude::*;
use workflow::EvidencePackage;

use crate::components::chart::{Chart, ChartFigure};
use crate::components::empty::Empty;
use app::components::figure::Scale;
use app::components::table::{Cell, Heading, Row, Table, TextList};
use domain::format;

/// The section, including the change from the live version.
pub fn section(package: &EvidencePackage, charts: Vec<Chart>) -> AnyView {
    let body = if charts.is_empty() {
        view! { <Empty title="No explanation available"><p>"The build that trained this version did not compute model explanations."</p></Empty> }
            .into_any()
    } else {
        let charts = charts
            .into_iter()
            .map(|chart| view! { <ChartFigure chart /> }.into_any())
            .collect::<Vec<_>>();
        view! { <div class="chart-grid wide">{charts}</div> }.into_any()
    };
    view! {
        <section id="explanation">
            <h2>"Model explanation"</h2>
            <p class="aside">"Computed on records not used in training. This describes the model, not what causes anyone to leave or stay."</p>
            {body}
            {importance(package)}
            {stability(package)}
            {errors(package)}
        </section>
    }
    .into_any()
}

/// Importance and rank of the inputs in both versions.
fn importance(package: &EvidencePackage) -> AnyView {
    let Some(change) = &package.importance else {
        return ().into_any();
    };
    let heading = view! { <h3 id="importance">"Change in feature importance"</h3> };
    if !change.not_measured.is_empty() {
        let versions: Vec<String> = change
            .not_measured
            .iter()
            .map(ToString::to_string)
            .collect();
        let why = format!(
            "Could not be computed: no stored explanation of version {}.",
            versions.join(" and version ")
        );
        return view! { {heading}<p class="note">{why}</p> }.into_any();
    }
    let side = |own: Option<workflow::RankedImportance>| match own {
        Some(own) => {
            Cell::with_aside(format::number(own.points, 2), format!("rank {}", own.rank)).numeric()
        }
        None => Cell::aside("not an input").numeric(),
    };
    let row = |own: &workflow::FieldImportance| {
        Row::new(vec![
            Cell::text(&own.label),
            side(own.live),
            side(own.candidate),
            Cell::number(format::signed(own.change, 2)),
        ])
    };
    let rows = change.fields.iter().map(row).collect();
    let headings = vec![
        Heading::text("Field"),
        Heading::number(format!("Version {} (live)", change.live)),
        Heading::number(format!("Version {}", package.sources.version)),
        Heading::number("Change"),
    ];
    view! {
        {heading}
        <p class="aside">"Mean absolute contribution in percentage points, each version on its own hold-out rows; largest change first. Rank 1 is the most important input."</p>
        <Table headings rows class="list" scroll="Feature importance in both versions" />
    }
    .into_any()
}

/// Whether training on other samples gives the same important fields.
fn stability(package: &EvidencePackage) -> AnyView {
    const TOP: usize = 5;
    let Some(stability) = &package.stability else {
        return ().into_any();
    };
    let refits = stability.importances.len() as u32;
    let row = |own: &workflow::FieldRanks| {
        Row::new(vec![
            Cell::text(&own.field),
            Cell::number(format!("{} of {refits}", own.among_top)),
            Cell::number(if own.best == own.worst {
                own.best.to_string()
            } else {
                format!("{} to {}", own.best, own.worst)
            }),
        ])
    };
    let rows: Vec<Row> = stability
        .ranks(TOP)
        .iter()
        .filter(|own| own.among_top > 0)
        .map(row)
        .collect();
    let headings = vec![
        Heading::text("Field"),
        Heading::number(format!("Refits with the field in the top {TOP}")),
        Heading::number("Rank"),
    ];
    let figure = stability.of_top(TOP);
    let sentence = match (figure.value, figure.interval) {
        (Some(value), Some([low, high])) => {
            format!(
                "Stability: {} ({} to {}). 1 = always the same, 0 = chance.",
                format::number(value, 2),
                format::number(low, 2),
                format::number(high, 2)
            )
        }
        _ => figure.why.unwrap_or_default(),
    };
    let how = format!(
        "The selected parameters were refitted on {refits} other samples of the training data, and the fields ranked on {} records that none of \
         these fits used (Nogueira, Sechidis and Brown 2018).",
        format::count(stability.rows)
    );
    view! {
        <h3>"Explanation stability"</h3>
        <p>{sentence}</p>
        <p class="aside">{how}</p>
        <Table headings rows class="list" scroll="Ranks of the most important fields" />
    }
    .into_any()
}

/// The segments with the highest error.
fn errors(package: &EvidencePackage) -> AnyView {
    let row = |cohort: &workflow::Cohort| {
        Row::new(vec![
            Cell::text(cohort.conditions.join(" and ")),
            Cell::figure(Some(cohort.brier.clone()), Scale::Metric),
            Cell::figure(Some(cohort.event_rate.clone()), Scale::Percent),
            Cell::number(format::percent(cohort.mean_probability)),
            Cell::aside(cohort.event_rate.n.map(format::count).unwrap_or_default()).numeric(),
        ])
    };
    let rows: Vec<Row> = package.errors.cohorts.iter().map(row).collect();
    let headings = ["Brier score", "Observed rate", "Mean prediction", "n"].map(Heading::number);
    let headings = std::iter::once(Heading::text("Segment"))
        .chain(headings)
        .collect();
    let leaks = (!package.leaks.is_empty()).then(|| {
        let texts = package
            .leaks
            .iter()
            .map(|leak| leak.sentence.clone())
            .collect();
        view! { <div class="note warn"><h3>"Possible leakage"</h3><TextList texts /></div> }
    });
    let table = if rows.is_empty() {
        view! { <p class="aside">"Too few hold-out rows to find segments with higher error."</p> }
            .into_any()
    } else {
        view! { <Table headings rows class="list" scroll="Segments with the highest error" /> }
            .into_any()
    };
    view! { <h3>"Segments with the highest error"</h3>{table}{leaks} }.into_any()
}
