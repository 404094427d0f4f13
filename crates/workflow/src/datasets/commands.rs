//! Files become immutable dataset versions.

use data::{CheckMode, ReadOptions};
use domain::{AuditEvent, Subject};
use model::UseCase;
use store::{audit, datasets};

use super::files::{CheckedFiles, Combine};
use crate::datasets::{ImportReport, RefusedCell, RefusedImport};
use crate::{Admin, Error, Result, Tenure, error::compute};

/// What to import.
#[derive(Debug, Clone, Default)]
pub struct Import {
    pub use_case: String,
    /// File name and bytes, in order.
    pub files: Vec<(String, Vec<u8>)>,
    /// What several files are to each other.
    pub combine: Combine,
    /// The day that the rows describe, YYYY-MM-DD; today when absent.
    pub as_of: Option<String>,
    /// People as they are now: no outcome column is asked for.
    pub snapshot: bool,
    pub simulated: bool,
    /// How the files are to be read, where they do not say so themselves.
    pub options: ReadOptions,
}

/// What became of it.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Imported {
    pub dataset: datasets::Dataset,
    /// False: these bytes were there already.
    pub new: bool,
    /// Columns that the use case does not know.
    pub unused_columns: Vec<String>,
    /// How the files were put together and read.
    pub report: ImportReport,
}

impl Tenure {
    /// Checks files and stores them as one dataset version. The same bytes give the same version.
    ///
    /// # Errors
    /// When a file cannot be read or breaks a rule: then nothing is stored.
    pub async fn import(&self, admin: &Admin<'_>, import: Import) -> Result<Imported> {
        let use_case = self.use_case(&import.use_case)?;
        let as_of = import.as_of.as_deref().map_or_else(|| Ok(store::today()), str::parse)?;
        let whole: Vec<u8> = import.files.iter().flat_map(|(_, bytes)| bytes.iter().copied()).collect();
        let hash = hash_of(&whole, &import.combine);
        let names: Vec<&str> = import.files.iter().map(|(name, _)| name.as_str()).collect();
        let name = names.join(" + ");
        let simulated = import.simulated;
        let id = import.use_case.clone();
        let (people, unused_columns, report, content) = compute(move || {
            let mut checked = check_files(&import, &use_case)?;
            let (unused, report) = (std::mem::take(&mut checked.unused_columns), checked.report.clone());
            let people = checked.people()?;
            let content = people.to_bytes()?;
            Ok((people, unused, report, content))
        })
        .await?;

        // The file and its columns are written before the row that names them.
        self.store.put_artifact(whole).await?;
        let content_hash = self.store.put_artifact(content).await?;
        let mut transaction = self.store.begin().await?;
        if let Some(dataset) = datasets::by_hash(&mut transaction, &id.as_str().into(), &hash).await? {
            return Ok(Imported { dataset, new: false, unused_columns, report });
        }
        let dataset = datasets::Dataset {
            dataset_id: store::new_id(),
            use_case: id.into(),
            hash,
            content_hash,
            name,
            row_count: people.ids.len() as i64,
            column_count: people.table.columns.len() as i64,
            positives: people.labels.as_ref().map(|labels| labels.iter().filter(|label| **label).count() as i64),
            as_of,
            simulated,
            created_by: admin.name().clone(),
            created_at: store::now(),
        };
        datasets::insert(&mut transaction, &dataset).await?;
        let kept = serde_json::to_string(&report).map_err(store::Error::from)?;
        datasets::insert_report(&mut transaction, &dataset.dataset_id, &kept).await?;
        let event = AuditEvent::DataImport { hash: dataset.hash.clone(), rows: dataset.row_count, name: dataset.name.clone() };
        audit::append(&mut transaction, admin.name(), &Subject::Dataset(dataset.dataset_id.clone()), &event).await?;
        transaction.commit().await?;
        Ok(Imported { dataset, new: true, unused_columns, report })
    }

    /// Imports files that somebody sent from a page. A refusal is held for that person, with every cell that breaks a rule, until the
    /// process ends or others push it out: nothing of a refused file is stored. `Err` holds the number of the refusal.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn import_form(&self, admin: &Admin<'_>, import: Import) -> Result<std::result::Result<Imported, String>> {
        let file = import.files.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(" + ");
        match self.import(admin, import).await {
            Ok(imported) => Ok(Ok(imported)),
            Err(error) => self.hold_refusal(admin, file, error).map(Err),
        }
    }

    /// Holds why a file was refused for the person who sent it, and gives the number of the refusal. Other errors are passed on.
    pub(crate) fn hold_refusal(&self, admin: &Admin<'_>, file: String, error: Error) -> Result<String> {
        let refused = match error {
            Error::Refused(refusal) => RefusedImport {
                file,
                sentence: refusal.to_string(),
                total: refusal.total as u32,
                cells: refusal.problems.into_iter().map(cell).collect(),
            },
            Error::Invalid(sentence) => RefusedImport { file, sentence, total: 0, cells: Vec::new() },
            error => return Err(error),
        };
        Ok(self.refusals.insert(admin.name(), refused))
    }
}

/// Says whether an import would be taken, without a store: a file that is refused opens nothing and makes nothing.
///
/// # Errors
/// When a file cannot be read or breaks a rule.
pub fn check_import(import: &Import, use_case: &UseCase) -> Result<()> {
    check_files(import, use_case).map(|_| ())
}

fn check_files(import: &Import, use_case: &UseCase) -> Result<CheckedFiles> {
    let mode = if import.snapshot { CheckMode::Scoring } else { CheckMode::Training };
    CheckedFiles::read(&import.files, &import.options, &import.combine, use_case, mode)
}

/// What makes a dataset the same: the bytes, and for a join by which key.
fn hash_of(bytes: &[u8], combine: &Combine) -> String {
    let hash = store::artifacts::hash(bytes);
    match combine {
        Combine::Stack => hash,
        Combine::Join(options) => {
            let how = format!("{hash}\njoin\n{}\n{}\n{}", options.key, options.rule, options.keep_partial);
            store::artifacts::hash(how.as_bytes())
        }
    }
}

fn cell(problem: data::RowProblem) -> RefusedCell {
    RefusedCell { file: problem.file, row: problem.row as u32, column: problem.column, value: problem.value, rule: problem.rule }
}
