//! The record of what was done: read, filtered, exported and verified.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Date, InvalidTime, ProblemCode, Subject, Timestamp, UseCaseId};
use serde::{Deserialize, Serialize};
use store::audit::{self, ChainCheck, Entry, Filter, Head};
use store::monitoring::checks;

use crate::csv_text::csv_text;
use crate::{Error, Member, Result, Role, Tenure, error::compute};

const PAGE: usize = 100;
/// Entries that are verified at a time.
const CHUNK: i64 = 10_000;
/// Entries of the log of one version.
const LOG: i64 = 50;

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
    /// Entries before the one of this number; `None`: from the newest.
    pub before: Option<i64>,
}

impl AuditQuery {
    /// From the pairs of an address; keys that mean nothing here are left alone. The page is the
    /// first.
    pub fn from_pairs(pairs: &[(String, String)]) -> Self {
        let one = |key: &str| {
            pairs
                .iter()
                .rev()
                .find(|(known, _)| known == key)
                .map_or("", |(_, value)| value.trim())
                .to_owned()
        };
        Self {
            who: one("who"),
            action: one("action"),
            subject: one("subject"),
            from: one("from"),
            until: one("until"),
            page: 1,
            before: None,
        }
    }
}

/// An entry as displayed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct AuditRow {
    pub sequence: i64,
    pub at: Timestamp,
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
    /// What the pseudonym was made from beside the name: with it anybody can check that the name is
    /// the right one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub salt: Option<String>,
}

impl Tenure {
    /// Entries newest first: a page of those that match, how many match, and every action there is.
    ///
    /// # Errors
    /// [`Error::Fields`] when a day is none; or when the store fails.
    pub async fn audit_page(
        &self,
        member: &Member<'_>,
        query: &AuditQuery,
    ) -> Result<(Vec<AuditRow>, usize, Vec<String>)> {
        let mut snapshot = self.store.snapshot().await?;
        let people = People::of(&mut snapshot, member).await?;
        let filter = people.filter(query)?;
        let offset = (query.page.saturating_sub(1) * PAGE) as i64;
        let entries = audit::page(&mut snapshot, &filter, offset, PAGE as i64).await?;
        let total = audit::count(&mut snapshot, &filter).await?;
        let actions = audit::actions(&mut snapshot).await?;
        Ok((
            entries.iter().map(|entry| people.row(entry)).collect(),
            total as usize,
            actions,
        ))
    }

    /// The use cases of the datasets and drift checks that entries are about, by subject: the
    /// addresses of their pages need them. What is gone has none.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn audit_use_cases(
        &self,
        _: &Member<'_>,
        rows: &[AuditRow],
    ) -> Result<BTreeMap<String, UseCaseId>> {
        let subjects: BTreeSet<&String> = rows.iter().map(|row| &row.subject).collect();
        let mut reader = self.store.read().await?;
        let mut found = BTreeMap::new();
        for text in subjects {
            let use_case = match Subject::parse(text) {
                Some(Subject::Dataset(id)) => store::datasets::find(&mut reader, &id)
                    .await?
                    .map(|dataset| dataset.use_case),
                Some(Subject::Check(id)) => checks::use_case_of(&mut reader, &id).await?,
                Some(
                    Subject::Account(_)
                    | Subject::Alert(..)
                    | Subject::AuditLog
                    | Subject::Batch(_)
                    | Subject::Channel(_)
                    | Subject::Cycle(..)
                    | Subject::Job(_)
                    | Subject::Model(..)
                    | Subject::Experiment(_)
                    | Subject::RegisteredModel(_)
                    | Subject::Outcomes(_)
                    | Subject::Person(..)
                    | Subject::Prediction(_)
                    | Subject::Run(_)
                    | Subject::UseCase(_),
                )
                | None => None,
            };
            found.extend(use_case.map(|use_case| (text.clone(), use_case)));
        }
        Ok(found)
    }

    /// Entries on a page.
    pub fn audit_page_size() -> usize {
        PAGE
    }

    /// Every entry that matches, oldest first, as displayed; the page does not count.
    ///
    /// # Errors
    /// [`Error::Fields`] when a day is none; or when the store fails.
    pub async fn audit_rows(
        &self,
        member: &Member<'_>,
        query: &AuditQuery,
    ) -> Result<Vec<AuditRow>> {
        let mut snapshot = self.store.snapshot().await?;
        let people = People::of(&mut snapshot, member).await?;
        let entries = audit::page(&mut snapshot, &people.filter(query)?, 0, i64::MAX).await?;
        Ok(entries
            .iter()
            .rev()
            .map(|entry| people.row(entry))
            .collect())
    }

    /// Every entry that matches as CSV, oldest first, guarded against formulas.
    ///
    /// # Errors
    /// [`Error::Fields`] when a day is none; or when the store fails.
    pub async fn audit_csv(&self, member: &Member<'_>, query: &AuditQuery) -> Result<String> {
        let header = ["entry", "time", "who", "what", "to", "detail", "hash"].map(str::to_owned);
        let rows = self.audit_rows(member, query).await?.into_iter();
        let rows = rows.map(|row| {
            [
                row.sequence.to_string(),
                row.at.rfc3339(),
                row.who,
                row.action,
                row.subject,
                row.detail,
                row.hash,
            ]
        });
        Ok(format!("\u{feff}{}", csv_text(header, rows)?))
    }

    /// The newest entries about one subject.
    pub(crate) async fn log_of(
        &self,
        member: &Member<'_>,
        subject: &Subject,
    ) -> Result<Vec<AuditRow>> {
        let mut connection = self.store.read().await?;
        let entries = audit::of_subject(&mut connection, subject, LOG).await?;
        let people = People::of(&mut connection, member).await?;
        Ok(entries.iter().map(|entry| people.row(entry)).collect())
    }

    /// The whole record as JSON lines, oldest first. People are in it by pseudonym only; accounts
    /// also by name, with the salt that proves it.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn audit_export(&self, _: &Member<'_>) -> Result<String> {
        let mut snapshot = self.store.snapshot().await?;
        let entries = audit::all(&mut snapshot).await?;
        let people = audit::people(&mut snapshot).await?;
        let people: BTreeMap<&str, &audit::Person> = people
            .iter()
            .map(|person| (person.pseudonym.as_str(), person))
            .collect();
        let mut lines = String::new();
        for entry in entries {
            let person = people.get(entry.actor.as_str());
            let (who, salt) = (
                person.map(|person| person.name.clone()),
                person.map(|person| person.salt.clone()),
            );
            lines += &serde_json::to_string(&AuditExport { entry, who, salt })
                .map_err(store::Error::from)?;
            lines.push('\n');
        }
        Ok(lines)
    }

    /// Verifies the record: its length, its newest hash, and every problem by the entry that it is
    /// about. Beside the chain the names behind the pseudonyms are checked, and the rows of the
    /// registry and the reviews that the chain vouches for.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn audit_verify(&self, _: &Member<'_>) -> Result<(Head, Vec<String>)> {
        // All of it from one moment: a writer must not come between.
        let mut snapshot = self.store.snapshot().await?;
        let mut check = ChainCheck::default();
        let mut last = i64::MIN;
        loop {
            let entries = audit::after(&mut snapshot, last, CHUNK).await?;
            let Some(newest) = entries.last() else { break };
            last = newest.sequence;
            check = compute(move || Ok(check.go_on(&entries))).await?;
        }
        let head = audit::head(&mut snapshot).await?;
        let mut problems = Vec::new();
        if !check.is_whole(head.as_ref()) {
            // Only now the whole of it is needed, to say what was done.
            let entries = audit::all(&mut snapshot).await?;
            let kept = head.clone();
            problems = compute(move || Ok(audit::verify(&entries, kept.as_ref()))).await?;
        }
        if head.is_none() {
            problems.push("the separately stored latest entry was removed".to_owned());
        }
        let renamed = audit::people(&mut snapshot)
            .await?
            .into_iter()
            .filter(|person| !person.is_true());
        problems.extend(renamed.map(|person| renamed_problem(&person.pseudonym)));
        problems.extend(audit::verify_rows(&mut snapshot, &check.told).await?);
        Ok((
            check.newest().cloned().unwrap_or(Head {
                sequence: 0,
                hash: String::new(),
            }),
            problems,
        ))
    }

    /// How many entries there are, and the newest one's hash.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn audit_head(&self, _: &Member<'_>) -> Result<Head> {
        let newest = audit::page(&mut self.store.read().await?, &Filter::default(), 0, 1)
            .await?
            .into_iter()
            .next();
        Ok(newest.map_or(
            Head {
                sequence: 0,
                hash: String::new(),
            },
            |newest| Head {
                sequence: newest.sequence,
                hash: newest.hash,
            },
        ))
    }
}

fn renamed_problem(pseudonym: &str) -> String {
    format!("the name behind {pseudonym} does not match its pseudonym: it was changed")
}

/// Who is who, for a reader.
struct People {
    /// Name and kind by pseudonym.
    people: BTreeMap<String, (String, String)>,
    /// Whether the reader may see whom entries are about.
    sees_people: bool,
}

impl People {
    async fn of(reader: &mut store::Reader, member: &Member<'_>) -> Result<Self> {
        let people = audit::people(reader)
            .await?
            .into_iter()
            .map(|person| (person.pseudonym, (person.name, person.kind)));
        Ok(Self {
            people: people.collect(),
            sees_people: member.actor().is(Role::Analyst),
        })
    }

    fn name(&self, pseudonym: &str) -> String {
        self.people
            .get(pseudonym)
            .map_or_else(|| format!("erased {pseudonym}"), |(name, _)| name.clone())
    }

    fn filter(&self, query: &AuditQuery) -> Result<Filter> {
        let start = |field: &str, day: &str, later: i32| -> Result<Option<Timestamp>> {
            let wrong = |invalid: InvalidTime| {
                Error::field(field, ProblemCode::Format, format!("{invalid}."))
            };
            if day.is_empty() {
                Ok(None)
            } else {
                Ok(Some(
                    day.parse::<Date>().map_err(wrong)?.plus_days(later).start(),
                ))
            }
        };
        let who = query.who.to_lowercase();
        let accounts = self
            .people
            .iter()
            .filter(|(_, (_, kind))| kind == "account");
        let matching = accounts
            .filter(|(_, (name, _))| name.to_lowercase().contains(&who))
            .map(|(pseudonym, _)| pseudonym.clone());
        // Somebody who was erased is called by the pseudonym.
        let erased = query.who.trim_start_matches("erased ").to_owned();
        Ok(Filter {
            actors: (!who.is_empty()).then(|| {
                matching
                    .chain(erased.starts_with('~').then_some(erased))
                    .collect()
            }),
            action: query.action.clone(),
            subject: query.subject.clone(),
            sees_people: self.sees_people,
            from: start("from", &query.from, 0)?,
            until: start("until", &query.until, 1)?,
            before: query.before,
        })
    }

    fn row(&self, entry: &Entry) -> AuditRow {
        let subject = match entry.subject.split_once(' ') {
            Some(("account", pseudonym)) => format!("account {}", self.name(pseudonym)),
            Some(("person", pseudonym)) if self.sees_people => {
                format!("person {}", self.name(pseudonym))
            }
            _ => entry.subject.clone(),
        };
        AuditRow {
            sequence: entry.sequence,
            at: entry.at,
            who: self.name(&entry.actor),
            action: entry.action.clone(),
            subject,
            detail: entry.detail.clone(),
            hash: entry.hash.clone(),
        }
    }
}

/// Verifies an exported file by itself. With `head`, the hash of the newest entry as somebody wrote
/// it down, an end that was cut off or rewritten is noticed too.
///
/// # Errors
/// [`Error::Invalid`] when a line is not an entry.
pub fn verify_export(text: &str, head: Option<&str>) -> Result<(usize, Vec<String>)> {
    let parse = |(line, text): (usize, &str)| {
        let wrong = |error| {
            Error::Invalid(format!(
                "Line {} is not an audit log entry: {error}.",
                line + 1
            ))
        };
        serde_json::from_str::<AuditExport>(text).map_err(wrong)
    };
    let lines: Vec<AuditExport> = text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .map(parse)
        .collect::<Result<_>>()?;
    if lines.is_empty() {
        return Err(Error::Invalid(
            "The file contains no audit log entries.".into(),
        ));
    }
    let is_renamed = |line: &&AuditExport| match (&line.who, &line.salt) {
        (Some(name), Some(salt)) => !audit::is_pseudonym(&line.entry.actor, "account", name, salt),
        (Some(_), None) => true,
        (None, _) => false,
    };
    let renamed: BTreeSet<String> = lines
        .iter()
        .filter(is_renamed)
        .map(|line| renamed_problem(&line.entry.actor))
        .collect();
    let entries: Vec<Entry> = lines.into_iter().map(|line| line.entry).collect();
    let mut problems = audit::verify(&entries, None);
    problems.extend(renamed);
    let newest = entries.last().map_or("", |last| last.hash.as_str());
    if head.is_some_and(|head| !newest.eq_ignore_ascii_case(head.trim())) {
        problems.push("the latest entry does not have the given hash: the end was removed, extended or rewritten".to_owned());
    }
    Ok((entries.len(), problems))
}
