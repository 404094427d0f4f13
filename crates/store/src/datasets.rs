//! Dataset versions and their profiles.

use domain::{AccountName, DatasetId, Date, Timestamp, UseCaseId};

use crate::sql::{self, row, select, sql};
use crate::{Reader, Result, Writer, now};

row! {
    /// An imported file. See the table `dataset` in `migrations/`.
    #[derive(Eq)]
    pub struct Dataset in "dataset" {
        pub dataset_id: DatasetId,
        pub use_case: UseCaseId,
        pub hash: String,
        pub content_hash: String,
        pub name: String,
        pub row_count: i64,
        pub column_count: i64,
        pub positives: Option<i64>,
        pub as_of: Date,
        pub simulated: bool,
        pub created_by: AccountName,
        pub created_at: Timestamp,
    }
}

/// Adds a dataset.
///
/// # Errors
/// When the database fails, or the use case has these bytes already.
pub async fn insert(writer: &mut Writer, dataset: &Dataset) -> Result<()> {
    sql::insert(writer, dataset).await
}

/// The dataset of a use case with these bytes.
///
/// # Errors
/// When the database fails.
pub async fn by_hash(reader: &mut Reader, use_case: &UseCaseId, hash: &str) -> Result<Option<Dataset>> {
    select("where use_case = $1 and hash = $2").bind(use_case).bind(hash).optional(reader).await
}

/// The dataset whose id or hash begins with `prefix`; the newest where several do.
///
/// # Errors
/// When the database fails.
pub async fn find(reader: &mut Reader, prefix: &str) -> Result<Option<Dataset>> {
    let rest = "where substr(dataset_id, 1, length($1)) = $1 or substr(hash, 1, length($1)) = $1 order by created_at desc limit 1";
    select(rest).bind(prefix).optional(reader).await
}

/// Datasets of a use case (or of all), newest as-of day first.
///
/// # Errors
/// When the database fails.
pub async fn list(reader: &mut Reader, use_case: Option<&UseCaseId>) -> Result<Vec<Dataset>> {
    let every = UseCaseId::default();
    select("where $1 = '' or use_case = $1 order by as_of desc, created_at desc").bind(use_case.unwrap_or(&every)).all(reader).await
}

/// Hash of the file with the profile of a dataset; `None` when it was not computed yet.
///
/// # Errors
/// When the database fails.
pub async fn profile(reader: &mut Reader, dataset_id: &DatasetId) -> Result<Option<String>> {
    let text = "select profile_hash from dataset_profile where dataset_id = $1";
    sql(text).bind(dataset_id).optional_scalar(reader).await
}

/// Records the profile of a dataset; the first one stays.
///
/// # Errors
/// When the database fails.
pub async fn insert_profile(writer: &mut Writer, dataset_id: &DatasetId, hash: &str) -> Result<()> {
    let text = "insert into dataset_profile (dataset_id, profile_hash, created_at) values ($1, $2, $3) on conflict (dataset_id) do nothing";
    sql(text).bind(dataset_id).bind(hash).bind(now()).execute(writer).await?;
    Ok(())
}

/// How the files of a dataset were put together and read, JSON; `None` when nothing is known.
///
/// # Errors
/// When the database fails.
pub async fn report(reader: &mut Reader, dataset_id: &DatasetId) -> Result<Option<String>> {
    sql("select report from dataset_report where dataset_id = $1").bind(dataset_id).optional_scalar(reader).await
}

/// Records how the files of a dataset were put together and read, JSON.
///
/// # Errors
/// When the database fails.
pub async fn insert_report(writer: &mut Writer, dataset_id: &DatasetId, report: &str) -> Result<()> {
    let text = "insert into dataset_report (dataset_id, report) values ($1, $2)";
    sql(text).bind(dataset_id).bind(report).execute(writer).await?;
    Ok(())
}
