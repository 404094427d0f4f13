//! What a column holds.

use serde::{Deserialize, Serialize};

/// What the values of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, strum::Display)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum ValueKind {
    /// Numbers, ordered levels included.
    Number,
    /// Levels without an order.
    Level,
    /// Names people, or is of use to nobody but them: never compared.
    Text,
}

impl ValueKind {
    /// "numbers", "categories", "text".
    pub fn plural(self) -> &'static str {
        match self {
            Self::Number => "numbers",
            Self::Level => "categories",
            Self::Text => "text",
        }
    }
}

impl From<&model::Column> for ValueKind {
    fn from(column: &model::Column) -> Self {
        match column {
            model::Column::Number(_) => Self::Number,
            model::Column::Level { .. } => Self::Level,
            model::Column::Text(_) => Self::Text,
        }
    }
}

/// What a row of a check is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, strum::Display)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum ColumnKind {
    /// A feature of numbers.
    Number,
    /// A feature of levels.
    Level,
    /// The scores.
    Score,
    /// The outcomes.
    Target,
    /// There is no such column, or it holds text.
    Unknown,
}

impl ColumnKind {
    /// Whether its effect size is in standard deviations; it is a share of the people otherwise.
    pub fn is_numeric(self) -> bool {
        match self {
            Self::Number | Self::Score => true,
            Self::Level | Self::Target | Self::Unknown => false,
        }
    }
}
