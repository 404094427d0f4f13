//! Jobs as the screens and commands show them.

use crate::jobs::{JobPage, JobRow};
use domain::{JobId, JobState, Timestamp};
use store::jobs;

use crate::{Error, Member, Result, Tenure};

/// The list shows so many.
const NEWEST: i64 = 100;

impl Tenure {
    /// The newest jobs of a use case, newest first.
    ///
    /// # Errors
    /// When there is no such use case, or the store fails.
    pub async fn jobs(&self, _: &Member<'_>, use_case: &str) -> Result<Vec<JobRow>> {
        self.use_case(use_case)?;
        self.fail_interrupted().await?;
        Ok(
            jobs::list(&mut self.store.read().await?, &use_case.into(), NEWEST)
                .await?
                .into_iter()
                .map(row)
                .collect(),
        )
    }

    /// One job with its log.
    ///
    /// # Errors
    /// When there is no such job, or the store fails.
    pub async fn job(&self, _: &Member<'_>, job_id: &JobId) -> Result<JobPage> {
        self.fail_interrupted().await?;
        let mut connection = self.store.read().await?;
        let job = jobs::find(&mut connection, job_id)
            .await?
            .ok_or_else(|| Error::NotFound(format!("There is no job {job_id}.")))?;
        let lines = jobs::lines(&mut connection, job_id).await?;
        let after_start = |line: jobs::Line| (seconds(job.started_at, line.at), line.text);
        Ok(JobPage {
            lines: lines.into_iter().map(after_start).collect(),
            job: row(job),
        })
    }
}

fn seconds(from: Timestamp, to: Timestamp) -> f64 {
    to.since(from).max(0) as f64 / 1e6
}

fn row(job: jobs::Job) -> JobRow {
    JobRow {
        status: JobState::new(job.status, job.cancel_requested).to_string(),
        seconds: seconds(job.started_at, job.ended_at.unwrap_or_else(store::now)),
        id: job.job_id.into_string(),
        use_case: job.use_case.into_string(),
        kind: job.kind.to_string(),
        title: job.title,
        stage: job.progress.stage,
        done: job.progress.done as u32,
        planned: job.progress.planned as u32,
        best: job.progress.best,
        seconds_left: job.progress.seconds_left,
        message: job.message,
        result: job.progress.result,
        run: job.run_id.map(domain::RunId::into_string),
        by: job.started_by.into_string(),
        started_at: job.started_at,
    }
}
