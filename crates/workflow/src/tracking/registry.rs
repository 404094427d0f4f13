//! Models that clients register. None of them is a version of a use case, and none can be
//! deployed: that takes an import as a candidate, and a review.

use domain::audit::RegistryChange;
use domain::{AuditEvent, RefusalCode, Subject, Timestamp};
use store::tracking::{self, Labels, RegisteredModel};
use store::{Reader, Writer, audit};

use super::names;
use crate::actor::Tracker;
use crate::{Error, Member, Result, Tenure};

/// A registered model as clients see it: of a client, or a use case.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelView {
    pub name: String,
    pub description: String,
    /// Its versions are those of a use case.
    pub of_use_case: bool,
    pub author: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub tags: Vec<(String, String)>,
    pub aliases: Vec<(String, i64)>,
    /// Newest first.
    pub versions: Vec<VersionView>,
}

/// A version as clients see it.
#[derive(Debug, Clone, PartialEq)]
pub struct VersionView {
    pub name: String,
    pub version: i64,
    pub stage: String,
    pub description: String,
    pub source: String,
    /// 32 digits; empty: none.
    pub run: String,
    pub model: String,
    pub run_link: String,
    pub author: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub tags: Vec<(String, String)>,
    pub aliases: Vec<String>,
}

/// A version that a client registers.
#[derive(Debug, Clone, Default)]
pub struct NewVersion {
    pub name: String,
    pub source: String,
    pub run: String,
    pub model: String,
    pub run_link: String,
    pub description: String,
    pub tags: Vec<(String, String)>,
}

const LONGEST_DESCRIPTION: usize = 5000;

fn missing(name: &str) -> Error {
    Error::NotFound(format!("Registered Model with name={name} not found"))
}

pub(super) fn description(text: &str) -> Result<&str> {
    if text.chars().count() > LONGEST_DESCRIPTION {
        return Err(Error::Invalid(format!(
            "A description can have up to {LONGEST_DESCRIPTION} characters."
        )));
    }
    Ok(text)
}

impl Tenure {
    /// Whether a name is that of a use case, whose versions come from trainings and reviews only.
    pub(super) fn is_use_case(&self, name: &str) -> bool {
        self.use_case(name).is_ok()
    }

    /// Refuses a name that is a use case.
    pub(super) fn expect_foreign(&self, name: &str, what: &str) -> Result<()> {
        if !self.is_use_case(name) {
            return Ok(());
        }
        Err(Error::forbidden(
            RefusalCode::ReviewRequired,
            format!(
                "'{name}' is a use case. {what} A model of your own becomes a candidate of a use case by import in Tenure, and goes live by review only."
            ),
        ))
    }

    pub(super) async fn log_change(
        &self,
        writer: &mut Writer,
        tracker: &Tracker<'_>,
        name: &str,
        (change, version, value): (RegistryChange, Option<i64>, &str),
    ) -> Result<()> {
        let event = AuditEvent::RegisteredModelChange {
            change,
            version,
            value: value.to_owned(),
        };
        let subject = Subject::RegisteredModel(name.to_owned());
        audit::append(writer, tracker.name(), &subject, &event).await?;
        Ok(())
    }

    /// Registers a model without versions.
    ///
    /// # Errors
    /// [`Error::Conflict`] when the name is taken; [`Error::Forbidden`] for that of a use case.
    pub async fn create_registered_model(
        &self,
        tracker: &Tracker<'_>,
        name: &str,
        text: &str,
        tags: &[(String, String)],
    ) -> Result<ModelView> {
        let name = names::title("registered model", name)?;
        if name.contains(['/', ':']) {
            return Err(Error::Invalid(format!(
                "Invalid name for a registered model: '{name}'. It cannot have '/' or ':'."
            )));
        }
        self.expect_foreign(name, "Its versions come from trainings.")?;
        let mut writer = self.store.begin().await?;
        if tracking::registered_model(&mut writer, name)
            .await?
            .is_some()
        {
            return Err(Error::conflict(
                RefusalCode::NameTaken,
                format!("Registered Model (name={name}) already exists."),
            ));
        }
        let now = store::now();
        let model = RegisteredModel {
            name: name.to_owned(),
            description: description(text)?.to_owned(),
            newest: 0,
            author: tracker.name().clone(),
            created_at: now,
            updated_at: now,
        };
        tracking::insert_registered_model(&mut writer, &model).await?;
        for (key, value) in tags {
            let (key, value) = (names::name("tag", key)?, names::tag(key, value)?);
            tracking::set_label(&mut writer, &Labels::RegisteredModel(name), key, value).await?;
        }
        self.log_change(
            &mut writer,
            tracker,
            name,
            (RegistryChange::Create, None, ""),
        )
        .await?;
        writer.commit().await?;
        self.registered_model(&tracker.member(), name).await
    }

    /// A registered model: of a client, or the versions of a use case.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn registered_model(&self, _: &Member<'_>, name: &str) -> Result<ModelView> {
        let mut reader = self.store.read().await?;
        if self.is_use_case(name) {
            return self.use_case_model(&mut reader, name).await;
        }
        let model = tracking::registered_model(&mut reader, name)
            .await?
            .ok_or_else(|| missing(name))?;
        model_view(&mut reader, model).await
    }

    /// Renames a registered model.
    ///
    /// # Errors
    /// When there is none, or the name is taken.
    pub async fn rename_registered_model(
        &self,
        tracker: &Tracker<'_>,
        name: &str,
        other: &str,
    ) -> Result<ModelView> {
        let other = names::title("registered model", other)?;
        self.expect_foreign(name, "It cannot be renamed.")?;
        self.expect_foreign(other, "Choose another name.")?;
        let mut writer = self.store.begin().await?;
        expect_model(&mut writer, name).await?;
        if tracking::registered_model(&mut writer, other)
            .await?
            .is_some()
        {
            return Err(Error::conflict(
                RefusalCode::NameTaken,
                format!("Registered Model (name={other}) already exists."),
            ));
        }
        tracking::rename_registered_model(&mut writer, name, other).await?;
        self.log_change(
            &mut writer,
            tracker,
            other,
            (RegistryChange::Rename, None, name),
        )
        .await?;
        writer.commit().await?;
        self.registered_model(&tracker.member(), other).await
    }

    /// Describes a registered model.
    ///
    /// # Errors
    /// When there is none.
    pub async fn describe_registered_model(
        &self,
        tracker: &Tracker<'_>,
        name: &str,
        text: &str,
    ) -> Result<ModelView> {
        self.expect_foreign(name, "Its description is that of its definition.")?;
        let mut writer = self.store.begin().await?;
        expect_model(&mut writer, name).await?;
        tracking::touch_registered_model(&mut writer, name, Some(description(text)?)).await?;
        self.log_change(
            &mut writer,
            tracker,
            name,
            (RegistryChange::Describe, None, ""),
        )
        .await?;
        writer.commit().await?;
        self.registered_model(&tracker.member(), name).await
    }

    /// Removes a registered model with its versions; the files stay with their runs.
    ///
    /// # Errors
    /// When there is none.
    pub async fn remove_registered_model(&self, tracker: &Tracker<'_>, name: &str) -> Result<()> {
        self.expect_foreign(name, "It cannot be deleted.")?;
        let mut writer = self.store.begin().await?;
        expect_model(&mut writer, name).await?;
        tracking::remove_registered_model(&mut writer, name).await?;
        self.log_change(
            &mut writer,
            tracker,
            name,
            (RegistryChange::Remove, None, ""),
        )
        .await?;
        writer.commit().await?;
        Ok(())
    }
}

pub(super) async fn expect_model(reader: &mut Reader, name: &str) -> Result<()> {
    match tracking::registered_model(reader, name).await? {
        Some(_) => Ok(()),
        None => Err(missing(name)),
    }
}

/// A client's registered model with its versions.
pub(super) async fn model_view(reader: &mut Reader, model: RegisteredModel) -> Result<ModelView> {
    let aliases = tracking::aliases_of(reader, &model.name).await?;
    let mut versions = Vec::new();
    for version in tracking::registered_versions(reader, Some(&model.name)).await? {
        versions.push(VersionView {
            tags: tracking::registered_tags(reader, &model.name, version.version).await?,
            aliases: aliases
                .iter()
                .filter(|(_, own)| *own == version.version)
                .map(|(alias, _)| alias.clone())
                .collect(),
            name: version.model,
            version: version.version,
            stage: version.stage,
            description: version.description,
            source: version.source,
            run: version.run_id,
            model: version.model_id,
            run_link: version.run_link,
            author: version.author.to_string(),
            created_at: version.created_at,
            updated_at: version.updated_at,
        });
    }
    Ok(ModelView {
        tags: tracking::registered_tags(reader, &model.name, 0).await?,
        name: model.name,
        description: model.description,
        of_use_case: false,
        author: model.author.to_string(),
        created_at: model.created_at,
        updated_at: model.updated_at,
        aliases,
        versions,
    })
}
