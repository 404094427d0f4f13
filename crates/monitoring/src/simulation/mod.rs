//! A simulated employer: hiring, ageing, pay and leaving by a known risk function, and drift put in
//! on purpose.
//!
//! Columns and levels are those of the `attrition` use case (IBM HR Analytics). Because the truth
//! is known, false-alarm rate, detection power, calibration and explanation can be tested against
//! it. Simulated people are nobody; whoever shows them says so.

mod change;
mod churn;
mod employer;
mod factors;
mod material;
mod person;
mod plan;
mod record;
mod risk;
mod settings;
mod shift;
mod world;

use domain::Date;
use model::Table;
use serde::{Deserialize, Serialize};

pub use change::{Change, Effect};
use employer::Employer;
pub(crate) use person::normal;
pub use plan::{Month, Plan, Simulation, simulate_use_case};
pub use settings::{Kind, Outcome, Settings};
pub use shift::Shift;

/// Years that the employer runs before anything is recorded, so that ages and tenures have settled.
const SETTLING_MONTHS: u32 = 360;

/// The people employed on one day, and who of them left before the next snapshot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The first of a month.
    pub as_of: Date,
    /// Columns of the use case without the outcome; one row per person.
    pub people: Table,
    /// Those who left during the month that follows, as recorded.
    pub left: Vec<Outcome>,
    /// True probability of leaving within twelve months, per row of `people`.
    pub true_risk: Vec<f64>,
}

/// Monthly snapshots of one employer.
pub fn simulate(settings: &Settings) -> Vec<Snapshot> {
    let changes = settings.drift.map(|(kind, from)| Change {
        effect: Effect::Whole(kind, None),
        from,
        until: None,
    });
    employed(settings, changes.as_slice())
}

/// Monthly snapshots of one employer under several changes, without those of single fields.
fn employed(settings: &Settings, changes: &[Change]) -> Vec<Snapshot> {
    let mut employer = settled(settings);
    for _ in 0..12 {
        employer.month();
    }
    let whole = |acts: &dyn Fn(&Change) -> bool| {
        let acting = changes.iter().filter(|change| acts(change));
        acting
            .filter_map(|change| match &change.effect {
                Effect::Whole(kind, strength) => Some((*kind, *strength)),
                Effect::Field(_) | Effect::MissingFeed => None,
            })
            .collect::<Vec<_>>()
    };
    (0..settings.months)
        .map(|month| {
            let begins = whole(&|change| change.from == month);
            employer.drift(whole(&|change| change.acts(month)), &begins);
            let (people, true_risk) = (employer.table(), employer.true_risks());
            Snapshot {
                as_of: months_later(settings.start, month),
                people,
                true_risk,
                left: employer.month(),
            }
        })
        .collect()
}

/// The same employer one year before the first snapshot of [`simulate`], with the outcome of that
/// year in the column `Attrition` (Yes, No).
pub fn training_table(settings: &Settings) -> Table {
    let mut employer = settled(settings);
    let mut table = employer.table();
    let ids = employer.ids();
    let left: std::collections::HashSet<String> = (0..12)
        .flat_map(|_| employer.month())
        .map(|outcome| outcome.id)
        .collect();
    let codes = ids.iter().map(|id| u32::from(left.contains(id))).collect();
    table.names.insert(1, "Attrition".into());
    table.columns.insert(
        1,
        model::Column::Level {
            codes,
            levels: vec!["No".into(), "Yes".into()],
        },
    );
    table
}

fn settled(settings: &Settings) -> Employer {
    let mut employer = Employer::new(settings.people, settings.seed);
    for _ in 0..SETTLING_MONTHS {
        employer.month();
    }
    employer
}

/// The first of the month that is so many months after that of `start`.
fn months_later(start: Date, months: usize) -> Date {
    let first = |day: Date| day.plus_days(1 - i32::from(day.parts().2));
    (0..months).fold(first(start), |day, _| first(day.plus_days(31)))
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod use_case_tests;
