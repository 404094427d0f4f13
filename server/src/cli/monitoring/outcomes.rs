//! `tenure outcomes`.

use std::sync::Arc;

use clap::Subcommand;
use workflow::{Actor, OutcomesImport, Result};

use crate::cli::input::read_input;
use crate::cli::outcome::Outcome;
use crate::cli::output;
use crate::settings::Config;

#[derive(Debug, Subcommand)]
pub enum OutcomesCommand {
    /// Check a CSV or Parquet file of outcomes (person, date, outcome, reason) and join it with the prediction log
    #[command(after_help = "Example: tenure outcomes import leavers-october.csv --use-case attrition --complete-until 2026-11-01")]
    Import {
        /// CSV or Parquet file, or - for standard input
        file: String,
        /// Use case, for example attrition
        #[arg(long)]
        use_case: String,
        /// The file lists all leavers up to this day, YYYY-MM-DD; everyone else counts as a stayer
        #[arg(long)]
        complete_until: Option<String>,
        /// Prediction horizon in days [default: that of the use case, 365 where it states none]
        #[arg(long)]
        horizon_days: Option<i64>,
    },
    /// Show the performance of the scores of each cycle
    List {
        /// Use case, for example attrition
        #[arg(long)]
        use_case: String,
    },
}

pub async fn run(config: &Config, command: OutcomesCommand, as_json: bool) -> Result<Outcome> {
    match command {
        OutcomesCommand::Import { file, use_case, complete_until, horizon_days } => {
            let bytes = read_input(&file)?;
            let catalog = config.catalog()?;
            let of_file = catalog.definition(&use_case).map(|definition| Arc::clone(&definition.use_case));
            let definition = match of_file {
                // A use case that no file defines may lie in the store, where there is one.
                None if config.has_store() => config.open().await?.use_case(&use_case)?,
                None => catalog.use_case(&use_case)?,
                Some(definition) => definition,
            };
            workflow::check_outcomes(&bytes, &definition)?;
            let name = std::path::Path::new(&file).file_name().map_or_else(|| file.clone(), |name| name.to_string_lossy().into_owned());
            let import = OutcomesImport { use_case, name, bytes, complete_until, horizon_days, simulated: false };
            let imported = config.open().await?.import_outcomes(&Actor::local().admin()?, import).await?;
            if as_json {
                output::json(&imported)?;
            } else {
                let import = &imported.import;
                let known = if imported.new { "stored" } else { "already imported" };
                let span = format!("{} to {}", import.first_day, import.last_day);
                output::line(&format!(
                    "Outcomes {} ({known}): {}, {}, {span}",
                    import.import_id,
                    output::counted(import.row_count, "row", "rows"),
                    output::counted(import.event_count, &definition.words.event_one, &definition.words.event_many)
                ));
                if imported.never_scored > 0 {
                    output::line(&format!("Never scored: {} in the file.", output::counted(imported.never_scored, "person", "people")));
                }
            }
        }
        OutcomesCommand::List { use_case } => {
            let coverage = config.open().await?.outcomes_coverage(&Actor::local().member()?, &use_case).await?;
            if as_json {
                let cohort = |cohort: &workflow::CohortView| serde_json::json!({ "as_of": cohort.as_of, "until": cohort.until, "scored": cohort.scored, "known": cohort.known, "realized": cohort.realized });
                output::json(
                    &serde_json::json!({ "imports": coverage.imports, "cohorts": coverage.cohorts.iter().map(cohort).collect::<Vec<_>>() }),
                )?;
            } else {
                let row = |cohort: &workflow::CohortView| {
                    let (left, auc) = match &cohort.realized {
                        Some(realized) => (realized.left.to_string(), output::figure(&realized.roc_auc)),
                        None => ("–".into(), "too few known outcomes".into()),
                    };
                    vec![cohort.as_of.to_string(), cohort.until.to_string(), cohort.scored.to_string(), cohort.known.to_string(), left, auc]
                };
                output::table(
                    &["SCORED ON", "UNTIL", "SCORED", "KNOWN", "LEFT", "ROC AUC"],
                    &coverage.cohorts.iter().map(row).collect::<Vec<_>>(),
                );
            }
        }
    }
    Ok(Outcome::Done)
}
