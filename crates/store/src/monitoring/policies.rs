//! The monitoring policies of use cases, every version.

use domain::{AccountName, Timestamp, UseCaseId};

use crate::sql::{self, row, select};
use crate::{Reader, Result, Writer};

row! {
    /// A version of a policy. See the table `monitoring_policy` in `migrations/`.
    #[derive(Eq)]
    pub struct PolicyVersion in "monitoring_policy" {
        pub use_case: UseCaseId,
        /// From 1.
        pub version: i64,
        /// JSON.
        pub policy: String,
        pub reason: String,
        pub set_by: AccountName,
        pub set_at: Timestamp,
    }
}

/// Adds a version.
///
/// # Errors
/// When the database fails, or there is that version already.
pub async fn insert(writer: &mut Writer, version: &PolicyVersion) -> Result<()> {
    sql::insert(writer, version).await
}

/// Every version of a use case, newest first.
///
/// # Errors
/// When the database fails.
pub async fn versions(reader: &mut Reader, use_case: &UseCaseId) -> Result<Vec<PolicyVersion>> {
    select("where use_case = $1 order by version desc")
        .bind(use_case)
        .all(reader)
        .await
}

/// The version in force; `None` where none was ever set.
///
/// # Errors
/// When the database fails.
pub async fn newest(reader: &mut Reader, use_case: &UseCaseId) -> Result<Option<PolicyVersion>> {
    select("where use_case = $1 order by version desc limit 1")
        .bind(use_case)
        .optional(reader)
        .await
}
