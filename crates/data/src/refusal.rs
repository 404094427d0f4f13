//! Why a file is refused: what is wrong, by row and column.

use serde::Serialize;

use crate::read::Raw;

/// How many problems a refusal lists.
pub const LISTED_PROBLEMS: usize = 100;

/// One cell (or column) that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RowProblem {
    /// The file, where several were sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// As a spreadsheet numbers rows: the header is 1. A problem with a whole column has row 1.
    pub row: usize,
    /// Name of the column.
    pub column: String,
    /// The text as it was read.
    pub value: String,
    /// What is allowed.
    pub rule: String,
}

/// Why a file was refused whole.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, thiserror::Error)]
pub struct Refusal {
    /// The first hundred.
    pub problems: Vec<RowProblem>,
    /// How many problems there are in all.
    pub total: usize,
    /// What the problems have in common and what to do about it, one sentence or more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
    /// Of records that were sent to be scored: there was nothing to be stored.
    #[serde(skip)]
    pub of_records: bool,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let problems = if self.total == 1 {
            "problem"
        } else {
            "problems"
        };
        let advice = self
            .advice
            .as_deref()
            .map(|advice| format!(" {advice}"))
            .unwrap_or_default();
        let stored = if self.of_records {
            ""
        } else {
            " Nothing was stored."
        };
        write!(
            formatter,
            "{} {problems} found.{advice}{stored}",
            self.total
        )
    }
}

impl Refusal {
    /// One more problem; only the first [`LISTED_PROBLEMS`] are kept.
    pub fn add(&mut self, row: usize, column: &str, value: &str, rule: impl Into<String>) {
        self.push(RowProblem {
            file: None,
            row,
            column: column.to_owned(),
            value: value.to_owned(),
            rule: rule.into(),
        });
    }

    /// The same in one of several files.
    pub fn add_in(
        &mut self,
        file: &str,
        row: usize,
        column: &str,
        value: &str,
        rule: impl Into<String>,
    ) {
        let (column, value) = (column.to_owned(), value.to_owned());
        self.push(RowProblem {
            file: Some(file.to_owned()),
            row,
            column,
            value,
            rule: rule.into(),
        });
    }

    fn push(&mut self, problem: RowProblem) {
        self.total += 1;
        if self.problems.len() < LISTED_PROBLEMS {
            self.problems.push(problem);
        }
    }

    /// The problems of `more` behind its own.
    pub(crate) fn append(&mut self, more: Self) {
        self.total += more.total - more.problems.len();
        more.problems
            .into_iter()
            .for_each(|problem| self.push(problem));
    }

    /// Names the file in every problem that names none.
    #[must_use]
    pub fn in_file(mut self, file: &str) -> Self {
        self.problems
            .iter_mut()
            .for_each(|problem| _ = problem.file.get_or_insert_with(|| file.to_owned()));
        self
    }

    /// Rows as the file numbers them: with titles above the header or blank rows, the first data
    /// row is not row 2.
    pub(crate) fn number_rows(&mut self, raw: &Raw) {
        for problem in self.problems.iter_mut().filter(|problem| problem.row > 1) {
            problem.row = raw.row_number(problem.row - 2);
        }
    }
}

/// The value of a refusal: short, and without what cannot be seen.
pub(crate) fn shown(value: &str) -> String {
    const MOST: usize = 60;
    let seen: String = value
        .trim()
        .chars()
        .take(MOST)
        .map(|letter| {
            if is_unseen(letter) {
                '\u{fffd}'
            } else {
                letter
            }
        })
        .collect();
    if value.trim().chars().count() > MOST {
        format!("{seen}…")
    } else {
        seen
    }
}

/// Control characters with line breaks, and the marks of Unicode that have no width or turn the
/// direction of writing.
pub(crate) fn is_unseen(letter: char) -> bool {
    let marks = ['\u{61c}', '\u{feff}', '\u{2028}', '\u{2029}'];
    letter.is_control()
        || marks.contains(&letter)
        || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}')
}
