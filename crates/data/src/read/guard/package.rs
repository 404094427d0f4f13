//! Workbooks: packages of compressed parts, with sheets that list only their filled cells.

use std::io::{Cursor, Read};

use zip::ZipArchive;

use super::budget::Budget;

/// Memory of a cell.
const CELL: u64 = 32;
const PIECE: usize = 1 << 16;

/// Checks a workbook that is a package before a reader opens it: what its parts unpack to, and the
/// numbers in them for which the reader allocates memory.
///
/// # Errors
/// When it would take more than the budget, or says more than it holds, with the reason.
pub(crate) fn package(bytes: &[u8], budget: &Budget) -> Result<(), String> {
    // The reader of workbooks reports files that are not packages.
    let Ok(mut archive) = ZipArchive::new(Cursor::new(bytes)) else {
        return Ok(());
    };
    for index in 0..archive.len() {
        let Ok(mut part) = archive.by_index(index) else {
            continue;
        };
        let Ok(name) = part.name().map(|name| name.to_ascii_lowercase()) else {
            continue;
        };
        let is_sheet = name == "content.xml";
        let (mut piece, mut size, mut head) = (vec![0; PIECE], 0_u64, Vec::new());
        // The reader meets the same error and reports it.
        while let Ok(length @ 1..) = part.read(&mut piece) {
            budget.take(length as u64)?;
            size += length as u64;
            if is_sheet || head.is_empty() {
                head.extend_from_slice(&piece[..length]);
            }
        }
        let head = String::from_utf8_lossy(&head);
        if name.ends_with("sharedstrings.xml")
            && number(&head, "uniqueCount").is_some_and(|count| count > size)
        {
            return Err("it says more texts than it holds".to_owned());
        }
        if is_sheet {
            open_document(&head, budget)?;
        }
    }
    Ok(())
}

/// Charges the memory of the rectangle around these cells to the budget.
///
/// # Errors
/// When there is not as much left.
pub(crate) fn table(
    cells: impl Iterator<Item = (u32, u32)>,
    budget: &Budget,
) -> Result<(), String> {
    let around = |around: Option<[u32; 4]>, (row, column): (u32, u32)| {
        let [top, bottom, left, right] = around.unwrap_or([row, row, column, column]);
        Some([
            top.min(row),
            bottom.max(row),
            left.min(column),
            right.max(column),
        ])
    };
    let Some([top, bottom, left, right]) = cells.fold(None, around) else {
        return Ok(());
    };
    let length = |from: u32, to: u32| u64::from(to - from) + 1;
    budget.take_each(
        length(top, bottom).saturating_mul(length(left, right)),
        CELL,
    )
}

/// The sheets of a spreadsheet of OpenDocument, in which rows and cells say how often they repeat.
fn open_document(text: &str, budget: &Budget) -> Result<(), String> {
    let (mut rows, mut columns, mut filled_columns) = (0_u64, 0_u64, 0_u64);
    let (mut repeats, mut is_filled, mut filled_rows) = (1, false, 0_u64);
    for tag in text.split('<').skip(1) {
        let (tag, after) = tag.split_once('>').unwrap_or((tag, ""));
        let name = tag
            .split([' ', '/', '\n', '\t', '\r'])
            .next()
            .unwrap_or_default();
        match name {
            "table:table" => (rows, filled_rows, filled_columns) = (0, 0, 0),
            "table:table-row" => {
                repeats = number(tag, "table:number-rows-repeated").unwrap_or(1);
                (columns, is_filled) = (0, false);
            }
            "table:table-cell" | "table:covered-table-cell" => {
                let more = number(tag, "table:number-columns-repeated").unwrap_or(1);
                columns = columns.saturating_add(more);
                if !tag.ends_with('/') || tag.contains("value") || !after.trim().is_empty() {
                    is_filled = true;
                    filled_columns = filled_columns.max(columns);
                }
            }
            _ if tag.starts_with("/table:table-row") => {
                rows = rows.saturating_add(repeats);
                if is_filled {
                    filled_rows = rows;
                }
            }
            _ if tag.starts_with("/table:table") && !tag.starts_with("/table:table-") => {
                budget.take_each(filled_rows.saturating_mul(filled_columns), CELL)?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// The number that an attribute has; a number that cannot be kept counts as the largest.
fn number(text: &str, attribute: &str) -> Option<u64> {
    let (_, value) = text.split_once(attribute)?;
    let value = value.trim_start().strip_prefix('=')?.trim_start();
    let digits = value.get(1..)?.split(['"', '\'']).next()?;
    digits
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| digits.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_reaches_from_its_first_cell_to_its_last() {
        let taken = |cells: &[(u32, u32)]| table(cells.iter().copied(), &Budget::of(0)).is_ok();
        assert!(taken(&[]));
        assert!(taken(&[(0, 0), (1_000_000, 10)]));
        assert!(!taken(&[(0, 0), (1_048_575, 16_383)]));
        assert!(taken(&[(1_048_575, 16_383), (1_048_574, 16_383)]));
        assert!(!taken(&[(0, 0), (u32::MAX, u32::MAX)]));
    }

    #[test]
    fn rows_that_repeat_count_up_to_the_last_that_is_filled() {
        let sheet = |rows: &str| {
            let text = format!("<table:table table:name=\"a\">{rows}</table:table>");
            open_document(&text, &Budget::of(0)).is_ok()
        };
        let empty = "<table:table-row table:number-rows-repeated=\"1048576\"><table:table-cell table:number-columns-repeated=\"16384\"/></table:table-row>";
        let wide = "<table:table-row><table:table-cell table:number-columns-repeated=\"16383\"/><table:table-cell office:value=\"1\"><text:p>1</text:p></table:table-cell></table:table-row>";
        assert!(sheet(empty));
        assert!(sheet(&format!("{wide}{empty}")));
        assert!(!sheet(&format!("{empty}{wide}")));
        assert!(!sheet(&empty.replace(
            "/></table:table-row>",
            " office:value=\"1\"/></table:table-row>"
        )));
    }
}
