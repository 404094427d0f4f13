//! The record of what was done: append-only, hash-chained over canonical JSON.

use serde::Serialize;
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::{Connection, Result, artifacts, now};

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    pub sequence: i64,
    /// Unix microseconds.
    pub at: i64,
    pub actor: String,
    pub action: String,
    pub subject: String,
    /// JSON with sorted keys.
    pub detail: String,
    pub previous_hash: String,
    pub hash: String,
}

impl Entry {
    /// The hash that this entry should carry: SHA-256 over its fields as a JSON array.
    pub fn expected_hash(&self) -> String {
        let fields = (self.sequence, self.at, &self.actor, &self.action, &self.subject, &self.detail, &self.previous_hash);
        // A tuple of numbers and texts always has a JSON form.
        artifacts::hash(serde_json::to_string(&fields).unwrap_or_default().as_bytes())
    }
}

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

/// Appends an entry within the caller's writing transaction (see [`crate::Store::begin`]).
///
/// # Errors
/// When the database fails.
pub async fn append(connection: &mut Connection, actor: &str, action: &str, subject: &str, detail: &serde_json::Value) -> Result<()> {
    let newest = sqlx::query("select sequence, hash from audit order by sequence desc limit 1").fetch_optional(&mut *connection).await?;
    let (sequence, previous_hash) = newest.map_or((0, String::new()), |row| (row.get(0), row.get(1)));
    let mut entry = Entry {
        sequence: sequence + 1,
        at: now(),
        actor: actor.to_owned(),
        action: action.to_owned(),
        subject: subject.to_owned(),
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
    Ok(())
}

/// Every entry, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn all(connection: &mut Connection) -> Result<Vec<Entry>> {
    let rows = sqlx::query(sqlx::AssertSqlSafe(format!("{COLUMNS} order by sequence"))).fetch_all(connection).await?;
    Ok(rows.iter().map(entry).collect())
}

/// Checks a chain and names every entry that was changed, removed, reordered or inserted. Empty: the chain is whole.
pub fn verify(entries: &[Entry]) -> Vec<String> {
    let mut problems = Vec::new();
    let mut previous_hash = "";
    for (index, entry) in entries.iter().enumerate() {
        let expected = index as i64 + 1;
        if entry.sequence != expected {
            problems.push(format!("entry {expected} is missing or out of order: entry {} stands in its place", entry.sequence));
        }
        if entry.hash != entry.expected_hash() {
            problems.push(format!("entry {} was changed: its hash does not match its content", entry.sequence));
        }
        if entry.previous_hash != previous_hash {
            problems.push(format!("entry {} does not follow the entry before it", entry.sequence));
        }
        previous_hash = &entry.hash;
    }
    problems
}
