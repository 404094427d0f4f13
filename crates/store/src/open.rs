//! How the store is opened: folder, file, connections, migrations, rules.

use std::sync::Arc;

use sqlx::Connection as _;

use crate::artifacts::Artifacts;
use crate::database::{Database, Purpose, expect_writable};
use crate::prediction_log::Spool;
use crate::{Error, Result, Settings, Store, files, migrations, rules};

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
        // Not from the pool, which would try until it is out of time and then tell of the time
        // alone.
        let mut connection = database
            .connect(Purpose::Write)
            .await
            .map_err(|error| database.cannot_open(error))?;
        migrations::run(&mut connection).await.map_err(|error| {
            if let Error::Migration(sqlx::migrate::MigrateError::Execute(cause)) = error {
                database.cannot_open(cause)
            } else {
                error
            }
        })?;
        if !database.postgres {
            expect_writable(&mut connection)
                .await
                .map_err(|error| database.cannot_open(error))?;
        }
        connection.close().await?;
        let artifacts = Artifacts::open(settings)?;
        let readers = database.pool(Purpose::Read, if database.postgres { 12 } else { 8 })?;
        let writer = database.pool(Purpose::Write, 1)?;
        let store = Self {
            readers,
            writer,
            database,
            artifacts,
            probe: Arc::default(),
            spool: Arc::new(Spool::new(&settings.data_dir)),
        };
        rules::enforce(&store).await?;
        Ok(store)
    }
}
