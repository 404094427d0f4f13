//! The record of what was done: append-only, hash-chained over canonical JSON.
//!
//! People stand in the chain under a pseudonym, a hash salted for each of them. Who is who stands beside the chain, in `audit_person`:
//! removing that row, salt and all, erases the person, and the chain stays whole.

mod chain;
mod sealed;
mod search;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::{Connection, Result, artifacts, new_id, now};

pub use chain::{ChainCheck, verify};
pub use sealed::{Told, verify_rows};
pub use search::{Filter, actions, count, page};

/// One entry, as it is hashed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub sequence: i64,
    /// Unix microseconds.
    pub at: i64,
    /// The actor's pseudonym.
    pub actor: String,
    pub action: String,
    /// What it was done to; a person or an account by its pseudonym.
    pub subject: String,
    /// JSON with sorted keys.
    pub detail: String,
    pub previous_hash: String,
    pub hash: String,
}

impl Entry {
    /// The hash that this entry should carry: SHA-256 over its fields as a JSON array.
    pub fn expected_hash(&self) -> String {
        self.hash_as(self.sequence)
    }

    /// The hash that this entry would carry under another number.
    fn hash_as(&self, sequence: i64) -> String {
        let fields = (sequence, self.at, &self.actor, &self.action, &self.subject, &self.detail, &self.previous_hash);
        // A tuple of numbers and texts always has a JSON form.
        artifacts::hash(serde_json::to_string(&fields).unwrap_or_default().as_bytes())
    }
}

/// The newest entry, kept beside the chain: an end that was cut off is noticed by it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    pub sequence: i64,
    pub hash: String,
}

/// Kinds of subject that are people: their names stay outside the chain. Actors are accounts.
const PEOPLE: [&str; 2] = ["account", "person"];

const COLUMNS: &str = "select sequence, at, actor, action, subject, detail, previous_hash, hash from audit";

fn entry(row: &AnyRow) -> Entry {
    Entry {
        sequence: row.get(0),
        at: row.get(1),
        actor: row.get(2),
        action: row.get(3),
        subject: row.get(4),
        detail: row.get(5),
        previous_hash: row.get(6),
        hash: row.get(7),
    }
}

/// Appends an entry within the caller's writing transaction (see [`crate::Store::begin`]). The actor, and a subject of the kinds `account`
/// and `person` (for example "person attrition/1042"), go in by pseudonym; `detail` must name nobody.
///
/// # Errors
/// When the database fails.
pub async fn append(connection: &mut Connection, actor: &str, action: &str, subject: &str, detail: &serde_json::Value) -> Result<()> {
    append_with_rows(connection, actor, action, subject, detail, &[]).await
}

/// As [`append`], and vouches for rows that were written in the same transaction: table and key of each (see [`verify_rows`]).
///
/// # Errors
/// When there is no such row, or the database fails.
pub async fn append_with_rows(
    connection: &mut Connection,
    actor: &str,
    action: &str,
    subject: &str,
    detail: &serde_json::Value,
    rows: &[(&str, &str)],
) -> Result<()> {
    let mut detail = detail.clone();
    if !rows.is_empty() {
        let mut seals = Vec::new();
        for (table, key) in rows {
            seals.push(sealed::seal(&mut *connection, table, key).await?);
        }
        detail["rows"] = serde_json::to_value(seals)?;
    }
    let actor = pseudonym(&mut *connection, "account", actor).await?;
    let subject = match subject.split_once(' ') {
        Some((kind, name)) if PEOPLE.contains(&kind) => format!("{kind} {}", pseudonym(&mut *connection, kind, name).await?),
        _ => subject.to_owned(),
    };
    let newest = sqlx::query("select sequence, hash from audit order by sequence desc limit 1").fetch_optional(&mut *connection).await?;
    let (sequence, previous_hash) = newest.map_or((0, String::new()), |row| (row.get(0), row.get(1)));
    let mut entry = Entry {
        sequence: sequence + 1,
        at: now(),
        actor,
        action: action.to_owned(),
        subject,
        detail: detail.to_string(),
        previous_hash,
        hash: String::new(),
    };
    entry.hash = entry.expected_hash();
    sqlx::query(
        "insert into audit (sequence, at, actor, action, subject, detail, previous_hash, hash) values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(entry.sequence)
    .bind(entry.at)
    .bind(&entry.actor)
    .bind(&entry.action)
    .bind(&entry.subject)
    .bind(&entry.detail)
    .bind(&entry.previous_hash)
    .bind(&entry.hash)
    .execute(&mut *connection)
    .await?;
    sqlx::query("update audit_head set sequence = $1, hash = $2 where only_row = 1")
        .bind(entry.sequence)
        .bind(&entry.hash)
        .execute(connection)
        .await?;
    Ok(())
}

/// The pseudonym of an account or person, made with a fresh salt when there is none yet.
async fn pseudonym(connection: &mut Connection, kind: &str, name: &str) -> Result<String> {
    if let Some(known) = known_pseudonym(&mut *connection, kind, name).await? {
        return Ok(known);
    }
    let salt = format!("{}{}", new_id(), new_id());
    let pseudonym = pseudonym_of(kind, name, &salt);
    sqlx::query("insert into audit_person (pseudonym, kind, name, salt) values ($1, $2, $3, $4)")
        .bind(&pseudonym)
        .bind(kind)
        .bind(name)
        .bind(&salt)
        .execute(connection)
        .await?;
    Ok(pseudonym)
}

async fn known_pseudonym(connection: &mut Connection, kind: &str, name: &str) -> Result<Option<String>> {
    let row = sqlx::query("select pseudonym from audit_person where kind = $1 and name = $2")
        .bind(kind)
        .bind(name)
        .fetch_optional(connection)
        .await?;
    Ok(row.map(|row| row.get(0)))
}

/// Every entry, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn all(connection: &mut Connection) -> Result<Vec<Entry>> {
    let rows = sqlx::query(sqlx::AssertSqlSafe(format!("{COLUMNS} order by sequence"))).fetch_all(connection).await?;
    Ok(rows.iter().map(entry).collect())
}

/// The entries after one, oldest first, at most `limit`. From `i64::MIN` on: all that there are, whatever their numbers.
///
/// # Errors
/// When the database fails.
pub async fn after(connection: &mut Connection, sequence: i64, limit: i64) -> Result<Vec<Entry>> {
    let text = format!("{COLUMNS} where sequence > $1 order by sequence limit $2");
    let rows = sqlx::query(sqlx::AssertSqlSafe(text)).bind(sequence).bind(limit).fetch_all(connection).await?;
    Ok(rows.iter().map(entry).collect())
}

/// Entries about one account or person (`kind` as in the subject), newest first.
///
/// # Errors
/// When the database fails.
pub async fn about(connection: &mut Connection, kind: &str, name: &str) -> Result<Vec<Entry>> {
    let Some(pseudonym) = known_pseudonym(&mut *connection, kind, name).await? else { return Ok(Vec::new()) };
    let text = format!("{COLUMNS} where subject = $1 order by sequence desc");
    let rows = sqlx::query(sqlx::AssertSqlSafe(text)).bind(format!("{kind} {pseudonym}")).fetch_all(connection).await?;
    Ok(rows.iter().map(entry).collect())
}

/// The newest entries about one subject as it stands in the chain, newest first.
///
/// # Errors
/// When the database fails.
pub async fn of_subject(connection: &mut Connection, subject: &str, limit: i64) -> Result<Vec<Entry>> {
    let text = format!("{COLUMNS} where subject = $1 order by sequence desc limit $2");
    let rows = sqlx::query(sqlx::AssertSqlSafe(text)).bind(subject).bind(limit).fetch_all(connection).await?;
    Ok(rows.iter().map(entry).collect())
}

/// The newest entry as it is kept beside the chain; `None` when somebody removed it.
///
/// # Errors
/// When the database fails.
pub async fn head(connection: &mut Connection) -> Result<Option<Head>> {
    let row = sqlx::query("select sequence, hash from audit_head where only_row = 1").fetch_optional(connection).await?;
    Ok(row.map(|row| Head { sequence: row.get(0), hash: row.get(1) }))
}

/// Somebody in the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub pseudonym: String,
    /// `account`, `person`
    pub kind: String,
    pub name: String,
    pub salt: String,
}

impl Person {
    /// True when the name behind the pseudonym is the one that it was made from.
    pub fn is_true(&self) -> bool {
        is_pseudonym(&self.pseudonym, &self.kind, &self.name, &self.salt)
    }
}

/// The pseudonym that follows from salt, kind and name.
fn pseudonym_of(kind: &str, name: &str, salt: &str) -> String {
    format!("~{}", &artifacts::hash(format!("{salt}\n{kind}\n{name}").as_bytes())[..20])
}

/// True when a pseudonym was made from this kind, name and salt.
pub fn is_pseudonym(pseudonym: &str, kind: &str, name: &str, salt: &str) -> bool {
    pseudonym == pseudonym_of(kind, name, salt)
}

/// Everybody in the record who was not erased.
///
/// # Errors
/// When the database fails.
pub async fn people(connection: &mut Connection) -> Result<Vec<Person>> {
    let rows = sqlx::query("select pseudonym, kind, name, salt from audit_person order by pseudonym").fetch_all(connection).await?;
    Ok(rows.iter().map(|row| Person { pseudonym: row.get(0), kind: row.get(1), name: row.get(2), salt: row.get(3) }).collect())
}

/// Names by pseudonym, of those who were not erased.
///
/// # Errors
/// When the database fails.
pub async fn names(connection: &mut Connection) -> Result<BTreeMap<String, String>> {
    let rows = sqlx::query("select pseudonym, name from audit_person").fetch_all(connection).await?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}

/// Erases a person: nobody can tell any more whom the pseudonym stands for. True when there was somebody to erase.
///
/// # Errors
/// When the database fails.
pub async fn forget(connection: &mut Connection, kind: &str, name: &str) -> Result<bool> {
    let done = sqlx::query("delete from audit_person where kind = $1 and name = $2").bind(kind).bind(name).execute(connection).await?;
    Ok(done.rows_affected() > 0)
}
