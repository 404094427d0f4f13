//! Known limitations of a version, as people write them on its model card.

use domain::{AccountName, Timestamp, UseCaseId, VersionNumber};

use crate::sql::{self, row, select};
use crate::{Reader, Result, Writer};

row! {
    /// A revision of the known limitations. See the table `card_revision` in `migrations/`.
    #[derive(Eq)]
    pub struct Revision in "card_revision" {
        pub use_case: UseCaseId,
        pub version: VersionNumber,
        /// From 1.
        pub revision: i64,
        pub text: String,
        pub written_by: AccountName,
        pub written_at: Timestamp,
    }
}

/// Every revision of a version's limitations, newest first.
///
/// # Errors
/// When the database fails.
pub async fn revisions(
    reader: &mut Reader,
    use_case: &UseCaseId,
    version: VersionNumber,
) -> Result<Vec<Revision>> {
    select("where use_case = $1 and version = $2 order by revision desc")
        .bind(use_case)
        .bind(version)
        .all(reader)
        .await
}

/// Adds a revision.
///
/// # Errors
/// When the database fails, or refuses: its number is not the next one.
pub async fn add_revision(writer: &mut Writer, revision: &Revision) -> Result<()> {
    sql::insert(writer, revision).await
}
