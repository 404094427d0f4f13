//! The part of an import form that says how a file is to be read.

use leptos::prelude::*;

use app::components::form::Field;

/// File names and media types that the browser offers; the content decides.
pub(super) const ACCEPTED: &str =
    ".csv,.tsv,.txt,.xlsx,.xlsb,.xls,.ods,.parquet,.arrow,.feather,.jsonl,.ndjson,.json,text/csv";

/// How the files are to be read. Everything is recognized unless it is stated here.
pub(super) fn file_format() -> AnyView {
    let text = |id: &'static str, label: &'static str, help: &'static str| {
        view! {
            <Field id=id label=label help=help>
                <input id=id name=id r#type="text" autocomplete="off" aria-describedby=format!("{id}-help") />
            </Field>
        }
    };
    let choice = |id: &'static str,
                  label: &'static str,
                  options: &'static [(&'static str, &'static str)]| {
        let options = options
            .iter()
            .map(|&(value, label)| view! { <option value=value>{label}</option> })
            .collect_view();
        view! {
            <Field id=id label=label>
                <select id=id name=id><option value="">"Detect"</option>{options}</select>
            </Field>
        }
    };
    view! {
        <details>
            <summary>"Format of the file"</summary>
            {text("encoding", "Encoding", "Text files, for example windows-1252. Leave empty to detect it.")}
            {text("sheet", "Sheet", "Workbooks with several sheets.")}
            {choice("separator", "Column separator", &[("comma", "Comma"), ("semicolon", "Semicolon"), ("tab", "Tab"), ("|", "Vertical bar")])}
            {text("header_row", "Row of the column names", "Counted from 1. Leave empty to detect it.")}
            {choice("decimal", "Decimal mark", &[("point", "Point (1234.5)"), ("comma", "Comma (1234,5)")])}
            {choice("thousands", "Thousands mark", &[("point", "Point (1.234)"), ("comma", "Comma (1,234)"), ("space", "Space (1 234)"), ("apostrophe", "Apostrophe (1'234)")])}
            {choice("dates", "Order of dates", &[("year-first", "Year first (2026-11-01)"), ("day-first", "Day first (01/11/2026)"), ("month-first", "Month first (11/01/2026)")])}
        </details>
    }
    .into_any()
}

/// What the matching of identifiers may ignore, as options of a choice; the words in brackets are
/// those of `--match`.
pub(super) fn match_rules() -> AnyView {
    view! {
        <option value="leading-zeros">"Leading zeros (leading-zeros)"</option>
        <option value="whole-numbers">"Decimals, 1001.0 = 1001 (whole-numbers)"</option>
        <option value="case">"Upper and lower case (case)"</option>
        <option value="blanks">"Blanks (blanks)"</option>
        <option value="leading-zeros,whole-numbers,case,blanks">"All of these"</option>
    }
    .into_any()
}
