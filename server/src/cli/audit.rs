//! `tenure audit`.

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::json;
use workflow::{Actor, AuditQuery, Error, Result, verify_export};

use super::{Answer, output, read_input};
use crate::settings::Place;

#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Every entry that matches, oldest first
    #[command(after_help = "Example: tenure audit list --action model. --from 2026-11-01")]
    List {
        /// Part of a name
        #[arg(long, default_value = "")]
        who: String,
        /// Beginning of the action, for example "model." or "model.approve"
        #[arg(long, default_value = "")]
        action: String,
        /// Part of what it was done to, for example "model attrition/3"
        #[arg(long, default_value = "")]
        subject: String,
        /// Days, YYYY-MM-DD, both included
        #[arg(long, default_value = "")]
        from: String,
        #[arg(long, default_value = "")]
        until: String,
    },
    /// The whole record as JSON lines, to standard output or a file
    #[command(after_help = "Example: tenure audit export record.jsonl")]
    Export { out: Option<PathBuf> },
    /// Checks the hash chain and names every entry that was changed, removed, moved or inserted; in a store also the names behind it, and the
    /// rows of registry and reviews that it vouches for
    #[command(after_help = "Example: tenure audit verify --file record.jsonl --head 5f2c…")]
    Verify {
        /// An exported record; no store is opened
        #[arg(long)]
        file: Option<String>,
        /// Hash of the newest entry, as it was written down elsewhere
        #[arg(long)]
        head: Option<String>,
    },
    /// Erases a person or an account from the record: its entries stay, and nobody can tell any more whom they are about
    #[command(after_help = "Example: tenure audit erase person attrition/1042")]
    Erase { kind: String, name: String },
}

pub async fn run(place: &Place, command: AuditCommand, as_json: bool) -> Result<Answer> {
    let actor = Actor::local();
    match command {
        AuditCommand::List { who, action, subject, from, until } => {
            let query = AuditQuery { who, action, subject, from, until, page: 1 };
            let rows = place.open().await?.audit_rows(&actor.member()?, &query).await?;
            if as_json {
                output::json(&rows)?;
            } else {
                let row = |entry: &workflow::AuditRow| {
                    vec![entry.sequence.to_string(), entry.at.long(), entry.who.clone(), entry.action.clone(), entry.subject.clone()]
                };
                output::table(&["ENTRY", "TIME", "WHO", "WHAT", "TO"], &rows.iter().map(row).collect::<Vec<_>>());
            }
        }
        AuditCommand::Export { out } => {
            let lines = place.open().await?.audit_export(&actor.member()?).await?;
            match out {
                Some(out) => std::fs::write(&out, lines).map_err(|error| Error::Invalid(format!("{}: {error}", out.display())))?,
                None => output::line(lines.trim_end()),
            }
        }
        AuditCommand::Verify { file: Some(file), head } => {
            let text = String::from_utf8(read_input(&file)?).map_err(|_| Error::Invalid(format!("{file} is no text")))?;
            let (entries, problems) = verify_export(&text, head.as_deref())?;
            return answer(entries as i64, None, &problems, as_json);
        }
        AuditCommand::Verify { file: None, head } => {
            let (newest, mut problems) = place.open().await?.audit_verify(&actor.member()?).await?;
            if head.is_some_and(|head| !head.eq_ignore_ascii_case(&newest.hash)) {
                problems.push("the newest entry is not the one with the given hash".to_owned());
            }
            return answer(newest.sequence, Some(&newest.hash), &problems, as_json);
        }
        AuditCommand::Erase { kind, name } => {
            place.open().await?.audit_erase(&actor.admin()?, &kind, &name).await?;
            if as_json {
                output::json(&json!({ "erased": true }))?;
            } else {
                output::line("erased: the entries stay, and nobody can tell any more whom they are about");
            }
        }
    }
    Ok(Answer::Done)
}

fn answer(entries: i64, head: Option<&str>, problems: &[String], as_json: bool) -> Result<Answer> {
    if as_json {
        output::json(&json!({ "entries": entries, "head": head, "problems": problems }))?;
    } else if problems.is_empty() {
        let head = head.map(|head| format!("; newest hash {head}")).unwrap_or_default();
        output::line(&format!("{entries} entries, the chain is whole{head}"));
    } else {
        problems.iter().for_each(|problem| output::line(problem));
    }
    Ok(if problems.is_empty() { Answer::Done } else { Answer::No })
}
