//! `tenure use-case`.

mod init;

use clap::Subcommand;
use serde_json::json;
use workflow::{Error, Result};

use crate::cli::input::read_input;
use crate::cli::outcome::Outcome;
use crate::cli::output;
use crate::settings::Config;

#[derive(Debug, Subcommand)]
pub enum UseCaseCommand {
    /// List the use cases of this installation
    List,
    /// Draft a use-case file from a file with people and their outcomes, and try it
    Init(init::Init),
    /// Show the fields of a use case
    #[command(after_help = "Example: tenure use-case show attrition --toml > copy.toml")]
    Show {
        id: String,
        /// Print the use-case file, with every key
        #[arg(long)]
        toml: bool,
    },
    /// Check a use-case file and report all problems by line and key; policies may be built-in or from --use-cases
    #[command(after_help = "Example: tenure use-case check my-case.toml")]
    Check { file: String },
}

pub fn run(config: &Config, command: UseCaseCommand, as_json: bool) -> Result<Outcome> {
    match command {
        UseCaseCommand::List => {
            let catalog = config.catalog()?;
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
        UseCaseCommand::Init(command) => return init::run(config, command, as_json),
        UseCaseCommand::Show { id, toml } => {
            let use_case = config.catalog()?.use_case(&id)?;
            if toml {
                let text = data::to_toml(&use_case, data::Keys::All, &|_| Vec::new()).map_err(Error::caused)?;
                output::line(text.trim_end());
            } else if as_json {
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
