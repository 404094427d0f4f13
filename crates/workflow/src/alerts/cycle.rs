//! What the end of a cycle or of a job means for alerts: written in the same transaction.

use domain::{
    AlertEvent, AlertKind, AlertSeverity, CycleScope, CycleStage, CycleState, JobId, JobKind,
    JobStatus, Route, StageState, Timestamp,
};
use serde_json::json;
use store::alerts::{self, Alert};
use store::cycles::Stage;
use store::{Writer, jobs};

use delivery::Section;

use super::compose::RETRAINING;
use super::details::Details;
use super::digest::Digest;
use super::messages::tell;
use super::place::Place;
use super::raise::{Finding, raise, resolve};
use crate::cycles::Progressed;
use crate::{Result, Tenure, causes};

/// The subject of what is found about cycles and their schedule.
const CYCLE: &str = "cycle";
const SCHEDULE: &str = "schedule";

impl Tenure {
    /// What is to be told at the end of a cycle; `None` where there is nothing, or it could not be
    /// composed.
    pub(crate) async fn digest_at_end(
        &self,
        own: &Progressed,
        state: CycleState,
    ) -> Option<Digest> {
        if state != CycleState::Finished || own.cycle.scope != CycleScope::Full {
            return None;
        }
        match self.digest(own).await {
            Ok(digest) => digest,
            Err(error) => {
                tracing::warn!(error = causes(&error), "the digest could not be composed");
                None
            }
        }
    }

    /// Raises and resolves alerts at the end of a cycle.
    pub(crate) async fn tell_of_cycle(
        &self,
        writer: &mut Writer,
        own: &Progressed,
        state: CycleState,
        digest: Option<&Digest>,
        now: Timestamp,
    ) -> Result<()> {
        let place = self.place(&own.cycle.use_case);
        match state {
            CycleState::Failed => {
                raise(writer, &place, &failed(own), now).await?;
            }
            CycleState::Finished => {
                resolve(writer, &place, AlertKind::JobFailed, CYCLE, now).await?;
                if own.cycle.scope == CycleScope::Full {
                    resolve(writer, &place, AlertKind::ScheduleMissed, SCHEDULE, now).await?;
                }
                if let Some(digest) = digest {
                    digest.write(writer, now).await?;
                }
            }
            CycleState::Waiting | CycleState::Running | CycleState::Canceled => {}
        }
        tell_of_retraining(writer, &place, own, now).await
    }

    /// Raises and resolves alerts at the end of a job. A cycle tells its own end.
    pub(crate) async fn tell_of_job(
        &self,
        writer: &mut Writer,
        job_id: &JobId,
        status: JobStatus,
        now: Timestamp,
    ) -> Result<()> {
        let job = jobs::find(writer, job_id).await?;
        let Some(job) = job.filter(|job| job.kind != JobKind::Cycle) else {
            return Ok(());
        };
        let place = self.place(&job.use_case);
        let subject = job.kind.as_str();
        match status {
            JobStatus::Failed => {
                let mut details = Details::default();
                details.put(
                    Section::new("Job", vec![("Kind", job_words(job.kind).to_owned())]),
                    "job",
                    json!({ "job": job_id, "kind": job.kind }),
                );
                let finding = Finding {
                    kind: AlertKind::JobFailed,
                    subject: subject.to_owned(),
                    severity: AlertSeverity::Warning,
                    // Its message may quote data: it is on the page of the job.
                    summary: format!("A job failed: {}.", job_words(job.kind)),
                    details,
                    page: Route::Job {
                        job: job_id.clone(),
                    },
                };
                raise(writer, &place, &finding, now).await
            }
            JobStatus::Finished => {
                resolve(writer, &place, AlertKind::JobFailed, subject, now).await
            }
            JobStatus::Queued | JobStatus::Running | JobStatus::Canceled => Ok(()),
        }
    }

    /// Raises an alert about scheduled runs that did not take place.
    pub(crate) async fn tell_of_missed(
        &self,
        writer: &mut Writer,
        runs: &[store::schedules::MissedRun],
        now: Timestamp,
    ) -> Result<()> {
        let Some(last) = runs.last() else {
            return Ok(());
        };
        let place = self.place(&last.use_case);
        let mut details = Details::default();
        details.put(
            Section::new(
                "Schedule",
                vec![
                    ("Due", last.due_at.long()),
                    ("Missed runs", runs.len().to_string()),
                    ("Reason", last.because.sentence().to_owned()),
                ],
            ),
            "schedule",
            json!({ "due_at": last.due_at, "because": last.because, "missed": runs.len() }),
        );
        let finding = Finding {
            kind: AlertKind::ScheduleMissed,
            subject: SCHEDULE.to_owned(),
            severity: AlertSeverity::Warning,
            summary: format!(
                "The cycle due on {} did not run. {}",
                last.due_at.long(),
                last.because.sentence()
            ),
            details,
            page: Route::Cycles {
                use_case: last.use_case.clone(),
            },
        };
        raise(writer, &place, &finding, now).await
    }
}

/// The stage that failed; the problem itself may quote data and is on the page of the cycle.
fn failed(own: &Progressed) -> Finding {
    let stage = own.stages.iter().find(|stage| !stage.state.is_settled());
    let name = stage.map_or("Unknown", |stage| stage.stage.label());
    let mut details = Details::default();
    let day = own.day();
    details.put(
        Section::new(
            "Cycle",
            vec![
                ("What", own.cycle.scope.label().to_owned()),
                ("Failed stage", name.to_owned()),
                (
                    "Snapshot date",
                    day.map_or_else(|| "Not known".into(), |day| day.long()),
                ),
            ],
        ),
        "cycle",
        json!({ "cycle": own.cycle.cycle_id, "stage": stage.map(|stage| stage.stage), "as_of": day }),
    );
    Finding {
        kind: AlertKind::JobFailed,
        subject: CYCLE.to_owned(),
        severity: AlertSeverity::Critical,
        summary: format!("The cycle failed in the stage {name}."),
        details,
        page: Route::Cycle {
            use_case: own.cycle.use_case.clone(),
            cycle: own.cycle.cycle_id.clone(),
        },
    }
}

/// A version that was trained in the cycle is news to whoever was told why.
async fn tell_of_retraining(
    writer: &mut Writer,
    place: &Place,
    own: &Progressed,
    now: Timestamp,
) -> Result<()> {
    let Some(version) = own.version()? else {
        return Ok(());
    };
    let stage = |wanted: CycleStage| own.stages.iter().find(|stage| stage.stage == wanted);
    let mut rows = vec![("Status", format!("Version {version} was trained."))];
    for (label, wanted) in [
        ("Compared with the live version", CycleStage::Comparison),
        ("Staging gates", CycleStage::Staging),
        ("Review", CycleStage::Review),
    ] {
        if let Some(text) = stage(wanted).and_then(outcome) {
            rows.push((label, text));
        }
    }
    let requested = stage(CycleStage::Review).is_some_and(|own| own.state == StageState::Done);
    let fact = json!({ "retrained": true, "new_version": version, "review_requested": requested });
    for alert in alerts::open(writer).await? {
        let concerned = matches!(
            alert.kind,
            AlertKind::Drift | AlertKind::Performance | AlertKind::Calibration
        );
        if alert.use_case != place.use_case || !concerned {
            continue;
        }
        let mut details = Details::parse(&alert.details)?;
        if details.facts.get("retraining") == Some(&fact) {
            continue;
        }
        details.put(
            Section::new(RETRAINING, rows.clone()),
            "retraining",
            fact.clone(),
        );
        let alert = Alert {
            details: details.text()?,
            ..alert
        };
        alerts::update(writer, &alert).await?;
        // Who put it aside reads it on the page.
        if alert.state != domain::AlertState::Snoozed {
            tell(writer, place, &alert, AlertEvent::Updated, now).await?;
        }
    }
    Ok(())
}

/// What came of a stage; nothing of one that failed.
fn outcome(stage: &Stage) -> Option<String> {
    match (stage.state, stage.skipped_because) {
        (StageState::Done, _) => Some(stage.note.clone()).filter(|note| !note.is_empty()),
        (StageState::Skipped, Some(because)) => Some(because.sentence().to_owned()),
        (
            StageState::Skipped | StageState::Waiting | StageState::Running | StageState::Failed,
            _,
        ) => None,
    }
}

fn job_words(kind: JobKind) -> &'static str {
    match kind {
        JobKind::Training => "training",
        JobKind::Experiment => "fairness experiment",
        JobKind::Cycle => "cycle",
    }
}
