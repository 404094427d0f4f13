//! The rows of a dataset as they are kept: checked once, when they were imported.

use std::collections::BTreeMap;

use data::Checked;
use data::panel::forget_unsettled;
use domain::{Period, PeriodRange};
use model::{Table, UseCase};
use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// Checked rows as they lie in the artifact store.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredPeople {
    pub table: Table,
    pub ids: Vec<String>,
    /// Whether the event happened, one per row; `None` in a row where it is not known yet. `None`
    /// as a whole when no row tells it.
    #[serde(with = "super::stored_outcomes")]
    pub labels: Option<Vec<Option<bool>>>,
    /// When each row is from, all of one kind.
    pub periods: Option<Vec<Period>>,
    /// File name and its rows, in order.
    pub sources: Vec<(String, u32)>,
    /// The levels of the ordered fields that have names: a number of their column is a position in
    /// this list, from 1.
    pub levels: BTreeMap<String, Vec<String>>,
}

impl StoredPeople {
    /// The rows of several files, one below the other, with the identifiers that they have.
    ///
    /// # Errors
    /// [`Error::Invalid`] names the file and what it has that the first has not, or lacks.
    pub(crate) fn stack(parts: Vec<Checked>, sources: Vec<(String, u32)>) -> Result<Self> {
        let mut parts = parts.into_iter();
        let mut whole = match parts.next() {
            Some(first) => Self {
                table: first.table,
                ids: first.ids,
                labels: first.labels,
                periods: first.periods,
                sources,
                levels: BTreeMap::new(),
            },
            None => Self {
                table: Table::default(),
                ids: Vec::new(),
                labels: None,
                periods: None,
                sources,
                levels: BTreeMap::new(),
            },
        };
        for (index, part) in parts.enumerate() {
            let wrong = |why: String| {
                let [first, this] = [0, index + 1]
                    .map(|at| whole.sources.get(at).map_or("", |(name, _)| name.as_str()));
                Error::Invalid(format!("{this} cannot be stacked with {first}: {why}."))
            };
            if whole.labels.is_some() != part.labels.is_some() {
                return Err(wrong("only one of them has outcomes".into()));
            }
            if whole.periods.is_some() != part.periods.is_some() {
                return Err(wrong("only one of them has periods".into()));
            }
            let kind = |periods: &Option<Vec<Period>>| {
                periods
                    .as_ref()
                    .and_then(|periods| periods.first())
                    .map(|period| period.kind())
            };
            if let (Some(one), Some(other)) = (kind(&whole.periods), kind(&part.periods))
                && one != other
            {
                return Err(wrong(format!(
                    "its periods are of the kind {other}, those of the first of the kind {one}"
                )));
            }
            whole
                .table
                .append(part.table)
                .map_err(|error| wrong(error.to_string()))?;
            whole.ids.extend(part.ids);
            whole
                .labels
                .iter_mut()
                .for_each(|labels| labels.extend(part.labels.iter().flatten()));
            whole
                .periods
                .iter_mut()
                .for_each(|periods| periods.extend(part.periods.iter().flatten()));
        }
        Ok(whole)
    }

    /// Takes outcomes of the last periods as not known yet where nobody is recorded to have left;
    /// gives these periods.
    pub(crate) fn forget_unsettled(&mut self) -> Option<PeriodRange> {
        let forgotten = self
            .labels
            .as_mut()
            .zip(self.periods.as_ref())
            .and_then(|(labels, periods)| forget_unsettled(labels, periods));
        if self.labels.iter().flatten().all(Option::is_none) {
            self.labels = None;
        }
        forgotten
    }

    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>> {
        postcard::to_stdvec(self)
            .map_err(|error| Error::internal(format!("the columns cannot be written: {error}")))
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Self> {
        postcard::from_bytes(bytes)
            .map_err(|error| Error::internal(format!("the stored columns cannot be read: {error}")))
    }

    /// SHA-256 of the rows, whatever their files are called and however their dates are written.
    ///
    /// # Errors
    /// Never for rows that were stored.
    pub(crate) fn rows_hash(&self) -> Result<String> {
        let rows = postcard::to_stdvec(&(
            &self.table,
            &self.ids,
            &self.labels,
            &self.periods,
            &self.levels,
        ));
        Ok(store::artifacts::hash(&rows.map_err(|error| {
            Error::internal(format!("the columns cannot be written: {error}"))
        })?))
    }

    /// The rows `rows`, in that order.
    pub fn take(&self, rows: &[usize]) -> Self {
        Self {
            table: self.table.take(rows),
            ids: rows.iter().map(|&row| self.ids[row].clone()).collect(),
            labels: self
                .labels
                .as_ref()
                .map(|labels| rows.iter().map(|&row| labels[row]).collect()),
            periods: self
                .periods
                .as_ref()
                .map(|periods| rows.iter().map(|&row| periods[row]).collect()),
            sources: self.sources.clone(),
            levels: self.levels.clone(),
        }
    }

    /// Checks that the positions of ordered levels stand for the levels of `use_case`.
    ///
    /// # Errors
    /// An internal error that names the field: rows are read again before they meet another
    /// definition.
    pub(crate) fn expect_levels(&self, use_case: &UseCase) -> Result<()> {
        let fits = |(name, levels): &(&str, &[String])| {
            self.table.column(name).is_none()
                || self.levels.get(*name).is_some_and(|own| own == levels)
        };
        match use_case.ordinal_levels().find(|field| !fits(field)) {
            None => Ok(()),
            Some((name, _)) => Err(Error::internal(format!(
                "the stored levels of {name} are not those of the definition"
            ))),
        }
    }

    /// Whether it happened to the person of a row; `None` where that is not known (yet).
    pub fn outcome(&self, row: usize) -> Option<bool> {
        self.labels
            .as_ref()
            .and_then(|labels| labels.get(row).copied().flatten())
    }

    /// Outcomes of rows that a training has used.
    ///
    /// # Errors
    /// When one of them is not known: then it was not trained on.
    pub(crate) fn outcomes_of(&self, rows: &[usize]) -> Result<Vec<bool>> {
        let known = rows
            .iter()
            .map(|&row| self.outcome(row))
            .collect::<Option<_>>();
        known.ok_or_else(|| Error::internal("the training data has no outcomes"))
    }

    /// Rows of which it is known whether it happened, and those to whom it did; `None` where
    /// nothing is known.
    pub fn known_outcomes(&self) -> Option<[usize; 2]> {
        let known = self.labels.as_ref()?.iter().flatten();
        Some(known.fold([0, 0], |[rows, events], happened| {
            [rows + 1, events + usize::from(*happened)]
        }))
    }

    /// The periods of the rows.
    pub fn period_range(&self) -> Option<PeriodRange> {
        PeriodRange::of(self.periods.iter().flatten().copied())
    }

    /// Rows of the newest period; all where there are no periods.
    pub fn newest_rows(&self) -> Vec<usize> {
        let newest = self
            .periods
            .as_ref()
            .and_then(|periods| periods.iter().max());
        let is_newest = |row: &usize| {
            self.periods
                .as_ref()
                .is_none_or(|periods| Some(&periods[*row]) == newest)
        };
        (0..self.ids.len()).filter(is_newest).collect()
    }

    /// The people who are there now: of the newest period, those who are not known to have left.
    /// Batches, drift checks and baselines all mean these.
    pub fn current_rows(&self) -> Vec<usize> {
        let mut rows = self.newest_rows();
        rows.retain(|&row| self.outcome(row) != Some(true));
        rows
    }

    /// Whether it is known of the newest period who left. Where it is, [`Self::current_rows`] lacks
    /// the leavers, and what it is compared with has to lack them too.
    pub fn leavers_are_known(&self) -> bool {
        self.newest_rows()
            .into_iter()
            .any(|row| self.outcome(row).is_some())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use model::Column;

    fn people(labels: &[Option<bool>], years: &[i32]) -> StoredPeople {
        let mut table = Table::default();
        table.push("pay", Column::Number(labels.iter().map(|_| 1.0).collect()));
        StoredPeople {
            table,
            ids: (0..labels.len()).map(|row| row.to_string()).collect(),
            labels: Some(labels.to_vec()),
            periods: (!years.is_empty())
                .then(|| years.iter().map(|year| Period::Year(*year)).collect()),
            sources: vec![("a.csv".into(), labels.len() as u32)],
            levels: BTreeMap::new(),
        }
    }

    #[test]
    fn current_people_are_those_of_the_newest_period_who_have_not_left() {
        let labels = [Some(false), Some(true), None, Some(false)];
        assert_eq!(
            people(&labels, &[2025, 2026, 2026, 2026]).current_rows(),
            [2, 3]
        );
        assert_eq!(people(&labels, &[]).current_rows(), [0, 2, 3]);
        assert!(people(&labels, &[2026, 2025, 2024, 2024]).leavers_are_known());
        assert!(!people(&labels, &[2025, 2025, 2026, 2025]).leavers_are_known());
    }

    #[test]
    fn stored_rows_read_back() {
        let now = people(&[Some(false), None, Some(true)], &[2025, 2026, 2026]);
        assert_eq!(
            StoredPeople::from_bytes(&now.to_bytes().unwrap()).unwrap(),
            now
        );
    }

    #[test]
    fn the_hash_of_rows_does_not_depend_on_the_name_of_the_file() {
        let one = people(&[Some(false), None], &[2025, 2026]);
        let other = StoredPeople {
            sources: vec![("b.csv".into(), 2)],
            ..one.clone()
        };
        assert_eq!(one.rows_hash().unwrap(), other.rows_hash().unwrap());
        assert_ne!(
            one.rows_hash().unwrap(),
            people(&[Some(false), None], &[2026, 2025])
                .rows_hash()
                .unwrap()
        );
    }
}
