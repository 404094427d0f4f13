//! `tenure alert channel`, and `tenure alert test`.

use clap::{Args, Subcommand};
use domain::{AlertKind, ChannelKind, DeliveryState, Role};
use workflow::{Actor, ChannelRow, NewChannel, Result, Tenure};

use super::words::word;
use crate::cli::outcome::Outcome;
use crate::cli::output;

#[derive(Debug, Subcommand)]
pub enum ChannelCommand {
    /// Add a channel that messages are sent to
    #[command(
        after_help = "Examples: tenure alert channel add hr-mail --kind email --to hr@example.org --role analyst --digest\n          \
                            tenure alert channel add ops --kind pagerduty --secret env:PAGERDUTY_KEY --kinds job_failed,schedule_missed\n          \
                            tenure alert channel add chat --kind slack --secret file:/run/secrets/slack-url\n          \
                            tenure alert channel add issues --kind github --to acme/people-models --secret env:GITHUB_TOKEN --use-case attrition\n          \
                            tenure alert channel add hook --kind webhook --to https://hooks.example.org/tenure --secret env:HOOK_KEY"
    )]
    Add(Add),
    /// List channels with their newest message and what it met
    List {
        /// Use case, for example attrition [default: all]
        #[arg(long)]
        use_case: Option<String>,
    },
    /// Remove a channel; messages that wait for it are dropped
    Remove { name: String },
    /// Send messages to a channel again
    Enable { name: String },
    /// Send no messages to a channel for now; those that wait for it are dropped
    Disable { name: String },
}

#[derive(Debug, Args)]
pub struct Add {
    /// Lowercase letters, digits and hyphens
    name: String,
    /// email, slack, webhook, pagerduty or github
    #[arg(long)]
    kind: String,
    /// E-mail addresses, the URL of the webhook, or OWNER/REPOSITORY; for PagerDuty the address for
    /// events of another region
    #[arg(long, value_delimiter = ',')]
    to: Vec<String>,
    /// Where the secret is (signing key, Slack URL, routing key or token): env:NAME or file:PATH
    #[arg(long, default_value = "", hide_default_value = true)]
    secret: String,
    /// Use case whose alerts it gets [default: all]
    #[arg(long)]
    use_case: Option<String>,
    /// Kinds of alerts that it gets, separated by commas [default: all that concern the role]
    #[arg(long, value_delimiter = ',')]
    kinds: Vec<String>,
    /// Role that it is for: analyst, reviewer or admin [default: everybody]
    #[arg(long)]
    role: Option<String>,
    /// Send the monthly digest to it (e-mail to analysts)
    #[arg(long)]
    digest: bool,
}

pub async fn run(tenure: &Tenure, command: ChannelCommand, as_json: bool) -> Result<Outcome> {
    let actor = Actor::local();
    let admin = actor.admin()?;
    match command {
        ChannelCommand::Add(add) => {
            let kinds = add.kinds.iter().map(|kind| word(kind, AlertKind::ALL));
            let new = NewChannel {
                name: add.name,
                kind: word(&add.kind, ChannelKind::ALL)?,
                use_case: add.use_case,
                target: add.to,
                secret: add.secret,
                kinds: kinds.collect::<Result<_>>()?,
                role: add
                    .role
                    .as_deref()
                    .map(|role| word(role, Role::ALL))
                    .transpose()?,
                digest: add.digest,
            };
            let channel = tenure.add_channel(&admin, new).await?;
            if as_json {
                output::json(&channel)?;
            } else {
                output::line(&format!(
                    "Channel {} added. Try it: tenure alert test {}",
                    channel.name, channel.name
                ));
            }
        }
        ChannelCommand::List { use_case } => {
            let channels = tenure.channels(&admin, use_case.as_deref()).await?;
            if as_json {
                output::json(&channels)?;
            } else {
                show(&channels);
            }
        }
        ChannelCommand::Remove { name } => {
            tenure.remove_channel(&admin, &name).await?;
            output::line(&format!("Channel {name} removed."));
        }
        ChannelCommand::Enable { name } => {
            tenure.switch_channel(&admin, &name, true).await?;
            output::line(&format!("Channel {name} enabled."));
        }
        ChannelCommand::Disable { name } => {
            tenure.switch_channel(&admin, &name, false).await?;
            output::line(&format!("Channel {name} disabled."));
        }
    }
    Ok(Outcome::Done)
}

pub async fn test(tenure: &Tenure, name: &str, as_json: bool) -> Result<Outcome> {
    let actor = Actor::local();
    let tested = tenure.test_channel(&actor.admin()?, name).await?;
    if as_json {
        output::json(&tested)?;
    } else {
        output::line(&tested.sentence());
    }
    Ok(if tested.received {
        Outcome::Done
    } else {
        Outcome::Negative
    })
}

fn show(channels: &[ChannelRow]) {
    if channels.is_empty() {
        output::line("No channels. Add one: tenure alert channel add --help");
        return;
    }
    let row = |own: &ChannelRow| {
        let channel = &own.channel;
        let kinds: Vec<&str> = channel.kinds.iter().map(|kind| kind.as_str()).collect();
        let newest = own.newest.as_ref().map(|newest| match newest.state {
            DeliveryState::Waiting | DeliveryState::Failed if !newest.last_error.is_empty() => {
                format!("{}: {}", newest.state.label(), newest.last_error)
            }
            DeliveryState::Waiting
            | DeliveryState::Sent
            | DeliveryState::Failed
            | DeliveryState::Dropped => {
                format!("{} {}", newest.state.label(), newest.created_at.long())
            }
        });
        vec![
            channel.name.clone(),
            channel.kind.label().to_owned(),
            channel
                .use_case
                .as_ref()
                .map_or_else(|| "all".to_owned(), ToString::to_string),
            if kinds.is_empty() {
                "all".to_owned()
            } else {
                kinds.join(" ")
            },
            channel
                .role
                .map_or("everybody", domain::Role::as_str)
                .to_owned(),
            if channel.enabled { "yes" } else { "no" }.to_owned(),
            newest.unwrap_or_else(|| "none yet".to_owned()),
        ]
    };
    output::table(
        &[
            "CHANNEL",
            "KIND",
            "USE CASE",
            "ALERTS",
            "ROLE",
            "ENABLED",
            "NEWEST MESSAGE",
        ],
        &channels.iter().map(row).collect::<Vec<_>>(),
    );
}
