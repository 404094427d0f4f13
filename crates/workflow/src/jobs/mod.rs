//! Long work: started by somebody, done in the background, written down while it runs, stopped on request, and failed with a sentence
//! when its process stops.

mod handle;
mod queries;
mod rows;
mod worker;

use domain::RefusalCode;
pub use rows::{JobPage, JobRow};
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use store::{Store, audit, jobs};
use tokio::sync::oneshot;
use training::Progress;

pub use handle::{JobHandle, Observer};
use worker::{HEARTBEAT_SECONDS, WORKER};

use crate::{Actor, Admin, Error, Result, Tenure};

/// What is to be started.
#[derive(Debug, Clone)]
pub struct NewJob {
    pub use_case: String,
    /// In one word: `training`, `experiment`.
    pub kind: &'static str,
    /// For people: "Training on people.csv".
    pub title: String,
}

/// The record is written this often while something is told.
const WRITE_EVERY: Duration = Duration::from_millis(500);
/// Said of a job whose process stopped.
const INTERRUPTED: &str = "The process that worked on it stopped before it ended. Nothing was registered; start it again.";

impl Tenure {
    /// Starts work in the background and gives the job's id. One such job of a process works at a time; the others wait their turn.
    ///
    /// The work gets the use cases and a [`JobHandle`]; CPU-bound parts belong on blocking threads, and it should ask
    /// [`Progress::cancelled`] now and then. Its error becomes the job's message.
    ///
    /// # Errors
    /// When there is no such use case, or the store fails.
    pub async fn start_job<W, F>(&self, admin: &Admin<'_>, new: NewJob, work: W) -> Result<String>
    where
        W: FnOnce(Self, Arc<JobHandle>) -> F + Send + 'static,
        F: Future<Output = Result<()>> + Send + 'static,
    {
        let handle = self.open_job(admin.actor(), new, None, "queued").await?;
        let (tenure, job_id) = (self.clone(), handle.id().to_owned());
        tokio::spawn(async move {
            let (own, watched) = (tenure.clone(), Arc::clone(&handle));
            let whole = async move |tenure: Self, handle: Arc<JobHandle>| {
                let _turn = tenure.turn(&handle).await?;
                work(tenure.clone(), handle).await
            };
            let done = tokio::spawn(async move { own.carry_out(watched, whole).await }).await;
            if let Err(broken) = done {
                tracing::error!(%broken, "a job broke off");
                tenure.end_job(&handle, "failed", "the work broke off: the server's log names the cause").await;
            }
        });
        Ok(job_id)
    }

    /// Does work here and now under a job's record, for doors that wait for the outcome themselves.
    ///
    /// # Errors
    /// That of the work, or when the store fails.
    pub(crate) async fn run_job<T, W, F>(&self, actor: &Actor, new: NewJob, observer: Option<Observer>, work: W) -> Result<T>
    where
        W: FnOnce(Self, Arc<JobHandle>) -> F,
        F: Future<Output = Result<T>>,
    {
        let handle = self.open_job(actor, new, observer, "running").await?;
        self.carry_out(handle, work).await
    }

    async fn open_job(&self, actor: &Actor, new: NewJob, observer: Option<Observer>, status: &'static str) -> Result<Arc<JobHandle>> {
        self.use_case(&new.use_case)?;
        self.fail_interrupted().await?;
        let now = store::now();
        let job = jobs::Job {
            job_id: store::new_id(),
            use_case: new.use_case,
            kind: new.kind.to_owned(),
            title: new.title,
            status: status.to_owned(),
            progress: jobs::Progress::default(),
            message: String::new(),
            run_id: None,
            cancel_requested: false,
            started_by: actor.name().to_owned(),
            worker: WORKER.clone(),
            heartbeat_at: now,
            started_at: now,
            ended_at: None,
        };
        let mut transaction = self.store.begin().await?;
        jobs::insert(&mut transaction, &job).await?;
        let detail = json!({ "kind": job.kind, "title": job.title });
        audit::append(&mut transaction, actor.name(), "job.start", &format!("job {}", job.job_id), &detail).await?;
        transaction.commit().await.map_err(store::Error::from)?;
        Ok(Arc::new(JobHandle::new(job.job_id, actor.clone(), observer, status)))
    }

    /// Waits until no other background job of this process works.
    async fn turn(&self, handle: &JobHandle) -> Result<tokio::sync::OwnedSemaphorePermit> {
        let mut look = tokio::time::interval(WRITE_EVERY);
        let turn = Arc::clone(&self.turns).acquire_owned();
        tokio::pin!(turn);
        loop {
            tokio::select! {
                turn = &mut turn => {
                    handle.told().status = "running";
                    return turn.map_err(Error::caused);
                }
                _ = look.tick() => if handle.cancelled() {
                    return Err(Error::Cancelled("stopped before its turn came".into()));
                }
            }
        }
    }

    async fn carry_out<T, W, F>(&self, handle: Arc<JobHandle>, work: W) -> Result<T>
    where
        W: FnOnce(Self, Arc<JobHandle>) -> F,
        F: Future<Output = Result<T>>,
    {
        let (stop, stopped) = oneshot::channel();
        let keeper = tokio::spawn(keep_record(self.store.clone(), Arc::clone(&handle), stopped));
        let outcome = work(self.clone(), Arc::clone(&handle)).await;
        drop(stop);
        let written = keeper.await.unwrap_or_default();
        let (status, message) = match &outcome {
            Ok(_) => ("finished", String::new()),
            Err(error @ Error::Cancelled(_)) => ("cancelled", error.to_string()),
            Err(error) => ("failed", error.to_string()),
        };
        if let Err(Error::Store(cause)) = &outcome {
            tracing::error!(?cause, job = handle.id(), "a job failed");
        }
        handle.log(if message.is_empty() { status.to_owned() } else { format!("{status}: {message}") });
        if let Err(error) = write_down(&self.store, &handle, written).await {
            tracing::error!(%error, "the log of a job could not be written");
        }
        self.end_job(&handle, status, &message).await;
        outcome
    }

    async fn end_job(&self, handle: &JobHandle, status: &str, message: &str) {
        let end = async { jobs::finish(&mut *self.store.read().await?, handle.id(), status, message).await };
        if let Err(error) = end.await {
            tracing::error!(%error, "the end of a job could not be written");
        }
    }

    /// Fails the jobs whose process is gone, and the runs that no job works on: at the start of a server, and whenever jobs are looked at.
    /// What another living process works on is left alone.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn fail_interrupted(&self) -> Result<()> {
        let open = jobs::open(&mut *self.store.read().await?).await?;
        let gone: Vec<&jobs::Job> = open.iter().filter(|job| worker::is_gone(job, store::now())).collect();
        if gone.is_empty() {
            return Ok(());
        }
        let mut transaction = self.store.begin().await?;
        for job in gone {
            if jobs::finish(&mut transaction, &job.job_id, "failed", INTERRUPTED).await? {
                let position = jobs::lines(&mut transaction, &job.job_id).await?.len() as i64;
                let line = jobs::Line { at: store::now(), text: format!("failed: {INTERRUPTED}") };
                jobs::append(&mut transaction, &job.job_id, position, &[line]).await?;
                audit::append(&mut transaction, "tenure", "job.interrupted", &format!("job {}", job.job_id), &json!({})).await?;
            }
        }
        store::runs::fail_abandoned(&mut transaction).await?;
        transaction.commit().await.map_err(store::Error::from)?;
        Ok(())
    }

    /// Asks a job to stop after its current step.
    ///
    /// # Errors
    /// When there is no such job, or it has ended.
    pub async fn cancel_job(&self, admin: &Admin<'_>, job_id: &str) -> Result<()> {
        let mut transaction = self.store.begin().await?;
        if jobs::find(&mut transaction, job_id).await?.is_none() {
            return Err(Error::NotFound(format!("there is no job {job_id}")));
        }
        if !jobs::request_cancel(&mut transaction, job_id).await? {
            return Err(Error::conflict(RefusalCode::JobEnded, "the job has ended already"));
        }
        audit::append(&mut transaction, admin.name(), "job.cancel", &format!("job {job_id}"), &json!({})).await?;
        transaction.commit().await.map_err(store::Error::from)?;
        Ok(())
    }
}

/// Writes what the work tells and looks whether it should stop, until the work is done; gives the number of lines written.
async fn keep_record(store: Store, handle: Arc<JobHandle>, mut stopped: oneshot::Receiver<()>) -> i64 {
    let (mut written, mut before, mut silent) = (0, None, Duration::ZERO);
    let mut tick = tokio::time::interval(WRITE_EVERY);
    loop {
        tokio::select! {
            _ = &mut stopped => return written,
            _ = tick.tick() => {}
        }
        let now = {
            let told = handle.told();
            (told.status, told.progress.clone(), told.lines.len())
        };
        silent += WRITE_EVERY;
        if before.as_ref() == Some(&now) && silent.as_secs() < HEARTBEAT_SECONDS.unsigned_abs() / 2 {
            continue;
        }
        match write_down(&store, &handle, written).await {
            Ok(lines) => (written, before, silent) = (lines, Some(now), Duration::ZERO),
            Err(error) => tracing::warn!(%error, "the record of a job could not be written"),
        }
    }
}

/// Writes progress and new lines; gives the number of lines written in all.
async fn write_down(store: &Store, handle: &JobHandle, written: i64) -> store::Result<i64> {
    let (status, progress, lines) = {
        let told = handle.told();
        (told.status, told.progress.clone(), told.lines.get(written as usize..).unwrap_or_default().to_vec())
    };
    let mut transaction = store.begin().await?;
    jobs::append(&mut transaction, handle.id(), written, &lines).await?;
    let stop = jobs::report(&mut transaction, handle.id(), status, &progress).await?;
    transaction.commit().await?;
    // Another process took this one for dead, or somebody asked to stop.
    if stop.unwrap_or(true) {
        handle.cancel();
    }
    Ok(written + lines.len() as i64)
}
