//! A cycle is gone through stage by stage. Before and after each the record is written; what is on
//! record as done or skipped is not done again.

use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::{
    AuditEvent, CycleStage, CycleState, JobStatus, RefusalCode, Route, StageState, Subject,
};
use store::cycles::{self, Cycle};
use store::{Writer, audit, jobs};
use training::Progress;

use super::intent::{Intent, Progressed};
use super::outcome::{Ended, StageResult};
use crate::jobs::WORKER;
use crate::{Error, JobHandle, Result, Tenure, causes};

/// How often a stage may be cut, by a process that ends, before it counts as failed: something in
/// it ends the process.
const MOST_ATTEMPTS: i64 = 100;
/// How long a stage waits for a database that is busy, full or away.
const PATIENCE: Duration = Duration::from_secs(600);

impl Tenure {
    /// Goes through what is left of a cycle, as the work of its job.
    pub(super) async fn go_through(&self, cycle: Cycle, job: &Arc<JobHandle>) -> Result<()> {
        let route = Route::Cycle {
            use_case: cycle.use_case.clone(),
            cycle: cycle.cycle_id.clone(),
        };
        job.made(route.path());
        let outcome = self.stages(&cycle, job).await;
        let state = match &outcome {
            Ok(()) => CycleState::Finished,
            Err(Error::Canceled(_)) => CycleState::Canceled,
            // Another process has it: what becomes of it is written there.
            Err(error) if error.code() == Some(RefusalCode::JobEnded) => return outcome,
            Err(_) => CycleState::Failed,
        };
        if let Err(error) = self.end_cycle(&cycle, job, state).await {
            tracing::error!(
                error = causes(&error),
                "the end of a cycle could not be written"
            );
            return outcome.and(Err(error));
        }
        outcome
    }

    async fn stages(&self, cycle: &Cycle, job: &Arc<JobHandle>) -> Result<()> {
        let count = cycle.scope.stages().len();
        for (position, &stage) in cycle.scope.stages().iter().enumerate() {
            let own = self.progressed(cycle).await?;
            let mut record = own
                .stages
                .get(position)
                .filter(|own| own.stage == stage)
                .cloned()
                .ok_or_else(|| Error::internal("a stage of the cycle is missing"))?;
            if record.state.is_settled() {
                continue;
            }
            if job.canceled() {
                return Err(Error::Canceled(format!(
                    "Stopped before the stage {}.",
                    stage.label()
                )));
            }
            job.step(stage.as_str(), position, count);
            record.state = StageState::Running;
            record.attempts += 1;
            record.started_at = Some(store::now());
            self.write_stage(&own.cycle, job, &record).await?;
            let ended = if record.attempts > MOST_ATTEMPTS {
                Err(Error::internal(format!(
                    "The process ended {MOST_ATTEMPTS} times in this stage. See the server log, then retry."
                )))
            } else {
                self.do_stage(job, &own, stage).await
            };
            record.ended_at = Some(store::now());
            match ended {
                Ok(ended) => {
                    settle(&mut record, &ended);
                    self.write_stage(&own.cycle, job, &record).await?;
                    job.note(&format!("{}: {}", stage.label(), told(&ended)));
                }
                Err(error) => {
                    if matches!(error, Error::Canceled(_)) {
                        record.state = StageState::Waiting;
                    } else {
                        record.state = StageState::Failed;
                        record.note = error.to_string();
                    }
                    if error.code() != Some(RefusalCode::JobEnded) {
                        self.write_stage(&own.cycle, job, &record).await?;
                    }
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    /// Does what a stage needs; waits for a database that is not available.
    async fn do_stage(
        &self,
        job: &Arc<JobHandle>,
        own: &Progressed,
        stage: CycleStage,
    ) -> Result<Ended> {
        let started = Instant::now();
        loop {
            match self.try_stage(job, own, stage).await {
                Err(error @ Error::Unavailable(_)) if started.elapsed() < PATIENCE => {
                    if job.canceled() {
                        return Err(Error::Canceled(
                            "Stopped while the database was away.".into(),
                        ));
                    }
                    tracing::warn!(error = causes(&error), "a cycle waits for the database");
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
                ended => return ended,
            }
        }
    }

    async fn try_stage(
        &self,
        job: &Arc<JobHandle>,
        own: &Progressed,
        stage: CycleStage,
    ) -> Result<Ended> {
        let admin = job.actor().admin()?;
        match self.intent(&admin, own, stage).await? {
            Intent::Do(_) => self.perform(job, own, stage).await,
            Intent::Ends(ended) => Ok(ended),
            Intent::Depends(earlier) => Err(Error::internal(format!(
                "the stage {stage} was reached before {earlier} was over"
            ))),
        }
    }

    pub(super) async fn progressed(&self, cycle: &Cycle) -> Result<Progressed> {
        let mut reader = self.store.read().await?;
        let found = cycles::find(&mut reader, &cycle.use_case, &cycle.cycle_id).await?;
        let cycle = found.ok_or_else(|| Error::internal("the cycle is gone"))?;
        let stages = cycles::stages(&mut reader, &cycle.cycle_id).await?;
        Ok(Progressed { cycle, stages })
    }

    /// Writes what has become of a stage, and with the snapshot the day of the cycle.
    async fn write_stage(
        &self,
        cycle: &Cycle,
        job: &JobHandle,
        record: &cycles::Stage,
    ) -> Result<()> {
        let snapshot = match (record.stage, record.state, &record.result) {
            (CycleStage::Snapshot, StageState::Done, Some(dataset)) => {
                Some(self.dataset(dataset).await?.as_of)
            }
            _ => None,
        };
        let mut transaction = self.begin_owned(job).await?;
        cycles::set_stage(&mut transaction, &cycle.cycle_id, record).await?;
        if let Some(day) = snapshot {
            let day = cycle.wanted_day.unwrap_or(day);
            cycles::set_day(&mut transaction, &cycle.cycle_id, day).await?;
        }
        Ok(transaction.commit().await?)
    }

    /// Begins a transaction of a job that this process still works on, whether or not it was asked
    /// to stop.
    async fn begin_owned(&self, job: &JobHandle) -> Result<Writer> {
        let mut transaction = self.store.begin_patiently().await?;
        match jobs::should_stop(&mut transaction, job.id(), &WORKER).await? {
            Some(_) => Ok(transaction),
            None => Err(Error::conflict(
                RefusalCode::JobEnded,
                "Another process has taken over this cycle.",
            )),
        }
    }

    /// Ends a cycle whose work panicked.
    pub(super) async fn fail_broken_cycle(&self, cycle: &Cycle, job: &JobHandle) -> Result<()> {
        const BROKEN: &str = "The stage failed unexpectedly. See the server log for the cause.";
        let own = self.progressed(cycle).await?;
        if let Some(running) = own.stages.iter().find(|own| !own.state.is_settled()) {
            let mut record = running.clone();
            record.state = StageState::Failed;
            record.note = BROKEN.to_owned();
            record.ended_at = Some(store::now());
            self.write_stage(&own.cycle, job, &record).await?;
            self.end_cycle(cycle, job, CycleState::Failed).await?;
        }
        let mut transaction = self.store.begin_patiently().await?;
        jobs::finish(&mut transaction, job.id(), JobStatus::Failed, BROKEN).await?;
        Ok(transaction.commit().await?)
    }

    async fn end_cycle(&self, cycle: &Cycle, job: &JobHandle, state: CycleState) -> Result<()> {
        let own = self.progressed(cycle).await?;
        let event = match state {
            CycleState::Finished => AuditEvent::CycleFinish {
                as_of: own.day(),
                version: own.version()?,
            },
            CycleState::Canceled => AuditEvent::CycleCancel {},
            CycleState::Failed | CycleState::Waiting | CycleState::Running => {
                let failed = own
                    .stages
                    .iter()
                    .find(|stage| !stage.state.is_settled())
                    .ok_or_else(|| Error::internal("a failed cycle has no failed stage"))?;
                AuditEvent::CycleFail {
                    stage: failed.stage,
                }
            }
        };
        let digest = self.digest_at_end(&own, state).await;
        let mut transaction = self.begin_owned(job).await?;
        if cycles::end(&mut transaction, &cycle.cycle_id, state).await? {
            let subject = Subject::Cycle(cycle.use_case.clone(), cycle.cycle_id.clone());
            audit::append(&mut transaction, job.actor().name(), &subject, &event).await?;
            self.tell_of_cycle(&mut transaction, &own, state, digest.as_ref(), store::now())
                .await?;
        }
        Ok(transaction.commit().await?)
    }
}

fn settle(record: &mut cycles::Stage, ended: &Ended) {
    match ended {
        Ended::Done { result, note } => {
            record.state = StageState::Done;
            record.result = result.as_ref().map(StageResult::text);
            record.note.clone_from(note);
        }
        Ended::Skipped { because, note } => {
            record.state = StageState::Skipped;
            record.skipped_because = Some(*because);
            record.note.clone_from(note);
        }
    }
}

fn told(ended: &Ended) -> String {
    match ended {
        Ended::Done { note, .. } if note.is_empty() => "done.".to_owned(),
        Ended::Done { note, .. } => note.clone(),
        Ended::Skipped { because, note } => format!("skipped. {} {note}", because.sentence())
            .trim_end()
            .to_owned(),
    }
}
