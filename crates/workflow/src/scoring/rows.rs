//! Dashboard, table of people, page of one person.

use domain::people::{CapacityPoint, Reason};
use domain::{Date, Estimate, ScoreBasis, Timestamp, VersionNumber};
use serde::{Deserialize, Serialize};

use super::Change;

/// Share of people in a risk band.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct BandCount {
    pub name: String,
    /// Lower end, a probability.
    pub from: f64,
    pub count: u32,
    /// Share of all people, 0 to 1.
    pub share: f64,
}

/// A headline figure and its change since the previous cycle.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Headline {
    pub label: String,
    pub figure: Estimate,
    /// For example "employees"; "%" for a share, which stands in the figure as a number from 0 to
    /// 1.
    pub unit: String,
    /// Change since the previous cycle in the same unit; `None` when there is none.
    pub change: Option<f64>,
    /// How to read it, one sentence.
    pub note: String,
}

/// Risk of one group of a segment field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SegmentRow {
    pub value: String,
    pub label: String,
    /// `None`: suppressed, because the group (or its complement) is under the limit.
    pub people: Option<u32>,
    /// Mean probability with interval; unknown when suppressed.
    pub mean_risk: Estimate,
}

/// Risk by one segment field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = RiskSegment)]
pub struct Segment {
    pub field: String,
    pub label: String,
    pub rows: Vec<SegmentRow>,
}

/// The dashboard of one use case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Dashboard {
    /// By when the probabilities are meant: [`model::UseCase::horizon_text`] of the version that
    /// made them.
    pub horizon: String,
    pub headlines: Vec<Headline>,
    pub bands: Vec<BandCount>,
    pub segments: Vec<Segment>,
    /// Mean |contribution| in points by field over the scored people, largest first; empty when no
    /// reasons were stored.
    pub drivers: Vec<(String, f64)>,
    /// Twenty equal bins from 0 to 1.
    pub histogram: Vec<u32>,
    pub capacity: Vec<CapacityPoint>,
}

/// A row of the people table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PersonRow {
    pub id: String,
    pub probability: f64,
    pub basis: ScoreBasis,
    pub interval: Option<[f64; 2]>,
    pub band: String,
    pub change: Change,
    /// Values of the segment fields, in the order of [`PeoplePage::segments`].
    pub segments: Vec<String>,
    pub reasons: Vec<Reason>,
}

/// A choice of a filter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FilterField {
    pub field: String,
    pub label: String,
    /// Value and its label.
    pub values: Vec<(String, String)>,
}

/// One page of the people table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PeoplePage {
    /// By when the probabilities are meant, in words.
    pub horizon: String,
    pub segments: Vec<FilterField>,
    pub bands: Vec<String>,
    pub rows: Vec<PersonRow>,
    /// Day and version of the scores that changes are against; `None` in the first cycle.
    pub compared_with: Option<(Date, VersionNumber)>,
    pub total: u32,
    pub page: u32,
    pub pages: u32,
    /// The only person that matches, of whom nothing is told before a purpose is named.
    pub withheld: Option<String>,
    /// Purposes of which one must be named before looking at somebody: key and text; empty where
    /// nobody is asked.
    pub purposes: Vec<(String, String)>,
}

/// A field of a person, as shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FieldValue {
    pub field: String,
    pub label: String,
    pub group: String,
    /// Label of the value, with unit; empty when missing.
    pub value: String,
    /// Percentage points of probability; `None` for fields that are no model input.
    pub points: Option<f64>,
}

/// A past score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PastScore {
    pub as_of: Date,
    pub probability: f64,
    pub version: VersionNumber,
}

/// The visits of one account to the page of a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AccessEntry {
    pub name: String,
    pub times: u32,
    /// The last time.
    pub last: Timestamp,
    /// The purpose that was named then; empty where nobody was asked.
    pub purpose: String,
}

/// The page of one person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PersonPage {
    pub id: String,
    pub probability: f64,
    /// Whether the model that scored had learned from the person.
    pub basis: ScoreBasis,
    /// By when it is meant, in words.
    pub horizon: String,
    pub interval: Option<[f64; 2]>,
    pub band: String,
    pub change: Change,
    /// Day and version of the scores that the change is against; `None` in the first cycle.
    pub compared_with: Option<(Date, VersionNumber)>,
    /// Base probability: what the explanation starts from.
    pub base: f64,
    /// Every input, largest |points| first.
    pub reasons: Vec<Reason>,
    /// In plain words.
    pub sentence: String,
    /// Warnings: outside the training data, missing values.
    pub warnings: Vec<String>,
    pub fields: Vec<FieldValue>,
    pub history: Vec<PastScore>,
    /// Who looked at this person before, the latest first.
    pub access_history: Vec<AccessEntry>,
    /// The version that made the score.
    pub version: VersionNumber,
}
