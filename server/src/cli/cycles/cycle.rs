//! `tenure cycle`.

use std::sync::Arc;
use std::time::Duration;

use clap::{Args, Subcommand};
use domain::{CycleFile, CycleId, CycleScope, CycleStage, CycleState, Recommendation, SkipReason};
use serde_json::json;
use workflow::{CyclePlan, CycleRow, Error, NewCycle, Result, Tenure};

use crate::cli::accounts::identity::Identity;
use crate::cli::outcome::Outcome;
use crate::cli::output;
use crate::cli::training::Bar;
use crate::cli::use_case_arg::UseCaseArg;
use crate::settings::Config;

#[derive(Debug, Subcommand)]
pub enum CycleCommand {
    /// Run a monthly cycle, or continue one that was cut (exit code 1: the data feed is suspect, or
    /// gates block the new version)
    #[command(after_help = "Example: tenure cycle run --use-case attrition\n\
                      The stages: fetch snapshot, validate, score, drift check, outcomes, recommendation; and where retraining is recommended\n\
                      build training set, retrain, compare, staging gates, request review; report. A version never goes live by itself.")]
    Run(Run),
    /// Show what a cycle would do, stage by stage, and why; nothing is changed
    #[command(after_help = "Example: tenure cycle plan --use-case attrition --as-of 2026-11-01")]
    Plan(What),
    /// List the cycles of a use case, newest first, or show one with its stages
    #[command(after_help = "Example: tenure cycle status --use-case attrition")]
    Status {
        #[command(flatten)]
        use_case: UseCaseArg,
        /// Id of a cycle: show its stages
        id: Option<String>,
    },
    /// Continue a failed or canceled cycle at the stage that it ended in
    Retry {
        #[command(flatten)]
        use_case: UseCaseArg,
        /// Id of the cycle, as shown by tenure cycle status
        id: String,
        #[command(flatten)]
        identity: Identity,
    },
    /// Stop a cycle after what it is doing
    Cancel {
        #[command(flatten)]
        use_case: UseCaseArg,
        /// Id of the cycle, as shown by tenure cycle status
        id: String,
        #[command(flatten)]
        identity: Identity,
    },
    /// Write a file of a cycle: monitoring_report, retraining_summary, feature_drift_results,
    /// prediction_drift_results, batch_predictions or batch_features
    #[command(
        after_help = "Example: tenure cycle file --use-case attrition ID monitoring_report > report.json"
    )]
    File {
        #[command(flatten)]
        use_case: UseCaseArg,
        /// Id of the cycle, as shown by tenure cycle status
        id: String,
        /// Name of the file
        name: String,
        /// Reason for access, where one is required for files about people
        #[arg(long, default_value = "", hide_default_value = true)]
        why: String,
        #[command(flatten)]
        identity: Identity,
    },
}

/// What is to be done.
#[derive(Debug, Args)]
pub struct What {
    #[command(flatten)]
    use_case: UseCaseArg,
    /// Day that the cycle is about, YYYY-MM-DD [default: that of the newest snapshot]
    #[arg(long)]
    as_of: Option<String>,
    /// Source that people are imported from [default: the only one, or the newest imported people]
    #[arg(long)]
    source: Option<String>,
    /// Only a part: scores (score the newest people again) or retraining (build a training set and
    /// retrain)
    #[arg(long, value_name = "PART")]
    only: Option<String>,
    #[command(flatten)]
    identity: Identity,
}

#[derive(Debug, Args)]
pub struct Run {
    #[command(flatten)]
    what: What,
    /// Show what would be done; the same as tenure cycle plan
    #[arg(long)]
    dry_run: bool,
}

impl What {
    async fn new_cycle(&self, tenure: &Tenure) -> Result<NewCycle> {
        let scope = match self.only.as_deref() {
            None => CycleScope::Full,
            Some("scores") => CycleScope::Scores,
            Some("retraining") => CycleScope::Retraining,
            Some(other) => {
                return Err(Error::Invalid(format!(
                    "“{other}” is not a part of a cycle. Use scores or retraining."
                )));
            }
        };
        Ok(NewCycle {
            scope,
            as_of: self.as_of.clone(),
            source: self.source.clone(),
            ..NewCycle::full(self.use_case.resolve(tenure).await?)
        })
    }
}

pub async fn run(config: &Config, command: CycleCommand, as_json: bool) -> Result<Outcome> {
    let tenure = config.open().await?;
    match command {
        CycleCommand::Run(Run {
            what,
            dry_run: true,
        })
        | CycleCommand::Plan(what) => plan(&tenure, &what, as_json).await,
        CycleCommand::Run(Run {
            what,
            dry_run: false,
        }) => {
            let new = what.new_cycle(&tenure).await?;
            go(&tenure, &what.identity, &new, as_json).await
        }
        CycleCommand::Status { use_case, id } => {
            let use_case = use_case.resolve(&tenure).await?;
            status(&tenure, &use_case, id, as_json).await
        }
        CycleCommand::Retry {
            use_case,
            id,
            identity,
        } => {
            let use_case = use_case.resolve(&tenure).await?;
            let actor = identity.actor(&tenure).await?;
            let cycle = tenure
                .retry_cycle(&actor.admin()?, &use_case, &id.into())
                .await?;
            let new = NewCycle {
                scope: cycle.scope,
                ..NewCycle::full(use_case)
            };
            go(&tenure, &identity, &new, as_json).await
        }
        CycleCommand::Cancel {
            use_case,
            id,
            identity,
        } => {
            let use_case = use_case.resolve(&tenure).await?;
            let actor = identity.actor(&tenure).await?;
            tenure
                .cancel_cycle(&actor.admin()?, &use_case, &id.into())
                .await?;
            output::line("Cancellation requested.");
            Ok(Outcome::Done)
        }
        CycleCommand::File {
            use_case,
            id,
            name,
            why,
            identity,
        } => {
            let file: CycleFile = name.parse().map_err(|_| {
                Error::Invalid(format!(
                    "A cycle has no file “{name}”. See tenure cycle file --help."
                ))
            })?;
            let use_case = use_case.resolve(&tenure).await?;
            let (actor, id) = (identity.actor(&tenure).await?, CycleId::from(id));
            let text = if file.is_about_people() {
                tenure
                    .cycle_people_file(&actor.analyst()?, &use_case, &id, file, &why)
                    .await?
            } else {
                tenure
                    .cycle_file(&actor.member()?, &use_case, &id, file)
                    .await?
            };
            output::line(&text);
            Ok(Outcome::Done)
        }
    }
}

async fn go(
    tenure: &Tenure,
    identity: &Identity,
    new: &NewCycle,
    as_json: bool,
) -> Result<Outcome> {
    let actor = identity.actor(tenure).await?;
    let bar = Arc::new(Bar::new());
    bar.stop_on_interrupt();
    let done = tenure
        .run_cycle(&actor.admin()?, new, Some(Arc::clone(&bar) as _))
        .await;
    bar.close();
    tell(tenure).await;
    let id = done?;
    let page = tenure.cycle(&actor.member()?, &new.use_case, &id).await?;
    show(&page.cycle, as_json)?;
    Ok(outcome(&page.cycle))
}

/// Longest wait for the receivers of messages at the end of a cycle.
const PATIENCE: Duration = Duration::from_secs(60);

/// Sends what the cycle has to tell. What does not arrive is sent again by a server or the next
/// cycle.
async fn tell(tenure: &Tenure) {
    let told = async {
        tenure.evaluate_alerts(store::now()).await?;
        tenure.deliver_due(store::now()).await
    };
    match tokio::time::timeout(PATIENCE, told).await {
        Ok(Ok(delivered)) if delivered.postponed == 0 && delivered.failed == 0 => {}
        Ok(Ok(_)) | Err(_) => eprintln!(
            "warning: Some messages about alerts did not arrive. See tenure alert channel list."
        ),
        Ok(Err(error)) => eprintln!("warning: Alerts could not be sent: {error}"),
    }
}

/// A suspect data feed and blocking gates are negative results.
fn outcome(cycle: &CycleRow) -> Outcome {
    let recommendation = cycle
        .stage(CycleStage::Recommendation)
        .and_then(|stage| stage.result.as_deref());
    let blocked = cycle
        .stages
        .iter()
        .any(|stage| stage.skipped_because == Some(SkipReason::GatesBlock));
    let suspect = recommendation == Some(Recommendation::CheckFeed.as_str());
    match cycle.state {
        CycleState::Finished if !suspect && !blocked => Outcome::Done,
        CycleState::Finished
        | CycleState::Failed
        | CycleState::Canceled
        | CycleState::Waiting
        | CycleState::Running => Outcome::Negative,
    }
}

async fn plan(tenure: &Tenure, what: &What, as_json: bool) -> Result<Outcome> {
    let actor = what.identity.actor(tenure).await?;
    let plan = tenure
        .plan_cycle(&actor.admin()?, &what.new_cycle(tenure).await?)
        .await?;
    if as_json {
        output::json(&plan)?;
        return Ok(Outcome::Done);
    }
    let CyclePlan {
        as_of,
        continues,
        stages,
        ..
    } = plan;
    if let Some(id) = continues {
        output::line(&format!("Continues the cycle {id}."));
    }
    if let Some(day) = as_of {
        output::line(&format!("As of {day}."));
    }
    let row = |stage: &workflow::PlannedStage| {
        vec![
            stage.stage.label().to_owned(),
            stage.planned.label().to_owned(),
            stage.note.clone(),
        ]
    };
    output::table(
        &["STAGE", "PLAN", "WHAT AND WHY"],
        &stages.iter().map(row).collect::<Vec<_>>(),
    );
    Ok(Outcome::Done)
}

async fn status(
    tenure: &Tenure,
    use_case: &str,
    id: Option<String>,
    as_json: bool,
) -> Result<Outcome> {
    let actor = workflow::Actor::local();
    let member = actor.member()?;
    if let Some(id) = id {
        let page = tenure.cycle(&member, use_case, &id.into()).await?;
        show(&page.cycle, as_json)?;
        return Ok(Outcome::Done);
    }
    let cycles = tenure.cycles(&member, use_case).await?;
    if as_json {
        output::json(&cycles)?;
        return Ok(Outcome::Done);
    }
    let row = |cycle: &CycleRow| {
        let at = match cycle.state {
            CycleState::Finished => String::new(),
            CycleState::Waiting
            | CycleState::Running
            | CycleState::Failed
            | CycleState::Canceled => cycle
                .current()
                .map(|stage| stage.stage.label().to_owned())
                .unwrap_or_default(),
        };
        vec![
            cycle.id.to_string(),
            cycle.as_of.map(|day| day.to_string()).unwrap_or_default(),
            cycle.scope.label().to_owned(),
            cycle.state.to_string(),
            at,
            cycle.cause.label().to_owned(),
            cycle.created_at.long(),
        ]
    };
    output::table(
        &[
            "CYCLE", "AS OF", "WHAT", "STATE", "STAGE", "CAUSE", "CREATED",
        ],
        &cycles.iter().map(row).collect::<Vec<_>>(),
    );
    Ok(Outcome::Done)
}

fn show(cycle: &CycleRow, as_json: bool) -> Result<()> {
    if as_json {
        return output::json(&json!(cycle));
    }
    let as_of = cycle.as_of.map(|day| format!(", as of {day}"));
    output::line(&format!(
        "{} {}{}: {}",
        cycle.scope.label(),
        cycle.id,
        as_of.unwrap_or_default(),
        cycle.state
    ));
    let row = |stage: &workflow::StageRow| {
        let why = stage.skipped_because.map(SkipReason::sentence);
        let told = [why.unwrap_or_default(), stage.note.as_str()].join(" ");
        vec![
            stage.stage.label().to_owned(),
            stage.state.to_string(),
            told.trim().to_owned(),
        ]
    };
    output::table(
        &["STAGE", "STATE", "RESULT"],
        &cycle.stages.iter().map(row).collect::<Vec<_>>(),
    );
    Ok(())
}
