//! The handle of a running job: reports progress, and asks whether to stop.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::{JobId, JobKind, JobStatus};
use store::jobs::{self, Line};
use training::{Progress, Status};

use crate::Actor;
use crate::runs::recording::stage_name;

/// What is to be started.
#[derive(Debug, Clone)]
pub struct NewJob {
    pub use_case: String,
    pub kind: JobKind,
    /// For people: "Training on people.csv".
    pub title: String,
}

/// Somebody else who watches, for example the bar of a terminal.
pub type Observer = Arc<dyn Progress + Send + Sync>;

/// A running job, seen from its work. Everything reported here reaches the record within a second.
pub struct JobHandle {
    job_id: JobId,
    actor: Actor,
    observer: Option<Observer>,
    canceled: AtomicBool,
    /// Lines of the log that an earlier process has written.
    pub(crate) lines_before: i64,
    reported: Mutex<Reported>,
}

/// What the work reported, of which the keeper of the record writes down what is new.
pub(crate) struct Reported {
    pub status: JobStatus,
    pub progress: jobs::Progress,
    pub lines: Vec<Line>,
}

impl JobHandle {
    pub(crate) fn new(
        job_id: JobId,
        actor: Actor,
        observer: Option<Observer>,
        status: JobStatus,
    ) -> Self {
        let reported = Reported {
            status,
            progress: jobs::Progress::default(),
            lines: Vec::new(),
        };
        Self {
            job_id,
            actor,
            observer,
            canceled: AtomicBool::new(false),
            lines_before: 0,
            reported: Mutex::new(reported),
        }
    }

    /// The handle of a job that another process has begun, and written so many lines of.
    pub(crate) fn resumed(job_id: JobId, actor: Actor, lines_before: i64) -> Self {
        Self {
            lines_before,
            ..Self::new(job_id, actor, None, JobStatus::Queued)
        }
    }

    /// Id of the job; its page is `/jobs/{id}`.
    pub fn id(&self) -> &JobId {
        &self.job_id
    }

    /// On whose behalf the work is done.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// Adds a line to the log.
    pub fn log(&self, text: impl Into<String>) {
        self.reported().log(text.into());
    }

    /// Tells the step that is being done, and how many of how many are done within it (0 planned:
    /// not counted).
    pub fn step(&self, stage: &str, done: usize, planned: usize) {
        let mut reported = self.reported();
        reported.enter(stage);
        (reported.progress.done, reported.progress.planned) = (done as i64, planned as i64);
    }

    /// Tells the address of what the job made.
    pub fn made(&self, address: impl Into<String>) {
        self.reported().progress.result = address.into();
    }

    /// Asks the work to stop.
    pub(crate) fn cancel(&self) {
        self.canceled.store(true, Ordering::Relaxed);
    }

    pub(crate) fn reported(&self) -> MutexGuard<'_, Reported> {
        self.reported.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reported {
    pub(crate) fn log(&mut self, text: String) {
        self.lines.push(Line {
            at: store::now(),
            text,
        });
    }

    /// A new stage begins with nothing done.
    fn enter(&mut self, stage: &str) {
        if self.progress.stage != stage {
            self.log(format!("stage {stage}"));
            let (result, best) = (
                std::mem::take(&mut self.progress.result),
                self.progress.best,
            );
            self.progress = jobs::Progress {
                stage: stage.to_owned(),
                result,
                best,
                ..jobs::Progress::default()
            };
        }
    }
}

impl Progress for JobHandle {
    fn report(&self, status: &Status) {
        if let Some(observer) = &self.observer {
            observer.report(status);
        }
        let mut reported = self.reported();
        reported.enter(&stage_name(status.stage));
        let better = status
            .best
            .filter(|best| reported.progress.best.is_none_or(|before| *best > before));
        if let Some(best) = better {
            reported.progress.best = Some(best);
            reported.log(format!(
                "trial {} of {}: best score {best:.4}",
                status.trial, status.trials
            ));
        }
        (reported.progress.done, reported.progress.planned) =
            (status.trial as i64, status.trials as i64);
        reported.progress.seconds_left = status.seconds_left;
    }

    fn note(&self, sentence: &str) {
        if let Some(observer) = &self.observer {
            observer.note(sentence);
        }
        self.log(sentence);
    }

    fn canceled(&self) -> bool {
        self.canceled.load(Ordering::Relaxed)
            || self
                .observer
                .as_ref()
                .is_some_and(|observer| observer.canceled())
    }
}
