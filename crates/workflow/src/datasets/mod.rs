//! Datasets: imported, listed, profiled and compared.

mod commands;
mod people;
mod queries;
mod rows;

pub use commands::{Import, Imported, check_import};
pub use people::StoredPeople;
pub use queries::DataDiff;
pub(crate) use queries::Refusals;
pub use rows::{DatasetChange, DatasetRow, RefusedCell, RefusedImport};
