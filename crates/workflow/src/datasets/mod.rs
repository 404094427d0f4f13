//! Datasets: imported, listed, profiled and compared.

mod commands;
mod files;
mod people;
mod queries;
mod reading;
mod refusals;
mod report;
mod rows;
mod stored_outcomes;

pub use commands::{Import, Imported, check_import};
pub use files::Combine;
pub use people::StoredPeople;
pub use queries::DataDiff;
pub(crate) use reading::Under;
pub(crate) use refusals::Refusals;
pub use report::{Combined, FileReading, ImportReport, UnseenValue};
pub use rows::{DatasetChange, DatasetRow, RefusedCell, RefusedImport, Withdrawal};
