//! The feature catalog of a use case.

use app::components::heading::PageHeading;
use app::components::table::{Cell, Heading, Row, Table};
use app::server_page::ServerPage;
use domain::{DriftVerdict, Route, UseCaseId, format};
use leptos::prelude::*;
use workflow::{FeatureCatalog, FeatureDrift, FeatureRow, FeatureSource, MissingRate};

use super::kind_label;
use crate::components::empty::Empty;
use crate::error::PageError;

pub(crate) async fn write(use_case: &str) -> Result<ServerPage, PageError> {
    let (tenure, actor) = crate::context::get()?;
    let catalog = tenure.feature_catalog(&actor.member()?, use_case).await?;
    let id = UseCaseId::from(use_case);
    let definition = Route::Definition {
        use_case: id.clone(),
    };
    let drift = Route::DriftHistory {
        use_case: id.clone(),
    };
    let over_time = over_time(&catalog, &id);
    let title = format!("Features of {}", catalog.title);
    Ok(ServerPage::page(
        title.clone(),
        view! {
            <nav class="crumbs" aria-label="Breadcrumb"><a href=definition.path()>"Definition"</a></nav>
            <PageHeading title><p>"Every field and derived field, where its values come from, and the model versions that read it. Values are always those known at the snapshot date."</p></PageHeading>
            {features(&catalog, &id)}
            {over_time}
            <p class="actions"><a href=drift.path()>"Drift of each feature over time"</a></p>
        },
    ))
}

fn features(catalog: &FeatureCatalog, use_case: &UseCaseId) -> AnyView {
    let newest = catalog.snapshots.first();
    let missing = newest.map_or_else(
        || "Missing".to_owned(),
        |newest| format!("Missing, {}", newest.as_of.long()),
    );
    let headings = vec![
        Heading::text("Feature"),
        Heading::text("Definition"),
        Heading::text("Source"),
        Heading::text("Kind"),
        Heading::text("Role"),
        Heading::text("Versions"),
        Heading::number(missing),
        Heading::text("Drift"),
    ];
    let row = |feature: &FeatureRow| {
        let kind = feature.kind.map_or("Derived", kind_label);
        let kind = match feature.unit.as_str() {
            "" => Cell::text(kind),
            unit => Cell::with_aside(kind, unit),
        };
        let versions = feature.versions.iter().map(|version| {
            let page = Route::Model {
                use_case: use_case.clone(),
                version: *version,
            };
            view! { <a class="tap" href=page.path()>{version.to_string()}</a>" " }.into_any()
        });
        Row::new(vec![
            Cell::with_aside(&feature.label, &feature.name),
            Cell::text(&feature.definition),
            source(&feature.source),
            kind,
            Cell::text(feature.role.label()),
            Cell::view(versions.collect::<Vec<_>>()),
            rate(feature.missing.first().copied().flatten()),
            drift(feature.drift.as_ref()),
        ])
    };
    let rows = catalog.features.iter().map(row).collect();
    view! { <Table headings rows class="list" scroll="Features" /> }.into_any()
}

fn source(source: &FeatureSource) -> Cell {
    match source {
        FeatureSource::Column { name, aliases } if aliases.is_empty() => {
            Cell::text(format!("Column {name}"))
        }
        FeatureSource::Column { name, aliases } => Cell::with_aside(
            format!("Column {name}"),
            format!("or {}", aliases.join(", ")),
        ),
        FeatureSource::Bins { of, edges, .. } => {
            let edges: Vec<String> = edges.iter().map(ToString::to_string).collect();
            Cell::with_aside(
                format!("Bins of {of}"),
                format!("from {}", edges.join(", ")),
            )
        }
        FeatureSource::Formula { text, .. } => Cell::code(text),
    }
}

fn rate(missing: Option<MissingRate>) -> Cell {
    match missing {
        None => Cell::aside("Not in the data").numeric(),
        Some(missing) => {
            let sign = if missing.at_least { "≥ " } else { "" };
            Cell::number(format!("{sign}{}", format::percent(missing.rate)))
        }
    }
}

fn drift(drift: Option<&FeatureDrift>) -> Cell {
    let Some(drift) = drift else {
        return Cell::aside("Not checked");
    };
    let verdict = match drift.newest {
        DriftVerdict::Drifted => "Drifted",
        DriftVerdict::Stable => "Stable",
        DriftVerdict::TooFewRows => "Too few rows",
        DriftVerdict::CouldNotCompute => "Could not compute",
    };
    let checks = if drift.checks == 1 { "check" } else { "checks" };
    Cell::with_aside(
        format!("{verdict}, {}", drift.as_of.long()),
        format!("drifted in {} of {} {checks}", drift.drifted, drift.checks),
    )
}

/// Missing rates, snapshot by snapshot.
fn over_time(catalog: &FeatureCatalog, use_case: &UseCaseId) -> AnyView {
    if catalog.snapshots.is_empty() {
        return view! { <Empty title="No snapshots yet"><p>"Missing values are shown once data is imported."</p></Empty> }.into_any();
    }
    let mut headings = vec![Heading::text("Feature")];
    headings.extend(catalog.snapshots.iter().map(|snapshot| {
        let page = Route::Dataset {
            use_case: use_case.clone(),
            dataset: snapshot.dataset_id.as_str().into(),
        };
        Heading::number(snapshot.as_of.long()).linked(page.path())
    }));
    let row = |feature: &FeatureRow| {
        let cells = std::iter::once(Cell::text(&feature.label))
            .chain(feature.missing.iter().map(|missing| rate(*missing)));
        Row::new(cells.collect())
    };
    let rows = catalog.features.iter().map(row).collect();
    view! { <section><h2>"Missing values over time"</h2><Table headings rows class="list" scroll="Missing values over time" /></section> }.into_any()
}
