//! Workbooks and typed files: sheets, dates, whole numbers, errors; Parquet and Arrow of every
//! usual type.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::io::{Cursor, Write};

use data::{CheckMode, FileFormat, Raw, ReadError, ReadOptions, check};
use zip::write::SimpleFileOptions;

fn read(bytes: &[u8]) -> Result<Raw, ReadError> {
    data::read(bytes, &ReadOptions::default())
}

fn column(raw: &Raw, name: &str) -> data::Texts {
    raw.columns[raw
        .names
        .iter()
        .position(|own| own == name)
        .unwrap_or_else(|| panic!("{name}: {:?}", raw.names))]
    .clone()
}

fn zipped(files: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in files {
        archive
            .start_file(*name, SimpleFileOptions::default())
            .unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// A workbook of these sheets: name and the XML of its rows. Style 1 is a date, style 2 a duration.
fn xlsx(sheets: &[(&str, &str)]) -> Vec<u8> {
    const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
    let kind = |number: usize| {
        format!(
            "<Override PartName=\"/xl/worksheets/sheet{number}.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/>"
        )
    };
    let entry = |(number, name): (usize, &str)| {
        format!("<sheet name=\"{name}\" sheetId=\"{number}\" r:id=\"r{number}\"/>")
    };
    let link = |number: usize| {
        format!(
            "<Relationship Id=\"r{number}\" Type=\"{OFFICE}/worksheet\" Target=\"worksheets/sheet{number}.xml\"/>"
        )
    };
    let numbers = 1..=sheets.len();
    let kinds: String = numbers.clone().map(kind).collect();
    let entries: String = numbers
        .clone()
        .zip(sheets.iter().map(|(name, _)| *name))
        .map(entry)
        .collect();
    let links: String = numbers.clone().map(link).collect();
    let mut files = vec![
        (
            "[Content_Types].xml".to_owned(),
            format!(
                "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Override PartName=\"/xl/workbook.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/>{kinds}</Types>"
            ),
        ),
        (
            "_rels/.rels".to_owned(),
            format!(
                "<Relationships xmlns=\"{PACKAGE}\"><Relationship Id=\"r1\" Type=\"{OFFICE}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/workbook.xml".to_owned(),
            format!(
                "<workbook xmlns=\"{MAIN}\" xmlns:r=\"{OFFICE}\"><sheets>{entries}</sheets></workbook>"
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels".to_owned(),
            format!(
                "<Relationships xmlns=\"{PACKAGE}\">{links}<Relationship Id=\"r99\" Type=\"{OFFICE}/styles\" Target=\"styles.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/styles.xml".to_owned(),
            format!(
                "<styleSheet xmlns=\"{MAIN}\"><numFmts count=\"1\"><numFmt numFmtId=\"170\" formatCode=\"[h]:mm\"/></numFmts><cellXfs count=\"3\"><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"170\"/></cellXfs></styleSheet>"
            ),
        ),
    ];
    for (number, (_, rows)) in numbers.zip(sheets) {
        let text = format!("<worksheet xmlns=\"{MAIN}\"><sheetData>{rows}</sheetData></worksheet>");
        files.push((format!("xl/worksheets/sheet{number}.xml"), text));
    }
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    zipped(&files)
}

/// The XML of rows of cells: `t:` a text, `d:` a date, `h:` a duration, `e:` an error, `b:` a
/// boolean, `f:` a formula without a result, else a number; the empty text is no cell.
fn rows(rows: &[&[&str]]) -> String {
    let cell = |(place, cell): (String, &str)| match cell.split_once(':') {
        None if cell.is_empty() => String::new(),
        Some(("t", text)) => format!("<c r=\"{place}\" t=\"inlineStr\"><is><t>{text}</t></is></c>"),
        Some(("d", serial)) => format!("<c r=\"{place}\" s=\"1\"><v>{serial}</v></c>"),
        Some(("h", serial)) => format!("<c r=\"{place}\" s=\"2\"><v>{serial}</v></c>"),
        Some(("e", error)) => format!("<c r=\"{place}\" t=\"e\"><v>{error}</v></c>"),
        Some(("b", value)) => format!("<c r=\"{place}\" t=\"b\"><v>{value}</v></c>"),
        Some(("f", formula)) => format!("<c r=\"{place}\"><f>{formula}</f></c>"),
        _ => format!("<c r=\"{place}\"><v>{cell}</v></c>"),
    };
    let row = |(number, cells): (usize, &&[&str])| {
        let cells: String = cells
            .iter()
            .enumerate()
            .map(|(index, text)| (format!("{}{number}", char::from(b'A' + index as u8)), *text))
            .map(cell)
            .collect();
        format!("<row r=\"{number}\">{cells}</row>")
    };
    (1..).zip(rows).map(row).collect()
}

#[test]
fn cells_of_a_workbook_are_plain_texts() {
    let sheet = rows(&[
        &["t:Staff list"],
        &["t:id", "t:pay", "t:hired", "t:active", "t:rate", "t:note"],
        &["t:007", "3000", "d:43861", "b:1", "0.15", "t:a"],
        &["t:008", "3100.5", "d:36495.5", "b:0", "e:#N/A", ""],
    ]);
    let raw = read(&xlsx(&[("Staff", &sheet), ("Empty", "")])).unwrap();
    assert_eq!(column(&raw, "id"), ["007", "008"]);
    assert_eq!(column(&raw, "pay"), ["3000", "3100.5"]);
    assert_eq!(column(&raw, "hired"), ["2020-01-31", "1999-12-01T12:00:00"]);
    assert_eq!(column(&raw, "active"), ["true", "false"]);
    assert_eq!(column(&raw, "rate"), ["0.15", ""]);
    assert_eq!(
        (
            raw.recognized.format,
            raw.recognized.sheet.as_deref(),
            raw.recognized.header_row
        ),
        (FileFormat::Workbook, Some("Staff"), 2)
    );
    assert!(raw.recognized.unreadable.is_empty());
    assert_eq!(raw.row_number(0), 3);
}

#[test]
fn several_sheets_with_data_are_asked_about() {
    let sheet = |pay: &str| rows(&[&["t:id", "t:pay"], &["1", pay]]);
    let book = xlsx(&[("May", &sheet("5")), ("June", &sheet("6"))]);
    assert_eq!(
        read(&book),
        Err(ReadError::UnclearSheet(vec!["May".into(), "June".into()]))
    );
    let of = |sheet: &str| {
        data::read(
            &book,
            &ReadOptions {
                sheet: Some(sheet.into()),
                ..ReadOptions::default()
            },
        )
    };
    assert_eq!(column(&of("june").unwrap(), "pay"), ["6"]);
    assert!(matches!(of("July"), Err(ReadError::NoSheet { .. })));
    assert_eq!(
        data::read(
            b"a,b\n1,2\n",
            &ReadOptions {
                sheet: Some("May".into()),
                ..ReadOptions::default()
            }
        ),
        Err(ReadError::SheetOfText)
    );
    assert_eq!(read(&xlsx(&[("Empty", "")])), Err(ReadError::EmptyWorkbook));
}

#[test]
fn cells_that_have_no_clear_value_make_their_column_unreadable() {
    let sheet = rows(&[
        &[
            "t:id",
            "t:error",
            "t:formula",
            "t:duration",
            "t:mixed",
            "t:fine",
        ],
        &["1", "e:#DIV/0!", "f:A1+1", "h:1.5", "1234.5", "5"],
        &["2", "6", "7", "8", "t:3.000", "t:n/a"],
    ]);
    let raw = read(&xlsx(&[("S", &sheet)])).unwrap();
    let names: Vec<&str> = raw
        .recognized
        .unreadable
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(names, ["error", "formula", "duration", "mixed"]);
    assert_eq!(column(&raw, "fine"), ["5", "n/a"]);
}

#[test]
fn old_and_open_workbooks_are_read() {
    let raw = read(include_bytes!("files/people.xls")).unwrap();
    assert_eq!(column(&raw, "id"), ["007", "008"]);
    assert_eq!(column(&raw, "pay"), ["3000.5", "3100"]);
    assert_eq!(column(&raw, "hired"), ["2020-01-31", "1999-12-01"]);

    let text = |text: &str| {
        format!(
            "<table:table-cell office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>"
        )
    };
    let content = format!(
        "<office:document-content xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\"><office:body><office:spreadsheet><table:table table:name=\"S\"><table:table-row>{}{}{}</table:table-row><table:table-row>{}<table:table-cell office:value-type=\"float\" office:value=\"3000.5\"/><table:table-cell office:value-type=\"date\" office:date-value=\"2020-01-31\"/></table:table-row></table:table></office:spreadsheet></office:body></office:document-content>",
        text("id"),
        text("pay"),
        text("hired"),
        text("007")
    );
    let manifest = "<manifest:manifest xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\"><manifest:file-entry manifest:full-path=\"content.xml\" manifest:media-type=\"text/xml\"></manifest:file-entry></manifest:manifest>";
    let files = [
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", manifest),
        ("content.xml", content.as_str()),
    ];
    let raw = read(&zipped(&files)).unwrap();
    assert_eq!(
        [
            column(&raw, "id"),
            column(&raw, "pay"),
            column(&raw, "hired")
        ],
        [["007"], ["3000.5"], ["2020-01-31"]]
    );
}

#[test]
fn what_is_no_workbook_is_refused() {
    assert!(matches!(
        read(&zipped(&[("a.txt", "hello")])),
        Err(ReadError::Workbook(_))
    ));
    let book = xlsx(&[("S", &rows(&[&["t:id"], &["1"]]))]);
    assert!(read(&book[..book.len() / 2]).is_err());
    assert_eq!(read(&[0x1F, 0x8B, 8, 0]), Err(ReadError::Compressed));
}

#[test]
fn parquet_of_every_usual_type_is_read() {
    let attrition = data::built_in().unwrap().remove(0);
    for file in [
        "pq_dec.parquet",
        "pq_i8.parquet",
        "pq_u8.parquet",
        "pq_map.parquet",
    ] {
        let Some(path) = testing::shared(&format!("cases/{file}")) else {
            continue;
        };
        let raw = read(&std::fs::read(path).unwrap()).unwrap();
        let checked = check(&raw, &attrition, CheckMode::Training, None)
            .unwrap_or_else(|refusal| panic!("{file}: {:?}", refusal.problems));
        assert_eq!(checked.ids.len(), raw.rows(), "{file}");
    }
}

#[test]
fn only_a_use_of_an_unreadable_column_refuses() {
    let attrition = data::built_in().unwrap().remove(0);
    let Some(path) = testing::shared("cases/pq_map.parquet") else {
        return;
    };
    let mut raw = read(&std::fs::read(path).unwrap()).unwrap();
    assert_eq!(raw.recognized.unreadable.len(), 1);
    raw.recognized
        .unreadable
        .push(("Age".into(), "it holds lists".into()));
    let refusal = check(&raw, &attrition, CheckMode::Training, None).unwrap_err();
    assert_eq!(
        (refusal.total, refusal.problems[0].column.as_str()),
        (1, "Age")
    );
}
