//! The part of an import form that says how a file is to be read.

use leptos::prelude::*;
use workflow::ReadOptions;

use app::components::form::Field;

/// File names and media types that the browser offers; the content decides.
pub(super) const ACCEPTED: &str =
    ".csv,.tsv,.txt,.xlsx,.xlsb,.xls,.ods,.parquet,.arrow,.feather,.jsonl,.ndjson,.json,text/csv";

/// How the files are to be read. Everything is recognized unless it is stated here.
pub(super) fn file_format() -> AnyView {
    stated_format(&ReadOptions::default())
}

/// The same with what was stated before.
pub(super) fn stated_format(stated: &ReadOptions) -> AnyView {
    let open = *stated != ReadOptions::default();
    let of = |id: &str| match id {
        "encoding" => stated.encoding.clone(),
        "sheet" => stated.sheet.clone(),
        "separator" => stated.separator.map(mark_word),
        "header_row" => stated.header_row.map(|row| row.to_string()),
        "decimal" => stated.decimal.map(mark_word),
        "thousands" => stated.thousands.map(mark_word),
        _ => stated.dates.map(|order| order.word().to_owned()),
    };
    let text = |id: &'static str, label: &'static str, help: &'static str| {
        let value = of(id).unwrap_or_default();
        view! {
            <Field id=id label=label help=help>
                <input id=id name=id r#type="text" autocomplete="off" value=value aria-describedby=format!("{id}-help") />
            </Field>
        }
    };
    let choice = |id: &'static str,
                  label: &'static str,
                  options: &'static [(&'static str, &'static str)]| {
        let chosen = of(id).unwrap_or_default();
        let options = options
            .iter()
            .map(|&(value, label)| view! { <option value=value selected=value == chosen>{label}</option> })
            .collect_view();
        view! {
            <Field id=id label=label>
                <select id=id name=id><option value="">"Detect"</option>{options}</select>
            </Field>
        }
    };
    view! {
        <details open=open>
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

/// A mark as the choices name it.
fn mark_word(mark: char) -> String {
    match mark {
        '.' => "point".to_owned(),
        ',' => "comma".to_owned(),
        ';' => "semicolon".to_owned(),
        ' ' => "space".to_owned(),
        '\'' => "apostrophe".to_owned(),
        '\t' => "tab".to_owned(),
        other => other.to_string(),
    }
}

/// What the matching of identifiers may ignore, as options of a choice; the words in brackets are
/// those of `--match`.
pub(super) fn match_rules(chosen: &str) -> AnyView {
    let rules = [
        ("leading-zeros", "Leading zeros (leading-zeros)"),
        ("whole-numbers", "Decimals, 1001.0 = 1001 (whole-numbers)"),
        ("case", "Upper and lower case (case)"),
        ("blanks", "Blanks (blanks)"),
        ("leading-zeros,whole-numbers,case,blanks", "All of these"),
    ];
    let option = |(rule, text): (&'static str, &'static str)| {
        view! { <option value=rule selected=rule == chosen>{text}</option> }.into_any()
    };
    rules.map(option).collect_view().into_any()
}
