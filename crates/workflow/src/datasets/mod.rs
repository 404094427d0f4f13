//! Datasets: imported, listed, profiled and compared.

mod commands;
mod people;
mod queries;
mod reading;
mod refusals;
mod rows;
mod stored_outcomes;

pub use commands::{Import, Imported, check_import};
pub use people::StoredPeople;
pub use queries::DataDiff;
pub use reading::FileReading;
pub(crate) use reading::Under;
pub(crate) use refusals::Refusals;
pub use rows::{DatasetChange, DatasetRow, RefusedCell, RefusedImport, Withdrawal};
