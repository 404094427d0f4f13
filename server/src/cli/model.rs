//! `tenure model`.

use clap::Subcommand;
use serde_json::json;
use workflow::{Actor, Error, Result};

use super::{Answer, output};
use crate::settings::Place;

#[derive(Debug, Subcommand)]
pub enum ModelCommand {
    /// Versions of a use case, newest first
    List {
        #[arg(long)]
        use_case: String,
    },
    /// One version
    Show {
        version: i64,
        #[arg(long)]
        use_case: String,
    },
    /// The model card of a version, in Markdown
    Card {
        version: i64,
        #[arg(long)]
        use_case: String,
    },
    /// Put a version into service
    #[command(after_help = "Example: tenure model approve 3 --use-case attrition --reason \"better calibrated\"")]
    Approve {
        version: i64,
        #[arg(long)]
        use_case: String,
        #[arg(long)]
        reason: String,
    },
    /// Write a version's model file
    #[command(after_help = "Example: tenure model export 3 --use-case attrition model.tenure")]
    Export {
        version: i64,
        #[arg(long)]
        use_case: String,
        #[arg(long, value_enum, default_value_t = Format::Tenure)]
        format: Format,
        out: std::path::PathBuf,
    },
}

/// What a model file is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Tenure's own: everything that scoring and explaining need
    Tenure,
}

pub async fn run(place: &Place, command: ModelCommand, as_json: bool) -> Result<Answer> {
    let tenure = place.open().await?;
    let actor = Actor::local();
    let member = actor.member()?;
    match command {
        ModelCommand::List { use_case } => {
            let versions = tenure.versions(&member, &use_case).await?;
            if as_json {
                output::json(&versions)?;
            } else {
                let row = |version: &views::runs::VersionRow| {
                    let auc = version.metrics.iter().find(|(name, _)| name == "roc_auc").map(|(_, figure)| output::figure(figure));
                    let live = if version.live { "live" } else { "" };
                    vec![
                        version.version.to_string(),
                        version.stage.clone(),
                        live.into(),
                        version.candidate.clone(),
                        auc.unwrap_or_default(),
                        version.created_at.clone(),
                    ]
                };
                output::table(&["VERSION", "STAGE", "", "CANDIDATE", "ROC AUC", "CREATED"], &versions.iter().map(row).collect::<Vec<_>>());
            }
        }
        ModelCommand::Show { version, use_case } => {
            let (version, model, _) = tenure.registered(&member, &use_case, version).await?;
            output::json(
                &json!({ "version": version, "lineage": model.lineage, "inputs": model.encoder.inputs.iter().map(|input| &input.name).collect::<Vec<_>>() }),
            )?;
        }
        ModelCommand::Card { version, use_case } => {
            let card = tenure.model_card(&member, &use_case, version).await?;
            if as_json { output::json(&json!({ "markdown": card }))? } else { output::line(card.trim_end()) }
        }
        ModelCommand::Approve { version, use_case, reason } => {
            let version = tenure.promote(&actor.admin()?, &use_case, version, &reason).await?;
            if as_json {
                output::json(&version)?;
            } else {
                output::line(&format!("version {} of {use_case} is live", version.version));
            }
        }
        ModelCommand::Export { version, use_case, format: Format::Tenure, out } => {
            let (_, _, bytes) = tenure.registered(&member, &use_case, version).await?;
            std::fs::write(&out, &bytes).map_err(|error| Error::Invalid(format!("{}: {error}", out.display())))?;
            output::line(&format!("{} bytes written to {}", bytes.len(), out.display()));
        }
    }
    Ok(Answer::Done)
}
