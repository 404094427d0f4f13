//! `tenure run`.

use std::sync::Arc;

use clap::Subcommand;
use workflow::{Actor, Error, Result};

use super::accounts::identity::Identity;
use super::outcome::Outcome;
use super::output;
use super::training::Bar;
use super::use_case_arg::UseCaseArg;
use crate::settings::Config;

#[derive(Debug, Subcommand)]
pub enum RunCommand {
    /// List the runs of a use case, newest first
    #[command(
        after_help = "Example: tenure run list --use-case attrition --filter \"metrics.roc_auc > 0.8\""
    )]
    List {
        #[command(flatten)]
        use_case: UseCaseArg,
        /// Only runs that meet this condition, for example "metrics.roc_auc > 0.8"
        #[arg(long, default_value = "", hide_default_value = true)]
        filter: String,
        /// Number of the page, starting at 1
        #[arg(long, default_value_t = 1)]
        page: u32,
    },
    /// Show a run: stages, parameters, metrics and nested runs
    Show {
        /// Id of the run, or a prefix of it
        id: String,
    },
    /// Write a file of a run, for example the rows that were held out
    #[command(
        after_help = "Example: tenure run file 0199a holdout.csv --out holdout.csv\n\
                            holdout.csv: row, id, fields, outcome and probability of each held-out person"
    )]
    File {
        /// Id of the run, or a prefix of it
        id: String,
        /// Name of the file, as `run show --json` lists them
        name: String,
        /// Where to write it
        #[arg(long)]
        out: std::path::PathBuf,
    },
    /// Make a version of a candidate of a run, by the same rows, settings and gates
    #[command(after_help = "Example: tenure run register 0199a --candidate random_forest")]
    Register {
        /// Id of the run of a training, or a prefix of it
        id: String,
        /// Name of the candidate, as `run show` lists them
        #[arg(long)]
        candidate: String,
        #[command(flatten)]
        identity: Identity,
    },
    /// Compare runs side by side
    #[command(after_help = "Example: tenure run compare 0199a 0199b --html comparison.html")]
    Compare {
        /// Ids of two or more runs, or prefixes of them
        #[arg(num_args = 2.., required = true, value_name = "ID")]
        ids: Vec<String>,
        /// Write a self-contained HTML page to this file
        #[arg(long)]
        html: Option<std::path::PathBuf>,
    },
}

/// The metrics shown in a list.
const LISTED: [&str; 3] = ["roc_auc", "average_precision", "brier"];

pub async fn run(config: &Config, command: RunCommand, as_json: bool) -> Result<Outcome> {
    let tenure = config.open().await?;
    let actor = Actor::local();
    let member = actor.member()?;
    match command {
        RunCommand::Register {
            id,
            candidate,
            identity,
        } => {
            let actor = identity.actor(&tenure).await?;
            let bar = Arc::new(Bar::new());
            bar.stop_on_interrupt();
            let outcome = tenure
                .register_candidate(&actor.admin()?, &id, &candidate, Arc::clone(&bar) as _)
                .await;
            bar.close();
            let outcome = outcome?;
            let version = &outcome.version;
            if as_json {
                output::json(&serde_json::json!({
                    "version": version.version,
                    "stage": version.stage,
                    "candidate": version.candidate,
                    "run": outcome.run_id,
                    "metrics": outcome.evidence.holdout.report.metrics,
                    "gates": outcome.evidence.gates,
                }))?;
            } else {
                output::line(&format!(
                    "Version {} of {}: {}. Stage: {}. {}",
                    version.version,
                    version.use_case,
                    version.candidate,
                    version.stage,
                    version.note
                ));
            }
        }
        RunCommand::List {
            use_case,
            filter,
            page,
        } => {
            let use_case = use_case.resolve(&tenure).await?;
            let runs = tenure.runs(&member, &use_case, &filter, page, &[]).await?;
            if as_json {
                output::json(&runs)?;
            } else {
                let row = |run: &workflow::runs::RunRow| {
                    let metric = |name: &str| {
                        run.metrics
                            .iter()
                            .find(|(other, _)| other == name)
                            .map(|(_, figure)| output::figure(figure))
                            .unwrap_or_default()
                    };
                    [
                        run.id.clone(),
                        run.name.clone(),
                        run.status.clone(),
                        run.started_at.long(),
                    ]
                    .into_iter()
                    .chain(LISTED.map(metric))
                    .collect()
                };
                output::table(
                    &[
                        "RUN",
                        "NAME",
                        "STATUS",
                        "STARTED",
                        "ROC AUC",
                        "AVERAGE PRECISION",
                        "BRIER SCORE",
                    ],
                    &runs.rows.iter().map(row).collect::<Vec<_>>(),
                );
            }
        }
        RunCommand::Show { id } => {
            let page = tenure.run(&member, &id).await?;
            if as_json {
                output::json(&page)?;
            } else {
                let run = &page.run;
                output::line(&format!(
                    "Run {} ({}): {}, {}",
                    run.id,
                    run.name,
                    run.status,
                    run.started_at.long()
                ));
                for message in &page.messages {
                    output::line(message);
                }
                output::line(&format!(
                    "Data {}, seed {}, {}",
                    page.data_hash, page.seed, page.code_version
                ));
                let stages = page.stages.iter().map(|stage| {
                    vec![
                        stage.name.clone(),
                        format!("{:.2}", stage.seconds),
                        stage.note.clone(),
                    ]
                });
                output::table(&["STAGE", "SECONDS", ""], &stages.collect::<Vec<_>>());
                let parameters = run
                    .parameters
                    .iter()
                    .map(|(name, value)| vec![name.clone(), value.clone()]);
                output::table(&["PARAMETER", "VALUE"], &parameters.collect::<Vec<_>>());
                let metrics = run
                    .metrics
                    .iter()
                    .map(|(name, figure)| vec![name.clone(), output::figure(figure)]);
                output::table(
                    &["METRIC", "ESTIMATE (95% CI)"],
                    &metrics.collect::<Vec<_>>(),
                );
                let nested = page
                    .children
                    .iter()
                    .map(|run| vec![run.id.clone(), run.name.clone(), run.children.to_string()]);
                output::table(
                    &["NESTED RUN", "NAME", "TRIALS"],
                    &nested.collect::<Vec<_>>(),
                );
            }
        }
        RunCommand::File { id, name, out } => {
            let (bytes, _) = tenure.run_artifact(&member, &id, &name).await?;
            std::fs::write(&out, &bytes)
                .map_err(|error| Error::Invalid(format!("{}: {error}", out.display())))?;
            if as_json {
                output::json(
                    &serde_json::json!({ "file": name, "bytes": bytes.len(), "out": out }),
                )?;
            } else {
                eprintln!("Written to {}.", out.display());
            }
        }
        RunCommand::Compare { ids, html } => {
            let comparison = tenure.compare(&member, &ids).await?;
            if let Some(out) = html {
                std::fs::write(
                    &out,
                    pages::runs::compare::file(&comparison, &workflow::today().long()),
                )
                .map_err(|error| Error::Invalid(format!("{}: {error}", out.display())))?;
            }
            if as_json {
                output::json(&comparison)?;
            } else {
                let mut headings = vec![""];
                headings.extend(comparison.runs.iter().map(|run| run.id.as_str()));
                let row = |name: &String, cells: Vec<String>| [vec![name.clone()], cells].concat();
                let parameters = comparison
                    .parameters
                    .iter()
                    .filter(|(_, _, differ)| *differ)
                    .map(|(name, values, _)| row(name, values.clone()));
                let metrics = comparison
                    .metrics
                    .iter()
                    .map(|(name, figures)| row(name, figures.iter().map(output::figure).collect()));
                output::table(&headings, &parameters.chain(metrics).collect::<Vec<_>>());
            }
        }
    }
    Ok(Outcome::Done)
}
