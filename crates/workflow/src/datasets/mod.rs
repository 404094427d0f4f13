//! Datasets: imported, listed, profiled and compared.

mod commands;
mod files;
mod people;
mod queries;
mod refusals;
mod report;
mod rows;

pub use commands::{Import, Imported, check_import};
pub use files::Combine;
pub use people::StoredPeople;
pub use queries::DataDiff;
pub(crate) use refusals::Refusals;
pub use report::{Combined, ImportReport, UnseenValue};
pub use rows::{DatasetChange, DatasetRow, RefusedCell, RefusedImport};
