//! What an import would do: what was recognized in the files, what would be stored, and what is
//! wrong. Nothing is stored before a person says so.

use std::sync::Arc;

use app::components::heading::PageHeading;
use app::components::table::{Cell, Heading, Row, Table, TextList};
use app::server_page::ServerPage;
use domain::{Route, format};
use leptos::prelude::*;
use model::UseCase;
use workflow::datasets::{FilePreview, HeldImport};
use workflow::{ColumnPreview, PreviewOutcome};

use super::import::{Settings, settings};
use crate::error::PageError;
use crate::query::Query;
use crate::refused::refused;
use crate::use_cases::kind_label;

/// Writes the page.
pub(super) async fn write(use_case: &str) -> Result<ServerPage, PageError> {
    let (tenure, actor) = crate::context::get()?;
    let admin = actor.admin()?;
    let list = Route::Datasets {
        use_case: use_case.into(),
    };
    let flash = Query(crate::context::take_flash(&Route::ImportPreview {
        use_case: use_case.into(),
    }));
    let definition = tenure.use_case(use_case)?;
    let crumbs =
        view! { <nav class="crumbs" aria-label="Breadcrumb"><a href=list.path()>"Data"</a></nav> };
    let Some(held) = tenure.held_import(&admin, use_case) else {
        return Ok(ServerPage::page(
            "Import preview",
            view! {
                {crumbs}
                <PageHeading title="Import preview"><p>"No import is in progress: it was stored or discarded, or nobody looked at it for two hours."</p></PageHeading>
                <p class="actions"><a class="button" href=list.path()>"Choose files"</a></p>
            },
        ));
    };
    let problem = flash.one("problem").to_owned();
    let problem = (!problem.is_empty()).then(|| {
        view! { <div class="error-summary" role="alert" tabindex="-1"><h2>"There is a problem"</h2><p>{problem}</p></div> }
    });
    let files: Vec<AnyView> = held.preview.files.iter().map(file).collect();
    Ok(ServerPage::page(
        "Import preview",
        view! {
            {crumbs}
            {problem}
            <PageHeading title="Import preview"><p>"What was recognized in the files. Nothing is stored yet."</p></PageHeading>
            {outcome(&held, &definition)}
            {files}
            {answers(&held, &definition, use_case)}
        },
    ))
}

/// What would be stored, or what is wrong.
fn outcome(held: &HeldImport, definition: &Arc<UseCase>) -> AnyView {
    match &held.preview.outcome {
        PreviewOutcome::Refused(found) => refused(found, definition),
        PreviewOutcome::Accepted(accepted) => {
            let texts = accepted.sentences(&definition.words);
            view! { <section><h2>"What would be stored"</h2><TextList texts /></section> }
                .into_any()
        }
    }
}

fn file(file: &FilePreview) -> AnyView {
    let headings = vec![
        Heading::text("Column"),
        Heading::text("Used as"),
        Heading::text("Kind"),
        Heading::number("Different values"),
        Heading::number("Missing"),
        Heading::text("Written"),
    ];
    let row = |column: &ColumnPreview| {
        let name = match &column.label {
            Some(label) if *label != column.name => Cell::with_aside(label, &column.name),
            _ => Cell::code(&column.name),
        };
        Row::new(vec![
            name,
            Cell::text(column.used_as.label()),
            Cell::text(column.kind.map_or("", kind_label)),
            Cell::number(format::count(column.distinct as u32)),
            Cell::number(format::count(column.missing() as u32)),
            Cell::text(column.written()),
        ])
    };
    let rows: Vec<Row> = file.columns.iter().map(row).collect();
    let recognized = format!(
        "{} {} rows, {} columns.",
        file.recognized.sentence(),
        format::count(file.rows as u32),
        format::count(file.columns.len() as u32)
    );
    view! {
        <section>
            <h2>{file.name.clone()}</h2>
            <p>{recognized}</p>
            <Table headings rows class="list" scroll="Columns" />
        </section>
    }
    .into_any()
}

/// Storing, reading in another way, letting go.
fn answers(held: &HeldImport, definition: &Arc<UseCase>, use_case: &str) -> AnyView {
    let action = Route::ImportPreviewAnswer {
        use_case: use_case.into(),
    }
    .path();
    let accepted = matches!(held.preview.outcome, PreviewOutcome::Accepted(_)).then(|| {
        view! { <form method="post" action=action.clone()><p class="actions"><button class="button" name="then" value="import">"Import"</button></p></form> }
    });
    let stated = Settings {
        today: workflow::today().to_string(),
        as_of: held.import.as_of.clone(),
        purpose: held.import.purpose,
        combine: &held.import.combine,
        options: &held.import.options,
    };
    view! {
        {accepted}
        <section>
            <h2>"Read the files in another way"</h2>
            <form method="post" action=action.clone() class="import-form">
                {settings(definition, &stated)}
                <p class="actions"><button class="button quiet" name="then" value="check">"Preview again"</button></p>
            </form>
        </section>
        <form method="post" action=action><button class="link" name="then" value="discard">"Discard this import"</button></form>
    }
    .into_any()
}
