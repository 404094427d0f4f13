//! The audit log: append-only, hash-chained over canonical JSON.
//!
//! People stand in the chain under a pseudonym, a hash salted for each of them. Who is who stands
//! beside the chain, in `audit_person`: removing that row, salt and all, erases the person, and the
//! chain stays whole.

mod chain;
mod entry;
mod people;
mod sealed;
mod search;

use domain::audit::Erasable;
use domain::{AccountName, AuditEvent, Subject};

use crate::sql::{self, select, sql};
use crate::{Reader, Result, Writer, now};

pub use chain::{ChainCheck, verify};
pub use entry::{Entry, Head};
pub use people::{Person, forget, is_pseudonym, names, people};
pub use sealed::{Row, Told, verify_rows};
pub use search::{Filter, actions, count, page};

/// Appends an entry. The actor, and a subject that is a person or an account, go in by pseudonym.
///
/// # Errors
/// When the database fails.
pub async fn append(
    writer: &mut Writer,
    actor: &AccountName,
    subject: &Subject,
    event: &AuditEvent,
) -> Result<()> {
    append_with_rows(writer, actor, subject, event, &[]).await
}

/// As [`append`], and vouches for rows that were written in the same transaction (see
/// [`verify_rows`]).
///
/// # Errors
/// When there is no such row, or the database fails.
pub async fn append_with_rows(
    writer: &mut Writer,
    actor: &AccountName,
    subject: &Subject,
    event: &AuditEvent,
    rows: &[Row<'_>],
) -> Result<()> {
    let mut detail = serde_json::to_value(event)?;
    if !rows.is_empty() {
        let mut seals = Vec::new();
        for row in rows {
            seals.push(sealed::seal(writer, row).await?);
        }
        detail["rows"] = serde_json::to_value(seals)?;
    }
    let actor = people::pseudonym(writer, Erasable::Account, actor).await?;
    let subject = match subject.pseudonymous() {
        Some((kind, name)) => format!("{kind} {}", people::pseudonym(writer, kind, &name).await?),
        None => subject.to_string(),
    };
    let newest: Option<Head> =
        sql("select sequence, hash from audit order by sequence desc limit 1")
            .optional(writer)
            .await?;
    let newest = newest.unwrap_or(Head {
        sequence: 0,
        hash: String::new(),
    });
    let mut entry = Entry {
        sequence: newest.sequence + 1,
        at: now(),
        actor,
        action: event.action().as_str().to_owned(),
        subject,
        detail: detail.to_string(),
        previous_hash: newest.hash,
        hash: String::new(),
    };
    entry.hash = entry.expected_hash();
    sql::insert(writer, &entry).await?;
    let statement = sql("update audit_head set sequence = $1, hash = $2 where only_row = 1");
    statement
        .bind(entry.sequence)
        .bind(&entry.hash)
        .execute(writer)
        .await?;
    Ok(())
}

/// Every entry, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn all(reader: &mut Reader) -> Result<Vec<Entry>> {
    select("order by sequence").all(reader).await
}

/// The entries after one, oldest first, at most `limit`. From `i64::MIN` on: all that there are,
/// whatever their numbers.
///
/// # Errors
/// When the database fails.
pub async fn after(reader: &mut Reader, sequence: i64, limit: i64) -> Result<Vec<Entry>> {
    select("where sequence > $1 order by sequence limit $2")
        .bind(sequence)
        .bind(limit)
        .all(reader)
        .await
}

/// Entries about one account or person, newest first; `name` as [`Subject::pseudonymous`] gives it.
///
/// # Errors
/// When the database fails.
pub async fn about(reader: &mut Reader, kind: Erasable, name: &str) -> Result<Vec<Entry>> {
    let Some(pseudonym) = people::known(reader, kind, name).await? else {
        return Ok(Vec::new());
    };
    select("where subject = $1 order by sequence desc")
        .bind(format!("{kind} {pseudonym}"))
        .all(reader)
        .await
}

/// The newest entries about one subject that has no pseudonym, newest first.
///
/// # Errors
/// When the database fails.
pub async fn of_subject(reader: &mut Reader, subject: &Subject, limit: i64) -> Result<Vec<Entry>> {
    select("where subject = $1 order by sequence desc limit $2")
        .bind(subject.to_string())
        .bind(limit)
        .all(reader)
        .await
}

/// The newest entry as it is kept beside the chain; `None` when somebody removed it.
///
/// # Errors
/// When the database fails.
pub async fn head(reader: &mut Reader) -> Result<Option<Head>> {
    select("where only_row = 1").optional(reader).await
}
