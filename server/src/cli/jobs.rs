//! `tenure job`.

use clap::Subcommand;
use workflow::{Actor, Result};

use super::outcome::Outcome;
use super::output;
use super::use_case_arg::UseCaseArg;
use crate::settings::Config;

#[derive(Debug, Subcommand)]
pub enum JobCommand {
    /// List the jobs of a use case, newest first
    #[command(after_help = "Example: tenure job list --use-case attrition")]
    List {
        #[command(flatten)]
        use_case: UseCaseArg,
    },
    /// Show a job and its log
    Show {
        /// Id of the job, as shown by tenure job list
        id: String,
    },
    /// Cancel a job; it ends after its current step
    Cancel {
        /// Id of the job, as shown by tenure job list
        id: String,
    },
}

pub async fn run(config: &Config, command: JobCommand, as_json: bool) -> Result<Outcome> {
    let tenure = config.open().await?;
    let actor = Actor::local();
    match command {
        JobCommand::List { use_case } => {
            let use_case = use_case.resolve(&tenure).await?;
            let jobs = tenure.jobs(&actor.member()?, &use_case).await?;
            if as_json {
                output::json(&jobs)?;
            } else {
                let row = |job: &workflow::jobs::JobRow| {
                    vec![
                        job.id.to_string(),
                        job.title.clone(),
                        job.status.to_string(),
                        job.stage.clone(),
                        job.started_at.long(),
                    ]
                };
                output::table(
                    &["JOB", "TITLE", "STATUS", "STAGE", "STARTED"],
                    &jobs.iter().map(row).collect::<Vec<_>>(),
                );
            }
        }
        JobCommand::Show { id } => {
            let page = tenure.job(&actor.member()?, &id.into()).await?;
            if as_json {
                output::json(&page)?;
            } else {
                let job = &page.job;
                output::line(&format!(
                    "{}: {}, stage {}, {} of {}",
                    job.title, job.status, job.stage, job.done, job.planned
                ));
                page.lines
                    .iter()
                    .for_each(|(seconds, text)| output::line(&format!("{seconds:>8.1} s  {text}")));
            }
        }
        JobCommand::Cancel { id } => {
            tenure.cancel_job(&actor.admin()?, &id.into()).await?;
            output::line("Cancellation requested.");
        }
    }
    Ok(Outcome::Done)
}
