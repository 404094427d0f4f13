//! `tenure tool`: tools for files, without a store and without an account.

mod drift;
mod evaluate;
mod fairness;
mod input;
mod metrics;
pub(super) mod profile;
mod shap;

use clap::Subcommand;
use workflow::Result;

use super::{Answer, output, read_input};
use crate::settings::Place;

#[derive(Debug, Subcommand)]
pub enum ToolCommand {
    /// Repeated cross-validation of the whole procedure: tuning, choice and calibration anew inside each fold
    Evaluate(evaluate::Evaluate),
    /// Metrics with intervals of the scores in a file
    Metrics(metrics::Metrics),
    /// Group metrics, differences and verdicts of the scores in a file
    Fairness(fairness::Fairness),
    /// Compare two files column by column; exit code 0 only when they are found to be alike
    Drift(drift::Drift),
    /// Exact contributions of each input to each score
    Shap(shap::Shap),
    /// What is in a file: every column, correlations, duplicates, warnings
    Profile(profile::Profile),
}

pub fn run(place: &Place, command: ToolCommand, as_json: bool) -> Result<Answer> {
    match command {
        ToolCommand::Evaluate(command) => evaluate::run(place, command, as_json),
        ToolCommand::Metrics(command) => metrics::run(&command, as_json),
        ToolCommand::Fairness(command) => fairness::run(&command, as_json),
        ToolCommand::Drift(command) => drift::run(place, &command, as_json),
        ToolCommand::Shap(command) => shap::run(&command, as_json),
        ToolCommand::Profile(command) => profile::run(place, &command, as_json),
    }
}
