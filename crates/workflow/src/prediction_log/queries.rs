//! Finding entries. Who sees people may, with a purpose; each look is on record.

use domain::{
    AccountName, AuditEvent, Date, PersonId, PredictionId, PredictionKind, Subject, Timestamp,
    UseCaseId, VersionNumber,
};
use serde::Serialize;
use store::audit;
use store::prediction_log::{self, Entry, Find, Line, Logged};

use crate::{Analyst, Error, Result, Tenure, error::compute};

/// Entries of a page.
const PAGE: i64 = 50;

/// Which entries.
#[derive(Debug, Clone, Default)]
pub struct PredictionQuery {
    pub use_case: String,
    /// Id of a person.
    pub person: Option<String>,
    /// From this day on.
    pub since: Option<Date>,
    /// Up to this day, included.
    pub until: Option<Date>,
    pub kind: Option<PredictionKind>,
    pub version: Option<VersionNumber>,
    /// Only entries after this one in the list.
    pub after: Option<PredictionId>,
    /// Key of the purpose.
    pub why: String,
}

/// An entry in the list.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PredictionRow {
    pub id: PredictionId,
    pub at: Timestamp,
    pub kind: PredictionKind,
    pub version: VersionNumber,
    /// Pseudonym.
    pub subject: Option<String>,
    pub records: usize,
    pub probability: Option<f64>,
    pub decision: Option<bool>,
    pub latency_ms: f64,
    pub caller: AccountName,
    pub purpose: Option<String>,
}

/// A page of the list, newest first.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PredictionPage {
    pub rows: Vec<PredictionRow>,
    /// The last of them, where more follow.
    pub next: Option<PredictionId>,
    /// Entries under pseudonyms of another key were found: the key file was changed.
    pub other_key: bool,
}

/// An entry with all that it holds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PredictionView {
    pub entry: Entry,
    /// JSON, as it was put on disk before the answer was sent.
    pub text: String,
    /// Of a batch: the record that was asked for, from 1.
    pub record: Option<(usize, Line)>,
}

impl Tenure {
    /// Entries of the log.
    ///
    /// # Errors
    /// [`Error::Invalid`] without a purpose; when the store fails.
    pub async fn predictions(
        &self,
        analyst: &Analyst<'_>,
        query: &PredictionQuery,
    ) -> Result<PredictionPage> {
        let (use_case, why) = self.log_access(&query.use_case, &query.why)?;
        self.flush_predictions().await?;
        let find = self.log_filter(query)?;
        self.record_log_view(analyst, &use_case, query.person.as_deref(), None, why)
            .await?;
        let mut reader = self.store.read().await?;
        let mut rows = prediction_log::list(&mut reader, &find, PAGE + 1).await?;
        let more = rows.len() as i64 > PAGE;
        rows.truncate(PAGE as usize);
        let next = rows
            .last()
            .filter(|_| more)
            .map(|row| row.prediction_id.clone());
        let key = self.store.spool().key()?;
        let other_key = find.subject.is_some()
            && rows.is_empty()
            && prediction_log::list(
                &mut reader,
                &Find {
                    use_case,
                    ..Find::default()
                },
                PAGE,
            )
            .await?
            .iter()
            .filter_map(|row| row.subject.as_deref())
            .any(|subject| !subject.starts_with(key.name()));
        Ok(PredictionPage {
            rows: rows.into_iter().map(row).collect::<Result<_>>()?,
            next,
            other_key,
        })
    }

    /// One entry, and of a batch one of its records, from 1.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none, [`Error::Invalid`] without a purpose.
    pub async fn prediction(
        &self,
        analyst: &Analyst<'_>,
        use_case: &str,
        id: &PredictionId,
        record: Option<usize>,
        why: &str,
    ) -> Result<PredictionView> {
        let (use_case, why) = self.log_access(use_case, why)?;
        self.flush_predictions().await?;
        let found = prediction_log::find(&mut self.store.read().await?, id).await?;
        let found = found
            .filter(|row| row.use_case == use_case)
            .ok_or_else(|| Error::NotFound("The prediction log has no such entry.".into()))?;
        self.record_log_view(analyst, &use_case, None, Some(id), why)
            .await?;
        let entry = read(&found)?;
        let record = match &entry.file {
            Some(file) => Some(self.logged_record(file, record.unwrap_or(1)).await?),
            None => None,
        };
        Ok(PredictionView {
            entry,
            text: found.entry,
            record,
        })
    }

    async fn logged_record(&self, file: &str, number: usize) -> Result<(usize, Line)> {
        let bytes = self.store.artifact(file).await?;
        let line = compute(move || {
            let line = bytes.split(|byte| *byte == b'\n').nth(number);
            let line = line.filter(|line| !line.is_empty() && number > 0);
            let line =
                line.ok_or_else(|| Error::NotFound(format!("The batch has no record {number}.")))?;
            Ok(serde_json::from_slice(line).map_err(store::Error::from)?)
        });
        Ok((number, line.await?))
    }

    /// The use case and the purpose, where one must be named.
    pub(super) fn log_access(
        &self,
        use_case: &str,
        why: &str,
    ) -> Result<(UseCaseId, Option<String>)> {
        let use_case: UseCaseId = self.use_case(use_case)?.id.as_str().into();
        let why = self
            .purpose(&use_case, why)?
            .map(|purpose| purpose.key.clone());
        Ok((use_case, why))
    }

    pub(super) fn log_filter(&self, query: &PredictionQuery) -> Result<Find> {
        let person = query
            .person
            .as_deref()
            .map(str::trim)
            .filter(|id| !id.is_empty());
        let subject = match person {
            Some(id) => Some(self.store.spool().key()?.subject(&query.use_case, id)),
            None => None,
        };
        Ok(Find {
            use_case: query.use_case.as_str().into(),
            subject,
            since: query.since.map(Date::start),
            until: query.until.map(|day| day.plus_days(1).start()),
            kind: query.kind,
            version: query.version,
            after: query.after.clone(),
        })
    }

    async fn record_log_view(
        &self,
        analyst: &Analyst<'_>,
        use_case: &UseCaseId,
        person: Option<&str>,
        id: Option<&PredictionId>,
        why: Option<String>,
    ) -> Result<()> {
        let person = person.map(str::trim).filter(|id| !id.is_empty());
        let subject = match (id, person) {
            (Some(id), _) => Subject::Prediction(id.clone()),
            (None, Some(person)) => Subject::Person(use_case.clone(), PersonId::from(person)),
            (None, None) => Subject::UseCase(use_case.clone()),
        };
        let event = AuditEvent::PredictionView {
            use_case: use_case.clone(),
            why,
        };
        let mut transaction = self.store.begin().await?;
        audit::append(&mut transaction, analyst.name(), &subject, &event).await?;
        Ok(transaction.commit().await?)
    }
}

/// What an entry holds.
pub(super) fn read(row: &Logged) -> Result<Entry> {
    Ok(serde_json::from_str(&row.entry).map_err(store::Error::from)?)
}

fn row(row: Logged) -> Result<PredictionRow> {
    let entry = read(&row)?;
    Ok(PredictionRow {
        probability: entry.answer.as_ref().map(|answer| answer.probability),
        decision: entry.answer.as_ref().map(|answer| answer.decision),
        id: entry.id,
        at: entry.at,
        kind: entry.kind,
        version: entry.version,
        subject: entry.subject,
        records: entry.records,
        latency_ms: entry.latency_us as f64 / 1e3,
        caller: entry.caller,
        purpose: entry.purpose,
    })
}
