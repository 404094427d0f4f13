//! `tenure monitoring-policy`.

use clap::{Args, Subcommand};
use domain::{MonitoringSetting, format};
use serde_json::{Map, Value, json};
use workflow::{Error, MonitoringPolicyVersion, PolicyChange, Result};

use crate::cli::accounts::identity::Identity;
use crate::cli::outcome::Outcome;
use crate::cli::output;
use crate::cli::use_case_arg::UseCaseArg;
use crate::settings::Config;

#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// Show the limits in force, or every version
    #[command(after_help = "Example: tenure monitoring-policy show --use-case attrition --all")]
    Show {
        #[command(flatten)]
        use_case: UseCaseArg,
        /// Every version, newest first
        #[arg(long)]
        all: bool,
    },
    /// Change limits; the new version holds from the next drift check on
    #[command(
        after_help = "Example: tenure monitoring-policy set --use-case attrition --set share_drifted=25% --set consecutive_checks=2 --reason 'Fewer false alarms'\n\
                      Presets: calibrated, guide-000, churn-004, evidently. tenure monitoring-policy show lists the limits."
    )]
    Set(Set),
}

#[derive(Debug, Args)]
pub struct Set {
    #[command(flatten)]
    use_case: UseCaseArg,
    /// Preset to begin with [default: the limits in force]
    #[arg(long, default_value = "", hide_default_value = true)]
    preset: String,
    /// A limit, as NAME=VALUE; can be repeated
    #[arg(long = "set", value_name = "NAME=VALUE")]
    settings: Vec<String>,
    /// Reason for the change
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    identity: Identity,
}

pub async fn run(config: &Config, command: PolicyCommand, as_json: bool) -> Result<Outcome> {
    let tenure = config.open().await?;
    match command {
        PolicyCommand::Show { use_case, all } => {
            let use_case = use_case.resolve(&tenure).await?;
            let actor = workflow::Actor::local();
            let mut versions = tenure
                .monitoring_policies(&actor.member()?, &use_case)
                .await?;
            if !all {
                versions.truncate(1);
            }
            if as_json && all {
                output::json(&json!(versions.iter().map(in_json).collect::<Vec<_>>()))?;
                return Ok(Outcome::Done);
            }
            for version in &versions {
                show(version, as_json)?;
            }
        }
        PolicyCommand::Set(set) => {
            let settings = set.settings.iter().map(|text| setting(text));
            let change = PolicyChange {
                use_case: set.use_case.resolve(&tenure).await?,
                preset: set.preset,
                settings: settings.collect::<Result<_>>()?,
                reason: set.reason,
                from_version: None,
            };
            let actor = set.identity.actor(&tenure).await?;
            let version = tenure
                .set_monitoring_policy(&actor.admin()?, &change)
                .await?;
            show(&version, as_json)?;
        }
    }
    Ok(Outcome::Done)
}

fn setting(text: &str) -> Result<(MonitoringSetting, String)> {
    let names = || {
        let all: Vec<&str> = MonitoringSetting::ALL
            .iter()
            .map(|own| own.as_str())
            .collect();
        all.join(", ")
    };
    let (name, value) = text.split_once('=').ok_or_else(|| {
        Error::Invalid(format!(
            "“{text}” is not valid as --set. Use NAME=VALUE, for example share_drifted=25%."
        ))
    })?;
    let setting = name.trim().parse().map_err(|_| {
        Error::Invalid(format!(
            "There is no limit “{}”. Use one of {}.",
            name.trim(),
            names()
        ))
    })?;
    Ok((setting, value.to_owned()))
}

fn in_json(version: &MonitoringPolicyVersion) -> Value {
    let limits: Map<String, Value> = MonitoringSetting::ALL
        .iter()
        .map(|own| {
            (
                own.as_str().to_owned(),
                Value::String(version.policy.get(*own)),
            )
        })
        .collect();
    json!({
        "version": version.version,
        "preset": version.policy.preset,
        "limits": limits,
        "changes": version.changes,
        "reason": version.reason,
        "set_by": version.set_by,
        "set_at": version.set_at,
    })
}

fn show(version: &MonitoringPolicyVersion, as_json: bool) -> Result<()> {
    if as_json {
        return output::json(&in_json(version));
    }
    let who = match &version.set_by {
        Some(name) => format!(", set by {name}: {}", version.reason),
        None => ", as shipped".to_owned(),
    };
    output::line(&format!(
        "version {} ({}){who}",
        version.version,
        format::drift_policy_label(&version.policy.preset)
    ));
    for setting in MonitoringSetting::ALL {
        let mark = if version.changes.contains(setting) {
            "*"
        } else {
            " "
        };
        output::line(&format!(
            "{mark} {:<22} {}",
            setting.as_str(),
            version.policy.get(*setting)
        ));
    }
    Ok(())
}
