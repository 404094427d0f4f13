//! What was recognized in a file: shown before and after it is stored.

use serde::{Deserialize, Serialize};

/// The format of a file, told by its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileFormat {
    #[default]
    /// Text with separators.
    Csv,
    /// .xlsx, .xlsb, .xls or .ods
    Workbook,
    /// Apache Parquet.
    Parquet,
    /// Arrow IPC, also called Feather.
    Arrow,
    /// One JSON object per line.
    JsonLines,
}

impl FileFormat {
    /// Its name as displayed.
    pub fn label(self) -> &'static str {
        match self {
            Self::Csv => "CSV",
            Self::Workbook => "Workbook",
            Self::Parquet => "Parquet",
            Self::Arrow => "Arrow",
            Self::JsonLines => "JSON lines",
        }
    }
}

/// What was recognized in a file, or stated for it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Recognized {
    /// Format of the file.
    pub format: FileFormat,
    /// Name of the encoding in the WHATWG Encoding Standard. Text files only.
    pub encoding: Option<String>,
    /// Text files only.
    pub separator: Option<char>,
    /// Workbooks only.
    pub sheet: Option<String>,
    /// Row of the column names, from 1; rows above it (titles, `sep=`, blank rows) were skipped.
    pub header_row: usize,
    /// Blank rows between rows with data, which were left out.
    pub blank_rows: usize,
    /// Columns that have no name but values. They are called "(column 3)".
    pub unnamed: Vec<String>,
    /// Columns that cannot be read, with the reason. Only a use of such a column refuses the file.
    pub unreadable: Vec<(String, String)>,
}

impl Recognized {
    /// One sentence, for example "CSV, encoding UTF-8, separated by semicolons, column names in row
    /// 3."
    pub fn sentence(&self) -> String {
        let mut parts = vec![self.format.label().to_owned()];
        parts.extend(self.sheet.as_ref().map(|sheet| format!("sheet “{sheet}”")));
        parts.extend(
            self.encoding
                .as_ref()
                .map(|encoding| format!("encoding {encoding}")),
        );
        parts.extend(
            self.separator
                .map(|separator| format!("columns separated by {}", separator_name(separator))),
        );
        if self.header_row > 1 {
            parts.push(format!("column names in row {}", self.header_row));
        }
        match self.blank_rows {
            0 => {}
            1 => parts.push("1 blank row left out".to_owned()),
            rows => parts.push(format!("{rows} blank rows left out")),
        }
        parts.join(", ") + "."
    }
}

/// A separator as displayed.
pub(super) fn separator_name(separator: char) -> String {
    match separator {
        ',' => "commas".to_owned(),
        ';' => "semicolons".to_owned(),
        '\t' => "tabs".to_owned(),
        '|' => "vertical bars".to_owned(),
        ' ' => "spaces".to_owned(),
        other => format!("“{other}”"),
    }
}

/// "a, b and c"
pub(super) fn list(items: impl IntoIterator<Item = String>, last: &str) -> String {
    let mut items: Vec<String> = items.into_iter().collect();
    match items.pop() {
        Some(end) if items.is_empty() => end,
        Some(end) => format!("{} {last} {end}", items.join(", ")),
        None => String::new(),
    }
}
