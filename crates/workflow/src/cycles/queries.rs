//! Cycles as the pages and commands show them.

use domain::{
    AccountName, CycleCause, CycleFile, CycleId, CycleScope, CycleStage, CycleState, Date, JobId,
    Route, SkipReason, StageState, Timestamp, UseCaseId,
};
use serde::Serialize;
use store::cycles::{self, Cycle, Stage};
use store::{Reader, review};

use super::commands::find;
use super::outcome::StageResult;
use crate::{Member, Result, Tenure};

/// The list shows so many.
const NEWEST: i64 = 60;

/// A cycle with what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct CycleRow {
    pub id: CycleId,
    pub use_case: UseCaseId,
    pub scope: CycleScope,
    pub state: CycleState,
    pub cause: CycleCause,
    /// `None` until the snapshot is there.
    pub as_of: Option<Date>,
    pub source: Option<String>,
    pub job: Option<JobId>,
    pub started_by: AccountName,
    pub created_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    pub stages: Vec<StageRow>,
}

/// A stage with what it made.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = CycleStageRow)]
pub struct StageRow {
    pub stage: CycleStage,
    pub state: StageState,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skipped_because: Option<SkipReason>,
    /// Id of what it made or found, as it is stored.
    pub result: Option<String>,
    /// What came of it, or what the problem is.
    pub note: String,
    /// How often it was begun.
    pub attempts: i64,
    pub started_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    /// Page of what it made.
    #[serde(skip)]
    pub page: Option<Route>,
}

/// The page of one cycle.
#[derive(Debug, Clone, PartialEq)]
pub struct CyclePage {
    pub cycle: CycleRow,
    /// Files that there is something for.
    pub files: Vec<CycleFile>,
    /// Whether it can go on where it ended.
    pub can_retry: bool,
}

impl CycleRow {
    /// The stage that is running, has failed, or comes next.
    pub fn current(&self) -> Option<&StageRow> {
        self.stages.iter().find(|stage| !stage.state.is_settled())
    }

    /// The stage of this name.
    pub fn stage(&self, stage: CycleStage) -> Option<&StageRow> {
        self.stages.iter().find(|own| own.stage == stage)
    }

    fn is_done(&self, stage: CycleStage) -> bool {
        self.stage(stage)
            .is_some_and(|own| own.state == StageState::Done)
    }

    fn has(&self, file: CycleFile) -> bool {
        self.is_done(match file {
            CycleFile::MonitoringReport | CycleFile::FeatureDrift | CycleFile::PredictionDrift => {
                CycleStage::Drift
            }
            CycleFile::RetrainingSummary => CycleStage::Report,
            CycleFile::Predictions | CycleFile::Features => CycleStage::Scoring,
        })
    }
}

impl Tenure {
    /// The newest cycles of a use case, newest first.
    ///
    /// # Errors
    /// When there is no such use case, or the store fails.
    pub async fn cycles(&self, _: &Member<'_>, use_case: &str) -> Result<Vec<CycleRow>> {
        let id: UseCaseId = self.use_case(use_case)?.id.as_str().into();
        self.fail_interrupted().await?;
        let mut reader = self.store.read().await?;
        let mut rows = Vec::new();
        for cycle in cycles::list(&mut reader, &id, NEWEST).await? {
            rows.push(row(&mut reader, cycle).await?);
        }
        Ok(rows)
    }

    /// One cycle with its stages.
    ///
    /// # Errors
    /// When there is no such cycle, or the store fails.
    pub async fn cycle(
        &self,
        _: &Member<'_>,
        use_case: &str,
        cycle_id: &CycleId,
    ) -> Result<CyclePage> {
        let id: UseCaseId = self.use_case(use_case)?.id.as_str().into();
        self.fail_interrupted().await?;
        let mut reader = self.store.read().await?;
        let cycle = find(&mut reader, &id, cycle_id).await?;
        let newest = cycles::list(&mut reader, &id, 1).await?;
        let can_retry = matches!(cycle.state, CycleState::Failed | CycleState::Canceled)
            && newest.first() == Some(&cycle);
        let cycle = row(&mut reader, cycle).await?;
        Ok(CyclePage {
            files: CycleFile::ALL
                .iter()
                .copied()
                .filter(|file| cycle.has(*file))
                .collect(),
            can_retry,
            cycle,
        })
    }
}

async fn row(reader: &mut Reader, cycle: Cycle) -> Result<CycleRow> {
    let mut stages = Vec::new();
    for stage in cycles::stages(reader, &cycle.cycle_id).await? {
        let page = page(reader, &cycle.use_case, &stage).await?;
        stages.push(StageRow {
            stage: stage.stage,
            state: stage.state,
            skipped_because: stage.skipped_because,
            result: stage.result,
            note: stage.note,
            attempts: stage.attempts,
            started_at: stage.started_at,
            ended_at: stage.ended_at,
            page,
        });
    }
    Ok(CycleRow {
        id: cycle.cycle_id,
        use_case: cycle.use_case,
        scope: cycle.scope,
        state: cycle.state,
        cause: cycle.cause,
        as_of: cycle.as_of,
        source: cycle.source,
        job: cycle.job_id,
        started_by: cycle.started_by,
        created_at: cycle.created_at,
        ended_at: cycle.ended_at,
        stages,
    })
}

/// The page of what a stage made.
async fn page(reader: &mut Reader, use_case: &UseCaseId, stage: &Stage) -> Result<Option<Route>> {
    let use_case = use_case.clone();
    let result = match &stage.result {
        Some(text) => StageResult::parse(stage.stage, text)?,
        None => None,
    };
    Ok(Some(match result {
        Some(StageResult::Dataset(dataset)) => Route::Dataset { use_case, dataset },
        Some(StageResult::Batch(_)) => Route::Dashboard { use_case },
        Some(StageResult::Check(check)) => Route::DriftCheck { use_case, check },
        Some(StageResult::Version(version)) => Route::Model { use_case, version },
        Some(StageResult::Request(request)) => {
            let all = review::requests(reader, &use_case).await?;
            match all.into_iter().find(|own| own.request_id == request) {
                Some(request) => Route::ModelReview {
                    use_case,
                    version: request.version,
                },
                None => return Ok(None),
            }
        }
        Some(StageResult::Recommendation(_) | StageResult::File(_)) | None => return Ok(None),
    }))
}
