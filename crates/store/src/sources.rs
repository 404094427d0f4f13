//! Sources: queries against databases of somebody else.

use domain::{AccountName, Timestamp, UseCaseId};

use crate::sql::{self, row, select, sql};
use crate::{Reader, Result, Writer};

row! {
    /// A source. See the table `source` in `migrations/`.
    #[derive(Eq, utoipa::ToSchema)]
    #[schema(as = DataSource)]
    pub struct Source in "source" {
        pub source_id: String,
        pub use_case: UseCaseId,
        pub name: String,
        pub address: String,
        pub query: String,
        pub secret: String,
        pub row_limit: i64,
        pub seconds: i64,
        pub created_by: AccountName,
        pub created_at: Timestamp,
    }
}

/// Adds a source.
///
/// # Errors
/// When the database fails, or the use case has a source of this name.
pub async fn insert(writer: &mut Writer, source: &Source) -> Result<()> {
    sql::insert(writer, source).await
}

/// The source of a use case with this name.
///
/// # Errors
/// When the database fails.
pub async fn by_name(
    reader: &mut Reader,
    use_case: &UseCaseId,
    name: &str,
) -> Result<Option<Source>> {
    select("where use_case = $1 and name = $2")
        .bind(use_case)
        .bind(name)
        .optional(reader)
        .await
}

/// The sources of a use case, or of all, by name.
///
/// # Errors
/// When the database fails.
pub async fn list(reader: &mut Reader, use_case: Option<&UseCaseId>) -> Result<Vec<Source>> {
    let every = UseCaseId::default();
    select("where $1 = '' or use_case = $1 order by use_case, name")
        .bind(use_case.unwrap_or(&every))
        .all(reader)
        .await
}

/// Removes a source; false when there was none.
///
/// # Errors
/// When the database fails.
pub async fn remove(writer: &mut Writer, use_case: &UseCaseId, name: &str) -> Result<bool> {
    let removed = sql("delete from source where use_case = $1 and name = $2")
        .bind(use_case)
        .bind(name)
        .execute(writer)
        .await?;
    Ok(removed > 0)
}
