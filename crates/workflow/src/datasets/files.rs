//! Files become checked rows: each is read and checked, then they are stacked, or joined by a key first.

use std::collections::BTreeMap;

use data::{CheckMode, CheckNotes, Checked, JoinOptions, Raw, ReadOptions, Refusal};
use model::UseCase;

use crate::datasets::{Combined, ImportReport, UnseenValue};
use crate::{Error, Result, StoredPeople};

/// How several files become one dataset.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Combine {
    /// Files with the same columns, one below the other.
    #[default]
    Stack,
    /// Files about the same people, side by side.
    Join(JoinOptions),
}

/// How many rows of an unseen value a report names, and how many values of a field.
const LISTED_ROWS: usize = 5;
const LISTED_VALUES: usize = 20;

/// Checked files.
pub(super) struct CheckedFiles {
    parts: Vec<Checked>,
    sources: Vec<(String, u32)>,
    pub(super) report: ImportReport,
    pub(super) unused_columns: Vec<String>,
}

impl CheckedFiles {
    /// Reads and checks files.
    pub(super) fn read(
        files: &[(String, Vec<u8>)],
        options: &ReadOptions,
        combine: &Combine,
        use_case: &UseCase,
        mode: CheckMode,
    ) -> Result<Self> {
        if files.is_empty() {
            return Err(Error::Invalid("Choose at least one file.".into()));
        }
        let mut raws = Vec::new();
        for (name, bytes) in files {
            raws.push((name.clone(), data::read(bytes, options).map_err(|error| Error::Invalid(format!("{name}: {error}.")))?));
        }
        match combine {
            Combine::Stack => Self::stacked(raws, use_case, mode),
            Combine::Join(options) => Self::joined(raws, options, use_case, mode),
        }
    }

    fn stacked(raws: Vec<(String, Raw)>, use_case: &UseCase, mode: CheckMode) -> Result<Self> {
        let several = raws.len() > 1;
        let combined = if several { Combined::Stacked } else { Combined::Single };
        let mut report = ImportReport { combined, whole_number_ids: Vec::new(), unseen: Vec::new() };
        let (mut parts, mut sources) = (Vec::<Checked>::new(), Vec::<(String, u32)>::new());
        for (name, raw) in raws {
            let in_file = |refusal: Refusal| if several { refusal.in_file(&name) } else { refusal };
            let part = data::check(&raw, use_case, mode).map_err(in_file)?;
            if parts.first().is_some_and(|first| first.table.names != part.table.names || first.labels.is_some() != part.labels.is_some()) {
                return Err(Error::Invalid(format!(
                    "{name} has different columns from {}. Files to stack must have the same columns; files about the same people can be joined \
                     by their identifiers (--join).",
                    sources[0].0
                )));
            }
            if part.notes.whole_number_ids {
                report.whole_number_ids.push(name.clone());
            }
            report.unseen.extend(unseen_values(&part.notes, use_case, |_, row| (several.then(|| name.clone()), row)));
            sources.push((name, part.ids.len() as u32));
            parts.push(part);
        }
        if use_case.id_column.is_some() {
            refuse_repeats(&parts, &sources, use_case.id_column.as_deref().unwrap_or_default())?;
        } else if several {
            number_rows(&mut parts);
        }
        let unused_columns = parts.first().map(|part| part.unused.clone()).unwrap_or_default();
        Ok(Self { parts, sources, report, unused_columns })
    }

    fn joined(raws: Vec<(String, Raw)>, options: &JoinOptions, use_case: &UseCase, mode: CheckMode) -> Result<Self> {
        if raws.len() < 2 {
            return Err(Error::Invalid("Choose at least two files to join.".into()));
        }
        let names: Vec<String> = raws.iter().map(|(name, _)| name.clone()).collect();
        let joined = data::join(raws, use_case, options)?;
        let checked = data::check(&joined.raw, use_case, mode).map_err(|mut refusal| {
            joined.locate(&mut refusal);
            refusal
        })?;
        let from = |field: &str, row: usize| {
            let (file, row) = joined.origin(field, row);
            (Some(file.to_owned()), row)
        };
        let report = ImportReport {
            unseen: unseen_values(&checked.notes, use_case, from),
            whole_number_ids: joined.report.whole_number_ids.clone(),
            combined: Combined::Joined(joined.report),
        };
        let sources = vec![(names.join(" + "), checked.ids.len() as u32)];
        let unused_columns = checked.unused.clone();
        Ok(Self { parts: vec![checked], sources, report, unused_columns })
    }

    /// The rows of all files.
    pub(super) fn people(self) -> Result<StoredPeople> {
        StoredPeople::stack(self.parts, self.sources)
    }
}

/// Rows are numbered through all files where the use case names nobody.
fn number_rows(parts: &mut [Checked]) {
    let mut number = 0_usize;
    for id in parts.iter_mut().flat_map(|part| &mut part.ids) {
        number += 1;
        *id = number.to_string();
    }
}

/// Refuses people of whom two files have a row of the same period (or at all, without periods): which of the two is true is not ours to say.
fn refuse_repeats(parts: &[Checked], sources: &[(String, u32)], column: &str) -> Result<()> {
    let mut refusal = Refusal::default();
    let mut first = BTreeMap::new();
    for (file, part) in parts.iter().enumerate() {
        for (row, id) in part.ids.iter().enumerate() {
            let period = part.periods.as_ref().map(|periods| &periods[row]);
            let (earlier, at) = *first.entry((id, period)).or_insert((file, row));
            // Repeats within a file are found when it is checked.
            if earlier != file {
                refusal.add_in(&sources[file].0, row + 2, column, id, format!("is also in {}, row {}", sources[earlier].0, at + 2));
            }
        }
    }
    if refusal.total == 0 {
        return Ok(());
    }
    let people = if refusal.total == 1 { "1 person is".to_owned() } else { format!("{} people are", refusal.total) };
    refusal.advice = Some(format!("{people} in two of the files: keep one row for each person."));
    Err(refusal.into())
}

/// What was read as missing, most rows of a field first. `from` names the file and row of a cell of a field.
fn unseen_values(notes: &CheckNotes, use_case: &UseCase, from: impl Fn(&str, usize) -> (Option<String>, usize)) -> Vec<UnseenValue> {
    let mut by_field: BTreeMap<&str, Vec<&data::Unseen>> = BTreeMap::new();
    notes.unseen.iter().for_each(|unseen| by_field.entry(&unseen.field).or_default().push(unseen));
    let mut values = Vec::new();
    for (field, mut unseen) in by_field {
        unseen.sort_by_key(|unseen| std::cmp::Reverse(unseen.rows.len()));
        let others: usize = unseen.iter().skip(LISTED_VALUES).map(|unseen| unseen.rows.len()).sum();
        values.extend(unseen.iter().take(LISTED_VALUES).map(|unseen| {
            let places: Vec<(Option<String>, usize)> = unseen.rows.iter().take(LISTED_ROWS).map(|row| from(field, *row)).collect();
            UnseenValue {
                field: field.to_owned(),
                label: use_case.label(field),
                value: Some(unseen.value.clone()),
                file: places.first().and_then(|(file, _)| file.clone()),
                rows: unseen.rows.len() as u32,
                first_rows: places.into_iter().map(|(_, row)| row as u32 + 2).collect(),
            }
        }));
        if others > 0 {
            let (field, label) = (field.to_owned(), use_case.label(field));
            values.push(UnseenValue { field, label, value: None, file: None, rows: others as u32, first_rows: Vec::new() });
        }
    }
    values
}
