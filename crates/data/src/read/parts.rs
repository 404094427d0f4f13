//! Rows of delimited text, cut into cells by all processors at once.
//!
//! Whether a line end also ends a row is only known from the text before it: it may lie within
//! quotes. So the text is cut at line ends on trial, and a part counts only where the part before
//! it ended exactly at its beginning. That is nearly always so; else the text is read on from where
//! the part before did end. The rows are thus those that reading from the beginning gives.

use rayon::prelude::*;

use super::assemble::Assembler;
use super::cut::Part;
use super::error::ReadError;

/// Bytes of a part: its cells and those of its neighbours stay in the processors' caches.
const PART: usize = 1 << 18;

/// Reads the rows that begin at byte `at`, below row `row`.
pub(super) fn read(
    text: &str,
    separator: u8,
    mut at: usize,
    mut row: usize,
    assembler: &mut Assembler,
) -> Result<(), ReadError> {
    let width = assembler.width();
    let most = 4 * rayon::current_num_threads();
    while at < text.len() {
        let trials: Vec<Trial<'_>> = beginnings(text.as_bytes(), at, most)
            .par_windows(2)
            .map(|ends| Trial::new(text, separator, width, [ends[0], ends[1]]))
            .collect();
        let mut parts = Vec::new();
        for trial in trials {
            if trial.begin != at {
                break;
            }
            let part = trial.part.map_err(|error| below(error, row))?;
            at = part.end;
            let rows = part.count;
            parts.push((row, part));
            row += rows;
        }
        assembler.push_parts(&parts);
    }
    Ok(())
}

/// Where parts may begin: at `from`, and behind line ends; then the end of the last one.
fn beginnings(text: &[u8], from: usize, most: usize) -> Vec<usize> {
    let mut all = vec![from];
    let mut last = from;
    while all.len() <= most && last < text.len() {
        let rest = text.get(last + PART..).unwrap_or_default();
        last = match rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
            Some(line) => {
                let end = last + PART + line;
                end + 1 + usize::from(text[end..].starts_with(b"\r\n"))
            }
            None => text.len(),
        };
        all.push(last);
    }
    all
}

/// A part that was read as if a row began at its beginning.
struct Trial<'a> {
    begin: usize,
    part: Result<Part<'a>, ReadError>,
}

impl<'a> Trial<'a> {
    fn new(text: &'a str, separator: u8, width: usize, [begin, end]: [usize; 2]) -> Self {
        Self {
            begin,
            part: Part::new(text, separator, width, [begin, end]),
        }
    }
}

/// The error of a row that was counted from below row `before`.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the others are of the whole file"
)]
fn below(error: ReadError, before: usize) -> ReadError {
    match error {
        ReadError::Ragged {
            row,
            found,
            expected,
        } => ReadError::Ragged {
            row: before + row,
            found,
            expected,
        },
        ReadError::OpenQuote { row } => ReadError::OpenQuote { row: before + row },
        other => other,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::super::records::Records;
    use super::*;
    use crate::{Raw, ReadOptions};

    /// The table as it is read from the beginning, row by row.
    fn row_by_row(text: &str) -> Result<Raw, ReadError> {
        let mut records = Records::new(text, b',');
        let mut cells = Vec::new();
        records.next(&mut cells)?;
        let mut assembler = Assembler::new(1, &cells);
        while let Some(row) = records.next(&mut cells)? {
            assembler.push(row, &cells)?;
        }
        Ok(assembler.finish()?.raw)
    }

    /// Many parts, whose cuts fall into each place of a row.
    fn text(rows: usize, cell: impl Fn(usize) -> String) -> String {
        let row = |index| format!("{index},{},x{}\n", cell(index), index % 7);
        "a,b,c\n".to_owned() + &(0..rows).map(row).collect::<String>()
    }

    fn same(text: &str) {
        let (parallel, serial) = (
            crate::read(text.as_bytes(), &ReadOptions::default()),
            row_by_row(text),
        );
        match (parallel, serial) {
            (Ok(parallel), Ok(serial)) => {
                assert_eq!(parallel.columns, serial.columns);
                assert_eq!(parallel.row_numbers, serial.row_numbers);
                assert_eq!(parallel.recognized.blank_rows, serial.recognized.blank_rows);
                let codes = |raw: &Raw| -> Vec<Vec<u32>> {
                    raw.columns
                        .iter()
                        .map(|texts| texts.codes().to_vec())
                        .collect()
                };
                assert_eq!(codes(&parallel), codes(&serial));
            }
            (parallel, serial) => assert_eq!(parallel.err(), serial.err()),
        }
    }

    #[test]
    fn parts_give_the_rows_of_the_whole() {
        let plain = text(60_000, |index| format!("text {}", index % 1000));
        assert!(plain.len() > 3 * PART);
        same(&plain);
        same(&plain.replace('\n', "\r\n"));
        same(&plain.replace('\n', "\r"));
        same(&plain.replace("x3\n", "x3\n\n,,\n"));
        same(&plain.replace("x3\n", "x3,,\n"));
    }

    #[test]
    fn line_ends_within_quotes_end_no_part() {
        let long = "1,2,3\n".repeat(PART / 6);
        same(&text(300_000, |_| "\"one\ntwo,\n\"".to_owned()));
        same(&text(200_000, |index| match index % 9 {
            0 => "\"say \"\"a\"\"\n\"\"\n\"".to_owned(),
            _ => "5' 10\"".to_owned(),
        }));
        same(&text(20, |index| match index {
            3 | 9 => format!("\"{long}{long}\""),
            _ => String::new(),
        }));
    }

    #[test]
    fn errors_name_the_row_of_the_file() {
        let good = text(60_000, |index| index.to_string());
        for (wrong, row) in [("1,2\n", 60_002), ("\n1,2,3,4\n", 60_003)] {
            let text = format!("{good}{wrong}{good}");
            let error = crate::read(text.as_bytes(), &ReadOptions::default()).unwrap_err();
            assert!(
                matches!(error, ReadError::Ragged { row: own, .. } if own == row),
                "{error:?}"
            );
            same(&text);
        }
        same(&format!("{good}1,\"2,3\n{good}"));
        same(&format!("{good}1,\"2\"\"\n,3\n{good}"));
    }
}
