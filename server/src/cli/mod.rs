//! The command line. Exit codes: 0 done, 1 negative result, 2 bad usage or bad input, 3 internal error or could not compute, 4 temporarily unavailable.

mod accounts;
mod audit;
mod datasets;
mod fairness;
mod jobs;
mod monitoring;
mod output;
mod registry;
mod runs;
mod scoring;
mod serve;
mod tool;
mod training;
mod use_cases;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use workflow::{Error, Result};

use crate::settings::Place;

/// What a command answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    Done,
    /// Drift found, gate failed, verification failed: exit code 1.
    No,
    /// The data does not allow an answer: exit code 3.
    Unknown,
}

/// Predicts who is likely to leave, says why, and governs the model that says so.
#[derive(Debug, Parser)]
#[command(name = "tenure", version, after_help = "Example: tenure demo")]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
    /// Machine-readable output
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the pages and the API
    #[command(after_help = "Example: tenure serve --addr 127.0.0.1:3000")]
    Serve,
    /// Fill an empty store with simulated people, train, promote, score, then serve
    #[command(after_help = "Example: tenure demo --data-dir /tmp/demo")]
    Demo(serve::Demo),
    /// Use cases: what is predicted, and for whom
    #[command(subcommand)]
    UseCase(use_cases::UseCaseCommand),
    /// Accounts, their roles, and API tokens
    #[command(subcommand)]
    User(accounts::user::UserCommand),
    /// Data: import, list, simulate
    #[command(subcommand)]
    Data(datasets::DataCommand),
    /// Train a model: a run and a new version
    Train(training::Train),
    /// Training runs
    #[command(subcommand)]
    Run(runs::RunCommand),
    /// Long work: trainings and experiments, how far they are
    #[command(subcommand)]
    Job(jobs::JobCommand),
    /// Model versions
    #[command(subcommand)]
    Model(registry::ModelCommand),
    /// Score the rows of a file
    Predict(scoring::Predict),
    /// Score the current people and store the scores
    Batch(scoring::Batch),
    /// Are the people still like those that the live version was trained on
    #[command(subcommand)]
    Drift(monitoring::drift::DriftCommand),
    /// Who left, when and why: how the scores did
    #[command(subcommand)]
    Outcomes(monitoring::outcomes::OutcomesCommand),
    /// The record of what was done
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// Tools for files: no store, no account
    #[command(subcommand)]
    Tool(tool::ToolCommand),
}

/// Runs a command and says what went wrong, with the exit code that goes with it.
pub async fn run(arguments: Arguments) -> ExitCode {
    let json = arguments.json;
    match dispatch(arguments).await {
        Ok(Answer::Done) => ExitCode::SUCCESS,
        Ok(Answer::No) => ExitCode::from(1),
        Ok(Answer::Unknown) => ExitCode::from(3),
        Err(error) => {
            output::error(&error, json);
            ExitCode::from(error.exit_code())
        }
    }
}

async fn dispatch(arguments: Arguments) -> Result<Answer> {
    let place = arguments.place.with_file()?;
    let json = arguments.json;
    match arguments.command {
        Command::Serve => serve::serve(&place).await,
        Command::Demo(demo) => serve::demo(&place, &demo).await,
        Command::UseCase(command) => use_cases::run(&place, command, json),
        Command::User(command) => accounts::user::run(&place, command, json).await,
        Command::Data(command) => datasets::run(&place, command, json).await,
        Command::Train(command) => training::run(&place, command, json).await,
        Command::Run(command) => runs::run(&place, command, json).await,
        Command::Job(command) => jobs::run(&place, command, json).await,
        Command::Model(command) => registry::run(&place, command, json).await,
        Command::Predict(command) => scoring::predict(&place, command, json).await,
        Command::Batch(command) => scoring::batch(&place, command, json).await,
        Command::Drift(command) => monitoring::drift::run(&place, command, json).await,
        Command::Outcomes(command) => monitoring::outcomes::run(&place, command, json).await,
        Command::Audit(command) => audit::run(&place, command, json).await,
        Command::Tool(command) => blocking(move || tool::run(&place, command, json)).await,
    }
}

/// Reads a file, or standard input for `-`.
///
/// # Errors
/// [`Error::Invalid`] that names the file.
fn read_input(path: &str) -> Result<Vec<u8>> {
    let result = if path == "-" {
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut std::io::stdin(), &mut bytes).map(|_| bytes)
    } else {
        std::fs::read(path)
    };
    result.map_err(|error| Error::Invalid(format!("{path} cannot be read: {error}")))
}

/// Runs CPU work off the async threads.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(Error::caused)?
}
