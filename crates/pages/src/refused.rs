//! A file that was refused: why, and every cell that breaks a rule.

use leptos::prelude::*;
use model::UseCase;
use workflow::datasets::{RefusedCell, RefusedImport};

use app::components::table::{Cell, Heading, Row, Table};
use domain::format;

/// Why a file was not taken, with every cell that breaks a rule.
pub(super) fn refused(refused: &RefusedImport, use_case: &UseCase) -> AnyView {
    let several = refused.cells.iter().any(|cell| cell.file.is_some());
    let row = |cell: &RefusedCell| {
        let found = if cell.value.is_empty() {
            "(empty)".to_owned()
        } else {
            format!("“{}”", cell.value)
        };
        // By its label, and as it stands in the file.
        let label = use_case.label(&cell.column);
        let column = if label == cell.column {
            Cell::code(&cell.column)
        } else {
            Cell::with_aside(label, &cell.column)
        };
        let mut cells = vec![
            Cell::number(format::count(cell.row)),
            column,
            Cell::text(found),
            Cell::text(&cell.rule),
        ];
        if several {
            cells.insert(0, Cell::text(cell.file.clone().unwrap_or_default()));
        }
        Row::new(cells)
    };
    let rows: Vec<Row> = refused.cells.iter().map(row).collect();
    let shown = rows.len() as u32;
    let more = (refused.total > shown)
        .then(|| view! { <p class="aside">{format!("First {} of {} problems.", format::count(shown), format::count(refused.total))}</p> });
    let mut headings = vec![
        Heading::number("Row"),
        Heading::text("Column"),
        Heading::text("Value"),
        Heading::text("Rule"),
    ];
    if several {
        headings.insert(0, Heading::text("File"));
    }
    let table =
        (shown > 0).then(|| view! { <Table headings rows class="list" scroll="Invalid cells" /> });
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
    .into_any()
}
