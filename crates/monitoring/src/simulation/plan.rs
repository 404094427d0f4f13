//! Months of any use case as files would bring them: people, outcomes, and a labeled file to begin
//! with.

use domain::Date;
use model::{Column, Table, UseCase};

use super::change::{self, Change, Effect};
use super::material::Material;
use super::settings::{Outcome, Settings};
use super::shift::Shift;
use super::world::World;
use super::{employed, months_later, training_table};

/// Months that people change before anything is recorded, so that who stays has settled.
const SETTLING: usize = 24;
/// The horizon of a use case that states none, in days.
const HORIZON: u32 = 365;

/// What to simulate.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Head count at the start (it stays about there).
    pub people: usize,
    /// Monthly snapshots.
    pub months: usize,
    /// The same seed gives the same files.
    pub seed: u64,
    /// What changes, and when.
    pub changes: Vec<Change>,
    /// Day of the first snapshot, the first of a month.
    pub start: Date,
}

/// One month.
#[derive(Debug, Clone, PartialEq)]
pub struct Month {
    /// The first of the month: the day of the snapshot.
    pub as_of: Date,
    /// The people of that day; `None` where none were delivered.
    pub people: Option<Table>,
    /// The first of the next month: everybody to whom the event happened before is known then.
    pub until: Date,
    /// Who it happened to, as a file of outcomes has it.
    pub outcomes: Table,
    /// How many that are.
    pub events: usize,
}

/// Simulated months of a use case.
#[derive(Debug, Clone, PartialEq)]
pub struct Simulation {
    /// Day of the labeled people: their horizon ends with the first snapshot.
    pub trained_as_of: Date,
    /// Labeled people.
    pub training: Table,
    /// The months, oldest first.
    pub months: Vec<Month>,
}

/// Simulates months of a use case. People are those of the built-in employer for `attrition` and of
/// a telephone company for `churn`, resampled from `data` (a table with its outcomes) where it is
/// given, and else drawn from the ranges and levels of the definition. Simulated people are nobody;
/// whoever shows them says so.
///
/// # Errors
/// A sentence, where a change cannot be applied or there is nothing to resample.
pub fn simulate_use_case(
    use_case: &UseCase,
    plan: &Plan,
    data: Option<(&Table, &[Option<bool>])>,
) -> Result<Simulation, String> {
    if plan.people == 0 || plan.months == 0 {
        return Err("Simulate at least one person and one month.".into());
    }
    if data.is_some_and(|(table, _)| table.rows() == 0) {
        return Err("The data to resample has no rows.".into());
    }
    let (trained_as_of, training, months) = match employer_of(use_case, plan) {
        Some((training, months)) if data.is_none() => {
            (months_earlier(plan.start, 12), training, months)
        }
        _ => generic(use_case, plan, data),
    };
    let mut simulation = Simulation {
        trained_as_of,
        training,
        months,
    };
    for (number, month) in simulation.months.iter_mut().enumerate() {
        let acting = || plan.changes.iter().filter(|change| change.acts(number));
        if let Some(people) = &mut month.people {
            change::apply(acting().filter_map(shift), people, use_case)?;
        }
        if acting().any(|change| change.effect == Effect::MissingFeed) {
            month.people = None;
        }
    }
    Ok(simulation)
}

fn shift(change: &Change) -> Option<&Shift> {
    match &change.effect {
        Effect::Field(shift) => Some(shift),
        Effect::Whole(..) | Effect::MissingFeed => None,
    }
}

/// The built-in employer, where the definition has no other fields than its people.
fn employer_of(use_case: &UseCase, plan: &Plan) -> Option<(Table, Vec<Month>)> {
    if use_case.id != "attrition" {
        return None;
    }
    let settings = Settings {
        people: plan.people,
        months: plan.months,
        seed: plan.seed,
        drift: None,
        start: plan.start,
    };
    let training = training_table(&settings);
    let known = use_case
        .inputs()
        .all(|field| training.column(&field.name).is_some());
    if !known || use_case.id_column.as_deref() != Some("EmployeeNumber") {
        return None;
    }
    let months = employed(&settings, &plan.changes).into_iter().map(|own| {
        let until = months_later(own.as_of, 1);
        Month {
            as_of: own.as_of,
            people: Some(own.people),
            until,
            events: own.left.len(),
            outcomes: outcomes(use_case, &own.left, until),
        }
    });
    Some((training, months.collect()))
}

fn generic(
    use_case: &UseCase,
    plan: &Plan,
    data: Option<(&Table, &[Option<bool>])>,
) -> (Date, Table, Vec<Month>) {
    let horizon = use_case.horizon_days.unwrap_or(HORIZON);
    let material = Material::new(use_case, data, plan.seed);
    let mut world = World::new(use_case, &material, plan.people, horizon, plan.seed);
    for _ in 0..SETTLING {
        world.month();
    }
    let ahead = (f64::from(horizon) / 30.4375).round().max(1.0) as usize;
    let trained_as_of = months_earlier(plan.start, ahead);
    let mut training = world.table(trained_as_of);
    let names = world.names();
    let left: std::collections::HashSet<String> = (0..ahead).flat_map(|_| world.month()).collect();
    let [no, yes] = words(use_case);
    training.push(
        use_case.target.column.clone(),
        Column::Level {
            codes: names
                .iter()
                .map(|id| u32::from(left.contains(id)))
                .collect(),
            levels: vec![no, yes],
        },
    );
    let whole = |acts: &dyn Fn(&Change) -> bool| {
        let acting = plan.changes.iter().filter(|change| acts(change));
        acting
            .filter_map(|change| match &change.effect {
                Effect::Whole(kind, strength) => Some((*kind, *strength)),
                Effect::Field(_) | Effect::MissingFeed => None,
            })
            .collect::<Vec<_>>()
    };
    let months = (0..plan.months).map(|number| {
        world.set(
            whole(&|change| change.acts(number)),
            &whole(&|change| change.from == number),
        );
        let as_of = months_later(plan.start, number);
        let (until, people) = (months_later(as_of, 1), world.table(as_of));
        let left: Vec<Outcome> = world
            .month()
            .into_iter()
            .map(|id| Outcome {
                id,
                reason: String::new(),
            })
            .collect();
        Month {
            as_of,
            people: Some(people),
            until,
            events: left.len(),
            outcomes: outcomes(use_case, &left, until),
        }
    });
    (trained_as_of, training, months.collect())
}

/// How the target writes that it did not happen, and that it did.
fn words(use_case: &UseCase) -> [String; 2] {
    let first =
        |texts: &[String], usual: &str| texts.first().cloned().unwrap_or_else(|| usual.to_owned());
    [
        first(&use_case.target.negative, "no"),
        first(&use_case.target.positive, "yes"),
    ]
}

/// A file of outcomes: on the last day of the month. Where a use case has no identifiers, the row
/// stands for whoever has it, and the next one in it is there again on the first of the next month.
fn outcomes(use_case: &UseCase, left: &[Outcome], until: Date) -> Table {
    let [no, yes] = words(use_case);
    let last = until.plus_days(-1).to_string();
    let mut rows: Vec<[String; 4]> = left
        .iter()
        .map(|own| {
            [
                own.id.clone(),
                last.clone(),
                yes.clone(),
                own.reason.clone(),
            ]
        })
        .collect();
    if use_case.id_column.is_none() {
        let again = |own: &Outcome| [own.id.clone(), until.to_string(), no.clone(), String::new()];
        rows.extend(left.iter().map(again));
    }
    let with_reasons = left.iter().any(|own| !own.reason.is_empty());
    let id = use_case.id_column.as_deref().unwrap_or("person");
    let names = [id, "date", use_case.target.column.as_str(), "reason"];
    let mut table = Table::default();
    for (at, name) in names.into_iter().enumerate() {
        if at < 3 || with_reasons {
            table.push(
                name,
                Column::Text(rows.iter().map(|row| row[at].clone()).collect()),
            );
        }
    }
    table
}

fn months_earlier(start: Date, months: usize) -> Date {
    let first = |day: Date| day.plus_days(1 - i32::from(day.parts().2));
    (0..months).fold(first(start), |day, _| first(day.plus_days(-1)))
}
