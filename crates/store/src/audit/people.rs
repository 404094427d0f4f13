//! Who is who: the pseudonyms of the chain.

use std::collections::BTreeMap;

use domain::AccountName;
use domain::audit::Erasable;

use crate::sql::{self, Value as _, row, select, sql};
use crate::{Reader, Result, Writer, artifacts, new_id};

row! {
    /// Somebody in the audit log.
    #[derive(Eq)]
    pub struct Person in "audit_person" {
        pub pseudonym: String,
        /// `account`, `person`
        pub kind: String,
        pub name: String,
        pub salt: String,
    }
}

impl Person {
    /// True when the name behind the pseudonym is the one that it was made from.
    pub fn is_true(&self) -> bool {
        is_pseudonym(&self.pseudonym, &self.kind, &self.name, &self.salt)
    }
}

/// The pseudonym that follows from salt, kind and name.
fn pseudonym_of(kind: &str, name: &str, salt: &str) -> String {
    format!(
        "~{}",
        &artifacts::hash(format!("{salt}\n{kind}\n{name}").as_bytes())[..20]
    )
}

/// True when a pseudonym was made from this kind, name and salt.
pub fn is_pseudonym(pseudonym: &str, kind: &str, name: &str, salt: &str) -> bool {
    pseudonym == pseudonym_of(kind, name, salt)
}

/// What decides whether two names of a kind are the same.
fn key(kind: Erasable, name: &str) -> String {
    match kind {
        Erasable::Account => AccountName::from(name).key(),
        Erasable::Person => name.to_owned(),
    }
}

/// The pseudonym of an account or person, made with a fresh salt when there is none yet.
pub(super) async fn pseudonym(writer: &mut Writer, kind: Erasable, name: &str) -> Result<String> {
    if let Some(known) = known(writer, kind, name).await? {
        return Ok(known);
    }
    let salt = format!("{}{}", new_id::<String>(), new_id::<String>());
    let pseudonym = pseudonym_of(kind.as_str(), name, &salt);
    let person = Person {
        pseudonym: pseudonym.clone(),
        kind: kind.as_str().to_owned(),
        name: name.to_owned(),
        salt,
    };
    sql::insert_with(
        writer,
        &[("name_key", key(kind, name).cell())],
        &[person],
        "",
    )
    .await?;
    Ok(pseudonym)
}

/// The pseudonym of an account or person who has one.
pub(super) async fn known(
    reader: &mut Reader,
    kind: Erasable,
    name: &str,
) -> Result<Option<String>> {
    let statement = sql("select pseudonym from audit_person where kind = $1 and name_key = $2");
    statement
        .bind(kind.as_str())
        .bind(key(kind, name))
        .optional_scalar(reader)
        .await
}

/// Everybody in the audit log who was not erased.
///
/// # Errors
/// When the database fails.
pub async fn people(reader: &mut Reader) -> Result<Vec<Person>> {
    select("order by pseudonym").all(reader).await
}

/// Names by pseudonym, of those who were not erased.
///
/// # Errors
/// When the database fails.
pub async fn names(reader: &mut Reader) -> Result<BTreeMap<String, String>> {
    let people = people(reader).await?;
    Ok(people
        .into_iter()
        .map(|person| (person.pseudonym, person.name))
        .collect())
}

/// Erases a person: nobody can tell any more whom the pseudonym stands for. True when there was
/// somebody to erase.
///
/// # Errors
/// When the database fails.
pub async fn forget(writer: &mut Writer, kind: Erasable, name: &str) -> Result<bool> {
    let statement = sql("delete from audit_person where kind = $1 and name_key = $2");
    Ok(statement
        .bind(kind.as_str())
        .bind(key(kind, name))
        .execute(writer)
        .await?
        > 0)
}
