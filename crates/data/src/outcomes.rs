//! Files of outcomes: who, when, whether it happened, and why.

use std::collections::HashMap;

use domain::Date;
use model::UseCase;
use serde::{Deserialize, Serialize};

use crate::check::{Header, Refusal, id_rule};
use crate::dates;
use crate::ids::read_ids;
use crate::read::Raw;
use crate::refusal::shown;
use crate::words;

/// One checked row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutcomeRow {
    /// As the file numbers its rows.
    pub row: usize,
    /// The id as in the file, trimmed.
    pub person: String,
    /// The day.
    pub day: Date,
    /// True: it happened on that day. False: until that day it had not.
    pub happened: bool,
    /// Why it happened, in the file's words; `None` where not known.
    pub reason: Option<String>,
}

/// Which columns a file of outcomes has. What is `None` is found by its usual names.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct OutcomeColumns {
    /// Who.
    pub person: Option<String>,
    /// When.
    pub date: Option<String>,
    /// Whether it happened.
    pub outcome: Option<String>,
    /// Why it happened.
    pub reason: Option<String>,
    /// Every row is the event; no column says so.
    pub leavers_only: bool,
}

/// The checked rows of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedOutcomes {
    /// One for each person and day.
    pub rows: Vec<OutcomeRow>,
    /// Name of the file's column of persons.
    pub person_column: String,
    /// See [`CheckNotes::whole_number_ids`](crate::CheckNotes::whole_number_ids).
    pub whole_number_ids: bool,
}

const PERSON: [&str; 5] = ["person", "person_id", "id", "employee_id", "customer_id"];
const DATE: [&str; 9] = [
    "date",
    "day",
    "outcome_date",
    "exit_date",
    "leaving_date",
    "leave_date",
    "termination_date",
    "last_day",
    "last_working_day",
];
const OUTCOME: [&str; 3] = ["outcome", "left", "status"];
const REASON: [&str; 4] = [
    "reason",
    "exit_reason",
    "leaving_reason",
    "termination_reason",
];

/// Checks every row of a file of outcomes. Columns: the person (the use case's id column), `date`,
/// the outcome (the use case's target) in the words of the use case, and if there is one, `reason`;
/// `columns` names others, and usual names are recognized where only one of them is there. Days are
/// read in the column's order (`raw.options.dates`, or recognized); `today` is the last one on
/// which anything can have happened. A row that says the same twice counts once.
///
/// # Errors
/// A [`Refusal`] with the first hundred problems in the order of the rows; also when days can be
/// read in two orders, and when no column holds the outcome and nobody said that every row is a
/// leaver.
pub fn check_outcomes(
    raw: &Raw,
    use_case: &UseCase,
    columns: &OutcomeColumns,
    today: Date,
) -> Result<CheckedOutcomes, Refusal> {
    let mut refusal = Refusal::default();
    let found = Found::new(raw, use_case, columns, &mut refusal);
    let (Some(person), Some(date), 0) = (found.person, found.date, refusal.total) else {
        return Err(refusal);
    };
    let name = |index: usize| raw.names[index].as_str();
    let days = match dates::each_day(&raw.columns[date], raw.options.dates) {
        Ok(days) => days,
        Err(rule) => {
            refusal.add(1, name(date), "", rule);
            return Err(refusal);
        }
    };
    let (people, whole_number_ids) = read_ids(&raw.columns[person]);
    let target = &use_case.target;
    let mut rows: Vec<OutcomeRow> = Vec::with_capacity(people.len());
    let mut seen: HashMap<(&str, Date), (usize, bool)> = HashMap::new();
    for (row, person_id) in people.iter().enumerate() {
        let before = refusal.total;
        if let Some(rule) = id_rule(person_id) {
            refusal.add(row + 2, name(person), &shown(person_id), rule);
        }
        let text = shown(&raw.columns[date][row]);
        let day = match &days[row] {
            Ok(day) if *day > today => {
                refusal.add(row + 2, name(date), &text, "must not be in the future");
                None
            }
            Ok(day) => Some(*day),
            Err(rule) => {
                refusal.add(row + 2, name(date), &text, rule.as_str());
                None
            }
        };
        let happened = match found.outcome {
            None => true,
            Some(outcome) => match words::outcome(use_case, &raw.columns[outcome][row]) {
                Some(false) if columns.leavers_only => {
                    refusal.add(
                        row + 2,
                        name(outcome),
                        raw.columns[outcome][row].trim(),
                        "contradicts --leavers-only",
                    );
                    continue;
                }
                Some(happened) => happened,
                None => {
                    refusal.add(
                        row + 2,
                        name(outcome),
                        &shown(&raw.columns[outcome][row]),
                        format!("must be one of {}", target.texts()),
                    );
                    continue;
                }
            },
        };
        let Some(day) = day.filter(|_| refusal.total == before) else {
            continue;
        };
        match seen.insert((person_id, day), (row, happened)) {
            Some((earlier, other)) if other != happened => {
                refusal.add(
                    row + 2,
                    name(person),
                    person_id,
                    format!(
                        "contradicts row {} (same person and date)",
                        raw.row_number(earlier)
                    ),
                );
            }
            Some(_) => {}
            None => {
                let reason = found
                    .reason
                    .map(|reason| raw.columns[reason][row].trim())
                    .filter(|reason| happened && !reason.is_empty());
                let (person, reason) = (person_id.clone(), reason.map(str::to_owned));
                rows.push(OutcomeRow {
                    row: raw.row_number(row),
                    person,
                    day,
                    happened,
                    reason,
                });
            }
        }
    }
    if refusal.total == 0 {
        return Ok(CheckedOutcomes {
            rows,
            person_column: name(person).to_owned(),
            whole_number_ids,
        });
    }
    refusal.number_rows(raw);
    refusal.problems.sort_by_key(|problem| problem.row);
    Err(refusal)
}

/// Positions of the columns.
struct Found {
    person: Option<usize>,
    date: Option<usize>,
    /// `None` where every row is the event.
    outcome: Option<usize>,
    reason: Option<usize>,
}

impl Found {
    fn new(raw: &Raw, use_case: &UseCase, columns: &OutcomeColumns, refusal: &mut Refusal) -> Self {
        let header = Header::new(raw);
        let mut ask = |given: &Option<String>, option: &str, own: &str, aliases: &[&str]| {
            if let Some(given) = given {
                let found = header.find(given, &[]);
                if found.is_none() {
                    refusal.add(1, given, "", header.missing(given));
                }
                return found;
            }
            if let Some(found) = header.find(own, &[]) {
                return Some(found);
            }
            let mut found: Vec<usize> = aliases
                .iter()
                .filter_map(|alias| header.find(alias, &[]))
                .collect();
            found.dedup();
            if found.len() > 1 {
                let names: Vec<&str> = found
                    .iter()
                    .map(|index| raw.names[*index].as_str())
                    .collect();
                refusal.add(
                    1,
                    own,
                    "",
                    format!(
                        "could be any of the columns {}; say which ({option})",
                        names.join(", ")
                    ),
                );
            }
            found.first().copied()
        };
        let id = use_case.id_column.as_deref().unwrap_or(PERSON[0]);
        let person = ask(&columns.person, "--person", id, &PERSON);
        let date = ask(&columns.date, "--date", DATE[0], &DATE);
        let target = &use_case.target;
        let words: Vec<&str> = target
            .aliases
            .iter()
            .map(String::as_str)
            .chain(OUTCOME)
            .collect();
        let outcome = ask(&columns.outcome, "--outcome", &target.column, &words);
        let reason = ask(&columns.reason, "--reason", REASON[0], &REASON);
        for index in [person, date, outcome, reason].into_iter().flatten() {
            header.can_be_read(index, &raw.names[index], refusal);
        }
        let found = Self {
            person,
            date,
            outcome,
            reason,
        };
        if person.is_none() && columns.person.is_none() {
            refusal.add(
                1,
                id,
                "",
                format!("{} (name another column with --person)", header.missing(id)),
            );
        }
        if date.is_none() && columns.date.is_none() {
            refusal.add(
                1,
                DATE[0],
                "",
                format!(
                    "{} (name another column with --date)",
                    header.missing(DATE[0])
                ),
            );
        }
        if outcome.is_none() && columns.outcome.is_none() && !columns.leavers_only {
            let rule = format!(
                "{}; if every row of the file is a {}, add --leavers-only, otherwise name the column with --outcome",
                header.missing(&target.column),
                use_case.words.event_one
            );
            refusal.add(1, &target.column, "", rule);
        }
        let all: Vec<usize> = [person, date, outcome, reason]
            .into_iter()
            .flatten()
            .collect();
        if let Some(twice) = (1..all.len()).find(|&at| all[..at].contains(&all[at])) {
            refusal.add(
                1,
                &raw.names[all[twice]],
                "",
                "cannot be two things at once; name each column (--person, --date, --outcome, --reason)",
            );
        }
        found
    }
}
