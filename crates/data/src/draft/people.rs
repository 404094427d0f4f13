//! Which column names a person, and which says when a row was true.

use std::collections::HashSet;

use super::answers::{Answers, DraftError};
use super::values::{Values, number};
use super::vocabulary::{CODE, ID, PERIOD};
use crate::dates::is_date;

/// The columns of identity and time, by position.
#[derive(Debug, Clone, Default)]
pub(crate) struct People {
    pub id: Option<usize>,
    pub time: Option<usize>,
    pub doubts: Vec<String>,
}

/// Share of rows that may repeat a person within a period before the two columns are not taken for
/// a panel. The import refuses those rows.
const REPEATS: f64 = 0.01;

/// Finds both, or takes what was answered.
///
/// # Errors
/// When an answer names no column, or its column cannot name people.
pub(crate) fn people(
    columns: &[Values<'_>],
    target: usize,
    answers: &Answers,
    find: &dyn Fn(&str) -> Result<usize, DraftError>,
) -> Result<People, DraftError> {
    let asked_id = answers.id.as_deref().map(find).transpose()?;
    let asked_time = answers.time.as_deref().map(find).transpose()?;
    let times: Vec<usize> = match asked_time {
        Some(time) => vec![time],
        None => (0..columns.len())
            .filter(|&index| index != target && is_period(&columns[index]))
            .collect(),
    };
    if let Some(id) = asked_id {
        if columns[id].missing > 0 {
            return Err(bad(
                &columns[id],
                format!("{} rows are blank", columns[id].missing),
            ));
        }
        let mut people = with_time(columns, id, &times);
        if !columns[id].is_unique() && people.time.is_none() {
            let repeats = columns[id].filled() - columns[id].distinct.len();
            return Err(bad(
                &columns[id],
                format!(
                    "{repeats} rows repeat a person, and no column says when each row was true (--time)"
                ),
            ));
        }
        people.time = people.time.or(asked_time);
        return Ok(people);
    }
    let is_id = |index: &usize| {
        *index != target
            && !times.contains(index)
            && columns[*index].missing == 0
            && columns[*index].header.find(ID).is_some()
    };
    let named: Vec<usize> = (0..columns.len()).filter(is_id).collect();
    if let Some(&id) = named.iter().find(|&&index| columns[index].is_unique()) {
        let mut people = People {
            id: Some(id),
            time: asked_time,
            doubts: Vec::new(),
        };
        people.doubts.extend(other_ids(columns, &named, id));
        return Ok(people);
    }
    let mut panel = named
        .iter()
        .filter(|&&index| columns[index].header.find(CODE).is_none())
        .map(|&id| with_time(columns, id, &times));
    if let Some(panel) = panel.find(|people| people.time.is_some()) {
        return Ok(panel);
    }
    let mut people = People {
        id: None,
        time: asked_time,
        doubts: Vec::new(),
    };
    people.doubts.push(match (named.first(), unnamed(columns, target)) {
        (Some(&id), _) => format!(
            "\"{}\" looks like an id, but {} rows repeat one. Rows are numbered instead. If people have several rows, name the column that says when each was true with --time.",
            columns[id].name,
            columns[id].filled() - columns[id].distinct.len()
        ),
        (None, Some(id)) => format!("No header says which column names a person. \"{}\" differs in every row: name it with --id if it does. Rows are numbered until then.", columns[id].name),
        (None, None) => "No column names a person: rows are numbered, so that people cannot be recognized in the next file.".to_owned(),
    });
    Ok(people)
}

fn bad(values: &Values<'_>, why: String) -> DraftError {
    DraftError::BadId {
        name: values.name.to_owned(),
        why,
    }
}

/// A column that differs in every row and is neither an amount nor a sentence.
fn unnamed(columns: &[Values<'_>], target: usize) -> Option<usize> {
    let is_code = |text: &str| {
        text.chars().count() <= 20
            && !text.contains(' ')
            && text.chars().any(|letter| letter.is_ascii_digit())
            && !text.contains(['.', ','])
    };
    (0..columns.len()).find(|&index| {
        let column = &columns[index];
        index != target
            && column.missing == 0
            && column.filled() > 20
            && column.is_unique()
            && column.distinct.iter().all(|value| is_code(&value.text))
    })
}

fn other_ids(columns: &[Values<'_>], named: &[usize], id: usize) -> Option<String> {
    let others: Vec<String> = named
        .iter()
        .filter(|&&other| other != id && columns[other].is_unique())
        .map(|&other| format!("\"{}\"", columns[other].name))
        .collect();
    (!others.is_empty()).then(|| {
        format!(
            "\"{}\" is taken as the id; {} would do as well.",
            columns[id].name,
            others.join(", ")
        )
    })
}

/// The id with the period that tells its rows apart, if there is one.
fn with_time(columns: &[Values<'_>], id: usize, times: &[usize]) -> People {
    let mut people = People {
        id: Some(id),
        ..People::default()
    };
    if columns[id].is_unique() {
        return people;
    }
    let persons = columns[id].codes();
    let rows = persons.len();
    let repeats = |time: usize| {
        let mut seen = HashSet::new();
        persons
            .iter()
            .zip(columns[time].codes())
            .filter(|&(&person, period)| !seen.insert((person, period)))
            .count()
    };
    let mut best: Vec<(usize, usize, usize)> = times
        .iter()
        .filter(|&&time| time != id && columns[time].missing == 0)
        .map(|&time| (columns[time].distinct.len(), repeats(time), time))
        .filter(|&(_, repeats, _)| repeats as f64 <= REPEATS * rows as f64)
        .collect();
    // Of two columns that say the same the coarser one is easier to read.
    best.sort_unstable();
    let Some(&(_, repeats, time)) = best.first() else {
        return people;
    };
    people.time = Some(time);
    if repeats > 0 {
        let what = if repeats == 1 {
            "1 row repeats a person".to_owned()
        } else {
            format!("{repeats} rows repeat a person")
        };
        people.doubts.push(format!(
            "{what} within the same \"{}\". The import may refuse them: remove them from the file.",
            columns[time].name
        ));
    }
    let others: Vec<String> = best[1..]
        .iter()
        .map(|&(.., other)| format!("\"{}\"", columns[other].name))
        .collect();
    if !others.is_empty() {
        people.doubts.push(format!(
            "\"{}\" is taken as the time of a row; {} would do as well (--time).",
            columns[time].name,
            others.join(", ")
        ));
    }
    people
}

/// Dates, years, months and quarters under a header of time; several of them, each for several
/// rows.
fn is_period(values: &Values<'_>) -> bool {
    let several = values.missing == 0
        && values.distinct.len() >= 2
        && values.distinct.len() * 2 <= values.filled();
    several
        && values.header.find(PERIOD).is_some()
        && values.distinct.iter().all(|value| is_time(&value.text))
}

fn is_time(text: &str) -> bool {
    let is_year = |year: f64| (1900.0..=2200.0).contains(&year);
    let of_number = |number: f64| {
        number.fract() == 0.0
            && (is_year(number)
                || (is_year((number / 100.0).floor()) && (1.0..=12.0).contains(&(number % 100.0))))
    };
    let quarter = || {
        let text = text.trim().to_ascii_uppercase();
        text.split_once('Q').is_some_and(|(year, quarter)| {
            let year = year.trim_end_matches(['-', ' ', '/']);
            year.parse::<f64>().is_ok_and(is_year) && matches!(quarter, "1" | "2" | "3" | "4")
        })
    };
    let month = || {
        let text = text.trim();
        text.split_once(['-', '/', '.'])
            .is_some_and(|(year, month)| {
                let (year, month) = if year.len() == 4 {
                    (year, month)
                } else {
                    (month, year)
                };
                year.parse::<f64>().is_ok_and(is_year)
                    && month
                        .parse::<u8>()
                        .is_ok_and(|month| (1..=12).contains(&month))
            })
    };
    match number(text) {
        // A running number of periods, or a year, or 202601, or the two parts of 01.2026.
        Some(number) => {
            of_number(number)
                || (number.fract() == 0.0 && (0.0..1000.0).contains(&number))
                || month()
                || is_date(text)
        }
        None => is_date(text) || quarter() || month(),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::{Values, is_time, people};
    use crate::draft::{Answers, DraftError};

    fn texts(texts: &[&str]) -> crate::Texts {
        texts.iter().collect()
    }

    fn found(
        columns: &[(&str, &[&str])],
        answers: &Answers,
    ) -> Result<(Option<usize>, Option<usize>), DraftError> {
        let held: Vec<crate::Texts> = columns.iter().map(|(_, values)| texts(values)).collect();
        let values: Vec<Values<'_>> = columns
            .iter()
            .zip(&held)
            .map(|((name, _), texts)| Values::new(name, texts))
            .collect();
        let find = |name: &str| {
            columns
                .iter()
                .position(|(own, _)| *own == name)
                .ok_or(DraftError::EmptyTarget(String::new()))
        };
        people(&values, columns.len() - 1, answers, &find).map(|people| (people.id, people.time))
    }

    #[test]
    fn an_id_has_a_header_that_says_so_and_never_repeats() {
        let none = Answers::default();
        for header in [
            "EmployeeNumber",
            "Personalnummer",
            "Matricule",
            "Legajo",
            "Matrícula",
            "Medewerkernummer",
            "Sicil No",
        ] {
            assert_eq!(
                found(
                    &[
                        ("x", &["1", "2"]),
                        (header, &["7", "8"]),
                        ("left", &["no", "yes"])
                    ],
                    &none
                )
                .unwrap()
                .0,
                Some(1),
                "{header}"
            );
        }
        assert_eq!(
            found(&[("id", &["7", "7"]), ("left", &["no", "yes"])], &none).unwrap(),
            (None, None)
        );
        let asked = Answers {
            id: Some("id".into()),
            ..Answers::default()
        };
        assert!(matches!(
            found(&[("id", &["7", "7"]), ("left", &["no", "yes"])], &asked),
            Err(DraftError::BadId { .. })
        ));
    }

    #[test]
    fn in_a_panel_id_and_time_tell_rows_apart() {
        let panel: &[(&str, &[&str])] = &[
            ("month", &["2026-01", "2026-02", "2026-01", "2026-02"]),
            ("hired year", &["2020", "2020", "2021", "2021"]),
            ("staff id", &["a", "a", "b", "b"]),
            ("left", &["no", "yes", "no", "no"]),
        ];
        assert_eq!(
            found(panel, &Answers::default()).unwrap(),
            (Some(2), Some(0))
        );
    }

    #[test]
    fn times_have_many_forms() {
        for time in [
            "2026",
            "202601",
            "2026-01-31",
            "31.01.2026",
            "12/31/2006 0:00",
            "Jan-26",
            "2026Q1",
            "2026-Q4",
            "01/2026",
            "2026-12",
            "7",
        ] {
            assert!(is_time(time), "{time}");
        }
        for text in ["20.5", "Sales", "202613", "2026Q5"] {
            assert!(!is_time(text), "{text}");
        }
    }
}
