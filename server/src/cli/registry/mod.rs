//! `tenure model`.

mod import;
mod shadow;
mod show;

use clap::{Args, Subcommand};
use domain::{Decision, Stage, VersionNumber};
use serde_json::json;
use workflow::{Actor, Checklist, Decided, DecisionInput, Error, Result, Tenure, Waive};

use crate::cli::accounts::identity::Identity;
use crate::cli::outcome::Outcome;
use crate::cli::output;
use crate::cli::use_case_arg::UseCaseArg;
use crate::settings::Config;

/// Use case and identity.
#[derive(Debug, Args)]
pub struct Who {
    #[command(flatten)]
    use_case: UseCaseArg,
    #[command(flatten)]
    identity: Identity,
}

/// A version by its number or alias.
#[derive(Debug, Args)]
pub struct Which {
    /// Version number or alias
    version: String,
    #[command(flatten)]
    use_case: UseCaseArg,
}

/// A decision.
#[derive(Debug, Args)]
pub struct Decide {
    /// Version number or alias
    version: String,
    #[command(flatten)]
    who: Who,
    /// Reason for the decision
    #[arg(long)]
    reason: String,
    /// Completed checklist items: keys separated by commas, or "all"
    #[arg(long, value_delimiter = ',')]
    checklist: Vec<String>,
    /// What you found while working through the checklist
    #[arg(long, default_value = "", hide_default_value = true)]
    findings: String,
    /// SHA-256 of the evidence that the decision is based on; the command fails if the evidence has
    /// changed since
    #[arg(long)]
    evidence: Option<String>,
}

#[derive(Debug, Subcommand)]
pub enum ModelCommand {
    /// List the versions of a use case, newest first
    List {
        #[command(flatten)]
        use_case: UseCaseArg,
    },
    /// Print a version as JSON: lineage, stage, gates, requests, decisions, waivers, comments,
    /// scored batches
    Show(Which),
    /// Show the evidence for a review: gates with estimates and verdicts, blocking gates, and the
    /// hash that a decision is bound to
    #[command(after_help = "Example: tenure model review 3 --use-case attrition")]
    Review(Which),
    /// Report group fairness of a version from its out-of-fold scores (exit code 1: a limit is
    /// exceeded)
    #[command(
        after_help = "Example: tenure model fairness 3 --use-case attrition --cutoff 0.25 --html fairness.html"
    )]
    Fairness(crate::cli::fairness::report::Fairness),
    /// Train a comparison run based on a version and show the paired effect on accuracy and
    /// fairness
    #[command(after_help = "Example: tenure model experiment 3 --use-case attrition --drop Age")]
    Experiment(crate::cli::fairness::experiment::Experiment),
    /// Print the model card of a version in Markdown
    #[command(after_help = "Example: tenure model card 3 --use-case attrition --html card.html")]
    Card {
        #[command(flatten)]
        which: Which,
        /// Write a self-contained HTML page to this file
        #[arg(long, value_name = "OUT")]
        html: Option<String>,
    },
    /// Request a review of a version
    #[command(
        after_help = "Example: tenure model request 3 --use-case attrition --note \"better calibrated\""
    )]
    Request {
        /// Version number or alias
        version: String,
        #[command(flatten)]
        who: Who,
        /// Note to the reviewers
        #[arg(long, default_value = "", hide_default_value = true)]
        note: String,
    },
    /// Approve a version; the last required approval promotes it
    #[command(
        after_help = "Example: tenure model approve 3 --use-case attrition --as rita --reason \"better calibrated\""
    )]
    Approve(Decide),
    /// Reject a version
    #[command(
        after_help = "Example: tenure model reject 3 --use-case attrition --as rita --reason \"worse for the night shift\""
    )]
    Reject(Decide),
    /// Request changes to a version
    #[command(
        after_help = "Example: tenure model request-changes 3 --use-case attrition --as rita --reason \"describe the sampling\""
    )]
    RequestChanges(Decide),
    /// Waive a blocking gate, where the policy allows waivers
    #[command(
        after_help = "Example: tenure model waive 3 --use-case attrition --as rita --gate fairness/demographic_parity_ratio/0.8/Gender --owner hr --reason \"under study\" --expires 2027-01-31"
    )]
    Waive {
        /// Version number or alias
        version: String,
        #[command(flatten)]
        who: Who,
        /// Title of the gate, as shown by tenure model review
        #[arg(long)]
        gate: String,
        /// Person or team responsible for the waiver
        #[arg(long)]
        owner: String,
        /// Reason for the waiver
        #[arg(long)]
        reason: String,
        /// Last day of the waiver, YYYY-MM-DD
        #[arg(long)]
        expires: String,
    },
    /// Roll back to an archived version
    #[command(
        after_help = "Example: tenure model rollback --use-case attrition --as rita --reason \"complaints from Sales\""
    )]
    Rollback {
        /// Version number or alias [default: the version that was live before]
        version: Option<String>,
        #[command(flatten)]
        who: Who,
        /// Reason for the rollback
        #[arg(long)]
        reason: String,
    },
    /// Take the live version out of service
    #[command(
        after_help = "Example: tenure model undeploy --use-case attrition --reason \"wrong data was imported\""
    )]
    Undeploy {
        #[command(flatten)]
        who: Who,
        /// Reason for taking it out of service
        #[arg(long)]
        reason: String,
    },
    /// Let a version in Staging score in shadow, beside the live version, or end it; without on or
    /// off, show how it disagrees with the live version
    #[command(after_help = "Example: tenure model shadow 3 on --use-case attrition")]
    Shadow {
        /// Version number or alias
        version: String,
        /// Turn shadow scoring on or off
        state: Option<Switched>,
        #[command(flatten)]
        who: Who,
    },
    /// Let an approved version serve on until the next review date
    #[command(
        after_help = "Example: tenure model recertify 3 --use-case attrition --as rita --reason \"outcomes as expected\""
    )]
    Recertify {
        /// Version number or alias
        version: String,
        #[command(flatten)]
        who: Who,
        /// Reason for the re-certification
        #[arg(long)]
        reason: String,
    },
    /// Show what happened to the models of a use case and what is due, newest first
    #[command(after_help = "Example: tenure model timeline --use-case attrition --version 3")]
    Timeline {
        #[command(flatten)]
        use_case: UseCaseArg,
        /// Only what concerns this version (number or alias)
        #[arg(long)]
        version: Option<String>,
    },
    /// Show the history of live versions, oldest first; with --as-of, the version live at that time
    #[command(
        after_help = "Example: tenure model history --use-case attrition --as-of 2026-11-21T09:14"
    )]
    History {
        #[command(flatten)]
        use_case: UseCaseArg,
        /// Time in UTC, YYYY-MM-DDTHH:MM, or day, YYYY-MM-DD (then the end of that day)
        #[arg(long)]
        as_of: Option<String>,
    },
    /// Add a comment to a version
    #[command(
        after_help = "Example: tenure model comment 3 \"ask Sales first\" --use-case attrition --as ann"
    )]
    Comment {
        /// Version number or alias
        version: String,
        /// Text of the comment
        text: String,
        #[command(flatten)]
        who: Who,
    },
    /// Set the known limitations on the model card of a version; voids a pending review request
    #[command(
        after_help = "Example: tenure model limitations 3 \"trained before the night shift was moved\" --use-case attrition"
    )]
    Limitations {
        /// Version number or alias
        version: String,
        /// Known limitations, replacing the previous text
        text: String,
        #[command(flatten)]
        who: Who,
    },
    /// Set the description of a version; voids a pending review request
    #[command(
        after_help = "Example: tenure model describe 3 \"first model with pay grades\" --use-case attrition"
    )]
    Describe {
        /// Version number or alias
        version: String,
        /// Description, replacing the previous text
        text: String,
        #[command(flatten)]
        who: Who,
    },
    /// Set a tag of a version; an empty value removes it
    #[command(
        after_help = "Example: tenure model tag 3 team people-analytics --use-case attrition"
    )]
    Tag {
        /// Version number or alias
        version: String,
        /// Name of the tag
        name: String,
        /// Value of the tag
        value: String,
        #[command(flatten)]
        who: Who,
    },
    /// Set an alias of a version for commands and the API; the live version does not change
    #[command(after_help = "Example: tenure model alias 3 autumn --use-case attrition")]
    Alias {
        /// Version number or alias
        version: String,
        /// Alias to set or remove
        alias: String,
        /// Remove the alias instead of setting it
        #[arg(long)]
        remove: bool,
        #[command(flatten)]
        who: Who,
    },
    /// Write the model file of a version
    #[command(
        after_help = "Example: tenure model export 3 --use-case attrition --format onnx model.onnx\n\
                            The final model; docs/model-formats.md describes both formats."
    )]
    Export {
        #[command(flatten)]
        which: Which,
        /// Format of the file
        #[arg(long, value_enum, default_value_t = Format::Tenure)]
        format: Format,
        /// File to write
        out: std::path::PathBuf,
    },
    /// Register a model that another system has trained, judged by labeled people and the same gates
    #[command(
        after_help = "Example: tenure model import model.json --format xgboost --use-case attrition --trained-on 0199a\n\
                            Inputs are matched to fields by name (Age, OverTime_Yes); --mapping names the others: {\"inputs\": {\"f0\": \"Age\"}}."
    )]
    Import(import::Import),
}

/// On or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Switched {
    /// Score beside the live version
    On,
    /// No longer
    Off,
}

/// Format of an exported model file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Tenure's own format, with everything needed for scoring and explanation
    Tenure,
    /// ONNX: fields in, calibrated probability out
    Onnx,
}

pub async fn run(config: &Config, command: ModelCommand, as_json: bool) -> Result<Outcome> {
    let tenure = config.open().await?;
    match command {
        ModelCommand::Fairness(command) => {
            return crate::cli::fairness::report::run(&tenure, command, as_json).await;
        }
        ModelCommand::Experiment(command) => {
            return crate::cli::fairness::experiment::run(&tenure, command, as_json).await;
        }
        ModelCommand::List { use_case } => {
            show::list(&tenure, &use_case.resolve(&tenure).await?, as_json).await?
        }
        ModelCommand::Show(which) => {
            let (use_case, number) = which.about(&tenure).await?;
            show::show(&tenure, &use_case, number).await?
        }
        ModelCommand::Review(which) => {
            let (use_case, number) = which.about(&tenure).await?;
            return show::review(&tenure, &use_case, number, as_json).await;
        }
        ModelCommand::Card { which, html } => card(&tenure, &which, html, as_json).await?,
        ModelCommand::Request { version, who, note } => {
            let (actor, use_case, number) = who.about(&tenure, &version).await?;
            let request = tenure
                .request_review(&actor.contributor()?, &use_case, number, &note)
                .await?;
            let says = format!(
                "Review requested for version {number} of {use_case}. Evidence: {}",
                request.evidence_hash
            );
            say(as_json, &request, &says)?;
        }
        ModelCommand::Approve(decide) => {
            record_decision(&tenure, Decision::Approve, decide, as_json).await?
        }
        ModelCommand::Reject(decide) => {
            record_decision(&tenure, Decision::Reject, decide, as_json).await?
        }
        ModelCommand::RequestChanges(decide) => {
            record_decision(&tenure, Decision::RequestChanges, decide, as_json).await?
        }
        ModelCommand::Waive {
            version,
            who,
            gate,
            owner,
            reason,
            expires,
        } => {
            let (actor, use_case, number) = who.about(&tenure, &version).await?;
            let waive = Waive {
                gate: &gate,
                owner: &owner,
                reason: &reason,
                expires_on: &expires,
            };
            let signed = tenure.sign(actor.reviewer()?, None).await?;
            let waiver = tenure.waive(&signed, &use_case, number, waive).await?;
            say(
                as_json,
                &waiver,
                &format!(
                    "Gate “{}” waived for version {number} until {}.",
                    waiver.gate, waiver.expires_on
                ),
            )?;
        }
        ModelCommand::Rollback {
            version,
            who,
            reason,
        } => {
            let actor = who.identity.actor(&tenure).await?;
            let use_case = who.use_case.resolve(&tenure).await?;
            let number = match &version {
                Some(version) => Some(
                    tenure
                        .version_called(&actor.member()?, &use_case, version)
                        .await?,
                ),
                None => None,
            };
            let signed = tenure.sign(actor.reviewer()?, None).await?;
            let version = tenure.rollback(&signed, &use_case, number, &reason).await?;
            say(
                as_json,
                &version,
                &format!(
                    "Rolled back: version {} of {use_case} is live.",
                    version.version
                ),
            )?;
        }
        ModelCommand::Undeploy { who, reason } => {
            let use_case = who.use_case.resolve(&tenure).await?;
            let version = tenure
                .undeploy(
                    &who.identity.actor(&tenure).await?,
                    None,
                    &use_case,
                    &reason,
                )
                .await?;
            let says = format!(
                "Version {version} of {use_case} is out of service. Restore it with `tenure model rollback`."
            );
            say(
                as_json,
                &json!({ "version": version, "live": false }),
                &says,
            )?;
        }
        ModelCommand::Shadow {
            version,
            state,
            who,
        } => {
            let (actor, use_case, number) = who.about(&tenure, &version).await?;
            match state {
                None => {
                    let report = tenure
                        .shadow_report(&actor.member()?, &use_case, number)
                        .await?;
                    shadow::show(&report, as_json)?;
                }
                Some(state) => {
                    let on = state == Switched::On;
                    tenure.set_shadow(&actor, &use_case, number, on).await?;
                    let says = if on {
                        format!(
                            "Version {number} of {use_case} scores in shadow from the next batch on."
                        )
                    } else {
                        format!("Version {number} of {use_case} does not score in shadow.")
                    };
                    say(as_json, &json!({ "version": number, "shadow": on }), &says)?;
                }
            }
        }
        ModelCommand::Recertify {
            version,
            who,
            reason,
        } => {
            let (actor, use_case, number) = who.about(&tenure, &version).await?;
            let signed = tenure.sign(actor.reviewer()?, None).await?;
            let own = tenure
                .recertify(&signed, &use_case, number, &reason)
                .await?;
            let says = format!(
                "Version {number} of {use_case} is re-certified. Next review: {}.",
                own.next_review
            );
            say(as_json, &own, &says)?;
        }
        ModelCommand::Timeline { use_case, version } => {
            let use_case = use_case.resolve(&tenure).await?;
            show::timeline(&tenure, &use_case, version.as_deref(), as_json).await?;
        }
        ModelCommand::History { use_case, as_of } => {
            let use_case = use_case.resolve(&tenure).await?;
            show::history(&tenure, &use_case, as_of.as_deref(), as_json).await?
        }
        ModelCommand::Comment { version, text, who } => {
            let (actor, use_case, number) = who.about(&tenure, &version).await?;
            let comment = tenure
                .comment(&actor.contributor()?, &use_case, number, &text)
                .await?;
            say(
                as_json,
                &comment,
                &format!("Comment added to version {number}."),
            )?;
        }
        ModelCommand::Limitations { version, text, who } => {
            let (actor, use_case, number) = who.about(&tenure, &version).await?;
            tenure
                .write_limitations(&actor.contributor()?, &use_case, number, None, &text)
                .await?;
            let says = format!("Known limitations of version {number} saved.");
            say(
                as_json,
                &json!({ "version": number, "limitations": text }),
                &says,
            )?;
        }
        ModelCommand::Describe { version, who, text } => {
            let (actor, use_case, number) = who.about(&tenure, &version).await?;
            tenure
                .describe_version(&actor.admin()?, &use_case, number, &text)
                .await?;
            say(
                as_json,
                &json!({ "version": number, "description": text }),
                &format!("Description of version {number} saved."),
            )?;
        }
        ModelCommand::Tag {
            version,
            name,
            value,
            who,
        } => {
            let (actor, use_case, number) = who.about(&tenure, &version).await?;
            tenure
                .tag_version(&actor.admin()?, &use_case, number, &name, &value)
                .await?;
            let says = if value.is_empty() {
                format!("Tag {name} removed.")
            } else {
                format!("Tag of version {number} set: {name} = {value}")
            };
            say(
                as_json,
                &json!({ "version": number, "tag": name, "value": value }),
                &says,
            )?;
        }
        ModelCommand::Alias {
            version,
            alias,
            remove: false,
            who,
        } => {
            let (actor, use_case, number) = who.about(&tenure, &version).await?;
            tenure
                .alias_version(&actor.admin()?, &use_case, number, &alias)
                .await?;
            say(
                as_json,
                &json!({ "version": number, "alias": alias }),
                &format!("Version {number} now has the alias {alias}."),
            )?;
        }
        ModelCommand::Alias {
            alias,
            remove: true,
            who,
            ..
        } => {
            let use_case = who.use_case.resolve(&tenure).await?;
            tenure
                .remove_alias(
                    &who.identity.actor(&tenure).await?.admin()?,
                    &use_case,
                    &alias,
                )
                .await?;
            say(
                as_json,
                &json!({ "version": null, "alias": alias }),
                &format!("Alias {alias} removed."),
            )?;
        }
        ModelCommand::Export { which, format, out } => {
            let (use_case, number) = which.about(&tenure).await?;
            let member = Actor::local();
            let bytes = match format {
                Format::Onnx => tenure.onnx(&member.member()?, &use_case, number).await?.1,
                Format::Tenure => {
                    tenure
                        .registered(&member.member()?, &use_case, number)
                        .await?
                        .2
                }
            };
            std::fs::write(&out, &bytes)
                .map_err(|error| Error::Invalid(format!("{}: {error}", out.display())))?;
            output::line(&format!(
                "{} bytes written to {}.",
                bytes.len(),
                out.display()
            ));
        }
        ModelCommand::Import(command) => return import::run(&tenure, command, as_json).await,
    }
    Ok(Outcome::Done)
}

impl Who {
    /// The actor, the use case, and the number of the version.
    async fn about(
        &self,
        tenure: &Tenure,
        version: &str,
    ) -> Result<(Actor, String, VersionNumber)> {
        let actor = self.identity.actor(tenure).await?;
        let use_case = self.use_case.resolve(tenure).await?;
        let number = tenure
            .version_called(&actor.member()?, &use_case, version)
            .await?;
        Ok((actor, use_case, number))
    }
}

impl Which {
    /// The use case and the number of the version.
    async fn about(&self, tenure: &Tenure) -> Result<(String, VersionNumber)> {
        let use_case = self.use_case.resolve(tenure).await?;
        let number = tenure
            .version_called(&Actor::local().member()?, &use_case, &self.version)
            .await?;
        Ok((use_case, number))
    }
}

async fn card(tenure: &Tenure, which: &Which, html: Option<String>, as_json: bool) -> Result<()> {
    let (use_case, number) = which.about(tenure).await?;
    let page = tenure
        .model_card(&Actor::local().member()?, &use_case, number)
        .await?;
    if let Some(out) = &html {
        let text = pages::card::file(&page, &workflow::today().long());
        std::fs::write(out, text).map_err(|error| Error::Invalid(format!("{out}: {error}")))?;
        eprintln!("Written to {out}.");
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

async fn record_decision(
    tenure: &Tenure,
    choice: Decision,
    decide: Decide,
    as_json: bool,
) -> Result<()> {
    let (actor, use_case, number) = decide.who.about(tenure, &decide.version).await?;
    let given = !decide.checklist.is_empty() || !decide.findings.is_empty();
    let checklist = Checklist::from_keys(
        decide.checklist.iter().map(String::as_str),
        &decide.findings,
    )?;
    let input = DecisionInput {
        choice,
        reason: &decide.reason,
        checklist: given.then_some(checklist),
        evidence: decide.evidence.as_deref(),
    };
    let signed = tenure.sign(actor.reviewer()?, None).await?;
    let decided = tenure.decide(&signed, &use_case, number, input).await?;
    say(as_json, &decided, &outcome(&decided, choice))?;
    if !as_json {
        let failing = decided.decision.in_spite_of();
        if choice == Decision::Approve && !failing.is_empty() {
            output::line(&format!(
                "Approved despite failed gates: {}",
                failing.join("; ")
            ));
        }
        output::line(&format!("Evidence: {}", decided.decision.evidence_hash));
    }
    Ok(())
}

fn outcome(decided: &Decided, choice: Decision) -> String {
    let (version, use_case) = (decided.version.version, &decided.version.use_case);
    let again = if decided.already {
        " (already decided)"
    } else {
        ""
    };
    match choice {
        Decision::Approve if decided.approvals_missing > 0 => {
            format!(
                "Version {version} of {use_case} approved; approvals still required: {}{again}.",
                decided.approvals_missing
            )
        }
        Decision::Approve if decided.version.stage == Stage::Production => {
            format!("Version {version} of {use_case} is live{again}.")
        }
        Decision::Approve => {
            format!("Version {version} of {use_case} was approved but is no longer live{again}.")
        }
        Decision::Reject => format!("Version {version} of {use_case} rejected{again}."),
        Decision::RequestChanges => {
            format!("Changes requested for version {version} of {use_case}{again}.")
        }
    }
}
