//! `tenure audit`.

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::json;
use workflow::{Actor, AuditQuery, Error, Result, verify_export};

use super::input::read_input;
use super::outcome::Outcome;
use super::output;
use crate::settings::Config;

#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// List matching entries, oldest first
    #[command(after_help = "Example: tenure audit list --action model. --from 2026-11-01")]
    List {
        /// Only entries by actors whose name contains this text
        #[arg(long, default_value = "", hide_default_value = true)]
        who: String,
        /// Only actions that begin with this text, for example "model." or "model.approve"
        #[arg(long, default_value = "", hide_default_value = true)]
        action: String,
        /// Only subjects that contain this text, for example "model attrition/3"
        #[arg(long, default_value = "", hide_default_value = true)]
        subject: String,
        /// First day, YYYY-MM-DD
        #[arg(long, default_value = "", hide_default_value = true)]
        from: String,
        /// Last day, YYYY-MM-DD
        #[arg(long, default_value = "", hide_default_value = true)]
        until: String,
    },
    /// Export the whole audit log as JSON lines, to standard output or a file
    #[command(after_help = "Example: tenure audit export audit-log.jsonl")]
    Export {
        /// File to write [default: standard output]
        out: Option<PathBuf>,
    },
    /// Verify the hash chain and name every entry that was changed, removed, moved or inserted; in
    /// a store, also verify the names behind the pseudonyms and the registry and review rows that
    /// the chain covers
    #[command(after_help = "Example: tenure audit verify --file audit-log.jsonl --head 5f2c…")]
    Verify {
        /// Verify this exported audit log instead of the one in the store
        #[arg(long)]
        file: Option<String>,
        /// Latest hash, as stored elsewhere: the log must end with it
        #[arg(long)]
        head: Option<String>,
    },
    /// Erase a person or account from the audit log: the entries stay, but can no longer be linked
    /// to anyone
    #[command(after_help = "Example: tenure audit erase person attrition/1042")]
    Erase {
        /// person or account
        kind: String,
        /// USE-CASE/ID of a person, or the name of an account
        name: String,
    },
}

pub async fn run(config: &Config, command: AuditCommand, as_json: bool) -> Result<Outcome> {
    let actor = Actor::local();
    match command {
        AuditCommand::List {
            who,
            action,
            subject,
            from,
            until,
        } => {
            let query = AuditQuery {
                who,
                action,
                subject,
                from,
                until,
                page: 1,
                before: None,
            };
            let rows = config
                .open()
                .await?
                .audit_rows(&actor.member()?, &query)
                .await?;
            if as_json {
                output::json(&rows)?;
            } else {
                let row = |entry: &workflow::AuditRow| {
                    vec![
                        entry.sequence.to_string(),
                        entry.at.long(),
                        entry.who.clone(),
                        entry.action.clone(),
                        entry.subject.clone(),
                    ]
                };
                output::table(
                    &["ENTRY", "TIME", "ACTOR", "ACTION", "SUBJECT"],
                    &rows.iter().map(row).collect::<Vec<_>>(),
                );
            }
        }
        AuditCommand::Export { out } => {
            let lines = config.open().await?.audit_export(&actor.member()?).await?;
            match out {
                Some(out) => std::fs::write(&out, lines)
                    .map_err(|error| Error::Invalid(format!("{}: {error}", out.display())))?,
                None => output::line(lines.trim_end()),
            }
        }
        AuditCommand::Verify {
            file: Some(file),
            head,
        } => {
            let text = String::from_utf8(read_input(&file)?)
                .map_err(|_| Error::Invalid(format!("{file} is not UTF-8 text.")))?;
            let (entries, problems) = verify_export(&text, head.as_deref())?;
            return answer(entries as i64, None, &problems, as_json);
        }
        AuditCommand::Verify { file: None, head } => {
            let (newest, mut problems) =
                config.open().await?.audit_verify(&actor.member()?).await?;
            if head.is_some_and(|head| !head.eq_ignore_ascii_case(&newest.hash)) {
                problems.push("The log does not end with the hash given by --head.".to_owned());
            }
            return answer(newest.sequence, Some(&newest.hash), &problems, as_json);
        }
        AuditCommand::Erase { kind, name } => {
            config
                .open()
                .await?
                .audit_erase(&actor.admin()?, &kind, &name)
                .await?;
            if as_json {
                output::json(&json!({ "erased": true }))?;
            } else {
                output::line("Erased. The entries stay, but can no longer be linked to anyone.");
            }
        }
    }
    Ok(Outcome::Done)
}

fn answer(entries: i64, head: Option<&str>, problems: &[String], as_json: bool) -> Result<Outcome> {
    if as_json {
        output::json(&json!({ "entries": entries, "head": head, "problems": problems }))?;
    } else if problems.is_empty() {
        let head = head
            .map(|head| format!(" Latest hash: {head}"))
            .unwrap_or_default();
        output::line(&format!(
            "Hash chain verified: {}.{head}",
            output::counted(entries, "entry", "entries")
        ));
    } else {
        problems.iter().for_each(|problem| output::line(problem));
    }
    Ok(if problems.is_empty() {
        Outcome::Done
    } else {
        Outcome::Negative
    })
}
