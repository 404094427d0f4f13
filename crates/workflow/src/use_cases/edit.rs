//! A definition that somebody is changing.

use data::UseCaseError;

use super::line_diff::DiffLine;

/// A text that somebody is working on.
#[derive(Debug, Clone)]
pub struct DefinitionEdit {
    pub use_case: String,
    /// The version that it started from.
    pub base: u32,
    pub text: String,
    /// What is wrong with it, by line.
    pub problems: Vec<UseCaseError>,
    /// What it changes in the version that it started from.
    pub changes: Vec<DiffLine>,
    /// Files are read as before: the two differ at most in what is said and shown.
    pub reads_alike: bool,
}

impl DefinitionEdit {
    /// Whether nothing is wrong with it.
    pub fn is_sound(&self) -> bool {
        self.problems.is_empty()
    }
}
