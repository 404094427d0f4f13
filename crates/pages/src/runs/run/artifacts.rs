//! Candidates, settings, environment and files of a run.

use domain::Route;
use leptos::prelude::*;
use workflow::runs::{ArtifactRow, RunPage as Page};

use app::components::figure::Scale;
use app::components::table::{Cell, Facts, Heading, Row, Table};
use domain::format;

/// Prefix of the run settings, as opposed to the selected parameters.
const SETTINGS: &str = "settings.";
/// Prefix of tags about the machine.
const MACHINE: &str = "environment.";

/// The part.
pub fn view(page: &Page, can_register: bool) -> AnyView {
    let has_evidence = page.curves.is_some();
    let children = has_evidence.then(|| super::nested::children(page, can_register));
    let (settings, chosen): (Vec<_>, Vec<_>) = page
        .run
        .parameters
        .iter()
        .cloned()
        .partition(|(name, _)| name.starts_with(SETTINGS));
    let (machine, tags): (Vec<_>, Vec<_>) = page
        .tags
        .iter()
        .cloned()
        .partition(|(name, _)| name.starts_with(MACHINE));
    let parameter = |title: &'static str, pairs: Vec<(String, String)>, prefix: &str| {
        let row = |(name, value): &(String, String)| {
            Row::new(vec![
                Cell::code(name.strip_prefix(prefix).unwrap_or(name)),
                Cell::text(format::parameter_value(name, value)),
            ])
        };
        let rows: Vec<Row> = pairs.iter().map(row).collect();
        (!rows.is_empty()).then(|| {
            let headings = vec![Heading::text("Name"), Heading::text("Value")];
            view! { <section><h2>{title}</h2><Table headings rows class="list wrapping" scroll=title /></section> }
        })
    };
    let chosen = parameter("Parameters", chosen, "");
    let settings = parameter("Settings", settings, SETTINGS);
    let metrics = (!has_evidence && !page.run.metrics.is_empty()).then(|| {
        let row = |(name, figure): &(String, domain::Estimate)| {
            Row::new(vec![Cell::text(format::metric_label(name)), Cell::figure(Some(figure.clone()), Scale::Metric)])
        };
        let rows = page.run.metrics.iter().map(row).collect();
        view! { <section><h2>"Metrics"</h2><Table headings=vec![Heading::text("Metric"), Heading::number("Value")] rows /></section> }
    });
    let mut lineage = Vec::new();
    if !page.code_version.is_empty() {
        lineage.push((
            "Code version".to_owned(),
            Cell::code(page.code_version.clone()),
        ));
    }
    if !page.data_hash.is_empty() {
        lineage.push((
            "Data hash (SHA-256)".to_owned(),
            Cell::code(short(&page.data_hash)),
        ));
    }
    lineage.extend(machine.into_iter().map(|(name, value)| {
        let name = format::capitalized(name.strip_prefix(MACHINE).unwrap_or(&name));
        (name, Cell::text(value))
    }));
    lineage.extend(
        tags.into_iter()
            .map(|(name, value)| (format!("Tag {name}"), Cell::text(value))),
    );
    let files = files(&page.run.id, &page.artifacts);
    view! {
        {children}
        <div class="columns">
            <div>{chosen}{metrics}</div>
            <div>
                {settings}
                <section><h2>"Environment and tags"</h2><Facts facts=lineage class="pairs breaking" /></section>
            </div>
        </div>
        {files}
    }
    .into_any()
}

/// The first characters of a hash.
fn short(hash: &str) -> String {
    hash.chars().take(12).collect()
}

fn files(run: &str, artifacts: &[ArtifactRow]) -> AnyView {
    let row = |artifact: &ArtifactRow| {
        let name = artifact.name.clone();
        let preview = Route::RunFile {
            run: run.into(),
            name: name.clone(),
        };
        let download = Route::Artifact {
            run: run.into(),
            name: name.clone(),
        };
        let label = format!("Download {name}");
        Row::new(vec![
            Cell::link(preview.path(), name),
            Cell::text(artifact.media_type.split(';').next().unwrap_or_default()),
            Cell::number(format::bytes(artifact.bytes)),
            Cell::code(short(&artifact.hash)),
            Cell::view(
                view! { <a href=download.path() rel="external" download="" aria-label=label>"Download"</a> },
            ),
        ])
    };
    let rows: Vec<Row> = artifacts.iter().map(row).collect();
    let headings = vec![
        Heading::text("Name"),
        Heading::text("Type"),
        Heading::number("Size"),
        Heading::text("SHA-256"),
        Heading::hidden("Download"),
    ];
    (!rows.is_empty()).then(|| view! { <section><h2>"Files"</h2><Table headings rows class="list" scroll="Files" /></section> }).into_any()
}
