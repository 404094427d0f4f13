//! The database: where it is, and connections to it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::any::AnyPoolOptions;
use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyConnection, AnyPool, Connection as _, Executor as _};

use crate::{Error, Result, Settings, files};

/// How long somebody waits for a connection; and again, for the lock that writers take.
const PATIENCE: Duration = Duration::from_secs(3);

/// Which database it is, and how to reach it.
#[derive(Debug)]
pub(crate) struct Database {
    url: String,
    /// Of SQLite: the index of its write-ahead log.
    index: Option<PathBuf>,
    pub postgres: bool,
}

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Read,
    Write,
}

impl Database {
    pub fn new(settings: &Settings) -> Self {
        let url = settings
            .database
            .clone()
            .map_or_else(|| sqlite_url(&settings.data_dir), creating);
        let mut database = Self {
            postgres: url.starts_with("postgres"),
            url,
            index: None,
        };
        database.index = database.file().filter(|_| !database.postgres).map(|file| {
            let mut path = file.into_os_string();
            path.push("-shm");
            path.into()
        });
        database
    }

    /// The index of the write-ahead log of SQLite; it is there while the database is open.
    pub fn index_file(&self) -> Option<&Path> {
        self.index.as_deref()
    }

    /// The file of a SQLite database.
    fn file(&self) -> Option<PathBuf> {
        let place = self.url.strip_prefix("sqlite:")?;
        let place = place.strip_prefix("//").unwrap_or(place);
        let (path, parameters) = place.split_once('?').unwrap_or((place, ""));
        let in_memory = path == ":memory:" || path.is_empty() || parameters.contains("mode=memory");
        (!in_memory).then(|| {
            PathBuf::from(
                percent_encoding::percent_decode_str(path)
                    .decode_utf8_lossy()
                    .as_ref(),
            )
        })
    }

    /// Makes the file of a SQLite database, and those beside it, readable by nobody else. SQLite
    /// gives new files beside it the mode of the database file.
    ///
    /// # Errors
    /// [`Error::Setting`] when the folder of a new file is missing; else when the file system
    /// refuses.
    pub fn protect_file(&self) -> Result<()> {
        let Some(file) = self.file() else {
            return Ok(());
        };
        if self.url.contains("mode=rwc") {
            let folder = file
                .parent()
                .filter(|folder| !folder.as_os_str().is_empty());
            if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
                return Err(Error::Setting(format!(
                    "The database {} cannot be created: there is no folder {}. Create the folder, or correct --database.",
                    file.display(),
                    folder.display()
                )));
            }
            files::create_private(&file)?;
        }
        for suffix in ["", "-wal", "-shm", "-journal"] {
            let mut path = file.as_os_str().to_owned();
            path.push(suffix);
            files::restrict(Path::new(&path), files::FILE)?;
        }
        Ok(())
    }

    /// As people know it; without the password of the URL.
    fn name(&self) -> String {
        match self.file() {
            Some(file) => file.display().to_string(),
            None => {
                let (scheme, rest) = self.url.split_once("://").unwrap_or(("", &self.url));
                let rest = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
                format!("{scheme}://{}", rest.split('?').next().unwrap_or_default())
            }
        }
    }

    /// That the database cannot be opened, and why.
    pub fn cannot_open(&self, error: sqlx::Error) -> Error {
        let error = Error::from(error);
        if let Error::Database(source) = error {
            Error::Open {
                database: self.name(),
                source,
            }
        } else {
            error
        }
    }

    /// A connection outside the pools.
    pub async fn connect(&self, purpose: Purpose) -> sqlx::Result<AnyConnection> {
        let mut connection = AnyConnection::connect(&self.url).await?;
        set_up(&mut connection, self.postgres, purpose).await?;
        Ok(connection)
    }

    /// A pool of connections, none of which is opened yet.
    pub fn pool(&self, purpose: Purpose, connections: u32) -> Result<AnyPool> {
        let postgres = self.postgres;
        let options = AnyPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(PATIENCE);
        let options = options
            .after_connect(move |connection, _| Box::pin(set_up(connection, postgres, purpose)));
        Ok(options.connect_lazy(&self.url)?)
    }

    /// A connection of a pool.
    pub async fn acquire(&self, pool: &AnyPool) -> Result<PoolConnection<Any>> {
        match pool.acquire().await {
            Err(sqlx::Error::PoolTimedOut) => {
                // The pool tells nothing but the time. Where it could not connect, a connection of
                // our own tells why.
                let probe = tokio::time::timeout(PATIENCE, AnyConnection::connect(&self.url)).await;
                let Ok(Err(cause)) = probe else {
                    return Err(Error::Unavailable(sqlx::Error::PoolTimedOut));
                };
                Err(Error::Unavailable(cause))
            }
            other => Ok(other?),
        }
    }
}

/// A database that can only be read is refused at once, and not by the first who writes. One that
/// is locked at the moment is not.
pub(crate) async fn expect_writable(connection: &mut AnyConnection) -> sqlx::Result<()> {
    connection.execute("pragma busy_timeout = 0").await?;
    // `begin immediate` alone is not enough: SQLite takes it as `begin` where the database is
    // read-only.
    match connection
        .execute("update heartbeat set at = at where only_row = 1")
        .await
        .map_err(Error::from)
    {
        Ok(_) => Ok(()),
        Err(Error::Database(error)) => Err(error),
        Err(_) => Ok(()),
    }
}

/// Sets a fresh connection up.
async fn set_up(
    connection: &mut AnyConnection,
    postgres: bool,
    purpose: Purpose,
) -> sqlx::Result<()> {
    if postgres {
        connection.execute("set lock_timeout = '3s'").await?;
        if purpose == Purpose::Read {
            connection
                .execute("set default_transaction_read_only = on")
                .await?;
        }
        return Ok(());
    }
    connection.execute("pragma busy_timeout = 3000").await?;
    connection.execute("pragma journal_mode = wal").await?;
    connection.execute("pragma foreign_keys = on").await?;
    // Else `insert or replace` would delete rows past the triggers that forbid it.
    connection.execute("pragma recursive_triggers = on").await?;
    // 32 MB a connection instead of 2: searches over runs touch many pages far apart.
    connection.execute("pragma cache_size = -32768").await?;
    if purpose == Purpose::Read {
        connection.execute("pragma query_only = on").await?;
    }
    Ok(())
}

/// A SQLite URL that does not state a mode creates its file.
fn creating(url: String) -> String {
    if !url.starts_with("sqlite:") || url.contains("mode=") || url.contains(":memory:") {
        return url;
    }
    let sign = if url.contains('?') { '&' } else { '?' };
    format!("{url}{sign}mode=rwc")
}

fn sqlite_url(folder: &Path) -> String {
    format!("sqlite://{}?mode=rwc", folder.join("tenure.db").display())
}
