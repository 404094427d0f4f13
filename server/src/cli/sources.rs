//! `tenure source`.

use clap::Subcommand;
use workflow::{Actor, NewSource, Result};

use super::input::read_input;
use super::outcome::Outcome;
use super::output;
use super::use_case_arg::UseCaseArg;
use crate::settings::Config;

#[derive(Debug, Subcommand)]
pub enum SourceCommand {
    /// Name a query against a database or a folder, from which data is imported
    #[command(
        after_help = "Examples: tenure source add hr --use-case attrition --address postgres://reader@db.example/hr --password env:HR_PASSWORD --query people.sql\n          \
                            tenure source add exports --use-case attrition --address 'file:///srv/hr/people-*.csv?newest=name'"
    )]
    Add {
        /// Lowercase letters, digits and hyphens
        name: String,
        #[command(flatten)]
        use_case: UseCaseArg,
        /// postgres://USER@HOST/DATABASE, sqlserver://USER@HOST/DATABASE or sqlite://PATH, without a password and with an account
        /// that may only read; or the newest file of a folder, file:///PATH/*.csv?newest=name (or
        /// time)
        #[arg(long)]
        address: String,
        /// File with one SELECT, or - for standard input; for databases that rows come from
        #[arg(long, value_name = "FILE")]
        query: Option<String>,
        /// Where the password is: env:NAME or file:PATH [default: none is needed]
        #[arg(long, default_value = "", hide_default_value = true)]
        password: String,
        /// Most rows that a result may have [default: 5000000]
        #[arg(long)]
        rows: Option<usize>,
        /// Seconds that the query may take [default: 300]
        #[arg(long)]
        seconds: Option<u64>,
    },
    /// List sources
    List {
        /// Use case, for example attrition [default: all]
        #[arg(long)]
        use_case: Option<String>,
    },
    /// Run the query of a source, or read its newest file, and show the columns; nothing is stored
    Test {
        name: String,
        #[command(flatten)]
        use_case: UseCaseArg,
    },
    /// Remove a source; what was imported from it stays
    Remove {
        name: String,
        #[command(flatten)]
        use_case: UseCaseArg,
    },
}

pub async fn run(config: &Config, command: SourceCommand, as_json: bool) -> Result<Outcome> {
    let (tenure, actor) = (config.open().await?, Actor::local());
    match command {
        SourceCommand::Add {
            name,
            use_case,
            address,
            query,
            password,
            rows,
            seconds,
        } => {
            let use_case = use_case.resolve(&tenure).await?;
            let query = match query {
                Some(file) => String::from_utf8(read_input(&file)?)
                    .map_err(|_| workflow::Error::Invalid(format!("{file} is not UTF-8 text.")))?,
                None => String::new(),
            };
            let new = NewSource {
                use_case,
                name,
                address,
                query,
                secret: password,
                rows,
                seconds,
            };
            let source = tenure.add_source(&actor.admin()?, new).await?;
            if as_json {
                output::json(&source)?;
            } else {
                output::line(&format!(
                    "Source {} added. Try it: tenure source test {} --use-case {}",
                    source.name, source.name, source.use_case
                ));
            }
        }
        SourceCommand::List { use_case } => {
            let sources = tenure
                .data_sources(&actor.admin()?, use_case.as_deref())
                .await?;
            if as_json {
                output::json(&sources)?;
            } else {
                let row = |source: &store::sources::Source| {
                    vec![
                        source.name.clone(),
                        source.use_case.to_string(),
                        source.address.clone(),
                        source.secret.clone(),
                    ]
                };
                output::table(
                    &["SOURCE", "USE CASE", "ADDRESS", "PASSWORD"],
                    &sources.iter().map(row).collect::<Vec<_>>(),
                );
            }
        }
        SourceCommand::Test { name, use_case } => {
            let use_case = use_case.resolve(&tenure).await?;
            let rows = tenure
                .test_source(&actor.admin()?, &use_case, &name)
                .await?;
            if as_json {
                output::json(&rows)?;
            } else {
                output::line(&rows.sentence(&name));
            }
        }
        SourceCommand::Remove { name, use_case } => {
            let use_case = use_case.resolve(&tenure).await?;
            tenure
                .remove_source(&actor.admin()?, &use_case, &name)
                .await?;
            output::line(&format!("Source {name} removed."));
        }
    }
    Ok(Outcome::Done)
}
