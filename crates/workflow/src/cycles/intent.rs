//! What a stage would do, and why: asked before each stage is done, and by the plan, which does
//! nothing.

use domain::{
    CycleScope, CycleStage, DatasetId, Date, Planned, Recommendation, RefusalCode, SkipReason,
    Stage, StageState, VersionNumber,
};
use serde::Serialize;
use store::cycles::Cycle;
use store::monitoring::{checks, outcomes};
use store::{datasets, registry, scoring};

use super::outcome::{Ended, StageResult};
use crate::datasets::NewTrainingSet;
use crate::training::is_for_training;
use crate::{Admin, Error, Live, Result, Tenure};

/// Batches looked back on for one of the same people and version.
const BATCHES: i64 = 200;
/// Over which the retrainings of a budget are counted.
const YEAR_DAYS: i32 = 364;

/// What a cycle would do.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct CyclePlan {
    pub use_case: String,
    pub scope: CycleScope,
    /// The day that it would be about; `None` where only the source knows.
    pub as_of: Option<Date>,
    /// The unfinished cycle that would be continued.
    pub continues: Option<domain::CycleId>,
    pub stages: Vec<PlannedStage>,
}

/// A stage of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct PlannedStage {
    pub stage: CycleStage,
    pub planned: Planned,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub because: Option<SkipReason>,
    /// What would be done, or why not, for a person.
    pub note: String,
}

/// What a stage comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Intent {
    /// It has to be done; what, in words.
    Do(String),
    /// It ends so without doing anything.
    Ends(Ended),
    /// A stage before it has not been done: only in a plan.
    Depends(CycleStage),
}

/// How a stage before this one ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Before {
    Done(Option<StageResult>),
    Skipped(SkipReason),
    /// Only in a plan.
    Open,
    /// Not a stage of this cycle.
    Absent,
}

/// A cycle with what its stages have come to so far.
pub(crate) struct Progressed {
    pub cycle: Cycle,
    pub stages: Vec<store::cycles::Stage>,
}

impl Progressed {
    pub fn before(&self, stage: CycleStage) -> Result<Before> {
        let Some(found) = self.stages.iter().find(|own| own.stage == stage) else {
            return Ok(Before::Absent);
        };
        Ok(match (found.state, found.skipped_because) {
            (StageState::Done, _) => Before::Done(match &found.result {
                Some(text) => StageResult::parse(stage, text)?,
                None => None,
            }),
            (StageState::Skipped, Some(because)) => Before::Skipped(because),
            (StageState::Skipped, None) => {
                return Err(Error::internal("a skipped stage has no reason"));
            }
            (StageState::Waiting | StageState::Running | StageState::Failed, _) => Before::Open,
        })
    }

    /// The dataset of a stage that is done.
    pub fn dataset(&self, stage: CycleStage) -> Result<Option<DatasetId>> {
        Ok(match self.before(stage)? {
            Before::Done(Some(StageResult::Dataset(id))) => Some(id),
            Before::Done(_) | Before::Skipped(_) | Before::Open | Before::Absent => None,
        })
    }

    /// The version that was trained.
    pub fn version(&self) -> Result<Option<VersionNumber>> {
        Ok(match self.before(CycleStage::Retraining)? {
            Before::Done(Some(StageResult::Version(number))) => Some(number),
            Before::Done(_) | Before::Skipped(_) | Before::Open | Before::Absent => None,
        })
    }

    /// The day that it is about, as far as it is known.
    pub fn day(&self) -> Option<Date> {
        self.cycle.as_of.or(self.cycle.wanted_day)
    }

    /// What is built to learn from.
    pub fn training_set(&self) -> NewTrainingSet {
        NewTrainingSet {
            use_case: self.cycle.use_case.to_string(),
            until: self.day().map(|day| day.to_string()),
        }
    }
}

fn skip(because: SkipReason) -> Intent {
    Intent::Ends(Ended::skipped(because))
}

impl Tenure {
    /// What a stage comes to, as things are now. Changes nothing.
    pub(crate) async fn intent(
        &self,
        admin: &Admin<'_>,
        own: &Progressed,
        stage: CycleStage,
    ) -> Result<Intent> {
        match stage {
            CycleStage::Snapshot => self.snapshot_intent(own).await,
            CycleStage::Validation => Ok(self
                .when_live(own, |live| {
                    format!(
                        "Compare the data with the baseline of version {}.",
                        live.version.version
                    )
                })
                .await?),
            CycleStage::Scoring => self.scoring_intent(own).await,
            CycleStage::Drift => self.drift_intent(own).await,
            CycleStage::Outcomes => self.outcomes_intent(own).await,
            CycleStage::Recommendation => Ok(match own.before(CycleStage::Drift)? {
                Before::Skipped(because) => skip(because),
                Before::Done(_) => Intent::Do("Read the recommendation of the drift check.".into()),
                Before::Open | Before::Absent => Intent::Depends(CycleStage::Drift),
            }),
            CycleStage::TrainingSet => self.training_set_intent(admin, own).await,
            CycleStage::Retraining => self.retraining_intent(own).await,
            CycleStage::Comparison => {
                let intent = after_training(own, |number| {
                    format!("Compare version {number} with the live version.")
                })?;
                let nothing_live = self.live(&own.cycle.use_case).await?.is_none();
                Ok(match intent {
                    Intent::Do(_) if nothing_live => skip(SkipReason::NothingLive),
                    intent @ (Intent::Do(_) | Intent::Ends(_) | Intent::Depends(_)) => intent,
                })
            }
            CycleStage::Staging => after_training(own, |number| {
                format!("Judge the gates of version {number}.")
            }),
            CycleStage::Review => Ok(match own.before(CycleStage::Staging)? {
                Before::Done(Some(StageResult::Version(number))) => {
                    Intent::Do(format!("Request a review of version {number}."))
                }
                Before::Skipped(because) => skip(because),
                Before::Done(_) | Before::Open | Before::Absent => {
                    Intent::Depends(CycleStage::Staging)
                }
            }),
            CycleStage::Report => Ok(Intent::Do("Write the report.".into())),
        }
    }

    async fn when_live(&self, own: &Progressed, what: impl Fn(&Live) -> String) -> Result<Intent> {
        Ok(match self.live(&own.cycle.use_case).await? {
            Some(live) => Intent::Do(what(&live)),
            None => skip(SkipReason::NothingLive),
        })
    }

    async fn snapshot_intent(&self, own: &Progressed) -> Result<Intent> {
        if let Some(source) = &own.cycle.source {
            return Ok(Intent::Do(match own.cycle.wanted_day {
                Some(day) => format!(
                    "Import people from the source {source} as of {}.",
                    day.long()
                ),
                None => format!("Import people from the source {source}."),
            }));
        }
        let dataset = self
            .dataset_as_of(&own.cycle.use_case, own.cycle.wanted_day)
            .await?;
        Ok(Intent::Ends(Ended::done(
            StageResult::Dataset(dataset.dataset_id.clone()),
            described(&dataset),
        )))
    }

    async fn scoring_intent(&self, own: &Progressed) -> Result<Intent> {
        let Some(live) = self.live(&own.cycle.use_case).await? else {
            return Ok(skip(SkipReason::NothingLive));
        };
        let version = live.version.version;
        if let Some(batch) = self.batch_of(own, version).await? {
            let note = format!(
                "{} people were scored by version {version} before.",
                batch.people
            );
            return Ok(Intent::Ends(Ended::done(
                StageResult::Batch(batch.batch_id),
                note,
            )));
        }
        Ok(Intent::Do(format!(
            "Score everybody in the snapshot with version {version}."
        )))
    }

    /// The scores that a version gave the people of the snapshot as of the day of the cycle.
    async fn batch_of(
        &self,
        own: &Progressed,
        version: VersionNumber,
    ) -> Result<Option<scoring::Batch>> {
        let Some(dataset) = own.dataset(CycleStage::Snapshot)? else {
            return Ok(None);
        };
        let mut reader = self.store.read().await?;
        let batches =
            scoring::of_version(&mut reader, &own.cycle.use_case, version, BATCHES).await?;
        Ok(batches
            .into_iter()
            .find(|batch| batch.dataset_id == dataset && Some(batch.as_of) == own.day()))
    }

    async fn drift_intent(&self, own: &Progressed) -> Result<Intent> {
        let Some(live) = self.live(&own.cycle.use_case).await? else {
            return Ok(skip(SkipReason::NothingLive));
        };
        let version = live.version.version;
        let dataset = own.dataset(CycleStage::Snapshot)?;
        let mut reader = self.store.read().await?;
        let imports = outcomes::imports(&mut reader, &own.cycle.use_case).await?;
        let told = imports.iter().map(|import| import.created_at).max();
        let same = checks::list(&mut reader, &own.cycle.use_case)
            .await?
            .into_iter()
            .find(|check| {
                Some(&check.dataset_id) == dataset.as_ref()
                    && check.version == version
                    && Some(check.as_of) == own.day()
                    && told.is_none_or(|told| check.created_at > told)
            });
        Ok(match same {
            Some(check) => Intent::Ends(Ended::done(
                StageResult::Check(check.check_id),
                "Nothing has changed since this check.",
            )),
            None => Intent::Do(format!(
                "Compare data, scores and outcomes with the baseline of version {version}."
            )),
        })
    }

    async fn outcomes_intent(&self, own: &Progressed) -> Result<Intent> {
        if let Before::Skipped(because) = own.before(CycleStage::Drift)? {
            return Ok(skip(because));
        }
        let mut reader = self.store.read().await?;
        let imports = outcomes::imports(&mut reader, &own.cycle.use_case).await?;
        Ok(if imports.is_empty() {
            skip(SkipReason::NoOutcomes)
        } else {
            Intent::Do("Compare the scores given before with what became of the people.".into())
        })
    }

    async fn training_set_intent(&self, admin: &Admin<'_>, own: &Progressed) -> Result<Intent> {
        match own.before(CycleStage::Recommendation)? {
            Before::Done(Some(StageResult::Recommendation(advice))) => match advice {
                Recommendation::Retrain => {
                    if let Some(because) = self.must_wait(own).await? {
                        return Ok(skip(because));
                    }
                }
                Recommendation::CheckFeed => return Ok(skip(SkipReason::CheckFeed)),
                Recommendation::Keep | Recommendation::Wait | Recommendation::Unclear => {
                    return Ok(skip(SkipReason::NotRecommended));
                }
            },
            Before::Skipped(because) => return Ok(skip(because)),
            Before::Done(_) | Before::Open => {
                return Ok(Intent::Depends(CycleStage::Recommendation));
            }
            // Somebody asked for it; but nothing is learned from a feed that is suspect.
            Before::Absent => {
                if self.feed_is_suspect(&own.cycle.use_case).await? {
                    return Ok(skip(SkipReason::CheckFeed));
                }
            }
        }
        match self.plan_training_set(admin, &own.training_set()).await {
            Ok(plan) if plan.can_be_built() => {
                let words = &self.use_case(&own.cycle.use_case)?.words;
                return Ok(Intent::Do(plan.sentences(words).join(" ")));
            }
            // What history cannot give may have been imported.
            Ok(_) | Err(Error::Invalid(_)) => {}
            Err(error) if error.code() == Some(RefusalCode::NoOutcomes) => {}
            Err(error) => return Err(error),
        }
        Ok(match self.newer_training_data(own).await? {
            Some(dataset) => {
                let note = format!("Imported: {}", described(&dataset));
                Intent::Ends(Ended::done(StageResult::Dataset(dataset.dataset_id), note))
            }
            None => skip(SkipReason::NoTrainingData),
        })
    }

    /// Why a recommended retraining has to wait; one that somebody asks for does not.
    async fn must_wait(&self, own: &Progressed) -> Result<Option<SkipReason>> {
        let use_case = &own.cycle.use_case;
        let policy = self.policy_in_force(use_case).await?;
        let mut reader = self.store.read().await?;
        if store::review::pending(&mut reader, use_case).await? > 0 {
            return Ok(Some(SkipReason::ReviewWaiting));
        }
        let (Some(most), Some(day)) = (policy.retrainings_a_year, own.day()) else {
            return Ok(None);
        };
        let year_ago = Date::from_day_number(day.day_number() - YEAR_DAYS);
        let done = store::cycles::retrainings(&mut reader, use_case, year_ago, day).await?;
        Ok((done >= i64::from(most)).then_some(SkipReason::BudgetSpent))
    }

    /// Whether the newest check of the live version says that the data feed has to be checked.
    pub(crate) async fn feed_is_suspect(&self, use_case: &str) -> Result<bool> {
        let Some(live) = self.live(use_case).await? else {
            return Ok(false);
        };
        let checks = checks::list(&mut self.store.read().await?, &use_case.into()).await?;
        let newest = checks
            .iter()
            .find(|check| check.version == live.version.version);
        Ok(newest.is_some_and(|check| check.recommendation == Recommendation::CheckFeed))
    }

    /// The newest imported dataset for training that is newer than what the live version was
    /// trained on.
    async fn newer_training_data(&self, own: &Progressed) -> Result<Option<datasets::Dataset>> {
        let use_case = &own.cycle.use_case;
        let known = match self.live(use_case).await? {
            Some(live) => Some(self.dataset(&live.version.dataset_id).await?.as_of),
            None => None,
        };
        let all = self.all_datasets(Some(use_case)).await?;
        Ok(all.into_iter().find(|dataset| {
            is_for_training(dataset)
                && known.is_none_or(|known| dataset.as_of > known)
                && own.day().is_none_or(|day| dataset.as_of <= day)
        }))
    }

    async fn retraining_intent(&self, own: &Progressed) -> Result<Intent> {
        let dataset = match own.before(CycleStage::TrainingSet)? {
            Before::Skipped(because) => return Ok(skip(because)),
            Before::Done(Some(StageResult::Dataset(dataset))) => dataset,
            Before::Done(_) | Before::Open | Before::Absent => {
                return Ok(Intent::Depends(CycleStage::TrainingSet));
            }
        };
        let versions = registry::list(&mut self.store.read().await?, &own.cycle.use_case).await?;
        let same = versions
            .into_iter()
            .filter(|version| version.dataset_id == dataset)
            .max_by_key(|version| version.version);
        Ok(match same {
            None => Intent::Do("Train a version with the settings of the live one.".into()),
            Some(version) => match version.stage {
                Stage::None | Stage::Staging => Intent::Ends(Ended::done(
                    StageResult::Version(version.version),
                    format!(
                        "Version {} was trained on this data before.",
                        version.version
                    ),
                )),
                Stage::Production | Stage::Archived => Intent::Ends(Ended::Skipped {
                    because: SkipReason::AlreadyDone,
                    note: format!(
                        "Version {}, which was trained on this data, is {}.",
                        version.version,
                        if version.stage == Stage::Production {
                            "live"
                        } else {
                            "archived"
                        }
                    ),
                }),
            },
        })
    }
}

/// What follows a training.
fn after_training(own: &Progressed, what: impl Fn(VersionNumber) -> String) -> Result<Intent> {
    Ok(match own.before(CycleStage::Retraining)? {
        Before::Done(Some(StageResult::Version(number))) => Intent::Do(what(number)),
        Before::Skipped(SkipReason::AlreadyDone) => skip(SkipReason::NothingTrained),
        Before::Skipped(because) => skip(because),
        Before::Done(_) | Before::Open | Before::Absent => Intent::Depends(CycleStage::Retraining),
    })
}

/// A dataset in a sentence.
pub(crate) fn described(dataset: &datasets::Dataset) -> String {
    let rows = match dataset.row_count {
        1 => "1 row".to_owned(),
        many => format!(
            "{} rows",
            domain::format::count(u32::try_from(many).unwrap_or(u32::MAX))
        ),
    };
    format!("{}, {rows}, as of {}.", dataset.name, dataset.as_of.long())
}
