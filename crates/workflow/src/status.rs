//! What is on every screen.

use domain::{Date, Estimate, RunId, Timestamp, VersionNumber};
use model::use_case::Terminology;
use serde::{Deserialize, Serialize};
use stats::Metric;
use store::{registry, scoring};

use crate::{Error, Member, ModelHealth, Result, Role, Tenure};

/// Scores older than this are marked as old.
const STALE_AFTER_DAYS: i64 = 45;

/// The signed-in person.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Session {
    pub name: String,
    /// A person may hold several.
    pub roles: Vec<Role>,
}

/// The version that serves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LiveModel {
    pub version: VersionNumber,
    /// Name of the candidate, for example "logistic_l2".
    pub candidate: String,
    /// "21 November 2026, 09:14 UTC"
    pub promoted_at: Timestamp,
    pub promoted_by: String,
    pub data_hash: String,
    /// ROC AUC on the hold-out.
    pub roc_auc: Estimate,
    pub health: ModelHealth,
}

/// One use case with its live model and the age of what is shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Status {
    pub use_case: String,
    pub title: String,
    pub words: Terminology,
    /// Every use case of this installation: id and title.
    pub use_cases: Vec<(String, String)>,
    /// Simulated people: marked on every page.
    pub simulated: bool,
    /// `None`: nothing has been promoted yet.
    pub live: Option<LiveModel>,
    /// Since when nothing serves, where something did before.
    pub out_of_service: Option<Timestamp>,
    /// When the shown scores were made; `None` when nobody has been scored.
    pub scored_at: Option<Timestamp>,
    /// The day that the people's data describes.
    pub data_as_of: Option<Date>,
    /// Set when the scores were made by another version than the live one, or are older than the
    /// use case's cycle; a sentence.
    pub stale: Option<String>,
    /// Another version than the live one made the scores: scoring again mends it.
    pub can_rescore: bool,
    /// Pending review requests (for the page title of reviewers).
    pub pending_reviews: u32,
    /// Alerts that are not resolved.
    #[serde(default)]
    pub open_alerts: u32,
    pub session: Option<Session>,
}

impl Tenure {
    /// What is on every screen, for a use case (the first one when absent).
    ///
    /// # Errors
    /// When there is no such use case, or the store fails.
    pub async fn status(&self, member: &Member<'_>, use_case: Option<&str>) -> Result<Status> {
        let use_case = match use_case {
            Some(id) => self.use_case(id)?,
            None => self.first_use_case().await?,
        };
        let live = self.live(&use_case.id).await?;
        let batch = scoring::batches(
            &mut self.store.read().await?,
            &use_case.id.as_str().into(),
            1,
        )
        .await?
        .into_iter()
        .next();
        let dataset = match &batch {
            Some(batch) => Some(self.dataset(&batch.dataset_id).await?),
            None => None,
        };
        let stale = match (&live, &batch) {
            (Some(live), Some(batch)) => stale(live.version.version, batch),
            (None, Some(batch)) => Some(format!(
                "The scores shown were made by version {}, which is no longer live.",
                batch.version
            )),
            (_, None) => None,
        };
        let can_rescore = live
            .as_ref()
            .zip(batch.as_ref())
            .is_some_and(|(live, batch)| live.version.version != batch.version);
        let out_of_service = match &live {
            Some(_) => None,
            None => registry::live(&mut self.store.read().await?, &use_case.id.as_str().into())
                .await?
                .map(|change| change.changed_at),
        };
        let live = match live {
            Some(live) => Some(LiveModel {
                version: live.version.version,
                candidate: live.version.candidate.clone(),
                promoted_at: live.change.changed_at,
                promoted_by: live.change.changed_by.to_string(),
                data_hash: self.live_data_hash(&live).await?,
                roc_auc: self
                    .holdout_figure(&live.version.run_id, Metric::RocAuc)
                    .await?,
                health: self.model_health(&live).await?,
            }),
            None => None,
        };
        Ok(Status {
            use_case: use_case.id.clone(),
            title: use_case.title.clone(),
            words: use_case.words.clone(),
            use_cases: self
                .use_cases()
                .iter()
                .map(|use_case| (use_case.id.clone(), use_case.title.clone()))
                .collect(),
            simulated: dataset.as_ref().is_some_and(|dataset| dataset.simulated),
            live,
            out_of_service,
            scored_at: batch.as_ref().map(|batch| batch.created_at),
            data_as_of: batch.as_ref().map(|batch| batch.as_of),
            stale,
            can_rescore,
            pending_reviews: self.pending_reviews(&use_case.id).await?,
            open_alerts: self.open_alerts(&use_case.id).await?,
            session: Some(Session {
                name: member.name().to_string(),
                roles: member.actor().roles().to_vec(),
            }),
        })
    }

    /// The first use case with a live model, else the first.
    async fn first_use_case(&self) -> Result<std::sync::Arc<model::UseCase>> {
        for use_case in self.use_cases() {
            if self.live(&use_case.id).await?.is_some() {
                return Ok(use_case);
            }
        }
        self.use_cases()
            .into_iter()
            .next()
            .ok_or_else(|| Error::NotFound("There is no use case.".into()))
    }

    /// Hash of the file that the live version was trained on. (The lineage in its model file holds
    /// that of the checked rows.)
    ///
    /// # Errors
    /// When the store fails.
    pub async fn live_data_hash(&self, live: &crate::Live) -> Result<String> {
        Ok(self.dataset(&live.version.dataset_id).await?.hash)
    }

    async fn holdout_figure(&self, run_id: &RunId, metric: Metric) -> Result<Estimate> {
        let details = store::runs::details(&mut self.store.read().await?, run_id).await?;
        let name = crate::runs::recording::metric_name(metric);
        let found = details
            .metrics
            .iter()
            .find(|metric| metric.name == name)
            .map(crate::runs::queries::figure);
        Ok(found.unwrap_or_else(|| Estimate::unknown("not recorded by the run")))
    }
}

fn stale(live: VersionNumber, batch: &scoring::Batch) -> Option<String> {
    let age = i64::from(store::today().days_since(batch.as_of));
    if batch.version != live {
        Some(format!(
            "The scores shown were made by version {}, but version {live} is live. Re-score now.",
            batch.version
        ))
    } else if age > STALE_AFTER_DAYS {
        Some(format!(
            "The data is {age} days old. Import newer data and re-score."
        ))
    } else {
        None
    }
}
