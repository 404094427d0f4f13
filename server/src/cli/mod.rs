//! The command line. Exit codes: 0 done, 1 negative result, 2 bad usage or bad input, 3 internal
//! error or could not compute, 4 temporarily unavailable.

mod accounts;
mod alerts;
mod audit;
mod blocking;
mod cycles;
mod datasets;
mod fairness;
mod import_preview;
mod input;
mod jobs;
mod mlflow;
mod monitoring;
mod outcome;
mod output;
mod prediction_log;
mod reading;
mod registry;
mod runs;
mod scoring;
mod serve;
mod simulate;
mod sources;
mod tool;
mod training;
mod use_case_arg;
mod use_cases;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use workflow::Result;

use self::blocking::run_blocking;
use self::outcome::Outcome;
use crate::settings::Config;

/// Predict who is likely to leave, explain why, and govern the model
#[derive(Debug, Parser)]
#[command(name = "tenure", version, after_help = "Example: tenure demo")]
pub struct Arguments {
    #[command(flatten)]
    config: Config,
    /// Print JSON
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the web pages and the API
    #[command(after_help = "Example: tenure serve --addr 127.0.0.1:3000")]
    Serve,
    /// Fill an empty store with simulated people, train, promote, score, then serve
    #[command(after_help = "Example: tenure demo --data-dir /tmp/demo")]
    Demo(serve::Demo),
    /// Draft, list, show, check, import and export use cases
    #[command(subcommand)]
    UseCase(use_cases::UseCaseCommand),
    /// Manage accounts, roles and API tokens
    #[command(subcommand)]
    User(accounts::user::UserCommand),
    /// Import, list, withdraw, profile and compare data
    #[command(subcommand)]
    Data(datasets::DataCommand),
    /// Manage databases and folders from which data is imported
    #[command(subcommand)]
    Source(sources::SourceCommand),
    /// Write simulated months of a use case as files, or run their cycles in a store of their own
    Simulate(simulate::Simulate),
    /// Train a model and register a new version
    Train(training::Train),
    /// List, show and compare training runs
    #[command(subcommand)]
    Run(runs::RunCommand),
    /// List, show and cancel background jobs
    #[command(subcommand)]
    Job(jobs::JobCommand),
    /// Import experiments, runs and registered models from an MLflow server
    #[command(subcommand)]
    Mlflow(mlflow::MlflowCommand),
    /// Manage, review and promote model versions
    #[command(subcommand)]
    Model(registry::ModelCommand),
    /// Score the rows of a file
    Predict(scoring::Predict),
    /// Score current people and store the scores, or write them to a file or table
    Batch(scoring::BatchCommand),
    /// Check current data for drift
    #[command(subcommand)]
    Drift(monitoring::drift::DriftCommand),
    /// Run, plan and show monthly cycles
    #[command(subcommand)]
    Cycle(cycles::cycle::CycleCommand),
    /// List and handle alerts, and manage the channels that they are sent to
    #[command(subcommand)]
    Alert(alerts::AlertCommand),
    /// Set when cycles run by themselves
    #[command(subcommand)]
    Schedule(cycles::schedule::ScheduleCommand),
    /// Show and change the limits of drift checks, recommendations and retraining
    #[command(subcommand)]
    MonitoringPolicy(monitoring::policy::PolicyCommand),
    /// Find, explain, export and purge logged predictions, and set what is kept
    #[command(subcommand)]
    PredictionLog(prediction_log::PredictionLogCommand),
    /// Import outcomes and compare them with the scores
    #[command(subcommand)]
    Outcomes(monitoring::outcomes::OutcomesCommand),
    /// List, export and verify the audit log
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// Evaluate, compare and explain files without a store or account
    #[command(subcommand)]
    Tool(tool::ToolCommand),
}

/// Runs a command and prints its error, if any, with the matching exit code.
pub async fn run(arguments: Arguments) -> ExitCode {
    let json = arguments.json;
    match dispatch(arguments).await {
        Ok(outcome) => outcome.into(),
        Err(error) => {
            output::error(&error, json);
            ExitCode::from(error.exit_code())
        }
    }
}

async fn dispatch(arguments: Arguments) -> Result<Outcome> {
    let config = arguments.config.with_file()?;
    let json = arguments.json;
    match arguments.command {
        Command::Serve => serve::serve(&config).await,
        Command::Demo(demo) => serve::demo(&config, &demo).await,
        Command::UseCase(command) => use_cases::run(&config, command, json).await,
        Command::User(command) => accounts::user::run(&config, command, json).await,
        Command::Data(command) => datasets::run(&config, command, json).await,
        Command::Source(command) => sources::run(&config, command, json).await,
        Command::Alert(command) => alerts::run(&config, command, json).await,
        Command::Simulate(command) => simulate::run(&config, command, json).await,
        Command::Train(command) => training::run(&config, command, json).await,
        Command::Run(command) => runs::run(&config, command, json).await,
        Command::Job(command) => jobs::run(&config, command, json).await,
        Command::Mlflow(command) => mlflow::run(&config, command, json).await,
        Command::Model(command) => registry::run(&config, command, json).await,
        Command::Predict(command) => scoring::predict(&config, command, json).await,
        Command::Batch(command) => scoring::batch(&config, command, json).await,
        Command::Drift(command) => monitoring::drift::run(&config, command, json).await,
        Command::Cycle(command) => cycles::cycle::run(&config, command, json).await,
        Command::Schedule(command) => cycles::schedule::run(&config, command, json).await,
        Command::MonitoringPolicy(command) => monitoring::policy::run(&config, command, json).await,
        Command::PredictionLog(command) => prediction_log::run(&config, command, json).await,
        Command::Outcomes(command) => monitoring::outcomes::run(&config, command, json).await,
        Command::Audit(command) => audit::run(&config, command, json).await,
        Command::Tool(command) => run_blocking(move || tool::run(&config, command, json)).await,
    }
}
