//! What is simulated.

use domain::Date;
use serde::{Deserialize, Serialize};

const JANUARY_2025: Date = Date::from_day_number(20_089);

/// What goes wrong.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    strum::IntoStaticStr,
    strum::EnumString,
    strum::EnumIter,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Kind {
    /// Recorded income, distance and years get noisy; people and risks stay as they are.
    FeatureNoise,
    /// Another company is taken over: sales people, far from work, much overtime.
    SegmentShift,
    /// Outcomes are recorded wrongly: 2–5% of those of a year, or the share that is given.
    #[strum(to_string = "label_flips", serialize = "label_noise")]
    LabelFlips,
    /// People look the same but leave for other reasons; a strength below 1 mixes old and new ones.
    #[strum(to_string = "concept_change", serialize = "concept")]
    ConceptChange,
}

impl Kind {
    /// Name as in commands and JSON.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The kind of that name, with underscores or hyphens.
    pub fn parse(name: &str) -> Option<Self> {
        name.replace('-', "_").parse().ok()
    }

    /// Its greatest strength. That of noise is in the usual deviations, the others are shares: of
    /// the people who join, of the outcomes, of the new reasons.
    pub fn most(self) -> f64 {
        match self {
            Self::FeatureNoise => 10.0,
            Self::SegmentShift | Self::LabelFlips | Self::ConceptChange => 1.0,
        }
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
    /// Day of the first snapshot, the first of a month.
    pub start: Date,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            people: 1000,
            months: 12,
            seed: 42,
            drift: None,
            start: JANUARY_2025,
        }
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
