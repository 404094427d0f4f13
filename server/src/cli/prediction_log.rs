//! `tenure prediction-log`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use domain::{
    Date, InputPolicy, LogFailure, PredictionId, PredictionKind, RetentionClass, VersionNumber,
};
use serde_json::json;
use workflow::prediction_log::{Again, LogPolicyChange, NewHold, PredictionQuery};
use workflow::{Error, Result};

use super::accounts::identity::Identity;
use super::outcome::Outcome;
use super::output;
use super::use_case_arg::UseCaseArg;
use crate::settings::Config;

/// Which entries, and why.
#[derive(Debug, Args)]
pub struct Filter {
    #[command(flatten)]
    use_case: UseCaseArg,
    /// Id of a person
    #[arg(long)]
    person: Option<String>,
    /// First day, YYYY-MM-DD
    #[arg(long)]
    since: Option<Date>,
    /// Last day, YYYY-MM-DD
    #[arg(long)]
    until: Option<Date>,
    /// single, batch, what_if or scenario
    #[arg(long)]
    kind: Option<PredictionKind>,
    /// Number of a model version
    #[arg(long)]
    version: Option<VersionNumber>,
    #[command(flatten)]
    access: Access,
}

/// Who looks, and why.
#[derive(Debug, Args)]
pub struct Access {
    /// Key of the purpose of access, where the use case requires one
    #[arg(long, default_value = "", hide_default_value = true)]
    why: String,
    #[command(flatten)]
    identity: Identity,
}

#[derive(Debug, Subcommand)]
pub enum PredictionLogCommand {
    /// List entries, newest first
    #[command(
        after_help = "Example: tenure prediction-log list --use-case attrition --person 1042 --why retention"
    )]
    List {
        #[command(flatten)]
        filter: Filter,
        /// Continue after this entry
        #[arg(long)]
        after: Option<PredictionId>,
    },
    /// Show an entry and explain it again (exit code 1: with other numbers)
    #[command(after_help = "Example: tenure prediction-log show ID --use-case attrition")]
    Show {
        id: PredictionId,
        /// Record of a batch, from 1
        #[arg(long)]
        record: Option<usize>,
        #[command(flatten)]
        use_case: UseCaseArg,
        #[command(flatten)]
        access: Access,
    },
    /// Write entries to a file: .csv, or .jsonl with everything
    #[command(
        after_help = "Example: tenure prediction-log export --use-case attrition --since 2026-11-01 --out november.csv"
    )]
    Export {
        #[command(flatten)]
        filter: Filter,
        /// File, .csv or .jsonl
        #[arg(long)]
        out: PathBuf,
    },
    /// Delete entries whose time is over and that are not held
    #[command(after_help = "Example: tenure prediction-log purge --use-case attrition --dry-run")]
    Purge {
        #[command(flatten)]
        use_case: UseCaseArg,
        /// Only count
        #[arg(long)]
        dry_run: bool,
        #[command(flatten)]
        identity: Identity,
    },
    /// List, place and release legal holds
    #[command(subcommand)]
    Hold(HoldCommand),
    /// Show and set what is kept
    #[command(subcommand)]
    Policy(LogPolicyCommand),
}

#[derive(Debug, Subcommand)]
pub enum HoldCommand {
    /// List holds, newest first
    #[command(after_help = "Example: tenure prediction-log hold list --use-case attrition")]
    List {
        #[command(flatten)]
        use_case: UseCaseArg,
    },
    /// Keep entries beyond their time: of a person, or all of the use case
    #[command(
        after_help = "Example: tenure prediction-log hold place --use-case attrition --person 1042 --reason 'Case 17'"
    )]
    Place {
        #[command(flatten)]
        use_case: UseCaseArg,
        /// Id of a person [default: all entries]
        #[arg(long)]
        person: Option<String>,
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        identity: Identity,
    },
    /// Release a hold
    #[command(
        after_help = "Example: tenure prediction-log hold release ID --use-case attrition --reason 'Case closed'"
    )]
    Release {
        id: String,
        #[command(flatten)]
        use_case: UseCaseArg,
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        identity: Identity,
    },
}

#[derive(Debug, Subcommand)]
pub enum LogPolicyCommand {
    /// Show the policy in force, or every version
    #[command(after_help = "Example: tenure prediction-log policy show --use-case attrition --all")]
    Show {
        #[command(flatten)]
        use_case: UseCaseArg,
        /// Every version, newest first
        #[arg(long)]
        all: bool,
    },
    /// Set what is kept; what is not named stays
    #[command(
        after_help = "Example: tenure prediction-log policy set --use-case attrition --input hashed --retention 90_days --reason 'Data protection officer'"
    )]
    Set {
        #[command(flatten)]
        use_case: UseCaseArg,
        /// full, hashed or none
        #[arg(long)]
        input: Option<InputPolicy>,
        /// 30_days, 90_days, 1_year, 3_years or 6_years
        #[arg(long)]
        retention: Option<RetentionClass>,
        /// refuse or continue, while the log cannot be written
        #[arg(long)]
        on_failure: Option<LogFailure>,
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        identity: Identity,
    },
}

pub async fn run(config: &Config, command: PredictionLogCommand, as_json: bool) -> Result<Outcome> {
    let tenure = config.open().await?;
    match command {
        PredictionLogCommand::List { filter, after } => {
            let actor = filter.access.identity.actor(&tenure).await?;
            let query = query(filter, &tenure, after).await?;
            let page = tenure.predictions(&actor.analyst()?, &query).await?;
            if as_json {
                output::json(&page)?;
            } else {
                let rows: Vec<Vec<String>> = page
                    .rows
                    .iter()
                    .map(|row| {
                        vec![
                            row.id.to_string(),
                            row.at.rfc3339(),
                            row.kind.to_string(),
                            row.version.to_string(),
                            row.probability
                                .map(|own| format!("{own:.4}"))
                                .unwrap_or_default(),
                            row.records.to_string(),
                            row.caller.to_string(),
                            row.subject.clone().unwrap_or_default(),
                        ]
                    })
                    .collect();
                let headings = [
                    "id",
                    "at",
                    "kind",
                    "version",
                    "probability",
                    "records",
                    "caller",
                    "subject",
                ];
                output::table(&headings, &rows);
                if let Some(next) = page.next {
                    output::line(&format!("More: --after {next}"));
                }
            }
        }
        PredictionLogCommand::Show {
            id,
            record,
            use_case,
            access,
        } => {
            let actor = access.identity.actor(&tenure).await?;
            let use_case = use_case.resolve(&tenure).await?;
            let (view, again) = tenure
                .explain_prediction(&actor.analyst()?, &use_case, &id, record, &access.why)
                .await?;
            if as_json {
                output::json(
                    &json!({ "entry": view.entry, "record": view.record, "again": again }),
                )?;
            } else {
                output::line(&view.text);
                if let Some((number, line)) = &view.record {
                    let line = serde_json::to_string(line).map_err(Error::caused)?;
                    output::line(&format!("record {number}: {line}"));
                }
                output::line(&match &again {
                    Again::Same { note, .. } => format!(
                        "Explained again: the same numbers, bit for bit. {}",
                        note.clone().unwrap_or_default()
                    ),
                    Again::Different { .. } => "Explained again: other numbers.".to_owned(),
                    Again::NotPossible { why } => format!("It cannot be explained again. {why}"),
                });
            }
            if matches!(again, Again::Different { .. }) {
                return Ok(Outcome::Negative);
            }
        }
        PredictionLogCommand::Export { filter, out } => {
            let csv = match out.extension().and_then(|own| own.to_str()) {
                Some("csv") => true,
                Some("jsonl" | "ndjson") => false,
                Some(_) | None => {
                    return Err(Error::Invalid(
                        "Name a file that ends with .csv or .jsonl.".into(),
                    ));
                }
            };
            let actor = filter.access.identity.actor(&tenure).await?;
            let query = query(filter, &tenure, None).await?;
            let file = tenure
                .export_predictions(&actor.analyst()?, &query, csv)
                .await?;
            std::fs::write(&out, &file.bytes)
                .map_err(|error| Error::Invalid(format!("{}: {error}", out.display())))?;
            if as_json {
                output::json(&json!({ "entries": file.entries, "hash": file.hash, "file": out }))?;
            } else {
                let counted = output::counted(file.entries, "entry", "entries");
                output::line(&format!("{counted} written to {}.", out.display()));
            }
        }
        PredictionLogCommand::Purge {
            use_case,
            dry_run,
            identity,
        } => {
            let actor = identity.actor(&tenure).await?;
            let use_case = use_case.resolve(&tenure).await?;
            let purged = tenure
                .purge_predictions(&actor.admin()?, &use_case, dry_run)
                .await?;
            if as_json {
                output::json(&purged)?;
            } else {
                let done = if dry_run { "Due" } else { "Purged" };
                output::line(&format!(
                    "{done}: {}, {}. Held: {}.",
                    output::counted(purged.entries, "entry", "entries"),
                    output::counted(purged.files, "file", "files"),
                    purged.held
                ));
                purged
                    .hashes
                    .iter()
                    .for_each(|hash| output::line(&format!("Proof in the audit log: {hash}")));
            }
        }
        PredictionLogCommand::Hold(command) => hold(&tenure, command, as_json).await?,
        PredictionLogCommand::Policy(command) => policy(&tenure, command, as_json).await?,
    }
    Ok(Outcome::Done)
}

async fn query(
    filter: Filter,
    tenure: &workflow::Tenure,
    after: Option<PredictionId>,
) -> Result<PredictionQuery> {
    Ok(PredictionQuery {
        use_case: filter.use_case.resolve(tenure).await?,
        person: filter.person,
        since: filter.since,
        until: filter.until,
        kind: filter.kind,
        version: filter.version,
        after,
        why: filter.access.why,
    })
}

async fn hold(tenure: &workflow::Tenure, command: HoldCommand, as_json: bool) -> Result<()> {
    match command {
        HoldCommand::List { use_case } => {
            let use_case = use_case.resolve(tenure).await?;
            let local = workflow::Actor::local();
            let holds = tenure.prediction_holds(&local.member()?, &use_case).await?;
            if as_json {
                return output::json(&holds);
            }
            let rows: Vec<Vec<String>> = holds
                .iter()
                .map(|hold| {
                    let of = if hold.subject.is_some() {
                        "one person"
                    } else {
                        "use case"
                    };
                    let state = if hold.released_at.is_some() {
                        "released"
                    } else {
                        "in force"
                    };
                    vec![
                        hold.hold_id.clone(),
                        of.to_owned(),
                        state.to_owned(),
                        hold.set_by.to_string(),
                        hold.set_at.rfc3339(),
                        hold.reason.clone(),
                    ]
                })
                .collect();
            output::table(&["id", "holds", "state", "set by", "at", "reason"], &rows);
        }
        HoldCommand::Place {
            use_case,
            person,
            reason,
            identity,
        } => {
            let actor = identity.actor(tenure).await?;
            let new = NewHold {
                use_case: use_case.resolve(tenure).await?,
                person,
                reason,
            };
            let hold = tenure.hold_predictions(&actor.admin()?, &new).await?;
            if as_json {
                return output::json(&hold);
            }
            output::line(&format!("Hold {} is in force.", hold.hold_id));
        }
        HoldCommand::Release {
            id,
            use_case,
            reason,
            identity,
        } => {
            let actor = identity.actor(tenure).await?;
            let use_case = use_case.resolve(tenure).await?;
            tenure
                .release_predictions(&actor.admin()?, &use_case, &id, &reason)
                .await?;
            output::line("The hold is released.");
        }
    }
    Ok(())
}

async fn policy(tenure: &workflow::Tenure, command: LogPolicyCommand, as_json: bool) -> Result<()> {
    match command {
        LogPolicyCommand::Show { use_case, all } => {
            let use_case = use_case.resolve(tenure).await?;
            let local = workflow::Actor::local();
            let mut versions = tenure.log_policies(&local.member()?, &use_case).await?;
            if !all {
                versions.truncate(1);
            }
            if as_json {
                return output::json(&versions);
            }
            let rows: Vec<Vec<String>> = versions
                .iter()
                .map(|own| {
                    vec![
                        own.version.to_string(),
                        own.policy.input.to_string(),
                        own.policy.retention.to_string(),
                        own.policy.on_failure.to_string(),
                        own.set_by
                            .as_ref()
                            .map_or_else(|| "default".to_owned(), ToString::to_string),
                        own.reason.clone(),
                    ]
                })
                .collect();
            let headings = [
                "version",
                "input",
                "retention",
                "on failure",
                "set by",
                "reason",
            ];
            output::table(&headings, &rows);
        }
        LogPolicyCommand::Set {
            use_case,
            input,
            retention,
            on_failure,
            reason,
            identity,
        } => {
            let actor = identity.actor(tenure).await?;
            let change = LogPolicyChange {
                use_case: use_case.resolve(tenure).await?,
                input,
                on_failure,
                retention,
                reason,
                from_version: None,
            };
            let set = tenure.set_log_policy(&actor.admin()?, &change).await?;
            if as_json {
                return output::json(&set);
            }
            output::line(&format!(
                "Version {} of the policy is in force.",
                set.version
            ));
        }
    }
    Ok(())
}
