//! One version: where it comes from, how good it is, and what it does over many people.

use std::sync::Arc;

use crate::runs::{VersionPage, VersionRow};
use domain::{Timestamp, VersionNumber};
use model::global::GlobalExplanation;
use stats::Verdict;
use store::{registry, runs};

use crate::runs::artifacts::EXPLANATION;
use crate::runs::queries::figure;
use crate::training::is_for_training;
use crate::{Error, Member, Result, Tenure, Viewer, disclosure};

/// What brings a use case to its next scores.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextStep {
    /// There are no people with known outcomes.
    ImportData,
    /// There is data, and no version.
    TrainModel,
    /// There are versions, and nothing is live.
    RequestReview,
    /// A version waits for the reviewers.
    DecideReview,
    /// The live version was undeployed.
    Restore,
    /// A version is live.
    Score,
}

impl Tenure {
    /// The next step of a use case on the way to scores.
    ///
    /// # Errors
    /// When there is no such use case, or the store fails.
    pub async fn next_step(&self, _: &Member<'_>, use_case: &str) -> Result<NextStep> {
        let id = domain::UseCaseId::from(self.use_case(use_case)?.id.as_str());
        let mut connection = self.store.read().await?;
        if let Some(change) = registry::live(&mut connection, &id).await? {
            if change.version.is_some() {
                return Ok(NextStep::Score);
            }
            let pending = store::review::pending(&mut connection, &id).await? > 0;
            return Ok(if pending {
                NextStep::DecideReview
            } else {
                NextStep::Restore
            });
        }
        if store::review::pending(&mut connection, &id).await? > 0 {
            return Ok(NextStep::DecideReview);
        }
        if !registry::list(&mut connection, &id).await?.is_empty() {
            return Ok(NextStep::RequestReview);
        }
        let datasets = store::datasets::list(&mut connection, Some(&id)).await?;
        Ok(if datasets.iter().any(is_for_training) {
            NextStep::TrainModel
        } else {
            NextStep::ImportData
        })
    }

    /// The versions of a use case, newest first.
    ///
    /// # Errors
    /// When there is no such use case, or the store fails.
    pub async fn versions(&self, _: &Member<'_>, use_case: &str) -> Result<Vec<VersionRow>> {
        self.use_case(use_case)?;
        let mut connection = self.store.read().await?;
        let live = registry::live(&mut connection, &use_case.into())
            .await?
            .and_then(|change| change.version);
        let aliases = registry::aliases(&mut connection, &use_case.into()).await?;
        let mut rows = Vec::new();
        for version in registry::list(&mut connection, &use_case.into()).await? {
            let details = runs::details(&mut connection, &version.run_id).await?;
            let request =
                store::review::newest_request(&mut connection, &use_case.into(), version.version)
                    .await?;
            rows.push(VersionRow {
                aliases: aliases
                    .iter()
                    .filter(|own| own.version == version.version)
                    .map(|own| own.alias.clone())
                    .collect(),
                review: request
                    .map(|request| request.state.to_string())
                    .unwrap_or_default(),
                version: version.version,
                live: live == Some(version.version),
                stage: version.stage.to_string(),
                candidate: version.candidate,
                author: version.author.into_string(),
                created_at: version.created_at,
                run: version.run_id.into_string(),
                metrics: details
                    .metrics
                    .iter()
                    .map(|metric| (metric.name.clone(), figure(metric)))
                    .collect(),
                note: version.note,
            });
        }
        Ok(rows)
    }

    /// The overview of a version.
    ///
    /// # Errors
    /// [`Error::NotFound`], or when the store fails.
    pub async fn version_page(
        &self,
        member: &Member<'_>,
        use_case: &str,
        number: VersionNumber,
    ) -> Result<VersionPage> {
        let unknown = || Error::no_version(use_case, number);
        let version = self
            .versions(member, use_case)
            .await?
            .into_iter()
            .find(|row| row.version == number)
            .ok_or_else(unknown)?;
        let (registered, model, _) = self.registered(member, use_case, number).await?;
        let dataset = self.dataset(&registered.dataset_id).await?;
        let run = self.run(member, &version.run).await?;
        let gates = self.evidence(&registered.run_id).await?.gates.clone();
        let count = |verdict| {
            gates
                .results
                .iter()
                .filter(|result| result.verdict == verdict)
                .count() as u32
        };
        Ok(VersionPage {
            gates: [
                Verdict::Pass,
                Verdict::Fail,
                Verdict::Inconclusive,
                Verdict::CouldNotCompute,
            ]
            .map(count),
            gate_policy: gates.policy,
            data_name: dataset.name,
            data_id: dataset.dataset_id.into_string(),
            data_as_of: dataset.as_of,
            data_hash: dataset.hash,
            data_withdrawn: dataset.withdrawn_at,
            simulated: dataset.simulated,
            description: registered.description,
            model_hash: registered.model_hash,
            seed: run.seed,
            code_version: run.code_version,
            fields: model.use_case.inputs().count() as u32,
            training_rows: model.training.rows,
            parameters: model.lineage.parameters,
            next_review: self.next_review(&registered.use_case, number).await?,
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

    /// What a version does over many people whom it has not seen: importance, beeswarms, dependence
    /// with interactions, partial dependence, permutation importance. Measured when it was trained.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such version, or it was trained by a build that did not measure this.
    pub async fn explanation(
        &self,
        viewer: impl Into<Viewer>,
        use_case: &str,
        number: VersionNumber,
    ) -> Result<Arc<GlobalExplanation>> {
        let viewer = viewer.into();
        self.explanation_for(&viewer, &self.version(use_case, number).await?)
            .await
    }

    /// The explanation of a version as a viewer may see it.
    pub(crate) async fn explanation_for(
        &self,
        viewer: &Viewer,
        version: &store::registry::Version,
    ) -> Result<Arc<GlobalExplanation>> {
        let exact = self.explanation_of(version).await?;
        Ok(match self.rule_for(viewer, &version.use_case) {
            Some(rule) => Arc::new(disclosure::explanation::explanation(&exact, rule)),
            None => exact,
        })
    }

    pub(crate) async fn explanation_of(
        &self,
        version: &store::registry::Version,
    ) -> Result<Arc<GlobalExplanation>> {
        let make = async {
            Ok(Arc::new(
                self.json_of_run(&version.run_id, EXPLANATION).await?,
            ))
        };
        self.caches
            .explanations
            .get_or_make(&version.model_hash, make)
            .await
    }

    /// Every change of what was live, oldest first.
    ///
    /// # Errors
    /// When there is no such use case, or the store fails.
    pub async fn live_history(
        &self,
        _: &Member<'_>,
        use_case: &str,
    ) -> Result<Vec<registry::LiveChange>> {
        self.use_case(use_case)?;
        Ok(registry::live_history(&mut self.store.read().await?, &use_case.into()).await?)
    }

    /// What was live at a moment of the past: `2026-11-21` (the end of that day),
    /// `2026-11-21T09:14` or `2026-11-21T09:14:30`, in UTC. The change that was in force then;
    /// `None` when nothing had ever been live.
    ///
    /// # Errors
    /// When there is no such use case, the text is not a valid time, or the store fails.
    pub async fn live_as_of(
        &self,
        _: &Member<'_>,
        use_case: &str,
        moment: &str,
    ) -> Result<Option<registry::LiveChange>> {
        self.use_case(use_case)?;
        let wrong = || {
            Error::Invalid(format!(
                "“{moment}” is not a valid time. Use YYYY-MM-DD or YYYY-MM-DDTHH:MM, in UTC."
            ))
        };
        let moment = Timestamp::end_of(moment).map_err(|_| wrong())?;
        Ok(registry::live_as_of(&mut self.store.read().await?, &use_case.into(), moment).await?)
    }

    /// That nothing is in service, for everybody to read: without names and reasons.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn nothing_serves_since(&self, use_case: &str) -> Result<String> {
        let stopped = registry::live(&mut self.store.read().await?, &use_case.into()).await?;
        Ok(match stopped {
            Some(change) => format!("undeployed on {}", change.changed_at.long()),
            None => "no version has been promoted".to_owned(),
        })
    }

    /// Why nothing is in service, in a sentence.
    pub(crate) async fn why_nothing_serves(&self, use_case: &str) -> Result<String> {
        let stopped = registry::live(&mut self.store.read().await?, &use_case.into()).await?;
        Ok(match stopped {
            Some(change) => format!(
                "The model of {use_case} was undeployed on {} by {}: {}.",
                change.changed_at.long(),
                change.changed_by,
                change.reason.trim_end_matches('.')
            ),
            None => format!("No model of {use_case} is live. Train one and have it approved."),
        })
    }

    /// The number of a version that is called by its number or by an alias.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none.
    pub async fn version_called(
        &self,
        _: &Member<'_>,
        use_case: &str,
        name: &str,
    ) -> Result<VersionNumber> {
        self.use_case(use_case)?;
        let name = name.trim();
        let number = match name.parse::<VersionNumber>() {
            Ok(number) => number,
            Err(_) => {
                let aliases =
                    registry::aliases(&mut self.store.read().await?, &use_case.into()).await?;
                let found = aliases
                    .into_iter()
                    .find(|own| own.alias == name)
                    .map(|own| own.version);
                found.ok_or_else(|| {
                    Error::NotFound(format!("No version of {use_case} has the alias {name}."))
                })?
            }
        };
        Ok(self.version(use_case, number).await?.version)
    }

    /// Tags of a version, and the aliases that name it.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn labels_of(
        &self,
        _: &Member<'_>,
        use_case: &str,
        number: VersionNumber,
    ) -> Result<(Vec<(String, String)>, Vec<String>)> {
        let mut connection = self.store.read().await?;
        let tags = registry::tags(&mut connection, &use_case.into(), number).await?;
        let aliases = registry::aliases(&mut connection, &use_case.into()).await?;
        Ok((
            tags,
            aliases
                .into_iter()
                .filter(|own| own.version == number)
                .map(|own| own.alias)
                .collect(),
        ))
    }
}
