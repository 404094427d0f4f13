//! Files from which a use case is made.

use app::components::form::Field;
use app::components::heading::PageHeading;
use app::server_page::ServerPage;
use domain::Route;
use leptos::prelude::*;

use crate::error::PageError;
use crate::file_format::{ACCEPTED, file_format, match_rules};
use crate::query::Query;

pub(crate) async fn write() -> Result<ServerPage, PageError> {
    let (tenure, actor) = crate::context::get()?;
    let admin = actor.admin()?;
    let flash = Query(crate::context::take_flash(&Route::NewUseCase));
    let problem = flash.one("problem").to_owned();
    let problem = (!problem.is_empty()).then(|| {
        view! { <div class="error-summary" role="alert" tabindex="-1" autofocus=true><h2>"There is a problem"</h2><ul><li><a href="#files">{problem}</a></li></ul></div> }
    });
    let begun = tenure.held_draft(&admin).map(|draft| {
        view! { <p>"A use case from "{draft.files.join(", ")}" is in progress. "<a href=Route::UseCaseDraft.path()>"Continue"</a>". New files replace it."</p> }
    });
    Ok(ServerPage::page(
        "New use case",
        view! {
            <nav class="crumbs" aria-label="Breadcrumb"><a href=Route::UseCases.path()>"Use cases"</a></nav>
            {problem}
            <PageHeading title="New use case"><p>"Step 1 of 2: choose a file with people and their outcomes. Nothing is stored before you save."</p></PageHeading>
            {begun}
            <form method="post" action=Route::NewUseCase.path() enctype="multipart/form-data" class="import-form">
                <Field id="files" label="Files" help="CSV, Excel, OpenDocument, Parquet, Arrow or JSON lines. At most 64 MB; use the command line for larger files.">
                    <input id="files" name="files" r#type="file" accept=ACCEPTED multiple=true required=true aria-describedby="files-help" />
                </Field>
                <Field id="combine" label="Several files" help="Stack files with the same columns; join files about the same people, for example master data and a survey.">
                    <select id="combine" name="combine" aria-describedby="combine-help">
                        <option value="stack" selected=true>"Stack rows"</option>
                        <option value="join">"Join by ID; everyone must be in every file"</option>
                        <option value="join_missing">"Join by ID; keep people who are in some files only"</option>
                    </select>
                </Field>
                <Field id="key" label="ID column to join by"><input id="key" name="key" /></Field>
                <Field id="match" label="Ignore in IDs">
                    <select id="match" name="match">
                        <option value="exact" selected=true>"Nothing (exact match)"</option>
                        {match_rules("exact")}
                    </select>
                </Field>
                {file_format()}
                <button class="button">"Continue"</button>
            </form>
        },
    ))
}
