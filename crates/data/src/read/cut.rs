//! A part of a delimited text, cut into cells. A cell is a place in the text, so cutting copies
//! nothing.

use std::borrow::Cow;

use super::error::ReadError;
use super::held::Held;
use super::records::Records;

/// Rows that were cut into cells.
pub(super) struct Part<'a> {
    text: &'a str,
    /// Column by column: the places of the cells in the text, or behind its end in `unquoted`.
    columns: Vec<Vec<Place>>,
    /// Cells that are not in the text as they are meant: with quotes that were written twice.
    unquoted: String,
    /// By row with values: its number, counted from the row above the part.
    pub rows: Vec<usize>,
    /// Number of rows, with blank ones.
    pub count: usize,
    /// Where the last row ends.
    pub end: usize,
}

#[derive(Clone, Copy)]
struct Place {
    start: usize,
    end: usize,
}

impl<'a> Part<'a> {
    /// The rows that begin from byte `begin` up to byte `end`.
    ///
    /// # Errors
    /// As [`Records::next`] and [`is_row`], with rows counted from `begin`.
    pub(super) fn new(
        text: &'a str,
        separator: u8,
        width: usize,
        [begin, end]: [usize; 2],
    ) -> Result<Self, ReadError> {
        // A cell of a few letters is usual.
        let rows = (end - begin) / (6 * width.max(1)) + 1;
        let mut part = Self {
            text,
            columns: (0..width).map(|_| Vec::with_capacity(rows)).collect(),
            unquoted: String::new(),
            rows: Vec::with_capacity(rows),
            count: 0,
            end,
        };
        if text.as_bytes()[begin..end].contains(&b'"') {
            part.cut_quoted(separator, begin)?;
        } else {
            part.cut_plain(separator, begin)?;
        }
        Ok(part)
    }

    fn cut_quoted(&mut self, separator: u8, begin: usize) -> Result<(), ReadError> {
        let mut records = Records::from(self.text, separator, begin);
        let mut cells = Vec::new();
        while records.position() < self.end {
            let Some(row) = records.next(&mut cells)? else {
                break;
            };
            self.count = row;
            if is_row(row, &cells, self.columns.len())? {
                self.rows.push(row);
                for (column, cell) in self.columns.iter_mut().zip(&cells) {
                    let start = match cell {
                        Cow::Borrowed(cell) => cell.as_ptr() as usize - self.text.as_ptr() as usize,
                        Cow::Owned(cell) => {
                            self.unquoted.push_str(cell);
                            self.text.len() + self.unquoted.len() - cell.len()
                        }
                    };
                    let end = start + cell.len();
                    column.push(Place { start, end });
                }
            }
        }
        self.end = records.position();
        Ok(())
    }

    /// Without quotes every separator ends a cell and every line end a row.
    fn cut_plain(&mut self, separator: u8, begin: usize) -> Result<(), ReadError> {
        let text = self.text;
        let bytes = text.as_bytes();
        let mut row: Vec<Place> = Vec::with_capacity(self.columns.len());
        let mut start = begin;
        let mut ends = Ends::new(&bytes[..self.end], separator, begin);
        while start < self.end {
            let at = ends.next().unwrap_or(self.end);
            row.push(Place { start, end: at });
            start = at + 1;
            match bytes.get(at) {
                Some(byte) if *byte == separator => {
                    // A separator at the end of the text has an empty cell behind it.
                    if start < bytes.len() {
                        continue;
                    }
                    row.push(Place { start, end: start });
                }
                Some(b'\r') if bytes.get(start) == Some(&b'\n') => {
                    ends.next();
                    start += 1;
                }
                _ => {}
            }
            self.end_row(&mut row)?;
        }
        Ok(())
    }

    /// A row that was cut to its end.
    fn end_row(&mut self, row: &mut Vec<Place>) -> Result<(), ReadError> {
        self.count += 1;
        let text = self.text;
        let cell = |place: &Place| &text[place.start..place.end];
        // Most rows are seen to be whole at once.
        let is_seen = |place: &Place| {
            cell(place)
                .bytes()
                .next()
                .is_some_and(|byte| byte.is_ascii_graphic())
        };
        let is_whole = row.len() == self.columns.len() && row.iter().any(is_seen);
        let keep = is_whole || {
            let cells: Vec<&str> = row.iter().map(cell).collect();
            is_row(self.count, &cells, self.columns.len())?
        };
        if keep {
            self.rows.push(self.count);
            for (column, place) in self.columns.iter_mut().zip(&*row) {
                column.push(*place);
            }
        }
        row.clear();
        Ok(())
    }

    #[inline]
    fn cell(&self, place: Place) -> &str {
        match place.start.checked_sub(self.text.len()) {
            // An empty cell at the very end of the text.
            Some(_) if place.start == place.end => "",
            Some(start) => &self.unquoted[start..place.end - self.text.len()],
            None => &self.text[place.start..place.end],
        }
    }
}

/// The places of separators and line ends, found eight bytes at a time.
struct Ends<'a> {
    bytes: &'a [u8],
    separator: u64,
    /// The eight bytes that are looked at begin here.
    at: usize,
    /// One bit for each byte of the eight that ends a cell and was not given yet.
    found: u64,
}

const EACH: u64 = 0x0101_0101_0101_0101;

impl<'a> Ends<'a> {
    fn new(bytes: &'a [u8], separator: u8, at: usize) -> Self {
        let mut ends = Self {
            bytes,
            separator: u64::from(separator) * EACH,
            at,
            found: 0,
        };
        ends.look();
        ends
    }

    fn look(&mut self) {
        let rest = &self.bytes[self.at.min(self.bytes.len())..];
        let eight = match rest.first_chunk::<8>() {
            Some(eight) => u64::from_le_bytes(*eight),
            None => {
                let mut eight = [0; 8];
                eight[..rest.len()].copy_from_slice(rest);
                u64::from_le_bytes(eight)
            }
        };
        self.found = zeros(eight ^ self.separator)
            | zeros(eight ^ (u64::from(b'\n') * EACH))
            | zeros(eight ^ (u64::from(b'\r') * EACH));
    }
}

impl Iterator for Ends<'_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        while self.found == 0 {
            self.at += 8;
            if self.at >= self.bytes.len() {
                return None;
            }
            self.look();
        }
        let place = self.at + self.found.trailing_zeros() as usize / 8;
        self.found &= self.found - 1;
        // Behind the end are zeros, which a separator may be too.
        (place < self.bytes.len()).then_some(place)
    }
}

/// The highest bit of each byte that is zero.
fn zeros(eight: u64) -> u64 {
    const LOW: u64 = 0x7F * EACH;
    !((eight & LOW).wrapping_add(LOW) | eight | LOW)
}

/// Adds the cells of one column of these parts.
pub(super) fn hold(parts: &[(usize, Part<'_>)], column: usize, held: &mut Held) {
    let rows: usize = parts.iter().map(|(_, part)| part.rows.len()).sum();
    // Texts of up to 15 bytes that came before, as one number each.
    const KNOWN: usize = 1 << 10;
    const FEW: usize = 64;
    let mut known = vec![(u128::MAX, 0_u32); if rows < FEW { 0 } else { KNOWN }];
    for (_, part) in parts {
        for place in &part.columns[column] {
            let key = key(part.text.as_bytes(), *place).filter(|_| !known.is_empty());
            let Some(key) = key else {
                held.push(part.cell(*place));
                continue;
            };
            let folded = (key as u64) ^ ((key >> 64) as u64).rotate_left(29);
            let slot = (folded.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 54) as usize;
            if known[slot].0 == key {
                held.push_code(known[slot].1);
            } else {
                let code = held.code_of(part.cell(*place));
                held.push_code(code);
                known[slot] = (key, code);
            }
        }
    }
}

/// A short cell as a number: its bytes and its length.
fn key(text: &[u8], place: Place) -> Option<u128> {
    let length = place.end - place.start;
    let sixteen = text.get(place.start..)?.first_chunk::<16>()?;
    let bytes = (1_u128 << (8 * length.min(15))) - 1;
    (length < 16).then(|| u128::from_le_bytes(*sixteen) & bytes | (length as u128) << 120)
}

/// Whether a row has values. Cells beyond the header must be blank; a row with too few may be cut
/// off.
pub(super) fn is_row<T: AsRef<str>>(
    row: usize,
    cells: &[T],
    expected: usize,
) -> Result<bool, ReadError> {
    let is_blank = |cell: &T| cell.as_ref().trim().is_empty();
    if cells.iter().all(is_blank) {
        return Ok(false);
    }
    if cells.len() < expected || !cells[expected..].iter().all(is_blank) {
        return Err(ReadError::Ragged {
            row,
            found: cells.len(),
            expected,
        });
    }
    Ok(true)
}
