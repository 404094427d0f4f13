//! Jobs are started, carried out under their record, stopped, and failed when their process is
//! gone.

use std::sync::Arc;
use std::time::Duration;

use domain::{AuditEvent, JobId, JobKind, JobStatus, RefusalCode, Subject};
use store::{Store, Writer, audit, jobs};
use tokio::sync::oneshot;
use training::Progress;

use super::handle::{JobHandle, NewJob, Observer};
use super::resume::Requested;
use super::worker::{self, HEARTBEAT_SECONDS, WORKER};
use crate::{Actor, Admin, Error, Result, Tenure, causes};

/// The record is written this often while something is told.
const WRITE_EVERY: Duration = Duration::from_millis(500);

impl Tenure {
    /// Starts work in the background and gives the job's id. One such job of a process works at a
    /// time; the others wait their turn.
    ///
    /// The work gets the use cases and a [`JobHandle`]; CPU-bound parts belong on blocking threads,
    /// and it should ask
    /// [`Progress::canceled`] now and then. Its error becomes the job's message.
    ///
    /// # Errors
    /// When there is no such use case, or the store fails.
    pub async fn start_job<W, F>(&self, admin: &Admin<'_>, new: NewJob, work: W) -> Result<JobId>
    where
        W: FnOnce(Self, Arc<JobHandle>) -> F + Send + 'static,
        F: Future<Output = Result<()>> + Send + 'static,
    {
        let handle = self
            .open_job(admin.actor(), new, None, JobStatus::Queued, None)
            .await?;
        let job_id = handle.id().clone();
        self.work_in_background(handle, work);
        Ok(job_id)
    }

    /// Does work in the background, when its turn has come.
    pub(super) fn work_in_background<W, F>(&self, handle: Arc<JobHandle>, work: W)
    where
        W: FnOnce(Self, Arc<JobHandle>) -> F + Send + 'static,
        F: Future<Output = Result<()>> + Send + 'static,
    {
        let tenure = self.clone();
        tokio::spawn(async move {
            let (own, watched) = (tenure.clone(), Arc::clone(&handle));
            let whole = async move |tenure: Self, handle: Arc<JobHandle>| {
                let _slot = tenure.job_slot(&handle).await?;
                work(tenure.clone(), handle).await
            };
            let done = tokio::spawn(async move { own.carry_out(watched, whole).await }).await;
            if let Err(broken) = done {
                tracing::error!(%broken, "a job panicked");
                tenure
                    .end_job(
                        &handle,
                        JobStatus::Failed,
                        "The job failed unexpectedly. See the server log for the cause.",
                    )
                    .await;
            }
        });
    }

    /// Does work here and now under a job's record, for entry points that wait for the outcome
    /// themselves.
    ///
    /// # Errors
    /// That of the work, or when the store fails.
    pub(crate) async fn run_job<T, W, F>(
        &self,
        actor: &Actor,
        new: NewJob,
        observer: Option<Observer>,
        work: W,
    ) -> Result<T>
    where
        W: FnOnce(Self, Arc<JobHandle>) -> F,
        F: Future<Output = Result<T>>,
    {
        let handle = self
            .open_job(actor, new, observer, JobStatus::Running, None)
            .await?;
        self.carry_out(handle, work).await
    }

    /// `request`: what a training in the background is asked for, by which it can be started again.
    pub(super) async fn open_job(
        &self,
        actor: &Actor,
        new: NewJob,
        observer: Option<Observer>,
        status: JobStatus,
        request: Option<&Requested>,
    ) -> Result<Arc<JobHandle>> {
        self.use_case(&new.use_case)?;
        self.fail_interrupted().await?;
        let mut transaction = self.store.begin().await?;
        let handle = insert_job(&mut transaction, actor, new, observer, status).await?;
        if let Some(request) = request {
            jobs::insert_request(&mut transaction, &request.row(handle.id())?).await?;
        }
        transaction.commit().await?;
        Ok(handle)
    }

    /// Waits until no other background job of this process works.
    async fn job_slot(&self, handle: &JobHandle) -> Result<tokio::sync::OwnedSemaphorePermit> {
        let mut look = tokio::time::interval(WRITE_EVERY);
        let slot = Arc::clone(&self.job_slots).acquire_owned();
        tokio::pin!(slot);
        loop {
            tokio::select! {
                slot = &mut slot => {
                    handle.reported().status = JobStatus::Running;
                    return slot.map_err(Error::caused);
                }
                _ = look.tick() => if handle.canceled() {
                    return Err(Error::Canceled("Stopped before it started.".into()));
                }
            }
        }
    }

    /// Does work under a job's record, which ends with it.
    pub(crate) async fn carry_out<T, W, F>(&self, handle: Arc<JobHandle>, work: W) -> Result<T>
    where
        W: FnOnce(Self, Arc<JobHandle>) -> F,
        F: Future<Output = Result<T>>,
    {
        let (stop, stopped) = oneshot::channel();
        let keeper = tokio::spawn(record_progress(
            self.store.clone(),
            Arc::clone(&handle),
            stopped,
        ));
        let outcome = work(self.clone(), Arc::clone(&handle)).await;
        drop(stop);
        let written = keeper.await.unwrap_or_default();
        let (status, message) = match &outcome {
            Ok(_) => (JobStatus::Finished, String::new()),
            Err(error @ Error::Canceled(_)) => (JobStatus::Canceled, error.to_string()),
            Err(error) => (JobStatus::Failed, error.to_string()),
        };
        if let Err(error @ (Error::Store(_) | Error::Unavailable(_))) = &outcome {
            tracing::error!(error = causes(error), job = %handle.id(), "a job failed");
        }
        handle.log(if message.is_empty() {
            status.to_string()
        } else {
            format!("{status}: {message}")
        });
        let rest =
            async { write_down(self.store.begin_patiently().await?, &handle, written).await };
        if let Err(error) = rest.await {
            tracing::error!(
                error = causes(&error),
                "the log of a job could not be written"
            );
        }
        self.end_job(&handle, status, &message).await;
        outcome
    }

    /// Begins the transaction in which a job registers what it made. Waits for a database that is
    /// not available, unless the job is asked to stop. Waiting may take longer than other processes
    /// take a silent one to live, and then the job is no longer this one's to finish.
    ///
    /// # Errors
    /// [`Error::Canceled`] when the job is asked to stop, [`Error::Conflict`] when another process has ended it, or when the store fails.
    pub(crate) async fn begin_for(&self, job: &JobHandle) -> Result<Writer> {
        let stopped = || Error::Canceled("Stopped before the result was registered.".into());
        let mut transaction = match self.store.begin_while(|| !job.canceled()).await {
            Err(store::Error::Unavailable(_)) if job.canceled() => return Err(stopped()),
            begun => begun?,
        };
        match jobs::should_stop(&mut transaction, job.id(), &WORKER).await? {
            Some(false) => Ok(transaction),
            Some(true) => Err(stopped()),
            None => Err(Error::conflict(
                RefusalCode::JobEnded,
                "Another process ended this job, because this one had not answered for a minute. Nothing was registered. Start it again.",
            )),
        }
    }

    async fn end_job(&self, handle: &JobHandle, status: JobStatus, message: &str) {
        let end = async {
            let mut transaction = self.store.begin_patiently().await?;
            // What another process has taken over is that one's to end.
            let own = jobs::should_stop(&mut transaction, handle.id(), &WORKER).await?;
            if own.is_some() && jobs::finish(&mut transaction, handle.id(), status, message).await?
            {
                self.tell_of_job(&mut transaction, handle.id(), status, store::now())
                    .await?;
            }
            Ok::<_, Error>(transaction.commit().await?)
        };
        if let Err(error) = end.await {
            tracing::error!(
                error = causes(&error),
                "the end of a job could not be written"
            );
        }
    }

    /// Fails the jobs whose process is gone, and the runs that no job works on: at the start of a
    /// server, and whenever jobs are looked at. What another living process works on is left alone.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn fail_interrupted(&self) -> Result<()> {
        let open = jobs::open(&mut self.store.read().await?).await?;
        let gone: Vec<&jobs::Job> = open
            .iter()
            .filter(|job| worker::is_gone(job, store::now()))
            .collect();
        if gone.is_empty() {
            return Ok(());
        }
        let mut transaction = self.store.begin().await?;
        for job in gone {
            if self.requeue(&mut transaction, job).await? {
                continue;
            }
            let message = interrupted(job.kind);
            if jobs::finish(&mut transaction, &job.job_id, JobStatus::Failed, message).await? {
                let position = jobs::lines(&mut transaction, &job.job_id).await?.len() as i64;
                let line = jobs::Line {
                    at: store::now(),
                    text: format!("failed: {message}"),
                };
                jobs::append(&mut transaction, &job.job_id, position, &[line]).await?;
                let subject = Subject::Job(job.job_id.clone());
                audit::append(
                    &mut transaction,
                    &"tenure".into(),
                    &subject,
                    &AuditEvent::JobInterrupted {},
                )
                .await?;
                let failed = JobStatus::Failed;
                self.tell_of_job(&mut transaction, &job.job_id, failed, store::now())
                    .await?;
            }
        }
        store::runs::fail_abandoned(&mut transaction).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Asks a job to stop after its current step.
    ///
    /// # Errors
    /// When there is no such job, or it has ended.
    pub async fn cancel_job(&self, admin: &Admin<'_>, job_id: &JobId) -> Result<()> {
        let mut transaction = self.store.begin().await?;
        if jobs::find(&mut transaction, job_id).await?.is_none() {
            return Err(Error::NotFound(format!("There is no job {job_id}.")));
        }
        if !jobs::request_cancel(&mut transaction, job_id).await? {
            return Err(Error::conflict(
                RefusalCode::JobEnded,
                "The job has already ended.",
            ));
        }
        audit::append(
            &mut transaction,
            admin.name(),
            &Subject::Job(job_id.clone()),
            &AuditEvent::JobCancel {},
        )
        .await?;
        transaction.commit().await?;
        Ok(())
    }
}

/// Writes a job down that this process works on, or will.
pub(crate) async fn insert_job(
    writer: &mut Writer,
    actor: &Actor,
    new: NewJob,
    observer: Option<Observer>,
    status: JobStatus,
) -> Result<Arc<JobHandle>> {
    let now = store::now();
    let job = jobs::Job {
        job_id: store::new_id(),
        use_case: new.use_case.into(),
        kind: new.kind,
        title: new.title,
        status,
        progress: jobs::Progress::default(),
        message: String::new(),
        run_id: None,
        cancel_requested: false,
        started_by: actor.name().clone(),
        worker: WORKER.clone(),
        heartbeat_at: now,
        started_at: now,
        ended_at: None,
    };
    jobs::insert(writer, &job).await?;
    let event = AuditEvent::JobStart {
        kind: job.kind,
        title: job.title,
    };
    audit::append(
        writer,
        actor.name(),
        &Subject::Job(job.job_id.clone()),
        &event,
    )
    .await?;
    Ok(Arc::new(JobHandle::new(
        job.job_id,
        actor.clone(),
        observer,
        status,
    )))
}

/// Message of a job whose process stopped.
fn interrupted(kind: JobKind) -> &'static str {
    match kind {
        JobKind::Training | JobKind::Experiment => {
            "The server process stopped before the job finished. No version was registered. Start it again."
        }
        JobKind::Cycle => {
            "The process stopped before the cycle finished. A server, or `tenure cycle run`, continues it at the stage that was running."
        }
    }
}

/// Writes what the work tells and looks whether it should stop, until the work is done; gives the
/// number of lines written.
async fn record_progress(
    store: Store,
    handle: Arc<JobHandle>,
    mut stopped: oneshot::Receiver<()>,
) -> i64 {
    let (mut written, mut before, mut silent) = (0, None, Duration::ZERO);
    let mut tick = tokio::time::interval(WRITE_EVERY);
    loop {
        tokio::select! {
            _ = &mut stopped => return written,
            _ = tick.tick() => {}
        }
        let now = {
            let reported = handle.reported();
            (
                reported.status,
                reported.progress.clone(),
                reported.lines.len(),
            )
        };
        silent += WRITE_EVERY;
        if before.as_ref() == Some(&now) && silent.as_secs() < HEARTBEAT_SECONDS.unsigned_abs() / 2
        {
            continue;
        }
        let new = async { write_down(store.begin().await?, &handle, written).await };
        match new.await {
            Ok(lines) => (written, before, silent) = (lines, Some(now), Duration::ZERO),
            Err(error) => tracing::warn!(
                error = causes(&error),
                "the record of a job could not be written"
            ),
        }
    }
}

/// Writes progress and new lines; gives the number of lines written in all.
async fn write_down(
    mut transaction: Writer,
    handle: &JobHandle,
    written: i64,
) -> store::Result<i64> {
    let (status, progress, lines) = {
        let reported = handle.reported();
        (
            reported.status,
            reported.progress.clone(),
            reported
                .lines
                .get(written as usize..)
                .unwrap_or_default()
                .to_vec(),
        )
    };
    let position = handle.lines_before + written;
    jobs::append(&mut transaction, handle.id(), position, &lines).await?;
    let stop = jobs::report(&mut transaction, handle.id(), &WORKER, status, &progress).await?;
    transaction.commit().await?;
    // Another process took this one for dead, or somebody asked to stop.
    if stop.unwrap_or(true) {
        handle.cancel();
    }
    Ok(written + lines.len() as i64)
}
