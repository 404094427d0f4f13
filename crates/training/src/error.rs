//! Why a training cannot be done.

/// Everything that can stop a training.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TrainingError {
    #[error("the table has {table} rows but there are {labels} outcomes")]
    UnequalLengths { table: usize, labels: usize },
    #[error("{positives} of {rows} rows have the outcome; training needs at least {needed} rows with it and {needed} without it")]
    TooFewRows { rows: usize, positives: usize, needed: usize },
    #[error("column {column}, row {row}: the value is infinite; correct it or leave it empty", row = .row + 1)]
    Infinite { column: String, row: usize },
    #[error("column {column} does not have the type that the use case defines ({expected})")]
    WrongType { column: String, expected: &'static str },
    #[error("no usable input is left: every input is missing, constant or excluded")]
    NoInputs,
    #[error("the derived field {name}: {problem}")]
    Formula { name: String, problem: String },
    #[error("{0}")]
    Settings(String),
    /// Stopped on request, with no usable result.
    #[error("training was stopped")]
    Canceled,
    #[error("the split {0}")]
    Split(String),
    #[error("a learner failed: {0}")]
    Learner(String),
}
