//! What was read or computed lately. A key never comes to stand for something else, so nothing here
//! can be out of date.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use model::global::GlobalExplanation;
use model::{UseCase, VersionFile};
use monitoring::data_profile::DataProfile;
use monitoring::monthly::MonthlyCheck;

use crate::registry::VersionScorer;
use crate::review::EvidencePackage;
use crate::scoring::Scored;
use crate::{Evidence, Result, StoredPeople};

type Made<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

/// At most so many values; those that are asked for least go first. A value is made once: who asks
/// while it is being made waits for it.
pub(crate) struct Cache<T: Clone>(quick_cache::sync::Cache<String, T>);

impl<T: Clone> Cache<T> {
    /// An empty cache for `capacity` values.
    pub(crate) fn new(capacity: usize) -> Self {
        Self(quick_cache::sync::Cache::new(capacity))
    }

    /// The value under `key`; what `make` gives when there is none. When `make` fails the next who
    /// waits makes it.
    ///
    /// # Errors
    /// Those of `make`.
    pub(crate) async fn get_or_make<'a>(
        &self,
        key: &str,
        make: impl Future<Output = Result<T>> + Send + 'a,
    ) -> Result<T> {
        let make: Made<'a, T> = Box::pin(make);
        self.0.get_or_insert_async(key, make).await
    }
}

impl<T: Clone> Cache<T> {
    /// The value under `key`, if it is held.
    pub(crate) fn known(&self, key: &str) -> Option<T> {
        self.0.get(key)
    }

    /// Holds a value that was made together with others.
    pub(crate) fn keep(&self, key: String, value: T) {
        self.0.insert(key, value);
    }

    /// As [`Cache::get_or_make`], for what is computed here and now.
    ///
    /// # Errors
    /// Those of `make`.
    pub(crate) fn get_or_compute<E>(
        &self,
        key: &str,
        make: impl FnOnce() -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        self.0.get_or_insert_with(key, make)
    }
}

/// What is held in memory between requests, by content or by an id that never names something else.
pub(crate) struct Caches {
    /// By use case and hash of the model file.
    pub(crate) scorers: Cache<Arc<VersionScorer>>,
    /// By use case and hash of the model file.
    pub(crate) files: Cache<Arc<VersionFile>>,
    /// By batch, and the batch that it is compared with.
    pub(crate) scored: Cache<Arc<Scored>>,
    /// By hash of the columns' file; read anew under another definition, by dataset and hash of
    /// that definition.
    pub(crate) people: Cache<Arc<StoredPeople>>,
    /// Evidence, by the hash of its file or of what it is made of.
    pub(crate) packages: Cache<Arc<EvidencePackage>>,
    /// What trainings found out, by the hash of its file.
    pub(crate) evidence: Cache<Arc<Evidence>>,
    /// By hash of the model file.
    pub(crate) explanations: Cache<Arc<GlobalExplanation>>,
    /// Reports of drift checks, by the hash of their file.
    pub(crate) reports: Cache<Arc<MonthlyCheck>>,
    /// Definitions of use cases, by id and version.
    pub(crate) definitions: Cache<Arc<UseCase>>,
    /// Names of the fields that a version reads, by use case and hash of the model file.
    pub(crate) inputs: Cache<Arc<Vec<String>>>,
    /// By dataset.
    pub(crate) profiles: Cache<Arc<DataProfile>>,
    /// Reports of cohorts, as they are stored, by the hash of all that they are made of.
    pub(crate) cohorts: Cache<Option<String>>,
    /// By dataset, as they are released: what a version's figures come from never changes by later
    /// ones.
    pub(crate) released_profiles: Cache<Arc<DataProfile>>,
    /// Runs as clients read them, by id, revision and end.
    pub(crate) run_documents: Cache<Arc<str>>,
}

impl Default for Caches {
    fn default() -> Self {
        Self {
            scorers: Cache::new(8),
            files: Cache::new(8),
            scored: Cache::new(8),
            people: Cache::new(8),
            packages: Cache::new(8),
            evidence: Cache::new(16),
            explanations: Cache::new(8),
            reports: Cache::new(128),
            definitions: Cache::new(32),
            inputs: Cache::new(256),
            profiles: Cache::new(32),
            cohorts: Cache::new(512),
            released_profiles: Cache::new(32),
            run_documents: Cache::new(4096),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::Cache;
    use crate::Error;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn who_asks_while_a_value_is_made_waits_for_it() {
        let (cache, made) = (Arc::new(Cache::new(8)), Arc::new(AtomicU32::new(0)));
        let ask = || {
            let (cache, made) = (Arc::clone(&cache), Arc::clone(&made));
            tokio::spawn(async move {
                let make = async {
                    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
                    Ok(made.fetch_add(1, Ordering::Relaxed))
                };
                cache.get_or_make("key", make).await.unwrap()
            })
        };
        for asked in [ask(), ask(), ask()] {
            assert_eq!(asked.await.unwrap(), 0);
        }
        assert_eq!(made.load(Ordering::Relaxed), 1);
    }

    #[tokio::test]
    async fn a_failure_is_not_kept_and_the_capacity_holds() {
        let cache = Cache::new(2);
        assert!(
            cache
                .get_or_make("a", async { Err(Error::internal("broken")) })
                .await
                .is_err()
        );
        assert_eq!(cache.get_or_make("a", async { Ok(1) }).await.unwrap(), 1);
        for key in ["b", "c", "d", "e"] {
            cache.get_or_make(key, async { Ok(2) }).await.unwrap();
        }
        assert!(cache.0.len() <= 2);
    }
}
