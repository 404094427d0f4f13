//! How a file is to be read, where it does not say so itself: the same flags for every command that
//! reads one.

use clap::Args;
use data::ReadOptions;
use workflow::{Error, Result};

#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Format of the file (recognized when not stated)")]
pub struct Reading {
    /// Encoding of a text file, for example windows-1252
    #[arg(long)]
    encoding: Option<String>,
    /// Sheet of a workbook
    #[arg(long)]
    sheet: Option<String>,
    /// Sign between columns of a text file, or tab
    #[arg(long)]
    separator: Option<String>,
    /// Row that holds the column names, from 1
    #[arg(long, value_name = "ROW")]
    header_row: Option<String>,
    /// Decimal mark of numbers: . or ,
    #[arg(long, value_name = "MARK")]
    decimal: Option<String>,
    /// Thousands mark of numbers: . or , or space or apostrophe
    #[arg(long, value_name = "MARK")]
    thousands: Option<String>,
    /// Order of dates written with numbers: year-first, day-first or month-first
    #[arg(long, value_name = "ORDER")]
    dates: Option<String>,
}

impl Reading {
    /// The options.
    ///
    /// # Errors
    /// [`Error::Invalid`] naming the flag that has no valid value.
    pub fn options(&self) -> Result<ReadOptions> {
        let mut options = ReadOptions::default();
        let flags = [
            ("encoding", &self.encoding),
            ("sheet", &self.sheet),
            ("separator", &self.separator),
            ("header_row", &self.header_row),
            ("decimal", &self.decimal),
            ("thousands", &self.thousands),
            ("dates", &self.dates),
        ];
        for (name, value) in flags {
            options
                .set(name, value.as_deref().unwrap_or_default())
                .map_err(|error| Error::Invalid(error.to_string()))?;
        }
        Ok(options)
    }
}
