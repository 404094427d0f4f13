//! What is said about a version: comments, waivers, the checklist under way, description, tags and aliases.

use serde_json::json;
use store::{audit, registry, review};

use super::{Checklist, blocking, is_same, required};
use crate::{Admin, Contributor, Error, Member, Result, Reviewer, Signed, Tenure, clock};

/// A waiver as a reviewer hands it in.
#[derive(Debug, Clone, Copy)]
pub struct Waive<'a> {
    /// The gate's title.
    pub gate: &'a str,
    /// Who answers for it.
    pub owner: &'a str,
    pub reason: &'a str,
    /// Last day on which it holds, YYYY-MM-DD.
    pub expires_on: &'a str,
}

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
    /// Waives a gate that blocks a version.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for the author, [`Error::Conflict`] where the policy allows no waivers or the gate does not block,
    /// [`Error::Invalid`] without owner, reason or a day to come.
    pub async fn waive(&self, signed: &Signed<'_>, use_case: &str, number: i64, waive: Waive<'_>) -> Result<review::Waiver> {
        let reviewer = signed.reviewer();
        let (owner, reason) = (required(waive.owner, "an owner")?, required(waive.reason, "a reason")?);
        if !clock::is_date(waive.expires_on) || waive.expires_on < clock::today().as_str() {
            return Err(Error::Invalid("the last day of a waiver must be a day to come, YYYY-MM-DD".into()));
        }
        let version = self.version(use_case, number).await?;
        if is_same(reviewer.name(), &version.author) {
            return Err(Error::Forbidden(format!("you trained version {number}: somebody else must waive its gates")));
        }
        let package = self.package(&version).await?;
        if !package.policy.waivers {
            return Err(Error::Conflict(format!("the policy {} allows no waivers", package.policy.name)));
        }
        let blocking = blocking(&package, &[]);
        if !blocking.contains(&waive.gate.trim()) {
            let list = if blocking.is_empty() { "none does".to_owned() } else { blocking.join("; ") };
            return Err(Error::Invalid(format!("no gate \"{}\" blocks version {number}; those that do: {list}", waive.gate.trim())));
        }
        let waiver = review::Waiver {
            waiver_id: store::new_id(),
            use_case: use_case.to_owned(),
            version: number,
            gate: waive.gate.trim().to_owned(),
            owner: owner.to_owned(),
            reason: reason.to_owned(),
            granted_by: reviewer.name().to_owned(),
            granted_at: store::now(),
            expires_on: waive.expires_on.to_owned(),
        };
        let mut transaction = self.store.begin().await?;
        review::insert_waiver(&mut transaction, &waiver).await?;
        let detail = json!({ "gate": waiver.gate, "reason": waiver.reason, "expires_on": waiver.expires_on });
        let (subject, row) = (format!("model {use_case}/{number}"), ("review_waiver", waiver.waiver_id.as_str()));
        audit::append_with_rows(&mut transaction, reviewer.name(), "model.waive", &subject, &detail, &[row]).await?;
        transaction.commit().await.map_err(store::Error::from)?;
        Ok(waiver)
    }

    /// Adds a comment to a version.
    ///
    /// # Errors
    /// When there is no such version, or the text is empty or too long.
    pub async fn comment(&self, contributor: &Contributor<'_>, use_case: &str, number: i64, body: &str) -> Result<review::Comment> {
        let body = required(body, "a text")?;
        self.version(use_case, number).await?;
        let comment = review::Comment {
            comment_id: store::new_id(),
            use_case: use_case.to_owned(),
            version: number,
            author: contributor.name().to_owned(),
            body: body.to_owned(),
            written_at: store::now(),
        };
        let mut transaction = self.store.begin().await?;
        review::insert_comment(&mut transaction, &comment).await?;
        let detail = json!({ "comment": comment.comment_id });
        let (subject, row) = (format!("model {use_case}/{number}"), ("review_comment", comment.comment_id.as_str()));
        audit::append_with_rows(&mut transaction, contributor.name(), "model.comment", &subject, &detail, &[row]).await?;
        transaction.commit().await.map_err(store::Error::from)?;
        Ok(comment)
    }

    /// The checklist of a reviewer as it is kept for the newest request.
    ///
    /// # Errors
    /// [`Error::Conflict`] when nobody has asked for a review.
    pub async fn kept_checklist(&self, reviewer: &Reviewer<'_>, use_case: &str, number: i64) -> Result<Checklist> {
        let (request, _) = self.request_of(use_case, number).await?;
        let kept = review::checklist(&mut *self.store.read().await?, &request.request_id, reviewer.name()).await?;
        Ok(kept.map(|text| Checklist::from_json(&text)).unwrap_or_default())
    }

    /// Keeps the checklist of a reviewer who is at it.
    ///
    /// # Errors
    /// [`Error::Conflict`] when nothing is pending.
    pub async fn keep_checklist(&self, reviewer: &Reviewer<'_>, use_case: &str, number: i64, checklist: &Checklist) -> Result<()> {
        let (request, _) = self.request_of(use_case, number).await?;
        if request.state != "pending" {
            return Err(Error::Conflict(format!("the review of version {number} is closed")));
        }
        let items = serde_json::to_string(checklist).map_err(store::Error::from)?;
        let mut transaction = self.store.begin().await?;
        review::save_checklist(&mut transaction, &request.request_id, reviewer.name(), &items, store::now()).await?;
        transaction.commit().await.map_err(store::Error::from)?;
        Ok(())
    }

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
