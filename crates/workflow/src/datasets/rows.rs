//! Dataset versions.

use data::Recognized;
use data::preview::ColumnPreview;
use domain::{Date, Estimate, ParentKind, PeriodRange, Purpose, Timestamp, VersionNumber};
use serde::{Deserialize, Serialize};

use super::report::ImportReport;

/// A row of the table of dataset versions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct DatasetRow {
    pub id: String,
    pub name: String,
    /// YYYY-MM-DD, and as people write it.
    pub as_of: Date,
    pub rows: u32,
    pub columns: u32,
    /// Rows with the event; `None` for people as they are now.
    pub positives: Option<u32>,
    /// Rows of which it is known whether it happened; `None` for people as they are now.
    pub known: Option<u32>,
    /// Share with the event, of those of which it is known.
    pub share: Option<Estimate>,
    pub hash: String,
    /// What it may be used for.
    pub purpose: Purpose,
    /// Version of the use case that it was read with.
    pub definition: u32,
    /// `None`: it is in use.
    pub withdrawn: Option<Withdrawal>,
    pub simulated: bool,
    pub imported_at: Timestamp,
    pub by: String,
    /// Versions that were trained on it.
    pub versions: Vec<VersionNumber>,
    /// The snapshots and files of outcomes that a training set was built from; empty for a dataset
    /// of files.
    pub built_from: Vec<BuiltFrom>,
    /// How its files were put together and read, in sentences; empty for those who neither see
    /// people nor import.
    pub import_report: Vec<String>,
}

/// A snapshot or a file of outcomes behind a training set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct BuiltFrom {
    pub kind: ParentKind,
    pub id: String,
    pub name: String,
    /// Rows taken from a snapshot.
    pub rows: u32,
    /// It was taken out of use since.
    pub withdrawn: bool,
}

/// That a dataset was taken out of use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Withdrawal {
    pub at: Timestamp,
    pub by: String,
    pub reason: String,
}

/// A dataset version beside the one before it, of the same kind (with or without outcomes).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct DatasetChange {
    pub dataset: DatasetRow,
    /// `None` for the first of its kind.
    pub before: Option<String>,
    /// What changed, in words.
    pub sentences: Option<Vec<String>>,
}

/// A cell that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct RefusedCell {
    /// The file, where several were sent.
    pub file: Option<String>,
    /// As a spreadsheet numbers rows: the header is 1.
    pub row: u32,
    pub column: String,
    pub value: String,
    pub rule: String,
}

/// Why a file was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct RefusedImport {
    pub file: String,
    pub sentence: String,
    /// The first hundred problems.
    pub cells: Vec<RefusedCell>,
    pub total: u32,
}

/// What an import would do.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ImportPreview {
    /// The files that can be read, in their order.
    pub files: Vec<FilePreview>,
    pub outcome: PreviewOutcome,
}

/// Whether an import would be taken.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::large_enum_variant, reason = "one value, made once")]
#[derive(utoipa::ToSchema)]
pub enum PreviewOutcome {
    Accepted(AcceptedImport),
    Refused(RefusedImport),
}

/// What was recognized in a file.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct FilePreview {
    pub name: String,
    pub rows: usize,
    #[schema(value_type = Object)]
    pub recognized: Recognized,
    /// In the order of the file.
    #[schema(value_type = Vec<Object>)]
    pub columns: Vec<ColumnPreview>,
}

/// What would be stored.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct AcceptedImport {
    pub purpose: Purpose,
    /// The day that the rows describe.
    pub as_of: Date,
    pub rows: usize,
    /// Different people.
    pub people: usize,
    /// The people who are there now: of the newest period, those who are not known to have left.
    pub current_people: usize,
    /// Rows of which it is known whether it happened, and those to whom it did; `None` where
    /// nothing is known.
    pub known_outcomes: Option<[usize; 2]>,
    /// Periods of the rows; `None` where the use case or the file has none.
    #[schema(value_type = Option<Object>)]
    pub periods: Option<PeriodRange>,
    /// The last periods, where nobody is recorded to have left: their outcomes are taken as not
    /// known yet.
    #[schema(value_type = Option<Object>)]
    pub unsettled: Option<PeriodRange>,
    /// Columns that the use case does not know.
    pub unused_columns: Vec<String>,
    /// How the files would be put together, and what is not taken as it is written.
    #[schema(value_type = Object)]
    pub report: ImportReport,
}
