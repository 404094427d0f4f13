//! From bytes to columns of text. Format, encoding, separator and header are recognized, nothing is
//! guessed silently: what can be read in two ways is refused with the question.

mod arrays;
mod arrow;
mod assemble;
mod columnar;
mod cut;
mod delimited;
mod encoding;
mod error;
mod guard;
mod held;
mod json;
mod options;
mod parquet;
mod parts;
mod raw;
mod recognized;
mod records;
mod texts;
mod times;
mod workbook;

use std::panic::{AssertUnwindSafe, catch_unwind};

use model::UseCase;

use columnar::Choice;
pub use error::ReadError;
pub use options::{DateOrder, OptionError, ReadOptions};
pub use raw::Raw;
pub use recognized::{FileFormat, Recognized};
pub use texts::Texts;

/// Reads CSV, workbooks (.xlsx, .xlsb, .xls, .ods), Parquet, Arrow (Feather) and JSON lines, told
/// apart by content.
///
/// # Errors
/// See [`ReadError`]. Rows are numbered as a spreadsheet does: the first is row 1.
pub fn read(bytes: &[u8], options: &ReadOptions) -> Result<Raw, ReadError> {
    read_some(bytes, options, None)
}

/// As [`read`]; of a file that keeps its columns apart (Parquet, Arrow), those are left out that
/// `use_case` does not need.
///
/// # Errors
/// As [`read`].
pub fn read_for(bytes: &[u8], options: &ReadOptions, use_case: &UseCase) -> Result<Raw, ReadError> {
    let needed = |columns: &[(&str, bool)]| crate::check::needed(columns, use_case);
    let raw = read_some(bytes, options, Some(&needed));
    match format_of(bytes) {
        // Problems are reported for the whole file, not only for the columns that are needed.
        Ok(FileFormat::Parquet | FileFormat::Arrow) => raw.or_else(|_| read(bytes, options)),
        Ok(FileFormat::Csv | FileFormat::Workbook | FileFormat::JsonLines) | Err(_) => raw,
    }
}

fn read_some(
    bytes: &[u8],
    options: &ReadOptions,
    choice: Option<Choice<'_>>,
) -> Result<Raw, ReadError> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(ReadError::Empty);
    }
    let format = format_of(bytes)?;
    if options.sheet.is_some() && format != FileFormat::Workbook {
        return Err(ReadError::SheetOfText);
    }
    // A reader that fails on a damaged file must not take the process with it.
    let read = catch_unwind(AssertUnwindSafe(|| match format {
        FileFormat::Csv => delimited::read(bytes, options),
        FileFormat::Workbook => workbook::read(bytes, options),
        FileFormat::Parquet => parquet::read(bytes, choice),
        FileFormat::Arrow => arrow::read(bytes, choice),
        FileFormat::JsonLines => json::read(bytes),
    }));
    let mut raw = read.map_err(|_| ReadError::Failed(format.label()))??;
    raw.columns.iter_mut().for_each(Texts::close);
    raw.options = options.clone();
    raw.recognized.format = format;
    raw.recognized.header_row = raw.recognized.header_row.max(1);
    if raw.rows() == 0 {
        Err(ReadError::HeaderOnly)
    } else {
        Ok(raw)
    }
}

fn format_of(bytes: &[u8]) -> Result<FileFormat, ReadError> {
    match bytes {
        _ if bytes.starts_with(b"PAR1") => Ok(FileFormat::Parquet),
        _ if bytes.starts_with(b"ARROW1") => Ok(FileFormat::Arrow),
        _ if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(workbook::COMPOUND_FILE) => {
            Ok(FileFormat::Workbook)
        }
        _ if bytes.starts_with(b"\x1F\x8B") || bytes.starts_with(b"\x28\xB5\x2F\xFD") => {
            Err(ReadError::Compressed)
        }
        _ if json::is_json(bytes) => Ok(FileFormat::JsonLines),
        _ => Ok(FileFormat::Csv),
    }
}
