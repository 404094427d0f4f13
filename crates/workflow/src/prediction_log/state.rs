//! How the log is doing, for `/metrics` and the page of operations.

use std::collections::BTreeMap;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicU64, Ordering};

use domain::UseCaseId;

use crate::Tenure;

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
