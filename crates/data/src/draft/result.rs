//! What a draft consists of.

use model::{Kind, UseCase};
use serde::Serialize;

/// What a column is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnUse {
    Target,
    Id,
    Time,
    Feature,
    Protected,
    PostOutcome,
    Ignored,
}

/// A column of the file, with what was found and proposed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DraftColumn {
    pub name: String,
    /// `None` where no field can be made of it, and for target, id and time.
    pub kind: Option<Kind>,
    #[serde(rename = "use")]
    pub usage: ColumnUse,
    pub reason: String,
    /// Share of rows without a value, 0 to 1.
    pub missing_share: f64,
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
    pub text: String,
}

/// A proposed use case.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    pub use_case: UseCase,
    /// In the order of the file.
    pub columns: Vec<DraftColumn>,
    pub unsure: Vec<Doubt>,
    pub rows: usize,
    /// Rows with the event, and rows whose outcome is known.
    pub events: [usize; 2],
}
