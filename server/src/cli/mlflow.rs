//! `tenure mlflow`.

use std::path::PathBuf;

use clap::Subcommand;
use workflow::tracking::{ImportOptions, ImportReport};
use workflow::{Actor, Error, Result};

use super::outcome::Outcome;
use super::output;
use crate::settings::Config;

#[derive(Debug, Subcommand)]
pub enum MlflowCommand {
    /// Import what an MLflow server or its SQLite file holds; again, it takes what is new
    #[command(
        after_help = "Examples: tenure mlflow import https://mlflow.example.com --password env:MLFLOW_TRACKING_TOKEN\n          \
                            tenure mlflow import sqlite:///mlflow.db --files mlartifacts --dry-run"
    )]
    Import {
        /// https://HOST of a server, or sqlite:///FILE (relative) or sqlite:////FILE (absolute)
        uri: String,
        /// Where the token or password is: env:NAME or file:PATH [default: none is needed]
        #[arg(long, default_value = "", hide_default_value = true)]
        password: String,
        /// Folder with the files of runs, for a SQLite file [default: as the runs say]
        #[arg(long, value_name = "FOLDER")]
        files: Option<PathBuf>,
        /// Show what would be imported
        #[arg(long)]
        dry_run: bool,
    },
}

pub async fn run(config: &Config, command: MlflowCommand, as_json: bool) -> Result<Outcome> {
    let MlflowCommand::Import {
        uri,
        password,
        files,
        dry_run,
    } = command;
    let (tenure, actor) = (config.open().await?, Actor::local());
    let options = ImportOptions {
        uri,
        password,
        artifacts: files,
        dry_run,
    };
    let told = |name: &str| eprintln!("Experiment {name}");
    let report = tenure
        .import_mlflow(&actor.admin()?, &options, told)
        .await
        .map_err(|error| {
            if let Error::Invalid(message) = error {
                Error::Invalid(format!("{message} What was imported until now stays."))
            } else {
                error
            }
        })?;
    if as_json {
        output::json(&report)?;
    } else {
        show(&report);
    }
    Ok(Outcome::Done)
}

fn show(report: &ImportReport) {
    let rows = [
        (
            "experiments",
            report.taken.experiments,
            report.known.experiments,
        ),
        ("runs", report.taken.runs, report.known.runs),
        (
            "metric values",
            report.taken.metric_values,
            report.known.metric_values,
        ),
        ("files", report.taken.files, report.known.files),
        (
            "registered models",
            report.taken.registered_models,
            report.known.registered_models,
        ),
        (
            "model versions",
            report.taken.versions,
            report.known.versions,
        ),
    ];
    let rows: Vec<Vec<String>> = rows
        .iter()
        .map(|(what, taken, known)| vec![(*what).to_owned(), taken.to_string(), known.to_string()])
        .collect();
    let taken = if report.dry_run {
        "WOULD IMPORT"
    } else {
        "IMPORTED"
    };
    output::table(&["", taken, "IMPORTED BEFORE"], &rows);
    for own in &report.not_taken {
        output::line(&format!("Not imported: {}. {}", own.what, own.why));
    }
}
