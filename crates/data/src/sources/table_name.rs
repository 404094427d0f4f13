//! The name of a table that scores are written to.

use super::error::SourceError;

/// Letters that a part of a name may have: the least of the limits of PostgreSQL and SQLite.
const MOST_LETTERS: usize = 63;

/// A table by its name, with or without a schema: `scores` or `hr.scores`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableName(String);

impl TableName {
    /// Parses a name of letters, digits and underscores.
    ///
    /// # Errors
    /// For anything else, so that a name can stand in a statement.
    pub fn parse(text: &str) -> Result<Self, SourceError> {
        let is_name = |part: &str| {
            part.len() <= MOST_LETTERS
                && part.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_')
                && part
                    .chars()
                    .all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
        };
        let parts: Vec<&str> = text.trim().split('.').collect();
        if parts.len() > 2 || !parts.iter().copied().all(is_name) {
            return Err(SourceError::Address(
                "the table must be a name of letters, digits and underscores, with or without a schema: scores or hr.scores".into(),
            ));
        }
        Ok(Self(text.trim().to_owned()))
    }

    /// The schema, where one is named, and the table.
    pub(super) fn parts(&self) -> (Option<&str>, &str) {
        match self.0.split_once('.') {
            Some((schema, name)) => (Some(schema), name),
            None => (None, &self.0),
        }
    }

    /// As written in a statement: each part is quoted and taken literally.
    pub(super) fn quoted(&self) -> String {
        let parts: Vec<String> = self
            .0
            .split('.')
            .map(|part| format!("\"{part}\""))
            .collect();
        parts.join(".")
    }
}

impl std::fmt::Display for TableName {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_leave_its_quotes() {
        for (text, quoted) in [
            ("scores", "\"scores\""),
            (" hr.Scores_2 ", "\"hr\".\"Scores_2\""),
        ] {
            assert_eq!(
                TableName::parse(text).map(|name| name.quoted()),
                Ok(quoted.to_owned())
            );
        }
        for text in [
            "",
            ".",
            "a.",
            "a.b.c",
            "1a",
            "a b",
            "a\"b",
            "scores; drop table people",
            "größe",
        ] {
            assert!(TableName::parse(text).is_err(), "{text}");
        }
    }
}
