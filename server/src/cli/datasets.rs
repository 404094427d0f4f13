//! `tenure data`.

use clap::Subcommand;
use monitoring::simulation;
use workflow::{Actor, Error, Import, Result};

use super::{Answer, output, read_input};
use crate::settings::Place;

#[derive(Debug, Subcommand)]
pub enum DataCommand {
    /// Check a CSV or Parquet file and store it as a dataset version
    #[command(after_help = "Example: tenure data import people.csv --use-case attrition --as-of 2026-11-01")]
    Import {
        /// Several files with the same columns are merged in this order
        #[arg(required = true)]
        files: Vec<String>,
        #[arg(long)]
        use_case: String,
        /// The day that the rows describe, YYYY-MM-DD [default: today]
        #[arg(long)]
        as_of: Option<String>,
        /// People as they are now: no outcome column is asked for
        #[arg(long)]
        snapshot: bool,
    },
    /// The dataset versions
    List {
        #[arg(long)]
        use_case: Option<String>,
    },
    /// The profile of a dataset version
    #[command(after_help = "Example: tenure data profile 0190 --html profile.html")]
    Profile {
        /// Dataset id or hash, or the beginning of one
        dataset: String,
        /// Write a page that needs nothing but itself
        #[arg(long, value_name = "OUT")]
        html: Option<String>,
    },
    /// What changed from one dataset version to another
    #[command(after_help = "Example: tenure data diff 0190a 0190b")]
    Diff { old: String, new: String },
    /// Write the months of a simulated employer as CSV files
    #[command(after_help = "Example: tenure data simulate --people 1000 --months 12 --seed 42 --drift concept_change@8 --out simulated")]
    Simulate {
        #[arg(long, default_value = "attrition")]
        use_case: String,
        #[arg(long, default_value_t = 1000)]
        people: usize,
        #[arg(long, default_value_t = 12)]
        months: usize,
        #[arg(long, default_value_t = 42)]
        seed: u64,
        /// KIND@MONTH: feature_noise, segment_shift, label_flips or concept_change, from a month counted from 0
        #[arg(long)]
        drift: Option<String>,
        #[arg(long)]
        out: std::path::PathBuf,
    },
}

pub async fn run(place: &Place, command: DataCommand, as_json: bool) -> Result<Answer> {
    match command {
        DataCommand::Import { files, use_case, as_of, snapshot } => {
            let files = files.into_iter().map(|file| Ok((file_name(&file), read_input(&file)?))).collect::<Result<Vec<_>>>()?;
            let definition = place.catalogue()?.use_case(&use_case)?;
            let import = Import { use_case, files, as_of, snapshot, simulated: false };
            workflow::check_import(&import, &definition)?;
            let imported = place.open().await?.import(&Actor::local().admin()?, import).await?;
            if as_json {
                output::json(&imported)?;
            } else {
                let dataset = &imported.dataset;
                let known = if imported.new { "stored" } else { "these bytes were there already" };
                let positives = dataset.positives.map_or(String::new(), |count| format!(", {count} with the event"));
                output::line(&format!(
                    "dataset {} ({known}): {} rows, {} columns{positives}, as of {}, hash {}",
                    dataset.dataset_id,
                    dataset.row_count,
                    dataset.column_count,
                    dataset.as_of,
                    &dataset.hash[..12]
                ));
                if !imported.unused_columns.is_empty() {
                    output::line(&format!("not used: {}", imported.unused_columns.join(", ")));
                }
            }
        }
        DataCommand::List { use_case } => {
            let datasets = place.open().await?.datasets(&Actor::local().member()?, use_case.as_deref()).await?;
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
            let (tenure, actor) = (place.open().await?, Actor::local());
            let (dataset, profile) = tenure.data_profile(&actor.member()?, None, &dataset).await?;
            if let Some(out) = &html {
                let page = app::pages::datasets::file(&dataset, &profile, &workflow::today().long());
                std::fs::write(out, page).map_err(|error| Error::Invalid(format!("{out}: {error}")))?;
                eprintln!("written to {out}");
            }
            if as_json {
                output::json(&*profile)?;
            } else if html.is_none() {
                super::tool::profile::print(&profile);
            }
        }
        DataCommand::Diff { old, new } => {
            let (tenure, actor) = (place.open().await?, Actor::local());
            let diff = tenure.data_diff(&actor.member()?, None, [&old, &new]).await?;
            if as_json {
                output::json(&diff)?;
            } else if diff.changes.is_empty() {
                output::line("nothing that the profiles show has changed");
            } else {
                diff.changes.iter().for_each(|change| output::line(&change.sentence));
            }
        }
        DataCommand::Simulate { use_case, people, months, seed, drift, out } => {
            if use_case != "attrition" {
                return Err(Error::Invalid("only the use case attrition can be simulated".into()));
            }
            let drift = drift.as_deref().map(parse_drift).transpose()?;
            let settings = simulation::Settings { people, months, seed, drift, ..simulation::Settings::default() };
            let files = super::blocking(move || write_simulation(&settings, &out)).await?;
            if as_json {
                output::json(&files)?;
            } else {
                output::line(&format!("{} files written; the people are simulated", files.len()));
            }
        }
    }
    Ok(Answer::Done)
}

fn file_name(path: &str) -> String {
    std::path::Path::new(path).file_name().map_or_else(|| path.to_owned(), |name| name.to_string_lossy().into_owned())
}

fn parse_drift(text: &str) -> Result<(simulation::Kind, usize)> {
    let wrong = || Error::Invalid(format!("\"{text}\" is no drift: write KIND@MONTH, for example concept_change@8"));
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
