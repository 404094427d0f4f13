//! `tenure audit`.

use clap::Subcommand;
use serde_json::json;
use workflow::{Actor, Result};

use super::{Answer, output};
use crate::settings::Place;

#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Every entry, oldest first
    List,
    /// Checks the hash chain and names every entry that was changed, removed, reordered or inserted
    Verify,
}

pub async fn run(place: &Place, command: AuditCommand, as_json: bool) -> Result<Answer> {
    let tenure = place.open().await?;
    let entries = tenure.audit_entries(&Actor::local().member()?).await?;
    match command {
        AuditCommand::List if as_json => output::json(&entries)?,
        AuditCommand::List => {
            let row = |entry: &store::audit::Entry| {
                vec![
                    entry.sequence.to_string(),
                    workflow::time_text(entry.at),
                    entry.actor.clone(),
                    entry.action.clone(),
                    entry.subject.clone(),
                ]
            };
            output::table(&["ENTRY", "TIME", "WHO", "WHAT", "TO"], &entries.iter().map(row).collect::<Vec<_>>());
        }
        AuditCommand::Verify => {
            let problems = store::audit::verify(&entries);
            if as_json {
                output::json(&json!({ "entries": entries.len(), "problems": problems }))?;
            } else if problems.is_empty() {
                output::line(&format!("{} entries, the chain is whole", entries.len()));
            } else {
                problems.iter().for_each(|problem| output::line(problem));
            }
            if !problems.is_empty() {
                return Ok(Answer::No);
            }
        }
    }
    Ok(Answer::Done)
}
