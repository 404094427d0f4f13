//! What to import, and what a person holds of it before it is stored.

use std::sync::Arc;

use data::ReadOptions;
use domain::{Date, Purpose};
use store::datasets;

use super::files::{Combine, SentFile};
use super::rows::ImportPreview;
use crate::{Error, Result};

/// What to import.
#[derive(Debug, Clone, Default)]
pub struct Import {
    pub use_case: String,
    /// File name and bytes, in order.
    pub files: Vec<(String, Vec<u8>)>,
    /// What several files are to each other.
    pub combine: Combine,
    /// The day that the rows describe, YYYY-MM-DD; today when absent.
    pub as_of: Option<String>,
    /// What the data is for. When absent a file with outcomes is for training, one without for
    /// scoring.
    pub purpose: Option<Purpose>,
    pub simulated: bool,
    /// How the files are to be read, where they do not say so themselves.
    pub options: ReadOptions,
}

impl Import {
    /// The names of the files, as the dataset is called.
    pub(super) fn names(&self) -> String {
        let names: Vec<&str> = self.files.iter().map(|(name, _)| name.as_str()).collect();
        names.join(" + ")
    }

    pub(super) fn sent(&self) -> Vec<SentFile<'_>> {
        self.files
            .iter()
            .map(|(name, bytes)| SentFile {
                name,
                bytes,
                options: &self.options,
            })
            .collect()
    }

    /// SHA-256 of a single file's bytes, so that others can find it; of several files, or with
    /// settings for their reading, of both, and of how they are joined.
    pub(super) fn hash(&self, files: &[datasets::File]) -> String {
        let joined = match (files, &self.combine) {
            ([only], Combine::Stack) if self.options == ReadOptions::default() => {
                return only.hash.clone();
            }
            (_, Combine::Stack) => String::new(),
            (_, Combine::Join(options)) => format!(
                "join {} {} {}\n",
                options.key, options.rule, options.keep_partial
            ),
        };
        let lines: String = files
            .iter()
            .map(|file| format!("{} {}\n", file.hash, file.options))
            .collect();
        store::artifacts::hash(format!("{lines}{joined}").as_bytes())
    }
}

/// An import with what it would do.
#[derive(Debug, Clone)]
pub struct HeldImport {
    pub import: Arc<Import>,
    pub preview: Arc<ImportPreview>,
}

pub(super) fn stated_day(import: &Import) -> Result<Option<Date>> {
    let stated = import.as_of.as_deref().map(str::parse).transpose()?;
    stated.map(past_day).transpose()
}

/// The day that rows describe: nobody knows people as they will be.
///
/// # Errors
/// [`Error::Invalid`] for a day in the future.
pub(crate) fn past_day(day: Date) -> Result<Date> {
    let today = store::today();
    if day > today {
        return Err(Error::Invalid(format!(
            "The snapshot date {day} is in the future. Use a date up to today, {today}."
        )));
    }
    Ok(day)
}
