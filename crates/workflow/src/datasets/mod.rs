//! Datasets: imported, listed, profiled and compared.

mod commands;
mod files;
mod held;
mod import;
mod people;
mod preview;
mod queries;
mod reading;
mod refusals;
mod report;
mod rows;
mod stored_outcomes;
mod training_set;

pub use commands::{CheckedImport, Imported, check_import};
pub use files::Combine;
pub(crate) use import::past_day;
pub use import::{HeldImport, Import};
pub use people::StoredPeople;
pub use preview::preview_import;
pub use queries::DataDiff;
pub(crate) use reading::Under;
pub(crate) use refusals::Refusals;
pub use report::{Combined, FileReading, ImportReport, UnseenValue};
pub use rows::{
    AcceptedImport, BuiltFrom, DatasetChange, DatasetRow, FilePreview, ImportPreview,
    PreviewOutcome, RefusedCell, RefusedImport, Withdrawal,
};
pub use training_set::{NewTrainingSet, SnapshotRows, TrainingSetBuilt, TrainingSetPlan};
