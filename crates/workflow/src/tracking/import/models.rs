//! Registered models of an import. What would say that something is in service is left out.

use data::mlflow::{ForeignModel, ForeignVersion};
use store::tracking::{self, Labels, RegisteredModel, RegisteredVersion};

use super::{Importing, unreadable};
use crate::Result;
use crate::tracking::artifacts::run_uri;
use crate::tracking::ids::run_id_of;
use crate::tracking::names;

const MODEL: &str = "model";
const VERSION: &str = "version";

impl Importing<'_> {
    /// Takes registered models with their versions, tags and aliases.
    pub(super) async fn models(&mut self) -> Result<()> {
        let models = self
            .source
            .models()
            .await
            .map_err(|error| unreadable(&error))?;
        for model in &models {
            let Some(name) = self.model(model).await? else {
                continue;
            };
            let mut numbers = Vec::new();
            for version in &model.versions {
                if let Some(number) = self.version(model, version, &name).await? {
                    numbers.push((version.version, number));
                }
            }
            self.aliases(model, &name, &numbers).await?;
        }
        Ok(())
    }

    async fn taken(&self, kind: &str, item: &str) -> Result<Option<String>> {
        let mut reader = self.tenure.store.read().await?;
        Ok(tracking::taken(&mut reader, &self.key, kind, item).await?)
    }

    /// Our name of a registered model, which is made where there is none. `None` in a dry run.
    async fn model(&mut self, foreign: &ForeignModel) -> Result<Option<String>> {
        if let Some(name) = self.taken(MODEL, &foreign.name).await? {
            self.report.known.registered_models += 1;
            return Ok(Some(name));
        }
        let base = match names::title("registered model", &foreign.name) {
            Ok(name) if !name.contains(['/', ':']) => name.to_owned(),
            Ok(_) | Err(_) => {
                let what = format!("registered model {}", foreign.name);
                self.report.leave(what, "Its name cannot be kept.");
                return Ok(None);
            }
        };
        self.report.taken.registered_models += 1;
        if self.dry_run {
            self.report.taken.versions += foreign.versions.len() as u64;
            return Ok(None);
        }
        let mut writer = self.tenure.store.begin_patiently().await?;
        let mut name = base.clone();
        let mut number = 1;
        while self.tenure.is_use_case(&name)
            || tracking::registered_model(&mut writer, &name)
                .await?
                .is_some()
        {
            name = format!("{base} (MLflow {number})");
            number += 1;
        }
        let now = store::now();
        let model = RegisteredModel {
            name: name.clone(),
            description: foreign.description.chars().take(5000).collect(),
            newest: 0,
            author: self.admin.name().clone(),
            created_at: now,
            updated_at: now,
        };
        tracking::insert_registered_model(&mut writer, &model).await?;
        for (key, value) in allowed(&foreign.tags) {
            tracking::set_label(&mut writer, &Labels::RegisteredModel(&name), key, value).await?;
        }
        tracking::take(&mut writer, &self.key, MODEL, &foreign.name, &name).await?;
        writer.commit().await?;
        Ok(Some(name))
    }

    /// Takes a version; gives its number here.
    async fn version(
        &mut self,
        model: &ForeignModel,
        foreign: &ForeignVersion,
        name: &str,
    ) -> Result<Option<i64>> {
        let item = format!("{}/{}", model.name, foreign.version);
        if let Some(number) = self.taken(VERSION, &item).await? {
            self.report.known.versions += 1;
            return Ok(number.parse().ok());
        }
        if self.dry_run {
            self.report.taken.versions += 1;
            return Ok(None);
        }
        let stage = if foreign.stage == "Production" {
            self.report.leave(
                format!("stage Production of version {item}"),
                "Only a review puts a version into service. The version was taken without a stage.",
            );
            "None"
        } else {
            match foreign.stage.as_str() {
                "Staging" => "Staging",
                "Archived" => "Archived",
                _ => "None",
            }
        };
        let mut writer = self.tenure.store.begin_patiently().await?;
        // Its files are here when its run was taken.
        let run = match run_id_of(&foreign.run) {
            Ok(id) => tracking::client_run(&mut writer, &id).await?,
            Err(_) => None,
        };
        let rest = foreign
            .source
            .split_once("/artifacts/")
            .map(|(_, rest)| rest);
        let source = match (&run, rest) {
            (Some(run), Some(rest)) => format!("{}/{rest}", run_uri(&run.use_case, &run.run_id)),
            _ => {
                self.report.leave(
                    format!("files of version {item}"),
                    "They do not belong to a run that was taken. The address was kept as it was.",
                );
                foreign.source.clone()
            }
        };
        let now = store::now();
        let version = RegisteredVersion {
            model: name.to_owned(),
            version: 0,
            source,
            run_id: foreign.run.clone(),
            model_id: String::new(),
            run_link: String::new(),
            description: foreign.description.chars().take(5000).collect(),
            stage: stage.to_owned(),
            author: self.admin.name().clone(),
            created_at: now,
            updated_at: now,
        };
        let number = tracking::insert_registered_version(&mut writer, &version).await?;
        for (key, value) in allowed(&foreign.tags) {
            let labels = Labels::RegisteredVersion(name, number);
            tracking::set_label(&mut writer, &labels, key, value).await?;
        }
        tracking::take(&mut writer, &self.key, VERSION, &item, &number.to_string()).await?;
        writer.commit().await?;
        self.report.taken.versions += 1;
        Ok(Some(number))
    }

    async fn aliases(
        &mut self,
        model: &ForeignModel,
        name: &str,
        numbers: &[(i64, i64)],
    ) -> Result<()> {
        if self.dry_run {
            return Ok(());
        }
        for (alias, version) in &model.aliases {
            let Some((_, number)) = numbers.iter().find(|(theirs, _)| theirs == version) else {
                continue;
            };
            match names::alias(alias) {
                Ok(alias) => {
                    let mut writer = self.tenure.store.begin_patiently().await?;
                    tracking::set_registered_alias(&mut writer, name, alias, *number).await?;
                    writer.commit().await?;
                }
                Err(error) => {
                    let what = format!("alias {alias} of registered model {}", model.name);
                    self.report.leave(what, error.to_string());
                }
            }
        }
        Ok(())
    }
}

/// Tags that can be kept.
fn allowed(tags: &[(String, String)]) -> impl Iterator<Item = (&str, &str)> {
    tags.iter().filter_map(|(key, value)| {
        let key = names::name("tag", key).ok()?;
        Some((key, names::tag(key, value).ok()?))
    })
}
