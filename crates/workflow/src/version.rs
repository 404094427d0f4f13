//! One version: where it comes from, how good it is, and what it does over many people.

use std::sync::Arc;

use model::global::GlobalExplanation;
use stats::Verdict;
use views::runs::VersionPage;

use crate::{Error, Member, Result, Tenure};

/// Name of the run's file that holds the [`GlobalExplanation`].
pub(crate) const EXPLANATION: &str = "explanation.json";

impl Tenure {
    /// The overview of a version.
    ///
    /// # Errors
    /// [`Error::NotFound`], or when the store fails.
    pub async fn version_page(&self, member: &Member<'_>, use_case: &str, number: i64) -> Result<VersionPage> {
        let unknown = || Error::NotFound(format!("{use_case} has no version {number}"));
        let version =
            self.versions(member, use_case).await?.into_iter().find(|row| i64::from(row.version) == number).ok_or_else(unknown)?;
        let (registered, model, _) = self.registered(member, use_case, number).await?;
        let dataset = self.dataset(&registered.dataset_id).await?;
        let run = self.run(member, &version.run).await?;
        let gates = self.evidence(&version.run).await?.gates;
        let count = |verdict| gates.results.iter().filter(|result| result.verdict == verdict).count() as u32;
        Ok(VersionPage {
            gates: [Verdict::Pass, Verdict::Fail, Verdict::Inconclusive, Verdict::CouldNotCompute].map(count),
            gate_policy: gates.policy,
            data_name: dataset.name,
            data_id: dataset.dataset_id,
            data_as_of: dataset.as_of,
            data_hash: dataset.hash,
            simulated: dataset.simulated,
            description: registered.description,
            model_hash: registered.model_hash,
            seed: run.seed,
            code_version: run.code_version,
            fields: model.use_case.inputs().count() as u32,
            training_rows: model.training.rows,
            parameters: model.lineage.parameters,
            version,
        })
    }

    /// The overview of the version that serves.
    ///
    /// # Errors
    /// [`Error::Conflict`] when nothing serves.
    pub async fn live_version(&self, member: &Member<'_>, use_case: &str) -> Result<VersionPage> {
        let number = self.expect_live(use_case).await?.version.version;
        self.version_page(member, use_case, number).await
    }

    /// What a version does over many people whom it has not seen: importance, beeswarms, dependence with interactions, partial
    /// dependence, permutation importance. Measured when it was trained.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such version, or it was trained by a build that did not measure this.
    pub async fn explanation(&self, _: &Member<'_>, use_case: &str, number: i64) -> Result<Arc<GlobalExplanation>> {
        self.explanation_of(&self.version(use_case, number).await?).await
    }

    pub(crate) async fn explanation_of(&self, version: &store::registry::Version) -> Result<Arc<GlobalExplanation>> {
        let make = async { Ok(Arc::new(self.json_of_run(&version.run_id, EXPLANATION).await?)) };
        self.caches.explanations.get_or_make(&version.model_hash, make).await
    }
}
