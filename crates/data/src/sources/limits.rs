//! What one reading of a source may ask for, and what it gives.

use std::time::Duration;

/// How much one reading may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Rows of the result.
    pub rows: usize,
    /// What happens to a result with more.
    pub beyond: Beyond,
    /// Bytes of the result as CSV.
    pub bytes: usize,
    /// From the first attempt to connect to the last row.
    pub time: Duration,
    /// Attempts to connect, for a server that is not there yet.
    pub attempts: u32,
}

/// What happens to rows beyond the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beyond {
    /// The result is refused: a table that was cut short must not pass as the whole.
    Refuse,
    /// They are left out, and [`Fetched::more`] says so: for a look at the first rows.
    LeaveOut,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            rows: 5_000_000,
            beyond: Beyond::Refuse,
            bytes: 2 << 30,
            time: Duration::from_secs(300),
            attempts: 3,
        }
    }
}

/// The result of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// UTF-8, comma-separated, with a header; a null is an empty cell. Numbers have a decimal
    /// point, dates and times are ISO 8601.
    pub csv: Vec<u8>,
    /// Rows in it.
    pub rows: usize,
    /// There are more rows than these.
    pub more: bool,
}
