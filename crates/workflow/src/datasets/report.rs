//! How files were put together and read, where their cells are not taken as they are written.

use data::{ColumnFormat, JoinReport, Recognized, Unread};
use serde::{Deserialize, Serialize};

/// How a file was read: what was recognized in it, and how its columns are written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileReading {
    pub name: String,
    pub recognized: Recognized,
    pub columns: Vec<ColumnFormat>,
}

impl FileReading {
    /// Sentences for people: the file, then each column that is not plain.
    pub fn sentences(&self) -> Vec<String> {
        let unnamed = (!self.recognized.unnamed.is_empty()).then(|| {
            format!(
                "Columns without a name: {}",
                self.recognized.unnamed.join(", ")
            )
        });
        let unreadable = self
            .recognized
            .unreadable
            .iter()
            .map(|(name, reason)| format!("{name} cannot be read: {reason}"));
        let columns = self.columns.iter().map(ColumnFormat::sentence);
        std::iter::once(format!("{}: {}", self.name, self.recognized.sentence()))
            .chain(columns)
            .chain(unnamed)
            .chain(unreadable)
            .collect()
    }
}

/// What an import did; kept with the dataset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportReport {
    pub combined: Combined,
    /// Files whose identifiers were written as `1001.0` and are read as whole numbers.
    pub whole_number_ids: Vec<String>,
    /// Values that were read as missing, or as the level "Other".
    pub unseen: Vec<UnseenValue>,
}

/// What became of several files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Combined {
    Single,
    /// Rows below each other.
    Stacked,
    /// Columns side by side.
    Joined(JoinReport),
}

/// A value that was not read as one of its own, in one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnseenValue {
    pub field: String,
    /// What people call the field.
    pub label: String,
    /// `None`: further values together.
    pub value: Option<String>,
    /// Where several files were imported.
    pub file: Option<String>,
    pub rows: u32,
    /// As a spreadsheet numbers rows: the header is 1.
    pub first_rows: Vec<u32>,
    /// Why it was not; reports from before there were several reasons have none.
    #[serde(default)]
    pub why: Unread,
}

impl ImportReport {
    /// In words, one sentence for each thing; empty for a single file that was taken as it is.
    pub fn sentences(&self) -> Vec<String> {
        let mut sentences = Vec::new();
        match &self.combined {
            Combined::Single => {}
            Combined::Stacked => sentences.push("The rows of the files were stacked.".to_owned()),
            Combined::Joined(join) => {
                let mut sentence = format!(
                    "The files were joined by {}: {} in every file.",
                    join.key,
                    people(join.matched)
                );
                if join.partial > 0 {
                    let first: Vec<String> = join
                        .partial_people
                        .iter()
                        .map(|person| {
                            format!("{} (not in {})", person.id, person.missing_from.join(", "))
                        })
                        .collect();
                    let more = if join.partial > first.len() {
                        ", …"
                    } else {
                        ""
                    };
                    let kept = people(join.partial);
                    sentence += &format!(
                        " {kept} in some files only, with missing values: {}{more}.",
                        first.join(", ")
                    );
                }
                sentences.push(sentence);
                if !join.ignored_columns.is_empty() {
                    sentences.push(format!(
                        "Unused columns in more than one file: {}.",
                        join.ignored_columns.join(", ")
                    ));
                }
            }
        }
        if !self.whole_number_ids.is_empty() {
            let files = self.whole_number_ids.join(", ");
            sentences.push(format!("Identifiers written with decimals (1001.0) were read as whole numbers (1001): {files}."));
        }
        sentences.extend(self.unseen.iter().map(UnseenValue::sentence));
        sentences
    }
}

impl UnseenValue {
    fn sentence(&self) -> String {
        let rows = if self.rows == 1 {
            "1 row".to_owned()
        } else {
            format!("{} rows", self.rows)
        };
        let what = self
            .value
            .as_ref()
            .map_or_else(|| "further values".to_owned(), |value| format!("“{value}”"));
        let file = self
            .file
            .as_ref()
            .map(|file| format!("{file}, "))
            .unwrap_or_default();
        let numbers: Vec<String> = self.first_rows.iter().map(u32::to_string).collect();
        let more = if self.rows as usize > numbers.len() {
            ", …"
        } else {
            ""
        };
        let place = if numbers.is_empty() {
            String::new()
        } else {
            format!(" ({file}row {}{more})", numbers.join(", "))
        };
        let label = &self.label;
        match self.why {
            Unread::NoLevel => {
                format!("{label}: {what} is not known and counts as missing in {rows}{place}.")
            }
            Unread::After(_) => format!(
                "{label}: {what} is after the snapshot date and counts as missing in {rows}{place}."
            ),
            Unread::Other => {
                format!("{label}: values that are not listed count as “Other” in {rows}.")
            }
        }
    }
}

fn people(count: usize) -> String {
    if count == 1 {
        "1 person".to_owned()
    } else {
        format!("{count} people")
    }
}
