//! `tenure drift`.

use clap::Subcommand;
use domain::{DriftVerdict, Recommendation};
use monitoring::monthly::MonthlyCheck;
use serde_json::json;
use workflow::{Actor, Error, ExportFormat, Result, Shift, Tenure};

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
        /// Check the newest people with one field changed, stored nowhere: shift:FIELD:DEVIATIONS
        /// (or a percentage), unit:FIELD:FACTOR, level:FIELD:SHARE or missing:FIELD:SHARE
        #[arg(long, value_name = "CHANGE", conflicts_with_all = ["as_of", "html", "guide"])]
        simulate: Option<String>,
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
            simulate,
        } => {
            let actor = Actor::local();
            let use_case = use_case.resolve(&tenure).await?;
            if let Some(change) = simulate {
                return simulated(&tenure, &actor, &use_case, &change, as_json).await;
            }
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
                columns_of(&report);
                output::line(&report.features.summary);
                output::line(&check.reason);
            }
            Ok(outcome(&report))
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

/// Checks the newest people with one field changed, and says what is different.
async fn simulated(
    tenure: &Tenure,
    actor: &Actor,
    use_case: &str,
    change: &str,
    as_json: bool,
) -> Result<Outcome> {
    let definition = tenure.use_case(use_case)?;
    let shift = Shift::parse(change, &definition).map_err(Error::Invalid)?;
    let found = tenure
        .simulate_drift(&actor.member()?, use_case, shift)
        .await?;
    let told = format!(
        "Simulated and stored nowhere: {}, of the people as of {}.",
        found.sentence, found.as_of
    );
    if as_json {
        let policies: Vec<_> = found
            .policies
            .iter()
            .map(|(name, changed, unchanged)| {
                json!({ "policy": name, "drifted": changed[0], "compared": changed[1], "drifted_unchanged": unchanged[0] })
            })
            .collect();
        output::json(&json!({
            "simulated": true,
            "change": found.sentence,
            "field": found.field,
            "as_of": found.as_of,
            "report": found.report,
            "unchanged": found.unchanged,
            "policies": policies,
        }))?;
    } else {
        output::line(&told);
        columns_of(&found.report);
        output::line(&found.report.features.summary);
        output::line(&found.report.recommendation.sentence);
        output::line(&format!(
            "Without the change: {}",
            found.unchanged.features.summary
        ));
    }
    Ok(outcome(&found.report))
}

/// The table of the columns, and why some could not be compared.
fn columns_of(report: &MonthlyCheck) {
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
    output::table(
        &["COLUMN", "VERDICT", "EFFECT SIZE", "ADJUSTED P"],
        &columns.clone().map(row).collect::<Vec<_>>(),
    );
    columns
        .filter_map(|column| Some(format!("{}: {}", column.name, column.why?)))
        .for_each(|line| output::line(&line));
}

fn outcome(report: &MonthlyCheck) -> Outcome {
    let verdicts = [report.features.verdict, report.prediction.verdict];
    let suspect = report.recommendation.action == Recommendation::CheckFeed;
    if suspect || verdicts.contains(&DriftVerdict::Drifted) {
        Outcome::Negative
    } else if verdicts
        .iter()
        .all(|verdict| *verdict == DriftVerdict::Stable)
    {
        Outcome::Done
    } else {
        // Not the same as "no drift".
        Outcome::Unknown
    }
}
