//! CSV (RFC 4180) for people who open it in a spreadsheet.

use crate::{Error, Result};

/// Header and rows as CSV. No cell is read as a formula (OWASP: CSV injection).
///
/// # Errors
/// [`Error::Internal`] when a row has more or fewer cells than the header.
pub(crate) fn csv_text<Row: IntoIterator<Item = String>>(
    header: impl IntoIterator<Item = String>,
    rows: impl IntoIterator<Item = Row>,
) -> Result<String> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    writer
        .write_record(header.into_iter().map(guarded))
        .map_err(Error::caused)?;
    for row in rows {
        writer
            .write_record(row.into_iter().map(guarded))
            .map_err(Error::caused)?;
    }
    let bytes = writer
        .into_inner()
        .map_err(|error| Error::caused(error.into_error()))?;
    String::from_utf8(bytes).map_err(Error::caused)
}

/// Spreadsheets take a text for a formula by its first sign; an apostrophe before it makes it text.
/// A number stays one.
fn guarded(cell: String) -> String {
    let is_number = cell.parse::<f64>().is_ok_and(f64::is_finite);
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && !is_number {
        format!("'{cell}")
    } else {
        cell
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn cells_are_quoted_and_never_formulas() {
        let cells = |row: &[&str]| row.iter().map(|&cell| cell.to_owned()).collect::<Vec<_>>();
        let rows = [
            cells(&["plain", "a,\"b\""]),
            cells(&["=1+1", "@cmd,x"]),
            cells(&["-0.5", "-1+1"]),
            cells(&["two\nlines", "\tx"]),
        ];
        assert_eq!(
            csv_text(cells(&["one", "two"]), rows).unwrap(),
            "one,two\r\nplain,\"a,\"\"b\"\"\"\r\n'=1+1,\"'@cmd,x\"\r\n-0.5,'-1+1\r\n\"two\nlines\",'\tx\r\n"
        );
        assert!(csv_text(cells(&["one", "two"]), [cells(&["one"])]).is_err());
    }
}
