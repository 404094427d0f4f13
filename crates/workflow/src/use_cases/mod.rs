//! Use cases and their policies: those of the binary and those of a folder of TOML files.

mod catalog;

pub(crate) use catalog::drift_policy;
pub use catalog::{AccessPolicy, PolicyCatalog, Purpose, SkippedFile};
