//! Files become immutable dataset versions.

use data::{CheckMode, Checked, ColumnFormat, ReadOptions, Recognized};
use domain::{AuditEvent, Date, PeriodRange, Subject};
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
    /// Periods of the rows; `None` where the use case or the file has none.
    pub periods: Option<PeriodRange>,
    /// Rows of which it is not known yet whether it happened.
    pub unknown_outcomes: i64,
    /// The last periods, where nobody is recorded to have left: their outcomes are taken as not known yet.
    pub unsettled: Option<PeriodRange>,
    /// The people who are there now: of the newest period, those who are not known to have left.
    pub current_people: i64,
}

impl Tenure {
    /// Checks files and stores them as one dataset version. The same bytes give the same version.
    ///
    /// # Errors
    /// When a file cannot be read or breaks a rule: then nothing is stored.
    pub async fn import(&self, admin: &Admin<'_>, import: Import) -> Result<Imported> {
        let use_case = self.use_case(&import.use_case)?;
        let as_of = snapshot_date(&import)?;
        let whole: Vec<u8> = import.files.iter().flat_map(|(_, bytes)| bytes.iter().copied()).collect();
        let hash = store::artifacts::hash(&whole);
        let names: Vec<&str> = import.files.iter().map(|(name, _)| name.as_str()).collect();
        let name = names.join(" + ");
        let (files, options, snapshot, simulated) = (import.files, import.options, import.snapshot, import.simulated);
        let (people, unsettled, unused_columns, readings, content) = compute(move || {
            let (checked, readings) = check_files(&files, &options, &use_case, snapshot)?;
            let sources = files.iter().map(|(name, _)| name.clone()).zip(checked.iter().map(|part| part.ids.len() as u32)).collect();
            let unused = checked.first().map(|part| part.unused.clone()).unwrap_or_default();
            let mut people = StoredPeople::merge(checked, sources)?;
            let unsettled = people.forget_unsettled();
            let content = people.to_bytes()?;
            Ok((people, unsettled, unused, readings, content))
        })
        .await?;

        // The file and its columns are written before the row that names them.
        self.store.put_artifact(whole).await?;
        let content_hash = self.store.put_artifact(content).await?;
        let outcomes = people.known_outcomes();
        let imported = |dataset, new| Imported {
            dataset,
            new,
            unused_columns,
            files: readings,
            periods: people.period_range(),
            unsettled,
            unknown_outcomes: (people.ids.len() - outcomes.map_or(0, |[known, _]| known)) as i64,
            current_people: people.current_rows().len() as i64,
        };
        let mut transaction = self.store.begin().await?;
        if let Some(dataset) = datasets::by_hash(&mut transaction, &import.use_case.as_str().into(), &hash).await? {
            return Ok(imported(dataset, false));
        }
        let dataset = datasets::Dataset {
            dataset_id: store::new_id(),
            use_case: import.use_case.into(),
            hash,
            content_hash,
            name,
            row_count: people.ids.len() as i64,
            column_count: people.table.columns.len() as i64,
            positives: outcomes.map(|[_, events]| events as i64),
            known_outcomes: outcomes.map(|[known, _]| known as i64),
            as_of,
            simulated,
            created_by: admin.name().clone(),
            created_at: store::now(),
        };
        datasets::insert(&mut transaction, &dataset).await?;
        let event = AuditEvent::DataImport { hash: dataset.hash.clone(), rows: dataset.row_count, name: dataset.name.clone() };
        audit::append(&mut transaction, admin.name(), &Subject::Dataset(dataset.dataset_id.clone()), &event).await?;
        transaction.commit().await?;
        Ok(imported(dataset, true))
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
    snapshot_date(import)?;
    check_files(&import.files, &import.options, use_case, import.snapshot).map(|(_, readings)| readings)
}

/// The day that the rows describe. Simulated people may be of a day to come.
fn snapshot_date(import: &Import) -> Result<Date> {
    let Some(text) = import.as_of.as_deref() else { return Ok(store::today()) };
    let (date, today) = (text.parse::<Date>()?, store::today());
    if date > today && !import.simulated {
        return Err(Error::Invalid(format!("The snapshot date {date} is in the future. Use a date up to today, {today}.")));
    }
    Ok(date)
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
    if parts.is_empty() {
        return Err(Error::Invalid("Choose at least one file.".into()));
    }
    let any_known = parts.iter().any(|part| part.labels.iter().flatten().any(Option::is_some));
    if !snapshot && !any_known {
        return Err(Error::Invalid(format!(
            "No outcome is known: every cell of {} is blank, which means not known yet. Import the data as current people to score them. Where \
             a blank cell means that it did not happen, set blank = \"negative\" under [target] in the use case.",
            use_case.target.column
        )));
    }
    Ok((parts, readings))
}

fn cell(problem: data::RowProblem) -> RefusedCell {
    RefusedCell { row: problem.row as u32, column: problem.column, value: problem.value, rule: problem.rule }
}
