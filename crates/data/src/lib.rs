//! Files in and out: read, check against the use case, write. Gives typed columns to the other crates; the only crate with polars.
#![warn(clippy::wildcard_enum_match_arm)]

pub mod check;
pub mod ids;
pub mod join;
mod outcome_days;
pub mod outcomes;
pub mod read;
mod toml_position;
mod unseen;
pub mod use_case_file;
pub mod write;

pub use check::{CheckMode, CheckNotes, Checked, Refusal, RowProblem, check};
pub use ids::MatchRule;
pub use join::{JoinOptions, JoinReport, Joined, PartialPerson, join};
pub use outcomes::{CheckedOutcomes, OutcomeColumns, OutcomeRow, check_outcomes};
pub use read::{DateOrder, Raw, ReadError, ReadOptions, read};
pub use unseen::Unseen;
pub use use_case_file::{UseCaseError, built_in, line_of, parse as parse_use_case};
pub use write::{Format, write};
