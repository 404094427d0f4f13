//! The history of drift checks.

use domain::{
    AccountName, CheckId, DatasetId, Date, DriftVerdict, Recommendation, Timestamp, UseCaseId,
    VersionNumber,
};

use crate::sql::{self, row, select, sql};
use crate::{Reader, Result, Writer};

row! {
    /// A check. See the table `drift_check` in `migrations/`.
    #[derive(utoipa::ToSchema)]
    #[schema(as = DriftCheck)]
    pub struct Check in "drift_check" {
        pub check_id: CheckId,
        pub use_case: UseCaseId,
        pub version: VersionNumber,
        pub dataset_id: DatasetId,
        pub as_of: Date,
        pub verdict: DriftVerdict,
        pub share_drifted: Option<f64>,
        pub prediction_verdict: DriftVerdict,
        pub recommendation: Recommendation,
        pub reason: String,
        pub report_hash: String,
        pub created_by: AccountName,
        pub created_at: Timestamp,
    }
}

row! {
    /// What a person had to say to a check.
    #[derive(Eq, utoipa::ToSchema)]
    #[schema(as = DriftNote)]
    pub struct Note in "drift_note" {
        pub note_id: String,
        pub check_id: CheckId,
        pub note: String,
        pub created_by: AccountName,
        pub created_at: Timestamp,
    }
}

/// Adds a check.
///
/// # Errors
/// When the database fails.
pub async fn insert(writer: &mut Writer, check: &Check) -> Result<()> {
    sql::insert(writer, check).await
}

/// Checks of a use case, newest day first.
///
/// # Errors
/// When the database fails.
pub async fn list(reader: &mut Reader, use_case: &UseCaseId) -> Result<Vec<Check>> {
    select("where use_case = $1 order by as_of desc, created_at desc")
        .bind(use_case)
        .all(reader)
        .await
}

/// The newest check of a version.
///
/// # Errors
/// When the database fails.
pub async fn newest(
    reader: &mut Reader,
    use_case: &UseCaseId,
    version: VersionNumber,
) -> Result<Option<Check>> {
    let rest = "where use_case = $1 and version = $2 order by as_of desc, created_at desc limit 1";
    select(rest)
        .bind(use_case)
        .bind(version)
        .optional(reader)
        .await
}

/// The check with this id.
///
/// # Errors
/// When the database fails.
pub async fn find(
    reader: &mut Reader,
    use_case: &UseCaseId,
    check_id: &CheckId,
) -> Result<Option<Check>> {
    select("where use_case = $1 and check_id = $2")
        .bind(use_case)
        .bind(check_id)
        .optional(reader)
        .await
}

/// The use case of a check.
///
/// # Errors
/// When the database fails.
pub async fn use_case_of(reader: &mut Reader, check_id: &CheckId) -> Result<Option<UseCaseId>> {
    sql("select use_case from drift_check where check_id = $1")
        .bind(check_id)
        .optional_scalar(reader)
        .await
}

/// Adds a note.
///
/// # Errors
/// When the database fails.
pub async fn insert_note(writer: &mut Writer, note: &Note) -> Result<()> {
    sql::insert(writer, note).await
}

/// The notes on the checks of a use case, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn notes(reader: &mut Reader, use_case: &UseCaseId) -> Result<Vec<Note>> {
    let rest = "where check_id in (select check_id from drift_check where use_case = $1) order by created_at, note_id";
    select(rest).bind(use_case).all(reader).await
}
