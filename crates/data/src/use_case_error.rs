//! What is wrong with a use-case file.

/// One thing that is wrong with a use-case file.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct UseCaseError {
    /// Line from 1.
    pub line: usize,
    /// For example `field.OverTime.levels`.
    pub key: String,
    /// What is wrong and what is allowed.
    pub message: String,
}

impl std::fmt::Display for UseCaseError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "line {}: {}: {}",
            self.line, self.key, self.message
        )
    }
}
