//! Typed columns: how people's records travel between crates once a file has been checked.

use serde::{Deserialize, Serialize};

/// The level code of a missing value.
pub const MISSING_LEVEL: u32 = u32::MAX;

/// One typed column. All columns of a [`Table`] have the same number of rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Column {
    /// Integers, reals and ordinals (an ordinal's text levels count from 1). `NaN` is missing.
    Number(Vec<f64>),
    /// Nominal and boolean values as codes into `levels`; [`MISSING_LEVEL`] is missing.
    Level {
        /// One for each row.
        codes: Vec<u32>,
        /// Texts of the levels, by code.
        levels: Vec<String>,
    },
    /// Text that no model reads: identifiers and dates. The empty text is missing.
    Text(Vec<String>),
}

impl Column {
    /// Number of rows.
    pub fn len(&self) -> usize {
        match self {
            Self::Number(values) => values.len(),
            Self::Level { codes, .. } => codes.len(),
            Self::Text(values) => values.len(),
        }
    }

    /// True when there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// True when row `row` has no value.
    pub fn is_missing(&self, row: usize) -> bool {
        match self {
            Self::Number(values) => values[row].is_nan(),
            Self::Level { codes, .. } => codes[row] == MISSING_LEVEL,
            Self::Text(values) => values[row].is_empty(),
        }
    }

    /// The value of row `row` as text for people and files; empty when missing.
    pub fn text(&self, row: usize) -> String {
        match self {
            Self::Number(values) if values[row].is_nan() => String::new(),
            Self::Number(values) => values[row].to_string(),
            Self::Level { codes, levels } => {
                levels.get(codes[row] as usize).cloned().unwrap_or_default()
            }
            Self::Text(values) => values[row].clone(),
        }
    }

    /// The rows `rows`, in that order.
    pub fn take(&self, rows: &[usize]) -> Self {
        match self {
            Self::Number(values) => Self::Number(rows.iter().map(|&row| values[row]).collect()),
            Self::Level { codes, levels } => Self::Level {
                codes: rows.iter().map(|&row| codes[row]).collect(),
                levels: levels.clone(),
            },
            Self::Text(values) => Self::Text(rows.iter().map(|&row| values[row].clone()).collect()),
        }
    }
}

/// Named typed columns of equal length.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Table {
    /// Unlike each other, in the order of the columns.
    pub names: Vec<String>,
    /// One for each name.
    pub columns: Vec<Column>,
}

/// Why one table does not continue another: the column that does not fit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AppendError {
    /// Name of the column.
    #[error("the column {0} is in only one of the tables")]
    Missing(String),
    /// Name of the column: numbers in one table, levels or text in the other.
    #[error("the column {0} has a different type")]
    Kind(String),
    /// Name of the column: the same codes would mean different levels.
    #[error("the column {0} has different levels")]
    Levels(String),
}

/// Keys of the values of rows: where nothing says who somebody is, equal values count as the same
/// person. Equal values have equal keys in every table; different ones practically never do (64
/// bits).
#[derive(Debug)]
pub struct RowKeys<'a>(Vec<Option<&'a Column>>);

impl<'a> RowKeys<'a> {
    /// Keys of the columns called `names`; one that `table` lacks counts as missing in every row.
    pub fn new<'b>(table: &'a Table, names: impl IntoIterator<Item = &'b str>) -> Self {
        Self(names.into_iter().map(|name| table.column(name)).collect())
    }

    /// The key of a row.
    pub fn of(&self, row: usize) -> u64 {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let mut hasher = DefaultHasher::new();
        for column in &self.0 {
            match column {
                Some(column) if !column.is_missing(row) => match column {
                    // Zero has two signs.
                    Column::Number(values) => (values[row] + 0.0).to_bits().hash(&mut hasher),
                    Column::Level { codes, levels } => {
                        levels.get(codes[row] as usize).hash(&mut hasher);
                    }
                    Column::Text(values) => values[row].hash(&mut hasher),
                },
                Some(_) | None => {}
            }
            // Or a missing value could stand in for one of its neighbours.
            1u8.hash(&mut hasher);
        }
        hasher.finish()
    }
}

/// One person's values as text, by column name: what a form, a JSON body or a command line gives.
pub type Record = std::collections::BTreeMap<String, String>;

impl Table {
    /// Adds a column.
    ///
    /// # Panics
    /// When its length differs from that of the columns that are there: a defect of the caller, not
    /// of the data.
    pub fn push(&mut self, name: impl Into<String>, column: Column) {
        assert!(
            self.columns.is_empty() || self.rows() == column.len(),
            "columns of a table have equal length"
        );
        self.names.push(name.into());
        self.columns.push(column);
    }

    /// Adds the rows of `more`, which has the same columns in any order. A table without columns
    /// takes on those of `more`.
    ///
    /// # Errors
    /// [`AppendError`] names the first column that does not fit; then nothing was added.
    ///
    /// ```
    /// use model::{Column, Table};
    ///
    /// let mut table = Table::default();
    /// table.push("age", Column::Number(vec![41.0, 29.0]));
    /// table.append(table.take(&[0]))?;
    /// assert_eq!(table.column("age"), Some(&Column::Number(vec![41.0, 29.0, 41.0])));
    /// # Ok::<(), model::AppendError>(())
    /// ```
    pub fn append(&mut self, mut more: Self) -> Result<(), AppendError> {
        if self.columns.is_empty() {
            *self = more;
            return Ok(());
        }
        if let Some(name) = more.names.iter().find(|name| !self.names.contains(name)) {
            return Err(AppendError::Missing(name.clone()));
        }
        for (index, name) in self.names.iter().enumerate() {
            let found = more
                .names
                .iter()
                .skip(index)
                .position(|other| other == name);
            let found = index + found.ok_or_else(|| AppendError::Missing(name.clone()))?;
            more.names.swap(index, found);
            more.columns.swap(index, found);
            match (&self.columns[index], &more.columns[index]) {
                (Column::Level { levels, .. }, Column::Level { levels: other, .. })
                    if levels != other =>
                {
                    return Err(AppendError::Levels(name.clone()));
                }
                (one, other) if std::mem::discriminant(one) != std::mem::discriminant(other) => {
                    return Err(AppendError::Kind(name.clone()));
                }
                _ => {}
            }
        }
        for (column, more) in self.columns.iter_mut().zip(more.columns) {
            match (column, more) {
                (Column::Number(values), Column::Number(more)) => values.extend(more),
                (Column::Level { codes, .. }, Column::Level { codes: more, .. }) => {
                    codes.extend(more)
                }
                (Column::Text(texts), Column::Text(more)) => texts.extend(more),
                (Column::Number(_) | Column::Level { .. } | Column::Text(_), _) => {
                    unreachable!("kinds were compared above")
                }
            }
        }
        Ok(())
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, Column::len)
    }

    /// The column called `name`.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.names
            .iter()
            .position(|candidate| candidate == name)
            .map(|index| &self.columns[index])
    }

    /// The rows `rows`, in that order (rows may repeat).
    pub fn take(&self, rows: &[usize]) -> Self {
        Self {
            names: self.names.clone(),
            columns: self
                .columns
                .iter()
                .map(|column| column.take(rows))
                .collect(),
        }
    }

    /// The columns called `names` that exist, in that order.
    pub fn select(&self, names: &[&str]) -> Self {
        let mut table = Self::default();
        for name in names {
            if let Some(column) = self.column(name) {
                table.push(*name, column.clone());
            }
        }
        table
    }

    /// Row `row` as text by column name.
    ///
    /// ```
    /// use model::{Column, Table};
    ///
    /// let mut table = Table::default();
    /// table.push("age", Column::Number(vec![41.0]));
    /// table.push("team", Column::Level { codes: vec![1], levels: vec!["Lab".into(), "Sales".into()] });
    /// let record = table.record(0);
    /// assert_eq!((record["age"].as_str(), record["team"].as_str()), ("41", "Sales"));
    /// ```
    pub fn record(&self, row: usize) -> Record {
        self.names
            .iter()
            .zip(&self.columns)
            .map(|(name, column)| (name.clone(), column.text(row)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(columns: &[(&str, Column)]) -> Table {
        let mut table = Table::default();
        for (name, column) in columns {
            table.push(*name, column.clone());
        }
        table
    }

    fn numbers(values: &[f64]) -> Column {
        Column::Number(values.to_vec())
    }

    fn levels(codes: &[u32], levels: &[&str]) -> Column {
        Column::Level {
            codes: codes.to_vec(),
            levels: levels.iter().map(|&level| level.to_owned()).collect(),
        }
    }

    #[test]
    fn rows_are_appended_by_column_name() {
        let mut whole = Table::default();
        whole
            .append(table(&[
                ("a", numbers(&[1.0])),
                ("b", levels(&[0], &["x", "y"])),
            ]))
            .expect("takes on the columns");
        whole
            .append(table(&[
                ("b", levels(&[1], &["x", "y"])),
                ("a", numbers(&[2.0])),
            ]))
            .expect("same columns");
        assert_eq!(
            whole,
            table(&[
                ("a", numbers(&[1.0, 2.0])),
                ("b", levels(&[0, 1], &["x", "y"]))
            ])
        );
    }

    #[test]
    fn a_column_that_does_not_fit_is_named_and_nothing_is_added() {
        let first = table(&[("a", numbers(&[1.0])), ("b", levels(&[0], &["x", "y"]))]);
        let b = || "b".to_owned();
        for (more, expected) in [
            (table(&[("a", numbers(&[2.0]))]), AppendError::Missing(b())),
            (
                table(&[
                    ("a", numbers(&[2.0])),
                    ("b", levels(&[0], &["x", "y"])),
                    ("c", numbers(&[1.0])),
                ]),
                AppendError::Missing("c".to_owned()),
            ),
            (
                table(&[("a", numbers(&[2.0])), ("b", numbers(&[0.0]))]),
                AppendError::Kind(b()),
            ),
            (
                table(&[("a", numbers(&[2.0])), ("b", levels(&[0], &["y", "x"]))]),
                AppendError::Levels(b()),
            ),
        ] {
            let mut whole = first.clone();
            assert_eq!(whole.append(more), Err(expected));
            assert_eq!(whole, first);
        }
    }
}
