//! A use case drafted from files, and tried on them.

use data::draft::{Answers, Draft, draft};
use data::{CheckMode, Raw, ReadOptions, Refusal, UseCaseError};
use training::leakage::{Leak, check_data};
use training::split::Split;

use crate::training::known::KnownRows;
use crate::{Error, PolicyCatalog, Result, StoredPeople};

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

/// Drafts a use case for files with the same columns, then checks it, imports the files on trial
/// and looks for leaks. Nothing is stored.
///
/// # Errors
/// [`Error::Invalid`] when a file cannot be read, the files differ in their columns, or an answer is missing.
pub fn draft_use_case(
    files: &[(String, Vec<u8>)],
    options: &ReadOptions,
    answers: &Answers,
    catalog: &PolicyCatalog,
) -> Result<DraftedUseCase> {
    let raw = read_all(files, options)?;
    let draft = draft(&raw, answers)
        .map_err(|error| Error::Invalid(domain::format::sentence(&error.to_string())))?;
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
    let checked = match data::check(&raw, &use_case, CheckMode::Training) {
        Ok(checked) => checked,
        Err(refusal) => {
            drafted.refusal = Some(refusal);
            return Ok(drafted);
        }
    };
    let people = StoredPeople::stack(vec![checked], Vec::new())?;
    let leaks = people.labels.as_ref().map_or(Ok(Vec::new()), |_| {
        let (_, dataset) = KnownRows::of(&people)?;
        let split = Split::hold_out(&dataset, LEAK_SPLIT.0, LEAK_SPLIT.1)?;
        Ok::<_, Error>(check_data(&dataset, &use_case, &split))
    });
    match leaks {
        Ok(leaks) => drafted.leaks = leaks,
        Err(error) => drafted.unchecked = Some(error.to_string()),
    }
    Ok(drafted)
}

/// The rows of the files, one below the other.
fn read_all(files: &[(String, Vec<u8>)], options: &ReadOptions) -> Result<Raw> {
    let mut whole: Option<Raw> = None;
    for (name, bytes) in files {
        let mut raw = data::read(bytes, options)
            .map_err(|error| Error::Invalid(format!("{name}: {error}.")))?;
        let Some(first) = &mut whole else {
            whole = Some(raw);
            continue;
        };
        for (column, rows) in first.names.iter().zip(&mut first.columns) {
            let found = raw
                .names
                .iter()
                .position(|own| own == column)
                .map(|index| std::mem::take(&mut raw.columns[index]));
            rows.extend(&found.ok_or_else(|| differs(name, files, column))?);
        }
        if let Some(column) = raw.names.iter().find(|own| !first.names.contains(own)) {
            return Err(differs(name, files, column));
        }
    }
    whole.ok_or_else(|| Error::Invalid("Choose at least one file.".into()))
}

fn differs(name: &str, files: &[(String, Vec<u8>)], column: &str) -> Error {
    let first = files.first().map_or("", |(first, _)| first.as_str());
    Error::Invalid(format!(
        "{name} and {first} have different columns: only one of them has \"{column}\". Files must have the same columns; join files about the same people first."
    ))
}
