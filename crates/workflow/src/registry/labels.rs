//! What people call a version and say about it: description, tags and aliases.

use serde_json::json;
use store::{audit, registry};

use crate::review::required;
use crate::{Admin, Error, Member, Result, Tenure};

/// Letters of a tag's name or an alias, and of a tag's value.
const LONGEST_LABEL: usize = 64;
const LONGEST_VALUE: usize = 400;

/// Words that would say what an alias cannot: where a version stands.
const STAGES: [&str; 7] = ["live", "production", "staging", "archived", "none", "approved", "rejected"];

/// The name of a tag, or an alias.
fn label(name: &str) -> Result<&str> {
    let name = required(name, "a name")?;
    if name.chars().count() > LONGEST_LABEL || name.chars().any(char::is_control) {
        return Err(Error::Invalid(format!("a name has at most {LONGEST_LABEL} letters")));
    }
    Ok(name)
}

impl Tenure {
    /// Sets a version's description. A pending request for it is void from then on.
    ///
    /// # Errors
    /// When there is no such version, or the text is too long.
    pub async fn describe_version(&self, admin: &Admin<'_>, use_case: &str, number: i64, description: &str) -> Result<()> {
        let description = if description.trim().is_empty() { "" } else { required(description, "a description")? };
        self.version(use_case, number).await?;
        let mut transaction = self.store.begin().await?;
        registry::describe(&mut transaction, use_case, number, description).await?;
        self.void_pending(&mut transaction, use_case, Some(number), admin.name(), "the description was changed").await?;
        let detail = json!({ "description": description });
        audit::append(&mut transaction, admin.name(), "model.describe", &format!("model {use_case}/{number}"), &detail).await?;
        transaction.commit().await.map_err(store::Error::from)?;
        Ok(())
    }

    /// Sets a tag of a version; an empty value removes it.
    ///
    /// # Errors
    /// When there is no such version, or name or value are too long.
    pub async fn tag_version(&self, admin: &Admin<'_>, use_case: &str, number: i64, name: &str, value: &str) -> Result<()> {
        let name = label(name)?;
        if value.trim().chars().count() > LONGEST_VALUE {
            return Err(Error::Invalid(format!("the value of a tag has at most {LONGEST_VALUE} letters")));
        }
        self.version(use_case, number).await?;
        let mut transaction = self.store.begin().await?;
        registry::set_tag(&mut transaction, use_case, number, name, value.trim()).await?;
        let detail = json!({ "tag": name, "value": value.trim() });
        audit::append(&mut transaction, admin.name(), "model.tag", &format!("model {use_case}/{number}"), &detail).await?;
        transaction.commit().await.map_err(store::Error::from)?;
        Ok(())
    }

    /// Gives a version a name of its own. It says nothing about what is live.
    ///
    /// # Errors
    /// When there is no such version, or the name is empty, too long or a number.
    pub async fn alias_version(&self, admin: &Admin<'_>, use_case: &str, number: i64, alias: &str) -> Result<()> {
        let alias = label(alias)?;
        if alias.chars().all(|letter| letter.is_ascii_digit()) {
            return Err(Error::Invalid("an alias must not look like a version number".into()));
        }
        if !alias.chars().all(|letter| letter.is_alphanumeric() || "-_".contains(letter)) {
            return Err(Error::Invalid("an alias has letters, digits, - and _".into()));
        }
        if STAGES.contains(&alias.to_lowercase().as_str()) {
            return Err(Error::Invalid(format!("what is {alias} is decided by reviews: choose a name that says something else")));
        }
        self.version(use_case, number).await?;
        let mut transaction = self.store.begin().await?;
        registry::set_alias(&mut transaction, use_case, alias, number).await?;
        audit::append(&mut transaction, admin.name(), "model.alias", &format!("model {use_case}/{number}"), &json!({ "alias": alias }))
            .await?;
        transaction.commit().await.map_err(store::Error::from)?;
        Ok(())
    }

    /// Takes a name away from the version that has it.
    ///
    /// # Errors
    /// [`Error::NotFound`] when no version has this name.
    pub async fn remove_alias(&self, admin: &Admin<'_>, use_case: &str, alias: &str) -> Result<()> {
        self.use_case(use_case)?;
        let mut transaction = self.store.begin().await?;
        if !registry::remove_alias(&mut transaction, use_case, alias.trim()).await? {
            return Err(Error::NotFound(format!("no version of {use_case} is called {}", alias.trim())));
        }
        let detail = json!({ "alias": alias.trim(), "removed": true });
        audit::append(&mut transaction, admin.name(), "model.alias", &format!("use case {use_case}"), &detail).await?;
        transaction.commit().await.map_err(store::Error::from)?;
        Ok(())
    }

    /// The number of a version that is called by its number or by an alias.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none.
    pub async fn version_called(&self, _: &Member<'_>, use_case: &str, name: &str) -> Result<i64> {
        self.use_case(use_case)?;
        let name = name.trim();
        let number = match name.parse::<i64>() {
            Ok(number) => number,
            Err(_) => {
                let aliases = registry::aliases(&mut *self.store.read().await?, use_case).await?;
                let found = aliases.into_iter().find(|(alias, _)| alias == name).map(|(_, number)| number);
                found.ok_or_else(|| Error::NotFound(format!("no version of {use_case} is called {name}")))?
            }
        };
        Ok(self.version(use_case, number).await?.version)
    }

    /// Tags of a version, and the aliases that name it.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn labels_of(&self, _: &Member<'_>, use_case: &str, number: i64) -> Result<(Vec<(String, String)>, Vec<String>)> {
        let mut connection = self.store.read().await?;
        let tags = registry::tags(&mut connection, use_case, number).await?;
        let aliases = registry::aliases(&mut connection, use_case).await?;
        Ok((tags, aliases.into_iter().filter(|(_, version)| *version == number).map(|(alias, _)| alias).collect()))
    }
}
