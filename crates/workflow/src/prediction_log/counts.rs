//! What this process counts of the log, for `/metrics`.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use domain::UseCaseId;

use crate::Tenure;

/// Counters since the process began.
#[derive(Debug, Default)]
pub(crate) struct LogCounts {
    pub written: AtomicU64,
    pub refused: AtomicU64,
    pub dropped: AtomicU64,
    pub moved: AtomicU64,
    pub damaged: AtomicU64,
    pub scores: Mutex<BTreeMap<(UseCaseId, String), u64>>,
}

impl LogCounts {
    pub(crate) fn score(&self, use_case: &UseCaseId, band: &str) {
        let mut scores = self.scores.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (use_case.clone(), band.to_owned());
        *scores.entry(key).or_insert(0) += 1;
    }
}

/// How the log of this process is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogState {
    /// Entries that wait to be written to disk.
    pub queue: usize,
    /// Bytes on disk that wait for the database.
    pub waiting_bytes: u64,
    /// Entries that were written to disk.
    pub written: u64,
    /// Requests that were refused because no entry could be written.
    pub refused: u64,
    /// Requests that were answered without an entry, as the policy allows.
    pub dropped: u64,
    /// Entries that were moved to the database.
    pub moved: u64,
    /// Lines of files that could not be read.
    pub damaged: u64,
    /// Scores of programs by use case and band.
    pub scores: BTreeMap<(UseCaseId, String), u64>,
}

impl Tenure {
    /// How the prediction log of this process is doing; counts only.
    pub fn prediction_log_state(&self) -> LogState {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let (spool, own) = (self.store.spool(), &self.log_counts);
        LogState {
            queue: spool.queue(),
            waiting_bytes: spool.waiting_bytes(),
            written: count(&own.written),
            refused: count(&own.refused),
            dropped: count(&own.dropped),
            moved: count(&own.moved),
            damaged: count(&own.damaged),
            scores: own
                .scores
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clone(),
        }
    }
}
