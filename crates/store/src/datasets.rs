//! Dataset versions and their profiles.

use domain::{AccountName, DatasetId, Date, ParentKind, Purpose, Timestamp, UseCaseId};

use crate::sql::{self, Value as _, row, select, sql};
use crate::{Reader, Result, Writer, now};

row! {
    /// Imported files. See the table `dataset` in `migrations/`.
    #[derive(Eq, utoipa::ToSchema)]
    pub struct Dataset in "dataset" {
        pub dataset_id: DatasetId,
        pub use_case: UseCaseId,
        pub hash: String,
        /// Version of the use case that the files were read with.
        pub definition: u32,
        pub purpose: Purpose,
        pub content_hash: String,
        pub name: String,
        pub row_count: i64,
        pub column_count: i64,
        /// Rows to which it is known to have happened; `None` where it is known of none whether it
        /// happened.
        pub positives: Option<i64>,
        /// Rows of which it is known whether it happened; `None` where it is known of none.
        pub known_outcomes: Option<i64>,
        pub as_of: Date,
        pub simulated: bool,
        pub created_by: AccountName,
        pub created_at: Timestamp,
        /// `None`: it is in use.
        pub withdrawn_at: Option<Timestamp>,
        pub withdrawn_by: Option<AccountName>,
        pub withdrawn_because: Option<String>,
    }
}

row! {
    /// A file of a dataset as it was sent.
    #[derive(Eq)]
    pub struct File in "dataset_file" {
        /// From 0.
        pub position: i64,
        pub name: String,
        /// SHA-256 of the bytes, which lie in the artifact store.
        pub hash: String,
        pub byte_count: i64,
        /// How it was to be read, JSON.
        pub options: String,
    }
}

row! {
    /// What a training set was built from.
    #[derive(Eq)]
    pub struct Parent in "dataset_parent" {
        /// From 0.
        pub position: i64,
        pub kind: ParentKind,
        /// Id of the dataset or of the import of outcomes.
        pub parent_id: String,
        /// Rows taken from it, the next ones of the training set; outcomes: 0.
        pub row_count: i64,
    }
}

/// Adds a dataset with its files.
///
/// # Errors
/// When the database fails, the use case has no such definition, or it has this dataset already.
pub async fn insert(writer: &mut Writer, dataset: &Dataset, files: &[File]) -> Result<()> {
    sql::insert(writer, dataset).await?;
    sql::insert_with(
        writer,
        &[("dataset_id", dataset.dataset_id.cell())],
        files,
        "",
    )
    .await
}

/// The dataset in use that is the same as `dataset`: the same bytes, read with the same definition,
/// of the same day, for the same purpose.
///
/// # Errors
/// When the database fails.
pub async fn same(reader: &mut Reader, dataset: &Dataset) -> Result<Option<Dataset>> {
    select("where use_case = $1 and hash = $2 and definition = $3 and as_of = $4 and purpose = $5 and withdrawn_at is null")
        .bind(&dataset.use_case)
        .bind(&dataset.hash)
        .bind(dataset.definition)
        .bind(dataset.as_of)
        .bind(dataset.purpose)
        .optional(reader)
        .await
}

/// The newest dataset in use that was made from one file with this hash.
///
/// # Errors
/// When the database fails.
pub async fn of_file(
    reader: &mut Reader,
    use_case: &UseCaseId,
    hash: &str,
) -> Result<Option<Dataset>> {
    let rest = "where use_case = $1 and withdrawn_at is null and dataset_id in \
                (select dataset_id from dataset_file group by dataset_id having count(*) = 1 and min(hash) = $2) \
                order by as_of desc, created_at desc limit 1";
    select(rest)
        .bind(use_case)
        .bind(hash)
        .optional(reader)
        .await
}

/// The files of a dataset, in their order.
///
/// # Errors
/// When the database fails.
pub async fn files(reader: &mut Reader, dataset_id: &DatasetId) -> Result<Vec<File>> {
    select("where dataset_id = $1 order by position")
        .bind(dataset_id)
        .all(reader)
        .await
}

/// Records what a training set was built from.
///
/// # Errors
/// When the database fails.
pub async fn insert_parents(
    writer: &mut Writer,
    dataset_id: &DatasetId,
    parents: &[Parent],
) -> Result<()> {
    sql::insert_with(writer, &[("dataset_id", dataset_id.cell())], parents, "").await
}

/// What a training set was built from, in its order; empty for a dataset of files.
///
/// # Errors
/// When the database fails.
pub async fn parents(reader: &mut Reader, dataset_id: &DatasetId) -> Result<Vec<Parent>> {
    select("where dataset_id = $1 order by position")
        .bind(dataset_id)
        .all(reader)
        .await
}

/// Takes a dataset out of use; false when it was withdrawn before.
///
/// # Errors
/// When the database fails.
pub async fn withdraw(
    writer: &mut Writer,
    dataset_id: &DatasetId,
    by: &AccountName,
    because: &str,
) -> Result<bool> {
    let text = "update dataset set withdrawn_at = $2, withdrawn_by = $3, withdrawn_because = $4 \
                where dataset_id = $1 and withdrawn_at is null";
    Ok(sql(text)
        .bind(dataset_id)
        .bind(now())
        .bind(by)
        .bind(because)
        .execute(writer)
        .await?
        > 0)
}

/// Every dataset whose id or hash begins with `prefix`, newest first.
///
/// # Errors
/// When the database fails.
pub async fn matching(reader: &mut Reader, prefix: &str) -> Result<Vec<Dataset>> {
    let rest = "where substr(dataset_id, 1, length($1)) = $1 or substr(hash, 1, length($1)) = $1 order by created_at desc";
    select(rest).bind(prefix).all(reader).await
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
    select("where $1 = '' or use_case = $1 order by as_of desc, created_at desc")
        .bind(use_case.unwrap_or(&every))
        .all(reader)
        .await
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
    sql(text)
        .bind(dataset_id)
        .bind(hash)
        .bind(now())
        .execute(writer)
        .await?;
    Ok(())
}

/// What the files of a dataset are to each other, JSON; `None` when nothing is known.
///
/// # Errors
/// When the database fails.
pub async fn combine(reader: &mut Reader, dataset_id: &DatasetId) -> Result<Option<String>> {
    sql("select combine from dataset_report where dataset_id = $1")
        .bind(dataset_id)
        .optional_scalar(reader)
        .await
}

/// How the files of a dataset were put together and read, JSON; `None` when nothing is known.
///
/// # Errors
/// When the database fails.
pub async fn report(reader: &mut Reader, dataset_id: &DatasetId) -> Result<Option<String>> {
    sql("select report from dataset_report where dataset_id = $1")
        .bind(dataset_id)
        .optional_scalar(reader)
        .await
}

/// Records what the files of a dataset are to each other (`combine`), and how they were put
/// together and read; both JSON.
///
/// # Errors
/// When the database fails.
pub async fn insert_report(
    writer: &mut Writer,
    dataset_id: &DatasetId,
    combine: &str,
    report: &str,
) -> Result<()> {
    let text = "insert into dataset_report (dataset_id, combine, report) values ($1, $2, $3)";
    sql(text)
        .bind(dataset_id)
        .bind(combine)
        .bind(report)
        .execute(writer)
        .await?;
    Ok(())
}
