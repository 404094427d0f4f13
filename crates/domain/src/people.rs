//! What server and browser both read of people: the query of the table, a reason, a step of the
//! capacity control.

use serde::{Deserialize, Serialize};

use crate::Estimate;

/// Filters, order and page of the people table: exactly what the address says.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PeopleQuery {
    /// Part of an id.
    #[serde(default)]
    pub search: String,
    /// Key of a risk band of the use case; empty for all.
    #[serde(default)]
    pub band: String,
    /// Least risk, as written: see [`PeopleQuery::least_risk`].
    #[serde(default)]
    pub min_risk: String,
    /// Segment field → value.
    #[serde(default)]
    pub filters: std::collections::BTreeMap<String, String>,
    /// `risk` (default), `id`, or a segment field.
    #[serde(default)]
    pub sort: String,
    /// Smallest first. Off: largest first.
    #[serde(default)]
    pub ascending: bool,
    /// From 1; 0 counts as 1.
    #[serde(default)]
    pub page: u32,
}

/// A reason: one row per original field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Reason {
    /// Name of the original field.
    pub field: String,
    /// What people call the field.
    pub label: String,
    /// The person's value as displayed, with its unit.
    pub value: String,
    /// Percentage points of probability, signed.
    pub points: f64,
}

/// One step of the capacity control: "we can talk to N people".
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct CapacityPoint {
    /// Probability from 0 to 1.
    pub cutoff: f64,
    /// People of today at or above the cutoff.
    pub people: u32,
    /// Share of past leavers that the cutoff would have caught (out-of-fold or hold-out scores),
    /// with interval.
    pub caught: Estimate,
    /// Share of those listed that did leave.
    pub precision: Estimate,
}
