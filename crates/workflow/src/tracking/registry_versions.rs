//! Versions of models that clients register, with their stages, tags and aliases.

use domain::RefusalCode;
use domain::audit::RegistryChange;
use store::Reader;
use store::tracking::{self, Labels, RegisteredVersion};

use super::artifacts::model_uri;
use super::logged_models::{model_of_uri, optional_run};
use super::names;
use super::registry::{NewVersion, VersionView, description, expect_model};
use crate::actor::Tracker;
use crate::{Error, Member, Result, Tenure};

fn no_version(name: &str, version: i64) -> Error {
    Error::NotFound(format!(
        "Model Version (name={name}, version={version}) not found"
    ))
}

/// A path of this machine is no source: nothing here reads it, and nobody else has it.
fn source(text: &str) -> Result<&str> {
    let has_scheme = text.split_once(':').is_some_and(|(scheme, _)| {
        !scheme.is_empty()
            && scheme != "file"
            && scheme
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
    });
    let climbs = text.split(['/', '\\']).any(|part| part == "..");
    if has_scheme && !climbs && text.chars().count() <= 1000 {
        return Ok(text);
    }
    Err(Error::Invalid(format!(
        "Invalid model version source: '{text}'. Use the address of a logged model or of an artifact, for example runs:/RUN_ID/model."
    )))
}

impl Tenure {
    /// Registers a version.
    ///
    /// # Errors
    /// When there is no such registered model, or the source is a path of this machine;
    /// [`Error::Forbidden`] for a use case.
    pub async fn create_registered_version(
        &self,
        tracker: &Tracker<'_>,
        new: &NewVersion,
    ) -> Result<VersionView> {
        self.expect_foreign(&new.name, "A client cannot add versions to it.")?;
        let source = source(&new.source)?;
        let run = optional_run(&new.run)?;
        let model = match model_of_uri(source) {
            Some(id) if new.model.is_empty() => id.to_owned(),
            _ => new.model.clone(),
        };
        let mut writer = self.store.begin().await?;
        expect_model(&mut writer, &new.name).await?;
        let made_by = tracking::logged_model(&mut writer, &model).await?;
        let run = run.or_else(|| made_by.and_then(|own| own.source_run_id));
        let now = store::now();
        let version = RegisteredVersion {
            model: new.name.clone(),
            version: 0,
            source: source.to_owned(),
            run_id: run.as_ref().map(super::client_id).unwrap_or_default(),
            model_id: model,
            run_link: new.run_link.clone(),
            description: description(&new.description)?.to_owned(),
            stage: "None".to_owned(),
            author: tracker.name().clone(),
            created_at: now,
            updated_at: now,
        };
        let number = tracking::insert_registered_version(&mut writer, &version).await?;
        for (key, value) in &new.tags {
            let (key, value) = (names::name("tag", key)?, names::tag(key, value)?);
            let labels = Labels::RegisteredVersion(&new.name, number);
            tracking::set_label(&mut writer, &labels, key, value).await?;
        }
        let change = (RegistryChange::Create, Some(number), source);
        self.log_change(&mut writer, tracker, &new.name, change)
            .await?;
        writer.commit().await?;
        self.registered_version(&tracker.member(), &new.name, number)
            .await
    }

    /// A version: of a client's registered model, or of a use case.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn registered_version(
        &self,
        member: &Member<'_>,
        name: &str,
        version: i64,
    ) -> Result<VersionView> {
        let model = self.registered_model(member, name).await?;
        model
            .versions
            .into_iter()
            .find(|own| own.version == version)
            .ok_or_else(|| no_version(name, version))
    }

    /// The version with an alias.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn version_by_alias(
        &self,
        member: &Member<'_>,
        name: &str,
        alias: &str,
    ) -> Result<VersionView> {
        let model = self.registered_model(member, name).await?;
        let found = model.aliases.iter().find(|(own, _)| own == alias);
        let (_, version) = found.ok_or_else(|| {
            // MLflow's word for it is an invalid parameter.
            Error::Invalid(format!("Registered model alias {alias} not found."))
        })?;
        self.registered_version(member, name, *version).await
    }

    /// Where the files of a version are.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn version_files(
        &self,
        member: &Member<'_>,
        name: &str,
        version: i64,
    ) -> Result<String> {
        let version = self.registered_version(member, name, version).await?;
        let Some(id) = model_of_uri(&version.source) else {
            return Ok(version.source);
        };
        let mut reader = self.store.read().await?;
        let model = self.find_logged_model(&mut reader, id).await?;
        Ok(model_uri(&model.experiment_id, &model.model_id))
    }

    /// Describes a version.
    ///
    /// # Errors
    /// When there is none.
    pub async fn describe_registered_version(
        &self,
        tracker: &Tracker<'_>,
        name: &str,
        version: i64,
        text: &str,
    ) -> Result<VersionView> {
        if self.is_use_case(name) {
            self.describe_version(
                &tracker.actor().admin()?,
                name,
                number(name, version)?,
                text,
            )
            .await?;
        } else {
            let mut writer = self.store.begin().await?;
            expect_version(&mut writer, name, version).await?;
            let text = description(text)?;
            tracking::touch_registered_version(&mut writer, name, version, Some(text)).await?;
            let change = (RegistryChange::Describe, Some(version), "");
            self.log_change(&mut writer, tracker, name, change).await?;
            writer.commit().await?;
        }
        self.registered_version(&tracker.member(), name, version)
            .await
    }

    /// Moves a version to None, Staging or Archived.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for Production and for versions of use cases: a review decides those.
    pub async fn move_registered_version(
        &self,
        tracker: &Tracker<'_>,
        name: &str,
        version: i64,
        stage: &str,
        archive_others: bool,
    ) -> Result<VersionView> {
        let known = ["None", "Staging", "Production", "Archived"];
        let Some(stage) = known
            .into_iter()
            .find(|own| own.eq_ignore_ascii_case(stage))
        else {
            return Err(Error::Invalid(format!(
                "Invalid Model Version stage: {stage}. Value must be one of None, Staging, Production, Archived."
            )));
        };
        self.registered_version(&tracker.member(), name, version)
            .await?;
        self.expect_foreign(
            name,
            "The stage of its versions follows from gates and reviews.",
        )?;
        if stage == "Production" {
            return Err(Error::forbidden(
                RefusalCode::ReviewRequired,
                format!(
                    "Version {version} of '{name}' cannot be moved to Production: only a version of a use case that was approved in a review goes into service."
                ),
            ));
        }
        let mut writer = self.store.begin().await?;
        if archive_others && stage == "Staging" {
            for other in tracking::registered_versions(&mut writer, Some(name)).await? {
                if other.stage == stage && other.version != version {
                    tracking::set_registered_version_stage(
                        &mut writer,
                        name,
                        other.version,
                        "Archived",
                    )
                    .await?;
                }
            }
        }
        tracking::set_registered_version_stage(&mut writer, name, version, stage).await?;
        let change = (RegistryChange::Stage, Some(version), stage);
        self.log_change(&mut writer, tracker, name, change).await?;
        writer.commit().await?;
        self.registered_version(&tracker.member(), name, version)
            .await
    }

    /// Removes a version; its number is not given again.
    ///
    /// # Errors
    /// When there is none; [`Error::Forbidden`] for a use case.
    pub async fn remove_registered_version(
        &self,
        tracker: &Tracker<'_>,
        name: &str,
        version: i64,
    ) -> Result<()> {
        self.expect_foreign(name, "Its versions are kept.")?;
        let mut writer = self.store.begin().await?;
        expect_version(&mut writer, name, version).await?;
        tracking::remove_registered_version(&mut writer, name, version).await?;
        tracking::touch_registered_model(&mut writer, name, None).await?;
        let change = (RegistryChange::Remove, Some(version), "");
        self.log_change(&mut writer, tracker, name, change).await?;
        writer.commit().await?;
        Ok(())
    }

    /// Sets a tag of a registered model or, with a number, of a version; without a value it is
    /// removed.
    ///
    /// # Errors
    /// When there is none, or a name is not allowed.
    pub async fn tag_registered(
        &self,
        tracker: &Tracker<'_>,
        name: &str,
        version: Option<i64>,
        key: &str,
        value: Option<&str>,
    ) -> Result<()> {
        let key = names::name("tag", key)?;
        if self.is_use_case(name) {
            let Some(version) = version else {
                return self.expect_foreign(name, "Tags belong to its versions.");
            };
            let admin = tracker.actor().admin()?;
            let value = value.unwrap_or_default();
            return self
                .tag_version(&admin, name, number(name, version)?, key, value)
                .await;
        }
        let mut writer = self.store.begin().await?;
        expect_model(&mut writer, name).await?;
        if let Some(version) = version {
            expect_version(&mut writer, name, version).await?;
        }
        let labels = version.map_or(Labels::RegisteredModel(name), |version| {
            Labels::RegisteredVersion(name, version)
        });
        match value {
            Some(value) => {
                tracking::set_label(&mut writer, &labels, key, names::tag(key, value)?).await?;
            }
            None => _ = tracking::remove_label(&mut writer, &labels, key).await?,
        }
        tracking::touch_registered_model(&mut writer, name, None).await?;
        self.log_change(
            &mut writer,
            tracker,
            name,
            (RegistryChange::Tag, version, key),
        )
        .await?;
        writer.commit().await?;
        Ok(())
    }

    /// Gives a version an alias, or takes it away.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for words that say that something is in service.
    pub async fn alias_registered_version(
        &self,
        tracker: &Tracker<'_>,
        name: &str,
        alias: &str,
        version: Option<i64>,
    ) -> Result<()> {
        let Some(version) = version else {
            if self.is_use_case(name) {
                return self
                    .remove_alias(&tracker.actor().admin()?, name, alias)
                    .await;
            }
            let mut writer = self.store.begin().await?;
            expect_model(&mut writer, name).await?;
            tracking::remove_registered_alias(&mut writer, name, alias).await?;
            tracking::touch_registered_model(&mut writer, name, None).await?;
            let change = (RegistryChange::RemoveAlias, None, alias);
            self.log_change(&mut writer, tracker, name, change).await?;
            writer.commit().await?;
            return Ok(());
        };
        let alias = names::alias(alias)?;
        if self.is_use_case(name) {
            let admin = tracker.actor().admin()?;
            return self
                .alias_version(&admin, name, number(name, version)?, alias)
                .await;
        }
        let mut writer = self.store.begin().await?;
        expect_version(&mut writer, name, version).await?;
        tracking::set_registered_alias(&mut writer, name, alias, version).await?;
        tracking::touch_registered_model(&mut writer, name, None).await?;
        let change = (RegistryChange::Alias, Some(version), alias);
        self.log_change(&mut writer, tracker, name, change).await?;
        writer.commit().await?;
        Ok(())
    }
}

/// The number of a version of a use case.
fn number(name: &str, version: i64) -> Result<domain::VersionNumber> {
    version.try_into().map_err(|_| no_version(name, version))
}

async fn expect_version(reader: &mut Reader, name: &str, version: i64) -> Result<()> {
    match tracking::registered_version(reader, name, version).await? {
        Some(_) => Ok(()),
        None => Err(no_version(name, version)),
    }
}
