//! Versions of the definitions of use cases.

use domain::{AccountName, DefinitionOrigin, Timestamp, UseCaseId};

use crate::sql::{self, row, select, sql};
use crate::{Reader, Result, Writer};

row! {
    /// A definition. See the table `use_case_version` in `migrations/`.
    #[derive(Eq)]
    pub struct Definition in "use_case_version" {
        pub use_case: UseCaseId,
        /// From 1.
        pub version: u32,
        pub origin: DefinitionOrigin,
        pub content_hash: String,
        /// TOML.
        pub text: String,
        pub created_by: AccountName,
        pub created_at: Timestamp,
    }
}

row! {
    /// A use case and the number of its newest version.
    #[derive(Eq)]
    pub struct Newest {
        pub use_case: UseCaseId,
        pub version: u32,
    }
}

/// Adds a version.
///
/// # Errors
/// When the database fails, or there is one of this number.
pub async fn insert(writer: &mut Writer, definition: &Definition) -> Result<()> {
    sql::insert(writer, definition).await
}

/// The newest version of a use case.
///
/// # Errors
/// When the database fails.
pub async fn newest(reader: &mut Reader, use_case: &UseCaseId) -> Result<Option<Definition>> {
    select("where use_case = $1 order by version desc limit 1")
        .bind(use_case)
        .optional(reader)
        .await
}

/// The number of the newest version of every use case.
///
/// # Errors
/// When the database fails.
pub async fn numbers(reader: &mut Reader) -> Result<Vec<Newest>> {
    sql("select use_case, max(version) as version from use_case_version group by use_case order by use_case").all(reader).await
}

/// The versions of a use case, newest first.
///
/// # Errors
/// When the database fails.
pub async fn list(reader: &mut Reader, use_case: &UseCaseId) -> Result<Vec<Definition>> {
    select("where use_case = $1 order by version desc")
        .bind(use_case)
        .all(reader)
        .await
}

/// One version.
///
/// # Errors
/// When the database fails.
pub async fn find(
    reader: &mut Reader,
    use_case: &UseCaseId,
    version: u32,
) -> Result<Option<Definition>> {
    select("where use_case = $1 and version = $2")
        .bind(use_case)
        .bind(version)
        .optional(reader)
        .await
}
