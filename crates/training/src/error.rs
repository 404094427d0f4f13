//! Why a training cannot be done, in sentences for the person who asked for it.

/// Everything that can stop a training.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TrainingError {
    #[error("the table has {table} rows but there are {labels} outcomes")]
    UnequalLengths { table: usize, labels: usize },
    #[error("{positives} of {rows} rows have the event: training needs at least {needed} with it and {needed} without it")]
    TooFewRows { rows: usize, positives: usize, needed: usize },
    #[error("column {column}, row {row}: the value is infinite; correct it or leave it empty", row = .row + 1)]
    Infinite { column: String, row: usize },
    #[error("column {column} is of another type than the use case says ({expected})")]
    WrongType { column: String, expected: &'static str },
    #[error("no usable input is left: every input is missing, constant or excluded")]
    NoInputs,
    #[error("the derived field {name}: {problem}")]
    Formula { name: String, problem: String },
    #[error("{0}")]
    Settings(String),
    /// Somebody asked to stop, and nothing of what was done is of use.
    #[error("training was stopped")]
    Cancelled,
    #[error("the split {0}")]
    Split(String),
    #[error("a learner failed: {0}")]
    Learner(String),
}
