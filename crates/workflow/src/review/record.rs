//! The record of what was done: read, filtered, exported, verified, and how a person is erased from it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;
use store::audit::{self, Entry, Head};

use crate::{Admin, Error, Member, Result, Role, Tenure, clock};

const PAGE: usize = 100;

/// Which entries are asked for; an empty text asks for all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuditQuery {
    pub who: String,
    /// Beginning of the action, for example "model." or "model.approve".
    pub action: String,
    /// Part of the subject.
    pub subject: String,
    /// Days, YYYY-MM-DD, both included.
    pub from: String,
    pub until: String,
    /// From 1.
    pub page: usize,
}

/// An entry as people read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditRow {
    pub sequence: i64,
    pub at: String,
    pub who: String,
    pub action: String,
    pub subject: String,
    pub detail: String,
    pub hash: String,
}

/// An entry as it is exported: what is hashed, and beside it who the actor is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditExport {
    #[serde(flatten)]
    pub entry: Entry,
    /// Not in the chain; absent for those who were erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<String>,
}

impl Tenure {
    /// Entries newest first: a page of those that match, how many match, and every action there is.
    ///
    /// # Errors
    /// When a day is none, or the store fails.
    pub async fn audit_page(&self, member: &Member<'_>, query: &AuditQuery) -> Result<(Vec<AuditRow>, usize, Vec<String>)> {
        for day in [&query.from, &query.until] {
            if !day.is_empty() && !clock::is_date(day) {
                return Err(Error::Invalid(format!("\"{day}\" is no date: write YYYY-MM-DD")));
            }
        }
        let mut connection = self.store.read().await?;
        let entries = audit::all(&mut connection).await?;
        let names = audit::names(&mut connection).await?;
        drop(connection);
        let mut actions: Vec<String> = entries.iter().map(|entry| entry.action.clone()).collect();
        actions.sort_unstable();
        actions.dedup();
        let sees_people = member.actor().is(Role::Analyst);
        let rows = entries.iter().rev().filter(|entry| is_between(entry, query)).map(|entry| row(entry, &names, sees_people));
        let lower = |text: &str| text.to_lowercase();
        let matching: Vec<AuditRow> = rows
            .filter(|row| lower(&row.who).contains(&lower(&query.who)) && row.action.starts_with(&query.action))
            .filter(|row| lower(&row.subject).contains(&lower(&query.subject)))
            .collect();
        let total = matching.len();
        let page = matching.into_iter().skip(query.page.saturating_sub(1) * PAGE).take(PAGE).collect();
        Ok((page, total, actions))
    }

    /// Entries on a page.
    pub fn audit_page_size() -> usize {
        PAGE
    }

    /// Every entry, oldest first, as people read it.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn audit_rows(&self, member: &Member<'_>) -> Result<Vec<AuditRow>> {
        let mut connection = self.store.read().await?;
        let (entries, names) = (audit::all(&mut connection).await?, audit::names(&mut connection).await?);
        let sees_people = member.actor().is(Role::Analyst);
        Ok(entries.iter().map(|entry| row(entry, &names, sees_people)).collect())
    }

    /// The whole record as JSON lines, oldest first. People are in it by pseudonym only; accounts also by name.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn audit_export(&self, _: &Member<'_>) -> Result<String> {
        let mut connection = self.store.read().await?;
        let (entries, names) = (audit::all(&mut connection).await?, audit::names(&mut connection).await?);
        let mut lines = String::new();
        for entry in entries {
            let who = names.get(&entry.actor).cloned();
            lines += &serde_json::to_string(&AuditExport { entry, who }).map_err(store::Error::from)?;
            lines.push('\n');
        }
        Ok(lines)
    }

    /// Verifies the record: its length, its newest hash, and every problem by the entry that it is about.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn audit_verify(&self, _: &Member<'_>) -> Result<(Head, Vec<String>)> {
        // Both from one moment: a writer must not come between them.
        let mut transaction = self.store.begin().await?;
        let entries = audit::all(&mut transaction).await?;
        let head = audit::head(&mut transaction).await?;
        drop(transaction);
        let problems = audit::verify(&entries, Some(&head));
        let newest = entries.last().map(|last| Head { sequence: last.sequence, hash: last.hash.clone() });
        Ok((newest.unwrap_or(Head { sequence: 0, hash: String::new() }), problems))
    }

    /// Erases a person (or account) from the record: the entries stay, and nobody can tell any more whom they are about.
    ///
    /// # Errors
    /// [`Error::Invalid`] for another kind, [`Error::NotFound`] when the record knows nobody of that name.
    pub async fn audit_erase(&self, admin: &Admin<'_>, kind: &str, name: &str) -> Result<()> {
        if !["person", "account"].contains(&kind) {
            return Err(Error::Invalid("only a person or an account can be erased".into()));
        }
        let mut transaction = self.store.begin().await?;
        if !audit::forget(&mut transaction, kind, name).await? {
            return Err(Error::NotFound("the record knows nobody of that name".into()));
        }
        audit::append(&mut transaction, admin.name(), "audit.erase", "audit", &json!({ "kind": kind })).await?;
        transaction.commit().await.map_err(store::Error::from)?;
        Ok(())
    }
}

/// Verifies an exported file by itself. With `head`, the hash of the newest entry as somebody wrote it down, an end that was cut off or
/// rewritten is noticed too.
///
/// # Errors
/// [`Error::Invalid`] when a line is no entry.
pub fn verify_export(text: &str, head: Option<&str>) -> Result<(usize, Vec<String>)> {
    let parse = |(line, text): (usize, &str)| {
        let wrong = |error| Error::Invalid(format!("line {} is no entry of a record: {error}", line + 1));
        serde_json::from_str::<AuditExport>(text).map(|export| export.entry).map_err(wrong)
    };
    let entries: Vec<Entry> = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).map(parse).collect::<Result<_>>()?;
    let mut problems = audit::verify(&entries, None);
    let newest = entries.last().map_or("", |last| last.hash.as_str());
    if head.is_some_and(|head| !newest.eq_ignore_ascii_case(head.trim())) {
        problems.push("the newest entry is not the one with the given hash: the end was removed, added to or rewritten".to_owned());
    }
    Ok((entries.len(), problems))
}

fn is_between(entry: &Entry, query: &AuditQuery) -> bool {
    let day = clock::day_of(entry.at);
    (query.from.is_empty() || day >= query.from) && (query.until.is_empty() || day <= query.until)
}

fn row(entry: &Entry, names: &BTreeMap<String, String>, sees_people: bool) -> AuditRow {
    let name = |pseudonym: &str| names.get(pseudonym).cloned().unwrap_or_else(|| format!("erased {pseudonym}"));
    let subject = match entry.subject.split_once(' ') {
        Some(("account", pseudonym)) => format!("account {}", name(pseudonym)),
        Some(("person", pseudonym)) if sees_people => format!("person {}", name(pseudonym)),
        _ => entry.subject.clone(),
    };
    AuditRow {
        sequence: entry.sequence,
        at: clock::long_time(entry.at),
        who: name(&entry.actor),
        action: entry.action.clone(),
        subject,
        detail: entry.detail.clone(),
        hash: entry.hash.clone(),
    }
}
