//! Values that are not used as they are written. Texts that are not among the levels of their field: a new job title must not stop the scoring of everybody
//! else, and nobody may be misread silently.

use std::collections::BTreeMap;

use domain::Date;
use model::{Field, UnseenPolicy};
use serde::{Deserialize, Serialize};

/// Why a text was not read as a value of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unread {
    /// It is not among the levels of its field and counts as missing.
    #[default]
    NoLevel,
    /// It is this date, which is after the day of its row, and counts as missing.
    After(Date),
    /// It is not among the levels of its field and counts as the level "Other".
    Other,
}

/// A text that was read as missing, or as the level "Other".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unseen {
    /// Name of the field.
    pub field: String,
    /// The text, without blanks around it.
    pub value: String,
    /// Positions of its rows, from 0.
    pub rows: Vec<usize>,
    /// Why it was not read as a value of its own.
    pub why: Unread,
}

/// Collects them for one field.
pub(crate) struct UnseenLevels<'a> {
    field: &'a Field,
    takes: bool,
    found: BTreeMap<&'a str, Vec<usize>>,
}

impl<'a> UnseenLevels<'a> {
    pub(crate) fn new(field: &'a Field, for_training: bool) -> Self {
        Self {
            field,
            takes: field.takes_unseen(for_training),
            found: BTreeMap::new(),
        }
    }

    /// True when the text of a row is not a value of the field and counts as missing.
    pub(crate) fn take(&mut self, row: usize, text: &'a str) -> bool {
        if self.takes {
            self.found.entry(text.trim()).or_default().push(row);
        }
        self.takes
    }

    /// What was found; `present` rows have a text.
    ///
    /// # Errors
    /// The rule that is broken and what breaks it, where most of the texts are unknown and the use
    /// case does not allow it: then the column is likely in other words (another language, codes
    /// instead of names).
    pub(crate) fn finish(self, present: usize) -> Result<Vec<Unseen>, (String, Vec<Unseen>)> {
        let unknown: usize = self.found.values().map(Vec::len).sum();
        let unseen = |(value, rows): (&str, Vec<usize>)| Unseen {
            field: self.field.name.clone(),
            value: value.to_owned(),
            rows,
            why: Unread::NoLevel,
        };
        let found = self.found.into_iter().map(unseen).collect();
        if self.field.unseen == Some(UnseenPolicy::Missing) || 2 * unknown <= present {
            return Ok(found);
        }
        let rule = format!(
            "must be one of {}; {unknown} of {present} rows have other values, too many to count as missing (add level_aliases or levels to the \
             use case, or unseen = \"missing\")",
            self.field.levels.join(", ")
        );
        Err((rule, found))
    }
}
