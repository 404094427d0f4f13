//! Workbooks of the old format (.xls): a file of sectors that are chained, in which a stream of
//! records holds the sheets.

use super::budget::Budget;
use super::package::table;

/// Cells of the largest sheet of the format.
const MOST_CELLS: u64 = 1 << 24;
const END_OF_CHAIN: u32 = 0xFFFF_FFFE;
/// Numbers of sectors from here on have another meaning.
const RESERVED: u32 = 0xFFFF_FFFC;
const SMALLEST_STREAM: usize = 4096;
const MINI_SECTOR: usize = 64;

type Position = (u32, u32);

/// Checks an old workbook before a reader opens it: that no chain of sectors is endless, and that
/// its sheets fit the budget.
///
/// # Errors
/// When they do not, with the reason. Other damage is left to the reader to report.
pub(crate) fn compound(bytes: &[u8], budget: &Budget) -> Result<(), String> {
    let Some(sectors) = Sectors::of(bytes)? else {
        return Ok(());
    };
    let directory = sectors.chain(sectors.directory, usize::MAX)?;
    let entries: Vec<Entry> = directory
        .as_chunks::<128>()
        .0
        .iter()
        .map(Entry::of)
        .collect();
    let Some(root) = entries.first() else {
        return Ok(());
    };
    let (mini, mini_table) = if sectors.has_mini {
        let mini = sectors.chain(root.start, root.length)?;
        (
            mini,
            numbers(&sectors.chain(sectors.mini_table, usize::MAX)?),
        )
    } else {
        (Vec::new(), Vec::new())
    };
    for name in ["workbook", "book"] {
        if let Some(entry) = entries.iter().find(|entry| entry.name == name) {
            let stream = if entry.length < SMALLEST_STREAM {
                let part = |sector: usize| mini.get(sector * MINI_SECTOR..);
                chain(entry.start, entry.length, &mini_table, MINI_SECTOR, part)?
            } else {
                sectors.chain(entry.start, entry.length)?
            };
            return sheets(&stream, budget);
        }
    }
    Ok(())
}

struct Sectors<'a> {
    /// Behind the header.
    bytes: &'a [u8],
    size: usize,
    table: Vec<u32>,
    directory: u32,
    mini_table: u32,
    has_mini: bool,
}

impl<'a> Sectors<'a> {
    /// `None` when the header is damaged, which the reader reports.
    fn of(file: &'a [u8]) -> Result<Option<Self>, String> {
        let Some(header) = file.first_chunk::<512>() else {
            return Ok(None);
        };
        let size = match header[30] {
            9 => 512,
            12 => 4096,
            _ => return Ok(None),
        };
        let number = |at: usize| number(header, at).unwrap_or(RESERVED);
        let mut sectors = Self {
            bytes: file.get(size..).unwrap_or_default(),
            size,
            table: Vec::new(),
            directory: number(48),
            mini_table: number(60),
            has_mini: number(64) > 0,
        };
        let mut parts = numbers(&header[76..]);
        let (mut next, most) = (number(68), file.len() / size + 1);
        for _ in 0..=most {
            if next >= RESERVED {
                break;
            }
            let Some(part) = sectors.sector(next as usize) else {
                return Ok(None);
            };
            parts.extend(numbers(part));
            next = parts.pop().unwrap_or(RESERVED);
        }
        for part in parts.into_iter().filter(|part| *part < RESERVED) {
            let Some(part) = sectors.sector(part as usize) else {
                return Ok(None);
            };
            sectors.table.extend(numbers(part));
            if sectors.table.len() > 2 * file.len() {
                return endless();
            }
        }
        Ok(Some(sectors))
    }

    fn sector(&self, number: usize) -> Option<&'a [u8]> {
        let rest = self.bytes.get(number.checked_mul(self.size)?..)?;
        Some(&rest[..rest.len().min(self.size)])
    }

    fn chain(&self, start: u32, length: usize) -> Result<Vec<u8>, String> {
        let part = |sector: usize| self.bytes.get(sector.checked_mul(self.size)?..);
        chain(start, length, &self.table, self.size, part)
    }
}

/// The bytes of a chain of sectors, up to a length. It ends early where it is broken.
fn chain<'a>(
    start: u32,
    length: usize,
    table: &[u32],
    size: usize,
    part: impl Fn(usize) -> Option<&'a [u8]>,
) -> Result<Vec<u8>, String> {
    let (mut bytes, mut sector) = (Vec::new(), start);
    for step in 0.. {
        if sector == END_OF_CHAIN || bytes.len() >= length {
            break;
        }
        if step > table.len() {
            return endless();
        }
        let Some(more) = part(sector as usize) else {
            break;
        };
        let more = &more[..more.len().min(size).min(length - bytes.len())];
        bytes.extend_from_slice(more);
        let Some(next) = table.get(sector as usize) else {
            break;
        };
        sector = *next;
    }
    Ok(bytes)
}

fn endless<T>() -> Result<T, String> {
    Err("its parts are chained without end".to_owned())
}

/// A stream in the directory.
struct Entry {
    /// Lowercase.
    name: String,
    start: u32,
    length: usize,
}

impl Entry {
    fn of(bytes: &[u8; 128]) -> Self {
        let letters = bytes[..64].as_chunks::<2>().0;
        let letters = letters.iter().map(|letter| u16::from_le_bytes(*letter));
        let letters: Vec<u16> = letters.take_while(|letter| *letter != 0).collect();
        Self {
            name: String::from_utf16_lossy(&letters).to_ascii_lowercase(),
            start: number(bytes, 116).unwrap_or(RESERVED),
            length: number(bytes, 120).unwrap_or_default() as usize,
        }
    }
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn numbers(bytes: &[u8]) -> Vec<u32> {
    let numbers = bytes.as_chunks::<4>().0.iter();
    numbers.map(|bytes| u32::from_le_bytes(*bytes)).collect()
}

/// Records: kind and data. Ends where one is cut off.
fn records(mut bytes: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    std::iter::from_fn(move || {
        let (head, rest) = bytes.split_first_chunk::<4>()?;
        let [kind, length] = [[head[0], head[1]], [head[2], head[3]]].map(u16::from_le_bytes);
        let (data, rest) = rest.split_at_checked(length.into())?;
        bytes = rest;
        Some((kind, data))
    })
}

const BEGIN: u16 = 0x0809;
const END: u16 = 0x000A;
const SHEET: u16 = 0x0085;
const DIMENSIONS: u16 = 0x0200;
const FORMULA: u16 = 0x0006;
const SEVERAL_NUMBERS: u16 = 0x00BD;
/// Numbers, texts and truth values.
const CELLS: [u16; 8] = [
    0x0203,
    0x0204,
    0x00D6,
    0x0205,
    0x027E,
    0x00FD,
    SEVERAL_NUMBERS,
    FORMULA,
];

fn sheets(stream: &[u8], budget: &Budget) -> Result<(), String> {
    for (kind, data) in records(stream) {
        match kind {
            SHEET => {
                let place = number(data, 0).unwrap_or_default() as usize;
                sheet(stream.get(place..).unwrap_or_default(), budget)?;
            }
            END => break,
            _ => {}
        }
    }
    Ok(())
}

fn sheet(bytes: &[u8], budget: &Budget) -> Result<(), String> {
    let (mut cells, mut formulas): (Vec<Position>, Vec<Position>) = Default::default();
    // Charts in a sheet are skipped by the reader.
    let (mut has_begun, mut depth) = (false, 0_usize);
    for (kind, data) in records(bytes) {
        let short = |at: usize| {
            let bytes = data.get(at..).and_then(<[u8]>::first_chunk);
            bytes.map_or(0, |bytes| u32::from(u16::from_le_bytes(*bytes)))
        };
        match kind {
            BEGIN if has_begun => depth += 1,
            BEGIN => has_begun = true,
            END if depth > 0 => depth -= 1,
            END => break,
            _ if depth > 0 => {}
            DIMENSIONS => {
                let [top, bottom, left, right] = if data.len() == 10 {
                    [short(0), short(2), short(4), short(6)]
                } else {
                    let long = |at: usize| number(data, at).unwrap_or_default();
                    [long(0), long(4), short(8), short(10)]
                };
                // As the reader does: a first column that cannot be is the first of all.
                let left = if left > 0xFF || right < left { 0 } else { left };
                let rows = u64::from(bottom.wrapping_sub(top));
                let columns = u64::from(right - left);
                if bottom > 0 && rows.saturating_mul(columns) > MOST_CELLS {
                    return Err("it says that a sheet is larger than the format allows".to_owned());
                }
            }
            _ if CELLS.contains(&kind) => {
                let row = short(0);
                cells.push((row, short(2)));
                if kind == SEVERAL_NUMBERS {
                    cells.push((row, short(data.len().saturating_sub(2))));
                }
                if kind == FORMULA {
                    formulas.push((row, short(2)));
                }
            }
            _ => {}
        }
    }
    table(cells.into_iter(), budget)?;
    table(formulas.into_iter(), budget)
}
