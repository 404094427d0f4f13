//! The import form, and the problems of a file that could not be imported.

use std::sync::Arc;

use domain::Route;
use leptos::prelude::*;
use model::UseCase;
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
    pub definition: Arc<UseCase>,
}

/// Sends a file to the import route: plain HTML, since a file needs no script.
pub(super) fn form(form: &Form) -> AnyView {
    if !form.can_edit {
        return view! { <section><h2>"Import data"</h2><p class="aside">"Importing data requires the admin role."</p></section> }.boxed();
    }
    let action = Route::DatasetImport { use_case: (&form.use_case).into() }.path();
    let today = form.today.clone();
    let snapshot = format!("Current people, no outcome yet ({} column not required)", form.definition.target.column);
    view! {
        <section>
            <h2>"Import data"</h2>
            <form method="post" action=action enctype="multipart/form-data" class="import-form">
                <Field id="files" label="CSV or Parquet" help="Files with the same columns are merged. At most 64 MB; use the command line for larger files.">
                    <input id="files" name="files" r#type="file" accept=".csv,.parquet,text/csv" multiple=true required=true aria-describedby="files-help" />
                </Field>
                <Field id="as_of" label="Snapshot date">
                    <input id="as_of" name="as_of" r#type="date" value=today required=true />
                </Field>
                <label class="check"><input r#type="checkbox" name="snapshot" value="true" />{snapshot}</label>
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
        // By its label, and as it stands in the file.
        let label = form.definition.label(&cell.column);
        let column = if label == cell.column { Cell::code(&cell.column) } else { Cell::with_aside(label, &cell.column) };
        Row::new(vec![Cell::number(format::count(cell.row)), column, Cell::text(found), Cell::text(&cell.rule)])
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
