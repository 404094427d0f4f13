//! `tenure model experiment`.

use std::sync::Arc;

use clap::Args;
use domain::Estimate;
use serde_json::json;
use workflow::fairness::ExperimentRow;
use workflow::{Actor, Result, Tenure};

use crate::cli::outcome::Outcome;
use crate::cli::output;
use crate::cli::training::Bar;
use crate::cli::use_case_arg::UseCaseArg;

#[derive(Debug, Args)]
pub struct Experiment {
    /// Version number or alias
    version: String,
    #[command(flatten)]
    use_case: UseCaseArg,
    #[command(flatten)]
    what: What,
    /// Tuning trials [default: as for the version]
    #[arg(long)]
    trials: Option<usize>,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct What {
    /// Drop a field and everything derived from it
    #[arg(long, value_name = "FIELD")]
    drop: Option<String>,
    /// Drop the strongest proxies of a protected attribute
    #[arg(long, value_name = "ATTRIBUTE")]
    drop_proxies: Option<String>,
    /// Reweigh rows so that an attribute and the outcome are independent (Kamiran and Calders 2012)
    #[arg(long, value_name = "ATTRIBUTE")]
    reweigh: Option<String>,
}

pub async fn run(tenure: &Tenure, command: Experiment, as_json: bool) -> Result<Outcome> {
    use workflow::Experiment::{Drop, DropProxies, Reweigh};
    let What {
        drop,
        drop_proxies,
        reweigh,
    } = command.what;
    let chosen = drop
        .map(Drop)
        .or(drop_proxies.map(DropProxies))
        .or(reweigh.map(Reweigh));
    // clap requires one of the flags.
    let Some(experiment) = chosen else {
        return Ok(Outcome::Negative);
    };
    let (actor, bar) = (Actor::local(), Arc::new(Bar::new()));
    bar.stop_on_interrupt();
    let use_case = command.use_case.resolve(tenure).await?;
    let version = tenure
        .version_called(&actor.member()?, &use_case, &command.version)
        .await?;
    let made = tenure
        .experiment(
            &actor.admin()?,
            &use_case,
            version,
            &experiment,
            command.trials,
            Arc::clone(&bar) as _,
        )
        .await;
    bar.close();
    let made = made?;
    if as_json {
        output::json(&json!({ "run": made.run, "title": made.title, "effect": made.effect }))?;
    } else {
        print(&made, version);
    }
    Ok(Outcome::Done)
}

fn print(made: &ExperimentRow, version: domain::VersionNumber) {
    let row = |name: String, before: &Estimate, after: &Estimate, change: &Estimate| {
        let point = |figure: &Estimate| {
            output::figure(&Estimate {
                interval: None,
                ..figure.clone()
            })
        };
        vec![name, point(before), point(after), output::figure(change)]
    };
    let effect = &made.effect;
    let mut rows: Vec<Vec<String>> = effect
        .metrics
        .iter()
        .map(|own| {
            row(
                own.metric.label().to_owned(),
                &own.champion,
                &own.challenger,
                &own.difference,
            )
        })
        .collect();
    for (attribute, changes) in &effect.fairness {
        rows.extend(changes.iter().map(|own| {
            row(
                format!("{} by {attribute}", own.metric.label()),
                &own.before,
                &own.after,
                &own.change,
            )
        }));
    }
    output::table(
        &[
            "METRIC",
            &format!("VERSION {version}"),
            "EXPERIMENT",
            "PAIRED DIFFERENCE (95% CI)",
        ],
        &rows,
    );
    output::line(&format!(
        "Version {version} {}: out of fold on the same {} people, cutoff {}; run {}",
        made.title, effect.rows, effect.cutoff, made.run
    ));
}
