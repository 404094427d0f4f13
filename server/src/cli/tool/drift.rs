//! `tenure tool drift`.

use clap::Args;
use data::{CheckMode, Checked, Raw};
use domain::{Date, DriftVerdict};
use monitoring::policy::NAMES;
use monitoring::{ColumnReport, Detail, DriftReport, ValidPolicy, feature_drift};
use serde::Serialize;
use stats::two_sample::{Method, Statistic};
use workflow::{Error, Result};

use super::input;
use crate::cli::input::read_input;
use crate::cli::outcome::Outcome;
use crate::cli::output;
use crate::cli::reading::Reading;
use crate::settings::Config;

#[derive(Debug, Args)]
#[command(
    after_help = "Exit code: 0 no drift; 1 drift found or not ruled out.\n\
                        Example: tenure tool drift --reference january.csv --current june.csv --policy evidently"
)]
pub struct Drift {
    /// CSV or Parquet file with the reference data
    #[arg(long)]
    reference: String,
    /// CSV or Parquet file with the current data
    #[arg(long)]
    current: String,
    /// Validate both files against this use case and compare its fields [default: every column,
    /// numeric where all values are numbers]
    #[arg(long)]
    use_case: Option<String>,
    /// Drift policy: calibrated, guide-000, churn-004 or evidently [default: calibrated]
    #[arg(long)]
    policy: Option<String>,
    /// Test or distance that decides, for example ks, chi2 or psi; with all, every applicable one
    /// is computed and the policy decides
    #[arg(long)]
    method: Option<String>,
    /// Columns to compare, separated by commas
    #[arg(long, value_delimiter = ',')]
    columns: Vec<String>,
    /// Day that the reference file describes, YYYY-MM-DD; needed where fields count from a date and
    /// the file has no periods
    #[arg(long, value_name = "DAY", requires = "use_case")]
    reference_as_of: Option<Date>,
    /// The same of the current file
    #[arg(long, value_name = "DAY", requires = "use_case")]
    current_as_of: Option<Date>,
    #[command(flatten)]
    reading: Reading,
}

pub fn run(config: &Config, command: &Drift, as_json: bool) -> Result<Outcome> {
    let (policy, detail) = policy(command.policy.as_deref(), command.method.as_deref())?;
    let (reference, current, new_columns) = match &command.use_case {
        None => {
            let options = input::untyped_options(&command.reading)?;
            let (reference, current) = (
                read(&command.reference, &options)?,
                read(&command.current, &options)?,
            );
            let new_columns = new_columns(names(&reference), names(&current));
            let (reference, current) = data::untyped::tables(reference, current);
            (reference, current, new_columns)
        }
        Some(id) => {
            let use_case = config.catalog()?.use_case(id)?;
            let checked = |path: &str, day: Option<Date>| -> Result<Checked> {
                let raw = input::read(path, &command.reading, &use_case)?;
                let checked = data::check(&raw, &use_case, CheckMode::Scoring, day)
                    .inspect_err(|_| eprintln!("{path} does not match the use case {id}:"))?;
                input::say_unknown(path, &checked.notes);
                Ok(checked)
            };
            let (reference, current) = (
                checked(&command.reference, command.reference_as_of)?,
                checked(&command.current, command.current_as_of)?,
            );
            let known =
                |checked: &Checked| [checked.table.names.clone(), checked.unused.clone()].concat();
            let new_columns = new_columns(&known(&reference), &known(&current));
            (reference.table, current.table, new_columns)
        }
    };
    let columns: Vec<&str> = command.columns.iter().map(String::as_str).collect();
    let report = feature_drift(
        &reference,
        &current,
        (!columns.is_empty()).then_some(&columns),
        &policy,
        detail,
    );
    if as_json {
        output::json(&Output {
            report: &report,
            new_columns: &new_columns,
        })?;
    } else {
        print(&report);
        if !new_columns.is_empty() {
            output::line(&format!(
                "New in the current file, not compared: {}.",
                new_columns.join(", ")
            ));
        }
    }
    Ok(if report.verdict == DriftVerdict::Stable {
        Outcome::Done
    } else {
        Outcome::Negative
    })
}

/// The report, and what it could not be about.
#[derive(Serialize)]
struct Output<'a> {
    #[serde(flatten)]
    report: &'a DriftReport,
    /// Columns of the current file that the reference lacks, in its order.
    new_columns: &'a [String],
}

fn names(raw: &Option<Raw>) -> &[String] {
    raw.as_ref()
        .map(|raw| raw.names.as_slice())
        .unwrap_or_default()
}

/// A reference without any column (an empty file) has none that others could be new beside.
fn new_columns(reference: &[String], current: &[String]) -> Vec<String> {
    if reference.is_empty() {
        return Vec::new();
    }
    current
        .iter()
        .filter(|name| !reference.contains(name))
        .cloned()
        .collect()
}

/// The policy that decides, and how much is computed.
fn policy(policy: Option<&str>, method: Option<&str>) -> Result<(ValidPolicy, Detail)> {
    let named = || {
        let name = policy.unwrap_or(NAMES[0]);
        ValidPolicy::named(name).ok_or_else(|| {
            Error::Invalid(format!(
                "There is no policy “{name}”. Use one of: {}.",
                NAMES.join(", ")
            ))
        })
    };
    match method {
        None => Ok((named()?, Detail::Usual)),
        // SciPy's rule for exact p-values, so that the results can be compared with SciPy.
        Some("all") => Ok((named()?.with_ks(Method::Auto), Detail::All)),
        Some(_) if policy.is_some() => {
            Err(Error::Invalid("Use --policy or --method, not both.".into()))
        }
        Some(method) => {
            let known = || {
                Statistic::ALL
                    .iter()
                    .map(ToString::to_string)
                    .collect::<Vec<_>>()
                    .join(", ")
            };
            let statistic = method.parse().map_err(|_| {
                Error::Invalid(format!(
                    "There is no method “{method}”. Use one of: all, {}.",
                    known()
                ))
            })?;
            Ok((ValidPolicy::method(statistic), Detail::All))
        }
    }
}

/// Reads a file; `None` for one without rows, which gives "could not compute" rather than an error.
fn read(path: &str, options: &data::ReadOptions) -> Result<Option<Raw>> {
    match data::read(&read_input(path)?, options) {
        Ok(raw) => Ok(Some(raw)),
        Err(data::ReadError::Empty | data::ReadError::HeaderOnly) => Ok(None),
        Err(error) => Err(Error::Invalid(format!("{path}: {error}"))),
    }
}

fn print(report: &DriftReport) {
    let row = |column: &ColumnReport| {
        let test = column.deciding_test();
        let number =
            |value: Option<f64>| value.map(|value| format!("{value:.4}")).unwrap_or_default();
        vec![
            column.name.clone(),
            column.verdict.as_str().replace('_', " "),
            column
                .decided_by
                .map(|statistic| statistic.to_string())
                .unwrap_or_default(),
            number(test.map(|test| test.statistic)),
            number(test.and_then(|test| test.p_adjusted)),
            number(column.effect_size),
            column.why.map(|why| why.to_string()).unwrap_or_default(),
        ]
    };
    let rows: Vec<Vec<String>> = report.columns.iter().map(row).collect();
    output::table(
        &[
            "COLUMN",
            "VERDICT",
            "TEST",
            "STATISTIC",
            "P",
            "EFFECT SIZE",
            "NOTE",
        ],
        &rows,
    );
    let chance = report
        .false_alarm_rate
        .map(|rate| format!(" False-alarm rate: {:.1}%.", 100.0 * rate));
    output::line("");
    output::line(&format!(
        "{}: {}{}",
        report.verdict.as_str().replace('_', " "),
        report.summary,
        chance.unwrap_or_default()
    ));
}
