//! Files in and out: read, check against the use case, write. Gives typed columns to the other crates; the only crate with polars.
#![warn(clippy::wildcard_enum_match_arm)]

pub mod check;
pub mod outcomes;
pub mod read;
mod toml_position;
pub mod use_case_file;
pub mod write;

pub use check::{CheckMode, Checked, OutcomeColumn, Refusal, RowProblem, check, outcome_column};
pub use outcomes::{OutcomeRow, check_outcomes};
pub use read::{DateOrder, Raw, ReadError, ReadOptions, read};
pub use use_case_file::{BUILT_IN, UseCaseError, built_in, line_of, parse as parse_use_case};
pub use write::{Format, write};
