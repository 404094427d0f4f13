//! Long work and how far it is.

use domain::Timestamp;
use serde::{Deserialize, Serialize};

/// A job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct JobRow {
    pub id: String,
    pub use_case: String,
    /// `training`, `experiment`, …
    pub kind: String,
    pub title: String,
    /// `queued`, `running`, `stopping`, `finished`, `failed`, `canceled`
    pub status: String,
    pub stage: String,
    /// Steps done and planned of the stage; 0 planned: not counted.
    pub done: u32,
    pub planned: u32,
    /// Best figure so far.
    pub best: Option<f64>,
    pub seconds_left: Option<f64>,
    /// Why it failed or was stopped.
    pub message: String,
    /// Address of what it made; empty until there is something.
    pub result: String,
    pub run: Option<String>,
    pub by: String,
    pub started_at: Timestamp,
    /// Until now, or until it ended.
    pub seconds: f64,
}

impl JobRow {
    /// True while somebody works on it, or will.
    pub fn is_open(&self) -> bool {
        matches!(self.status.as_str(), "queued" | "running" | "stopping")
    }
}

/// The page of one job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct JobPage {
    pub job: JobRow,
    /// Seconds after the start, and text; oldest first.
    pub lines: Vec<(f64, String)>,
}
