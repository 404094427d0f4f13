//! The import form, and the problems of a file that could not be imported.

use domain::{Purpose, Route};
use leptos::prelude::*;
use workflow::datasets::{RefusedCell, RefusedImport};

use crate::boxed::IntoBoxed;
use crate::components::form::Field;
use crate::components::table::{Cell, Heading, Row, Table};
use crate::format;

/// Data of the form.
pub(super) struct Form {
    pub use_case: String,
    /// Whether this person may import.
    pub can_edit: bool,
    pub refused: Option<RefusedImport>,
    pub problem: String,
    /// YYYY-MM-DD
    pub today: String,
    /// Column with the outcome.
    pub target: String,
    /// "employees"
    pub many: String,
}

/// Sends a file to the import route: plain HTML, since a file needs no script.
pub(super) fn form(form: &Form) -> AnyView {
    if !form.can_edit {
        return view! { <section><h2>"Import data"</h2><p class="aside">"Importing data requires the admin role."</p></section> }.boxed();
    }
    let action = Route::DatasetImport { use_case: (&form.use_case).into() }.path();
    let (today, latest) = (form.today.clone(), form.today.clone());
    let choice = |purpose: Purpose, text: String| {
        view! { <label class="check"><input r#type="radio" name="for" value=purpose.as_str() required=true />{text}</label> }.boxed()
    };
    let (target, many) = (&form.target, &form.many);
    let choices = vec![
        choice(Purpose::Training, format!("Training a model ({target} column required)")),
        choice(Purpose::Scoring, format!("Scoring current {many} ({target} column not required)")),
        choice(Purpose::Both, format!("Both ({target} column required; those it happened to are not scored)")),
    ];
    view! {
        <section>
            <h2>"Import data"</h2>
            <form method="post" action=action enctype="multipart/form-data" class="import-form">
                <Field id="files" label="CSV or Parquet" help="Files with the same columns are merged. At most 64 MB; use the command line for larger files.">
                    <input id="files" name="files" r#type="file" accept=".csv,.parquet,text/csv" multiple=true required=true aria-describedby="files-help" />
                </Field>
                <Field id="as_of" label="Snapshot date">
                    <input id="as_of" name="as_of" r#type="date" value=today max=latest required=true />
                </Field>
                <fieldset>
                    <legend>"What is this data for?"</legend>
                    {choices}
                </fieldset>
                <p class="aside">"If any cell is invalid, nothing is imported and all invalid cells are listed."</p>
                <button class="button">"Import"</button>
            </form>
        </section>
    }
    .boxed()
}

/// The problems of the file that was sent.
pub(super) fn refusal(form: &Form) -> AnyView {
    if !form.problem.is_empty() {
        return view! { <div class="error-summary" role="alert"><h2>"There is a problem"</h2><p>{form.problem.clone()}</p></div> }.boxed();
    }
    let Some(refused) = &form.refused else { return ().boxed() };
    let row = |cell: &RefusedCell| {
        let found = if cell.value.is_empty() { "(empty)".to_owned() } else { format!("“{}”", cell.value) };
        Row::new(vec![Cell::number(format::count(cell.row)), Cell::code(&cell.column), Cell::text(found), Cell::text(&cell.rule)])
    };
    let rows: Vec<Row> = refused.cells.iter().map(row).collect();
    let shown = rows.len() as u32;
    let more = (refused.total > shown)
        .then(|| view! { <p class="aside">{format!("First {} of {} problems.", format::count(shown), format::count(refused.total))}</p> });
    let headings = vec![Heading::number("Row"), Heading::text("Column"), Heading::text("Value"), Heading::text("Rule")];
    let table = (shown > 0).then(|| view! { <Table headings rows class="list" scroll="Invalid cells" /> });
    view! {
        <section class="refusal">
            <div class="error-summary" role="alert" tabindex="-1">
                <h2>{format!("{} could not be imported", refused.file)}</h2>
                <p>{format::capitalised(&refused.sentence)}</p>
            </div>
            {table}
            {more}
            <p class="aside">"Row numbers match a spreadsheet: the header is row 1."</p>
        </section>
    }
    .boxed()
}
