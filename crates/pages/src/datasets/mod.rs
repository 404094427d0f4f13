//! Dataset versions: the list with changes and the import form, the profile of one version, and two
//! versions side by side; sources of data.

mod compare;
mod dataset;
mod heatmap;
mod import;
mod list;
mod preview;
mod profile;
mod sources;

pub use dataset::{file, file_of};
pub(crate) use import::snapshot_date;

use crate::error::PageError;
use crate::query::Query;
use app::server_page::ServerPage;

/// The list.
pub(super) async fn write_list(use_case: &str, query: &Query) -> Result<ServerPage, PageError> {
    list::write(use_case, query).await
}

/// One dataset version.
pub(super) async fn write_dataset(use_case: &str, dataset: &str) -> Result<ServerPage, PageError> {
    dataset::write(use_case, dataset).await
}

/// Two dataset versions.
pub(super) async fn write_compare(use_case: &str, query: &Query) -> Result<ServerPage, PageError> {
    compare::write(use_case, query).await
}

/// What an import would do.
pub(super) async fn write_preview(use_case: &str) -> Result<ServerPage, PageError> {
    preview::write(use_case).await
}

/// The sources.
pub(super) async fn write_sources(use_case: &str) -> Result<ServerPage, PageError> {
    sources::write(use_case).await
}
