//! `tenure tool`: commands on files, without a store or account.

mod drift;
mod evaluate;
mod fairness;
mod input;
mod metrics;
pub(super) mod profile;
mod shap;

use clap::Subcommand;
use workflow::Result;

use super::outcome::Outcome;
use crate::settings::Config;

#[derive(Debug, Subcommand)]
pub enum ToolCommand {
    /// Evaluate the whole procedure by nested cross-validation: tuning, selection and calibration
    /// inside each fold
    Evaluate(evaluate::Evaluate),
    /// Compute metrics with intervals for the scores in a file
    Metrics(metrics::Metrics),
    /// Compute group metrics, differences and verdicts for the scores in a file
    Fairness(fairness::Fairness),
    /// Compare two files column by column (exit code 0 only without drift)
    Drift(drift::Drift),
    /// Compute the exact SHAP values of each input for each row
    Shap(shap::Shap),
    /// Profile a file: columns, correlations, duplicates and warnings
    Profile(profile::Profile),
}

pub fn run(config: &Config, command: ToolCommand, as_json: bool) -> Result<Outcome> {
    match command {
        ToolCommand::Evaluate(command) => evaluate::run(config, command, as_json),
        ToolCommand::Metrics(command) => metrics::run(&command, as_json),
        ToolCommand::Fairness(command) => fairness::run(config, &command, as_json),
        ToolCommand::Drift(command) => drift::run(config, &command, as_json),
        ToolCommand::Shap(command) => shap::run(&command, as_json),
        ToolCommand::Profile(command) => profile::run(config, &command, as_json),
    }
}
