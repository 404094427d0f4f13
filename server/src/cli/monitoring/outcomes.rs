//! `tenure outcomes`.

use std::sync::Arc;

use clap::{Args, Subcommand};
use data::OutcomeColumns;
use workflow::{Actor, Matching, OutcomesImport, Result};

use crate::cli::input::{match_rule, read_input};
use crate::cli::outcome::Outcome;
use crate::cli::output;
use crate::cli::reading::Reading;
use crate::cli::use_case_arg::UseCaseArg;
use crate::settings::Config;

#[expect(clippy::large_enum_variant, reason = "one value, parsed once")]
#[derive(Debug, Subcommand)]
pub enum OutcomesCommand {
    /// Check a file of outcomes (person, date, outcome, reason) and join it with the prediction log
    #[command(
        after_help = "Examples: tenure outcomes import leavers-october.csv --use-case attrition --complete-until 2026-11-01\n          \
                            tenure outcomes import exits.csv --use-case attrition --person PersNo --date \"Exit date\" --leavers-only"
    )]
    Import(Import),
    /// Take a file of outcomes out of use: what it says counts no more
    #[command(
        after_help = "Example: tenure outcomes withdraw 0190 --reason \"the file of another year\""
    )]
    Withdraw {
        /// Id of the file, as shown by tenure outcomes list, or a prefix that fits only one
        id: String,
        /// Why it is withdrawn; kept in the audit log
        #[arg(long)]
        reason: String,
    },
    /// List the files of outcomes, and show the performance of the scores of each cycle
    List {
        #[command(flatten)]
        use_case: UseCaseArg,
    },
}

#[derive(Debug, Args)]
pub struct Import {
    /// File (CSV, Excel, OpenDocument, Parquet, Arrow, JSON lines), or - for standard input
    file: String,
    #[command(flatten)]
    use_case: UseCaseArg,
    /// The file lists all leavers up to this day, YYYY-MM-DD; everyone else counts as a stayer
    #[arg(long)]
    complete_until: Option<String>,
    /// Prediction horizon in days [default: that of the use case, 365 where it states none]
    #[arg(long)]
    horizon_days: Option<i64>,
    /// Column with the person [default: the ID column of the use case, or a usual name]
    #[arg(long, value_name = "COL")]
    person: Option<String>,
    /// Column with the day [default: date, or a usual name]
    #[arg(long, value_name = "COL")]
    date: Option<String>,
    /// Column with the outcome [default: the target of the use case, or a usual name]
    #[arg(long, value_name = "COL")]
    outcome: Option<String>,
    /// Column with the reason [default: reason, or a usual name]
    #[arg(long, value_name = "COL")]
    reason: Option<String>,
    /// Every row is a leaver; the file needs no column with the outcome
    #[arg(long)]
    leavers_only: bool,
    /// Differences between identifiers that do not count: leading-zeros, whole-numbers, case,
    /// blanks (separated by commas), or exact
    #[arg(long = "match", value_name = "RULE")]
    matching: Option<String>,
    /// Accept a file with many leavers who were never imported or scored
    #[arg(long)]
    allow_unmatched: bool,
    #[command(flatten)]
    reading: Reading,
}

impl Import {
    /// The import, with the file's bytes.
    fn read(self, use_case: String) -> Result<OutcomesImport> {
        let name = std::path::Path::new(&self.file).file_name().map_or_else(
            || self.file.clone(),
            |name| name.to_string_lossy().into_owned(),
        );
        let (person, date, outcome, reason) = (self.person, self.date, self.outcome, self.reason);
        Ok(OutcomesImport {
            bytes: read_input(&self.file)?,
            name,
            use_case,
            options: self.reading.options()?,
            columns: OutcomeColumns {
                person,
                date,
                outcome,
                reason,
                leavers_only: self.leavers_only,
            },
            matching: Matching {
                rule: self.matching.as_deref().map(match_rule).transpose()?,
                allow_unmatched: self.allow_unmatched,
            },
            complete_until: self.complete_until,
            horizon_days: self.horizon_days,
            simulated: false,
        })
    }
}

pub async fn run(config: &Config, command: OutcomesCommand, as_json: bool) -> Result<Outcome> {
    match command {
        OutcomesCommand::Import(command) => {
            let catalog = config.catalog()?;
            let use_case = command.use_case.before_opening(config, &catalog).await?;
            let import = command.read(use_case)?;
            let of_file = catalog
                .definition(&import.use_case)
                .map(|definition| Arc::clone(&definition.use_case));
            let definition = match of_file {
                // A use case that no file defines may lie in the store, where there is one.
                None if config.has_store() => config.open().await?.use_case(&import.use_case)?,
                None => catalog.use_case(&import.use_case)?,
                Some(definition) => definition,
            };
            workflow::check_outcomes(&import.bytes, &import.options, &import.columns, &definition)?;
            let imported = config
                .open()
                .await?
                .import_outcomes(&Actor::local().admin()?, import)
                .await?;
            if as_json {
                output::json(&imported)?;
            } else {
                let import = &imported.import;
                let known = if imported.new {
                    "stored"
                } else {
                    "already imported"
                };
                let span = format!("{} to {}", import.first_day, import.last_day);
                output::line(&format!(
                    "Outcomes {} ({known}): {}, {}, {span}",
                    import.import_id,
                    output::counted(import.row_count, "row", "rows"),
                    output::counted(
                        import.event_count,
                        &definition.words.event_one,
                        &definition.words.event_many
                    )
                ));
                imported
                    .report
                    .sentences(&definition.words)
                    .iter()
                    .for_each(|sentence| output::line(sentence));
                if imported.never_scored > 0 {
                    output::line(&format!(
                        "Never scored: {} in the file.",
                        output::counted(imported.never_scored, "person", "people")
                    ));
                }
            }
        }
        OutcomesCommand::Withdraw { id, reason } => {
            let tenure = config.open().await?;
            let import = tenure
                .withdraw_outcomes(&Actor::local().admin()?, None, &id, &reason)
                .await?;
            if as_json {
                output::json(&import)?;
            } else {
                output::line(&format!(
                    "Outcomes {} ({}) withdrawn.",
                    import.import_id, import.name
                ));
            }
        }
        OutcomesCommand::List { use_case } => {
            let tenure = config.open().await?;
            let use_case = use_case.resolve(&tenure).await?;
            let coverage = tenure
                .outcomes_coverage(&Actor::local().member()?, &use_case)
                .await?;
            if as_json {
                output::json(
                    &serde_json::json!({ "imports": coverage.imports, "cohorts": coverage.cohorts }),
                )?;
            } else {
                let row = |cohort: &workflow::CohortView| {
                    let (left, auc) = match &cohort.realized {
                        Some(realized) => {
                            (realized.left.to_string(), output::figure(&realized.roc_auc))
                        }
                        None => ("–".into(), "too few known outcomes".into()),
                    };
                    vec![
                        cohort.as_of.to_string(),
                        cohort.until.to_string(),
                        cohort.scored.to_string(),
                        cohort.known.to_string(),
                        left,
                        auc,
                    ]
                };
                let file = |import: &workflow::OutcomesFile| {
                    let state = import.withdrawn_at.map_or("", |_| "withdrawn");
                    vec![
                        import.import_id.clone(),
                        import.name.clone(),
                        import.row_count.to_string(),
                        import.event_count.to_string(),
                        format!("{} to {}", import.first_day, import.last_day),
                        state.to_owned(),
                    ]
                };
                output::table(
                    &["OUTCOMES", "FILE", "ROWS", "EVENTS", "PERIOD", ""],
                    &coverage.imports.iter().map(file).collect::<Vec<_>>(),
                );
                output::line("");
                output::table(
                    &["SCORED ON", "UNTIL", "SCORED", "KNOWN", "LEFT", "ROC AUC"],
                    &coverage.cohorts.iter().map(row).collect::<Vec<_>>(),
                );
            }
        }
    }
    Ok(Outcome::Done)
}
