//! The rows of a dataset as they are kept: checked once, when they were imported.

use data::Checked;
use model::Table;
use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// Checked rows as they lie in the artifact store.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredPeople {
    pub table: Table,
    pub ids: Vec<String>,
    pub labels: Option<Vec<bool>>,
    pub periods: Option<Vec<String>>,
    /// File name and its rows, in order.
    pub sources: Vec<(String, u32)>,
}

impl StoredPeople {
    /// The rows of several files, one below the other, with the identifiers that they have.
    ///
    /// # Errors
    /// [`Error::Invalid`] names the file and what it has that the first has not, or lacks.
    pub(crate) fn stack(parts: Vec<Checked>, sources: Vec<(String, u32)>) -> Result<Self> {
        let mut parts = parts.into_iter();
        let mut whole = match parts.next() {
            Some(first) => Self { table: first.table, ids: first.ids, labels: first.labels, periods: first.periods, sources },
            None => Self { table: Table::default(), ids: Vec::new(), labels: None, periods: None, sources },
        };
        for (index, part) in parts.enumerate() {
            let wrong = |why: String| {
                let [first, this] = [0, index + 1].map(|at| whole.sources.get(at).map_or("", |(name, _)| name.as_str()));
                Error::Invalid(format!("{this} cannot be stacked with {first}: {why}."))
            };
            if whole.labels.is_some() != part.labels.is_some() {
                return Err(wrong("only one of them has outcomes".into()));
            }
            if whole.periods.is_some() != part.periods.is_some() {
                return Err(wrong("only one of them has periods".into()));
            }
            whole.table.append(part.table).map_err(|error| wrong(error.to_string()))?;
            whole.ids.extend(part.ids);
            whole.labels.iter_mut().for_each(|labels| labels.extend(part.labels.iter().flatten()));
            whole.periods.iter_mut().for_each(|periods| periods.extend(part.periods.iter().flatten().cloned()));
        }
        Ok(whole)
    }

    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>> {
        postcard::to_stdvec(self).map_err(|error| Error::internal(format!("the columns cannot be written: {error}")))
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Self> {
        postcard::from_bytes(bytes).map_err(|error| Error::internal(format!("the stored columns cannot be read: {error}")))
    }

    /// The rows `rows`, in that order.
    pub fn take(&self, rows: &[usize]) -> Self {
        Self {
            table: self.table.take(rows),
            ids: rows.iter().map(|&row| self.ids[row].clone()).collect(),
            labels: self.labels.as_ref().map(|labels| rows.iter().map(|&row| labels[row]).collect()),
            periods: self.periods.as_ref().map(|periods| rows.iter().map(|&row| periods[row].clone()).collect()),
            sources: self.sources.clone(),
        }
    }
}
