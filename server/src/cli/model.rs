//! `tenure model`.

mod show;

use clap::{Args, Subcommand};
use serde_json::json;
use workflow::{Actor, Checklist, Choice, Decided, Error, Result, Ruling, Tenure, Waive};

use super::identity::Identity;
use super::{Answer, output};
use crate::settings::Place;

/// Which version, and on whose behalf.
#[derive(Debug, Args)]
pub struct Who {
    #[arg(long)]
    use_case: String,
    #[command(flatten)]
    identity: Identity,
}

/// A decision.
#[derive(Debug, Args)]
pub struct Decide {
    version: i64,
    #[command(flatten)]
    who: Who,
    #[arg(long)]
    reason: String,
    /// Items of the checklist that were done: keys with commas between them, or "all"
    #[arg(long, value_delimiter = ',')]
    checklist: Vec<String>,
    /// SHA-256 of the evidence that the decision is about; refused when it is not that of the request
    #[arg(long)]
    evidence: Option<String>,
}

#[derive(Debug, Subcommand)]
pub enum ModelCommand {
    /// Versions of a use case, newest first
    List {
        #[arg(long)]
        use_case: String,
    },
    /// One version: lineage, stage, requests and decisions
    Show {
        version: i64,
        #[arg(long)]
        use_case: String,
    },
    /// What a version does to the groups of each protected attribute, from its out-of-fold scores. Exit code 1: a metric fails its limit
    #[command(after_help = "Example: tenure model fairness 3 --use-case attrition --cutoff 0.25 --html fairness.html")]
    Fairness(super::fairness::Fairness),
    /// Train a comparison run made from a version, and show the paired effect on accuracy and fairness
    #[command(after_help = "Example: tenure model experiment 3 --use-case attrition --drop Age")]
    Experiment(super::experiment::Experiment),
    /// The model card of a version, in Markdown
    #[command(after_help = "Example: tenure model card 3 --use-case attrition --html card.html")]
    Card {
        version: i64,
        #[arg(long)]
        use_case: String,
        /// Write a page that needs nothing but itself
        #[arg(long, value_name = "OUT")]
        html: Option<String>,
    },
    /// Ask for a version to go live
    #[command(after_help = "Example: tenure model request 3 --use-case attrition --note \"better calibrated\"")]
    Request {
        version: i64,
        #[command(flatten)]
        who: Who,
        #[arg(long, default_value = "")]
        note: String,
    },
    /// Approve a version: the last approval needed puts it into service
    #[command(after_help = "Example: tenure model approve 3 --use-case attrition --as rita --reason \"better calibrated\"")]
    Approve(Decide),
    /// Reject a version
    #[command(after_help = "Example: tenure model reject 3 --use-case attrition --as rita --reason \"worse for the night shift\"")]
    Reject(Decide),
    /// Send a version back with a request for changes
    #[command(after_help = "Example: tenure model changes 3 --use-case attrition --as rita --reason \"describe the sampling\"")]
    Changes(Decide),
    /// Waive a gate that blocks a version, where its policy allows it
    #[command(
        after_help = "Example: tenure model waive 3 --use-case attrition --as rita --gate \"Impact ratio by Gender at least 0.8\" --owner hr --reason \"under study\" --expires 2027-01-31"
    )]
    Waive {
        version: i64,
        #[command(flatten)]
        who: Who,
        #[arg(long)]
        gate: String,
        /// Who answers for it
        #[arg(long)]
        owner: String,
        #[arg(long)]
        reason: String,
        /// Last day on which it holds, YYYY-MM-DD
        #[arg(long)]
        expires: String,
    },
    /// Put an archived version back into service (the one before, when none is named)
    #[command(after_help = "Example: tenure model rollback --use-case attrition --as rita --reason \"complaints from Sales\"")]
    Rollback {
        version: Option<i64>,
        #[command(flatten)]
        who: Who,
        #[arg(long)]
        reason: String,
    },
    /// Take the live version out of service
    #[command(after_help = "Example: tenure model stop --use-case attrition --reason \"wrong data was imported\"")]
    Stop {
        #[command(flatten)]
        who: Who,
        #[arg(long)]
        reason: String,
    },
    /// What was live when, oldest first
    History {
        #[arg(long)]
        use_case: String,
    },
    /// Say something about a version; a pending request for it is void from then on
    Describe {
        version: i64,
        #[command(flatten)]
        who: Who,
        text: String,
    },
    /// Set a tag of a version; an empty value removes it
    #[command(after_help = "Example: tenure model tag 3 team people-analytics --use-case attrition")]
    Tag {
        version: i64,
        name: String,
        value: String,
        #[command(flatten)]
        who: Who,
    },
    /// Give a version a name; what is live does not change
    #[command(after_help = "Example: tenure model alias 3 autumn --use-case attrition")]
    Alias {
        version: i64,
        alias: String,
        #[command(flatten)]
        who: Who,
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
    match command {
        ModelCommand::Fairness(command) => return super::fairness::run(&tenure, command, as_json).await,
        ModelCommand::Experiment(command) => return super::experiment::run(&tenure, command, as_json).await,
        ModelCommand::List { use_case } => show::list(&tenure, &use_case, as_json).await?,
        ModelCommand::Show { version, use_case } => show::show(&tenure, &use_case, version).await?,
        ModelCommand::Card { version, use_case, html } => {
            let page = tenure.model_card(&Actor::local().member()?, &use_case, version).await?;
            if let Some(out) = &html {
                let text = app::pages::card::file(&page, &workflow::today());
                std::fs::write(out, text).map_err(|error| Error::Invalid(format!("{out}: {error}")))?;
                eprintln!("written to {out}");
            }
            let markdown = page.card.markdown();
            if as_json {
                output::json(&json!({ "markdown": markdown, "card": page.card }))?;
            } else if html.is_none() {
                output::line(markdown.trim_end());
            }
        }
        ModelCommand::Request { version, who, note } => {
            let actor = who.identity.actor(&tenure).await?;
            let request = tenure.request_review(&actor.member()?, &who.use_case, version, &note).await?;
            let says = format!("a review of version {version} of {} is asked for; evidence {}", who.use_case, request.evidence_hash);
            say(as_json, &request, &says)?;
        }
        ModelCommand::Approve(decide) => ruling(&tenure, Choice::Approve, decide, as_json).await?,
        ModelCommand::Reject(decide) => ruling(&tenure, Choice::Reject, decide, as_json).await?,
        ModelCommand::Changes(decide) => ruling(&tenure, Choice::RequestChanges, decide, as_json).await?,
        ModelCommand::Waive { version, who, gate, owner, reason, expires } => {
            let actor = who.identity.actor(&tenure).await?;
            let waive = Waive { gate: &gate, owner: &owner, reason: &reason, expires_on: &expires };
            let waiver = tenure.waive(&actor.reviewer()?, &who.use_case, version, waive).await?;
            say(as_json, &waiver, &format!("\"{}\" is waived for version {version} until {}", waiver.gate, waiver.expires_on))?;
        }
        ModelCommand::Rollback { version, who, reason } => {
            let actor = who.identity.actor(&tenure).await?;
            let version = tenure.rollback(&actor.reviewer()?, &who.use_case, version, &reason).await?;
            say(as_json, &version, &format!("version {} of {} is live again", version.version, who.use_case))?;
        }
        ModelCommand::Stop { who, reason } => {
            let version = tenure.take_out_of_service(&who.identity.actor(&tenure).await?, &who.use_case, &reason).await?;
            let says = format!("version {version} of {} is out of service; `tenure model rollback` puts it back", who.use_case);
            say(as_json, &json!({ "version": version, "live": false }), &says)?;
        }
        ModelCommand::History { use_case } => show::history(&tenure, &use_case, as_json).await?,
        ModelCommand::Describe { version, who, text } => {
            tenure.describe_version(&who.identity.actor(&tenure).await?.admin()?, &who.use_case, version, &text).await?;
        }
        ModelCommand::Tag { version, name, value, who } => {
            tenure.tag_version(&who.identity.actor(&tenure).await?.admin()?, &who.use_case, version, &name, &value).await?;
        }
        ModelCommand::Alias { version, alias, who } => {
            tenure.alias_version(&who.identity.actor(&tenure).await?.admin()?, &who.use_case, version, &alias).await?;
        }
        ModelCommand::Export { version, use_case, format: Format::Tenure, out } => {
            let (_, _, bytes) = tenure.registered(&Actor::local().member()?, &use_case, version).await?;
            std::fs::write(&out, &bytes).map_err(|error| Error::Invalid(format!("{}: {error}", out.display())))?;
            output::line(&format!("{} bytes written to {}", bytes.len(), out.display()));
        }
    }
    Ok(Answer::Done)
}

fn say(as_json: bool, value: &impl serde::Serialize, sentence: &str) -> Result<()> {
    if as_json {
        return output::json(value);
    }
    output::line(sentence);
    Ok(())
}

async fn ruling(tenure: &Tenure, choice: Choice, decide: Decide, as_json: bool) -> Result<()> {
    let actor = decide.who.identity.actor(tenure).await?;
    let given = !decide.checklist.is_empty();
    let checklist = Checklist::from_keys(decide.checklist.iter().map(String::as_str), "")?;
    let ruling = Ruling { choice, reason: &decide.reason, checklist: given.then_some(checklist), evidence: decide.evidence.as_deref() };
    let decided = tenure.decide(&actor.reviewer()?, &decide.who.use_case, decide.version, ruling).await?;
    say(as_json, &decided, &outcome(&decided, choice))
}

fn outcome(decided: &Decided, choice: Choice) -> String {
    let (version, use_case) = (decided.version.version, &decided.version.use_case);
    let again = if decided.already { "; it was decided just so before" } else { "" };
    match choice {
        Choice::Approve if decided.approvals_missing > 0 => {
            format!("version {version} of {use_case} is approved by you; approvals still missing: {}{again}", decided.approvals_missing)
        }
        Choice::Approve => format!("version {version} of {use_case} is live{again}"),
        Choice::Reject => format!("version {version} of {use_case} is rejected{again}"),
        Choice::RequestChanges => format!("version {version} of {use_case} is sent back{again}"),
    }
}
