//! From bytes to columns of text. Delimiter and encoding are recognized, nothing is guessed silently: what cannot be read is refused.

use std::io::Cursor;

use polars_core::prelude::*;
use polars_io::prelude::*;
use serde::{Deserialize, Serialize};

/// How a file is to be read. What is `None` is recognized from its content.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ReadOptions {
    /// A label of the WHATWG Encoding Standard, for example `windows-1252`.
    pub encoding: Option<String>,
    /// Name of a workbook's sheet.
    pub sheet: Option<String>,
    /// Decimal mark of numbers: `.` or `,`.
    pub decimal: Option<char>,
    /// Thousands mark of numbers: `.`, `,`, a space or an apostrophe.
    pub thousands: Option<char>,
    pub dates: Option<DateOrder>,
}

/// In which order a date written with numbers has its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateOrder {
    YearFirst,
    DayFirst,
    MonthFirst,
}

impl DateOrder {
    pub const ALL: [Self; 3] = [Self::YearFirst, Self::DayFirst, Self::MonthFirst];

    /// Its word in commands and forms.
    pub const fn word(self) -> &'static str {
        match self {
            Self::YearFirst => "year-first",
            Self::DayFirst => "day-first",
            Self::MonthFirst => "month-first",
        }
    }

    /// The order with that word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|order| order.word() == word)
    }
}

/// A file as columns of text, not yet checked against any use case. Missing cells are empty texts.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Raw {
    pub names: Vec<String>,
    pub columns: Vec<Vec<String>>,
    /// What was asked for, for the reading of numbers and dates.
    pub options: ReadOptions,
}

impl Raw {
    /// Number of data rows.
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, Vec::len)
    }
}

/// Why a file cannot be read. Each message says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    #[error("the file is empty")]
    Empty,
    #[error("the file has a header but no rows")]
    HeaderOnly,
    #[error("the file is neither CSV nor Parquet: it holds binary data (byte {0}). Export it as CSV in UTF-8 or as Parquet")]
    Binary(usize),
    #[error("the text is not UTF-8 (row {row}): it may have been saved as Windows-1252 or Latin-1. Save it as \"CSV UTF-8\" and try again")]
    Encoding { row: usize },
    #[error("row {row} has {found} cells, but the header has {expected}: a quote may be missing, or the file may be truncated")]
    Ragged { row: usize, found: usize, expected: usize },
    #[error("the column \"{0}\" occurs twice in the header")]
    RepeatedColumn(String),
    #[error("the file cannot be read as CSV: {0}")]
    Csv(String),
    #[error("the Parquet file is damaged or truncated: {0}")]
    Parquet(String),
}

/// Reads CSV (comma, semicolon, tab or pipe; UTF-8, or UTF-16 with a byte-order mark) or Parquet, told apart by content.
///
/// # Errors
/// See [`ReadError`]. Rows are numbered as a spreadsheet does: the header is row 1.
pub fn read(bytes: &[u8], options: &ReadOptions) -> Result<Raw, ReadError> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(ReadError::Empty);
    }
    let raw = if bytes.starts_with(b"PAR1") { read_parquet(bytes)? } else { read_csv(bytes)? };
    let raw = Raw { options: options.clone(), ..raw };
    if raw.rows() == 0 { Err(ReadError::HeaderOnly) } else { Ok(raw) }
}

fn read_parquet(bytes: &[u8]) -> Result<Raw, ReadError> {
    let damaged = |error: PolarsError| ReadError::Parquet(first_line(&error));
    if !bytes.ends_with(b"PAR1") {
        return Err(ReadError::Parquet("its end is missing".into()));
    }
    texts(&ParquetReader::new(Cursor::new(bytes)).finish().map_err(damaged)?).map_err(damaged)
}

fn read_csv(bytes: &[u8]) -> Result<Raw, ReadError> {
    let text = decode(bytes)?;
    let separator = sniff_separator(&text);
    check_shape(&text, separator)?;
    let refused = |error: PolarsError| ReadError::Csv(first_line(&error));
    let frame = CsvReadOptions::default()
        .with_infer_schema_length(Some(0))
        .map_parse_options(|options| options.with_separator(separator))
        .into_reader_with_file_handle(Cursor::new(text.into_bytes()))
        .finish()
        .map_err(refused)?;
    texts(&frame).map_err(refused)
}

/// UTF-8 with or without a byte-order mark; UTF-16 with one.
fn decode(bytes: &[u8]) -> Result<String, ReadError> {
    let utf16 = |unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes[2..].chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
        String::from_utf16(&units).map_err(|_| ReadError::Encoding { row: 1 })
    };
    let text = match bytes {
        [0xFF, 0xFE, ..] => utf16(u16::from_le_bytes)?,
        [0xFE, 0xFF, ..] => utf16(u16::from_be_bytes)?,
        _ => {
            let body = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
            let control = |byte: &u8| *byte < 32 && !matches!(byte, b'\t' | b'\n' | b'\r' | 12);
            if let Some(position) = body.iter().position(control) {
                return Err(ReadError::Binary(position));
            }
            let row = |valid: usize| body[..valid].iter().filter(|byte| **byte == b'\n').count() + 1;
            std::str::from_utf8(body).map_err(|error| ReadError::Encoding { row: row(error.valid_up_to()) })?.to_owned()
        }
    };
    if text.trim().is_empty() { Err(ReadError::Empty) } else { Ok(text) }
}

/// The separator that stands most often in the header, outside quotes.
fn sniff_separator(text: &str) -> u8 {
    let header = text.lines().next().unwrap_or("");
    let mut quoted = false;
    let mut counts = [0_u32; 4];
    for byte in header.bytes() {
        quoted ^= byte == b'"';
        if let Some(index) = b",;\t|".iter().position(|separator| *separator == byte && !quoted) {
            counts[index] += 1;
        }
    }
    let best = (0..4).rev().max_by_key(|&index| counts[index]).unwrap_or(0);
    b",;\t|"[best]
}

/// Polars fills short rows with nothing; a file that was cut short must not pass as one with missing values.
fn check_shape(text: &str, separator: u8) -> Result<(), ReadError> {
    let mut reader = csv::ReaderBuilder::new().delimiter(separator).has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut record = csv::ByteRecord::new();
    let mut expected = 0;
    let mut row = 0;
    while reader.read_byte_record(&mut record).map_err(|error| ReadError::Csv(error.to_string()))? {
        row += 1;
        if row == 1 {
            expected = record.len();
            // Polars would rename the second of two.
            if let Some(index) = (1..expected).find(|&index| (0..index).any(|earlier| record[earlier] == record[index])) {
                return Err(ReadError::RepeatedColumn(String::from_utf8_lossy(&record[index]).into_owned()));
            }
        } else if record.len() != expected {
            return Err(ReadError::Ragged { row, found: record.len(), expected });
        }
    }
    Ok(())
}

fn texts(frame: &DataFrame) -> PolarsResult<Raw> {
    let mut raw = Raw::default();
    for column in frame.columns() {
        let text = column.cast(&DataType::String)?;
        raw.names.push(column.name().trim().to_owned());
        raw.columns.push(text.str()?.iter().map(|cell| cell.unwrap_or("").to_owned()).collect());
    }
    Ok(raw)
}

fn first_line(error: &PolarsError) -> String {
    error.to_string().lines().next().unwrap_or_default().to_owned()
}
