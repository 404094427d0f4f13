//! Import from a tracking server of MLflow or from its SQLite file. What was taken is written down
//! item by item, so that a cut import goes on where it stopped, and another one takes nothing
//! twice.

mod models;
mod runs;

use std::path::PathBuf;

use data::mlflow::{ForeignExperiment, MlflowAddress, MlflowSource};
use data::sources::Secret;
use domain::{AuditEvent, Subject};
use serde::Serialize;
use store::tracking::{self, Labels};
use store::{artifacts, audit};

use super::names;
use crate::{Admin, Error, Result, Tenure};

/// What to import.
#[derive(Debug, Clone, Default)]
pub struct ImportOptions {
    /// `https://HOST` of a server, or `sqlite:///FILE` as MLflow writes it.
    pub uri: String,
    /// Where its token or password is: `env:NAME`, `file:PATH`; empty: none is needed.
    pub password: String,
    /// The folder with the files of runs, for a SQLite file.
    pub artifacts: Option<PathBuf>,
    /// Only look what there is.
    pub dry_run: bool,
}

/// How many of each kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct ImportedCounts {
    pub experiments: u64,
    pub runs: u64,
    pub metric_values: u64,
    pub files: u64,
    pub registered_models: u64,
    pub versions: u64,
}

/// Something that was left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NotTaken {
    pub what: String,
    pub why: String,
}

/// What an import did.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct ImportReport {
    pub dry_run: bool,
    /// Taken now; in a dry run: what would be.
    pub taken: ImportedCounts,
    /// Taken by an earlier import.
    pub known: ImportedCounts,
    pub not_taken: Vec<NotTaken>,
}

impl ImportReport {
    fn leave(&mut self, what: impl Into<String>, why: impl Into<String>) {
        self.not_taken.push(NotTaken {
            what: what.into(),
            why: why.into(),
        });
    }
}

/// Kinds of items, as they are written down.
const EXPERIMENT: &str = "experiment";
/// Runs have the same id everywhere; so have their files.
const RUN_SOURCE: &str = "mlflow";

/// What the parts of an import have in common.
struct Importing<'a> {
    tenure: &'a Tenure,
    admin: &'a Admin<'a>,
    source: MlflowSource,
    /// By which the source is known again.
    key: String,
    dry_run: bool,
    report: ImportReport,
}

pub(super) fn unreadable(error: &data::sources::SourceError) -> Error {
    let text = error.to_string();
    Error::Invalid(domain::format::sentence(&text))
}

impl Tenure {
    /// Imports everything that is not here yet. `told` hears of each experiment.
    ///
    /// # Errors
    /// When the source cannot be read, or the store fails. What was taken until then stays, and the
    /// next import goes on from there.
    pub async fn import_mlflow(
        &self,
        admin: &Admin<'_>,
        options: &ImportOptions,
        told: impl Fn(&str),
    ) -> Result<ImportReport> {
        let password = Secret::parse(&options.password)
            .and_then(|place| place.read())
            .map_err(|error| unreadable(&error))?;
        let address = MlflowAddress {
            uri: options.uri.clone(),
            password,
            artifacts: options.artifacts.clone(),
            hosts: self.source_hosts.clone(),
        };
        let source = MlflowSource::open(&address)
            .await
            .map_err(|error| unreadable(&error))?;
        let mut import = Importing {
            tenure: self,
            admin,
            source,
            key: options.uri.trim_end_matches('/').to_owned(),
            dry_run: options.dry_run,
            report: ImportReport {
                dry_run: options.dry_run,
                ..ImportReport::default()
            },
        };
        let experiments = import
            .source
            .experiments()
            .await
            .map_err(|error| unreadable(&error))?;
        for experiment in &experiments {
            told(&experiment.name);
            let ours = import.experiment(experiment).await?;
            import.runs(experiment, &ours).await?;
            // Only now: an archived experiment takes no runs.
            import.archive(experiment, &ours).await?;
        }
        import.models().await?;
        import.note().await?;
        Ok(import.report)
    }
}

impl Importing<'_> {
    /// Our id of an experiment, which is made where there is none.
    async fn experiment(&mut self, foreign: &ForeignExperiment) -> Result<String> {
        let store = &self.tenure.store;
        let known =
            tracking::taken(&mut store.read().await?, &self.key, EXPERIMENT, &foreign.id).await?;
        if let Some(ours) = known {
            self.report.known.experiments += 1;
            return Ok(ours);
        }
        self.report.taken.experiments += 1;
        if self.dry_run {
            return Ok(String::new());
        }
        let mut writer = store.begin().await?;
        let all = tracking::experiments(&mut writer).await?;
        let is_default = foreign.id == "0" && foreign.name == "Default";
        let taken =
            |name: &str| all.iter().any(|own| own.name == name) || self.tenure.is_use_case(name);
        let ours = if is_default {
            "0".to_owned()
        } else {
            let base = names::title("experiment", &foreign.name)
                .map_or_else(|_| format!("experiment {}", foreign.id), str::to_owned);
            let name = std::iter::once(base.clone())
                .chain((1..).map(|number| match number {
                    1 => format!("{base} (MLflow)"),
                    number => format!("{base} (MLflow {number})"),
                }))
                .find(|name| !taken(name))
                .unwrap_or(base);
            let mut number = tracking::next_experiment_number(&mut writer).await?;
            while self.tenure.is_use_case(&number.to_string()) {
                number += 1;
            }
            let now = store::now();
            let experiment = tracking::Experiment {
                experiment_id: number.to_string(),
                number,
                name,
                author: self.admin.name().clone(),
                created_at: now,
                updated_at: now,
                archived_at: None,
            };
            tracking::insert_experiment(&mut writer, &experiment).await?;
            experiment.experiment_id
        };
        for (key, value) in &foreign.tags {
            match names::name("tag", key).and_then(|key| Ok((key, names::tag(key, value)?))) {
                Ok((key, value)) => {
                    tracking::set_label(&mut writer, &Labels::Experiment(&ours), key, value)
                        .await?;
                }
                Err(error) => self.report.leave(
                    format!("tag {key} of experiment {}", foreign.name),
                    error.to_string(),
                ),
            }
        }
        tracking::take(&mut writer, &self.key, EXPERIMENT, &foreign.id, &ours).await?;
        writer.commit().await?;
        Ok(ours)
    }

    /// Archives our copy of an experiment that is deleted there.
    async fn archive(&self, foreign: &ForeignExperiment, ours: &str) -> Result<()> {
        if self.dry_run || !foreign.archived || ours == "0" {
            return Ok(());
        }
        let mut writer = self.tenure.store.begin().await?;
        let found = self.tenure.find_experiment(&mut writer, ours).await?;
        if !found.archived {
            tracking::set_experiment_state(&mut writer, ours, true).await?;
            writer.commit().await?;
        }
        Ok(())
    }

    /// Writes down that there was an import, unless it took nothing.
    async fn note(&self) -> Result<()> {
        if self.dry_run || self.report.taken == ImportedCounts::default() {
            return Ok(());
        }
        let taken = self.report.taken;
        let event = AuditEvent::MlflowImport {
            source: artifacts::hash(self.key.as_bytes()),
            experiments: taken.experiments,
            runs: taken.runs,
            files: taken.files,
            models: taken.registered_models,
            versions: taken.versions,
            not_taken: self.report.not_taken.len() as u64,
        };
        let mut writer = self.tenure.store.begin().await?;
        audit::append(&mut writer, self.admin.name(), &Subject::AuditLog, &event).await?;
        writer.commit().await?;
        Ok(())
    }
}
