//! A cycle is started, continued, retried, canceled.

use std::sync::Arc;

use domain::{
    AuditEvent, CycleCause, CycleId, CycleScope, CycleState, Date, JobKind, JobStatus, Planned,
    ProblemCode, RefusalCode, Subject, UseCaseId,
};
use store::cycles::{self, Cycle};
use store::{Writer, audit, jobs};

use super::intent::{CyclePlan, Intent, PlannedStage, Progressed};
use super::outcome::{Ended, StageResult};
use crate::jobs::{insert_job, is_gone};
use crate::{Actor, Admin, Error, JobHandle, NewJob, Observer, Result, Tenure};

/// What is to be done.
#[derive(Debug, Clone)]
pub struct NewCycle {
    pub use_case: String,
    pub scope: CycleScope,
    /// The day that it is about, YYYY-MM-DD; that of the newest snapshot when absent.
    pub as_of: Option<String>,
    /// The source that people are imported from. When absent the only one of the use case that
    /// gives rows; where there is none, the newest imported people are taken.
    pub source: Option<String>,
}

impl NewCycle {
    /// A whole cycle on the newest people.
    pub fn full(use_case: impl Into<String>) -> Self {
        Self {
            use_case: use_case.into(),
            scope: CycleScope::Full,
            as_of: None,
            source: None,
        }
    }
}

impl Tenure {
    /// Queues a cycle: a server carries it out.
    ///
    /// # Errors
    /// [`Error::Conflict`] when the use case has an open one, or nothing may be learned from its data feed; [`Error::Invalid`] when several
    /// sources come into question, or the day is in the future.
    pub async fn start_cycle(&self, admin: &Admin<'_>, new: &NewCycle) -> Result<Cycle> {
        let cycle = self
            .new_cycle(admin.actor(), new, CycleCause::Person)
            .await?;
        self.expect_sound_feed(&cycle).await?;
        let mut transaction = self.store.begin().await?;
        insert(&mut transaction, &cycle).await?;
        transaction.commit().await?;
        Ok(cycle)
    }

    /// Carries out a cycle here and now, and waits for it. One that was cut is continued.
    ///
    /// # Errors
    /// Those of [`Tenure::start_cycle`], and that of the stage that failed.
    pub async fn run_cycle(
        &self,
        admin: &Admin<'_>,
        new: &NewCycle,
        observer: Option<Observer>,
    ) -> Result<CycleId> {
        let actor = admin.actor();
        self.fail_interrupted().await?;
        let id: UseCaseId = self.use_case(&new.use_case)?.id.as_str().into();
        let open = cycles::open_of(&mut self.store.read().await?, &id).await?;
        let cycle = match open {
            Some(open) => {
                expect_same(&open, new)?;
                open
            }
            None => self.start_cycle(admin, new).await?,
        };
        let job = self.claim_cycle(&cycle, actor, observer).await?;
        let job = job.ok_or_else(|| in_work(&cycle))?;
        let cycle_id = cycle.cycle_id.clone();
        self.carry_out_cycle(cycle, job).await?;
        Ok(cycle_id)
    }

    /// What a cycle would do, stage by stage, and why. Changes nothing.
    ///
    /// # Errors
    /// As [`Tenure::start_cycle`], but for an open cycle: that is what would be continued.
    pub async fn plan_cycle(&self, admin: &Admin<'_>, new: &NewCycle) -> Result<CyclePlan> {
        let id: UseCaseId = self.use_case(&new.use_case)?.id.as_str().into();
        let open = cycles::open_of(&mut self.store.read().await?, &id).await?;
        let (mut own, continues) = match open {
            Some(open) => {
                expect_same(&open, new)?;
                let id = open.cycle_id.clone();
                (self.progressed(&open).await?, Some(id))
            }
            None => {
                let cycle = self
                    .new_cycle(admin.actor(), new, CycleCause::Person)
                    .await?;
                let stages = cycles::Stage::waiting(cycle.scope);
                (Progressed { cycle, stages }, None)
            }
        };
        let mut stages = Vec::new();
        for position in 0..own.stages.len() {
            let planned = self.plan_stage(admin, &mut own, position).await?;
            let failed = planned.planned == Planned::Problem;
            stages.push(planned);
            if failed {
                break;
            }
        }
        Ok(CyclePlan {
            use_case: id.into_string(),
            scope: own.cycle.scope,
            as_of: own.day(),
            continues,
            stages,
        })
    }

    async fn plan_stage(
        &self,
        admin: &Admin<'_>,
        own: &mut Progressed,
        position: usize,
    ) -> Result<PlannedStage> {
        let record = own.stages[position].clone();
        let stage = record.stage;
        let planned = |planned, because, note| PlannedStage {
            stage,
            planned,
            because,
            note,
        };
        if record.state.is_settled() {
            let state = match record.skipped_because {
                Some(_) => Planned::Skip,
                None => Planned::Have,
            };
            return Ok(planned(state, record.skipped_because, record.note));
        }
        let intent = match self.intent(admin, own, stage).await {
            Ok(intent) => intent,
            Err(
                error @ (Error::NotFound(_)
                | Error::Invalid(_)
                | Error::Conflict { .. }
                | Error::Forbidden { .. }
                | Error::Refused(_)),
            ) => return Ok(planned(Planned::Problem, None, error.to_string())),
            Err(error) => return Err(error),
        };
        Ok(match intent {
            Intent::Do(what) => planned(Planned::Do, None, what),
            Intent::Depends(earlier) => planned(
                Planned::Depends,
                None,
                format!("Depends on the stage {}.", earlier.label()),
            ),
            Intent::Ends(ended) => {
                let record = &mut own.stages[position];
                match ended {
                    Ended::Done { result, note } => {
                        record.state = domain::StageState::Done;
                        record.result = result.as_ref().map(StageResult::text);
                        if let Some(StageResult::Dataset(dataset)) = result
                            && stage == domain::CycleStage::Snapshot
                        {
                            let day = self.dataset(&dataset).await?.as_of;
                            own.cycle.as_of = Some(own.cycle.wanted_day.unwrap_or(day));
                        }
                        planned(Planned::Have, None, note)
                    }
                    Ended::Skipped { because, note } => {
                        record.state = domain::StageState::Skipped;
                        record.skipped_because = Some(because);
                        let note = format!("{} {note}", because.sentence());
                        planned(Planned::Skip, Some(because), note.trim_end().to_owned())
                    }
                }
            }
        })
    }

    /// Opens a failed or canceled cycle again, at the stage that it ended in; a server continues
    /// it.
    ///
    /// # Errors
    /// [`Error::Conflict`] when it finished, or a later one was begun.
    pub async fn retry_cycle(
        &self,
        admin: &Admin<'_>,
        use_case: &str,
        cycle_id: &CycleId,
    ) -> Result<Cycle> {
        let id: UseCaseId = self.use_case(use_case)?.id.as_str().into();
        let mut transaction = self.store.begin().await?;
        let cycle = find(&mut transaction, &id, cycle_id).await?;
        let newest = cycles::list(&mut transaction, &id, 1).await?;
        if newest.first() != Some(&cycle) {
            return Err(Error::conflict(
                RefusalCode::CycleOver,
                "A later cycle was begun. Run a new cycle instead.",
            ));
        }
        if !cycles::reopen(&mut transaction, cycle_id).await? {
            return Err(Error::conflict(
                RefusalCode::CycleOver,
                format!("The cycle is {}. There is nothing to retry.", cycle.state),
            ));
        }
        let subject = Subject::Cycle(id.clone(), cycle_id.clone());
        audit::append(
            &mut transaction,
            admin.name(),
            &subject,
            &AuditEvent::CycleRetry {},
        )
        .await?;
        let cycle = find(&mut transaction, &id, cycle_id).await?;
        transaction.commit().await?;
        Ok(cycle)
    }

    /// Asks a cycle to stop after what it is doing; one that nobody works on ends at once.
    ///
    /// # Errors
    /// [`Error::Conflict`] when it is over.
    pub async fn cancel_cycle(
        &self,
        admin: &Admin<'_>,
        use_case: &str,
        cycle_id: &CycleId,
    ) -> Result<()> {
        let id: UseCaseId = self.use_case(use_case)?.id.as_str().into();
        self.fail_interrupted().await?;
        let mut transaction = self.store.begin().await?;
        let cycle = find(&mut transaction, &id, cycle_id).await?;
        let over = || {
            Error::conflict(
                RefusalCode::CycleOver,
                format!("The cycle is {} already.", cycle.state),
            )
        };
        if !cycle.state.is_open() {
            return Err(over());
        }
        let asked = match &cycle.job_id {
            Some(job) if jobs::request_cancel(&mut transaction, job).await? => Some(job),
            Some(_) | None => None,
        };
        let (subject, event) = match asked {
            // It ends, on record too, when its process has stopped.
            Some(job) => (Subject::Job(job.clone()), AuditEvent::JobCancel {}),
            None if cycles::end(&mut transaction, cycle_id, CycleState::Canceled).await? => (
                Subject::Cycle(id, cycle_id.clone()),
                AuditEvent::CycleCancel {},
            ),
            None => return Err(over()),
        };
        audit::append(&mut transaction, admin.name(), &subject, &event).await?;
        Ok(transaction.commit().await?)
    }

    /// A cycle that is not on record yet.
    pub(super) async fn new_cycle(
        &self,
        actor: &Actor,
        new: &NewCycle,
        cause: CycleCause,
    ) -> Result<Cycle> {
        let use_case: UseCaseId = self.use_case(&new.use_case)?.id.as_str().into();
        let wanted_day = new.as_of.as_deref().map(str::parse::<Date>).transpose()?;
        let today = store::today();
        if let Some(day) = wanted_day.filter(|day| *day > today) {
            return Err(Error::Invalid(format!(
                "{day} is in the future. Use a date up to today, {today}."
            )));
        }
        let source = match new.scope {
            CycleScope::Full => self.source_of(&use_case, new.source.as_deref()).await?,
            CycleScope::Scores | CycleScope::Retraining => None,
        };
        Ok(Cycle {
            cycle_id: store::new_id(),
            use_case,
            scope: new.scope,
            state: CycleState::Waiting,
            cause,
            wanted_day,
            as_of: match new.scope {
                // Without a snapshot the day is that on which it was asked for.
                CycleScope::Retraining => Some(wanted_day.unwrap_or(today)),
                CycleScope::Full | CycleScope::Scores => None,
            },
            source,
            job_id: None,
            started_by: actor.name().clone(),
            created_at: store::now(),
            ended_at: None,
        })
    }

    /// The source that people are imported from, by its name or because it is the only one that
    /// gives rows.
    pub(super) async fn source_of(
        &self,
        use_case: &UseCaseId,
        name: Option<&str>,
    ) -> Result<Option<String>> {
        if let Some(name) = name {
            return Ok(Some(self.source(use_case, name).await?.name));
        }
        let all = store::sources::list(&mut self.store.read().await?, Some(use_case)).await?;
        let gives_rows = |source: &store::sources::Source| {
            !source.query.is_empty() || crate::sources::gives_files(source)
        };
        let mut names: Vec<String> = all
            .into_iter()
            .filter(gives_rows)
            .map(|source| source.name)
            .collect();
        match names.len() {
            0 | 1 => Ok(names.pop()),
            _ => Err(Error::field(
                "source",
                ProblemCode::Required,
                format!(
                    "{use_case} has several sources: {}. Choose the one that people are imported from.",
                    names.join(", ")
                ),
            )),
        }
    }

    /// Nothing is learned from a data feed that is suspect, whoever asks for it.
    async fn expect_sound_feed(&self, cycle: &Cycle) -> Result<()> {
        if cycle.scope == CycleScope::Retraining && self.feed_is_suspect(&cycle.use_case).await? {
            return Err(Error::conflict(
                RefusalCode::CheckFeed,
                "The newest drift check says that the data feed has to be checked. Check the data feed and run the drift check again before you retrain.",
            ));
        }
        Ok(())
    }

    /// Makes this process the one that works on an open cycle. `None`: another one does, or the
    /// cycle is over.
    pub(super) async fn claim_cycle(
        &self,
        cycle: &Cycle,
        actor: &Actor,
        observer: Option<Observer>,
    ) -> Result<Option<Arc<JobHandle>>> {
        actor.admin()?;
        let mut transaction = self.store.begin().await?;
        let current = find(&mut transaction, &cycle.use_case, &cycle.cycle_id).await?;
        if let Some(job_id) = &current.job_id
            && let Some(job) = jobs::find(&mut transaction, job_id).await?
            && matches!(job.status, JobStatus::Queued | JobStatus::Running)
            && !is_gone(&job, store::now())
        {
            return Ok(None);
        }
        let new = NewJob {
            use_case: cycle.use_case.to_string(),
            kind: JobKind::Cycle,
            title: cycle.scope.label().to_owned(),
        };
        let job = insert_job(&mut transaction, actor, new, observer, JobStatus::Running).await?;
        if !cycles::claim(&mut transaction, &cycle.cycle_id, job.id()).await? {
            return Ok(None);
        }
        transaction.commit().await?;
        Ok(Some(job))
    }

    /// Goes through a cycle that this process has claimed.
    pub(super) async fn carry_out_cycle(&self, cycle: Cycle, job: Arc<JobHandle>) -> Result<()> {
        self.carry_out(job, async move |tenure: Self, job: Arc<JobHandle>| {
            tenure.go_through(cycle, &job).await
        })
        .await
    }
}

/// Puts a new cycle on record.
pub(super) async fn insert(writer: &mut Writer, cycle: &Cycle) -> Result<()> {
    if let Some(open) = cycles::open_of(writer, &cycle.use_case).await? {
        return Err(in_work(&open));
    }
    cycles::insert(writer, cycle).await?;
    let subject = Subject::Cycle(cycle.use_case.clone(), cycle.cycle_id.clone());
    let event = AuditEvent::CycleStart {
        scope: cycle.scope,
        cause: cycle.cause,
    };
    Ok(audit::append(writer, &cycle.started_by, &subject, &event).await?)
}

pub(super) async fn find(
    reader: &mut store::Reader,
    use_case: &UseCaseId,
    cycle_id: &CycleId,
) -> Result<Cycle> {
    let found = cycles::find(reader, use_case, cycle_id).await?;
    found.ok_or_else(|| Error::NotFound(format!("{use_case} has no cycle {cycle_id}.")))
}

fn in_work(cycle: &Cycle) -> Error {
    Error::conflict(
        RefusalCode::CycleOpen,
        format!(
            "{} has an open cycle, {}. Wait for it, or cancel it.",
            cycle.use_case, cycle.cycle_id
        ),
    )
}

/// An open cycle is continued only by somebody who asks for the same.
fn expect_same(open: &Cycle, new: &NewCycle) -> Result<()> {
    let day = new.as_of.as_deref().map(str::parse::<Date>).transpose()?;
    let other = open.scope != new.scope
        || day.is_some_and(|day| Some(day) != open.wanted_day && Some(day) != open.as_of)
        || (new.source.is_some() && new.source != open.source);
    if other { Err(in_work(open)) } else { Ok(()) }
}
