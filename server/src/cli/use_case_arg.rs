//! The use case that a command is about: named, or the only one.

use clap::Args;
use workflow::{Actor, PolicyCatalog, Result, Tenure};

use crate::settings::Config;

/// `--use-case`, which may be left out where only one can be meant.
#[derive(Debug, Clone, Default, Args)]
pub struct UseCaseArg {
    /// Use case, for example attrition [default: the only one with data]
    #[arg(long)]
    use_case: Option<String>,
}

impl UseCaseArg {
    /// What was named.
    pub fn named(&self) -> Option<&str> {
        self.use_case.as_deref()
    }

    /// The use case; one that was not named is told on the error stream.
    ///
    /// # Errors
    /// When none was named and there are several, naming them.
    pub async fn resolve(&self, tenure: &Tenure) -> Result<String> {
        match &self.use_case {
            Some(id) => Ok(id.clone()),
            None => {
                let id = tenure.only_use_case(&Actor::local().member()?).await?;
                eprintln!("Use case: {id}");
                Ok(id)
            }
        }
    }

    /// As [`UseCaseArg::resolve`], for commands that open no store before their input is checked:
    /// one is looked into only when no use case was named and there is a store.
    ///
    /// # Errors
    /// As [`UseCaseArg::resolve`], or when the store cannot be opened.
    pub async fn before_opening(&self, config: &Config, catalog: &PolicyCatalog) -> Result<String> {
        match &self.use_case {
            Some(id) => Ok(id.clone()),
            None if config.has_store() => self.resolve(&config.open().await?).await,
            None => self.of_catalog(catalog),
        }
    }

    /// The use case of a command without a store.
    ///
    /// # Errors
    /// When none was named and there are several, naming them.
    pub fn of_catalog(&self, catalog: &PolicyCatalog) -> Result<String> {
        match &self.use_case {
            Some(id) => Ok(id.clone()),
            None => catalog.only_use_case(),
        }
    }
}
