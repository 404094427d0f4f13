//! Delimited text: separator, `sep=` line, header, rows.

use std::borrow::Cow;

use super::assemble::{Assembler, Outline, SAMPLE, find_header};
use super::encoding::decode;
use super::error::ReadError;
use super::options::ReadOptions;
use super::parts;
use super::raw::Raw;
use super::recognized::FileFormat;
use super::records::Records;

const SEPARATORS: [u8; 4] = *b",;\t|";

pub(super) fn read(bytes: &[u8], options: &ReadOptions) -> Result<Raw, ReadError> {
    let (text, encoding) = decode(bytes, options.encoding.as_deref())?;
    let text = without_end_mark(&text);
    if let Some(position) = control(text.as_bytes()) {
        return Err(ReadError::Binary(position));
    }
    if text.trim().is_empty() {
        return Err(ReadError::Empty);
    }
    let stated = options.separator.map(separator).transpose()?;
    let line = separator_line(text);
    let separator = match stated.or(line) {
        Some(separator) => separator,
        None => sniff(
            text,
            options.header_row.map_or(0, |row| row.saturating_sub(1)),
        )?,
    };
    let mut raw = table(
        text,
        separator,
        usize::from(line.is_some()),
        options.header_row,
    )?;
    raw.recognized.format = FileFormat::Csv;
    raw.recognized.encoding = Some(encoding.name().to_owned());
    raw.recognized.separator = Some(char::from(separator));
    Ok(raw)
}

/// The first byte that no text has.
fn control(bytes: &[u8]) -> Option<usize> {
    let is_control = |byte: u8| byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r' | 0xC);
    // Without a way out in the middle, many bytes are looked at in one step.
    const STEP: usize = 4096;
    let any = |bytes: &[u8]| {
        bytes
            .iter()
            .fold(false, |any, byte| any | is_control(*byte))
    };
    let (index, step) = bytes.chunks(STEP).enumerate().find(|(_, step)| any(step))?;
    Some(index * STEP + step.iter().position(|byte| is_control(*byte))?)
}

/// Programs of DOS end a text with Ctrl-Z.
fn without_end_mark(text: &str) -> &str {
    let end = text.trim_end_matches(['\n', '\r', '\u{1a}']).len();
    if text[end..].contains('\u{1a}') {
        &text[..end]
    } else {
        text
    }
}

fn separator(stated: char) -> Result<u8, ReadError> {
    let byte = u8::try_from(stated).ok().filter(u8::is_ascii);
    byte.filter(|byte| !byte.is_ascii_alphanumeric() && !b"\"\r\n".contains(byte))
        .ok_or(ReadError::BadSeparator(stated))
}

/// The separator of a first line `sep=;`, by which programs tell a spreadsheet how to open the
/// file.
fn separator_line(text: &str) -> Option<u8> {
    let line = text.lines().next()?.split('\r').next()?.trim_matches('"');
    let (key, value) = line.split_at_checked(4)?;
    let mut letters = value.chars();
    let only = letters.next().filter(|_| letters.next().is_none())?;
    key.eq_ignore_ascii_case("sep=")
        .then(|| separator(only).ok())
        .flatten()
}

/// How a text looks when it is cut by one of the separators.
struct Reading {
    separator: u8,
    width: usize,
}

/// The separator by which all rows behind the first `skip` have the same number of cells. Two that
/// do so equally well are asked about.
fn sniff(text: &str, skip: usize) -> Result<u8, ReadError> {
    let samples: Vec<(u8, Vec<Outline>)> = SEPARATORS
        .iter()
        .filter_map(|separator| Some((*separator, sample(text, *separator, skip).ok()?)))
        .collect();
    let readings = |from_header: &dyn Fn(&[Outline]) -> Option<usize>| -> Vec<Reading> {
        let reading = |(separator, rows): &(u8, Vec<Outline>)| {
            let start = from_header(rows)?;
            let width = rows.get(start)?.filled.len();
            let fits = |row: &Outline| {
                row.count() == 0
                    || (row.filled.len() >= width && !row.filled[width..].contains(&true))
            };
            // Titles are few: a header far down is a row of another table.
            (width > 1 && 2 * start < rows.len() && rows[start..].iter().all(fits)).then_some(
                Reading {
                    separator: *separator,
                    width,
                },
            )
        };
        samples.iter().filter_map(reading).collect()
    };
    let first_filled = |rows: &[Outline]| rows.iter().position(|row| row.count() > 0);
    let below_titles = |rows: &[Outline]| {
        let header = find_header(rows).ok()?;
        rows.iter().position(|row| row.row == header)
    };
    let mut found = readings(&first_filled);
    if found.is_empty() {
        found = readings(&below_titles);
    }
    found.sort_by_key(|reading| std::cmp::Reverse(reading.width));
    match &found[..] {
        [] => Ok(most_frequent(text, skip)),
        [only] => Ok(only.separator),
        // Ten columns by tab and two by comma: the comma is in the texts.
        [first, second, ..] if first.width >= 4 && first.width >= 2 * second.width => {
            Ok(first.separator)
        }
        many => Err(ReadError::UnclearSeparator(
            many.iter()
                .map(|reading| char::from(reading.separator))
                .collect(),
        )),
    }
}

/// No separator gives a table: the one that is most often in the first of these lines, so that the
/// refusal names the row that differs.
fn most_frequent(text: &str, skip: usize) -> u8 {
    let line = text
        .lines()
        .skip(skip)
        .find(|line| !line.trim().is_empty())
        .unwrap_or_default();
    let count = |separator: &u8| line.bytes().filter(|byte| byte == separator).count();
    SEPARATORS
        .into_iter()
        .rev()
        .max_by_key(count)
        .unwrap_or(b',')
}

fn sample(text: &str, separator: u8, skip: usize) -> Result<Vec<Outline>, ReadError> {
    let mut records = Records::new(text, separator);
    let (mut cells, mut rows) = (Vec::new(), Vec::new());
    while rows.len() < SAMPLE {
        let Some(row) = records.next(&mut cells)? else {
            break;
        };
        if row > skip {
            rows.push(Outline::new(row, &cells));
        }
    }
    Ok(rows)
}

fn table(text: &str, separator: u8, skip: usize, stated: Option<usize>) -> Result<Raw, ReadError> {
    let header_row = match stated {
        Some(row) => row,
        None => find_header(&sample(text, separator, skip)?)?,
    };
    let mut records = Records::new(text, separator);
    let mut cells: Vec<Cow<'_, str>> = Vec::new();
    while let Some(row) = records.next(&mut cells)? {
        if row == header_row {
            let mut assembler = Assembler::new(row, &cells);
            parts::read(text, separator, records.position(), row, &mut assembler)?;
            return Ok(assembler.finish()?.raw);
        }
    }
    Err(ReadError::NoHeaderRow(header_row))
}
