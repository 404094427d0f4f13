//! Files in and out: read, check against the use case, write. Hands typed columns to everybody else; the only room with polars.

pub mod check;
pub mod outcomes;
pub mod read;
pub mod use_case_file;
pub mod write;

pub use check::{Checked, Purpose, Refusal, RowProblem, check};
pub use outcomes::{OutcomeRow, check_outcomes};
pub use read::{Raw, ReadError, read};
pub use use_case_file::{UseCaseError, built_in, parse as parse_use_case};
pub use write::{Format, write};

/// SHA-256 of some bytes, hexadecimal: the identity of a file.
pub fn hash(bytes: &[u8]) -> String {
    use sha2::Digest;
    sha2::Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
