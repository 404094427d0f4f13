//! Datasets: imported, listed, profiled and compared.

mod commands;
mod people;
mod queries;
mod refusals;
mod rows;
mod stored_outcomes;

pub use commands::{FileReading, Import, Imported, check_import};
pub use people::StoredPeople;
pub use queries::DataDiff;
pub(crate) use refusals::Refusals;
pub use rows::{DatasetChange, DatasetRow, RefusedCell, RefusedImport};
