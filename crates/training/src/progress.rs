//! Progress of a training, for a terminal bar and the page of a job, and how to stop it.

use std::time::Instant;

use serde::{Deserialize, Serialize};

use crate::candidate::Candidate;

/// The named steps of one training run, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Types, ranges, classes, leakage.
    Validate,
    /// Several input files become one dataset.
    Merge,
    /// The hold-out and the folds are drawn.
    Preprocess,
    /// Encodings are learned inside each fold.
    Features,
    /// Candidates are tuned, one is chosen, fitted and calibrated.
    Train,
    /// Figures on rows that the model never saw.
    Evaluate,
    /// The chosen trial is fitted to all rows, and without each fold of people.
    Refit,
    /// What monitoring compares with later is written down.
    Monitor,
}

/// How a training stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Status {
    /// What is being done.
    pub stage: Stage,
    /// Trials done, and trials planned.
    pub trial: usize,
    /// Trials planned.
    pub trials: usize,
    /// The candidate under trial.
    pub candidate: Option<Candidate>,
    /// Best selection metric so far.
    pub best: Option<f64>,
    /// Estimated seconds left of this stage.
    pub seconds_left: Option<f64>,
}

/// Whoever watches a training.
pub trait Progress: Sync {
    /// Called whenever something changed, from the training's own thread.
    fn report(&self, _status: &Status) {}

    /// A sentence that is worth reading at once.
    fn note(&self, _sentence: &str) {}

    /// True when the training should stop; asked before each trial.
    fn canceled(&self) -> bool {
        false
    }
}

/// Nobody watches.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {}

/// A finished stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StageRecord {
    /// What was done.
    pub stage: Stage,
    /// How long it took.
    pub seconds: f64,
    /// One sentence about what was done.
    pub detail: String,
}

/// Times the stages of a run.
pub(crate) struct Stages<'a> {
    progress: &'a dyn Progress,
    started: Instant,
    pub(crate) records: Vec<StageRecord>,
}

impl<'a> Stages<'a> {
    pub(crate) fn new(progress: &'a dyn Progress) -> Self {
        Self {
            progress,
            started: Instant::now(),
            records: Vec::new(),
        }
    }

    pub(crate) fn begin(&mut self, stage: Stage) {
        self.started = Instant::now();
        self.progress.report(&Status {
            stage,
            trial: 0,
            trials: 0,
            candidate: None,
            best: None,
            seconds_left: None,
        });
    }

    pub(crate) fn end(&mut self, stage: Stage, detail: String) {
        self.records.push(StageRecord {
            stage,
            seconds: self.started.elapsed().as_secs_f64(),
            detail,
        });
    }
}
