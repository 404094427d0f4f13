//! The tables, as a list of files that stand in `migrations/`: one per concept.

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{AnyConnection, SqlSafeStr as _};

use crate::Result;

/// Number, name and text of each migration, by the names of their files.
macro_rules! migrations {
    ($($number:literal $name:literal),+ $(,)?) => {
        [$((
            $number,
            $name,
            include_str!(concat!("../../../migrations/", stringify!($number), "_", $name, ".sql")),
        )),+]
    };
}

const MIGRATIONS: [(i64, &str, &str); 12] = migrations! {
    0001 "datasets",
    0002 "runs",
    0003 "registry",
    0004 "review",
    0005 "scoring",
    0006 "monitoring",
    0007 "accounts",
    0008 "jobs",
    0009 "audit",
    0010 "card",
    0011 "fairness",
    0012 "health",
};

/// Brings the tables up to date. What was applied before must be what stands here.
pub(crate) async fn run(connection: &mut AnyConnection) -> Result<()> {
    let migration = |(number, name, text): (i64, &'static str, &'static str)| {
        Migration::new(number, name.into(), MigrationType::Simple, text.into_sql_str(), false)
    };
    Migrator::with_migrations(MIGRATIONS.map(migration).to_vec()).run(connection).await?;
    Ok(())
}
