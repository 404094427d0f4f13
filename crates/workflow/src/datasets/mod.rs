//! Datasets: imported, listed, profiled and compared.

mod commands;
mod people;
mod queries;

pub use commands::{Import, Imported, check_import};
pub use people::StoredPeople;
pub use queries::DataDiff;
pub(crate) use queries::Refusals;
