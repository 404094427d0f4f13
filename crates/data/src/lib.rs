//! Files in and out: read, check against the use case, write. Gives typed columns to the other
//! crates; the only crate with polars.
#![warn(clippy::wildcard_enum_match_arm)]

pub mod check;
pub mod dates;
pub mod draft;
pub mod ids;
pub mod join;
pub mod mlflow;
mod notation;
pub mod numbers;
pub mod outcomes;
pub mod panel;
pub mod preview;
pub mod read;
mod record;
mod recover;
mod refusal;
pub mod since;
pub mod sources;
mod toml_position;
mod unseen;
pub mod untyped;
mod use_case_error;
pub mod use_case_file;
mod use_case_toml;
mod words;
pub mod write;

pub use check::{
    CheckMode, CheckNotes, Checked, OutcomeColumn, Refusal, RowProblem, check, outcome_column,
};
pub use ids::MatchRule;
pub use join::{JoinOptions, JoinReport, Joined, PartialPerson, join};
pub use notation::NumberFormat;
pub use numbers::{ColumnFormat, Percent};
pub use outcomes::{CheckedOutcomes, OutcomeColumns, OutcomeRow, check_outcomes};
pub use read::{
    DateOrder, FileFormat, OptionError, Raw, ReadError, ReadOptions, Recognized, Texts, read,
    read_for,
};
pub use record::as_fields;
pub use unseen::{Unread, Unseen};
pub use use_case_error::UseCaseError;
pub use use_case_file::{BUILT_IN, built_in, line_of, parse as parse_use_case};
pub use use_case_toml::{Keys, to_toml};
pub use write::{Format, write};
