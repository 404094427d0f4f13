//! Files of outcomes: who, when, whether it happened, and why.

use std::collections::HashMap;

use model::UseCase;

use crate::check::{Header, Refusal, id_rule, shown};
use crate::read::Raw;
use crate::words;

/// One checked row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutcomeRow {
    /// The id as in the file, trimmed.
    pub person: String,
    /// YYYY-MM-DD.
    pub day: String,
    /// True: it happened on that day. False: until that day it had not.
    pub happened: bool,
    /// Why it happened, in the file's words; `None` where not known.
    pub reason: Option<String>,
}

const PERSON: [&str; 5] = ["person", "person_id", "id", "employee_id", "customer_id"];
const DAY: [&str; 3] = ["date", "day", "outcome_date"];
const OUTCOME: [&str; 3] = ["outcome", "left", "status"];
const REASON: [&str; 2] = ["reason", "exit_reason"];

/// Checks every row of a file of outcomes. Columns: the person (the use case's id column, or `person`), `date`, the outcome (the use case's
/// target, or `outcome`) in the words of the use case, and if there is one, `reason`. `is_date` knows the calendar, `today` is the last day
/// that anything can have happened on. A row that says the same twice counts once.
///
/// # Errors
/// A [`Refusal`] with the first hundred problems in the order of the rows.
pub fn check_outcomes(raw: &Raw, use_case: &UseCase, is_date: impl Fn(&str) -> bool, today: &str) -> Result<Vec<OutcomeRow>, Refusal> {
    let mut refusal = Refusal { problems: Vec::new(), total: 0 };
    let header = Header::new(raw);
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let target = &use_case.target;
    let other_names = [&target.aliases[..], &owned(&OUTCOME)].concat();
    let columns =
        [(use_case.id_column.as_deref().unwrap_or("person"), owned(&PERSON)), ("date", owned(&DAY)), (target.column.as_str(), other_names)];
    let mut needed = Vec::new();
    for (name, others) in &columns {
        match header.find(name, others) {
            Some(index) if header.can_be_read(index, name, &mut refusal) => needed.push(&raw.columns[index]),
            Some(_) => {}
            None => refusal.add(1, name, "", header.missing(name)),
        }
    }
    let [people, days, outcomes] = needed[..] else { return Err(refusal) };
    let reasons = header.find(REASON[0], &owned(&REASON)).map(|index| &raw.columns[index]);
    let mut rows: Vec<OutcomeRow> = Vec::with_capacity(people.len());
    let mut seen: HashMap<(&str, &str), (usize, bool)> = HashMap::new();
    for row in 0..people.len() {
        let (person, day, outcome) = (people[row].trim(), days[row].trim(), outcomes[row].trim());
        let before = refusal.total;
        if let Some(rule) = id_rule(person) {
            refusal.add(row + 2, columns[0].0, &shown(person), rule);
        }
        if !is_date(day) {
            refusal.add(row + 2, "date", day, "must be a valid date, YYYY-MM-DD");
        } else if day > today {
            refusal.add(row + 2, "date", day, "must not be in the future");
        }
        let Some(happened) = words::outcome(use_case, outcome) else {
            let rule = format!("must be one of {}", target.texts());
            refusal.add(row + 2, &target.column, outcome, rule);
            continue;
        };
        if refusal.total > before {
            continue;
        }
        match seen.insert((person, day), (row, happened)) {
            Some((earlier, other)) if other != happened => {
                refusal.add(row + 2, &target.column, outcome, format!("contradicts row {} (same person and date)", earlier + 2));
            }
            Some(_) => {}
            None => {
                let reason = reasons.map(|reasons| reasons[row].trim()).filter(|reason| happened && !reason.is_empty());
                rows.push(OutcomeRow { person: person.into(), day: day.into(), happened, reason: reason.map(str::to_owned) });
            }
        }
    }
    if refusal.total == 0 {
        return Ok(rows);
    }
    refusal.number_rows(raw);
    refusal.problems.sort_by_key(|problem| problem.row);
    Err(refusal)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn check(text: &str) -> Result<Vec<OutcomeRow>, Refusal> {
        let use_case = crate::built_in().unwrap().remove(0);
        check_outcomes(
            &crate::read(text.as_bytes(), &crate::ReadOptions::default()).unwrap(),
            &use_case,
            |day| day.len() == 10,
            "2026-06-30",
        )
    }

    #[test]
    fn rows_are_taken_as_they_are_meant() {
        let rows = check("EmployeeNumber,Date,Attrition,Reason\n7,2026-06-01,Yes,resignation\n8,2026-06-30,no,\n8,2026-06-30,No,ignored\n")
            .unwrap();
        assert_eq!(rows.len(), 2);
        assert_eq!((rows[0].happened, rows[0].reason.as_deref(), rows[1].reason.as_deref()), (true, Some("resignation"), None));
        assert_eq!(check("person_id;day;outcome\n7;2026-06-01;1\n").unwrap().len(), 1);
    }

    #[test]
    fn one_wrong_row_refuses_the_file() {
        let refusal = check("EmployeeNumber,date,Attrition\n,2026-06-01,Yes\n7,yesterday,Yes\n8,2026-07-01,No\n9,2026-06-01,maybe\n10,2026-06-01,Yes\n10,2026-06-01,No\n").unwrap_err();
        let rows: Vec<usize> = refusal.problems.iter().map(|problem| problem.row).collect();
        assert_eq!(rows, [2, 3, 4, 5, 7]);
        assert!(refusal.problems[4].rule.starts_with("contradicts row 6"));
        assert_eq!(check("EmployeeNumber,when\n7,2026-06-01\n").unwrap_err().total, 2);
    }
}
