//! The import form, and the problems of a file that could not be imported.

use std::sync::Arc;

use domain::{Purpose, Route};
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

/// File names and media types that the browser offers; the content decides.
const ACCEPTED: &str = ".csv,.tsv,.txt,.xlsx,.xlsb,.xls,.ods,.parquet,.arrow,.feather,.jsonl,.ndjson,.json,text/csv";

/// How the files are to be read. Everything is recognized unless it is stated here.
fn file_format() -> AnyView {
    let text = |id: &'static str, label: &'static str, help: &'static str| {
        view! {
            <Field id=id label=label help=help>
                <input id=id name=id r#type="text" autocomplete="off" aria-describedby=format!("{id}-help") />
            </Field>
        }
    };
    let choice = |id: &'static str, label: &'static str, options: &'static [(&'static str, &'static str)]| {
        let options = options.iter().map(|&(value, label)| view! { <option value=value>{label}</option> }).collect_view();
        view! {
            <Field id=id label=label>
                <select id=id name=id><option value="">"Recognize"</option>{options}</select>
            </Field>
        }
    };
    view! {
        <details>
            <summary>"Format of the file"</summary>
            {text("encoding", "Encoding", "Text files, for example windows-1252. Empty: recognized.")}
            {text("sheet", "Sheet", "Workbooks with several sheets.")}
            {choice("separator", "Column separator", &[("comma", "Comma"), ("semicolon", "Semicolon"), ("tab", "Tab"), ("|", "Vertical bar")])}
            {text("header_row", "Row of the column names", "From 1. Empty: recognized.")}
            {choice("decimal", "Decimal mark", &[("point", "Point (1234.5)"), ("comma", "Comma (1234,5)")])}
            {choice("thousands", "Thousands mark", &[("point", "Point (1.234)"), ("comma", "Comma (1,234)"), ("space", "Space (1 234)"), ("apostrophe", "Apostrophe (1'234)")])}
            {choice("dates", "Order of dates", &[("year-first", "Year first (2026-11-01)"), ("day-first", "Day first (01/11/2026)"), ("month-first", "Month first (11/01/2026)")])}
        </details>
    }
    .boxed()
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
    let (target, many) = (&form.definition.target.column, &form.definition.words.many);
    let choices = vec![
        choice(Purpose::Training, format!("Training a model ({target} column required)")),
        choice(Purpose::Scoring, format!("Scoring current {many} ({target} column not required)")),
        choice(Purpose::Both, format!("Both ({target} column required; those it happened to are not scored)")),
    ];
    view! {
        <section>
            <h2>"Import data"</h2>
            <form method="post" action=action enctype="multipart/form-data" class="import-form">
                <Field id="files" label="Files" help="CSV, Excel, OpenDocument, Parquet, Arrow or JSON lines. Files with the same columns are merged. At most 64 MB; use the command line for larger files.">
                    <input id="files" name="files" r#type="file" accept=ACCEPTED multiple=true required=true aria-describedby="files-help" />
                </Field>
                <Field id="as_of" label="Snapshot date">
                    <input id="as_of" name="as_of" r#type="date" value=today max=latest required=true />
                </Field>
                <fieldset>
                    <legend>"What is this data for?"</legend>
                    {choices}
                </fieldset>
                {file_format()}
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
                <p>{format::capitalized(&refused.sentence)}</p>
            </div>
            {table}
            {more}
            <p class="aside">"Row numbers match a spreadsheet: the header is row 1."</p>
        </section>
    }
    .boxed()
}
