//! Why a file cannot be read.

use super::recognized::{list, separator_name};

/// Why a file cannot be read. Each message says what to do.
#[expect(missing_docs, reason = "the message of each variant says it")]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    #[error("the file is empty")]
    Empty,
    #[error("the file has a header but no rows")]
    HeaderOnly,
    #[error(
        "the file holds binary data (byte {0}) of an unknown format. Use CSV, Excel, OpenDocument, Parquet, Arrow or JSON lines"
    )]
    Binary(usize),
    #[error("the file is compressed. Unpack it first")]
    Compressed,
    #[error(
        "the encoding of the text is not clear (row {row}): it is neither UTF-8 nor Windows-1252. Save the file as \"CSV UTF-8\", or state \
         the encoding: --encoding windows-1250, for example"
    )]
    Encoding { row: usize },
    #[error(
        "row {row} is not valid {encoding}. State the right encoding, or leave it out to have it recognized"
    )]
    NotInEncoding { row: usize, encoding: &'static str },
    #[error(
        "“{0}” is not a known encoding. Use a name such as utf-8, utf-16le, windows-1252 or iso-8859-2"
    )]
    UnknownEncoding(String),
    #[error(
        "the file begins with the byte-order mark of {mark}, but the encoding is stated as {stated}. Leave the encoding out"
    )]
    ContradictedEncoding {
        mark: &'static str,
        stated: &'static str,
    },
    #[error(
        "row {row} has {found} cells, but the header has {expected}: a quote may be missing, or the file may be truncated"
    )]
    Ragged {
        row: usize,
        found: usize,
        expected: usize,
    },
    #[error(
        "a quote that opens in row {row} is never closed: a quote may be missing, or the file may be truncated"
    )]
    OpenQuote { row: usize },
    #[error("columns can be separated by {} in this file. State which: --separator", list(.0.iter().map(|mark| separator_name(*mark)), "or by"))]
    UnclearSeparator(Vec<char>),
    #[error(
        "“{0}” cannot separate columns. Use a comma, a semicolon, a tab or another sign that is no letter, digit or quote"
    )]
    BadSeparator(char),
    #[error(
        "row {row} names only {named} of {columns} columns: it may be a title above the header, or a header of two rows. State the row that \
         holds the column names: --header-row {}",
        row + 1
    )]
    UnclearHeader {
        row: usize,
        named: usize,
        columns: usize,
    },
    #[error("the file has no row {0} to hold the column names")]
    NoHeaderRow(usize),
    #[error("the column \"{0}\" occurs twice in the header")]
    RepeatedColumn(String),
    #[error("the Parquet file is damaged or truncated: {0}")]
    Parquet(String),
    #[error("the Arrow file is damaged or truncated: {0}")]
    Arrow(String),
    #[error(
        "the workbook cannot be read: {0}. If it has a password, remove it; otherwise save it again as .xlsx"
    )]
    Workbook(String),
    #[error("the workbook cannot be read: {0}")]
    TooLarge(String),
    #[error("the workbook has no rows")]
    EmptyWorkbook,
    #[error("the workbook has {} sheets with data: {}. State which to read: --sheet", .0.len(), list(.0.iter().map(|name| format!("“{name}”")), "and"))]
    UnclearSheet(Vec<String>),
    #[error("the workbook has no sheet “{asked}”. It has: {}", list(.names.iter().map(|name| format!("“{name}”")), "and"))]
    NoSheet { asked: String, names: Vec<String> },
    #[error("a sheet was stated, but the file is not a workbook. Leave the sheet out")]
    SheetOfText,
    #[error("line {line} is not a JSON object: {problem}")]
    Json { line: usize, problem: String },
    #[error(
        "the file cannot be read: the reader of {0} files failed. It may be damaged; save it again, or export it as CSV"
    )]
    Failed(&'static str),
}
