//! Use cases and their policies: those of the binary and those of a folder of TOML files.

mod catalog;
mod draft;

pub(crate) use catalog::drift_policy;
pub use catalog::{AccessPolicy, PolicyCatalog, Purpose};
pub use draft::{DraftedUseCase, draft_use_case};
