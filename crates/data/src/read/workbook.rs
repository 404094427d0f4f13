//! Workbooks: .xlsx, .xlsb, .xls and .ods.

use std::collections::BTreeMap;
use std::io::Cursor;

use calamine::{
    Cell, CellErrorType, Data, DataRef, ExcelDateTime, Range, Reader, SheetType, SheetVisible,
    Sheets, open_workbook_auto_from_rs,
};

use super::assemble::{Assembler, Outline, SAMPLE, find_header};
use super::error::ReadError;
use super::guard::{self, Budget};
use super::options::ReadOptions;
use super::raw::Raw;

/// How a workbook of the old format begins.
pub(super) const COMPOUND_FILE: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";

pub(super) fn read(bytes: &[u8], options: &ReadOptions) -> Result<Raw, ReadError> {
    let budget = Budget::of(bytes.len());
    let guard = if bytes.starts_with(COMPOUND_FILE) {
        guard::compound
    } else {
        guard::package
    };
    guard(bytes, &budget).map_err(ReadError::TooLarge)?;
    let mut workbook = open_workbook_auto_from_rs(Cursor::new(bytes))
        .map_err(|error| ReadError::Workbook(error.to_string()))?;
    let (name, range) = choose(&mut workbook, options.sheet.as_deref(), &budget)?;
    let (first_row, first_column) = range
        .start()
        .map_or((0, 0), |(row, column)| (row as usize, column as usize));
    let mut sheet = Sheet {
        first_row,
        first_column,
        notes: BTreeMap::new(),
    };
    sheet.note_unfinished_formulas(&mut workbook, &name, &range);

    let mut rows = range
        .rows()
        .enumerate()
        .map(|(index, cells)| (first_row + index + 1, cells));
    let outlines: Vec<Outline> = rows
        .clone()
        .take(SAMPLE)
        .map(|(row, cells)| Outline::new(row, &texts(cells)))
        .collect();
    let header_row = options
        .header_row
        .map_or_else(|| find_header(&outlines), Ok)?;
    let header = rows
        .find(|(row, _)| *row == header_row)
        .ok_or(ReadError::NoHeaderRow(header_row))?;
    let mut assembler = Assembler::new(header_row, &texts(header.1));
    for (row, cells) in rows {
        sheet.note(row, cells);
        assembler.push(row, &texts(cells))?;
    }
    let assembled = assembler.finish()?;
    let mut raw = assembled.raw;
    for (index, position) in assembled.positions.iter().enumerate() {
        let note = sheet.notes.remove(position).unwrap_or_default();
        raw.typed.push(note.texts == 0);
        if let Some(reason) = note.reason() {
            raw.recognized
                .unreadable
                .push((raw.names[index].clone(), reason));
        }
    }
    raw.recognized.sheet = Some(name);
    Ok(raw)
}

/// The stated sheet, or the only one with data that is not hidden.
fn choose(
    workbook: &mut Sheets<Cursor<&[u8]>>,
    stated: Option<&str>,
    budget: &Budget,
) -> Result<(String, Range<Data>), ReadError> {
    let is_table = |sheet: &&calamine::Sheet| {
        sheet.typ == SheetType::WorkSheet
            && (stated.is_some() || sheet.visible == SheetVisible::Visible)
    };
    let names: Vec<String> = workbook
        .sheets_metadata()
        .iter()
        .filter(is_table)
        .map(|sheet| sheet.name.clone())
        .collect();
    let mut filled = Vec::new();
    let wanted: Vec<&String> = match stated {
        None => names.iter().collect(),
        Some(asked) => {
            let same = |name: &&String| name.trim().eq_ignore_ascii_case(asked.trim());
            let found = names.iter().find(same).ok_or_else(|| ReadError::NoSheet {
                asked: asked.trim().to_owned(),
                names: names.clone(),
            })?;
            vec![found]
        }
    };
    for name in wanted {
        let range = cells(workbook, name, budget)?;
        if range
            .used_cells()
            .any(|(_, _, cell)| !text(cell).trim().is_empty())
        {
            filled.push((name.clone(), range));
        }
    }
    match (filled.pop(), filled.is_empty()) {
        (Some(only), true) => Ok(only),
        (Some(last), false) => Err(ReadError::UnclearSheet(
            filled
                .into_iter()
                .chain([last])
                .map(|(name, _)| name)
                .collect(),
        )),
        (None, _) => Err(ReadError::EmptyWorkbook),
    }
}

/// The cells of a sheet. How far they reach is known before the table between them is made.
fn cells(
    workbook: &mut Sheets<Cursor<&[u8]>>,
    name: &str,
    budget: &Budget,
) -> Result<Range<Data>, ReadError> {
    let failed = |error: &dyn std::fmt::Display| ReadError::Workbook(error.to_string());
    let mut cells = Vec::new();
    let mut add = |cell: Cell<DataRef<'_>>| {
        let (position, value) = (cell.get_position(), Data::from(cell.get_value().clone()));
        if value != Data::Empty {
            cells.push(Cell::new(position, value));
        }
    };
    match workbook {
        Sheets::Xlsx(book) => {
            let mut reader = book
                .worksheet_cells_reader(name)
                .map_err(|error| failed(&error))?;
            while let Some(cell) = reader.next_cell().map_err(|error| failed(&error))? {
                add(cell);
            }
        }
        Sheets::Xlsb(book) => {
            let mut reader = book
                .worksheet_cells_reader(name)
                .map_err(|error| failed(&error))?;
            while let Some(cell) = reader.next_cell().map_err(|error| failed(&error))? {
                add(cell);
            }
        }
        // A sheet of the old format has 65 536 rows and 256 columns.
        Sheets::Xls(_) | Sheets::Ods(_) => {
            let range = workbook.worksheet_range(name);
            return range.map_err(|error| failed(&error));
        }
    }
    let positions = cells.iter().map(Cell::get_position);
    guard::table(positions, budget).map_err(ReadError::TooLarge)?;
    Ok(Range::from_sparse(cells))
}

/// Where a sheet has formulas. Of a format whose formulas cannot be read, their results are there.
fn formulas(workbook: &mut Sheets<Cursor<&[u8]>>, name: &str) -> Vec<(u32, u32)> {
    let mut positions = Vec::new();
    let mut add = |cell: &Cell<String>| {
        if !cell.get_value().is_empty() {
            positions.push(cell.get_position());
        }
    };
    match workbook {
        Sheets::Xlsx(book) => {
            let Ok(mut reader) = book.worksheet_cells_reader(name) else {
                return positions;
            };
            while let Ok(Some(cell)) = reader.next_formula() {
                add(&cell);
            }
        }
        Sheets::Xlsb(book) => {
            let Ok(mut reader) = book.worksheet_cells_reader(name) else {
                return positions;
            };
            while let Ok(Some(cell)) = reader.next_formula() {
                add(&cell);
            }
        }
        Sheets::Xls(_) | Sheets::Ods(_) => {
            let Ok(range) = workbook.worksheet_formula(name) else {
                return positions;
            };
            let (top, left) = range.start().unwrap_or_default();
            for (row, column, formula) in range.used_cells() {
                let (Ok(row), Ok(column)) = (u32::try_from(row), u32::try_from(column)) else {
                    continue;
                };
                add(&Cell::new((top + row, left + column), formula.clone()));
            }
        }
    }
    positions
}

fn texts(cells: &[Data]) -> Vec<String> {
    cells.iter().map(text).collect()
}

fn text(cell: &Data) -> String {
    match cell {
        Data::Empty | Data::Error(CellErrorType::NA) => String::new(),
        Data::Int(number) => number.to_string(),
        Data::Float(number) => number.to_string(),
        Data::String(text) => text.clone(),
        Data::Bool(value) => value.to_string(),
        Data::DateTime(time) => iso(time),
        Data::DateTimeIso(text) => text.strip_suffix("T00:00:00").unwrap_or(text).to_owned(),
        Data::DurationIso(text) => text.clone(),
        Data::Error(error) => error.to_string(),
    }
}

/// `2026-11-01`, with the time of day where there is one; a time of day alone as `08:30:00`.
fn iso(time: &ExcelDateTime) -> String {
    let (year, month, day, hour, minute, second, milli) = time.to_ymd_hms_milli();
    let fraction = if milli == 0 {
        String::new()
    } else {
        format!(".{milli:03}")
    };
    let clock = format!("{hour:02}:{minute:02}:{second:02}{fraction}");
    match (time.as_f64(), (hour, minute, second, milli)) {
        (serial, _) if serial < 1.0 => clock,
        (_, (0, 0, 0, 0)) => format!("{year:04}-{month:02}-{day:02}"),
        _ => format!("{year:04}-{month:02}-{day:02}T{clock}"),
    }
}

/// What is remarkable about a column's cells; rows are numbered as in the sheet.
#[derive(Debug, Default)]
struct Notes {
    numbers: usize,
    texts: usize,
    /// The first text that could be a number with marks, which may be meant in another language
    /// than the numbers are stored.
    marked: Option<(usize, String)>,
    error: Option<(usize, String)>,
    duration: Option<usize>,
    unfinished: Option<usize>,
}

impl Notes {
    /// Why the column cannot be read.
    fn reason(&self) -> Option<String> {
        if let Some((row, error)) = &self.error {
            return Some(format!(
                "row {row} holds the error {error}. Correct the formula, or clear the cell"
            ));
        }
        if let Some(row) = self.unfinished {
            return Some(format!(
                "row {row} holds a formula without a result. Open the workbook in a spreadsheet and save it"
            ));
        }
        if let Some(row) = self.duration {
            return Some(format!(
                "row {row} holds a duration, whose unit is not clear. Write it as a number"
            ));
        }
        let (row, text) = self.marked.as_ref().filter(|_| self.numbers > 0)?;
        Some(format!(
            "row {row} holds “{text}” as text among numbers. Turn it into a number in the spreadsheet"
        ))
    }
}

struct Sheet {
    first_row: usize,
    first_column: usize,
    /// By position in the range.
    notes: BTreeMap<usize, Notes>,
}

impl Sheet {
    fn note(&mut self, row: usize, cells: &[Data]) {
        for (position, cell) in cells.iter().enumerate() {
            let notes = self.notes.entry(position).or_default();
            match cell {
                Data::Empty
                | Data::Bool(_)
                | Data::DateTimeIso(_)
                | Data::Error(CellErrorType::NA) => {}
                Data::Int(_) | Data::Float(_) => notes.numbers += 1,
                Data::DateTime(time) if time.is_duration() => {
                    notes.duration = notes.duration.or(Some(row))
                }
                Data::DateTime(_) => {}
                Data::DurationIso(_) => notes.duration = notes.duration.or(Some(row)),
                Data::Error(error) => {
                    notes.error = notes
                        .error
                        .take()
                        .or_else(|| Some((row, error.to_string())))
                }
                Data::String(text) => {
                    notes.texts += usize::from(!text.trim().is_empty());
                    if notes.marked.is_none()
                        && text.contains(['.', ','])
                        && crate::notation::looks_like_number(text)
                    {
                        notes.marked = Some((row, text.clone()));
                    }
                }
            }
        }
    }

    /// Programs that write formulas do not calculate them; an empty result must not pass as a
    /// missing value.
    fn note_unfinished_formulas(
        &mut self,
        workbook: &mut Sheets<Cursor<&[u8]>>,
        name: &str,
        values: &Range<Data>,
    ) {
        for (at_row, at_column) in formulas(workbook, name) {
            let is_empty = values
                .get_value((at_row, at_column))
                .is_none_or(|value| *value == Data::Empty);
            let (row, column) = (at_row as usize, at_column as usize);
            if is_empty && column >= self.first_column && row > self.first_row {
                let notes = self.notes.entry(column - self.first_column).or_default();
                notes.unfinished = notes.unfinished.or(Some(row + 1));
            }
        }
    }
}
