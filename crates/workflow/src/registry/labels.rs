//! What people call a version and say about it: description, tags and aliases.

use domain::{AuditEvent, Subject, VersionNumber};
use store::{audit, registry};

use crate::review::{optional, required};
use crate::{Admin, Error, Result, Tenure};

/// Letters of a tag's name or an alias, and of a tag's value.
const LONGEST_LABEL: usize = 64;
const LONGEST_VALUE: usize = 400;

/// Words that would say what an alias cannot: where a version stands.
const STAGES: [&str; 7] = [
    "live",
    "production",
    "staging",
    "archived",
    "none",
    "approved",
    "rejected",
];

/// The name of a tag, or an alias.
fn label(name: &str) -> Result<&str> {
    let name = required("name", name)?;
    if name.chars().count() > LONGEST_LABEL || name.chars().any(char::is_control) {
        return Err(Error::Invalid(format!(
            "A name can have up to {LONGEST_LABEL} characters."
        )));
    }
    Ok(name)
}

impl Tenure {
    /// Sets a version's description. A pending request for it is void from then on.
    ///
    /// # Errors
    /// When there is no such version, or the text is too long.
    pub async fn describe_version(
        &self,
        admin: &Admin<'_>,
        use_case: &str,
        number: VersionNumber,
        description: &str,
    ) -> Result<()> {
        let description = optional("description", description)?;
        self.version(use_case, number).await?;
        let mut transaction = self.store.begin().await?;
        registry::describe(&mut transaction, &use_case.into(), number, description).await?;
        self.void_pending(
            &mut transaction,
            use_case,
            Some(number),
            admin.name(),
            "the description changed",
        )
        .await?;
        let event = AuditEvent::ModelDescribe {
            description: description.to_owned(),
        };
        audit::append(
            &mut transaction,
            admin.name(),
            &Subject::Model(use_case.into(), number),
            &event,
        )
        .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Sets a tag of a version; an empty value removes it.
    ///
    /// # Errors
    /// When there is no such version, or name or value are too long.
    pub async fn tag_version(
        &self,
        admin: &Admin<'_>,
        use_case: &str,
        number: VersionNumber,
        name: &str,
        value: &str,
    ) -> Result<()> {
        let name = label(name)?;
        if value.trim().chars().count() > LONGEST_VALUE {
            return Err(Error::Invalid(format!(
                "The value of a tag can have up to {LONGEST_VALUE} characters."
            )));
        }
        self.version(use_case, number).await?;
        let mut transaction = self.store.begin().await?;
        registry::set_tag(
            &mut transaction,
            &use_case.into(),
            number,
            name,
            value.trim(),
        )
        .await?;
        let event = AuditEvent::ModelTag {
            tag: name.to_owned(),
            value: value.trim().to_owned(),
        };
        audit::append(
            &mut transaction,
            admin.name(),
            &Subject::Model(use_case.into(), number),
            &event,
        )
        .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Gives a version a name of its own. It says nothing about what is live.
    ///
    /// # Errors
    /// When there is no such version, or the name is empty, too long or a number.
    pub async fn alias_version(
        &self,
        admin: &Admin<'_>,
        use_case: &str,
        number: VersionNumber,
        alias: &str,
    ) -> Result<()> {
        let alias = label(alias)?;
        if alias.chars().all(|letter| letter.is_ascii_digit()) {
            return Err(Error::Invalid(
                "An alias must not look like a version number.".into(),
            ));
        }
        if !alias
            .chars()
            .all(|letter| letter.is_alphanumeric() || "-_".contains(letter))
        {
            return Err(Error::Invalid(
                "Use only letters, digits, - and _ in an alias.".into(),
            ));
        }
        if STAGES.contains(&alias.to_lowercase().as_str()) {
            return Err(Error::Invalid(format!(
                "“{alias}” is reserved for the review process. Choose another alias."
            )));
        }
        self.version(use_case, number).await?;
        let mut transaction = self.store.begin().await?;
        registry::set_alias(&mut transaction, &use_case.into(), alias, number).await?;
        let event = AuditEvent::ModelAlias {
            alias: alias.to_owned(),
            removed: false,
        };
        audit::append(
            &mut transaction,
            admin.name(),
            &Subject::Model(use_case.into(), number),
            &event,
        )
        .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Takes a name away from the version that has it.
    ///
    /// # Errors
    /// [`Error::NotFound`] when no version has this name.
    pub async fn remove_alias(&self, admin: &Admin<'_>, use_case: &str, alias: &str) -> Result<()> {
        self.use_case(use_case)?;
        let mut transaction = self.store.begin().await?;
        if !registry::remove_alias(&mut transaction, &use_case.into(), alias.trim()).await? {
            return Err(Error::NotFound(format!(
                "No version of {use_case} has the alias {}.",
                alias.trim()
            )));
        }
        let event = AuditEvent::ModelAlias {
            alias: alias.trim().to_owned(),
            removed: true,
        };
        audit::append(
            &mut transaction,
            admin.name(),
            &Subject::UseCase(use_case.into()),
            &event,
        )
        .await?;
        transaction.commit().await?;
        Ok(())
    }
}
