//! How the store is opened: folder, file, connections, migrations, rules.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sqlx::any::AnyPoolOptions;
use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyConnection, AnyPool, Connection as _, Executor as _};

use crate::artifacts::Artifacts;
use crate::{Error, Result, Settings, Store, files, migrations, rules};

/// How long somebody waits for a connection; and again, for the lock that writers take.
const PATIENCE: Duration = Duration::from_secs(3);

/// Which database it is, and how to reach it.
#[derive(Debug)]
pub(crate) struct Database {
    url: String,
    pub postgres: bool,
}

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Read,
    Write,
}

impl Store {
    /// Opens the store and brings the database up to date.
    ///
    /// # Errors
    /// When the folder cannot be made, the database cannot be opened or migrated, or a URL is none.
    pub async fn open(settings: &Settings) -> Result<Self> {
        files::private_folder(&settings.data_dir)?;
        let database = Arc::new(Database::new(settings));
        database.protect_file()?;
        sqlx::any::install_default_drivers();
        // Not from the pool, which would try until it is out of time and then tell of the time alone.
        let mut connection = database.connect(Purpose::Write).await.map_err(|error| database.cannot_open(error))?;
        migrations::run(&mut connection).await.map_err(|error| match error {
            Error::Migration(sqlx::migrate::MigrateError::Execute(cause)) => database.cannot_open(cause),
            other => other,
        })?;
        if !database.postgres {
            expect_writable(&mut connection).await.map_err(|error| database.cannot_open(error))?;
        }
        connection.close().await?;
        let artifacts = Artifacts::open(settings)?;
        let readers = database.pool(Purpose::Read, if database.postgres { 12 } else { 8 })?;
        let writer = database.pool(Purpose::Write, 1)?;
        let store = Self { readers, writer, database, artifacts, probe: Arc::default() };
        rules::enforce(&store).await?;
        Ok(store)
    }

    /// A connection of one of the two pools.
    pub(crate) async fn acquire(&self, pool: &AnyPool) -> Result<PoolConnection<Any>> {
        match pool.acquire().await {
            Err(sqlx::Error::PoolTimedOut) => {
                // The pool tells nothing but the time. Where it could not connect, a connection of our own tells why.
                let probe = tokio::time::timeout(PATIENCE, AnyConnection::connect(&self.database.url)).await;
                let Ok(Err(cause)) = probe else { return Err(Error::Unavailable(sqlx::Error::PoolTimedOut)) };
                Err(Error::Unavailable(cause))
            }
            other => Ok(other?),
        }
    }

    pub(crate) fn is_postgres(&self) -> bool {
        self.database.postgres
    }
}

impl Database {
    fn new(settings: &Settings) -> Self {
        let url = settings.database.clone().unwrap_or_else(|| sqlite_url(&settings.data_dir));
        Self { postgres: url.starts_with("postgres"), url }
    }

    /// The file of a SQLite database.
    fn file(&self) -> Option<PathBuf> {
        let place = self.url.strip_prefix("sqlite:")?;
        let place = place.strip_prefix("//").unwrap_or(place);
        let (path, parameters) = place.split_once('?').unwrap_or((place, ""));
        let in_memory = path == ":memory:" || path.is_empty() || parameters.contains("mode=memory");
        (!in_memory).then(|| PathBuf::from(percent_encoding::percent_decode_str(path).decode_utf8_lossy().as_ref()))
    }

    /// Makes the file of a SQLite database, and those beside it, readable by nobody else. SQLite gives new files beside it the mode of the
    /// database file.
    fn protect_file(&self) -> std::io::Result<()> {
        let Some(file) = self.file() else { return Ok(()) };
        if self.url.contains("mode=rwc") {
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

    fn cannot_open(&self, error: sqlx::Error) -> Error {
        match Error::from(error) {
            Error::Database(source) => Error::Open { database: self.name(), source },
            other => other,
        }
    }

    async fn connect(&self, purpose: Purpose) -> sqlx::Result<AnyConnection> {
        let mut connection = AnyConnection::connect(&self.url).await?;
        set_up(&mut connection, self.postgres, purpose).await?;
        Ok(connection)
    }

    fn pool(&self, purpose: Purpose, connections: u32) -> Result<AnyPool> {
        let postgres = self.postgres;
        let options = AnyPoolOptions::new().max_connections(connections).acquire_timeout(PATIENCE);
        let options = options.after_connect(move |connection, _| Box::pin(set_up(connection, postgres, purpose)));
        Ok(options.connect_lazy(&self.url)?)
    }
}

/// A database that can only be read is refused at once, and not by the first who writes. One that is locked at the moment is not.
async fn expect_writable(connection: &mut AnyConnection) -> sqlx::Result<()> {
    connection.execute("pragma busy_timeout = 0").await?;
    // `begin immediate` alone is not enough: SQLite takes it as `begin` where the database is read-only.
    match connection.execute("update heartbeat set at = at where only_row = 1").await.map_err(Error::from) {
        Ok(_) => Ok(()),
        Err(Error::Database(error)) => Err(error),
        Err(_) => Ok(()),
    }
}

/// Sets a fresh connection up.
async fn set_up(connection: &mut AnyConnection, postgres: bool, purpose: Purpose) -> sqlx::Result<()> {
    if postgres {
        connection.execute("set lock_timeout = '3s'").await?;
        if purpose == Purpose::Read {
            connection.execute("set default_transaction_read_only = on").await?;
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

fn sqlite_url(folder: &Path) -> String {
    format!("sqlite://{}?mode=rwc", folder.join("tenure.db").display())
}
