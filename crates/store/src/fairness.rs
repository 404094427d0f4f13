//! Experiments: comparison runs that were made from a version.

use domain::{AccountName, RunId, Timestamp, UseCaseId, VersionNumber};

use crate::sql::{self, row, select};
use crate::{Reader, Result, Writer};

row! {
    /// An experiment. See the table `experiment` in `migrations/`.
    #[derive(Eq)]
    pub struct Experiment in "experiment" {
        pub run_id: RunId,
        pub use_case: UseCaseId,
        pub version: VersionNumber,
        pub title: String,
        pub effect_hash: String,
        pub created_by: AccountName,
        pub created_at: Timestamp,
    }
}

/// Adds an experiment.
///
/// # Errors
/// When the database fails.
pub async fn add_experiment(writer: &mut Writer, experiment: &Experiment) -> Result<()> {
    sql::insert(writer, experiment).await
}

/// The experiments that were made from a version, newest first.
///
/// # Errors
/// When the database fails.
pub async fn experiments(
    reader: &mut Reader,
    use_case: &UseCaseId,
    version: VersionNumber,
) -> Result<Vec<Experiment>> {
    select("where use_case = $1 and version = $2 order by created_at desc")
        .bind(use_case)
        .bind(version)
        .all(reader)
        .await
}
