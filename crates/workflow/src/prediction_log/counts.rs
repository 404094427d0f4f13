//! What this process counts of the log, for `/metrics`.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicU64;
use std::sync::{Mutex, PoisonError};

use domain::UseCaseId;

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
