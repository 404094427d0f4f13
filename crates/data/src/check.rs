//! Import check: a file's texts become checked, typed columns, or the whole file is refused with
//! the list of what is wrong.

use std::collections::BTreeMap;

use domain::{Date, Period};
use model::{Cell, Column, Field, Role, Table, UnseenPolicy, UseCase};
use polars_core::datatypes::PlHashMap;
use rayon::prelude::*;

use crate::dates;
use crate::ids::read_ids;
use crate::numbers::{self, ColumnFormat};
use crate::read::{DateOrder, Raw, Texts};
pub use crate::refusal::{LISTED_PROBLEMS, Refusal, RowProblem};
use crate::refusal::{is_unseen, shown};
use crate::since::{self, RowDays};
use crate::unseen::{Unread, Unseen, UnseenLevels};
use crate::words::{self, Levels};

/// What the rows are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckMode {
    /// Every field and the target are required.
    Training,
    /// The model's inputs are required; protected fields and the target are kept when present.
    Scoring,
}

/// How a file was read where its cells are not taken as they are written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CheckNotes {
    /// The identifiers were whole numbers with a decimal part of zeros (`1001.0`) and are read
    /// without it.
    pub whole_number_ids: bool,
    /// What was read as missing because it is not among the levels of its field.
    pub unseen: Vec<Unseen>,
}

/// Checked rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked {
    /// The fields of the use case that the file has, in the use case's order.
    pub table: Table,
    /// One per row; unique, or unique within each period where there are periods.
    pub ids: Vec<String>,
    /// Whether the event happened, one per row; `None` in a row where it is not known yet. `None`
    /// as a whole when the file has no target column.
    pub labels: Option<Vec<Option<bool>>>,
    /// When each row is from, all of one kind; `None` when the file has no time column.
    pub periods: Option<Vec<Period>>,
    /// Columns of the file that the use case does not know.
    pub unused: Vec<String>,
    /// How columns were read whose numbers or words for "missing" are not plain.
    pub formats: Vec<ColumnFormat>,
    /// What else is not taken as it is written.
    pub notes: CheckNotes,
}

/// Checks every cell against the use case. `day` is the day that the rows describe, up to which
/// fields count that count from a date; the periods of the rows go before it. `None` where nobody
/// has stated it: then a use case with such fields is refused.
///
/// # Errors
/// A [`Refusal`] with the first hundred problems in the order of the rows.
pub fn check(
    raw: &Raw,
    use_case: &UseCase,
    mode: CheckMode,
    day: Option<Date>,
) -> Result<Checked, Refusal> {
    let mut refusal = Refusal::default();
    let mut notes = CheckNotes::default();
    let header = Header::new(raw);
    let mut used = Vec::new();
    let mut table = Table::default();
    let mut formats = Vec::new();
    let times = use_case
        .time_column
        .as_deref()
        .and_then(|name| header.find(name, &[]))
        .filter(|index| raw.unreadable(*index).is_none());
    let days = RowDays::of(raw, use_case, times.map(|index| &raw.columns[index]), day);
    let fields: Vec<(&Field, Option<usize>)> = use_case
        .fields
        .iter()
        .map(|field| (field, header.find(&field.name, &field.aliases)))
        .collect();
    let read_field = |(field, index): &(&Field, Option<usize>)| {
        let mut read = FieldReading::default();
        match *index {
            Some(index)
                if field.role != Role::Ignored
                    && header.can_be_read(index, &field.name, &mut read.refusal) =>
            {
                let (refusal, formats) = (&mut read.refusal, &mut read.formats);
                let (column, unseen) = typed(field, (raw, index), mode, &days, refusal, formats);
                (read.column, read.unseen) = (Some(column), unseen);
            }
            Some(_) => {}
            None if is_needed(field, use_case, mode) => {
                let rule = header.missing(&field.name);
                read.refusal.add(1, &field.name, "", rule);
            }
            None => {}
        }
        read
    };
    // In the order of the fields, whichever is done first.
    let read: Vec<FieldReading> = fields.par_iter().map(read_field).collect();
    for ((field, index), read) in fields.iter().zip(read) {
        used.extend(*index);
        refusal.append(read.refusal);
        formats.extend(read.formats);
        notes.unseen.extend(read.unseen);
        if let Some(column) = read.column {
            table.push(&field.name, column);
        }
    }
    let mut take = |name: &str, aliases: &[String]| {
        let index = header.find(name, aliases)?;
        used.push(index);
        header
            .can_be_read(index, name, &mut refusal)
            .then(|| &raw.columns[index])
    };
    let target = take(&use_case.target.column, &use_case.target.aliases);
    let ids = use_case
        .id_column
        .as_deref()
        .and_then(|name| take(name, &[]));
    let times = use_case
        .time_column
        .as_deref()
        .and_then(|name| take(name, &[]));

    if target.is_none() && mode == CheckMode::Training {
        refusal.add(
            1,
            &use_case.target.column,
            "",
            header.missing(&use_case.target.column),
        );
    }
    let labels = target.map(|texts| check_labels(texts, use_case, &mut refusal));
    if let (Some(column), None) = (&use_case.time_column, times)
        && mode == CheckMode::Training
    {
        refusal.add(1, column, "", header.missing(column));
    }
    let name = use_case.time_column.as_deref().unwrap_or_default();
    let periods = times.map(|texts| check_periods(texts, name, raw.options.dates, &mut refusal));
    let ids = match (ids, &use_case.id_column) {
        (Some(ids), Some(name)) => {
            let (ids, whole) = read_ids(ids);
            notes.whole_number_ids = whole;
            check_ids(&ids, name, periods.as_deref(), &mut refusal);
            ids
        }
        (None, Some(name)) => {
            refusal.add(1, name, "", header.missing(name));
            Vec::new()
        }
        _ => (1..=raw.rows()).map(|row| row.to_string()).collect(),
    };
    let unused = (0..raw.names.len())
        .filter(|index| !used.contains(index))
        .map(|index| raw.names[index].clone())
        .collect();
    if refusal.total == 0 {
        return Ok(Checked {
            table,
            ids,
            labels,
            periods,
            unused,
            formats,
            notes,
        });
    }
    refusal.number_rows(raw);
    refusal.problems.sort_by_key(|problem| problem.row);
    Err(refusal)
}

/// What one field of the file gives.
#[derive(Default)]
struct FieldReading {
    column: Option<Column>,
    unseen: Vec<Unseen>,
    formats: Vec<ColumnFormat>,
    refusal: Refusal,
}

/// By column of a typed file (its name, and whether it holds texts): whether [`check`] needs its
/// values. All of them where it needs none.
pub(crate) fn needed(columns: &[(&str, bool)], use_case: &UseCase) -> Vec<bool> {
    let names = columns.iter().map(|(name, _)| (*name).to_owned()).collect();
    let raw = Raw {
        names,
        ..Raw::default()
    };
    let header = Header::new(&raw);
    let mut needed = vec![false; columns.len()];
    let own = [&use_case.id_column, &use_case.time_column];
    let own = own
        .into_iter()
        .flatten()
        .filter_map(|name| header.find(name, &[]));
    let target = header.find(&use_case.target.column, &use_case.target.aliases);
    own.chain(target).for_each(|index| needed[index] = true);
    // How a text is read as a number may be decided by the other columns of text.
    let mut is_undecided = false;
    for field in &use_case.fields {
        if field.role != Role::Ignored
            && let Some(index) = header.find(&field.name, &field.aliases)
        {
            needed[index] = true;
            is_undecided |= columns[index].1 && is_number(field);
        }
    }
    if is_undecided {
        (needed.iter_mut().zip(columns)).for_each(|(needed, (_, is_text))| *needed |= *is_text);
    }
    if needed.contains(&true) {
        needed
    } else {
        vec![true; columns.len()]
    }
}

/// Whether the cells of the field are written as numbers.
fn is_number(field: &Field) -> bool {
    field.levels.is_empty() && !field.is_level()
}

/// Whether a file has the column with the outcomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OutcomeColumn {
    /// It is there.
    Found,
    /// There is none, but a column that no field claims has nearly its name.
    Similar(String),
    /// It is not there.
    Absent,
}

/// Looks for the column with the outcomes.
#[must_use]
pub fn outcome_column(raw: &Raw, use_case: &UseCase) -> OutcomeColumn {
    let (header, target) = (Header::new(raw), &use_case.target);
    if header.find(&target.column, &target.aliases).is_some() {
        return OutcomeColumn::Found;
    }
    let fields = use_case
        .fields
        .iter()
        .filter_map(|field| header.find(&field.name, &field.aliases));
    let own = [&use_case.id_column, &use_case.time_column]
        .into_iter()
        .flatten()
        .filter_map(|name| header.find(name, &[]));
    let claimed: Vec<usize> = fields.chain(own).collect();
    header
        .similar(&target.column, |index| !claimed.contains(&index))
        .map_or(OutcomeColumn::Absent, |name| {
            OutcomeColumn::Similar(name.to_owned())
        })
}

fn is_needed(field: &Field, use_case: &UseCase, mode: CheckMode) -> bool {
    match field.role {
        Role::Feature => true,
        Role::Protected => mode == CheckMode::Training || use_case.include_protected,
        Role::PostOutcome | Role::Ignored => false,
    }
}

fn typed(
    field: &Field,
    (raw, index): (&Raw, usize),
    mode: CheckMode,
    days: &RowDays,
    refusal: &mut Refusal,
    formats: &mut Vec<ColumnFormat>,
) -> (Column, Vec<Unseen>) {
    if let Some(span) = field.kind.since() {
        return since::column((field, span), (raw, index), days, refusal, formats);
    }
    if is_number(field) {
        return (
            numbers::column(field, raw, index, refusal, formats),
            Vec::new(),
        );
    }
    let texts = &raw.columns[index];
    let levels = Levels::new(field);
    let known: Vec<Result<Cell, String>> =
        texts.distinct().map(|text| levels.parse(text)).collect();
    let mut numbers = Vec::with_capacity(texts.len());
    let mut codes = Vec::with_capacity(texts.len());
    let mut unseen = UnseenLevels::new(field, mode == CheckMode::Training);
    for (row, (text, code)) in texts.iter().zip(texts.codes()).enumerate() {
        match &known[*code as usize] {
            Ok(Cell::Number(number)) => numbers.push(*number),
            Ok(Cell::Level(code)) => codes.push(*code),
            Err(_) if unseen.take(row, text) => {
                numbers.push(f64::NAN);
                codes.push(model::MISSING_LEVEL);
            }
            Err(rule) => refusal.add(row + 2, &field.name, text, rule.as_str()),
        }
    }
    let is_missing = |code: usize| match &known[code] {
        Ok(Cell::Level(code)) => *code == model::MISSING_LEVEL,
        Ok(Cell::Number(number)) => number.is_nan(),
        Err(_) => false,
    };
    let missing = numbers::missing_words(texts, |code, _| is_missing(code));
    if !missing.is_empty() {
        formats.push(ColumnFormat {
            label: field.label.clone(),
            missing,
            ..ColumnFormat::default()
        });
    }
    let present = texts
        .codes()
        .iter()
        .filter(|code| !is_missing(**code as usize))
        .count();
    let unseen = unseen.finish(present).unwrap_or_else(|(rule, found)| {
        for unseen in &found {
            unseen
                .rows
                .iter()
                .for_each(|row| refusal.add(row + 2, &field.name, &unseen.value, rule.as_str()));
        }
        Vec::new()
    });
    let mut unseen = unseen;
    unseen.extend(others(field, texts, &levels));
    // After a refusal the lengths may differ; the column is then thrown away with the table.
    if field.is_level() {
        codes.resize(texts.len(), model::MISSING_LEVEL);
        (
            Column::Level {
                codes,
                levels: field.levels.clone(),
            },
            unseen,
        )
    } else {
        numbers.resize(texts.len(), f64::NAN);
        (Column::Number(numbers), unseen)
    }
}

/// The texts that count as the level "Other".
fn others(field: &Field, texts: &Texts, levels: &Levels<'_>) -> Vec<Unseen> {
    if field.unseen != Some(UnseenPolicy::Other) {
        return Vec::new();
    }
    let mut rows: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    let is_other: Vec<bool> = texts
        .distinct()
        .map(|text| levels.listed(text).is_err())
        .collect();
    for (row, code) in texts.codes().iter().enumerate() {
        if is_other[*code as usize] {
            rows.entry(*code).or_default().push(row);
        }
    }
    let other = |rows: Vec<usize>| Unseen {
        field: field.name.clone(),
        value: texts[rows[0]].trim().to_owned(),
        rows,
        why: Unread::Other,
    };
    rows.into_values().map(other).collect()
}

fn check_labels(texts: &Texts, use_case: &UseCase, refusal: &mut Refusal) -> Vec<Option<bool>> {
    let target = &use_case.target;
    let mut labels = Vec::with_capacity(texts.len());
    let known: Vec<Option<bool>> = texts
        .distinct()
        .map(|text| words::outcome(use_case, text))
        .collect();
    for (row, (text, code)) in texts.iter().zip(texts.codes()).enumerate() {
        let label = known[*code as usize];
        if label.is_none() && !text.trim().is_empty() {
            refusal.add(
                row + 2,
                &target.column,
                text,
                format!(
                    "must be one of {}, or blank where it is not known yet",
                    target.texts()
                ),
            );
        }
        labels.push(label);
    }
    labels
}

/// The periods of the time column; none at all after a refusal.
fn check_periods(
    texts: &Texts,
    name: &str,
    order: Option<DateOrder>,
    refusal: &mut Refusal,
) -> Vec<Period> {
    dates::periods(texts, order).unwrap_or_else(|problems| {
        for problem in problems {
            match problem.row {
                Some(row) => refusal.add(row + 2, name, &shown(&texts[row]), problem.rule),
                None => refusal.add(1, name, "", problem.rule),
            }
        }
        Vec::new()
    })
}

fn check_ids(ids: &[String], name: &str, periods: Option<&[Period]>, refusal: &mut Refusal) {
    let mut first: PlHashMap<(&str, Option<Period>), usize> = PlHashMap::default();
    first.reserve(ids.len());
    // Without the periods, who may repeat and who may not is not known: the file is refused
    // already.
    let unreadable = periods.is_some_and(|periods| periods.len() != ids.len());
    for (row, id) in ids.iter().enumerate() {
        let period = periods.and_then(|periods| periods.get(row)).copied();
        if let Some(rule) = id_rule(id) {
            refusal.add(row + 2, name, &shown(id), rule);
        } else if unreadable {
            continue;
        } else if let Some(earlier) = first.insert((id.as_str(), period), row) {
            let when = period.map_or(String::new(), |period| format!(" in the period {period}"));
            refusal.add(
                row + 2,
                name,
                &shown(id),
                format!("duplicates row {}{when}", earlier + 2),
            );
        }
    }
}

/// Letters that an identifier of a person may have.
const MOST_ID_LETTERS: usize = 200;

/// What is wrong with an identifier of a person; `None` when nothing is. Identifiers appear in
/// addresses, titles, files and the terminal, so they hold no letter that is a command there: none
/// of markup, no line break, nothing that is not seen or turns the direction of writing.
pub(crate) fn id_rule(id: &str) -> Option<String> {
    let id = id.trim();
    if id.is_empty() {
        return Some("must not be empty".to_owned());
    }
    if id.chars().count() > MOST_ID_LETTERS {
        return Some(format!("must have at most {MOST_ID_LETTERS} characters"));
    }
    id.chars()
        .find(|letter| is_markup(*letter) || is_unseen(*letter))
        .map(|letter| match letter {
            '<' | '>' => format!("must not contain \"{letter}\""),
            letter => format!(
                "must not contain the invisible character U+{:04X}",
                u32::from(letter)
            ),
        })
}

fn is_markup(letter: char) -> bool {
    matches!(letter, '<' | '>')
}

/// A file's header, searched by name with spelling differences that do not matter.
pub(crate) struct Header<'a> {
    raw: &'a Raw,
    names: &'a [String],
    keys: Vec<String>,
}

/// A header without the differences of spelling that do not matter.
pub(crate) fn key(name: &str) -> String {
    words::fold(name)
        .chars()
        .filter(|letter| letter.is_alphanumeric())
        .collect()
}

impl<'a> Header<'a> {
    pub(crate) fn new(raw: &'a Raw) -> Self {
        Self {
            raw,
            names: &raw.names,
            keys: raw.names.iter().map(|name| key(name)).collect(),
        }
    }

    /// The column called `name`: to the letter, else but for case, spaces and signs, else by
    /// another name.
    pub(crate) fn find(&self, name: &str, aliases: &[String]) -> Option<usize> {
        let loose = |name: &str| {
            let wanted = key(name);
            self.keys.iter().position(|candidate| *candidate == wanted)
        };
        self.names
            .iter()
            .position(|candidate| candidate == name)
            .or_else(|| loose(name))
            .or_else(|| aliases.iter().find_map(|alias| loose(alias)))
    }

    /// Whether the column at `index` has values that can be read; a column that has none refuses
    /// the file once it is used.
    pub(crate) fn can_be_read(&self, index: usize, name: &str, refusal: &mut Refusal) -> bool {
        let reason = self.raw.unreadable(index);
        if let Some(reason) = reason {
            refusal.add(1, name, "", format!("this column cannot be read: {reason}"));
        }
        reason.is_none()
    }

    /// The rule for a column that is not there, with the nearest name as a suggestion.
    pub(crate) fn missing(&self, name: &str) -> String {
        match self.similar(name, |_| true) {
            Some(nearest) => format!("this column is missing; did you mean \"{nearest}\"?"),
            None => "this column is missing".to_owned(),
        }
    }

    /// The column whose name is nearest to `name` and near enough to be meant, among those that
    /// `may` be.
    fn similar(&self, name: &str, may: impl Fn(usize) -> bool) -> Option<&'a str> {
        let wanted = key(name);
        let likeness = |index: usize| strsim::jaro_winkler(&wanted, &self.keys[index]);
        let nearest = (0..self.names.len())
            .filter(|&index| may(index))
            .map(|index| (likeness(index), index));
        let (likeness, index) = nearest.max_by(|left, right| left.0.total_cmp(&right.0))?;
        (likeness > 0.85).then(|| self.names[index].as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::{OutcomeColumn, id_rule, outcome_column};
    use crate::refusal::shown;

    #[test]
    fn an_identifier_has_no_letter_that_is_a_command_somewhere() {
        for sound in [
            "1",
            " 17 ",
            "E-00017/b",
            "Ærøskøbing 3",
            "名前",
            &"7".repeat(200),
        ] {
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
            assert!(
                id_rule(wrong).is_some_and(|own| own.contains(rule)),
                "{wrong:?}: {:?}",
                id_rule(wrong)
            );
        }
        assert!(id_rule(&"7".repeat(201)).is_some_and(|rule| rule.contains("200 characters")));
    }

    #[test]
    fn a_misspelled_outcome_column_is_not_taken_for_a_file_without() {
        let use_case = crate::built_in().unwrap_or_default().remove(0);
        let of = |header: &str| {
            let raw = crate::read(
                format!("{header}\n1,2\n").as_bytes(),
                &crate::ReadOptions::default(),
            );
            raw.map(|raw| outcome_column(&raw, &use_case))
        };
        assert_eq!(of("Age,attrition"), Ok(OutcomeColumn::Found));
        assert_eq!(
            of("Age,Atrition"),
            Ok(OutcomeColumn::Similar("Atrition".to_owned()))
        );
        assert_eq!(of("Age,Gender"), Ok(OutcomeColumn::Absent));
    }

    #[test]
    fn a_refusal_shows_little_of_it() {
        assert_eq!(shown("a\u{202e}b\nc"), "a\u{fffd}b\u{fffd}c");
        assert_eq!(shown(&"7".repeat(100_000)).chars().count(), 61);
    }
}
