//! The footer of a Parquet file.
//! <https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift>

use super::thrift::{Kind, Met, Walk};

/// Bytes that a footer may have.
const LONGEST: usize = 1 << 26;
/// Columns, nested ones included.
const MOST_COLUMNS: usize = 20_000;
/// How deep columns may lie in each other.
const DEEPEST: usize = 32;

const SCHEMA: i16 = 2;
const ROW_GROUPS: i16 = 4;

/// Checks the footer of a Parquet file before a decoder reads it.
///
/// # Errors
/// When it does not hold what it says, with the reason.
pub(crate) fn footer(file: &[u8]) -> Result<(), String> {
    let missing = || "its end is missing".to_owned();
    let before = file.strip_suffix(b"PAR1").ok_or_else(missing)?;
    let (before, length) = before.split_last_chunk::<4>().ok_or_else(missing)?;
    let length = u32::from_le_bytes(*length) as usize;
    if length > LONGEST {
        return Err("its description is too long".to_owned());
    }
    let start = before.len().checked_sub(length).ok_or_else(missing)?;
    let mut columns = Columns::default();
    Walk::new(&before[start..], kind_of).walk(&mut |path, met| columns.meet(path, met))?;
    columns.end()
}

/// The tree of columns, which is written as a list: each with the number of its children.
#[derive(Debug, Default)]
struct Columns {
    count: usize,
    /// Children of the column that is being read.
    children: i64,
    /// From the root to the column: children that are still to come.
    open: Vec<i64>,
    has_root: bool,
}

fn wrong<T>() -> Result<T, String> {
    Err("its columns are nested wrongly or too deeply, or too many".to_owned())
}

impl Columns {
    fn meet(&mut self, path: &[i16], met: Met) -> Result<(), String> {
        match (path, met) {
            ([SCHEMA], Met::Begin) => {
                self.count += 1;
                self.children = 0;
            }
            ([SCHEMA, 5], Met::Whole(children)) => self.children = children,
            ([SCHEMA], Met::End) => self.add(self.children)?,
            // Sizes, offsets and counts of a row group and of what is in it.
            ([ROW_GROUPS, 2 | 3] | [ROW_GROUPS, 1, 3, 5..=7 | 9..=11], Met::Whole(number))
                if number < 0 =>
            {
                return Err("a size or a number of rows is below zero".to_owned());
            }
            _ => {}
        }
        Ok(())
    }

    fn add(&mut self, children: i64) -> Result<(), String> {
        if self.count > MOST_COLUMNS || children < 0 || children > MOST_COLUMNS as i64 {
            return wrong();
        }
        match self.open.last_mut() {
            Some(left) => *left -= 1,
            None if self.has_root => return wrong(),
            None => self.has_root = true,
        }
        if children > 0 {
            self.open.push(children);
        }
        if self.open.len() > DEEPEST {
            return wrong();
        }
        while self.open.last() == Some(&0) {
            self.open.pop();
        }
        Ok(())
    }

    fn end(&self) -> Result<(), String> {
        if self.has_root && self.open.is_empty() {
            Ok(())
        } else {
            wrong()
        }
    }
}

fn kind_of(path: &[i16]) -> Option<Kind> {
    Some(match path {
        [1 | 3] => Kind::Whole,
        [SCHEMA | ROW_GROUPS | 5 | 7] => Kind::Structures,
        [6] => Kind::Binary,
        [SCHEMA, rest @ ..] => return column(rest),
        [ROW_GROUPS, rest @ ..] => return row_group(rest),
        [5, 1 | 2] => Kind::Binary,
        [7, 1 | 2] => Kind::Structure,
        _ => return None,
    })
}

fn column(path: &[i16]) -> Option<Kind> {
    const LOGICAL_TYPE: i16 = 10;
    Some(match path {
        [1..=3 | 5..=9] => Kind::Whole,
        [4] => Kind::Binary,
        [LOGICAL_TYPE] | [LOGICAL_TYPE, 1..=18] => Kind::Structure,
        // Decimal.
        [LOGICAL_TYPE, 5, 1 | 2] => Kind::Whole,
        // Time of day, time.
        [LOGICAL_TYPE, 7 | 8, 1] => Kind::Flag,
        [LOGICAL_TYPE, 7 | 8, 2] | [LOGICAL_TYPE, 7 | 8, 2, 1..=3] => Kind::Structure,
        // Whole number.
        [LOGICAL_TYPE, 10, 1] => Kind::Byte,
        [LOGICAL_TYPE, 10, 2] => Kind::Flag,
        _ => return None,
    })
}

fn row_group(path: &[i16]) -> Option<Kind> {
    Some(match path {
        [1 | 4] => Kind::Structures,
        [2 | 3 | 5..=7] => Kind::Whole,
        [4, 1] => Kind::Whole,
        [4, 2 | 3] => Kind::Flag,
        // A column.
        [1, 1] => Kind::Binary,
        [1, 2 | 4..=7] => Kind::Whole,
        [1, 3] => Kind::Structure,
        [1, 3, 1 | 4..=7 | 9..=11 | 14 | 15] => Kind::Whole,
        [1, 3, 2] => Kind::Wholes,
        [1, 3, 3] => Kind::Binaries,
        [1, 3, 12] => Kind::Structure,
        [1, 3, 12, rest @ ..] => return statistics(rest),
        _ => return None,
    })
}

/// The statistics of a column or a page.
pub(super) fn statistics(path: &[i16]) -> Option<Kind> {
    Some(match path {
        [1 | 2 | 5 | 6] => Kind::Binary,
        [3 | 4] => Kind::Whole,
        [7 | 8] => Kind::Flag,
        _ => return None,
    })
}
