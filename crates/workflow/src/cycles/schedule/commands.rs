//! The schedule of a use case is set, shown and turned off.

use domain::{AuditEvent, ProblemCode, Rescoring, Subject, Timestamp, UseCaseId};
use serde::Serialize;
use store::audit;
use store::schedules::{self, MissedRun, Schedule};

use super::cron::{Cron, InvalidCron};
use crate::error::Problems;
use crate::{Admin, Error, Member, Result, Tenure};

/// The first of each month. Not at midnight, when the day before is still being closed in the
/// systems that people come from; not at a full hour, when everything else starts too.
pub(crate) const USUAL: &str = "17 2 1 * *";
/// Where nothing else is said.
pub(crate) const USUAL_ZONE: &str = "UTC";
/// Runs that are shown ahead.
const SHOWN: usize = 3;
/// Missed runs that are shown.
const MISSED: i64 = 12;

/// A schedule as somebody describes it.
#[derive(Debug, Clone)]
pub struct NewSchedule {
    pub use_case: String,
    /// Minute, hour, day of the month, month, day of the week.
    pub cron: String,
    /// For example Europe/Berlin.
    pub time_zone: String,
    /// Name of the source that people are imported from; empty for the only one, or none.
    pub source: String,
    pub rescoring: Rescoring,
}

impl NewSchedule {
    /// The usual one of a use case.
    pub fn usual(use_case: impl Into<String>) -> Self {
        Self {
            use_case: use_case.into(),
            cron: USUAL.to_owned(),
            time_zone: USUAL_ZONE.to_owned(),
            source: String::new(),
            rescoring: Rescoring::AtOnce,
        }
    }
}

/// The schedule of a use case with what is to come and what was missed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ScheduleView {
    /// `None`: cycles are started by hand.
    pub schedule: Option<Schedule>,
    pub next_runs: Vec<Timestamp>,
    /// The same on the clock of the place, in words.
    #[serde(skip)]
    pub next_local: Vec<String>,
    /// Newest first.
    pub missed: Vec<MissedRun>,
}

impl Tenure {
    /// Sets when cycles of a use case run. They run on behalf of whoever sets it.
    ///
    /// # Errors
    /// [`Error::Fields`] with everything that is wrong.
    pub async fn set_schedule(&self, admin: &Admin<'_>, new: &NewSchedule) -> Result<Schedule> {
        let use_case: UseCaseId = self.use_case(&new.use_case)?.id.as_str().into();
        let mut problems = Problems::default();
        problems.note(parse(&new.cron, USUAL_ZONE))?;
        problems.note(parse(USUAL, &new.time_zone))?;
        let name = Some(new.source.trim()).filter(|name| !name.is_empty());
        let source = match self.source_of(&use_case, name).await {
            Err(Error::NotFound(message)) => {
                Err(Error::field("source", ProblemCode::UnknownValue, message))
            }
            // None named: which one it is, is found when the cycle begins.
            found => found.map(|_| name.map(str::to_owned)),
        };
        let source = problems.note(source)?;
        problems.none()?;
        let source =
            source.ok_or_else(|| Error::internal("a value without a problem is missing"))?;
        let cron = parse(&new.cron, &new.time_zone)?;
        let now = store::now();
        let schedule = Schedule {
            use_case,
            cron: new.cron.split_whitespace().collect::<Vec<_>>().join(" "),
            time_zone: new.time_zone.trim().to_owned(),
            source,
            rescoring: new.rescoring,
            next_run: next(&cron, now)?,
            set_by: admin.name().clone(),
            set_at: now,
        };
        let mut transaction = self.store.begin().await?;
        schedules::set(&mut transaction, &schedule).await?;
        let event = AuditEvent::ScheduleSet {
            cron: schedule.cron.clone(),
            time_zone: schedule.time_zone.clone(),
            source: schedule.source.clone(),
            rescoring: schedule.rescoring,
        };
        let subject = Subject::UseCase(schedule.use_case.clone());
        audit::append(&mut transaction, admin.name(), &subject, &event).await?;
        transaction.commit().await?;
        Ok(schedule)
    }

    /// Turns the schedule of a use case off.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none.
    pub async fn remove_schedule(&self, admin: &Admin<'_>, use_case: &str) -> Result<()> {
        let id: UseCaseId = self.use_case(use_case)?.id.as_str().into();
        let mut transaction = self.store.begin().await?;
        if !schedules::remove(&mut transaction, &id).await? {
            return Err(Error::NotFound(format!("{use_case} has no schedule.")));
        }
        let event = AuditEvent::ScheduleRemove {};
        audit::append(
            &mut transaction,
            admin.name(),
            &Subject::UseCase(id),
            &event,
        )
        .await?;
        Ok(transaction.commit().await?)
    }

    /// The schedule of a use case, its next runs and those that were missed.
    ///
    /// # Errors
    /// When there is no such use case, or the store fails.
    pub async fn schedule(&self, _: &Member<'_>, use_case: &str) -> Result<ScheduleView> {
        let id: UseCaseId = self.use_case(use_case)?.id.as_str().into();
        let mut reader = self.store.read().await?;
        let schedule = schedules::find(&mut reader, &id).await?;
        let missed = schedules::missed(&mut reader, &id, MISSED).await?;
        let (next_runs, next_local) = match &schedule {
            Some(schedule) => {
                let cron = parse(&schedule.cron, &schedule.time_zone)?;
                let mut runs = vec![schedule.next_run];
                runs.extend(cron.next_runs(schedule.next_run, SHOWN - 1));
                let local = runs.iter().map(|run| cron.local(*run)).collect();
                (runs, local)
            }
            None => (Vec::new(), Vec::new()),
        };
        Ok(ScheduleView {
            schedule,
            next_runs,
            next_local,
            missed,
        })
    }
}

pub(super) fn parse(cron: &str, zone: &str) -> Result<Cron> {
    Cron::parse(cron, zone).map_err(|invalid| match invalid {
        InvalidCron::Expression(message) => Error::field("cron", ProblemCode::Format, message),
        InvalidCron::TimeZone(message) => {
            Error::field("time_zone", ProblemCode::UnknownValue, message)
        }
    })
}

pub(super) fn next(cron: &Cron, after: Timestamp) -> Result<Timestamp> {
    cron.next_after(after)
        .ok_or_else(|| Error::internal("a schedule has no next run"))
}
