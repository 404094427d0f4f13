//! Datasets: imported, listed, profiled and compared.

mod commands;
mod people;
mod queries;
mod reading;
mod refusals;
mod rows;

pub use commands::{Import, Imported, check_import};
pub use people::StoredPeople;
pub use queries::DataDiff;
pub(crate) use reading::Under;
pub(crate) use refusals::Refusals;
pub use rows::{DatasetChange, DatasetRow, RefusedCell, RefusedImport, Withdrawal};
