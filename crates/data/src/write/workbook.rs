//! Excel workbooks (Office Open XML, ECMA-376) of one sheet. Texts are inline strings, which no
//! program takes for formulas.

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};

use model::{Column as Values, Table};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::error::WriteError;

/// Rows that a sheet may have, with its header.
const MOST_ROWS: usize = 1 << 20;
/// Columns that a sheet may have.
const MOST_COLUMNS: usize = 1 << 14;
/// Characters that a cell may have.
const MOST_LETTERS: usize = 32_767;

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
const TYPE: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml";

/// The table as the bytes of a workbook.
pub(super) fn workbook(table: &Table) -> Result<Vec<u8>, WriteError> {
    if table.rows() >= MOST_ROWS || table.columns.len() > MOST_COLUMNS {
        return Err(WriteError(format!(
            "an Excel sheet holds {MOST_ROWS} rows and {MOST_COLUMNS} columns. Use CSV or Parquet"
        )));
    }
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in [
        (
            "[Content_Types].xml",
            format!(
                "{HEAD}<Types xmlns=\"{PACKAGE}/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
                 <Override PartName=\"/xl/workbook.xml\" ContentType=\"{TYPE}.sheet.main+xml\"/><Override PartName=\"/xl/worksheets/sheet1.xml\" ContentType=\"{TYPE}.worksheet+xml\"/></Types>"
            ),
        ),
        (
            "_rels/.rels",
            relationship("officeDocument", "xl/workbook.xml"),
        ),
        (
            "xl/workbook.xml",
            format!(
                "{HEAD}<workbook xmlns=\"{MAIN}\" xmlns:r=\"{OFFICE}\"><sheets><sheet name=\"Sheet1\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>"
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            relationship("worksheet", "worksheets/sheet1.xml"),
        ),
        ("xl/worksheets/sheet1.xml", sheet(table)?),
    ] {
        archive
            .start_file(name, SimpleFileOptions::default())
            .map_err(|error| WriteError(error.to_string()))?;
        archive
            .write_all(text.as_bytes())
            .map_err(|error| WriteError(error.to_string()))?;
    }
    let bytes = archive
        .finish()
        .map_err(|error| WriteError(error.to_string()))?;
    Ok(bytes.into_inner())
}

fn relationship(kind: &str, target: &str) -> String {
    format!(
        "{HEAD}<Relationships xmlns=\"{PACKAGE}/relationships\"><Relationship Id=\"rId1\" Type=\"{OFFICE}/{kind}\" Target=\"{target}\"/></Relationships>"
    )
}

fn sheet(table: &Table) -> Result<String, WriteError> {
    let letters: Vec<String> = (0..table.columns.len()).map(letters).collect();
    let mut xml = format!("{HEAD}<worksheet xmlns=\"{MAIN}\"><sheetData><row r=\"1\">");
    for (name, letters) in table.names.iter().zip(&letters) {
        text_cell(&mut xml, name, letters, 1)?;
    }
    xml += "</row>";
    for row in 0..table.rows() {
        let number = row + 2;
        let _ = write!(xml, "<row r=\"{number}\">");
        for (column, letters) in table.columns.iter().zip(&letters) {
            match column {
                Values::Number(values) if values[row].is_finite() => {
                    let _ = write!(xml, "<c r=\"{letters}{number}\"><v>{}</v></c>", values[row]);
                }
                Values::Number(_) => {}
                Values::Level { .. } | Values::Text(_) => {
                    let text = column.text(row);
                    if !text.is_empty() {
                        text_cell(&mut xml, &text, letters, number)?;
                    }
                }
            }
        }
        xml += "</row>";
    }
    Ok(xml + "</sheetData></worksheet>")
}

fn text_cell(xml: &mut String, text: &str, letters: &str, row: usize) -> Result<(), WriteError> {
    if text.chars().count() > MOST_LETTERS {
        return Err(WriteError(format!(
            "an Excel cell holds {MOST_LETTERS} characters, and the one in row {row} has more. Use CSV or Parquet"
        )));
    }
    let _ = write!(
        xml,
        "<c r=\"{letters}{row}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">"
    );
    escape(xml, text);
    *xml += "</t></is></c>";
    Ok(())
}

/// XML with the escapes of Excel for signs that XML cannot hold: `_x0001_`, and `_x005F_` for the
/// underscore of a text that looks like one.
fn escape(xml: &mut String, text: &str) {
    for (at, letter) in text.char_indices() {
        match letter {
            '&' => *xml += "&amp;",
            '<' => *xml += "&lt;",
            '>' => *xml += "&gt;",
            '_' if looks_escaped(&text[at..]) => *xml += "_x005F_",
            '\t' | '\n' => xml.push(letter),
            '\u{fffe}' | '\u{ffff}' | '\0'..='\u{1f}' => {
                let _ = write!(xml, "_x{:04X}_", u32::from(letter));
            }
            _ => xml.push(letter),
        }
    }
}

fn looks_escaped(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 7
        && bytes[1] == b'x'
        && bytes[2..6].iter().all(u8::is_ascii_hexdigit)
        && bytes[6] == b'_'
}

/// The name of a column, counted from 0: A to Z, AA and so on.
fn letters(mut column: usize) -> String {
    let mut letters = Vec::new();
    loop {
        letters.insert(0, char::from(b'A' + (column % 26) as u8));
        if column < 26 {
            return letters.into_iter().collect();
        }
        column = column / 26 - 1;
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn columns_are_named_as_in_a_spreadsheet() {
        let names = [0, 25, 26, 51, 52, 701, 702, 16_383].map(letters);
        assert_eq!(names, ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA", "XFD"]);
    }

    #[test]
    fn a_workbook_reads_back_and_holds_no_formula() {
        let texts = ["=1+1", " a<b & \"c\" ", "_x0041_", "two\nlines"];
        let mut table = Table::default();
        table.push("id", Values::Text(texts.map(str::to_owned).to_vec()));
        table.push(
            "rate",
            Values::Number(vec![0.1 + 0.2, f64::NAN, -7.0, 1e-9]),
        );
        let bytes = workbook(&table).unwrap();
        let raw = crate::read(&bytes, &crate::ReadOptions::default()).unwrap();
        assert_eq!(raw.names, ["id", "rate"]);
        assert_eq!(&raw.columns[0][0], "=1+1");
        assert_eq!(raw.columns[0][1].trim(), "a<b & \"c\"");
        assert_eq!(&raw.columns[0][3], "two\nlines");
        let numbers: Vec<Option<f64>> = raw.columns[1]
            .iter()
            .map(|cell| cell.parse().ok())
            .collect();
        assert_eq!(numbers, [Some(0.1 + 0.2), None, Some(-7.0), Some(1e-9)]);
    }

    #[test]
    fn signs_that_xml_cannot_hold_are_escaped() {
        let mut xml = String::new();
        escape(&mut xml, "a\u{1}b_x0041_c_d");
        assert_eq!(xml, "a_x0001_b_x005F_x0041_c_d");
    }

    #[test]
    fn what_no_sheet_holds_is_refused() {
        let mut long = Table::default();
        long.push("id", Values::Text(vec!["x".repeat(MOST_LETTERS + 1)]));
        assert!(workbook(&long).is_err());
        let mut wide = Table::default();
        for column in 0..=MOST_COLUMNS {
            wide.push(column.to_string(), Values::Number(vec![1.0]));
        }
        assert!(workbook(&wide).is_err());
    }
}
