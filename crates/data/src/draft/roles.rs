//! What a column may be used for, and why: protected by its header, known only afterwards by header
//! or data, not usable by its content.

use model::{Kind, Role};
use stats::lone_auc;

use super::shape::Shape;
use super::values::Values;
use super::vocabulary::{self, AFTER_THE_EVENT, FREE_TEXT, ID, NOT_PERSONAL, PERSONAL, RECORDED};

/// ROC AUC of one column alone from which it is taken for known only after the outcome.
const TOO_GOOD: f64 = 0.95;
/// People with and without the event from which figures of a column mean something.
const FEWEST: usize = 10;

/// A role with its reason.
#[derive(Debug, Clone)]
pub(crate) struct Proposal {
    pub role: Role,
    pub reason: String,
    pub doubt: Option<String>,
    /// The protected attribute, where it is one.
    pub attribute: Option<&'static str>,
}

/// Rows whose outcome is known.
pub(crate) struct Outcomes {
    pub rows: Vec<usize>,
    pub events: Vec<bool>,
}

impl Outcomes {
    pub(crate) fn new(labels: &[Option<bool>]) -> Self {
        let (rows, events) = labels
            .iter()
            .enumerate()
            .filter_map(|(row, label)| Some((row, (*label)?)))
            .unzip();
        Self { rows, events }
    }

    /// Rows with the event.
    pub(crate) fn positives(&self) -> usize {
        self.events.iter().filter(|event| **event).count()
    }

    fn are_enough(&self) -> bool {
        self.positives().min(self.events.len() - self.positives()) >= FEWEST
    }
}

/// The column's ROC AUC alone, in its better direction, and that of whether it is filled; 0.5 each
/// where too few outcomes are known.
pub(crate) fn lone(values: &Values<'_>, shape: &Shape, outcomes: &Outcomes) -> [f64; 2] {
    if !outcomes.are_enough() {
        return [0.5, 0.5];
    }
    let take = |all: Vec<f64>| {
        outcomes
            .rows
            .iter()
            .map(|&row| all[row])
            .collect::<Vec<f64>>()
    };
    let (codes, levels) = shape.codes(values);
    let none = levels as u32;
    let of_numbers = || lone_auc::of_numbers(&take(shape.numbers(values)), &outcomes.events);
    let by_value = match shape.kind {
        Some(
            Kind::Integer | Kind::Real | Kind::YearsSince | Kind::MonthsSince | Kind::DaysSince,
        ) => of_numbers(),
        Some(Kind::Ordinal) if shape.levels.is_empty() => of_numbers(),
        Some(Kind::Ordinal | Kind::Nominal | Kind::Boolean) | None => {
            let codes: Vec<u32> = outcomes.rows.iter().map(|&row| codes[row]).collect();
            lone_auc::of_levels(&codes, levels, &outcomes.events)
        }
    };
    [
        by_value,
        lone_auc::of_missing(
            outcomes.rows.iter().map(|&row| codes[row] == none),
            &outcomes.events,
        ),
    ]
}

/// Proposes a role. `words` are those for people with the event ("leavers").
pub(crate) fn propose(
    values: &Values<'_>,
    shape: &Shape,
    outcomes: &Outcomes,
    leavers: &str,
) -> Proposal {
    let found = |role, reason: String| Proposal {
        role,
        reason,
        doubt: None,
        attribute: None,
    };
    // A date that is only there when somebody has left counts from what is to be predicted: no
    // field is made of it.
    let is_date = shape.kind.and_then(Kind::since).is_some();
    let usable = shape.kind.filter(|_| !is_date);
    if let Some(why) = personal(values) {
        return found(Role::Ignored, why.to_owned());
    }
    let attribute = vocabulary::protected(&values.header);
    if let Some(name) = attribute {
        let proposal = match shape.kind {
            Some(_) => found(
                Role::Protected,
                format!("{name}, by its header: audited, not a model input"),
            ),
            None => found(
                Role::Ignored,
                format!("{name}, by its header, and {}", shape.reason),
            ),
        };
        return Proposal {
            attribute: Some(name),
            ..proposal
        };
    }
    let [alone, filled] = lone(values, shape, outcomes);
    if let Some(word) = values.header.find(AFTER_THE_EVENT) {
        let reason = format!("\"{word}\" in its header: known only when somebody has left");
        return match usable {
            Some(_) => found(Role::PostOutcome, reason),
            None if is_date => found(Role::Ignored, reason),
            None => found(Role::Ignored, format!("{reason}; {}", shape.reason)),
        };
    }
    if let Some(reason) =
        leavers_only(values, outcomes, leavers).or_else(|| tells(alone, filled, values))
    {
        let doubt =
            format!("{reason}. If it was known before the outcome, change `role` to \"feature\".");
        return Proposal {
            doubt: Some(doubt),
            ..found(
                if usable.is_some() {
                    Role::PostOutcome
                } else {
                    Role::Ignored
                },
                reason,
            )
        };
    }
    if is_date && values.header.find(RECORDED).is_some() {
        return found(Role::Ignored, "says when a row was recorded".to_owned());
    }
    if shape.kind.is_some()
        && values.header.find(ID).is_some()
        && values.is_unique()
        && values.filled() > 20
    {
        return found(Role::Ignored, "names a person".to_owned());
    }
    match shape.kind {
        Some(_) => found(Role::Feature, shape.reason.clone()),
        None => found(Role::Ignored, shape.reason.clone()),
    }
}

/// Names, addresses and notes.
fn personal(values: &Values<'_>) -> Option<&'static str> {
    let filled = values.filled().max(1);
    let mails: usize = values
        .distinct
        .iter()
        .filter(|value| value.text.contains('@') && value.text.contains('.'))
        .map(|value| value.rows)
        .sum();
    if mails * 2 > filled {
        return Some("holds e-mail addresses");
    }
    let varies = values.distinct.len() > 10 && values.distinct.len() * 5 > filled;
    // Short numbers are not phone numbers, and "nombre" may be a name or a count.
    let is_short = values
        .distinct_numbers()
        .is_some_and(|numbers| numbers[0] < 100_000.0);
    if varies
        && values.header.find(PERSONAL).is_some()
        && values.header.find(NOT_PERSONAL).is_none()
        && !is_short
    {
        return Some("names or describes one person");
    }
    (varies && values.header.find(FREE_TEXT).is_some())
        .then_some("holds notes in somebody's own words")
}

/// Filled for people with the event and for nobody else.
fn leavers_only(values: &Values<'_>, outcomes: &Outcomes, leavers: &str) -> Option<String> {
    let codes = values.codes();
    let none = values.distinct.len() as u32;
    let filled: Vec<bool> = outcomes
        .rows
        .iter()
        .zip(&outcomes.events)
        .filter(|&(&row, _)| codes[row] != none)
        .map(|(_, event)| *event)
        .collect();
    let events = filled.iter().filter(|event| **event).count();
    // By chance alone, as many filled rows would hardly all be leavers: their share to the power of
    // the rows.
    let share = outcomes.positives() as f64 / outcomes.events.len().max(1) as f64;
    let chance = share.powi(i32::try_from(filled.len()).unwrap_or(i32::MAX));
    (values.missing > 0 && filled.len() >= 5 && events == filled.len() && chance < 1e-6)
        .then(|| format!("filled for {leavers} only"))
}

fn tells(alone: f64, filled: f64, values: &Values<'_>) -> Option<String> {
    if filled >= TOO_GOOD {
        return Some(format!(
            "whether it is blank tells the outcome (ROC AUC {filled:.3})"
        ));
    }
    (alone >= TOO_GOOD && values.distinct.len() > 1)
        .then(|| format!("alone it tells the outcome (ROC AUC {alone:.3})"))
}

/// The position of an earlier column whose values correspond one to one.
pub(crate) fn same_as(columns: &[Values<'_>], index: usize, earlier: &[usize]) -> Option<usize> {
    let values = &columns[index];
    let levels = values.distinct.len();
    if !(2..=super::kinds::MOST_LEVELS).contains(&levels) {
        return None;
    }
    let alike = |other: usize| {
        // The same counts first: comparing rows is dear.
        let counts = |values: &Values<'_>| {
            values
                .distinct
                .iter()
                .map(|value| value.rows)
                .collect::<Vec<_>>()
        };
        columns[other].missing == values.missing && counts(&columns[other]) == counts(values) && {
            let mut partner = vec![None; levels + 1];
            let pairs = values.codes().into_iter().zip(columns[other].codes());
            let mut is_function = true;
            for (own, other) in pairs {
                let partner: &mut Option<u32> = &mut partner[own as usize];
                is_function &= *partner.get_or_insert(other) == other;
            }
            partner.sort_unstable();
            is_function
                && partner
                    .windows(2)
                    .all(|pair| pair[0].is_none() || pair[0] != pair[1])
        }
    };
    earlier.iter().copied().find(|&other| alike(other))
}
