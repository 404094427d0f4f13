//! How the installation is doing, in numbers for the monitoring of the operator: the live model of
//! each use case, its scores, and the jobs.

use std::collections::BTreeMap;

use domain::{HealthLevel, JobKind, JobStatus};
use store::monitoring::checks;
use store::{jobs, review};

use crate::{Member, Result, Tenure, Viewer};

/// The whole installation.
#[derive(Debug, Clone, PartialEq)]
pub struct Operations {
    pub use_cases: Vec<UseCaseOperations>,
    /// Jobs of all time, by kind and status.
    pub jobs: BTreeMap<(JobKind, JobStatus), u64>,
}

/// One use case.
#[derive(Debug, Clone, PartialEq)]
pub struct UseCaseOperations {
    pub use_case: String,
    /// `None`: nothing is live, and the next three are absent.
    pub live_version: Option<u32>,
    /// Seconds since the live version was trained.
    pub model_age: Option<f64>,
    pub health: Option<HealthLevel>,
    /// Seconds since the newest drift check of the live version.
    pub check_age: Option<f64>,
    /// Share of features that drifted in that check, 0..1.
    pub share_drifted: Option<f64>,
    /// Observed leavers for each expected one, in that check.
    pub calibration_ratio: Option<f64>,
    /// ROC AUC on outcomes, in that check.
    pub roc_auc: Option<f64>,
    /// People of the newest scores by risk band; rounded where the viewer does not see people.
    pub people: BTreeMap<String, u64>,
    pub pending_reviews: u64,
}

impl Tenure {
    /// How the installation is doing.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn operations(&self, member: &Member<'_>) -> Result<Operations> {
        let mut use_cases = Vec::new();
        for use_case in self.use_cases() {
            use_cases.push(self.operations_of(member, &use_case.id).await?);
        }
        let counts = jobs::counts(&mut self.store.read().await?).await?;
        let jobs = counts
            .into_iter()
            .map(|own| ((own.kind, own.status), own.count.unsigned_abs()));
        Ok(Operations {
            use_cases,
            jobs: jobs.collect(),
        })
    }

    async fn operations_of(
        &self,
        member: &Member<'_>,
        use_case: &str,
    ) -> Result<UseCaseOperations> {
        let rule = self.rule_for(&Viewer::from(member), use_case);
        let live = self.live(use_case).await?;
        let since = |then: domain::Timestamp| store::now().since(then) as f64 / 1e6;
        let check = match &live {
            Some(live) => {
                let mut reader = self.store.read().await?;
                checks::newest(&mut reader, &use_case.into(), live.version.version).await?
            }
            None => None,
        };
        let realized = match &check {
            Some(check) => {
                let viewer = Viewer::from(member);
                self.drift_report_for(&viewer, check)
                    .await?
                    .realized
                    .clone()
            }
            None => None,
        };
        let mut people = BTreeMap::new();
        if let Some(scored) = self.scored(use_case).await? {
            for band in &scored.own.bands {
                people.insert(band.name.clone(), 0);
            }
            for score in &scored.scores {
                let band = scored.own.band(score.probability);
                *people.entry(band.to_owned()).or_insert(0) += 1;
            }
        }
        if let Some(rule) = rule {
            people
                .values_mut()
                .for_each(|count| *count = rule.count(*count));
        }
        let health = match &live {
            Some(live) => Some(self.model_health(live).await?.level),
            None => None,
        };
        let pending = review::pending(&mut self.store.read().await?, &use_case.into()).await?;
        Ok(UseCaseOperations {
            use_case: use_case.to_owned(),
            live_version: live.as_ref().map(|live| live.version.version.into()),
            model_age: live.as_ref().map(|live| since(live.version.created_at)),
            health,
            check_age: check.as_ref().map(|check| since(check.created_at)),
            share_drifted: check.as_ref().and_then(|check| check.share_drifted),
            calibration_ratio: realized.as_ref().and_then(|own| {
                let expected = own.expected_left.value.filter(|expected| *expected > 0.0)?;
                Some(own.left as f64 / expected)
            }),
            roc_auc: realized.as_ref().and_then(|own| own.roc_auc.value),
            people,
            pending_reviews: pending.unsigned_abs(),
        })
    }
}
