//! Datasets: imported, listed, profiled and compared.

mod commands;
mod queries;

pub use commands::{Import, Imported, check_import};
pub use queries::DataDiff;
pub(crate) use queries::Refusals;
