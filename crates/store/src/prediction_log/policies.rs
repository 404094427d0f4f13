//! What the prediction log keeps, and what is kept beyond its time.

use domain::{AccountName, InputPolicy, LogFailure, RetentionClass, Timestamp, UseCaseId};

use crate::sql::{self, row, select, sql};
use crate::{Reader, Result, Writer, now};

row! {
    /// A version of a policy. See the table `prediction_policy` in `migrations/`.
    #[derive(Eq)]
    pub struct Policy in "prediction_policy" {
        pub use_case: UseCaseId,
        /// From 1.
        pub version: u32,
        pub input: InputPolicy,
        pub on_failure: LogFailure,
        pub retention: RetentionClass,
        pub reason: String,
        pub set_by: AccountName,
        pub set_at: Timestamp,
    }
}

row! {
    /// A legal hold. See the table `prediction_hold` in `migrations/`.
    #[derive(Eq)]
    pub struct Hold in "prediction_hold" {
        pub hold_id: String,
        pub use_case: UseCaseId,
        /// Pseudonym; `None`: all entries of the use case.
        pub subject: Option<String>,
        pub reason: String,
        pub set_by: AccountName,
        pub set_at: Timestamp,
        pub released_by: Option<AccountName>,
        pub released_at: Option<Timestamp>,
    }
}

/// Adds a version.
///
/// # Errors
/// When the database fails, or there is that version already.
pub async fn insert_policy(writer: &mut Writer, policy: &Policy) -> Result<()> {
    sql::insert(writer, policy).await
}

/// The policy in force; `None` where none was ever set.
///
/// # Errors
/// When the database fails.
pub async fn policy(reader: &mut Reader, use_case: &UseCaseId) -> Result<Option<Policy>> {
    select("where use_case = $1 order by version desc limit 1")
        .bind(use_case)
        .optional(reader)
        .await
}

/// Every version, newest first.
///
/// # Errors
/// When the database fails.
pub async fn policies(reader: &mut Reader, use_case: &UseCaseId) -> Result<Vec<Policy>> {
    select("where use_case = $1 order by version desc")
        .bind(use_case)
        .all(reader)
        .await
}

/// Adds a hold.
///
/// # Errors
/// When the database fails.
pub async fn insert_hold(writer: &mut Writer, hold: &Hold) -> Result<()> {
    sql::insert(writer, hold).await
}

/// Every hold of a use case, newest first.
///
/// # Errors
/// When the database fails.
pub async fn holds(reader: &mut Reader, use_case: &UseCaseId) -> Result<Vec<Hold>> {
    select("where use_case = $1 order by hold_id desc")
        .bind(use_case)
        .all(reader)
        .await
}

/// Releases a hold; false when there is none that holds.
///
/// # Errors
/// When the database fails.
pub async fn release_hold(
    writer: &mut Writer,
    use_case: &UseCaseId,
    hold_id: &str,
    by: &AccountName,
) -> Result<bool> {
    let statement = sql(
        "update prediction_hold set released_by = $1, released_at = $2 where hold_id = $3 and use_case = $4 and released_at is null",
    );
    let changed = statement
        .bind(by)
        .bind(now())
        .bind(hold_id)
        .bind(use_case)
        .execute(writer)
        .await?;
    Ok(changed > 0)
}
