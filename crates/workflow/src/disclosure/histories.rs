//! Which versions of a dataset released figures come from, as worked out so far.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::Disclosure;
use super::snapshots::{Fingerprint, Sources, next_sources};

/// What was worked out for one use case.
#[derive(Default)]
struct History {
    /// Ids in the order of the imports, with fingerprint and sources.
    versions: Vec<(String, Arc<Fingerprint>, Sources)>,
}

/// Where figures come from, by use case. What is known of a version never changes by later imports.
#[derive(Default)]
pub(crate) struct Histories(Mutex<HashMap<String, History>>);

impl Histories {
    /// How many versions of a use case are known.
    pub(super) fn known(&self, use_case: &str) -> usize {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(use_case)
            .map_or(0, |history| history.versions.len())
    }

    /// Adds the version after those that are known; whoever was faster has added the same.
    pub(super) fn add(
        &self,
        use_case: &str,
        dataset: &str,
        fingerprint: Fingerprint,
        rule: Disclosure,
    ) {
        let mut histories = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let history = histories.entry(use_case.to_owned()).or_default();
        if history.versions.iter().any(|(id, ..)| id == dataset) {
            return;
        }
        let fingerprints: Vec<&Fingerprint> = history
            .versions
            .iter()
            .map(|(_, own, _)| own.as_ref())
            .collect();
        let before: Vec<Sources> = history
            .versions
            .iter()
            .map(|(.., sources)| sources.clone())
            .collect();
        let sources = next_sources(&fingerprints, &before, &fingerprint, rule);
        history
            .versions
            .push((dataset.to_owned(), Arc::new(fingerprint), sources));
    }

    /// The place of a dataset in the history, and its sources.
    pub(super) fn sources(&self, use_case: &str, dataset: &str) -> Option<(usize, Sources)> {
        let histories = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let versions = &histories.get(use_case)?.versions;
        let at = versions.iter().position(|(id, ..)| id == dataset)?;
        Some((at, versions[at].2.clone()))
    }
}
