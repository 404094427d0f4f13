//! Where a database is. An address holds no password: it is stored, shown and logged.

use std::path::Path;

use super::error::SourceError;

/// A kind of database that rows can be read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// PostgreSQL.
    Postgres,
    /// A file of SQLite.
    Sqlite,
}

/// A checked address: `postgres://user@host:5432/database`, or `sqlite://path/to/file.db`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    engine: Engine,
    text: String,
}

impl Address {
    /// Parses an address.
    ///
    /// # Errors
    /// For an unknown kind of database, or when there is a password in it: passwords come from the
    /// environment or a file.
    pub fn parse(text: &str) -> Result<Self, SourceError> {
        let text = text.trim();
        let wrong = |why: &str| Err(SourceError::Address(why.to_owned()));
        let Some((scheme, rest)) = text.split_once("://") else {
            return wrong("the address must begin with postgres:// or sqlite://");
        };
        let engine = match scheme {
            "postgres" | "postgresql" => Engine::Postgres,
            "sqlite" => Engine::Sqlite,
            _ => return wrong("the address must begin with postgres:// or sqlite://"),
        };
        let authority = rest.split(['/', '?']).next().unwrap_or("");
        let has_password = authority
            .rsplit_once('@')
            .is_some_and(|(account, _)| account.contains(':'))
            || rest.split_once('?').is_some_and(|(_, options)| {
                options
                    .split('&')
                    .any(|option| option.starts_with("password="))
            });
        if engine == Engine::Postgres && has_password {
            return wrong(
                "the address must not hold a password. Put it into an environment variable or a file and name that",
            );
        }
        if engine == Engine::Sqlite && rest.is_empty() {
            return wrong("the address must name a file: sqlite://path/to/file.db");
        }
        Ok(Self {
            engine,
            text: text.to_owned(),
        })
    }

    /// The kind of database.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// The address as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The file of an SQLite address.
    pub(super) fn file(&self) -> &Path {
        Path::new(self.text.split_once("://").map_or("", |(_, path)| path))
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_its_database_and_no_password() {
        for (text, engine) in [
            ("postgres://reader@db.example/hr", Engine::Postgres),
            (
                " postgresql://db.example:5433/hr?sslmode=require ",
                Engine::Postgres,
            ),
            ("sqlite:///var/lib/hr.db", Engine::Sqlite),
            ("sqlite://hr.db", Engine::Sqlite),
        ] {
            assert_eq!(
                Address::parse(text).map(|address| address.engine()),
                Ok(engine),
                "{text}"
            );
        }
        for text in [
            "postgres://reader:secret@db.example/hr",
            "postgres://reader:@db.example/hr",
            "postgres://db.example/hr?sslmode=require&password=secret",
            "mysql://db.example/hr",
            "hr.csv",
            "sqlite://",
        ] {
            assert!(
                matches!(Address::parse(text), Err(SourceError::Address(why)) if !why.contains("secret")),
                "{text}"
            );
        }
    }
}
