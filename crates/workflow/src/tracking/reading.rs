//! Runs as clients read them, one or many.

use std::collections::HashMap;
use std::sync::Arc;

use domain::RunId;
use store::tracking::{self, Link, Sought};

use super::ids::run_id_of;
use super::runs::{TrackedRun, missing};
use crate::{Member, Result, Tenure};

/// Larger texts of a run are written anew each time, in bytes.
const LARGEST_KEPT: usize = 64 << 10;

impl Tenure {
    /// A run with what hangs on it.
    ///
    /// # Errors
    /// [`crate::Error::NotFound`].
    pub async fn tracked_run(&self, _: &Member<'_>, id: &str) -> Result<TrackedRun> {
        let run_id = run_id_of(id)?;
        let found = self.tracked(std::slice::from_ref(&run_id)).await?;
        found.into_iter().next().ok_or_else(|| missing(id))
    }

    /// Runs with what hangs on them, in this order; those that are gone are left out.
    async fn tracked(&self, run_ids: &[RunId]) -> Result<Vec<TrackedRun>> {
        let mut reader = self.store.snapshot().await?;
        let mut runs = HashMap::new();
        for chunk in run_ids.chunks(100) {
            for run in tracking::client_runs(&mut reader, chunk).await? {
                runs.insert(run.run_id.clone(), run);
            }
        }
        let mut contents = tracking::contents(&mut reader, run_ids).await?;
        let mut links = HashMap::<RunId, Vec<Link>>::new();
        for chunk in run_ids.chunks(100) {
            for (run_id, link) in tracking::links(&mut reader, chunk).await? {
                links.entry(run_id).or_default().push(link);
            }
        }
        let own = |run_id: &RunId| {
            Some(TrackedRun::new(
                runs.remove(run_id)?,
                contents.remove(run_id).unwrap_or_default(),
                links.remove(run_id).unwrap_or_default(),
            ))
        };
        Ok(run_ids.iter().filter_map(own).collect())
    }

    /// Runs as an entry point writes them, in this order. What was written for a run is kept as
    /// long as the run is the same.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn run_documents(
        &self,
        _: &Member<'_>,
        found: &[Sought],
        write: fn(&TrackedRun) -> String,
    ) -> Result<Vec<Arc<str>>> {
        let key = |sought: &Sought| {
            let ended = sought.ended_at.map_or(0, |ended| ended.micros());
            format!("{}/{}/{ended}", sought.run_id, sought.revision)
        };
        let mut documents: Vec<Option<Arc<str>>> = found
            .iter()
            .map(|sought| self.caches.run_documents.known(&key(sought)))
            .collect();
        let unknown: Vec<RunId> = found
            .iter()
            .zip(&documents)
            .filter(|(_, document)| document.is_none())
            .map(|(sought, _)| sought.run_id.clone())
            .collect();
        if !unknown.is_empty() {
            let read = self.tracked(&unknown).await?;
            let mut written: HashMap<RunId, Arc<str>> = read
                .iter()
                .map(|run| (run.run.run_id.clone(), Arc::from(write(run))))
                .collect();
            let as_sought: HashMap<&RunId, (i64, _)> = read
                .iter()
                .map(|run| (&run.run.run_id, (run.run.revision, run.run.ended_at)))
                .collect();
            for (sought, document) in found.iter().zip(&mut documents) {
                if document.is_some() {
                    continue;
                }
                *document = written.remove(&sought.run_id);
                // A run that has changed since it was found is not kept under its old revision.
                let is_same =
                    as_sought.get(&sought.run_id) == Some(&(sought.revision, sought.ended_at));
                if let Some(written) = document
                    && is_same
                    && written.len() <= LARGEST_KEPT
                {
                    let kept = Arc::clone(written);
                    self.caches.run_documents.keep(key(sought), kept);
                }
            }
        }
        Ok(documents.into_iter().flatten().collect())
    }
}
