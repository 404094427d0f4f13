//! The import form, and the problems of a file that could not be imported.

use std::sync::Arc;

use domain::{Purpose, Route};
use leptos::prelude::*;
use model::UseCase;
use workflow::datasets::RefusedImport;
use workflow::{Combine, ReadOptions};

use crate::file_format::{ACCEPTED, match_rules, stated_format};
use crate::refused::refused;
use app::components::form::Field;

/// Data of the form.
pub(super) struct Form {
    pub use_case: String,
    /// Whether this person may import.
    pub can_edit: bool,
    pub refused: Option<RefusedImport>,
    pub problem: String,
    /// YYYY-MM-DD
    pub today: String,
    pub definition: Arc<UseCase>,
}

/// Sends a file to the import route: plain HTML, since a file needs no script.
pub(super) fn form(form: &Form) -> AnyView {
    if !form.can_edit {
        return view! { <section><h2>"Import data"</h2><p class="aside">"Importing data requires the admin role."</p></section> }.into_any();
    }
    let action = Route::DatasetImport {
        use_case: (&form.use_case).into(),
    }
    .path();
    let stated = Settings {
        today: form.today.clone(),
        as_of: None,
        purpose: None,
        combine: &Combine::Stack,
        options: &ReadOptions::default(),
    };
    view! {
        <section>
            <h2>"Import data"</h2>
            <form method="post" action=action enctype="multipart/form-data" class="import-form">
                <Field id="files" label="Files" help="CSV, Excel, OpenDocument, Parquet, Arrow or JSON lines. At most 64 MB; use the command line for larger files.">
                    <input id="files" name="files" r#type="file" accept=ACCEPTED multiple=true required=true aria-describedby="files-help" />
                </Field>
                {settings(&form.definition, &stated)}
                <p class="aside">"If any cell is invalid, nothing is imported and all invalid cells are listed."</p>
                <p class="actions">
                    <button class="button" name="step" value="import">"Import"</button>
                    <button class="button quiet" name="step" value="preview">"Preview"</button>
                </p>
            </form>
        </section>
    }
    .into_any()
}

/// What is stated about files beside their bytes.
pub(super) struct Settings<'a> {
    /// YYYY-MM-DD
    pub today: String,
    /// YYYY-MM-DD; today when absent.
    pub as_of: Option<String>,
    pub purpose: Option<Purpose>,
    pub combine: &'a Combine,
    pub options: &'a ReadOptions,
}

/// The fields that say how files are put together, read and used.
pub(super) fn settings(definition: &UseCase, stated: &Settings<'_>) -> AnyView {
    let latest = stated.today.clone();
    let mut day = snapshot_date(definition, &stated.today);
    if let Some(as_of) = &stated.as_of {
        day.value = as_of.clone();
    }
    let joined = match stated.combine {
        Combine::Stack => None,
        Combine::Join(options) => Some(options),
    };
    let key = joined.map(|options| options.key.clone());
    let key = key
        .or_else(|| definition.id_column.clone())
        .unwrap_or_default();
    let partial = joined.map(|options| options.keep_partial);
    let rule = joined.map_or_else(|| "exact".to_owned(), |options| options.rule.to_string());
    let chosen = stated.purpose;
    let choice = |purpose: Purpose, text: String| {
        view! { <label class="check"><input r#type="radio" name="for" value=purpose.as_str() required=true checked=chosen == Some(purpose) />{text}</label> }.into_any()
    };
    let (target, many, events) = (
        &definition.target.column,
        &definition.words.many,
        &definition.words.event_many,
    );
    let choices = vec![
        choice(
            Purpose::Training,
            format!("Training a model ({target} column required)"),
        ),
        choice(
            Purpose::Scoring,
            format!("Scoring current {many} ({target} column not required)"),
        ),
        choice(
            Purpose::Both,
            format!("Both ({target} column required; {events} are not scored)"),
        ),
    ];
    view! {
        <Field id="combine" label="Several files" help="Stack files with the same columns; join files about the same people, for example master data and a survey.">
            <select id="combine" name="combine" aria-describedby="combine-help">
                <option value="stack" selected=partial.is_none()>"Stack rows"</option>
                <option value="join" selected=partial == Some(false)>"Join by ID; everyone must be in every file"</option>
                <option value="join_missing" selected=partial == Some(true)>"Join by ID; keep people who are in some files only"</option>
            </select>
        </Field>
        <Field id="key" label="ID column to join by">
            <input id="key" name="key" value=key />
        </Field>
        <Field id="match" label="Ignore in IDs">
            <select id="match" name="match">
                <option value="exact" selected=rule == "exact">"Nothing (exact match)"</option>
                {match_rules(&rule)}
            </select>
        </Field>
        <Field id="as_of" label="Snapshot date" help=day.help>
            <input id="as_of" name="as_of" r#type="date" value=day.value max=latest required=true aria-describedby="as_of-help" />
        </Field>
        <fieldset>
            <legend>"What is this data for?"</legend>
            {choices}
        </fieldset>
        {stated_format(stated.options)}
    }
    .into_any()
}

/// What a form says of the snapshot date.
pub(crate) struct SnapshotDate {
    /// Today, or nothing where it would give wrong numbers for an older file.
    pub value: String,
    pub help: &'static str,
}

/// Where fields count from dates, the day is asked for rather than taken to be today.
pub(crate) fn snapshot_date(use_case: &UseCase, today: &str) -> SnapshotDate {
    if use_case.counts_to_stated_day() {
        SnapshotDate {
            value: String::new(),
            help: "The day that the file describes. Age, tenure and other times since a date are counted up to it.",
        }
    } else {
        SnapshotDate {
            value: today.to_owned(),
            help: "The day that the file describes.",
        }
    }
}

/// The problems of the file that was sent.
pub(super) fn refusal(form: &Form) -> AnyView {
    if !form.problem.is_empty() {
        return view! { <div class="error-summary" role="alert"><h2>"There is a problem"</h2><p>{form.problem.clone()}</p></div> }.into_any();
    }
    form.refused
        .as_ref()
        .map(|found| refused(found, &form.definition))
        .into_any()
}
