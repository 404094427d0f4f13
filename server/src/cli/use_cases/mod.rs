//! `tenure use-case`.

mod features;
mod init;

use std::sync::Arc;

use clap::Subcommand;
use serde_json::json;
use workflow::{Actor, Definition, Error, Result};

use crate::cli::blocking::run_blocking;
use crate::cli::input::read_input;
use crate::cli::outcome::Outcome;
use crate::cli::output;
use crate::settings::Config;

#[expect(clippy::large_enum_variant, reason = "one value, parsed once")]
#[derive(Debug, Subcommand)]
pub enum UseCaseCommand {
    /// List the use cases of this installation
    List,
    /// Draft a use-case file from a file with people and their outcomes, and try it
    Init(init::Init),
    /// Show the fields of a use case
    #[command(after_help = "Example: tenure use-case show attrition --toml > my-case.toml")]
    Show {
        /// Use case, for example attrition
        id: String,
        /// Print its TOML text
        #[arg(long)]
        toml: bool,
    },
    /// Check a use-case file and report all problems by line and key; policies may be built-in or
    /// from --use-cases
    #[command(after_help = "Example: tenure use-case check my-case.toml")]
    Check {
        /// Use-case file, or - for standard input
        file: String,
    },
    /// Keep a use case in the store; it is in force from then on
    #[command(after_help = "Example: tenure use-case import my-case.toml")]
    Import {
        /// Use-case file, or - for standard input
        file: String,
    },
    /// Write the TOML text of a use case, or of one of its versions in the store
    #[command(
        after_help = "Example: tenure use-case export my-case --version 2 --out my-case.toml"
    )]
    Export {
        /// Use case, for example attrition
        id: String,
        /// Version in the store [default: the definition in force]
        #[arg(long)]
        version: Option<u32>,
        /// File to write [default: print it]
        #[arg(long, value_name = "FILE")]
        out: Option<String>,
    },
    /// Show the feature catalog: every field and derived field with its source, the versions that
    /// read it, and its missing values and drift over time
    #[command(after_help = "Example: tenure use-case features attrition")]
    Features {
        /// Use case, for example attrition [default: the only one with data]
        id: Option<String>,
    },
    /// Show what changed between two versions of a use case in the store, line by line
    #[command(after_help = "Example: tenure use-case diff my-case 1 2")]
    Diff {
        /// Use case, for example attrition
        id: String,
        /// Older version
        old: u32,
        /// Newer version
        new: u32,
    },
    /// List the versions of a use case in the store
    Versions {
        /// Use case, for example attrition
        id: String,
    },
}

/// The use cases that are in force: of the files, and of the store where there is one.
async fn in_force(config: &Config) -> Result<Vec<Arc<Definition>>> {
    if !config.has_store() {
        return Ok(config.catalog()?.use_cases().cloned().collect());
    }
    let tenure = config.open().await?;
    tenure
        .use_cases()
        .iter()
        .map(|use_case| tenure.definition(&use_case.id))
        .collect()
}

/// One of them.
async fn definition(config: &Config, id: &str) -> Result<Arc<Definition>> {
    if config.has_store() {
        return config.open().await?.definition(id);
    }
    let catalog = config.catalog()?;
    match catalog.definition(id) {
        Some(definition) => Ok(Arc::clone(definition)),
        // For the sentence that names those there are.
        None => catalog
            .use_case(id)
            .and_then(|_| Err(Error::internal("the use case has no definition"))),
    }
}

fn read_text(file: &str) -> Result<String> {
    String::from_utf8(read_input(file)?)
        .map_err(|_| Error::Invalid(format!("{file} is not UTF-8 text.")))
}

pub async fn run(config: &Config, command: UseCaseCommand, as_json: bool) -> Result<Outcome> {
    match command {
        UseCaseCommand::List => {
            for file in config.catalog()?.skipped() {
                eprintln!("warning: skipped {}: {}", file.path.display(), file.problem);
            }
            let list = in_force(config).await?;
            if as_json {
                let row = |own: &Arc<Definition>| json!({ "id": own.id(), "title": own.use_case.title, "origin": own.origin });
                output::json(&list.iter().map(row).collect::<Vec<_>>())?;
            } else {
                let row = |own: &Arc<Definition>| {
                    let use_case = &own.use_case;
                    let inputs = use_case.inputs().count().to_string();
                    vec![
                        use_case.id.clone(),
                        use_case.title.clone(),
                        inputs,
                        use_case.target.column.clone(),
                        own.origin.to_string(),
                    ]
                };
                output::table(
                    &["ID", "TITLE", "INPUTS", "TARGET", "DEFINED IN"],
                    &list.iter().map(row).collect::<Vec<_>>(),
                );
            }
        }
        UseCaseCommand::Init(command) => {
            let config = config.clone();
            return run_blocking(move || init::run(&config, command, as_json)).await;
        }
        UseCaseCommand::Show { id, toml } => {
            let definition = definition(config, &id).await?;
            let use_case = &definition.use_case;
            if toml {
                output::line(definition.text.trim_end());
            } else if as_json {
                output::json(&**use_case)?;
            } else {
                output::line(&format!("{}: {}", use_case.title, use_case.description));
                let row = |field: &model::Field| {
                    let allowed = match field.range {
                        Some([low, high]) => format!("{low} to {high} {}", field.unit),
                        None => field.levels.join(", "),
                    };
                    vec![
                        field.name.clone(),
                        output::word(&field.kind),
                        output::word(&field.role),
                        allowed,
                    ]
                };
                output::table(
                    &["FIELD", "KIND", "ROLE", "ALLOWED"],
                    &use_case.fields.iter().map(row).collect::<Vec<_>>(),
                );
            }
        }
        UseCaseCommand::Import { file } => {
            let imported = config
                .open()
                .await?
                .import_use_case(&Actor::local().admin()?, read_text(&file)?)
                .await?;
            let own = &imported.definition;
            if as_json {
                output::json(&imported)?;
            } else {
                let known = if imported.new {
                    "stored"
                } else {
                    "already stored"
                };
                output::line(&format!(
                    "Version {} of the use case {} ({known}), hash {}",
                    own.version,
                    own.use_case,
                    &own.content_hash[..12]
                ));
            }
        }
        UseCaseCommand::Export { id, version, out } => {
            let text = match version {
                None => definition(config, &id).await?.text.clone(),
                Some(_) => {
                    config
                        .open()
                        .await?
                        .use_case_text(&Actor::local().member()?, &id, version)
                        .await?
                }
            };
            match out {
                None => output::line(text.trim_end()),
                Some(file) => {
                    std::fs::write(&file, &text)
                        .map_err(|error| Error::Invalid(format!("{file}: {error}")))?;
                    eprintln!("Written to {file}.");
                }
            }
        }
        UseCaseCommand::Features { id } => {
            let tenure = config.open().await?;
            let actor = Actor::local();
            let id = match id {
                Some(id) => id,
                None => tenure.only_use_case(&actor.member()?).await?,
            };
            let catalog = tenure.feature_catalog(&actor.member()?, &id).await?;
            if as_json {
                output::json(&catalog)?;
            } else {
                features::print(&catalog);
            }
        }
        UseCaseCommand::Diff { id, old, new } => {
            let changes = config
                .open()
                .await?
                .definition_changes(&Actor::local().member()?, &id, [old, new])
                .await?;
            if as_json {
                output::json(&changes)?;
            } else {
                print_changes(&changes);
            }
        }
        UseCaseCommand::Versions { id } => {
            print_versions(
                &config
                    .open()
                    .await?
                    .use_case_versions(&Actor::local().member()?, &id)
                    .await?,
                as_json,
            )?;
        }
        UseCaseCommand::Check { file } => {
            let text = read_text(&file)?;
            match config.catalog()?.check(&text) {
                Ok(use_case) if as_json => {
                    output::json(&json!({ "id": use_case.id, "errors": [] }))?
                }
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

/// Lines that differ, with three lines around them.
fn print_changes(changes: &[workflow::DiffLine]) {
    let shown = workflow::with_context(changes, 3);
    if shown.is_empty() {
        output::line("The versions do not differ.");
    }
    for line in shown {
        match line {
            None => output::line("…"),
            Some(line) => {
                let sign = match line.change {
                    workflow::LineChange::Same => ' ',
                    workflow::LineChange::Removed => '-',
                    workflow::LineChange::Added => '+',
                };
                output::line(format!("{:>5} {sign} {}", line.number, line.text).trim_end());
            }
        }
    }
}

fn print_versions(versions: &[store::use_cases::Definition], as_json: bool) -> Result<()> {
    if as_json {
        let row = |own: &store::use_cases::Definition| {
            json!({
                "version": own.version,
                "origin": own.origin,
                "content_hash": own.content_hash,
                "created_by": own.created_by,
                "created_at": own.created_at,
            })
        };
        return output::json(&versions.iter().map(row).collect::<Vec<_>>());
    }
    let row = |own: &store::use_cases::Definition| {
        let hash = own.content_hash.chars().take(12).collect();
        vec![
            own.version.to_string(),
            own.origin.to_string(),
            own.created_at.long(),
            own.created_by.to_string(),
            hash,
        ]
    };
    output::table(
        &["VERSION", "DEFINED IN", "RECORDED", "BY", "HASH"],
        &versions.iter().map(row).collect::<Vec<_>>(),
    );
    Ok(())
}
