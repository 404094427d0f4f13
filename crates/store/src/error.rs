//! What can go wrong here.

/// Why the store could not do something. Entry points turn it into something a person can act on;
/// the text of SQL stays in the log.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database is busy, full or away: nothing was changed, and the same may work in a moment.
    #[error("the database is temporarily unavailable")]
    Unavailable(#[source] sqlx::Error),
    /// The database answered that it cannot do that.
    #[error("the database reported an error")]
    Database(#[source] sqlx::Error),
    /// The database cannot be opened at all, for example because the file is damaged.
    #[error("the database {database} cannot be opened: {source}")]
    Open {
        /// The URL without its password.
        database: String,
        /// What the driver says.
        source: sqlx::Error,
    },
    /// A migration failed, or the store was written by a later version.
    #[error("the database could not be migrated")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// Reading or writing a file failed.
    #[error("the artifact store failed")]
    Artifacts(#[from] object_store::Error),
    /// By its hash.
    #[error("the artifact {0} is missing from the store or was modified")]
    Artifact(String),
    /// It cannot be created, or is not a folder.
    #[error("the data folder cannot be used: {0}")]
    Folder(#[from] std::io::Error),
    /// JSON in the database that this version cannot parse.
    #[error("a stored record cannot be read: {0}")]
    Record(#[from] serde_json::Error),
    /// A setting that cannot be used; the text says which and why.
    #[error("{0}")]
    Setting(String),
}

/// A result of the store.
pub type Result<T> = std::result::Result<T, Error>;

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        if is_passing(&error) {
            Self::Unavailable(error)
        } else {
            Self::Database(error)
        }
    }
}

/// Primary result codes of SQLite that pass: busy, locked, input or output failed, full.
const SQLITE: [u32; 4] = [5, 6, 10, 13];
/// Classes of SQLSTATE that pass: the connection broke, too few resources (disk, connections), the
/// server stops or starts.
const POSTGRES_CLASSES: [&str; 3] = ["08", "53", "57"];
/// SQLSTATE of a lock that was not free in time.
const LOCK_NOT_AVAILABLE: &str = "55P03";

/// True when the cause lies in the state of disk, network or server, and not in what was asked.
fn is_passing(error: &sqlx::Error) -> bool {
    if let sqlx::Error::Database(cause) = error {
        let code = cause.code().unwrap_or_default();
        return match code.parse::<u32>() {
            // SQLite's extended codes carry the primary one in their lowest byte. Those of
            // PostgreSQL have five characters.
            Ok(number) if code.len() < 5 => SQLITE.contains(&(number & 0xff)),
            Ok(_) | Err(_) => {
                code == LOCK_NOT_AVAILABLE
                    || POSTGRES_CLASSES.iter().any(|class| code.starts_with(class))
            }
        };
    }
    matches!(
        error,
        sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::WorkerCrashed
    )
}

/// An error with all its causes, for the log: `outer: inner: innermost`.
pub struct Chain<'a>(pub &'a (dyn std::error::Error + 'static));

impl std::fmt::Display for Chain<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut said = self.0.to_string();
        formatter.write_str(said.trim_end_matches('.'))?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            let text = error.to_string();
            // Many errors say already what their cause says.
            if !said.contains(&text) {
                write!(formatter, ": {}", text.trim_end_matches('.'))?;
                said = text;
            }
            cause = error.source();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_tells_every_cause_once() {
        let error = Error::from(sqlx::Error::PoolTimedOut);
        assert!(matches!(error, Error::Unavailable(_)));
        assert_eq!(
            Chain(&error).to_string(),
            "the database is temporarily unavailable: pool timed out while waiting for an open connection"
        );
        let cause = std::io::Error::other("no such host");
        let error = Error::from(sqlx::Error::Io(cause));
        assert_eq!(
            Chain(&error).to_string(),
            "the database is temporarily unavailable: error communicating with database: no such host"
        );
    }

    #[test]
    fn what_was_asked_wrongly_does_not_pass() {
        assert!(matches!(
            Error::from(sqlx::Error::RowNotFound),
            Error::Database(_)
        ));
    }
}
