//! What a training starts from: checked rows and their outcomes.

use std::borrow::Cow;
use std::hash::Hash;

use model::{Column, RowKeys, Table, UseCase};

use crate::error::TrainingError;

/// Fewest rows with the event, and without it, from which anything can be learned and judged.
pub const FEWEST_PER_CLASS: usize = 10;

/// Rows of people with a known outcome.
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset {
    /// One row per person (or per person and period). The outcome is not in it.
    pub table: Table,
    /// Whether the event happened.
    pub labels: Vec<bool>,
    /// A number per person where the same person may have several rows: all of them stay on one
    /// side of every split.
    pub persons: Option<Vec<u32>>,
    /// Nothing says who is who: rows with the same inputs count as one person.
    pub anonymous: bool,
    /// A number per row that orders rows in time (year, day number), where there is a time column.
    pub times: Option<Vec<i64>>,
    /// The files that were merged into it: name and rows, in order.
    pub sources: Vec<(String, usize)>,
    /// SHA-256 of the checked rows, hexadecimal; goes into the model's lineage.
    pub hash: String,
}

impl Dataset {
    /// A dataset of one source.
    ///
    /// # Errors
    /// When the number of outcomes differs from the number of rows.
    pub fn new(table: Table, labels: Vec<bool>) -> Result<Self, TrainingError> {
        if table.rows() != labels.len() {
            return Err(TrainingError::UnequalLengths {
                table: table.rows(),
                labels: labels.len(),
            });
        }
        let sources = vec![("data".to_owned(), labels.len())];
        Ok(Self {
            table,
            labels,
            persons: None,
            anonymous: false,
            times: None,
            sources,
            hash: String::new(),
        })
    }

    /// Tells who is who, from the values of an id column. Kept only when somebody has several rows.
    #[must_use]
    pub fn with_persons<T: Eq + Hash>(mut self, ids: &[T]) -> Self {
        let mut codes = std::collections::HashMap::new();
        let persons: Vec<u32> = ids
            .iter()
            .map(|id| {
                let next = codes.len() as u32;
                *codes.entry(id).or_insert(next)
            })
            .collect();
        self.persons =
            (codes.len() < ids.len() && ids.len() == self.labels.len()).then_some(persons);
        self
    }

    /// Tells that nothing says who is who.
    #[must_use]
    pub fn without_ids(mut self) -> Self {
        self.anonymous = true;
        self
    }

    /// The dataset with a person for each set of values that `use_case` reads, where nothing else
    /// says who is who.
    pub(crate) fn recognized(&self, use_case: &UseCase) -> Cow<'_, Self> {
        if !self.anonymous {
            return Cow::Borrowed(self);
        }
        let keys = RowKeys::new(
            &self.table,
            use_case.inputs().map(|field| field.name.as_str()),
        );
        let ids: Vec<u64> = (0..self.rows()).map(|row| keys.of(row)).collect();
        Cow::Owned(self.clone().with_persons(&ids))
    }

    /// Tells when each row is from. Kept only when there are several times.
    #[must_use]
    pub fn with_times(mut self, times: Vec<i64>) -> Self {
        let several = times
            .first()
            .is_some_and(|first| times.iter().any(|time| time != first));
        self.times = (several && times.len() == self.labels.len()).then_some(times);
        self
    }

    /// Tells which period each row is from: all that a split needs of periods is their order.
    #[must_use]
    pub fn with_periods<T: Ord>(self, periods: &[T]) -> Self {
        let distinct: Vec<&T> = std::collections::BTreeSet::from_iter(periods)
            .into_iter()
            .collect();
        let rank = |period: &T| distinct.partition_point(|other| *other < period) as i64;
        let times = periods.iter().map(rank).collect();
        self.with_times(times)
    }

    /// Names the files that were merged into it.
    #[must_use]
    pub fn with_sources(mut self, sources: Vec<(String, usize)>) -> Self {
        self.sources = sources;
        self
    }

    /// Tells the data's hash.
    #[must_use]
    pub fn with_hash(mut self, hash: impl Into<String>) -> Self {
        self.hash = hash.into();
        self
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.labels.len()
    }

    /// Rows with the event.
    pub fn positives(&self) -> usize {
        self.labels.iter().filter(|label| **label).count()
    }

    /// Checks that the columns fit the use case and that there is something to learn from.
    ///
    /// # Errors
    /// The first problem found: too few rows of a class, an infinite value, a column of the wrong
    /// type.
    pub fn check(&self, use_case: &UseCase) -> Result<(), TrainingError> {
        let (rows, positives) = (self.rows(), self.positives());
        if positives.min(rows - positives) < FEWEST_PER_CLASS {
            return Err(TrainingError::TooFewRows {
                rows,
                positives,
                needed: FEWEST_PER_CLASS,
            });
        }
        for field in &use_case.fields {
            match (self.table.column(&field.name), field.is_level()) {
                (None | Some(Column::Text(_)), _) if !use_case.is_input(field) => {}
                (None, _) | (Some(Column::Level { .. }), true) => {}
                (Some(Column::Number(values)), false) => {
                    if let Some(row) = values.iter().position(|value| value.is_infinite()) {
                        return Err(TrainingError::Infinite {
                            column: field.name.clone(),
                            row,
                        });
                    }
                }
                (Some(_), level) => {
                    let expected = if level { "levels" } else { "numbers" };
                    return Err(TrainingError::WrongType {
                        column: field.name.clone(),
                        expected,
                    });
                }
            }
        }
        Ok(())
    }
}
