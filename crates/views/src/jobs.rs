//! Long work and how far it is.

use serde::{Deserialize, Serialize};

/// A job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JobRow {
    pub id: String,
    pub use_case: String,
    /// `training`, `experiment`, …
    pub kind: String,
    pub title: String,
    /// `queued`, `running`, `stopping`, `finished`, `failed`, `cancelled`
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
    pub started_at: String,
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JobPage {
    pub job: JobRow,
    /// Seconds after the start, and text; oldest first.
    pub lines: Vec<(f64, String)>,
}

/// What the form for a new training offers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrainingChoices {
    /// Datasets with outcomes, newest first: id, and what it is.
    pub datasets: Vec<(String, String)>,
    /// Name, label, and whether the model may be of this kind (the open baseline is only shown).
    pub candidates: Vec<(String, String, bool)>,
    /// Name and label of what candidates are chosen by.
    pub metrics: Vec<(String, String)>,
    pub trials: u32,
    pub seed: u64,
    /// Labels of the protected fields that are no inputs unless asked for.
    pub protected: Vec<String>,
    pub gate_policy: String,
    /// How often a model of about this quality would meet the gates; `None` when it was not judged.
    pub outlook: Option<Outlook>,
}

/// How often resamples pass the gates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outlook {
    pub passed: u32,
    pub resamples: u32,
    pub sentence: String,
}
