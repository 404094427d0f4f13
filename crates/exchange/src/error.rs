//! Why a file of another system is not taken.

/// Why a model file cannot be imported. Each is a sentence that says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// It is not a file of the format, or it is damaged.
    #[error("The file is not a readable {format} model: {problem}.")]
    Unreadable {
        /// Name of the format.
        format: &'static str,
        /// What is wrong, for the middle of a sentence.
        problem: String,
    },
    /// It is readable, but has something that would be scored wrongly.
    #[error("{0}")]
    Unsupported(String),
    /// Inputs that no field was found for, and why.
    #[error("{0}")]
    Inputs(String),
    /// The mapping file is wrong.
    #[error("Mapping: {0}")]
    Mapping(String),
}

impl ReadError {
    pub(crate) fn unsupported(sentence: impl Into<String>) -> Self {
        Self::Unsupported(sentence.into())
    }
}
