//! A training in the background whose process ends is started again by a server: from the beginning,
//! with the same data, settings and seed, so that it gives the same model.

use std::sync::Arc;

use domain::{AuditEvent, DatasetId, JobId, JobKind, JobStatus, RunId, Subject};
use store::{Writer, audit, jobs};
use training::{Settings, ValidSettings};

use super::handle::{JobHandle, NewJob};
use super::worker::WORKER;
use crate::{Admin, Error, Result, Tenure};

/// How often a training is begun: when it ends its process each time, something in it does that.
const MOST_ATTEMPTS: i64 = 3;

/// What a training in the background is asked for.
#[derive(Debug, Clone)]
pub(crate) struct Requested {
    pub dataset: DatasetId,
    pub settings: ValidSettings,
    /// A candidate of another run that is to be the model, instead of a search.
    pub given: Option<(RunId, String)>,
}

impl Requested {
    pub(super) fn row(&self, job_id: &JobId) -> Result<jobs::TrainingRequest> {
        let settings: &Settings = &self.settings;
        Ok(jobs::TrainingRequest {
            job_id: job_id.clone(),
            dataset_id: self.dataset.clone(),
            settings: serde_json::to_string(settings).map_err(store::Error::from)?,
            attempts: 1,
            from_run: self.given.as_ref().map(|(run, _)| run.clone()),
            candidate: self.given.as_ref().map(|(_, candidate)| candidate.clone()),
        })
    }

    fn of(row: &jobs::TrainingRequest) -> Result<Self> {
        let settings: Settings = serde_json::from_str(&row.settings).map_err(store::Error::from)?;
        Ok(Self {
            dataset: row.dataset_id.clone(),
            settings: settings.check().map_err(Error::Fields)?,
            given: row.from_run.clone().zip(row.candidate.clone()),
        })
    }
}

impl Tenure {
    /// Starts a training in the background that outlives this process.
    pub(crate) async fn start_requested(
        &self,
        admin: &Admin<'_>,
        new: NewJob,
        requested: Requested,
    ) -> Result<JobId> {
        let handle = self
            .open_job(
                admin.actor(),
                new,
                None,
                JobStatus::Queued,
                Some(&requested),
            )
            .await?;
        let job_id = handle.id().clone();
        self.train_in_background(handle, requested);
        Ok(job_id)
    }

    fn train_in_background(&self, handle: Arc<JobHandle>, requested: Requested) {
        self.work_in_background(handle, async move |tenure, job| {
            let dataset = tenure.dataset(&requested.dataset).await?;
            let given = match &requested.given {
                None => None,
                Some((run, candidate)) => Some(tenure.given_candidate(run, candidate).await?),
            };
            let outcome = tenure
                .train_with(&job, &dataset, requested.settings, given)
                .await?;
            let run = (&outcome.run_id).into();
            job.made(domain::Route::Run { run }.path());
            Ok(())
        });
    }

    /// Puts a job whose process is gone back into the queue, where it can be started again. False: it
    /// cannot, or was tried often enough, or is to stop.
    pub(super) async fn requeue(&self, writer: &mut Writer, job: &jobs::Job) -> Result<bool> {
        if job.kind != JobKind::Training || job.cancel_requested {
            return Ok(false);
        }
        let request = jobs::request(writer, &job.job_id).await?;
        let Some(request) = request.filter(|request| request.attempts < MOST_ATTEMPTS) else {
            return Ok(false);
        };
        if !jobs::requeue(writer, &job.job_id, &job.worker).await? {
            return Ok(false);
        }
        let position = jobs::lines(writer, &job.job_id).await?.len() as i64;
        let line = jobs::Line {
            at: store::now(),
            text: format!(
                "The process stopped. A server starts the training again (attempt {} of {MOST_ATTEMPTS}).",
                request.attempts + 1
            ),
        };
        jobs::append(writer, &job.job_id, position, &[line]).await?;
        let subject = Subject::Job(job.job_id.clone());
        let event = AuditEvent::JobInterrupted {};
        audit::append(writer, &"tenure".into(), &subject, &event).await?;
        Ok(true)
    }

    /// Starts the trainings again that wait for a process, in the background.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn resume_trainings(&self) -> Result<()> {
        self.fail_interrupted().await?;
        let open = jobs::open(&mut self.store.read().await?).await?;
        for job in open.iter().filter(|job| job.worker.is_empty()) {
            let mut transaction = self.store.begin().await?;
            if !jobs::claim(&mut transaction, &job.job_id, &WORKER).await? {
                continue;
            }
            let request = jobs::request(&mut transaction, &job.job_id).await?;
            let lines = jobs::lines(&mut transaction, &job.job_id).await?.len();
            let actor = self.actor_of_job(&job.started_by).await?;
            let (Some(request), Some(actor)) = (request, actor) else {
                let message = "The account that started it may no longer train.";
                jobs::finish(&mut transaction, &job.job_id, JobStatus::Failed, message).await?;
                transaction.commit().await?;
                continue;
            };
            transaction.commit().await?;
            let handle = JobHandle::resumed(job.job_id.clone(), actor, lines as i64);
            self.train_in_background(Arc::new(handle), Requested::of(&request)?);
        }
        Ok(())
    }
}
