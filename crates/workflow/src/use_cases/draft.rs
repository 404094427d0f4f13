//! A use case drafted from files, and tried on them.

use data::draft::{Answers, Draft, draft, join_for_draft};
use data::{CheckMode, Checked, JoinOptions, Raw, ReadOptions, Refusal, UseCaseError};
use model::UseCase;
use training::leakage::{Leak, check_data};
use training::split::Split;

use crate::training::known::KnownRows;
use crate::{Combine, Error, PolicyCatalog, Result, StoredPeople};

/// The seed and share of the hold-out that the search for leaks looks at.
const LEAK_SPLIT: (f64, u64) = (0.2, 42);

/// A drafted use case with what trying it showed.
#[derive(Debug, Clone)]
pub struct DraftedUseCase {
    pub draft: Draft,
    /// The text of the use-case file.
    pub text: String,
    /// What `use-case check` reports about it.
    pub errors: Vec<UseCaseError>,
    /// Why the files could not be imported with it.
    pub refusal: Option<Refusal>,
    /// Signs that a field knows the outcome.
    pub leaks: Vec<Leak>,
    /// Why leaks could not be looked for.
    pub unchecked: Option<String>,
}

impl DraftedUseCase {
    /// Whether the files can be imported with the draft as it is.
    pub fn is_usable(&self) -> bool {
        self.errors.is_empty() && self.refusal.is_none()
    }
}

/// Files of a draft, put together.
pub(super) struct DraftFiles {
    /// All rows with all columns.
    pub raw: Raw,
    /// Files to join by these options: which file has a column twice is known only with the use
    /// case.
    join: Option<(Vec<(String, Raw)>, JoinOptions)>,
}

/// Drafts a use case for files, then checks it, imports the files on trial and looks for leaks.
/// Nothing is stored.
///
/// # Errors
/// [`Error::Invalid`] when a file cannot be read, stacked files differ in their columns, or an answer is missing;
/// [`Error::Refused`] when files cannot be joined.
pub fn draft_use_case(
    files: &[(String, Vec<u8>)],
    options: &ReadOptions,
    combine: &Combine,
    answers: &Answers,
    catalog: &PolicyCatalog,
) -> Result<DraftedUseCase> {
    let files = DraftFiles::read(files, options, combine)?;
    let draft = draft(&files.raw, &files.with_key(answers))
        .map_err(|error| Error::Invalid(domain::format::sentence(&error.to_string())))?;
    try_draft(&files, draft, catalog)
}

/// Checks a draft, imports its files on trial and looks for leaks.
pub(super) fn try_draft(
    files: &DraftFiles,
    draft: Draft,
    catalog: &PolicyCatalog,
) -> Result<DraftedUseCase> {
    let text = draft
        .to_toml()
        .map_err(|error| Error::internal(format!("the draft cannot be written: {error}")))?;
    let mut drafted = DraftedUseCase {
        draft,
        text,
        errors: Vec::new(),
        refusal: None,
        leaks: Vec::new(),
        unchecked: None,
    };
    // What is tried is the text that the person gets, not the draft that it was made from.
    let use_case = match catalog.check(&drafted.text) {
        Ok(use_case) => use_case,
        Err(errors) => {
            drafted.errors = errors;
            return Ok(drafted);
        }
    };
    let checked = match files.check(&use_case) {
        Ok(checked) => checked,
        Err(refusal) => {
            drafted.refusal = Some(refusal);
            return Ok(drafted);
        }
    };
    let people = StoredPeople::stack(vec![checked], Vec::new())?;
    let leaks = people.labels.as_ref().map_or(Ok(Vec::new()), |_| {
        let (_, dataset) = KnownRows::of(&people, &use_case)?;
        let split = Split::hold_out(&dataset, LEAK_SPLIT.0, LEAK_SPLIT.1)?;
        Ok::<_, Error>(check_data(&dataset, &use_case, &split))
    });
    match leaks {
        Ok(leaks) => drafted.leaks = leaks,
        Err(error) => drafted.unchecked = Some(error.to_string()),
    }
    Ok(drafted)
}

impl DraftFiles {
    /// # Errors
    /// When a file cannot be read, or the files cannot be put together.
    pub(super) fn read(
        files: &[(String, Vec<u8>)],
        options: &ReadOptions,
        combine: &Combine,
    ) -> Result<Self> {
        let mut raws = Vec::new();
        for (name, bytes) in files {
            let raw = data::read(bytes, options)
                .map_err(|error| Error::Invalid(format!("{name}: {error}.")))?;
            raws.push((name.clone(), raw));
        }
        match combine {
            Combine::Stack => Ok(Self {
                raw: stacked(raws)?,
                join: None,
            }),
            Combine::Join(_) if raws.len() < 2 => {
                Err(Error::Invalid("Choose at least two files to join.".into()))
            }
            Combine::Join(options) => Ok(Self {
                raw: join_for_draft(raws.clone(), options)?.raw,
                join: Some((raws, options.clone())),
            }),
        }
    }

    /// Files that are joined by a column have its id; dates count up to today, since the day of the
    /// files is asked for only when they are imported.
    pub(super) fn with_key(&self, answers: &Answers) -> Answers {
        let key = self.join.as_ref().map(|(_, options)| options.key.clone());
        Answers {
            id: answers.id.clone().or(key),
            day: answers.day.or_else(|| Some(store::today())),
            ..answers.clone()
        }
    }

    /// The rows as the use case reads them, for training.
    fn check(&self, use_case: &UseCase) -> std::result::Result<Checked, Refusal> {
        // The day of the file is asked for when it is imported. Here it is of no consequence: the
        // order of people by a date is the same on every day.
        let day = Some(store::today());
        let Some((files, options)) = &self.join else {
            return data::check(&self.raw, use_case, CheckMode::Training, day);
        };
        let joined = data::join(files.clone(), use_case, options)?;
        data::check(&joined.raw, use_case, CheckMode::Training, day).map_err(|mut refusal| {
            joined.locate(&mut refusal);
            refusal
        })
    }
}

/// The rows of the files, one below the other.
fn stacked(files: Vec<(String, Raw)>) -> Result<Raw> {
    let mut files = files.into_iter();
    let (first_name, mut first) = files
        .next()
        .ok_or_else(|| Error::Invalid("Choose at least one file.".into()))?;
    for (name, mut raw) in files {
        for (column, rows) in first.names.iter().zip(&mut first.columns) {
            let found = raw
                .names
                .iter()
                .position(|own| own == column)
                .map(|index| std::mem::take(&mut raw.columns[index]));
            rows.extend(&found.ok_or_else(|| differs(&name, &first_name, column))?);
        }
        if let Some(column) = raw.names.iter().find(|own| !first.names.contains(own)) {
            return Err(differs(&name, &first_name, column));
        }
    }
    Ok(first)
}

fn differs(name: &str, first: &str, column: &str) -> Error {
    Error::Invalid(format!(
        "{name} and {first} have different columns: only one of them has \"{column}\". Files must have the same columns; files about the same people can be joined by their identifiers (--join)."
    ))
}
