//! `tenure schedule`.

use clap::Subcommand;
use domain::Rescoring;
use workflow::{Actor, Error, NewSchedule, Result, Tenure};

use crate::cli::accounts::identity::Identity;
use crate::cli::outcome::Outcome;
use crate::cli::output;
use crate::cli::use_case_arg::UseCaseArg;
use crate::settings::Config;

#[derive(Debug, Subcommand)]
pub enum ScheduleCommand {
    /// Set when the cycles of a use case run; a server (tenure serve) runs them, on behalf of
    /// whoever set the schedule
    #[command(
        after_help = "Example: tenure schedule set --use-case attrition --cron '17 2 1 * *' --time-zone Europe/Berlin"
    )]
    Set {
        #[command(flatten)]
        use_case: UseCaseArg,
        /// Minute, hour, day of the month, month, day of the week
        #[arg(long, default_value = "17 2 1 * *")]
        cron: String,
        /// Time zone, for example Europe/Berlin
        #[arg(long, default_value = "UTC")]
        time_zone: String,
        /// Source that people are imported from [default: the only one, or the newest imported
        /// people]
        #[arg(long, default_value = "", hide_default_value = true)]
        source: String,
        /// When people are scored again after another version went live: at_once or next_cycle
        #[arg(long, default_value = "at_once")]
        rescoring: String,
        #[command(flatten)]
        identity: Identity,
    },
    /// Show the schedule of a use case, its next runs and missed ones
    Show {
        #[command(flatten)]
        use_case: UseCaseArg,
    },
    /// Turn the schedule of a use case off
    Off {
        #[command(flatten)]
        use_case: UseCaseArg,
        #[command(flatten)]
        identity: Identity,
    },
}

pub async fn run(config: &Config, command: ScheduleCommand, as_json: bool) -> Result<Outcome> {
    let tenure = config.open().await?;
    match command {
        ScheduleCommand::Set {
            use_case,
            cron,
            time_zone,
            source,
            rescoring,
            identity,
        } => {
            let rescoring: Rescoring = rescoring.parse().map_err(|_| {
                Error::Invalid(format!(
                    "“{rescoring}” is not valid as --rescoring. Use at_once or next_cycle."
                ))
            })?;
            let actor = identity.actor(&tenure).await?;
            let new = NewSchedule {
                use_case: use_case.resolve(&tenure).await?,
                cron,
                time_zone,
                source,
                rescoring,
            };
            tenure.set_schedule(&actor.admin()?, &new).await?;
            show(&tenure, &new.use_case, as_json).await?;
        }
        ScheduleCommand::Show { use_case } => {
            let use_case = use_case.resolve(&tenure).await?;
            show(&tenure, &use_case, as_json).await?;
        }
        ScheduleCommand::Off { use_case, identity } => {
            let use_case = use_case.resolve(&tenure).await?;
            let actor = identity.actor(&tenure).await?;
            tenure.remove_schedule(&actor.admin()?, &use_case).await?;
            output::line("The schedule is off.");
        }
    }
    Ok(Outcome::Done)
}

async fn show(tenure: &Tenure, use_case: &str, as_json: bool) -> Result<()> {
    let actor = Actor::local();
    let view = tenure.schedule(&actor.member()?, use_case).await?;
    if as_json {
        return output::json(&view);
    }
    match &view.schedule {
        Some(schedule) => {
            output::line(&format!(
                "{} {}, set by {}",
                schedule.cron, schedule.time_zone, schedule.set_by
            ));
            for next in &view.next_local {
                output::line(&format!("next run: {next}"));
            }
        }
        None => output::line("No schedule: cycles are started by hand."),
    }
    for run in &view.missed {
        output::line(&format!(
            "missed: {}. {}",
            run.due_at.long(),
            run.because.sentence()
        ));
    }
    Ok(())
}
