//! `tenure use-case`.

use clap::Subcommand;
use serde_json::json;
use workflow::{Error, Result};

use super::input::read_input;
use super::outcome::Outcome;
use super::output;
use crate::settings::Config;

#[derive(Debug, Subcommand)]
pub enum UseCaseCommand {
    /// List the use cases of this installation
    List,
    /// Show the fields of a use case
    #[command(after_help = "Example: tenure use-case show attrition")]
    Show { id: String },
    /// Check a use-case file and report problems by line and key; policies may be built-in or from --use-cases
    #[command(after_help = "Example: tenure use-case check my-case.toml")]
    Check { file: String },
}

pub fn run(config: &Config, command: UseCaseCommand, as_json: bool) -> Result<Outcome> {
    match command {
        UseCaseCommand::List => {
            let catalog = config.catalog()?;
            for file in catalog.skipped() {
                eprintln!("warning: skipped {}: {}", file.path.display(), file.problem);
            }
            if as_json {
                let list: Vec<_> = catalog.use_cases().map(|use_case| json!({ "id": use_case.id, "title": use_case.title })).collect();
                output::json(&list)?;
            } else {
                let row = |use_case: &std::sync::Arc<model::UseCase>| {
                    vec![use_case.id.clone(), use_case.title.clone(), use_case.inputs().count().to_string(), use_case.target.column.clone()]
                };
                output::table(&["ID", "TITLE", "INPUTS", "TARGET"], &catalog.use_cases().map(row).collect::<Vec<_>>());
            }
        }
        UseCaseCommand::Show { id } => {
            let use_case = config.catalog()?.use_case(&id)?;
            if as_json {
                output::json(&*use_case)?;
            } else {
                output::line(&format!("{}: {}", use_case.title, use_case.description));
                let row = |field: &model::Field| {
                    let allowed = match field.range {
                        Some([low, high]) => format!("{low} to {high} {}", field.unit),
                        None => field.levels.join(", "),
                    };
                    vec![field.name.clone(), output::word(&field.kind), output::word(&field.role), allowed]
                };
                output::table(&["FIELD", "KIND", "ROLE", "ALLOWED"], &use_case.fields.iter().map(row).collect::<Vec<_>>());
            }
        }
        UseCaseCommand::Check { file } => {
            let text = String::from_utf8(read_input(&file)?).map_err(|_| Error::Invalid(format!("{file} is not UTF-8 text.")))?;
            match config.catalog()?.check(&text) {
                Ok(use_case) if as_json => output::json(&json!({ "id": use_case.id, "errors": [] }))?,
                Ok(use_case) => output::line(&format!(
                    "{file}: Use case {} is valid, with {}.",
                    use_case.id,
                    output::counted(use_case.inputs().count(), "input", "inputs")
                )),
                Err(errors) => {
                    if as_json {
                        output::json(&json!({ "errors": errors }))?;
                    } else {
                        for error in &errors {
                            output::line(&format!("{file}: {error}"));
                        }
                    }
                    return Ok(Outcome::Negative);
                }
            }
        }
    }
    Ok(Outcome::Done)
}
