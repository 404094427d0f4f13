//! A server works on cycles: it queues those whose time has come, and carries out those that nobody
//! works on. Several servers may share one database; each cycle is claimed by one of them.

use std::sync::Arc;
use std::time::Duration;

use domain::{CycleCause, CycleScope, CycleState, JobStatus, Rescoring};
use store::cycles::{self, Cycle};
use store::{jobs, registry, schedules, scoring};

use super::commands::{NewCycle, insert};
use crate::jobs::is_gone;
use crate::{Error, Result, Tenure, causes};

/// How often a server looks for work.
const LOOK_EVERY: Duration = Duration::from_secs(3);

impl Tenure {
    /// Works on cycles until the process ends.
    pub async fn keep_cycles(self) {
        let mut look = tokio::time::interval(LOOK_EVERY);
        look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            look.tick().await;
            if let Err(error) = self.look_for_cycles().await {
                tracing::warn!(error = causes(&error), "cycles could not be looked for");
            }
        }
    }

    /// Queues what has come due, and begins one cycle that nobody works on, in the background.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn look_for_cycles(&self) -> Result<()> {
        self.resume_trainings().await?;
        self.queue_due_cycles(store::now()).await?;
        self.queue_rescoring().await?;
        self.work_on_next().await?;
        Ok(())
    }

    /// Queues the scoring of people whose scores another version made than the one that went live
    /// since, where the schedule says that this is done at once.
    async fn queue_rescoring(&self) -> Result<()> {
        let all = schedules::list(&mut self.store.read().await?).await?;
        for schedule in all
            .into_iter()
            .filter(|schedule| schedule.rescoring == Rescoring::AtOnce)
        {
            let mut reader = self.store.read().await?;
            let Some(change) = registry::live(&mut reader, &schedule.use_case).await? else {
                continue;
            };
            let Some(version) = change.version else {
                continue;
            };
            let newest = scoring::batches(&mut reader, &schedule.use_case, 1).await?;
            // The first scoring is somebody's decision: there is nothing to be renewed before it.
            let Some(newest) = newest.first().filter(|batch| batch.version != version) else {
                continue;
            };
            let cycles = cycles::list(&mut reader, &schedule.use_case, 1).await?;
            let tried = cycles.first().is_some_and(|cycle| {
                cycle.state.is_open()
                    || (cycle.created_at > change.changed_at
                        && matches!(cycle.scope, CycleScope::Full | CycleScope::Scores))
            });
            drop(reader);
            if tried {
                continue;
            }
            let Some(actor) = self.actor_of_job(&schedule.set_by).await? else {
                continue;
            };
            let new = NewCycle {
                use_case: schedule.use_case.to_string(),
                scope: CycleScope::Scores,
                as_of: Some(newest.as_of.to_string()),
                source: None,
            };
            let cycle = self.new_cycle(&actor, &new, CycleCause::Promotion).await?;
            let mut transaction = self.store.begin().await?;
            match insert(&mut transaction, &cycle).await {
                Ok(()) => transaction.commit().await?,
                // Somebody else was faster.
                Err(Error::Conflict { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Begins the oldest open cycle that nobody works on, if this process has nothing else to do in
    /// the background.
    async fn work_on_next(&self) -> Result<()> {
        let Ok(slot) = Arc::clone(&self.job_slots).try_acquire_owned() else {
            return Ok(());
        };
        let open = cycles::open(&mut self.store.read().await?).await?;
        for cycle in open {
            if !self.is_free(&cycle).await? || self.use_case(&cycle.use_case).is_err() {
                continue;
            }
            let Some(actor) = self.actor_of_job(&cycle.started_by).await? else {
                self.drop_cycle(&cycle).await?;
                continue;
            };
            self.fail_interrupted().await?;
            let Some(job) = self.claim_cycle(&cycle, &actor, None).await? else {
                continue;
            };
            let tenure = self.clone();
            tokio::spawn(async move {
                let _slot = slot;
                let own = tenure.clone();
                let (begun, its_job) = (cycle.clone(), Arc::clone(&job));
                let done = tokio::spawn(async move { own.carry_out_cycle(cycle, job).await }).await;
                let id = &begun.cycle_id;
                match done {
                    Ok(Ok(())) => {}
                    Ok(Err(error)) => {
                        tracing::warn!(cycle = %id, error = causes(&error), "a cycle did not finish");
                    }
                    Err(broken) => {
                        tracing::error!(cycle = %id, %broken, "a cycle panicked");
                        if let Err(error) = tenure.fail_broken_cycle(&begun, &its_job).await {
                            tracing::error!(cycle = %id, error = causes(&error), "the end of a cycle could not be written");
                        }
                    }
                }
            });
            return Ok(());
        }
        Ok(())
    }

    async fn is_free(&self, cycle: &Cycle) -> Result<bool> {
        let Some(job_id) = &cycle.job_id else {
            return Ok(true);
        };
        let job = jobs::find(&mut self.store.read().await?, job_id).await?;
        Ok(job.is_none_or(|job| {
            !matches!(job.status, JobStatus::Queued | JobStatus::Running)
                || is_gone(&job, store::now())
        }))
    }

    /// Ends a cycle on whose behalf nobody may act any more.
    async fn drop_cycle(&self, cycle: &Cycle) -> Result<()> {
        let mut transaction = self.store.begin().await?;
        if cycles::end(&mut transaction, &cycle.cycle_id, CycleState::Canceled).await? {
            let subject = domain::Subject::Cycle(cycle.use_case.clone(), cycle.cycle_id.clone());
            let event = domain::AuditEvent::CycleCancel {};
            store::audit::append(&mut transaction, &cycle.started_by, &subject, &event).await?;
        }
        Ok(transaction.commit().await?)
    }
}
