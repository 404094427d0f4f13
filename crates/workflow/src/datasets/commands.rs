//! Files become immutable dataset versions, and can be taken out of use.

use std::sync::Arc;

use domain::{AuditEvent, Date, PeriodRange, RefusalCode, Subject};
use model::UseCase;
use store::{audit, datasets};

use super::import::{Import, stated_day};
use super::reading::{Reading, read_files};
use crate::datasets::{FileReading, ImportReport, RefusedCell, RefusedImport};
use crate::{Admin, Error, Result, Tenure, error::compute};

/// Longest reason for a withdrawal, in characters.
const LONGEST_REASON: usize = 2000;

/// What became of it.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct Imported {
    pub dataset: datasets::Dataset,
    /// False: this dataset was there already.
    pub new: bool,
    /// Columns that the use case does not know.
    pub unused_columns: Vec<String>,
    /// How each file was read.
    #[schema(value_type = Vec<Object>)]
    pub files: Vec<FileReading>,
    /// How the files were put together, and what was not taken as it is written.
    #[schema(value_type = Object)]
    pub report: ImportReport,
    /// Periods of the rows; `None` where the use case or the file has none.
    #[schema(value_type = Option<Object>)]
    pub periods: Option<PeriodRange>,
    /// Rows of which it is not known yet whether it happened.
    pub unknown_outcomes: i64,
    /// The last periods, where nobody is recorded to have left: their outcomes are taken as not
    /// known yet.
    #[schema(value_type = Option<Object>)]
    pub unsettled: Option<PeriodRange>,
    /// The people who are there now: of the newest period, those who are not known to have left.
    pub current_people: i64,
}

impl Tenure {
    /// Checks files and stores them as one dataset version. The same bytes, read with the same
    /// definition, of the same day and for the same purpose are the same version.
    ///
    /// # Errors
    /// When a file cannot be read or breaks a rule, or the day is in the future: then nothing is
    /// stored.
    pub async fn import(&self, admin: &Admin<'_>, import: Import) -> Result<Imported> {
        self.refresh_use_cases().await?;
        let use_case = self.use_case(&import.use_case)?;
        let checked = compute(move || check_import(import, &use_case)).await?;
        self.import_checked(admin, checked).await
    }

    /// Stores files that were checked, see [`Self::import`]. Where the use case is not in force as
    /// they were checked with it, they are checked again.
    ///
    /// # Errors
    /// As [`Self::import`].
    pub async fn import_checked(
        &self,
        admin: &Admin<'_>,
        checked: CheckedImport,
    ) -> Result<Imported> {
        self.refresh_use_cases().await?;
        let definition = self.definition(&checked.import.use_case)?;
        let checked = if *definition.use_case == checked.use_case {
            checked
        } else {
            let use_case = Arc::clone(&definition.use_case);
            compute(move || check_import(checked.import, &use_case)).await?
        };
        let CheckedImport {
            mut import,
            as_of,
            reading,
            ..
        } = checked;
        let Reading {
            people,
            unused,
            purpose,
            files: readings,
            report,
            unsettled,
        } = reading;
        let json = |error: serde_json::Error| Error::from(store::Error::from(error));
        let (combine, kept) = (
            serde_json::to_string(&import.combine).map_err(json)?,
            serde_json::to_string(&report).map_err(json)?,
        );

        // The files and their columns are written before the rows that name them. First the files,
        // so that they are given back before the columns are written out.
        let options = serde_json::to_string(&import.options).map_err(store::Error::from)?;
        let mut files = Vec::new();
        for (position, (name, bytes)) in std::mem::take(&mut import.files).into_iter().enumerate() {
            files.push(datasets::File {
                position: position as i64,
                name,
                byte_count: bytes.len() as i64,
                hash: self.store.put_artifact(bytes).await?,
                options: options.clone(),
            });
        }
        let (people, content) = compute(move || {
            let content = people.to_bytes()?;
            Ok((people, content))
        })
        .await?;
        let content_hash = self.store.put_artifact(content).await?;
        let outcomes = people.known_outcomes();
        let imported = |dataset, new| Imported {
            dataset,
            new,
            unused_columns: unused,
            files: readings,
            report,
            periods: people.period_range(),
            unsettled,
            unknown_outcomes: (people.ids.len() - outcomes.map_or(0, |[known, _]| known)) as i64,
            current_people: people.current_rows().len() as i64,
        };
        let mut transaction = self.store.begin().await?;
        let dataset = datasets::Dataset {
            dataset_id: store::new_id(),
            use_case: import.use_case.as_str().into(),
            hash: import.hash(&files),
            definition: self
                .record_definition(&mut transaction, admin.name(), &definition)
                .await?,
            purpose,
            content_hash,
            name: files
                .iter()
                .map(|file| file.name.as_str())
                .collect::<Vec<_>>()
                .join(" + "),
            row_count: people.ids.len() as i64,
            column_count: people.table.columns.len() as i64,
            positives: outcomes.map(|[_, events]| events as i64),
            known_outcomes: outcomes.map(|[known, _]| known as i64),
            as_of,
            simulated: import.simulated,
            created_by: admin.name().clone(),
            created_at: store::now(),
            withdrawn_at: None,
            withdrawn_by: None,
            withdrawn_because: None,
        };
        // A new definition is not recorded for it: a dataset that is there was read with one that
        // is.
        if let Some(dataset) = datasets::same(&mut transaction, &dataset).await? {
            return Ok(imported(dataset, false));
        }
        datasets::insert(&mut transaction, &dataset, &files).await?;
        datasets::insert_report(&mut transaction, &dataset.dataset_id, &combine, &kept).await?;
        let event = AuditEvent::DataImport {
            hash: dataset.hash.clone(),
            rows: dataset.row_count,
            name: dataset.name.clone(),
            as_of,
            purpose,
            definition: dataset.definition,
        };
        audit::append(
            &mut transaction,
            admin.name(),
            &Subject::Dataset(dataset.dataset_id.clone()),
            &event,
        )
        .await?;
        transaction.commit().await?;
        self.refresh_use_cases().await?;
        Ok(imported(dataset, true))
    }

    /// Takes a dataset out of use: it is not scored, checked for drift or trained on any more, and
    /// the scores that it was given are not shown. It stays in the store and in the audit log;
    /// versions that were trained on it keep their link.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Invalid`] without a reason or when the prefix fits several datasets, [`Error::Conflict`] when it was
    /// withdrawn before.
    pub async fn withdraw_dataset(
        &self,
        admin: &Admin<'_>,
        use_case: Option<&str>,
        prefix: &str,
        reason: &str,
    ) -> Result<datasets::Dataset> {
        let reason = reason.trim();
        if reason.is_empty() || reason.chars().count() > LONGEST_REASON {
            return Err(Error::Invalid(format!(
                "Enter a reason of 1 to {LONGEST_REASON} characters."
            )));
        }
        let mut transaction = self.store.begin().await?;
        let found = datasets::matching(&mut transaction, prefix).await?;
        let found: Vec<_> = found
            .into_iter()
            .filter(|dataset| use_case.is_none_or(|id| id == dataset.use_case.as_str()))
            .collect();
        let dataset = match &found[..] {
            [only] => only,
            [] => {
                return Err(Error::NotFound(format!(
                    "There is no dataset {prefix}. List them with `tenure data list`."
                )));
            }
            several => {
                let ids: Vec<String> = several
                    .iter()
                    .map(|dataset| format!("{} ({})", dataset.dataset_id, dataset.name))
                    .collect();
                return Err(Error::Invalid(format!(
                    "{prefix} fits several datasets: {}. Use the whole id of one.",
                    ids.join(", ")
                )));
            }
        };
        if !datasets::withdraw(&mut transaction, &dataset.dataset_id, admin.name(), reason).await? {
            let sentence = format!("{} was already withdrawn.", dataset.name);
            return Err(Error::conflict(RefusalCode::Withdrawn, sentence));
        }
        let event = AuditEvent::DataWithdraw {
            hash: dataset.hash.clone(),
            name: dataset.name.clone(),
            reason: reason.to_owned(),
        };
        audit::append(
            &mut transaction,
            admin.name(),
            &Subject::Dataset(dataset.dataset_id.clone()),
            &event,
        )
        .await?;
        let changed = datasets::find(&mut transaction, &dataset.dataset_id).await?;
        transaction.commit().await?;
        changed.ok_or_else(|| Error::internal("the withdrawn dataset is gone"))
    }

    /// Imports files that somebody sent from a page. A refusal is held for that person, with every
    /// cell that breaks a rule, until the process ends or others push it out: nothing of a refused
    /// file is stored. `Err` holds the number of the refusal.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn import_form(
        &self,
        admin: &Admin<'_>,
        import: Import,
    ) -> Result<std::result::Result<Imported, String>> {
        let file = import.names();
        match self.import(admin, import).await {
            Ok(imported) => Ok(Ok(imported)),
            Err(error) => self.hold_refusal(admin, file, error).map(Err),
        }
    }

    /// Holds why a file was refused for the person who sent it, and gives the number of the
    /// refusal. Other errors are passed on.
    pub(crate) fn hold_refusal(
        &self,
        admin: &Admin<'_>,
        file: String,
        error: Error,
    ) -> Result<String> {
        Ok(self.refusals.insert(admin.name(), refused(file, error)?))
    }
}

/// Why a file was refused; other errors are passed on.
pub(super) fn refused(file: String, error: Error) -> Result<RefusedImport> {
    match error {
        Error::Refused(refusal) => Ok(RefusedImport {
            file,
            sentence: refusal.to_string(),
            total: refusal.total as u32,
            cells: refusal.problems.into_iter().map(cell).collect(),
        }),
        Error::Invalid(sentence) => Ok(RefusedImport {
            file,
            sentence,
            total: 0,
            cells: Vec::new(),
        }),
        error @ (Error::NotFound(_)
        | Error::Fields(_)
        | Error::SignIn(_)
        | Error::TooMany { .. }
        | Error::Forbidden { .. }
        | Error::Conflict { .. }
        | Error::Canceled(_)
        | Error::Unavailable(_)
        | Error::NotLogged(_)
        | Error::Store(_)
        | Error::Internal { .. }) => Err(error),
    }
}

/// An import whose files are read and checked. Nothing of it is stored yet.
pub struct CheckedImport {
    import: Import,
    as_of: Date,
    /// What it was checked with.
    use_case: UseCase,
    reading: Reading,
}

impl CheckedImport {
    /// How each file is read.
    #[must_use]
    pub fn readings(&self) -> &[FileReading] {
        &self.reading.files
    }
}

/// Reads and checks the files of an import, without a store: a file that is refused opens nothing
/// and makes nothing.
///
/// # Errors
/// When a file cannot be read or breaks a rule, or the day is in the future.
pub fn check_import(import: Import, use_case: &UseCase) -> Result<CheckedImport> {
    let (stated, sent) = (stated_day(&import)?, import.sent());
    let reading = read_files(&sent, &import.combine, use_case, import.purpose, stated)?;
    Ok(CheckedImport {
        import,
        as_of: stated.unwrap_or_else(store::today),
        use_case: use_case.clone(),
        reading,
    })
}

fn cell(problem: data::RowProblem) -> RefusedCell {
    RefusedCell {
        file: problem.file,
        row: problem.row as u32,
        column: problem.column,
        value: problem.value,
        rule: problem.rule,
    }
}
