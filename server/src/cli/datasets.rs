//! `tenure data`.

use clap::Subcommand;
use monitoring::simulation;
use workflow::{Actor, Combine, Error, Import, Result};

use super::blocking::run_blocking;
use super::input::read_input;
use super::outcome::Outcome;
use super::output;
use crate::settings::Config;

#[derive(Debug, Subcommand)]
pub enum DataCommand {
    /// Check a CSV or Parquet file and store it as a dataset version
    #[command(after_help = "Examples: tenure data import people.csv --use-case attrition --as-of 2026-11-01\n          \
                            tenure data import master.csv survey.csv --use-case attrition --join EmployeeNumber")]
    Import {
        /// Files to import; the rows of several files are stacked in this order, or joined with --join
        #[arg(required = true)]
        files: Vec<String>,
        /// Use case, for example attrition
        #[arg(long)]
        use_case: String,
        /// Snapshot date of the rows, YYYY-MM-DD [default: today]
        #[arg(long)]
        as_of: Option<String>,
        /// Import current people without an outcome column
        #[arg(long)]
        snapshot: bool,
        /// Join files about the same people by this column, which each of them has
        #[arg(long, value_name = "KEY")]
        join: Option<String>,
        /// Keep people who are only in some of the joined files, with missing values
        #[arg(long, requires = "join")]
        join_missing: bool,
        /// Differences between identifiers that do not count in a join: leading-zeros, whole-numbers, case, blanks
        #[arg(long = "match", value_name = "RULE", requires = "join")]
        matching: Option<String>,
    },
    /// List dataset versions
    List {
        /// Use case, for example attrition [default: all]
        #[arg(long)]
        use_case: Option<String>,
    },
    /// Show the profile of a dataset version
    #[command(after_help = "Example: tenure data profile 0190 --html profile.html")]
    Profile {
        /// Dataset id or hash, or a prefix of one
        dataset: String,
        /// Write a self-contained HTML page to this file
        #[arg(long, value_name = "OUT")]
        html: Option<String>,
    },
    /// Compare two dataset versions
    #[command(after_help = "Example: tenure data diff 0190a 0190b")]
    Diff { old: String, new: String },
    /// Write monthly data of a simulated employer as CSV files
    #[command(after_help = "Example: tenure data simulate --people 1000 --months 12 --seed 42 --drift concept_change@8 --out simulated")]
    Simulate {
        /// Use case, for example attrition
        #[arg(long, default_value = "attrition")]
        use_case: String,
        /// Number of people
        #[arg(long, default_value_t = 1000)]
        people: usize,
        /// Number of months
        #[arg(long, default_value_t = 12)]
        months: usize,
        /// Random seed; the same seed gives the same files
        #[arg(long, default_value_t = 42)]
        seed: u64,
        /// Drift to simulate, as KIND@MONTH: feature_noise, segment_shift, label_flips or concept_change, starting in a month counted from 0
        #[arg(long)]
        drift: Option<String>,
        /// Output folder
        #[arg(long)]
        out: std::path::PathBuf,
    },
}

pub async fn run(config: &Config, command: DataCommand, as_json: bool) -> Result<Outcome> {
    match command {
        DataCommand::Import { files, use_case, as_of, snapshot, join, join_missing, matching } => {
            let files = files.into_iter().map(|file| Ok((file_name(&file), read_input(&file)?))).collect::<Result<Vec<_>>>()?;
            let definition = config.catalog()?.use_case(&use_case)?;
            let combine = match join {
                None => Combine::Stack,
                Some(key) => {
                    let rule = matching.as_deref().map(super::input::match_rule).transpose()?.unwrap_or_default();
                    Combine::Join(data::JoinOptions { key, rule, keep_partial: join_missing })
                }
            };
            let import = Import { use_case, files, combine, as_of, snapshot, ..Import::default() };
            workflow::check_import(&import, &definition)?;
            let imported = config.open().await?.import(&Actor::local().admin()?, import).await?;
            if as_json {
                output::json(&imported)?;
            } else {
                let dataset = &imported.dataset;
                let known = if imported.new { "stored" } else { "already imported" };
                let positives = dataset.positives.map_or(String::new(), |count| {
                    format!(", {}", output::counted(count, &definition.words.event_one, &definition.words.event_many))
                });
                output::line(&format!(
                    "Dataset {} ({known}): {}, {}{positives}, as of {}, hash {}",
                    dataset.dataset_id,
                    output::counted(dataset.row_count, "row", "rows"),
                    output::counted(dataset.column_count, "column", "columns"),
                    dataset.as_of,
                    &dataset.hash[..12]
                ));
                imported.report.sentences().iter().for_each(|sentence| output::line(sentence));
                if !imported.unused_columns.is_empty() {
                    output::line(&format!("Unused columns: {}", imported.unused_columns.join(", ")));
                }
            }
        }
        DataCommand::List { use_case } => {
            let datasets = config.open().await?.datasets(&Actor::local().member()?, use_case.as_deref()).await?;
            if as_json {
                output::json(&datasets)?;
            } else {
                let row = |dataset: &store::datasets::Dataset| {
                    let positives = dataset.positives.map_or("–".to_owned(), |count| count.to_string());
                    let simulated = if dataset.simulated { "simulated" } else { "" };
                    vec![
                        dataset.dataset_id.to_string(),
                        dataset.use_case.to_string(),
                        dataset.as_of.to_string(),
                        dataset.row_count.to_string(),
                        positives,
                        dataset.name.clone(),
                        simulated.to_owned(),
                    ]
                };
                output::table(
                    &["DATASET", "USE CASE", "AS OF", "ROWS", "EVENTS", "NAME", ""],
                    &datasets.iter().map(row).collect::<Vec<_>>(),
                );
            }
        }
        DataCommand::Profile { dataset, html } => {
            let (tenure, actor) = (config.open().await?, Actor::local());
            let (dataset, profile) = tenure.data_profile(&actor.member()?, None, &dataset).await?;
            if let Some(out) = &html {
                let (dataset, profile) = tenure.labelled_profile(&actor.member()?, None, &dataset.id).await?;
                let page = app::pages::datasets::file(&dataset, &profile, &workflow::today().long());
                std::fs::write(out, page).map_err(|error| Error::Invalid(format!("{out}: {error}")))?;
                eprintln!("Written to {out}.");
            }
            if as_json {
                output::json(&*profile)?;
            } else if html.is_none() {
                super::tool::profile::print(&profile);
                dataset.import_report.iter().for_each(|sentence| output::line(sentence));
            }
        }
        DataCommand::Diff { old, new } => {
            let (tenure, actor) = (config.open().await?, Actor::local());
            let diff = tenure.data_diff(&actor.member()?, None, [&old, &new]).await?;
            if as_json {
                output::json(&diff)?;
            } else if diff.changes.is_empty() {
                output::line("The profiles do not differ.");
            } else {
                diff.changes.iter().for_each(|change| output::line(&change.sentence));
            }
        }
        DataCommand::Simulate { use_case, people, months, seed, drift, out } => {
            if use_case != "attrition" {
                return Err(Error::Invalid("Only the use case attrition can be simulated.".into()));
            }
            let drift = drift.as_deref().map(parse_drift).transpose()?;
            let settings = simulation::Settings { people, months, seed, drift, ..simulation::Settings::default() };
            let files = run_blocking(move || write_simulation(&settings, &out)).await?;
            if as_json {
                output::json(&files)?;
            } else {
                output::line(&format!("{} of simulated data written.", output::counted(files.len(), "file", "files")));
            }
        }
    }
    Ok(Outcome::Done)
}

fn file_name(path: &str) -> String {
    std::path::Path::new(path).file_name().map_or_else(|| path.to_owned(), |name| name.to_string_lossy().into_owned())
}

fn parse_drift(text: &str) -> Result<(simulation::Kind, usize)> {
    let wrong = || Error::Invalid(format!("“{text}” is not a valid drift. Use KIND@MONTH, for example concept_change@8."));
    let (kind, month) = text.split_once('@').ok_or_else(wrong)?;
    Ok((simulation::Kind::parse(kind).ok_or_else(wrong)?, month.parse().map_err(|_| wrong())?))
}

fn write_simulation(settings: &simulation::Settings, out: &std::path::Path) -> Result<Vec<String>> {
    let failed = |error: &dyn std::fmt::Display| Error::Invalid(format!("{}: {error}", out.display()));
    std::fs::create_dir_all(out).map_err(|error| failed(&error))?;
    let mut written = Vec::new();
    let mut write = |name: String, table: &model::Table| {
        let bytes = data::write(table, data::Format::Csv).map_err(|error| failed(&error))?;
        std::fs::write(out.join(&name), bytes).map_err(|error| failed(&error))?;
        written.push(name);
        Ok::<(), Error>(())
    };
    write("training.csv".into(), &simulation::training_table(settings))?;
    for snapshot in simulation::simulate(settings) {
        write(format!("people-{}.csv", snapshot.as_of), &snapshot.people)?;
        let (outcomes, _) = workflow::simulated_outcomes(&snapshot);
        write(format!("outcomes-{}.csv", snapshot.as_of), &outcomes)?;
    }
    Ok(written)
}
