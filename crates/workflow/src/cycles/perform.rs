//! The work of each stage, by the commands of the other features.

use std::sync::Arc;

use domain::{CycleStage, Purpose, RefusalCode, SkipReason, Stage, VersionNumber};
use serde_json::json;
use stats::Metric;
use stats::comparison::Comparison;
use store::monitoring::checks;
use training::{Settings, ValidSettings};

use super::intent::{Before, Progressed, described};
use super::outcome::{Ended, StageResult};
use crate::datasets::Under;
use crate::{Actor, Error, Import, JobHandle, Result, Tenure, error::compute};

/// The settings of a training, beside its other files.
const SETTINGS: &str = "settings.json";
/// Letters of a recommendation that a request for review quotes.
const QUOTED: usize = 1000;

impl Tenure {
    /// Does a stage that has to be done.
    pub(crate) async fn perform(
        &self,
        job: &Arc<JobHandle>,
        own: &Progressed,
        stage: CycleStage,
    ) -> Result<Ended> {
        match stage {
            CycleStage::Snapshot => self.fetch_snapshot(job.actor(), own).await,
            CycleStage::Validation => self.validate_snapshot(job.actor(), own).await,
            CycleStage::Scoring => self.score_snapshot(job.actor(), own).await,
            CycleStage::Drift => self.check_snapshot(job.actor(), own).await,
            CycleStage::Outcomes => self.look_at_outcomes(own).await,
            CycleStage::Recommendation => {
                let check = self.check_of(own).await?;
                Ok(Ended::done(
                    StageResult::Recommendation(check.recommendation),
                    check.reason,
                ))
            }
            CycleStage::TrainingSet => {
                let admin = job.actor().admin()?;
                let built = self.build_training_set(&admin, &own.training_set()).await?;
                let note = described(&built.dataset);
                Ok(Ended::done(
                    StageResult::Dataset(built.dataset.dataset_id),
                    note,
                ))
            }
            CycleStage::Retraining => self.retrain(job, own).await,
            CycleStage::Comparison => self.compare_trained(own).await,
            CycleStage::Staging => self.judge_trained(own).await,
            CycleStage::Review => self.propose_trained(job.actor(), own).await,
            CycleStage::Report => self.report_cycle(own).await,
        }
    }

    async fn fetch_snapshot(&self, actor: &Actor, own: &Progressed) -> Result<Ended> {
        let source = own
            .cycle
            .source
            .as_deref()
            .ok_or_else(|| Error::internal("a snapshot without a source is not fetched"))?;
        let import = Import {
            use_case: own.cycle.use_case.to_string(),
            as_of: own.cycle.wanted_day.map(|day| day.to_string()),
            purpose: Some(Purpose::Scoring),
            ..Import::default()
        };
        let imported = self.import_from(&actor.admin()?, source, import).await?;
        let note = described(&imported.dataset);
        let note = if imported.new {
            note
        } else {
            format!("Nothing new since the last import: {note}")
        };
        Ok(Ended::done(
            StageResult::Dataset(imported.dataset.dataset_id),
            note,
        ))
    }

    async fn validate_snapshot(&self, actor: &Actor, own: &Progressed) -> Result<Ended> {
        let dataset = own.dataset(CycleStage::Snapshot)?.ok_or_else(no_snapshot)?;
        let dataset = self.dataset(&dataset).await?;
        let live = self.expect_live(&own.cycle.use_case).await?;
        let people = self
            .people_for(&dataset, Under::Model(&live.model().use_case))
            .await?;
        let material = self
            .drift_material(
                &actor.member()?,
                live,
                people.leavers_are_known(),
                Some(dataset.as_of),
            )
            .await?;
        let feed = compute(move || Ok(material.feed(&people))).await?;
        let note = match feed {
            None => "The live version has no baseline to compare the data with.".to_owned(),
            Some(problems) if problems.is_empty() => "The data feed looks sound.".to_owned(),
            Some(problems) => format!("Check the data feed: {}.", problems.join("; ")),
        };
        Ok(Ended::Done { result: None, note })
    }

    async fn score_snapshot(&self, actor: &Actor, own: &Progressed) -> Result<Ended> {
        let day = own.day().map(|day| day.to_string());
        let batch = self
            .batch(&actor.admin()?, &own.cycle.use_case, day.as_deref())
            .await?;
        if Some(&batch.dataset_id) != own.dataset(CycleStage::Snapshot)?.as_ref() {
            return Err(other_snapshot());
        }
        let note = format!(
            "{} people were scored by version {}.",
            batch.people, batch.version
        );
        Ok(Ended::done(StageResult::Batch(batch.batch_id), note))
    }

    async fn check_snapshot(&self, actor: &Actor, own: &Progressed) -> Result<Ended> {
        let day = own.day().map(|day| day.to_string());
        let (check, report) = self
            .check_drift(&actor.contributor()?, &own.cycle.use_case, day.as_deref())
            .await?;
        if Some(&check.dataset_id) != own.dataset(CycleStage::Snapshot)?.as_ref() {
            return Err(other_snapshot());
        }
        Ok(Ended::done(
            StageResult::Check(check.check_id),
            report.features.summary,
        ))
    }

    /// The check of this cycle.
    pub(crate) async fn check_of(&self, own: &Progressed) -> Result<checks::Check> {
        let Before::Done(Some(StageResult::Check(id))) = own.before(CycleStage::Drift)? else {
            return Err(Error::internal("the cycle has no drift check"));
        };
        let found = checks::find(&mut self.store.read().await?, &own.cycle.use_case, &id).await?;
        found.ok_or_else(|| Error::internal("the drift check of the cycle is gone"))
    }

    async fn look_at_outcomes(&self, own: &Progressed) -> Result<Ended> {
        self.renew_cohorts(&own.cycle.use_case).await?;
        let check = self.check_of(own).await?;
        let report = self.drift_report(&check).await?;
        // Counts of people stand on the page of outcomes, as far as a role may see them.
        let note = match report.realized.as_ref().map(|realized| &realized.roc_auc) {
            None => "Too few outcomes are known yet.".to_owned(),
            Some(roc_auc) => match (roc_auc.value, roc_auc.interval) {
                (Some(value), Some([low, high])) => {
                    format!("ROC AUC on outcomes {value:.2} ({low:.2} to {high:.2}).")
                }
                (Some(value), None) => format!("ROC AUC on outcomes {value:.2}."),
                (None, _) => format!(
                    "ROC AUC on outcomes could not be computed: {}.",
                    roc_auc.why.as_deref().unwrap_or("no reason given")
                ),
            },
        };
        Ok(Ended::Done { result: None, note })
    }

    async fn retrain(&self, job: &Arc<JobHandle>, own: &Progressed) -> Result<Ended> {
        let use_case = &own.cycle.use_case;
        let policy = self.gate_policy(use_case)?;
        if policy.named_author && job.actor().name() == Actor::local().name() {
            return Err(Error::conflict(
                RefusalCode::AuthorRequired,
                format!(
                    "The policy {} requires an author with a name. Run the cycle with --as, or from the pages.",
                    policy.name
                ),
            ));
        }
        let dataset = own
            .dataset(CycleStage::TrainingSet)?
            .ok_or_else(|| Error::internal("the cycle has no training set"))?;
        let dataset = self.dataset(&dataset).await?;
        let member = job.actor().member()?;
        let suspect = self.suspect_training_data(&member, &dataset).await?;
        if !suspect.is_empty() {
            return Ok(Ended::Skipped {
                because: SkipReason::CheckFeed,
                note: suspect.join("; "),
            });
        }
        let settings = self.settings_of_live(use_case).await?;
        let outcome = self.train_in(job, &dataset, settings).await?;
        let version = outcome.version.version;
        Ok(Ended::done(
            StageResult::Version(version),
            format!("Version {version} was trained."),
        ))
    }

    /// The settings that the live version was trained with: a retraining changes the data only.
    async fn settings_of_live(&self, use_case: &str) -> Result<ValidSettings> {
        let Some(live) = self.live(use_case).await? else {
            return Ok(ValidSettings::default());
        };
        match self
            .json_of_run::<Settings>(&live.version.run_id, SETTINGS)
            .await
        {
            Ok(settings) => settings.check().map_err(Error::Fields),
            // A version of before they were kept.
            Err(Error::NotFound(_)) => Ok(ValidSettings::default()),
            Err(error) => Err(error),
        }
    }

    async fn compare_trained(&self, own: &Progressed) -> Result<Ended> {
        let number = trained(own)?;
        let version = self.version(&own.cycle.use_case, number).await?;
        let evidence = self.evidence(&version.run_id).await?;
        Ok(match roc_auc(&evidence.against_live) {
            Some(found) => Ended::done(StageResult::Version(number), compared(found)),
            None => Ended::skipped(SkipReason::NotComparable),
        })
    }

    async fn judge_trained(&self, own: &Progressed) -> Result<Ended> {
        let number = trained(own)?;
        let version = self.version(&own.cycle.use_case, number).await?;
        Ok(match version.stage {
            Stage::Staging | Stage::Production => Ended::done(
                StageResult::Version(number),
                format!("Version {number} is in {}.", version.stage),
            ),
            Stage::None => Ended::Skipped {
                because: SkipReason::GatesBlock,
                note: version.note,
            },
            Stage::Archived => Ended::Skipped {
                because: SkipReason::AlreadyDone,
                note: format!("Version {number} was archived."),
            },
        })
    }

    async fn propose_trained(&self, actor: &Actor, own: &Progressed) -> Result<Ended> {
        let number = trained(own)?;
        let version = self.version(&own.cycle.use_case, number).await?;
        if version.stage == Stage::Production {
            return Ok(Ended::Skipped {
                because: SkipReason::AlreadyDone,
                note: format!("Version {number} is live."),
            });
        }
        let why = match own.before(CycleStage::Drift)? {
            Before::Done(_) => self.check_of(own).await?.reason,
            Before::Skipped(_) | Before::Open | Before::Absent => String::new(),
        };
        let day = own.day().map(|day| format!(" of {}", day.long()));
        let note: String = format!(
            "Trained by the monthly cycle{}. {why}",
            day.unwrap_or_default()
        )
        .chars()
        .take(QUOTED)
        .collect();
        let contributor = actor.contributor()?;
        let request = self
            .request_review(&contributor, &own.cycle.use_case, number, &note)
            .await?;
        Ok(Ended::done(
            StageResult::Request(request.request_id),
            format!("A review of version {number} was requested. A reviewer decides."),
        ))
    }

    /// The summary of guide 004: what was decided about retraining and why, and what came of it.
    async fn report_cycle(&self, own: &Progressed) -> Result<Ended> {
        let use_case = &own.cycle.use_case;
        let check = match own.before(CycleStage::Drift)? {
            Before::Done(_) => Some(self.check_of(own).await?),
            Before::Skipped(_) | Before::Open | Before::Absent => None,
        };
        let version = match own.version()? {
            Some(number) => Some(self.version(use_case, number).await?),
            None => None,
        };
        let comparison = match &version {
            Some(version) => self.evidence(&version.run_id).await?.against_live.clone(),
            None => Vec::new(),
        };
        let request = match own.before(CycleStage::Review)? {
            Before::Done(Some(StageResult::Request(id))) => Some(id),
            Before::Done(_) | Before::Skipped(_) | Before::Open | Before::Absent => None,
        };
        let live = self.live(use_case).await?;
        let stages: Vec<_> = own
            .stages
            .iter()
            .filter(|stage| stage.stage != CycleStage::Report)
            .map(|stage| json!({ "stage": stage.stage, "state": stage.state, "skipped_because": stage.skipped_because, "note": stage.note }))
            .collect();
        let summary = json!({
            "cycle": own.cycle.cycle_id,
            "use_case": use_case,
            "as_of": own.day(),
            "live_version": live.map(|live| live.version.version),
            "recommendation": check.as_ref().map(|check| check.recommendation),
            "reason": check.as_ref().map(|check| &check.reason),
            "retrained": version.is_some(),
            "new_version": version.as_ref().map(|version| version.version),
            "new_version_stage": version.as_ref().map(|version| version.stage),
            "training_set": own.dataset(CycleStage::TrainingSet)?,
            "comparison": roc_auc(&comparison),
            "review_request": request,
            // A reviewer decides; a cycle never puts a version into service.
            "deployed": false,
            "stages": stages,
        });
        let bytes = serde_json::to_vec_pretty(&summary).map_err(store::Error::from)?;
        let hash = self.store.put_artifact(bytes).await?;
        Ok(Ended::done(StageResult::File(hash), ""))
    }
}

fn trained(own: &Progressed) -> Result<VersionNumber> {
    own.version()?
        .ok_or_else(|| Error::internal("the cycle has trained no version"))
}

fn no_snapshot() -> Error {
    Error::internal("the cycle has no snapshot")
}

fn other_snapshot() -> Error {
    Error::conflict(
        RefusalCode::Changed,
        "Other people were imported for the same day while the cycle was running. Run a new cycle.",
    )
}

fn roc_auc(comparisons: &[Comparison]) -> Option<&Comparison> {
    comparisons
        .iter()
        .find(|comparison| comparison.metric == Metric::RocAuc)
}

fn compared(found: &Comparison) -> String {
    let (Some(new), Some(live), Some(difference)) = (
        found.challenger.value,
        found.champion.value,
        found.difference.value,
    ) else {
        let why = found.difference.why.as_deref().unwrap_or("no reason given");
        return format!("ROC AUC could not be compared: {why}.");
    };
    let interval = found
        .difference
        .interval
        .map(|[low, high]| format!(" (95% interval {low:+.3} to {high:+.3})"))
        .unwrap_or_default();
    format!(
        "ROC AUC {new:.3}, live version {live:.3}: difference {difference:+.3}{interval}, on rows that neither learned from."
    )
}
