//! Files become immutable dataset versions.

use data::{CheckMode, Checked, ColumnFormat, ReadOptions, Recognized};
use domain::{AuditEvent, Subject};
use model::UseCase;
use store::{audit, datasets};

use crate::datasets::{RefusedCell, RefusedImport};
use crate::{Admin, Error, Result, StoredPeople, Tenure, error::compute};

/// What to import.
#[derive(Debug, Clone, Default)]
pub struct Import {
    pub use_case: String,
    /// File name and bytes; several files with the same columns are merged in this order.
    pub files: Vec<(String, Vec<u8>)>,
    /// The day that the rows describe, YYYY-MM-DD; today when absent.
    pub as_of: Option<String>,
    /// People as they are now: no outcome column is asked for.
    pub snapshot: bool,
    pub simulated: bool,
    /// How the files are to be read, where they do not say so themselves.
    pub options: ReadOptions,
}

/// How a file was read: what was recognized in it, and how its columns are written.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct FileReading {
    pub name: String,
    pub recognized: Recognized,
    pub columns: Vec<ColumnFormat>,
}

impl FileReading {
    /// Sentences for people: the file, then each column that is not plain.
    pub fn sentences(&self) -> Vec<String> {
        let unnamed =
            (!self.recognized.unnamed.is_empty()).then(|| format!("Columns without a name: {}", self.recognized.unnamed.join(", ")));
        let unreadable = self.recognized.unreadable.iter().map(|(name, reason)| format!("{name} cannot be read: {reason}"));
        let columns = self.columns.iter().map(ColumnFormat::sentence);
        std::iter::once(format!("{}: {}", self.name, self.recognized.sentence())).chain(columns).chain(unnamed).chain(unreadable).collect()
    }
}

/// What became of it.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Imported {
    pub dataset: datasets::Dataset,
    /// False: these bytes were there already.
    pub new: bool,
    /// Columns that the use case does not know.
    pub unused_columns: Vec<String>,
    /// How each file was read.
    pub files: Vec<FileReading>,
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
        let hash = store::artifacts::hash(&whole);
        let names: Vec<&str> = import.files.iter().map(|(name, _)| name.as_str()).collect();
        let name = names.join(" + ");
        let (files, options, snapshot, simulated) = (import.files, import.options, import.snapshot, import.simulated);
        let (people, unused_columns, readings, content) = compute(move || {
            let (checked, readings) = check_files(&files, &options, &use_case, snapshot)?;
            let sources = files.iter().map(|(name, _)| name.clone()).zip(checked.iter().map(|part| part.ids.len() as u32)).collect();
            let unused = checked.first().map(|part| part.unused.clone()).unwrap_or_default();
            let people = StoredPeople::merge(checked, sources)?;
            let content = people.to_bytes()?;
            Ok((people, unused, readings, content))
        })
        .await?;

        // The file and its columns are written before the row that names them.
        self.store.put_artifact(whole).await?;
        let content_hash = self.store.put_artifact(content).await?;
        let mut transaction = self.store.begin().await?;
        if let Some(dataset) = datasets::by_hash(&mut transaction, &import.use_case.as_str().into(), &hash).await? {
            return Ok(Imported { dataset, new: false, unused_columns, files: readings });
        }
        let dataset = datasets::Dataset {
            dataset_id: store::new_id(),
            use_case: import.use_case.into(),
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
        let event = AuditEvent::DataImport { hash: dataset.hash.clone(), rows: dataset.row_count, name: dataset.name.clone() };
        audit::append(&mut transaction, admin.name(), &Subject::Dataset(dataset.dataset_id.clone()), &event).await?;
        transaction.commit().await?;
        Ok(Imported { dataset, new: true, unused_columns, files: readings })
    }

    /// Imports files that somebody sent from a page. A refusal is held for that person, with every cell that breaks a rule, until the
    /// process ends or others push it out: nothing of a refused file is stored. `Err` holds the number of the refusal.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn import_form(&self, admin: &Admin<'_>, import: Import) -> Result<std::result::Result<Imported, String>> {
        let file = import.files.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(" + ");
        let refused = match self.import(admin, import).await {
            Ok(imported) => return Ok(Ok(imported)),
            Err(Error::Refused(refusal)) => RefusedImport {
                file,
                sentence: refusal.to_string(),
                total: refusal.total as u32,
                cells: refusal.problems.into_iter().map(cell).collect(),
            },
            Err(Error::Invalid(sentence)) => RefusedImport { file, sentence, total: 0, cells: Vec::new() },
            Err(error) => return Err(error),
        };
        Ok(Err(self.refusals.insert(admin.name(), refused)))
    }
}

/// Says whether an import would be taken and how its files are read, without a store: a file that is refused opens nothing and makes nothing.
///
/// # Errors
/// When a file cannot be read or breaks a rule.
pub fn check_import(import: &Import, use_case: &UseCase) -> Result<Vec<FileReading>> {
    check_files(&import.files, &import.options, use_case, import.snapshot).map(|(_, readings)| readings)
}

fn check_files(
    files: &[(String, Vec<u8>)],
    options: &ReadOptions,
    use_case: &UseCase,
    snapshot: bool,
) -> Result<(Vec<Checked>, Vec<FileReading>)> {
    let mode = if snapshot { CheckMode::Scoring } else { CheckMode::Training };
    let mut parts: Vec<Checked> = Vec::new();
    let mut readings = Vec::new();
    for (name, bytes) in files {
        let raw = data::read(bytes, options).map_err(|error| Error::Invalid(format!("{name}: {error}.")))?;
        let part = data::check(&raw, use_case, mode)?;
        if parts.first().is_some_and(|first| first.table.names != part.table.names || first.labels.is_some() != part.labels.is_some()) {
            return Err(Error::Invalid(format!(
                "{name} has different columns from {}. Files to merge must have the same columns.",
                files[0].0
            )));
        }
        readings.push(FileReading { name: name.clone(), recognized: raw.recognized, columns: part.formats.clone() });
        parts.push(part);
    }
    if parts.is_empty() { Err(Error::Invalid("Choose at least one file.".into())) } else { Ok((parts, readings)) }
}

fn cell(problem: data::RowProblem) -> RefusedCell {
    RefusedCell { row: problem.row as u32, column: problem.column, value: problem.value, rule: problem.rule }
}
