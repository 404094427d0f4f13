//! `tenure alert`.

mod channel;
mod words;

use clap::Subcommand;
use domain::{AlertId, AlertKind, AlertState};
use workflow::{Actor, AlertQuery, AlertRow, Result};

use self::channel::ChannelCommand;
use self::words::word;
use super::accounts::identity::Identity;
use super::outcome::Outcome;
use super::output;
use crate::settings::Config;

#[derive(Debug, Subcommand)]
pub enum AlertCommand {
    /// List alerts, newest first: those that are not resolved, unless --state says otherwise
    #[command(after_help = "Example: tenure alert list --use-case attrition --state all")]
    List {
        /// Use case, for example attrition [default: all]
        #[arg(long)]
        use_case: Option<String>,
        /// open, acknowledged, snoozed, resolved or all
        #[arg(long)]
        state: Option<String>,
        /// drift, performance, calibration, data_quality, job_failed, schedule_missed,
        /// review_waiting or undeployed
        #[arg(long)]
        kind: Option<String>,
    },
    /// Send a test message to a channel (exit code 1: it was not received)
    #[command(after_help = "Example: tenure alert test hr-mail")]
    Test {
        /// Name of the channel
        name: String,
    },
    /// Acknowledge an alert: no more messages unless it gets worse
    #[command(
        after_help = "Example: tenure alert acknowledge ID --note 'Payroll is looking into it'"
    )]
    Acknowledge {
        /// Id of the alert, as shown by tenure alert list
        id: String,
        /// What the others should know
        #[arg(long, default_value = "", hide_default_value = true)]
        note: String,
        #[command(flatten)]
        identity: Identity,
    },
    /// Put an alert aside for some days: no messages until then unless it gets worse
    #[command(
        after_help = "Example: tenure alert snooze ID --days 7 --reason 'New feed on Monday'"
    )]
    Snooze {
        /// Id of the alert, as shown by tenure alert list
        id: String,
        /// Days, 1 to 90
        #[arg(long)]
        days: i64,
        /// Why it can wait
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        identity: Identity,
    },
    /// Name the user who looks after an alert
    #[command(after_help = "Example: tenure alert assign ID ann")]
    Assign {
        /// Id of the alert, as shown by tenure alert list
        id: String,
        /// Name of the user; empty for nobody
        owner: String,
        #[command(flatten)]
        identity: Identity,
    },
    /// Manage the channels that messages are sent to
    #[command(subcommand)]
    Channel(ChannelCommand),
}

pub async fn run(config: &Config, command: AlertCommand, as_json: bool) -> Result<Outcome> {
    let tenure = config.open().await?;
    let local = Actor::local();
    match command {
        AlertCommand::List {
            use_case,
            state,
            kind,
        } => {
            let state = state.as_deref();
            let query = AlertQuery {
                use_case,
                kind: kind
                    .as_deref()
                    .map(|kind| word(kind, AlertKind::ALL))
                    .transpose()?,
                state: state
                    .filter(|state| *state != "all")
                    .map(|state| word(state, AlertState::ALL))
                    .transpose()?,
                all: state == Some("all"),
            };
            let alerts = tenure.alerts(&local.member()?, &query).await?;
            if as_json {
                output::json(&alerts)?;
            } else {
                show(&alerts);
            }
        }
        AlertCommand::Test { name } => return channel::test(&tenure, &name, as_json).await,
        AlertCommand::Acknowledge { id, note, identity } => {
            let (actor, id) = (identity.actor(&tenure).await?, AlertId::from(id));
            let use_case = tenure.use_case_of_alert(&actor.member()?, &id).await?;
            tenure
                .acknowledge_alert(&actor.contributor()?, &use_case, &id, &note)
                .await?;
            output::line("The alert is acknowledged.");
        }
        AlertCommand::Snooze {
            id,
            days,
            reason,
            identity,
        } => {
            let (actor, id) = (identity.actor(&tenure).await?, AlertId::from(id));
            let use_case = tenure.use_case_of_alert(&actor.member()?, &id).await?;
            let alert = tenure
                .snooze_alert(&actor.contributor()?, &use_case, &id, days, &reason)
                .await?;
            let until = alert.snoozed_until.map(domain::Timestamp::long);
            output::line(&format!(
                "The alert is snoozed until {}.",
                until.unwrap_or_default()
            ));
        }
        AlertCommand::Assign {
            id,
            owner,
            identity,
        } => {
            let (actor, id) = (identity.actor(&tenure).await?, AlertId::from(id));
            let use_case = tenure.use_case_of_alert(&actor.member()?, &id).await?;
            let alert = tenure
                .assign_alert(&actor.contributor()?, &use_case, &id, &owner)
                .await?;
            output::line(&match alert.owner {
                Some(owner) => format!("The alert is assigned to {owner}."),
                None => "The alert is assigned to nobody.".to_owned(),
            });
        }
        AlertCommand::Channel(command) => return channel::run(&tenure, command, as_json).await,
    }
    Ok(Outcome::Done)
}

fn show(alerts: &[AlertRow]) {
    if alerts.is_empty() {
        output::line("No alerts.");
        return;
    }
    let row = |alert: &AlertRow| {
        vec![
            alert.id.to_string(),
            alert.use_case.to_string(),
            alert.kind.label().to_owned(),
            alert.severity.label().to_owned(),
            alert.state.label().to_owned(),
            alert
                .owner
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            alert.opened_at.long(),
            alert.summary.clone(),
        ]
    };
    output::table(
        &[
            "ALERT", "USE CASE", "KIND", "SEVERITY", "STATE", "OWNER", "OPENED", "SUMMARY",
        ],
        &alerts.iter().map(row).collect::<Vec<_>>(),
    );
}
