//! A simulated employer: hiring, ageing, pay and leaving by a known risk function, and drift put in on purpose.
//!
//! Columns and levels are those of the `attrition` use case (IBM HR Analytics). Because the truth is known, false-alarm rate, detection power,
//! calibration and explanation can be tested against it. Simulated people are nobody; whoever shows them says so.

mod employer;
mod person;
mod record;
mod risk;

use model::Table;
use serde::{Deserialize, Serialize};

use employer::Employer;
pub(crate) use person::normal;

/// Years that the employer runs before anything is recorded, so that ages and tenures have settled.
const SETTLING_MONTHS: u32 = 360;

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Recorded income, distance and years get noisy; people and risks stay as they are.
    FeatureNoise,
    /// Another company is taken over: sales people, far from work, much overtime.
    SegmentShift,
    /// 2–5 % of the yearly outcomes are recorded wrongly.
    LabelFlips,
    /// People look the same but leave for other reasons.
    ConceptChange,
}

impl Kind {
    /// Name as in commands and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::FeatureNoise => "feature_noise",
            Self::SegmentShift => "segment_shift",
            Self::LabelFlips => "label_flips",
            Self::ConceptChange => "concept_change",
        }
    }

    /// The kind of that name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::FeatureNoise, Self::SegmentShift, Self::LabelFlips, Self::ConceptChange]
            .into_iter()
            .find(|kind| kind.name() == name.replace('-', "_"))
    }
}

/// What to simulate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// Head count at the start (it stays about there).
    pub people: usize,
    /// Monthly snapshots.
    pub months: usize,
    /// The same seed gives the same people.
    pub seed: u64,
    /// Drift and the 0-based month from which it acts.
    pub drift: Option<(Kind, usize)>,
    /// Year and month (1..=12) of the first snapshot.
    pub start: (i32, u32),
}

impl Default for Settings {
    fn default() -> Self {
        Self { people: 1000, months: 12, seed: 42, drift: None, start: (2025, 1) }
    }
}

/// Somebody who left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The employee number.
    pub id: String,
    /// "resignation", "retirement" or "dismissal".
    pub reason: String,
}

/// The people employed on one day, and who of them left before the next snapshot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The day, YYYY-MM-DD (the first of a month).
    pub as_of: String,
    /// Columns of the use case without the outcome; one row per person.
    pub people: Table,
    /// Those who left during the month that follows, as recorded.
    pub left: Vec<Outcome>,
    /// True probability of leaving within twelve months, per row of `people`.
    pub true_risk: Vec<f64>,
}

/// Monthly snapshots of one employer.
pub fn simulate(settings: &Settings) -> Vec<Snapshot> {
    let mut employer = settled(settings);
    for _ in 0..12 {
        employer.month();
    }
    (0..settings.months)
        .map(|month| {
            let drift = settings.drift.filter(|&(_, from)| month >= from);
            employer.drift(drift.map(|(kind, _)| kind), drift.is_some_and(|(_, from)| month == from));
            let (people, true_risk) = (employer.table(), employer.true_risks());
            Snapshot { as_of: date(settings.start, month), people, true_risk, left: employer.month() }
        })
        .collect()
}

/// The same employer one year before the first snapshot of [`simulate`], with the outcome of that year in the column `Attrition` (Yes, No).
pub fn training_table(settings: &Settings) -> Table {
    let mut employer = settled(settings);
    let mut table = employer.table();
    let ids = employer.ids();
    let left: std::collections::HashSet<String> = (0..12).flat_map(|_| employer.month()).map(|outcome| outcome.id).collect();
    let codes = ids.iter().map(|id| u32::from(left.contains(id))).collect();
    table.names.insert(1, "Attrition".into());
    table.columns.insert(1, model::Column::Level { codes, levels: vec!["No".into(), "Yes".into()] });
    table
}

fn settled(settings: &Settings) -> Employer {
    let mut employer = Employer::new(settings.people, settings.seed);
    for _ in 0..SETTLING_MONTHS {
        employer.month();
    }
    employer
}

fn date((year, month): (i32, u32), months_later: usize) -> String {
    let months = year * 12 + month as i32 - 1 + months_later as i32;
    format!("{:04}-{:02}-01", months.div_euclid(12), months.rem_euclid(12) + 1)
}

#[cfg(test)]
mod tests;
