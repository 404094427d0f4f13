//! Datasets: imported, listed, profiled and compared.

mod commands;
mod files;
mod held;
mod people;
mod preview;
mod queries;
mod reading;
mod refusals;
mod report;
mod rows;
mod stored_outcomes;
mod training_set;

pub(crate) use commands::past_day;
pub use commands::{CheckedImport, Import, Imported, check_import};
pub use files::Combine;
pub use held::HeldImport;
pub use people::StoredPeople;
pub use preview::{AcceptedImport, FilePreview, ImportPreview, PreviewOutcome, preview_import};
pub use queries::DataDiff;
pub(crate) use reading::Under;
pub(crate) use refusals::Refusals;
pub use report::{Combined, FileReading, ImportReport, UnseenValue};
pub use rows::{BuiltFrom, DatasetChange, DatasetRow, RefusedCell, RefusedImport, Withdrawal};
pub use training_set::{NewTrainingSet, SnapshotRows, TrainingSetBuilt, TrainingSetPlan};
