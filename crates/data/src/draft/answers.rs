//! What a person says about a file, and what is asked where that is not enough.

use std::collections::BTreeMap;

use domain::Date;
use model::{Kind, Role};

/// What a blank cell of the target means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Blank {
    /// Not yet known.
    Unknown,
    /// It did not happen.
    Negative,
}

/// What is known about a file besides its content.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answers {
    /// Header of the outcome.
    pub target: String,
    /// Header of the column that names a person.
    pub id: Option<String>,
    /// Header of the column that says when a row was true.
    pub time: Option<String>,
    /// Values of the target that are the event; found by their words when empty.
    pub event: Vec<String>,
    /// Days within which the event is predicted.
    pub horizon_days: Option<u32>,
    /// What a blank cell of the target means.
    pub blank: Option<Blank>,
    /// A day that is not before that of the file, for figures about dates; the newest of their column
    /// when absent.
    pub day: Option<Date>,
    /// Name of the file, for title and id of the use case.
    pub file: String,
    /// Heading of the use case; after the file when absent.
    pub title: Option<String>,
    /// Short name of the use case; after the file when absent.
    pub use_case_id: Option<String>,
    /// What was decided about columns, by header.
    pub columns: BTreeMap<String, ColumnAnswer>,
}

/// What a person decided about a column; what is absent is proposed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ColumnAnswer {
    /// What it is used for.
    pub role: Option<Role>,
    /// What kind of values it holds.
    pub kind: Option<Kind>,
    /// What people call it.
    pub label: Option<String>,
    /// Its levels in their order, for ordered ones; those of the file when empty.
    pub levels: Vec<String>,
}

/// Why no use case can be drafted yet. Each message says which answer is missing.
#[expect(missing_docs, reason = "the message of each variant says it")]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DraftError {
    #[error("There is no column \"{name}\". The file has: {known}")]
    NoColumn { name: String, known: String },
    #[error("The target \"{0}\" has no values. Choose another column with --target")]
    EmptyTarget(String),
    #[error(
        "It is not clear which value of \"{target}\" is the event. Name it with --event; the values are {values}"
    )]
    WhichEvent { target: String, values: String },
    #[error("\"{word}\" is not a value of \"{target}\". The values are {values}")]
    UnknownEvent {
        word: String,
        target: String,
        values: String,
    },
    #[error(
        "\"{target}\" is blank in {rows} rows. Say what that means: --blank negative (it did not happen) or --blank unknown (not yet known)"
    )]
    BlankTarget { target: String, rows: usize },
    #[error(
        "\"{target}\" has only one outcome: {values}. People with the event and people without it are both needed"
    )]
    OneOutcome { target: String, values: String },
    #[error("\"{name}\" cannot name people: {why}. Choose another column with --id")]
    BadId { name: String, why: String },
    #[error("No column can be a model input: {0}")]
    NoInputs(String),
}
