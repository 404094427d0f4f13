//! Model versions, and the one pointer that says which of them serves.

mod labels;
mod live;
mod recertification;

use domain::{AccountName, DatasetId, RunId, Stage, Timestamp, UseCaseId, VersionNumber};

use crate::sql::{self, Value as _, row, select, sql};
use crate::{Reader, Result, Writer};

pub use labels::{Alias, aliases, describe, remove_alias, set_alias, set_tag, tags};
pub use live::{LiveChange, live, live_as_of, live_history, set_live};
pub use recertification::{Recertification, recertifications, recertify};

row! {
    /// A trained model under its number. See the table `model_version` in `migrations/`.
    #[derive(Eq)]
    pub struct Version in "model_version" {
        pub use_case: UseCaseId,
        pub version: VersionNumber,
        pub run_id: RunId,
        pub dataset_id: DatasetId,
        pub model_hash: String,
        pub candidate: String,
        pub stage: Stage,
        pub author: AccountName,
        pub note: String,
        pub created_at: Timestamp,
        /// What people say about it.
        pub description: String,
    }
}

/// Adds a version under the next number, which is returned; `version.version` does not count.
///
/// # Errors
/// When the database fails, or refuses the stage.
pub async fn insert(writer: &mut Writer, version: &Version) -> Result<VersionNumber> {
    let newest = sql("select max(version) as version from model_version where use_case = $1")
        .bind(&version.use_case);
    let newest: Option<VersionNumber> = newest.scalar(writer).await?;
    let version = Version {
        version: newest.map_or(VersionNumber::FIRST, VersionNumber::next),
        ..version.clone()
    };
    sql::insert_with(
        writer,
        &[("author_key", version.author.key().cell())],
        std::slice::from_ref(&version),
        "",
    )
    .await?;
    Ok(version.version)
}

/// One version.
///
/// # Errors
/// When the database fails.
pub async fn find(
    reader: &mut Reader,
    use_case: &UseCaseId,
    number: VersionNumber,
) -> Result<Option<Version>> {
    select("where use_case = $1 and version = $2")
        .bind(use_case)
        .bind(number)
        .optional(reader)
        .await
}

/// Versions of a use case, newest first.
///
/// # Errors
/// When the database fails.
pub async fn list(reader: &mut Reader, use_case: &UseCaseId) -> Result<Vec<Version>> {
    select("where use_case = $1 order by version desc")
        .bind(use_case)
        .all(reader)
        .await
}

/// The version that a run made.
///
/// # Errors
/// When the database fails.
pub async fn of_run(reader: &mut Reader, run_id: &RunId) -> Result<Option<Version>> {
    select("where run_id = $1")
        .bind(run_id)
        .optional(reader)
        .await
}

/// Sets a version's stage. Production and the pointer go together: the pointer first.
///
/// # Errors
/// When the database fails, or refuses the stage.
pub async fn set_stage(
    writer: &mut Writer,
    use_case: &UseCaseId,
    number: VersionNumber,
    stage: Stage,
) -> Result<()> {
    let statement = sql("update model_version set stage = $3 where use_case = $1 and version = $2");
    statement
        .bind(use_case)
        .bind(number)
        .bind(stage)
        .execute(writer)
        .await?;
    Ok(())
}
