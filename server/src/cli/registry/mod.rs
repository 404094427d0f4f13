//! `tenure model`.

mod show;

use clap::{Args, Subcommand};
use domain::{Decision, Stage, VersionNumber};
use serde_json::json;
use workflow::{Actor, Checklist, Decided, Error, Result, Ruling, Tenure, Waive};

use crate::cli::accounts::identity::Identity;
use crate::cli::{Answer, output};
use crate::settings::Place;

/// Of which use case, and on whose behalf.
#[derive(Debug, Args)]
pub struct Who {
    #[arg(long)]
    use_case: String,
    #[command(flatten)]
    identity: Identity,
}

/// A version by its number or alias.
#[derive(Debug, Args)]
pub struct Which {
    /// Number or alias
    version: String,
    #[arg(long)]
    use_case: String,
}

/// A decision.
#[derive(Debug, Args)]
pub struct Decide {
    /// Number or alias
    version: String,
    #[command(flatten)]
    who: Who,
    #[arg(long)]
    reason: String,
    /// Items of the checklist that were done: keys with commas between them, or "all"
    #[arg(long, value_delimiter = ',')]
    checklist: Vec<String>,
    /// What was found while going through it
    #[arg(long, default_value = "")]
    findings: String,
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
    /// One version as JSON: lineage, stage, gates, requests, decisions, waivers, comments, what it scored
    Show(Which),
    /// The evidence as a reviewer decides on it: gates with figure and verdict, what blocks, and the hash that a decision is bound to
    #[command(after_help = "Example: tenure model review 3 --use-case attrition")]
    Review(Which),
    /// What a version does to the groups of each protected attribute, from its out-of-fold scores. Exit code 1: a metric fails its limit
    #[command(after_help = "Example: tenure model fairness 3 --use-case attrition --cutoff 0.25 --html fairness.html")]
    Fairness(crate::cli::fairness::report::Fairness),
    /// Train a comparison run made from a version, and show the paired effect on accuracy and fairness
    #[command(after_help = "Example: tenure model experiment 3 --use-case attrition --drop Age")]
    Experiment(crate::cli::fairness::experiment::Experiment),
    /// The model card of a version, in Markdown
    #[command(after_help = "Example: tenure model card 3 --use-case attrition --html card.html")]
    Card {
        #[command(flatten)]
        which: Which,
        /// Write a page that needs nothing but itself
        #[arg(long, value_name = "OUT")]
        html: Option<String>,
    },
    /// Request a review of a version
    #[command(after_help = "Example: tenure model request 3 --use-case attrition --note \"better calibrated\"")]
    Request {
        version: String,
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
    /// Request changes to a version
    #[command(after_help = "Example: tenure model request-changes 3 --use-case attrition --as rita --reason \"describe the sampling\"")]
    RequestChanges(Decide),
    /// Waive a gate that blocks a version, where its policy allows it
    #[command(
        after_help = "Example: tenure model waive 3 --use-case attrition --as rita --gate \"Impact ratio by Gender at least 0.8\" --owner hr --reason \"under study\" --expires 2027-01-31"
    )]
    Waive {
        version: String,
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
        version: Option<String>,
        #[command(flatten)]
        who: Who,
        #[arg(long)]
        reason: String,
    },
    /// Take the live version out of service
    #[command(after_help = "Example: tenure model undeploy --use-case attrition --reason \"wrong data was imported\"")]
    Undeploy {
        #[command(flatten)]
        who: Who,
        #[arg(long)]
        reason: String,
    },
    /// What was live when, oldest first; with --as-of what was live at that moment
    #[command(after_help = "Example: tenure model history --use-case attrition --as-of 2026-11-21T09:14")]
    History {
        #[arg(long)]
        use_case: String,
        /// A day (its end) or a moment in UTC: YYYY-MM-DD or YYYY-MM-DDTHH:MM
        #[arg(long)]
        as_of: Option<String>,
    },
    /// Add a comment to a version
    #[command(after_help = "Example: tenure model comment 3 \"ask Sales first\" --use-case attrition --as ann")]
    Comment {
        version: String,
        text: String,
        #[command(flatten)]
        who: Who,
    },
    /// Write the known limitations of a version down, for its model card; a pending request for it is void from then on
    #[command(after_help = "Example: tenure model limitations 3 \"trained before the night shift was moved\" --use-case attrition")]
    Limitations {
        version: String,
        text: String,
        #[command(flatten)]
        who: Who,
    },
    /// Say something about a version; a pending request for it is void from then on
    #[command(after_help = "Example: tenure model describe 3 \"first model with pay grades\" --use-case attrition")]
    Describe {
        version: String,
        text: String,
        #[command(flatten)]
        who: Who,
    },
    /// Set a tag of a version; an empty value removes it
    #[command(after_help = "Example: tenure model tag 3 team people-analytics --use-case attrition")]
    Tag {
        version: String,
        name: String,
        value: String,
        #[command(flatten)]
        who: Who,
    },
    /// Give a version a name, by which commands and the API find it; what is live does not change
    #[command(after_help = "Example: tenure model alias 3 autumn --use-case attrition")]
    Alias {
        version: String,
        alias: String,
        /// Take the name away from the version
        #[arg(long)]
        remove: bool,
        #[command(flatten)]
        who: Who,
    },
    /// Write a version's model file
    #[command(after_help = "Example: tenure model export 3 --use-case attrition model.tenure")]
    Export {
        #[command(flatten)]
        which: Which,
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
        ModelCommand::Fairness(command) => return crate::cli::fairness::report::run(&tenure, command, as_json).await,
        ModelCommand::Experiment(command) => return crate::cli::fairness::experiment::run(&tenure, command, as_json).await,
        ModelCommand::List { use_case } => show::list(&tenure, &use_case, as_json).await?,
        ModelCommand::Show(which) => show::show(&tenure, &which.use_case, which.number(&tenure).await?).await?,
        ModelCommand::Review(which) => return show::review(&tenure, &which.use_case, which.number(&tenure).await?, as_json).await,
        ModelCommand::Card { which, html } => card(&tenure, &which, html, as_json).await?,
        ModelCommand::Request { version, who, note } => {
            let (actor, number) = who.about(&tenure, &version).await?;
            let request = tenure.request_review(&actor.contributor()?, &who.use_case, number, &note).await?;
            let says = format!("review requested for version {number} of {}; evidence {}", who.use_case, request.evidence_hash);
            say(as_json, &request, &says)?;
        }
        ModelCommand::Approve(decide) => ruling(&tenure, Decision::Approve, decide, as_json).await?,
        ModelCommand::Reject(decide) => ruling(&tenure, Decision::Reject, decide, as_json).await?,
        ModelCommand::RequestChanges(decide) => ruling(&tenure, Decision::RequestChanges, decide, as_json).await?,
        ModelCommand::Waive { version, who, gate, owner, reason, expires } => {
            let (actor, number) = who.about(&tenure, &version).await?;
            let waive = Waive { gate: &gate, owner: &owner, reason: &reason, expires_on: &expires };
            let signed = tenure.sign(actor.reviewer()?, None).await?;
            let waiver = tenure.waive(&signed, &who.use_case, number, waive).await?;
            say(as_json, &waiver, &format!("\"{}\" is waived for version {number} until {}", waiver.gate, waiver.expires_on))?;
        }
        ModelCommand::Rollback { version, who, reason } => {
            let actor = who.identity.actor(&tenure).await?;
            let number = match &version {
                Some(version) => Some(tenure.version_called(&actor.member()?, &who.use_case, version).await?),
                None => None,
            };
            let signed = tenure.sign(actor.reviewer()?, None).await?;
            let version = tenure.rollback(&signed, &who.use_case, number, &reason).await?;
            say(as_json, &version, &format!("version {} of {} is live again", version.version, who.use_case))?;
        }
        ModelCommand::Undeploy { who, reason } => {
            let version = tenure.undeploy(&who.identity.actor(&tenure).await?, None, &who.use_case, &reason).await?;
            let says = format!("version {version} of {} is out of service; `tenure model rollback` puts it back", who.use_case);
            say(as_json, &json!({ "version": version, "live": false }), &says)?;
        }
        ModelCommand::History { use_case, as_of } => show::history(&tenure, &use_case, as_of.as_deref(), as_json).await?,
        ModelCommand::Comment { version, text, who } => {
            let (actor, number) = who.about(&tenure, &version).await?;
            let comment = tenure.comment(&actor.contributor()?, &who.use_case, number, &text).await?;
            say(as_json, &comment, &format!("the comment on version {number} is kept"))?;
        }
        ModelCommand::Limitations { version, text, who } => {
            let (actor, number) = who.about(&tenure, &version).await?;
            tenure.write_limitations(&actor.contributor()?, &who.use_case, number, None, &text).await?;
            let says = format!("the known limitations of version {number} are written down");
            say(as_json, &json!({ "version": number, "limitations": text }), &says)?;
        }
        ModelCommand::Describe { version, who, text } => {
            let (actor, number) = who.about(&tenure, &version).await?;
            tenure.describe_version(&actor.admin()?, &who.use_case, number, &text).await?;
            say(as_json, &json!({ "version": number, "description": text }), &format!("version {number} is described"))?;
        }
        ModelCommand::Tag { version, name, value, who } => {
            let (actor, number) = who.about(&tenure, &version).await?;
            tenure.tag_version(&actor.admin()?, &who.use_case, number, &name, &value).await?;
            let says = if value.is_empty() { format!("{name} is removed") } else { format!("version {number}: {name} = {value}") };
            say(as_json, &json!({ "version": number, "tag": name, "value": value }), &says)?;
        }
        ModelCommand::Alias { version, alias, remove: false, who } => {
            let (actor, number) = who.about(&tenure, &version).await?;
            tenure.alias_version(&actor.admin()?, &who.use_case, number, &alias).await?;
            say(as_json, &json!({ "version": number, "alias": alias }), &format!("version {number} is called {alias}"))?;
        }
        ModelCommand::Alias { alias, remove: true, who, .. } => {
            tenure.remove_alias(&who.identity.actor(&tenure).await?.admin()?, &who.use_case, &alias).await?;
            say(as_json, &json!({ "version": null, "alias": alias }), &format!("no version is called {alias} any more"))?;
        }
        ModelCommand::Export { which, format: Format::Tenure, out } => {
            let number = which.number(&tenure).await?;
            let (_, _, bytes) = tenure.registered(&Actor::local().member()?, &which.use_case, number).await?;
            std::fs::write(&out, &bytes).map_err(|error| Error::Invalid(format!("{}: {error}", out.display())))?;
            output::line(&format!("{} bytes written to {}", bytes.len(), out.display()));
        }
    }
    Ok(Answer::Done)
}

impl Who {
    /// Who asks, and the number of the version that is meant.
    async fn about(&self, tenure: &Tenure, version: &str) -> Result<(Actor, VersionNumber)> {
        let actor = self.identity.actor(tenure).await?;
        let number = tenure.version_called(&actor.member()?, &self.use_case, version).await?;
        Ok((actor, number))
    }
}

impl Which {
    async fn number(&self, tenure: &Tenure) -> Result<VersionNumber> {
        tenure.version_called(&Actor::local().member()?, &self.use_case, &self.version).await
    }
}

async fn card(tenure: &Tenure, which: &Which, html: Option<String>, as_json: bool) -> Result<()> {
    let page = tenure.model_card(&Actor::local().member()?, &which.use_case, which.number(tenure).await?).await?;
    if let Some(out) = &html {
        let text = app::pages::card::file(&page, &workflow::today().long());
        std::fs::write(out, text).map_err(|error| Error::Invalid(format!("{out}: {error}")))?;
        eprintln!("written to {out}");
    }
    let markdown = page.card.markdown();
    if as_json {
        output::json(&json!({ "markdown": markdown, "card": page.card }))?;
    } else if html.is_none() {
        output::line(markdown.trim_end());
    }
    Ok(())
}

fn say(as_json: bool, value: &impl serde::Serialize, sentence: &str) -> Result<()> {
    if as_json {
        return output::json(value);
    }
    output::line(sentence);
    Ok(())
}

async fn ruling(tenure: &Tenure, choice: Decision, decide: Decide, as_json: bool) -> Result<()> {
    let (actor, number) = decide.who.about(tenure, &decide.version).await?;
    let given = !decide.checklist.is_empty() || !decide.findings.is_empty();
    let checklist = Checklist::from_keys(decide.checklist.iter().map(String::as_str), &decide.findings)?;
    let ruling = Ruling { choice, reason: &decide.reason, checklist: given.then_some(checklist), evidence: decide.evidence.as_deref() };
    let signed = tenure.sign(actor.reviewer()?, None).await?;
    let decided = tenure.decide(&signed, &decide.who.use_case, number, ruling).await?;
    say(as_json, &decided, &outcome(&decided, choice))?;
    if !as_json {
        let failing = decided.decision.in_spite_of();
        if choice == Decision::Approve && !failing.is_empty() {
            output::line(&format!("approved in spite of failing gates: {}", failing.join("; ")));
        }
        output::line(&format!("bound to the evidence {}", decided.decision.evidence_hash));
    }
    Ok(())
}

fn outcome(decided: &Decided, choice: Decision) -> String {
    let (version, use_case) = (decided.version.version, &decided.version.use_case);
    let again = if decided.already { "; it was decided just so before" } else { "" };
    match choice {
        Decision::Approve if decided.approvals_missing > 0 => {
            format!("version {version} of {use_case} is approved by you; approvals still missing: {}{again}", decided.approvals_missing)
        }
        Decision::Approve if decided.version.stage == Stage::Production => format!("version {version} of {use_case} is live{again}"),
        Decision::Approve => format!("version {version} of {use_case} was approved, and is not live any more{again}"),
        Decision::Reject => format!("version {version} of {use_case} is rejected{again}"),
        Decision::RequestChanges => format!("version {version} of {use_case} is sent back{again}"),
    }
}
