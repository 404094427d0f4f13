//! Scheduled runs whose time has come, and those whose time has gone by.

use domain::{
    AccountName, AuditEvent, CycleCause, CycleScope, MissedBecause, Role, Subject, Timestamp,
};
use store::schedules::{self, MissedRun, Schedule};
use store::{Writer, accounts, audit, cycles};

use super::super::commands::{NewCycle, insert};
use super::commands::{next, parse};
use crate::{Actor, Error, Origin, Result, Tenure};

/// A run that begins later than this was missed: no server was running.
const LATE_SECONDS: i64 = 15 * 60;
/// Missed runs that are written down at once: a server that was down for a year of daily runs does
/// not need to name every one.
const MOST_MISSED: usize = 100;

impl Tenure {
    /// Queues the cycles whose time has come. Of those whose time has gone by every one is recorded
    /// as missed, and one is caught up.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn queue_due_cycles(&self, now: Timestamp) -> Result<()> {
        let all = schedules::list(&mut self.store.read().await?).await?;
        for schedule in all.iter().filter(|schedule| schedule.next_run <= now) {
            self.queue_due(schedule, now).await?;
        }
        Ok(())
    }

    async fn queue_due(&self, schedule: &Schedule, now: Timestamp) -> Result<()> {
        let cron = parse(&schedule.cron, &schedule.time_zone)?;
        // Every time up to now; the last of them is the one to be done.
        let mut due = vec![schedule.next_run];
        while due.len() < MOST_MISSED
            && let Some(after) = cron.next_after(due[due.len() - 1]).filter(|at| *at <= now)
        {
            due.push(after);
        }
        let last = due[due.len() - 1];
        let is_late = now.since(last) > LATE_SECONDS * 1_000_000;
        let stopped = if is_late { due.len() } else { due.len() - 1 };
        let mut missed: Vec<(Timestamp, MissedBecause)> = due[..stopped]
            .iter()
            .map(|at| (*at, MissedBecause::ServerStopped))
            .collect();

        let cause = if is_late {
            CycleCause::CatchUp
        } else {
            CycleCause::Schedule
        };
        let new = NewCycle {
            use_case: schedule.use_case.to_string(),
            scope: CycleScope::Full,
            as_of: None,
            source: schedule.source.clone(),
        };
        let cycle = match self.actor_of_job(&schedule.set_by).await? {
            // A source that is gone is told like a right that is gone: somebody has to set it anew.
            Some(actor) => match self.new_cycle(&actor, &new, cause).await {
                Ok(cycle) => Some(cycle),
                Err(Error::NotFound(_) | Error::Fields(_)) => None,
                Err(error) => return Err(error),
            },
            None => None,
        };
        let mut transaction = self.store.begin().await?;
        // Another process may have done it in the meantime.
        if !schedules::advance(&mut transaction, schedule, next(&cron, now)?).await? {
            return Ok(());
        }
        let open = cycles::open_of(&mut transaction, &schedule.use_case).await?;
        match (cycle, open) {
            (None, _) => missed.push((last, MissedBecause::NotAllowed)),
            (Some(_), Some(_)) => missed.push((last, MissedBecause::CycleOpen)),
            (Some(cycle), None) => insert(&mut transaction, &cycle).await?,
        }
        let runs = record_missed(&mut transaction, schedule, &missed, now).await?;
        self.tell_of_missed(&mut transaction, &runs, now).await?;
        Ok(transaction.commit().await?)
    }

    /// Somebody on whose behalf a job is done later: with the roles of now. `None` when the account
    /// may not run a cycle any more.
    pub(crate) async fn actor_of_job(&self, name: &AccountName) -> Result<Option<Actor>> {
        let local = Actor::local();
        if name == local.name() {
            return Ok(Some(local));
        }
        let account = accounts::by_name(&mut self.store.read().await?, name).await?;
        Ok(account
            .filter(|account| account.disabled_at.is_none())
            .filter(|account| account.roles.contains(&Role::Admin))
            .map(|account| Actor::new(&account.name, &account.roles, Origin::SignedIn)))
    }
}

async fn record_missed(
    writer: &mut Writer,
    schedule: &Schedule,
    missed: &[(Timestamp, MissedBecause)],
    now: Timestamp,
) -> Result<Vec<MissedRun>> {
    // The one that is told last, is told of a time that may be among the others.
    let rows: Vec<MissedRun> = missed
        .iter()
        .map(|&(due_at, because)| MissedRun {
            use_case: schedule.use_case.clone(),
            due_at,
            because,
            found_at: now,
        })
        .collect();
    if rows.is_empty() {
        return Ok(rows);
    }
    schedules::insert_missed(writer, &rows).await?;
    for run in &rows {
        let event = AuditEvent::ScheduleMissed {
            due: run.due_at,
            because: run.because,
        };
        let subject = Subject::UseCase(schedule.use_case.clone());
        audit::append(writer, &schedule.set_by, &subject, &event).await?;
    }
    Ok(rows)
}
