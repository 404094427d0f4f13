//! Approved versions that were looked at again.

use domain::{AccountName, Date, Timestamp, UseCaseId, VersionNumber};

use crate::sql::{self, Value as _, row, select};
use crate::{Reader, Result, Writer};

row! {
    /// A reviewer let a version serve on, until the next review date.
    #[derive(Eq)]
    pub struct Recertification in "recertification" {
        pub use_case: UseCaseId,
        pub version: VersionNumber,
        pub sequence: i64,
        pub next_review: Date,
        pub reason: String,
        pub certified_by: AccountName,
        pub certified_at: Timestamp,
    }
}

/// Adds a re-certification.
///
/// # Errors
/// When the database fails, or refuses: without a reason, by the version's author, of a version that
/// never was live, or out of order.
pub async fn recertify(writer: &mut Writer, own: &Recertification) -> Result<()> {
    let more = [("certified_by_key", own.certified_by.key().cell())];
    sql::insert_with(writer, &more, std::slice::from_ref(own), "").await
}

/// The re-certifications of a use case's versions, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn recertifications(
    reader: &mut Reader,
    use_case: &UseCaseId,
) -> Result<Vec<Recertification>> {
    select("where use_case = $1 order by certified_at, version, sequence")
        .bind(use_case)
        .all(reader)
        .await
}
