//! Import check: a file's texts become checked, typed columns, or the whole file is refused with the list of what is wrong.

use std::collections::HashMap;

use model::{Cell, Column, Field, Role, Table, UseCase};
use serde::Serialize;

use crate::ids::read_ids;
use crate::read::Raw;
use crate::unseen::{Unseen, UnseenLevels};

/// How many problems a refusal lists.
pub const LISTED_PROBLEMS: usize = 100;

/// What the rows are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckMode {
    /// Every field and the target are required.
    Training,
    /// The model's inputs are required; protected fields and the target are kept when present.
    Scoring,
}

/// One cell (or column) that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RowProblem {
    /// The file, where several were sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// As a spreadsheet numbers rows: the header is 1. A problem with a whole column has row 1.
    pub row: usize,
    pub column: String,
    pub value: String,
    pub rule: String,
}

/// Why a file was refused whole.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, thiserror::Error)]
pub struct Refusal {
    /// The first hundred.
    pub problems: Vec<RowProblem>,
    pub total: usize,
    /// What the problems have in common and what to do about it, one sentence or more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let problems = if self.total == 1 { "problem" } else { "problems" };
        let advice = self.advice.as_deref().map(|advice| format!(" {advice}")).unwrap_or_default();
        write!(formatter, "{} {problems} found.{advice} Nothing was stored.", self.total)
    }
}

impl Refusal {
    /// One more problem; only the first [`LISTED_PROBLEMS`] are kept.
    pub fn add(&mut self, row: usize, column: &str, value: &str, rule: impl Into<String>) {
        self.push(RowProblem { file: None, row, column: column.to_owned(), value: value.to_owned(), rule: rule.into() });
    }

    /// The same in one of several files.
    pub fn add_in(&mut self, file: &str, row: usize, column: &str, value: &str, rule: impl Into<String>) {
        let (column, value) = (column.to_owned(), value.to_owned());
        self.push(RowProblem { file: Some(file.to_owned()), row, column, value, rule: rule.into() });
    }

    fn push(&mut self, problem: RowProblem) {
        self.total += 1;
        if self.problems.len() < LISTED_PROBLEMS {
            self.problems.push(problem);
        }
    }

    /// Names the file in every problem that names none.
    #[must_use]
    pub fn in_file(mut self, file: &str) -> Self {
        self.problems.iter_mut().for_each(|problem| _ = problem.file.get_or_insert_with(|| file.to_owned()));
        self
    }
}

/// How a file was read where its cells are not taken as they are written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CheckNotes {
    /// The identifiers were whole numbers with a decimal part of zeros (`1001.0`) and are read without it.
    pub whole_number_ids: bool,
    /// What was read as missing because it is no level of its field.
    pub unseen: Vec<Unseen>,
}

/// Checked rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked {
    /// The fields of the use case that the file has, in the use case's order.
    pub table: Table,
    /// One per row, unique unless the use case has a time column.
    pub ids: Vec<String>,
    /// Whether the event happened; `None` when the file has no target column.
    pub labels: Option<Vec<bool>>,
    /// Text of the time column, one per row.
    pub periods: Option<Vec<String>>,
    /// Columns of the file that the use case does not know.
    pub unused: Vec<String>,
    pub notes: CheckNotes,
}

/// Checks every cell against the use case.
///
/// # Errors
/// A [`Refusal`] with the first hundred problems in the order of the rows.
pub fn check(raw: &Raw, use_case: &UseCase, mode: CheckMode) -> Result<Checked, Refusal> {
    let mut refusal = Refusal::default();
    let mut notes = CheckNotes::default();
    let header = Header::new(raw);
    let mut used = Vec::new();
    let mut table = Table::default();
    for field in &use_case.fields {
        match header.find(&field.name, &field.aliases) {
            Some(index) => {
                used.push(index);
                if field.role != Role::Ignored {
                    let (column, unseen) = typed(field, &raw.columns[index], mode, &mut refusal);
                    table.push(&field.name, column);
                    notes.unseen.extend(unseen);
                }
            }
            None if is_needed(field, use_case, mode) => refusal.add(1, &field.name, "", header.missing(&field.name)),
            None => {}
        }
    }
    let mut take = |name: &str, aliases: &[String]| {
        let index = header.find(name, aliases)?;
        used.push(index);
        Some(&raw.columns[index])
    };
    let target = take(&use_case.target.column, &use_case.target.aliases);
    let ids = use_case.id_column.as_deref().and_then(|name| take(name, &[]));
    let periods = use_case.time_column.as_deref().and_then(|name| take(name, &[])).cloned();

    let labels = target.map(|texts| check_labels(texts, use_case, &mut refusal));
    if labels.is_none() && mode == CheckMode::Training {
        refusal.add(1, &use_case.target.column, "", header.missing(&use_case.target.column));
    }
    if let (Some(column), None) = (&use_case.time_column, &periods)
        && mode == CheckMode::Training
    {
        refusal.add(1, column, "", header.missing(column));
    }
    let ids = match (ids, &use_case.id_column) {
        (Some(ids), Some(name)) => {
            let (ids, whole) = read_ids(ids);
            notes.whole_number_ids = whole;
            check_ids(&ids, name, periods.is_some(), &mut refusal);
            ids
        }
        (None, Some(name)) => {
            refusal.add(1, name, "", header.missing(name));
            Vec::new()
        }
        _ => (1..=raw.rows()).map(|row| row.to_string()).collect(),
    };
    let unused = (0..raw.names.len()).filter(|index| !used.contains(index)).map(|index| raw.names[index].clone()).collect();
    if refusal.total == 0 {
        return Ok(Checked { table, ids, labels, periods, unused, notes });
    }
    refusal.problems.sort_by_key(|problem| problem.row);
    Err(refusal)
}

fn is_needed(field: &Field, use_case: &UseCase, mode: CheckMode) -> bool {
    match field.role {
        Role::Feature => true,
        Role::Protected => mode == CheckMode::Training || use_case.include_protected,
        Role::PostOutcome | Role::Ignored => false,
    }
}

fn typed(field: &Field, texts: &[String], mode: CheckMode, refusal: &mut Refusal) -> (Column, Vec<Unseen>) {
    // A field has few distinct texts among many rows: parse each of them once.
    let mut known: HashMap<&str, Result<Cell, String>> = HashMap::new();
    let mut numbers = Vec::with_capacity(texts.len());
    let mut codes = Vec::with_capacity(texts.len());
    let mut unseen = UnseenLevels::new(field, mode == CheckMode::Training);
    let mut present = 0;
    for (row, text) in texts.iter().enumerate() {
        match known.entry(text).or_insert_with(|| field.parse(text).map_err(|problem| problem.rule)) {
            Ok(Cell::Number(number)) => numbers.push(*number),
            Ok(Cell::Level(code)) => codes.push(*code),
            Err(_) if unseen.take(row, text) => {
                numbers.push(f64::NAN);
                codes.push(model::MISSING_LEVEL);
            }
            Err(rule) => refusal.add(row + 2, &field.name, text, rule.as_str()),
        }
        present += usize::from(!text.trim().is_empty());
    }
    let unseen = unseen.finish(present).unwrap_or_else(|(rule, found)| {
        for unseen in &found {
            unseen.rows.iter().for_each(|row| refusal.add(row + 2, &field.name, &unseen.value, rule.as_str()));
        }
        Vec::new()
    });
    // After a refusal the lengths may differ; the column is then thrown away with the table.
    if field.is_level() {
        codes.resize(texts.len(), model::MISSING_LEVEL);
        (Column::Level { codes, levels: field.levels.clone() }, unseen)
    } else {
        numbers.resize(texts.len(), f64::NAN);
        (Column::Number(numbers), unseen)
    }
}

fn check_labels(texts: &[String], use_case: &UseCase, refusal: &mut Refusal) -> Vec<bool> {
    let target = &use_case.target;
    let mut labels = Vec::with_capacity(texts.len());
    for (row, text) in texts.iter().enumerate() {
        match target.parse(text) {
            Some(label) => labels.push(label),
            None => {
                let rule = format!("must be one of {}, {}", target.positive.join(", "), target.negative.join(", "));
                refusal.add(row + 2, &target.column, text, rule);
            }
        }
    }
    labels
}

fn check_ids(ids: &[String], name: &str, may_repeat: bool, refusal: &mut Refusal) {
    let mut first = HashMap::new();
    for (row, id) in ids.iter().enumerate() {
        if let Some(rule) = id_rule(id) {
            refusal.add(row + 2, name, &shown(id), rule);
        } else if let Some(earlier) = first.insert(id.as_str(), row)
            && !may_repeat
        {
            refusal.add(row + 2, name, id, format!("duplicates row {}", earlier + 2));
        }
    }
}

/// Letters that an identifier of a person may have.
const MOST_ID_LETTERS: usize = 200;

/// What is wrong with an identifier of a person; `None` when nothing is. Identifiers appear in addresses, titles, files and the terminal, so
/// they hold no letter that is a command there: none of markup, no line break, nothing that is not seen or turns the direction of writing.
pub(crate) fn id_rule(id: &str) -> Option<String> {
    let id = id.trim();
    if id.is_empty() {
        return Some("must not be empty".to_owned());
    }
    if id.chars().count() > MOST_ID_LETTERS {
        return Some(format!("must have at most {MOST_ID_LETTERS} characters"));
    }
    id.chars().find(|letter| is_markup(*letter) || is_unseen(*letter)).map(|letter| match letter {
        '<' | '>' => format!("must not contain \"{letter}\""),
        letter => format!("must not contain the invisible character U+{:04X}", u32::from(letter)),
    })
}

fn is_markup(letter: char) -> bool {
    matches!(letter, '<' | '>')
}

/// Control characters with line breaks, and the marks of Unicode that have no width or turn the direction of writing.
fn is_unseen(letter: char) -> bool {
    let marks = ['\u{61c}', '\u{feff}', '\u{2028}', '\u{2029}'];
    letter.is_control()
        || marks.contains(&letter)
        || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}')
}

/// The value of a refusal: short, and without what cannot be seen.
pub(crate) fn shown(value: &str) -> String {
    const MOST: usize = 60;
    let seen: String = value.trim().chars().take(MOST).map(|letter| if is_unseen(letter) { '\u{fffd}' } else { letter }).collect();
    if value.trim().chars().count() > MOST { format!("{seen}…") } else { seen }
}

/// A file's header, searched by name with spelling differences that do not matter.
pub(crate) struct Header<'a> {
    names: &'a [String],
    keys: Vec<String>,
}

/// A header without the differences of spelling that do not matter.
pub(crate) fn key(name: &str) -> String {
    name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

impl<'a> Header<'a> {
    pub(crate) fn new(raw: &'a Raw) -> Self {
        Self { names: &raw.names, keys: raw.names.iter().map(|name| key(name)).collect() }
    }

    /// The column called `name`: to the letter, else but for case, spaces and signs, else by another name.
    pub(crate) fn find(&self, name: &str, aliases: &[String]) -> Option<usize> {
        let loose = |name: &str| self.keys.iter().position(|candidate| *candidate == key(name));
        self.names
            .iter()
            .position(|candidate| candidate == name)
            .or_else(|| loose(name))
            .or_else(|| aliases.iter().find_map(|alias| loose(alias)))
    }

    /// The rule for a column that is not there, with the nearest name as a suggestion.
    pub(crate) fn missing(&self, name: &str) -> String {
        let wanted = key(name);
        let nearest = self.names.iter().zip(&self.keys).map(|(name, candidate)| (strsim::jaro_winkler(&wanted, candidate), name));
        match nearest.max_by(|left, right| left.0.total_cmp(&right.0)) {
            Some((likeness, nearest)) if likeness > 0.85 => format!("this column is missing; did you mean \"{nearest}\"?"),
            _ => "this column is missing".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{id_rule, shown};

    #[test]
    fn an_identifier_has_no_letter_that_is_a_command_somewhere() {
        for sound in ["1", " 17 ", "E-00017/b", "Ærøskøbing 3", "名前", &"7".repeat(200)] {
            assert_eq!(id_rule(sound), None, "{sound:?}");
        }
        for (wrong, rule) in [
            ("", "empty"),
            (" ", "empty"),
            ("</title><b>", "\"<\""),
            ("a>b", "\">\""),
            ("a\nb", "U+000A"),
            ("a\u{1b}[31m", "U+001B"),
            ("a\u{202e}b", "U+202E"),
            ("a\u{2067}b", "U+2067"),
            ("a\u{200b}b", "U+200B"),
            ("a\u{2028}b", "U+2028"),
        ] {
            assert!(id_rule(wrong).is_some_and(|own| own.contains(rule)), "{wrong:?}: {:?}", id_rule(wrong));
        }
        assert!(id_rule(&"7".repeat(201)).is_some_and(|rule| rule.contains("200 characters")));
    }

    #[test]
    fn a_refusal_shows_little_of_it() {
        assert_eq!(shown("a\u{202e}b\nc"), "a\u{fffd}b\u{fffd}c");
        assert_eq!(shown(&"7".repeat(100_000)).chars().count(), 61);
    }
}
