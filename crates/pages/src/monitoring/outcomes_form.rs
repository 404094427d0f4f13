//! The form that imports a file of outcomes.

use std::sync::Arc;

use domain::Route;
use leptos::prelude::*;
use model::UseCase;
use workflow::datasets::RefusedImport;

use crate::file_format::{ACCEPTED, file_format, match_rules};
use crate::refused::refused;
use app::components::form::Field;

/// Data of the form.
pub(super) struct Form {
    pub use_case: String,
    /// Whether this person may import.
    pub can_edit: bool,
    pub refused: Option<RefusedImport>,
    pub problem: String,
    /// What was imported.
    pub done: String,
    pub definition: Arc<UseCase>,
}

/// What became of the file that was sent.
pub(super) fn answer(form: &Form) -> AnyView {
    if let Some(found) = &form.refused {
        return refused(found, &form.definition);
    }
    if !form.problem.is_empty() {
        return view! { <div class="error-summary" role="alert"><h2>"There is a problem"</h2><p>{form.problem.clone()}</p></div> }.into_any();
    }
    (!form.done.is_empty())
        .then(|| view! { <p class="note" role="status">{form.done.clone()}</p> })
        .into_any()
}

/// Sends a file to the import route: plain HTML, since a file needs no script.
pub(super) fn form(form: &Form) -> AnyView {
    if !form.can_edit {
        return ().into_any();
    }
    let definition = &form.definition;
    let (id_column, events) = (
        definition
            .id_column
            .clone()
            .unwrap_or_else(|| "person".to_owned()),
        &definition.words.event_many,
    );
    let action = Route::OutcomesImport {
        use_case: (&form.use_case).into(),
    }
    .path();
    let column = |name: &'static str, label: &'static str, usual: String| {
        view! {
            <Field id=name label=label>
                <input id=name name=name placeholder=usual />
            </Field>
        }
        .into_any()
    };
    let (person, outcome) = (
        column("person", "Column with the ID", id_column),
        column(
            "outcome",
            "Column with the outcome",
            definition.target.column.clone(),
        ),
    );
    let (date, reason) = (
        column("date", "Column with the date", "date".to_owned()),
        column("reason", "Column with the reason", "reason".to_owned()),
    );
    let leavers_only = format!("Every row is one of the {events} (no outcome column needed)");
    let complete = format!("The file names all {events} up to");
    let others = format!(
        "Everyone else counts as someone who did not {} up to this day. Leave empty if it does not.",
        definition.words.verb
    );
    view! {
        <section>
            <h2>"Import outcomes"</h2>
            <form method="post" action=action enctype="multipart/form-data" class="import-form">
                <Field id="file" label="File" help="CSV, Excel, OpenDocument, Parquet, Arrow or JSON lines. At most 64 MB; use the command line for larger files.">
                    <input id="file" name="file" r#type="file" accept=ACCEPTED required=true aria-describedby="file-help" />
                </Field>
                {person}
                {date}
                {outcome}
                {reason}
                <label class="check"><input r#type="checkbox" name="leavers_only" value="true" />{leavers_only}</label>
                <Field id="complete_until" label=complete help=others>
                    <input id="complete_until" name="complete_until" r#type="date" aria-describedby="complete_until-help" />
                </Field>
                <Field id="match" label="Ignore in IDs">
                    <select id="match" name="match">
                        <option value="" selected=true>"Ask if they differ"</option>
                        <option value="exact">"Nothing (exact match)"</option>
                        {match_rules("")}
                    </select>
                </Field>
                <label class="check"><input r#type="checkbox" name="allow_unmatched" value="true" />"The file includes people who were never imported or scored"</label>
                {file_format()}
                <p class="aside">{format!("If any cell is invalid, or {events} match nobody, nothing is imported and all problems are listed.")}</p>
                <button class="button">"Import"</button>
            </form>
        </section>
    }
    .into_any()
}
