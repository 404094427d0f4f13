//! `tenure model fairness`.

use clap::Args;
use stats::Verdict;
use workflow::{Actor, Error, Result, Tenure};

use crate::cli::outcome::Outcome;
use crate::cli::output;
use crate::cli::use_case_arg::UseCaseArg;

#[derive(Debug, Args)]
pub struct Fairness {
    /// Version number or alias
    version: String,
    #[command(flatten)]
    use_case: UseCaseArg,
    /// Flag people with at least this score [default: the cutoff of the use case]
    #[arg(long)]
    cutoff: Option<f64>,
    /// Write a self-contained HTML page to this file
    #[arg(long, value_name = "OUT")]
    html: Option<String>,
}

pub async fn run(tenure: &Tenure, command: Fairness, as_json: bool) -> Result<Outcome> {
    let actor = Actor::local();
    let use_case = command.use_case.resolve(tenure).await?;
    let version = tenure
        .version_called(&actor.member()?, &use_case, &command.version)
        .await?;
    let report = tenure
        .fairness(&actor.member()?, &use_case, version, command.cutoff)
        .await?;
    let fails = report
        .attributes
        .iter()
        .any(|own| own.verdict() == Verdict::Fail);
    if let Some(out) = &command.html {
        let page = pages::fairness::file(&report, &workflow::today().long());
        std::fs::write(out, page).map_err(|error| Error::Invalid(format!("{out}: {error}")))?;
        eprintln!("Written to {out}.");
    }
    if as_json {
        output::json(&report)?;
    } else if command.html.is_none() {
        let word = |verdict: Option<&Verdict>| match verdict {
            Some(Verdict::Pass) => "pass",
            Some(Verdict::Fail) => "fail",
            Some(Verdict::Inconclusive) => "inconclusive",
            Some(Verdict::CouldNotCompute) => "could not compute",
            None => "",
        };
        let rows: Vec<Vec<String>> = report
            .attributes
            .iter()
            .flat_map(|own| {
                let row =
                    |(metric, figure): (&stats::fairness::ParityMetric, &domain::Estimate)| {
                        let verdict = word(own.audit.verdict.get(metric)).to_owned();
                        vec![
                            own.label.clone(),
                            metric.label().to_owned(),
                            output::figure(figure),
                            verdict,
                        ]
                    };
                own.audit.parity.iter().map(row).collect::<Vec<_>>()
            })
            .collect();
        output::table(
            &[
                "ATTRIBUTE",
                "GAP BETWEEN GROUPS",
                "ESTIMATE (95% CI)",
                "VERDICT",
            ],
            &rows,
        );
        output::line(&format!(
            "Out of fold, {} people, cutoff {}",
            report.rows, report.cutoff
        ));
    }
    Ok(if fails {
        Outcome::Negative
    } else {
        Outcome::Done
    })
}
