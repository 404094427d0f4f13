//! Files become checked rows: each is read and checked, then they are stacked, or joined by a key
//! first.

use std::collections::{BTreeMap, HashMap};

use data::{
    CheckMode, CheckNotes, Checked, JoinOptions, OutcomeColumn, Raw, ReadOptions, Refusal, Unread,
};
use domain::{Date, Purpose};
use model::UseCase;
use serde::{Deserialize, Serialize};

use super::report::{Combined, FileReading, ImportReport, UnseenValue};
use crate::{Error, Result};

/// A file as it was sent.
#[derive(Clone, Copy)]
pub(super) struct SentFile<'a> {
    pub name: &'a str,
    pub bytes: &'a [u8],
    pub options: &'a ReadOptions,
}

/// How several files become one dataset. Kept with it, so that its files can be read again.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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
    pub parts: Vec<Checked>,
    /// Names, and how many rows each has.
    pub sources: Vec<(String, u32)>,
    pub report: ImportReport,
    /// How each file was read.
    pub readings: Vec<FileReading>,
    pub unused_columns: Vec<String>,
    pub purpose: Purpose,
}

/// Reads a file into columns of text.
pub(super) fn read_raw(file: &SentFile<'_>) -> Result<(String, Raw)> {
    let raw = data::read(file.bytes, file.options)
        .map_err(|error| Error::Invalid(format!("{}: {error}.", file.name)))?;
    Ok((file.name.to_owned(), raw))
}

/// As [`read_raw`], of a file that is not joined: only the columns that the use case needs.
pub(super) fn read_needed(file: &SentFile<'_>, use_case: &UseCase) -> Result<(String, Raw)> {
    let raw = data::read_for(file.bytes, file.options, use_case)
        .map_err(|error| Error::Invalid(format!("{}: {error}.", file.name)))?;
    Ok((file.name.to_owned(), raw))
}

impl CheckedFiles {
    /// Checks files. Without a purpose a file with outcomes is for training, one without for
    /// scoring. `day` is the one that they describe, where it is stated.
    pub fn check(
        raws: Vec<(String, Raw)>,
        combine: &Combine,
        use_case: &UseCase,
        purpose: Option<Purpose>,
        day: Option<Date>,
    ) -> Result<Self> {
        match combine {
            Combine::Stack => Self::stacked(&raws, use_case, purpose, day),
            Combine::Join(options) => Self::joined(raws, options, use_case, purpose, day),
        }
    }

    fn stacked(
        raws: &[(String, Raw)],
        use_case: &UseCase,
        purpose: Option<Purpose>,
        day: Option<Date>,
    ) -> Result<Self> {
        let Some((first, raw)) = raws.first() else {
            return Err(Error::Invalid("Choose at least one file.".into()));
        };
        let purpose = purpose.map_or_else(
            || usual_purpose(&data::outcome_column(raw, use_case), first, use_case),
            Ok,
        )?;
        let several = raws.len() > 1;
        let combined = if several {
            Combined::Stacked
        } else {
            Combined::Single
        };
        let mut report = ImportReport {
            combined,
            whole_number_ids: Vec::new(),
            unseen: Vec::new(),
        };
        let (mut parts, mut sources, mut readings) =
            (Vec::<Checked>::new(), Vec::new(), Vec::new());
        for (name, raw) in raws {
            let in_file = |refusal: Refusal| {
                if several {
                    refusal.in_file(name)
                } else {
                    refusal
                }
            };
            let part = data::check(raw, use_case, mode(purpose), day).map_err(in_file)?;
            if parts.first().is_some_and(|first| {
                first.table.names != part.table.names
                    || first.labels.is_some() != part.labels.is_some()
            }) {
                return Err(Error::Invalid(format!(
                    "{name} has different columns from {first}. Files to stack must have the same columns; files about the same people can be \
                     joined by their identifiers (--join)."
                )));
            }
            if part.notes.whole_number_ids {
                report.whole_number_ids.push(name.clone());
            }
            let from = |_: &str, row: usize| (several.then(|| name.clone()), raw.row_number(row));
            report
                .unseen
                .extend(unseen_values(&part.notes, use_case, from));
            sources.push((name.clone(), part.ids.len() as u32));
            readings.push(FileReading {
                name: name.clone(),
                recognized: raw.recognized.clone(),
                columns: part.formats.clone(),
            });
            parts.push(part);
        }
        match &use_case.id_column {
            Some(column) => refuse_repeats(&parts, raws, column)?,
            None if several => number_rows(&mut parts),
            None => {}
        }
        let unused_columns = parts
            .first()
            .map(|part| part.unused.clone())
            .unwrap_or_default();
        Ok(Self {
            parts,
            sources,
            report,
            readings,
            unused_columns,
            purpose,
        })
    }

    fn joined(
        raws: Vec<(String, Raw)>,
        options: &JoinOptions,
        use_case: &UseCase,
        purpose: Option<Purpose>,
        day: Option<Date>,
    ) -> Result<Self> {
        if raws.len() < 2 {
            return Err(Error::Invalid("Choose at least two files to join.".into()));
        }
        let recognized: Vec<_> = raws
            .iter()
            .map(|(name, raw)| (name.clone(), raw.recognized.clone()))
            .collect();
        let name = recognized
            .iter()
            .map(|(name, _)| name.as_str())
            .collect::<Vec<_>>()
            .join(" + ");
        let joined = data::join(raws, use_case, options)?;
        let purpose = purpose.map_or_else(
            || {
                usual_purpose(
                    &data::outcome_column(&joined.raw, use_case),
                    &name,
                    use_case,
                )
            },
            Ok,
        )?;
        let checked =
            data::check(&joined.raw, use_case, mode(purpose), day).map_err(|mut refusal| {
                joined.locate(&mut refusal);
                refusal
            })?;
        let from = |field: &str, row: usize| {
            let (file, row) = joined.origin(field, row);
            (Some(file.to_owned()), row)
        };
        let unseen = unseen_values(&checked.notes, use_case, from);
        // A format says what people call its column.
        let file_of = |label: &str| {
            use_case
                .fields
                .iter()
                .find(|field| field.label == label)
                .and_then(|field| joined.file_of(&field.name))
        };
        let reading = |(file, (name, recognized)): (usize, (String, data::Recognized))| {
            let columns = checked
                .formats
                .iter()
                .filter(|format| file_of(&format.label) == Some(file))
                .cloned()
                .collect();
            FileReading {
                name,
                recognized,
                columns,
            }
        };
        let readings = recognized.into_iter().enumerate().map(reading).collect();
        let whole_number_ids = joined.report.whole_number_ids.clone();
        let report = ImportReport {
            unseen,
            whole_number_ids,
            combined: Combined::Joined(joined.report),
        };
        let sources = vec![(name, checked.ids.len() as u32)];
        let unused_columns = checked.unused.clone();
        Ok(Self {
            parts: vec![checked],
            sources,
            report,
            readings,
            unused_columns,
            purpose,
        })
    }
}

fn mode(purpose: Purpose) -> CheckMode {
    if purpose.is_for_training() {
        CheckMode::Training
    } else {
        CheckMode::Scoring
    }
}

fn usual_purpose(outcomes: &OutcomeColumn, file: &str, use_case: &UseCase) -> Result<Purpose> {
    match outcomes {
        OutcomeColumn::Found => Ok(Purpose::Training),
        OutcomeColumn::Absent => Ok(Purpose::Scoring),
        OutcomeColumn::Similar(name) => Err(Error::Invalid(format!(
            "{file} has no column {}; did you mean “{name}”? Correct its name, or import the file with `--for scoring`.",
            use_case.target.column
        ))),
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

/// Refuses people of whom two files have a row of the same period (or at all, without periods):
/// which of the two is true is not ours to say.
fn refuse_repeats(parts: &[Checked], raws: &[(String, Raw)], column: &str) -> Result<()> {
    if parts.len() < 2 {
        return Ok(());
    }
    let mut refusal = Refusal::default();
    let mut first = HashMap::new();
    for (file, part) in parts.iter().enumerate() {
        for (row, id) in part.ids.iter().enumerate() {
            let period = part.periods.as_ref().map(|periods| &periods[row]);
            let (earlier, at) = *first.entry((id, period)).or_insert((file, row));
            // Repeats within a file are found when it is checked.
            if earlier != file {
                let ((name, raw), (other, before)) = (&raws[file], &raws[earlier]);
                let rule = format!("is also in {other}, row {}", before.row_number(at));
                refusal.add_in(name, raw.row_number(row), column, id, rule);
            }
        }
    }
    if refusal.total == 0 {
        return Ok(());
    }
    let people = if refusal.total == 1 {
        "1 person is".to_owned()
    } else {
        format!("{} people are", refusal.total)
    };
    refusal.advice = Some(format!(
        "{people} in two of the files: keep one row for each person."
    ));
    Err(refusal.into())
}

/// What was read as missing or as the level "Other", most rows of a field first. `from` names the file of a cell of a
/// field, and the number of its row there.
fn unseen_values(
    notes: &CheckNotes,
    use_case: &UseCase,
    from: impl Fn(&str, usize) -> (Option<String>, usize),
) -> Vec<UnseenValue> {
    let mut by_field: BTreeMap<&str, Vec<&data::Unseen>> = BTreeMap::new();
    notes
        .unseen
        .iter()
        .for_each(|unseen| by_field.entry(&unseen.field).or_default().push(unseen));
    let mut values = Vec::new();
    for (field, unseen) in by_field {
        // Which values are other ones was decided with the definition: they are only counted.
        let (mut unseen, other): (Vec<&data::Unseen>, Vec<_>) = unseen
            .into_iter()
            .partition(|unseen| unseen.why != Unread::Other);
        let others: usize = other.iter().map(|unseen| unseen.rows.len()).sum();
        values.extend((others > 0).then(|| together(field, use_case, others, Unread::Other)));
        unseen.sort_by_key(|unseen| std::cmp::Reverse(unseen.rows.len()));
        let others: usize = unseen
            .iter()
            .skip(LISTED_VALUES)
            .map(|unseen| unseen.rows.len())
            .sum();
        values.extend(unseen.iter().take(LISTED_VALUES).map(|unseen| {
            let places: Vec<(Option<String>, usize)> = unseen
                .rows
                .iter()
                .take(LISTED_ROWS)
                .map(|row| from(field, *row))
                .collect();
            UnseenValue {
                field: field.to_owned(),
                label: use_case.label(field),
                value: Some(unseen.value.clone()),
                file: places.first().and_then(|(file, _)| file.clone()),
                rows: unseen.rows.len() as u32,
                first_rows: places.into_iter().map(|(_, row)| row as u32).collect(),
                why: unseen.why,
            }
        }));
        // Those that are not listed are of the same kind: a field has levels or dates.
        let why = unseen.first().map_or(Unread::NoLevel, |first| first.why);
        values.extend((others > 0).then(|| together(field, use_case, others, why)));
    }
    values
}

/// Several values of a field as one line.
fn together(field: &str, use_case: &UseCase, rows: usize, why: Unread) -> UnseenValue {
    UnseenValue {
        field: field.to_owned(),
        label: use_case.label(field),
        value: None,
        file: None,
        rows: rows as u32,
        first_rows: Vec::new(),
        why,
    }
}
