//! Why a training cannot be done.

/// Everything that can stop a training.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TrainingError {
    /// A caller's mistake.
    #[error("the table has {table} rows but there are {labels} outcomes")]
    UnequalLengths {
        /// Rows of the table.
        table: usize,
        /// Outcomes given.
        labels: usize,
    },
    /// Too little to learn from.
    #[error(
        "{positives} of {rows} rows have the outcome; training needs at least {needed} rows with it and {needed} without it"
    )]
    TooFewRows {
        /// Rows with a known outcome.
        rows: usize,
        /// Rows with the event.
        positives: usize,
        /// Least rows of each class.
        needed: usize,
    },
    /// A number that no learner can use.
    #[error("column {column}, row {row}: the value is infinite; correct it or leave it empty", row = .row + 1)]
    Infinite {
        /// Name of the column.
        column: String,
        /// Counts from 0.
        row: usize,
    },
    /// The table was read with another definition.
    #[error("column {column} does not have the type that the use case defines ({expected})")]
    WrongType {
        /// Name of the column.
        column: String,
        /// The type that the use case defines.
        expected: &'static str,
    },
    /// Nothing is left to learn from.
    #[error("no usable input is left: every input is missing, constant or excluded")]
    NoInputs,
    /// A derived field that cannot be computed.
    #[error("the derived field {name}: {problem}")]
    Formula {
        /// Name of the derived field.
        name: String,
        /// What is wrong with its formula.
        problem: String,
    },
    /// A setting that is out of range; a whole sentence.
    #[error("{0}")]
    Settings(String),
    /// Stopped on request, with no usable result.
    #[error("training was stopped")]
    Canceled,
    /// What is wrong with the folds, to follow "the split".
    #[error("the split {0}")]
    Split(String),
    /// What a learner says, for example that it did not converge.
    #[error("a learner failed: {0}")]
    Learner(String),
}
