//! What an import would do, before anything is stored.

use std::collections::HashSet;

use data::Raw;
use data::preview::ColumnPreview;
use domain::Date;
use model::UseCase;
use model::use_case::Terminology;

use super::commands::refused;
use super::files::read_raw;
use super::import::{Import, stated_day};
use super::reading::{Reading, put_together};
use super::rows::{AcceptedImport, FilePreview, ImportPreview, PreviewOutcome};
use crate::Result;
use crate::datasets::FileReading;

/// Reads and checks files as an import does, and stores nothing. That they would be refused is a
/// result.
///
/// # Errors
/// [`crate::Error::Internal`] when the check fails by itself.
pub fn preview_import(import: &Import, use_case: &UseCase) -> Result<ImportPreview> {
    let mut raws = Vec::new();
    let mut unread = None;
    for file in import.sent() {
        match read_raw(&file) {
            Ok(raw) => raws.push(raw),
            Err(error) => unread = unread.or(Some(error)),
        }
    }
    let mut files: Vec<FilePreview> = raws
        .iter()
        .map(|(name, raw)| file_preview(name, raw, use_case))
        .collect();
    let read = || {
        let stated = stated_day(import)?;
        if let Some(error) = unread {
            return Err(error);
        }
        let reading = put_together(raws, &import.combine, use_case, import.purpose, stated)?;
        Ok((stated.unwrap_or_else(store::today), reading))
    };
    let outcome = match read() {
        Ok((as_of, reading)) => {
            add_formats(&mut files, &reading.files);
            PreviewOutcome::Accepted(accepted(as_of, reading))
        }
        Err(error) => PreviewOutcome::Refused(refused(import.names(), error)?),
    };
    Ok(ImportPreview { files, outcome })
}

fn file_preview(name: &str, raw: &Raw, use_case: &UseCase) -> FilePreview {
    FilePreview {
        name: name.to_owned(),
        rows: raw.rows(),
        recognized: raw.recognized.clone(),
        columns: data::preview::columns(raw, use_case),
    }
}

/// A format says what people call its column.
fn add_formats(files: &mut [FilePreview], readings: &[FileReading]) {
    for (file, reading) in files.iter_mut().zip(readings) {
        for format in &reading.columns {
            let own = |column: &&mut ColumnPreview| column.label.as_ref() == Some(&format.label);
            if let Some(column) = file.columns.iter_mut().find(own) {
                column.format = Some(format.clone());
            }
        }
    }
}

fn accepted(as_of: Date, reading: Reading) -> AcceptedImport {
    let people = &reading.people;
    AcceptedImport {
        purpose: reading.purpose,
        as_of,
        rows: people.ids.len(),
        people: people.ids.iter().collect::<HashSet<_>>().len(),
        current_people: people.current_rows().len(),
        known_outcomes: people.known_outcomes(),
        periods: people.period_range(),
        unsettled: reading.unsettled,
        unused_columns: reading.unused,
        report: reading.report,
    }
}

impl AcceptedImport {
    /// What would be stored, in words.
    pub fn sentences(&self, words: &Terminology) -> Vec<String> {
        let number = |count: usize| domain::format::count(u32::try_from(count).unwrap_or(u32::MAX));
        let counted = |count: usize, one: &str, many: &str| {
            format!("{} {}", number(count), if count == 1 { one } else { many })
        };
        let mut counts = vec![
            counted(self.rows, "row", "rows"),
            counted(self.people, &words.one, &words.many),
        ];
        if let Some([known, events]) = self.known_outcomes {
            counts.push(counted(events, &words.event_one, &words.event_many));
            if known < self.rows {
                counts.push(format!(
                    "{} without a known outcome",
                    number(self.rows - known)
                ));
            }
        }
        if let Some(periods) = self.periods {
            counts.push(format!("periods {periods}"));
        }
        let mut sentences = vec![
            format!("{}.", counts.join(", ")),
            format!(
                "For {}, as of {}.",
                self.purpose.label().to_lowercase(),
                self.as_of.long()
            ),
        ];
        if self.purpose.is_for_scoring() {
            let current = counted(self.current_people, &words.one, &words.many);
            sentences.push(format!("Currently {current}."));
        }
        sentences.extend(self.unsettled.map(|periods| {
            format!(
                "No {} recorded in {periods}: outcomes taken as not known yet.",
                words.event_many
            )
        }));
        sentences.extend(self.report.sentences());
        sentences
    }
}
