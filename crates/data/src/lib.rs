//! Files in and out: read, check against the use case, write. Gives typed columns to the other crates; the only crate with polars.
#![warn(clippy::wildcard_enum_match_arm)]

pub mod check;
pub mod dates;
mod notation;
pub mod numbers;
pub mod outcomes;
pub mod panel;
pub mod read;
mod refusal;
pub mod sources;
mod toml_position;
pub mod use_case_file;
mod words;
pub mod write;

pub use check::{CheckMode, Checked, OutcomeColumn, Refusal, RowProblem, check, outcome_column};
pub use notation::NumberFormat;
pub use numbers::{ColumnFormat, Percent};
pub use outcomes::{OutcomeRow, check_outcomes};
pub use read::{DateOrder, FileFormat, OptionError, Raw, ReadError, ReadOptions, Recognized, read};
pub use use_case_file::{BUILT_IN, UseCaseError, built_in, line_of, parse as parse_use_case};
pub use write::{Format, write};
