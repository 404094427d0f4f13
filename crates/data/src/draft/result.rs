//! What a draft consists of.

use model::{Kind, UseCase};
use serde::Serialize;

/// What a column is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnUse {
    /// The outcome.
    Target,
    /// Names a person.
    Id,
    /// When the row is from.
    Time,
    /// A model input.
    Feature,
    /// Audited, and not an input.
    Protected,
    /// Known only after the outcome.
    PostOutcome,
    /// Not used.
    Ignored,
}

/// A column of the file, with what was found and proposed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DraftColumn {
    /// As in the header.
    pub name: String,
    /// `None` where no field can be made of it, and for target, id and time.
    pub kind: Option<Kind>,
    #[serde(rename = "use")]
    /// What it is proposed for.
    pub usage: ColumnUse,
    /// Why, in words.
    pub reason: String,
    /// Share of rows without a value, 0 to 1.
    pub missing_share: f64,
    /// Different values.
    pub distinct: usize,
    /// ROC AUC of the column alone, 0.5 to 1, where enough outcomes are known.
    pub lone_auc: Option<f64>,
    /// Pearson's correlation with the event, −1 to 1, of numbers, ratings and booleans.
    pub correlation: Option<f64>,
    /// How models usually read it.
    pub encoding: Option<String>,
}

/// Something that a person should look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Doubt {
    /// The column that it is about, if it is about one.
    pub column: Option<String>,
    /// What is not sure, and how to say it.
    pub text: String,
}

/// A proposed use case.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// The use case as drafted.
    pub use_case: UseCase,
    /// In the order of the file.
    pub columns: Vec<DraftColumn>,
    /// What was guessed.
    pub unsure: Vec<Doubt>,
    /// Rows of the files.
    pub rows: usize,
    /// Rows with the event, and rows whose outcome is known.
    pub events: [usize; 2],
}
