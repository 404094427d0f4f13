//! `tenure tool metrics`.

use clap::Args;
use stats::Metric;
use workflow::{Error, Result};

use super::input;
use crate::cli::outcome::Outcome;
use crate::cli::output;
use crate::cli::reading::Reading;

#[derive(Debug, Args)]
#[command(
    after_help = "Example: tenure tool metrics scores.csv --truth left --score probability --cutoff 0.3 --json"
)]
pub struct Metrics {
    /// CSV or Parquet file, or - for standard input
    file: String,
    /// Column with the outcome: 1 or 0, yes or no
    #[arg(long)]
    truth: String,
    /// Column with the score: higher means more likely
    #[arg(long)]
    score: String,
    /// Score from which rows are flagged
    #[arg(long, default_value_t = 0.5)]
    cutoff: f64,
    /// Random seed of the bootstrap
    #[arg(long, default_value_t = 42)]
    seed: u64,
    #[command(flatten)]
    reading: Reading,
}

pub fn run(command: &Metrics, as_json: bool) -> Result<Outcome> {
    let raw = input::read_untyped(&command.file, &command.reading)?;
    let (truth, scores) = (
        input::outcomes(&raw, &command.truth)?,
        input::scores(&raw, &command.score)?,
    );
    let report = stats::report::report(&truth, &scores, command.cutoff, command.seed)
        .map_err(|error| Error::Invalid(error.to_string()))?;
    if as_json {
        output::json(&report)?;
        return Ok(Outcome::Done);
    }
    output::line(&format!(
        "{}, {} positive, cutoff {}",
        output::counted(report.n, "row", "rows"),
        report.positives,
        report.cutoff
    ));
    let row = |metric: &Metric| {
        Some(vec![
            metric.label().to_owned(),
            output::figure(report.metrics.get(metric)?),
        ])
    };
    output::table(
        &["METRIC", "ESTIMATE (95% CI)"],
        &Metric::ALL.iter().filter_map(row).collect::<Vec<_>>(),
    );
    let counts = &report.confusion;
    let cells = |name: &str, cells: [u32; 2]| {
        vec![name.to_owned(), cells[0].to_string(), cells[1].to_string()]
    };
    output::line("");
    output::table(
        &["OUTCOME", "NOT FLAGGED", "FLAGGED"],
        &[
            cells("negative", [counts.tn, counts.fp]),
            cells("positive", [counts.fn_, counts.tp]),
        ],
    );
    Ok(Outcome::Done)
}
