//! Files are read under a definition of their use case: once when they are imported, and again for
//! a model of another definition.

use std::sync::Arc;

use data::{Raw, ReadOptions};
use domain::{Date, PeriodRange, Purpose, RefusalCode};
use model::UseCase;
use store::{datasets, registry};

use super::files::{CheckedFiles, Combine, SentFile, read_needed, read_raw};
use crate::datasets::{FileReading, ImportReport};
use crate::use_cases::content_hash;
use crate::{Error, Result, StoredPeople, Tenure, error::compute};

/// What was read.
pub(super) struct Reading {
    pub people: StoredPeople,
    /// Columns that the use case does not know.
    pub unused: Vec<String>,
    pub purpose: Purpose,
    /// How each file was read.
    pub files: Vec<FileReading>,
    /// How they were put together.
    pub report: ImportReport,
    /// The last periods, where nobody is recorded to have left: their outcomes are taken as not
    /// known yet.
    pub unsettled: Option<PeriodRange>,
}

/// Whose definition a dataset is read under.
#[derive(Clone, Copy)]
pub(crate) enum Under<'a> {
    /// A model's, which is to score the people.
    Model(&'a UseCase),
    /// The one in force, under which a model is to be trained.
    InForce(&'a UseCase),
}

impl<'a> Under<'a> {
    pub(super) fn use_case(self) -> &'a UseCase {
        match self {
            Self::Model(use_case) | Self::InForce(use_case) => use_case,
        }
    }

    /// A model needs its inputs, a training all that it learns from and is judged by.
    fn purpose(self) -> Purpose {
        match self {
            Self::Model(_) => Purpose::Scoring,
            Self::InForce(_) => Purpose::Training,
        }
    }
}

/// Reads files and puts them together. Without a purpose a file with outcomes is for training, one
/// without for scoring. `day` is the one that they describe, where it is stated.
pub(super) fn read_files(
    files: &[SentFile<'_>],
    combine: &Combine,
    use_case: &UseCase,
    purpose: Option<Purpose>,
    day: Option<Date>,
) -> Result<Reading> {
    let raw = |file: &SentFile<'_>| match combine {
        Combine::Stack => read_needed(file, use_case),
        // The key is no column of the use case.
        Combine::Join(_) => read_raw(file),
    };
    let raws = files.iter().map(raw).collect::<Result<Vec<_>>>()?;
    put_together(raws, combine, use_case, purpose, day)
}

/// As [`read_files`], of files that were read into columns of text.
pub(super) fn put_together(
    raws: Vec<(String, Raw)>,
    combine: &Combine,
    use_case: &UseCase,
    purpose: Option<Purpose>,
    day: Option<Date>,
) -> Result<Reading> {
    let CheckedFiles {
        parts,
        sources,
        report,
        readings,
        unused_columns,
        purpose,
    } = CheckedFiles::check(raws, combine, use_case, purpose, day)?;
    if purpose.is_for_training()
        && parts
            .iter()
            .flat_map(|part| part.labels.iter().flatten())
            .all(Option::is_none)
    {
        return Err(Error::Invalid(format!(
            "No outcome is known: every cell of {} is blank, which means not known yet. Import the data for scoring only. Where a blank cell \
             means that it did not happen, set blank = \"negative\" under [target] in the use case.",
            use_case.target.column
        )));
    }
    let mut people = StoredPeople::stack(parts, sources)?;
    let unsettled = people.forget_unsettled();
    people.levels = use_case
        .ordinal_levels()
        .map(|(name, levels)| (name.to_owned(), levels.to_vec()))
        .collect();
    Ok(Reading {
        people,
        unused: unused_columns,
        purpose,
        files: readings,
        report,
        unsettled,
    })
}

impl Tenure {
    /// A dataset's rows as the definition reads them: as they were stored where both definitions
    /// read alike, else read again from the files.
    ///
    /// # Errors
    /// [`Error::Conflict`] when the files do not fit the definition; or when a file is missing or damaged.
    pub(crate) async fn people_for(
        &self,
        dataset: &datasets::Dataset,
        under: Under<'_>,
    ) -> Result<Arc<StoredPeople>> {
        let (own, use_case) = (self.definition_of(dataset).await?, under.use_case());
        let people = match own.reads_like(use_case) {
            true => self.people_of(dataset).await?,
            false => self.read_again(dataset, under).await?,
        };
        // Positions stand for levels: those of another list would be other values.
        people.expect_levels(use_case)?;
        Ok(people)
    }

    /// The rows that a version was trained on, as its model reads them.
    pub(crate) async fn people_of_version(
        &self,
        version: &registry::Version,
    ) -> Result<Arc<StoredPeople>> {
        let file = self.version_file(version).await?;
        self.people_for(
            &self.dataset(&version.dataset_id).await?,
            Under::Model(&file.model.use_case),
        )
        .await
    }

    async fn read_again(
        &self,
        dataset: &datasets::Dataset,
        under: Under<'_>,
    ) -> Result<Arc<StoredPeople>> {
        let key = format!(
            "{}/{}/{}",
            dataset.dataset_id,
            content_hash(under.use_case())?,
            under.purpose()
        );
        let make = async {
            let mut files = Vec::new();
            let mut connection = self.store.read().await?;
            let parents = datasets::parents(&mut connection, &dataset.dataset_id).await?;
            if !parents.is_empty() {
                drop(connection);
                let people = self
                    .read_training_set_again(dataset, parents, under)
                    .await?;
                return Ok(Arc::new(people));
            }
            let rows = datasets::files(&mut connection, &dataset.dataset_id).await?;
            let combine = datasets::combine(&mut connection, &dataset.dataset_id).await?;
            drop(connection);
            let combine: Combine = combine
                .map(|kept| serde_json::from_str(&kept).map_err(store::Error::from))
                .transpose()?
                .unwrap_or_default();
            for file in rows {
                let options: ReadOptions =
                    serde_json::from_str(&file.options).map_err(store::Error::from)?;
                files.push((file.name, self.store.artifact(&file.hash).await?, options));
            }
            let (use_case, purpose) = (under.use_case().clone(), under.purpose());
            let day = dataset.as_of;
            let read = compute(move || {
                let sent: Vec<SentFile<'_>> = files
                    .iter()
                    .map(|(name, bytes, options)| SentFile {
                        name,
                        bytes,
                        options,
                    })
                    .collect();
                Ok(Arc::new(
                    read_files(&sent, &combine, &use_case, Some(purpose), Some(day))?.people,
                ))
            });
            read.await
                .map_err(|error| does_not_fit(dataset, under, error))
        };
        self.caches.people.get_or_make(&key, make).await
    }
}

/// Why files that fit one definition do not fit another.
fn does_not_fit(dataset: &datasets::Dataset, under: Under<'_>, error: Error) -> Error {
    let why = if let Error::Refused(refusal) = &error {
        match refusal.problems.first() {
            Some(problem) if problem.value.is_empty() => {
                format!("{}: {}", problem.column, problem.rule)
            }
            Some(problem) => format!(
                "Row {}, {}: {} (found “{}”)",
                problem.row, problem.column, problem.rule, problem.value
            ),
            None => refusal.to_string(),
        }
    } else if let Error::Invalid(sentence) = &error {
        sentence.clone()
    } else {
        return error;
    };
    let (whose, remedy) = match under {
        Under::Model(_) => (
            "the definition of the model",
            "Train a new version under the definition in force, or import data that fits the model.",
        ),
        Under::InForce(_) => (
            "the definition in force",
            "Import data that fits it, or change the definition.",
        ),
    };
    let (name, number, id) = (&dataset.name, dataset.definition, &dataset.use_case);
    let sentence = format!(
        "{name} was read under version {number} of the use case {id} and does not fit {whose}. {}.",
        why.trim_end_matches('.')
    );
    Error::conflict(RefusalCode::OtherDefinition, format!("{sentence} {remedy}"))
}
