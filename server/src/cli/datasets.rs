//! `tenure data`.

use clap::{Args, Subcommand};
use domain::Purpose;
use workflow::{Actor, Combine, Error, Import, Result};

use super::blocking::run_blocking;
use super::import_preview;
use super::input::{match_rule, read_input};
use super::outcome::Outcome;
use super::output;
use super::reading::Reading;
use super::use_case_arg::UseCaseArg;
use crate::settings::Config;

/// How files about the same people are put together.
#[derive(Debug, Args)]
pub struct Join {
    /// Join files about the same people by this column, which each of them has
    #[arg(long, value_name = "KEY", conflicts_with = "source")]
    join: Option<String>,
    /// Keep people who are only in some of the joined files, with missing values
    #[arg(long, requires = "join")]
    join_missing: bool,
    /// Differences between identifiers that do not count in a join: leading-zeros, whole-numbers,
    /// case, blanks
    #[arg(long = "match", value_name = "RULE", requires = "join")]
    matching: Option<String>,
}

impl Join {
    fn combine(self) -> Result<Combine> {
        let Some(key) = self.join else {
            return Ok(Combine::Stack);
        };
        let rule = self
            .matching
            .as_deref()
            .map(match_rule)
            .transpose()?
            .unwrap_or_default();
        Ok(Combine::Join(data::JoinOptions {
            key,
            rule,
            keep_partial: self.join_missing,
        }))
    }
}

#[derive(Debug, Subcommand)]
pub enum DataCommand {
    /// Check a file (CSV, Excel, OpenDocument, Parquet, Arrow, JSON lines) and store it as a
    /// dataset version
    #[command(
        after_help = "Examples: tenure data import people.csv --use-case attrition --as-of 2026-11-01 --for both\n          \
                            tenure data import people.csv --use-case attrition --dry-run\n          \
                            tenure data import master.csv survey.csv --use-case attrition --join EmployeeNumber"
    )]
    Import {
        /// Files to import; the rows of several files are stacked in this order, or joined with
        /// --join
        #[arg(required_unless_present = "source", conflicts_with = "source")]
        files: Vec<String>,
        /// Import the result of a source instead, see `tenure source`
        #[arg(long)]
        source: Option<String>,
        #[command(flatten)]
        use_case: UseCaseArg,
        /// Snapshot date of the rows, YYYY-MM-DD; has to be stated where fields count from dates and
        /// the file has no periods [default: today]
        #[arg(long)]
        as_of: Option<String>,
        /// What the data is for: training, scoring or both [default: training for files with
        /// outcomes, scoring for files without]
        #[arg(long = "for", value_name = "PURPOSE", value_parser = parse_purpose)]
        purpose: Option<Purpose>,
        /// Show what is recognized in the files and what would be stored, and store nothing
        #[arg(long, conflicts_with = "source")]
        dry_run: bool,
        #[command(flatten)]
        join: Join,
        #[command(flatten)]
        reading: Reading,
    },
    /// Build a dataset for training from the snapshots and outcomes in the store: people at a day
    /// whose horizon has passed
    #[command(
        after_help = "Examples: tenure data training-set --use-case attrition --dry-run\n          \
                            tenure data training-set --use-case attrition --until 2026-06-30"
    )]
    TrainingSet {
        #[command(flatten)]
        use_case: UseCaseArg,
        /// Only rows whose horizon ended on or before this day, YYYY-MM-DD [default: today]
        #[arg(long)]
        until: Option<String>,
        /// Count the rows without building anything
        #[arg(long)]
        dry_run: bool,
    },
    /// Take a dataset out of use: it is no longer scored, checked or trained on, and its scores are
    /// no longer shown
    #[command(
        after_help = "Example: tenure data withdraw 0190 --reason \"the pay column was in the wrong currency\""
    )]
    Withdraw {
        /// Dataset id or hash, or a prefix that fits only one
        dataset: String,
        /// Why it is withdrawn; kept in the audit log
        #[arg(long)]
        reason: String,
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
    /// The former name of tenure simulate
    #[command(hide = true)]
    Simulate(super::simulate::Simulate),
}

pub async fn run(config: &Config, command: DataCommand, as_json: bool) -> Result<Outcome> {
    match command {
        DataCommand::Import {
            files,
            source,
            use_case,
            as_of,
            purpose,
            dry_run,
            join,
            reading,
        } => {
            let files = files
                .into_iter()
                .map(|file| Ok((file_name(&file), read_input(&file)?)))
                .collect::<Result<Vec<_>>>()?;
            let catalog = config.catalog()?;
            let use_case = use_case.before_opening(config, &catalog).await?;
            let (combine, options) = (join.combine()?, reading.options()?);
            let import = Import {
                use_case: use_case.clone(),
                files,
                combine,
                as_of,
                purpose,
                options,
                ..Import::default()
            };
            // A file that is refused opens nothing and makes nothing. A use case that no file
            // defines may lie in the store, where there is one.
            if dry_run {
                let definition = match catalog.definition(&import.use_case) {
                    None if config.has_store() => {
                        config.open().await?.use_case(&import.use_case)?
                    }
                    _ => catalog.use_case(&import.use_case)?,
                };
                return run_blocking(move || import_preview::show(&import, &definition, as_json))
                    .await;
            }
            let from_files = catalog.definition(&import.use_case).is_some() || !config.has_store();
            let check = |import: Import, definition: &model::UseCase| {
                let checked = workflow::check_import(import, definition)?;
                show_readings(checked.readings());
                Ok::<_, Error>(checked)
            };
            let actor = Actor::local();
            let (tenure, imported) = match source {
                Some(source) => {
                    let tenure = config.open().await?;
                    let imported = tenure.import_from(&actor.admin()?, &source, import).await?;
                    (tenure, imported)
                }
                None if from_files => {
                    let checked = check(import, &*catalog.use_case(&use_case)?)?;
                    let tenure = config.open().await?;
                    let imported = tenure.import_checked(&actor.admin()?, checked).await?;
                    (tenure, imported)
                }
                None => {
                    let tenure = config.open().await?;
                    let checked = check(import, &*tenure.use_case(&use_case)?)?;
                    let imported = tenure.import_checked(&actor.admin()?, checked).await?;
                    (tenure, imported)
                }
            };
            let definition = tenure.use_case(&use_case)?;
            if as_json {
                output::json(&imported)?;
            } else {
                let dataset = &imported.dataset;
                let known = if imported.new {
                    "stored"
                } else {
                    "already imported"
                };
                let positives = dataset.positives.map_or(String::new(), |count| {
                    format!(
                        ", {}",
                        output::counted(
                            count,
                            &definition.words.event_one,
                            &definition.words.event_many
                        )
                    )
                });
                output::line(&format!(
                    "Dataset {} ({known}) for {}: {}, {}{positives}, as of {}, hash {}, definition {}",
                    dataset.dataset_id,
                    dataset.purpose.label().to_lowercase(),
                    output::counted(dataset.row_count, "row", "rows"),
                    output::counted(dataset.column_count, "column", "columns"),
                    dataset.as_of,
                    &dataset.hash[..12],
                    dataset.definition
                ));
                if let Some(line) = told(&imported, &definition) {
                    output::line(&line);
                }
                imported
                    .report
                    .sentences()
                    .iter()
                    .for_each(|sentence| output::line(sentence));
                if !imported.unused_columns.is_empty() {
                    output::line(&format!(
                        "Unused columns: {}",
                        imported.unused_columns.join(", ")
                    ));
                }
            }
        }
        DataCommand::TrainingSet {
            use_case,
            until,
            dry_run,
        } => {
            let (tenure, actor) = (config.open().await?, Actor::local());
            let use_case = use_case.resolve(&tenure).await?;
            let words = tenure.use_case(&use_case)?.words.clone();
            let new = workflow::datasets::NewTrainingSet { use_case, until };
            let tell = |plan: &workflow::datasets::TrainingSetPlan| {
                plan.sentences(&words)
                    .iter()
                    .for_each(|sentence| output::line(sentence));
            };
            if dry_run {
                let plan = tenure.plan_training_set(&actor.admin()?, &new).await?;
                if as_json {
                    output::json(&plan)?;
                } else {
                    tell(&plan);
                }
            } else {
                let built = tenure.build_training_set(&actor.admin()?, &new).await?;
                if as_json {
                    output::json(&built)?;
                } else {
                    let state = if built.new { "stored" } else { "already built" };
                    output::line(&format!(
                        "Dataset {} ({state}): {}.",
                        built.dataset.dataset_id, built.dataset.name
                    ));
                    tell(&built.plan);
                }
            }
        }
        DataCommand::List { use_case } => {
            let datasets = config
                .open()
                .await?
                .datasets(&Actor::local().member()?, use_case.as_deref())
                .await?;
            if as_json {
                output::json(&datasets)?;
            } else {
                let row = |dataset: &store::datasets::Dataset| {
                    let positives = dataset
                        .positives
                        .map_or("–".to_owned(), |count| count.to_string());
                    let notes = [
                        (dataset.simulated, "simulated"),
                        (dataset.withdrawn_at.is_some(), "withdrawn"),
                    ];
                    let notes: Vec<&str> = notes
                        .into_iter()
                        .filter_map(|(holds, note)| holds.then_some(note))
                        .collect();
                    vec![
                        dataset.dataset_id.to_string(),
                        dataset.use_case.to_string(),
                        dataset.as_of.to_string(),
                        dataset.row_count.to_string(),
                        positives,
                        dataset.purpose.to_string(),
                        dataset.definition.to_string(),
                        dataset.name.clone(),
                        notes.join(", "),
                    ]
                };
                output::table(
                    &[
                        "DATASET",
                        "USE CASE",
                        "AS OF",
                        "ROWS",
                        "EVENTS",
                        "FOR",
                        "DEFINITION",
                        "NAME",
                        "",
                    ],
                    &datasets.iter().map(row).collect::<Vec<_>>(),
                );
            }
        }
        DataCommand::Withdraw { dataset, reason } => {
            let tenure = config.open().await?;
            let dataset = tenure
                .withdraw_dataset(&Actor::local().admin()?, None, &dataset, &reason)
                .await?;
            if as_json {
                output::json(&dataset)?;
            } else {
                output::line(&format!(
                    "Dataset {} ({}) withdrawn.",
                    dataset.dataset_id, dataset.name
                ));
            }
        }
        DataCommand::Profile { dataset, html } => {
            let (tenure, actor) = (config.open().await?, Actor::local());
            let (dataset, profile) = tenure
                .data_profile(&actor.member()?, None, &dataset)
                .await?;
            if let Some(out) = &html {
                let (dataset, profile) = tenure
                    .labeled_profile(&actor.member()?, None, &dataset.id)
                    .await?;
                let page = pages::datasets::file(&dataset, &profile, &workflow::today().long());
                std::fs::write(out, page)
                    .map_err(|error| Error::Invalid(format!("{out}: {error}")))?;
                eprintln!("Written to {out}.");
            }
            if as_json {
                output::json(&*profile)?;
            } else if html.is_none() {
                super::tool::profile::print(&profile);
                dataset
                    .import_report
                    .iter()
                    .for_each(|sentence| output::line(sentence));
            }
        }
        DataCommand::Diff { old, new } => {
            let (tenure, actor) = (config.open().await?, Actor::local());
            let diff = tenure
                .data_diff(&actor.member()?, None, [&old, &new])
                .await?;
            if as_json {
                output::json(&diff)?;
            } else if diff.changes.is_empty() {
                output::line("The profiles do not differ.");
            } else {
                diff.changes
                    .iter()
                    .for_each(|change| output::line(&change.sentence));
            }
        }
        DataCommand::Simulate(simulate) => {
            return super::simulate::run(config, simulate, as_json).await;
        }
    }
    Ok(Outcome::Done)
}

/// Shown before anything is stored: on the error stream, so that it is also there with --json.
fn show_readings(files: &[workflow::FileReading]) {
    files
        .iter()
        .flat_map(workflow::FileReading::sentences)
        .for_each(|sentence| eprintln!("{sentence}"));
}

/// What the periods and the blank outcomes of an import mean; `None` where it has neither.
fn told(imported: &workflow::Imported, definition: &model::UseCase) -> Option<String> {
    let periods = imported
        .periods
        .map(|periods| format!("Periods {periods}."));
    let unknown =
        (imported.unknown_outcomes > 0 && imported.dataset.positives.is_some()).then(|| {
            format!(
                "{} without a known outcome.",
                output::counted(imported.unknown_outcomes, "row", "rows")
            )
        });
    let unsettled = imported.unsettled.map(|periods| {
        format!(
            "No {} recorded in {periods}: outcomes taken as not known yet.",
            definition.words.event_many
        )
    });
    let current = output::counted(
        imported.current_people,
        &definition.words.one,
        &definition.words.many,
    );
    let is_scored = imported.dataset.purpose.is_for_scoring();
    let current = (is_scored && (periods.is_some() || unknown.is_some()))
        .then(|| format!("Currently {current}."));
    let told: Vec<String> = [periods, unsettled, unknown, current]
        .into_iter()
        .flatten()
        .collect();
    (!told.is_empty()).then(|| told.join(" "))
}

fn file_name(path: &str) -> String {
    std::path::Path::new(path).file_name().map_or_else(
        || path.to_owned(),
        |name| name.to_string_lossy().into_owned(),
    )
}

fn parse_purpose(text: &str) -> std::result::Result<Purpose, String> {
    text.parse()
        .map_err(|_| "use training, scoring or both".to_owned())
}
