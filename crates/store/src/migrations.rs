//! The tables, as a list of files in `migrations/`: one per concept.

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{AnyConnection, SqlSafeStr as _};

use crate::Result;

/// Number, name and text of each migration, by the names of their files.
macro_rules! migrations {
    ($($number:literal $file:literal),+ $(,)?) => {
        [$((
            $number,
            $file,
            include_str!(concat!("../../../migrations/", $file, ".sql")),
        )),+]
    };
}

const MIGRATIONS: [(i64, &str, &str); 26] = migrations! {
    1 "0001_datasets",
    2 "0002_runs",
    3 "0003_registry",
    4 "0004_review",
    5 "0005_scoring",
    6 "0006_monitoring",
    7 "0007_accounts",
    8 "0008_jobs",
    9 "0009_audit",
    10 "0010_card",
    11 "0011_fairness",
    12 "0012_health",
    13 "0013_sources",
    14 "0014_import_reports",
    15 "0015_training_sets",
    16 "0016_score_basis",
    17 "0017_cycles",
    20 "0020_outcome_withdrawals",
    21 "0021_monitoring_policies",
    22 "0022_alerts",
    23 "0023_challengers",
    26 "0026_training_requests",
    27 "0027_api",
    28 "0028_tracking",
    29 "0029_prediction_log",
    30 "0030_candidate_requests",
};

/// Brings the tables up to date. What was applied before must be what stands here.
pub(crate) async fn run(connection: &mut AnyConnection) -> Result<()> {
    let migration = |(number, name, text): (i64, &'static str, &'static str)| {
        Migration::new(
            number,
            name.into(),
            MigrationType::Simple,
            text.into_sql_str(),
            false,
        )
    };
    Migrator::with_migrations(MIGRATIONS.map(migration).to_vec())
        .run(connection)
        .await?;
    Ok(())
}
