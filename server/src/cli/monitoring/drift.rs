//! `tenure drift`.

use clap::Subcommand;
use domain::{DriftVerdict, Recommendation};
use serde_json::json;
use workflow::{Actor, ExportFormat, Result};

use crate::cli::outcome::Outcome;
use crate::cli::output;
use crate::cli::use_case_arg::UseCaseArg;
use crate::settings::Config;

#[derive(Debug, Subcommand)]
pub enum DriftCommand {
    /// Compare current data with the baseline of the live version (exit code 1: drift found, or the data feed is suspect)
    #[command(after_help = "Example: tenure drift check --use-case attrition --as-of 2026-11-01")]
    Check {
        #[command(flatten)]
        use_case: UseCaseArg,
        /// Use the newest data on or before this day, YYYY-MM-DD [default: the newest]
        #[arg(long)]
        as_of: Option<String>,
        /// Write the report as a self-contained HTML page to this file
        #[arg(long)]
        html: Option<std::path::PathBuf>,
        /// Print the summary as JSON
        #[arg(long)]
        guide: bool,
    },
    /// List the drift checks of a use case, newest first
    History {
        #[command(flatten)]
        use_case: UseCaseArg,
    },
}

pub async fn run(config: &Config, command: DriftCommand, as_json: bool) -> Result<Outcome> {
    let tenure = config.open().await?;
    match command {
        DriftCommand::Check {
            use_case,
            as_of,
            html,
            guide,
        } => {
            let actor = Actor::local();
            let use_case = use_case.resolve(&tenure).await?;
            let (check, report) = tenure
                .check_drift(&actor.contributor()?, &use_case, as_of.as_deref())
                .await?;
            if let Some(out) = html {
                let page = tenure
                    .drift_check(&actor.member()?, &use_case, &check.check_id)
                    .await?;
                let failed =
                    |error| workflow::Error::Invalid(format!("{}: {error}", out.display()));
                std::fs::write(&out, pages::drift_report(&page)).map_err(failed)?;
            }
            if guide {
                let page = tenure
                    .drift_check(&actor.member()?, &use_case, &check.check_id)
                    .await?;
                output::line(&page.export(ExportFormat::Guide)?);
            } else if as_json {
                output::json(&json!({ "check": check, "report": report }))?;
            } else {
                let row = |column: &monitoring::ColumnReport| {
                    let p = column
                        .deciding_test()
                        .and_then(|test| test.p_adjusted.or(test.p_value));
                    let effect = column
                        .effect_size
                        .map_or("–".to_owned(), |effect| format!("{effect:.3}"));
                    vec![
                        column.name.clone(),
                        column.verdict.as_str().replace('_', " "),
                        effect,
                        p.map_or("–".to_owned(), |p| format!("{p:.2e}")),
                    ]
                };
                let columns = report
                    .features
                    .columns
                    .iter()
                    .chain([&report.prediction, &report.target]);
                let unknown: Vec<String> = columns
                    .clone()
                    .filter_map(|column| Some(format!("{}: {}", column.name, column.why?)))
                    .collect();
                output::table(
                    &["COLUMN", "VERDICT", "EFFECT SIZE", "ADJUSTED P"],
                    &columns.map(row).collect::<Vec<_>>(),
                );
                unknown.iter().for_each(|line| output::line(line));
                output::line(&report.features.summary);
                output::line(&check.reason);
            }
            let verdicts = [report.features.verdict, report.prediction.verdict];
            let suspect = check.recommendation == Recommendation::CheckFeed;
            Ok(if suspect || verdicts.contains(&DriftVerdict::Drifted) {
                Outcome::Negative
            } else if verdicts
                .iter()
                .all(|verdict| *verdict == DriftVerdict::Stable)
            {
                Outcome::Done
            } else {
                // Not the same as "no drift".
                Outcome::Unknown
            })
        }
        DriftCommand::History { use_case } => {
            let use_case = use_case.resolve(&tenure).await?;
            let checks = tenure.checks(&Actor::local().member()?, &use_case).await?;
            if as_json {
                output::json(&checks)?;
            } else {
                let row = |check: &store::monitoring::checks::Check| {
                    let share = check
                        .share_drifted
                        .map_or("–".to_owned(), |share| format!("{:.0}%", 100.0 * share));
                    vec![
                        check.as_of.to_string(),
                        check.version.to_string(),
                        check.verdict.to_string(),
                        share,
                        check.prediction_verdict.to_string(),
                        check.recommendation.to_string(),
                    ]
                };
                output::table(
                    &[
                        "AS OF",
                        "VERSION",
                        "FEATURES",
                        "SHARE DRIFTED",
                        "PREDICTIONS",
                        "RECOMMENDATION",
                    ],
                    &checks.iter().map(row).collect::<Vec<_>>(),
                );
            }
            Ok(Outcome::Done)
        }
    }
}
