//! The query string and the use case of a page's address.

use domain::{Route, UseCaseId};

/// The decoded pairs of a query string.
pub(crate) struct Query(pub(super) Vec<(String, String)>);

impl Query {
    /// The last value of a key, trimmed; empty when there is none.
    pub(super) fn one(&self, key: &str) -> &str {
        self.0
            .iter()
            .rev()
            .find(|(known, _)| known == key)
            .map_or("", |(_, value)| value.trim())
    }

    /// Every non-empty value of a key.
    pub(super) fn all<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |(known, value)| known == key && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }
}

/// The use case of a path.
pub(super) fn use_case_of(path: &str) -> UseCaseId {
    Route::parse(path)
        .and_then(|route| route.use_case())
        .unwrap_or_default()
}
