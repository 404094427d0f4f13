//! Entries as a file.

use domain::{AuditEvent, Subject};
use store::audit;
use store::prediction_log::{self, Logged};

use super::queries::{PredictionQuery, read};
use crate::csv_text::csv_text;
use crate::{Analyst, Error, Result, Tenure, error::compute};

/// Entries of a file, at most.
const MOST: usize = 200_000;
/// Entries read at a time.
const PART: i64 = 5000;

/// A file of entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportedPredictions {
    pub bytes: Vec<u8>,
    pub entries: usize,
    /// SHA-256 of the bytes, as in the audit log.
    pub hash: String,
}

impl Tenure {
    /// Entries as CSV (one line each, without the values) or as JSON lines (everything, as it was
    /// put on disk). The audit log says how many left, and the hash of the file.
    ///
    /// # Errors
    /// [`Error::Invalid`] without a purpose or for too many entries.
    pub async fn export_predictions(
        &self,
        analyst: &Analyst<'_>,
        query: &PredictionQuery,
        csv: bool,
    ) -> Result<ExportedPredictions> {
        let (use_case, why) = self.log_access(&query.use_case, &query.why)?;
        self.flush_predictions().await?;
        let mut find = self.log_filter(query)?;
        let mut rows: Vec<Logged> = Vec::new();
        let mut reader = self.store.snapshot().await?;
        loop {
            let part = prediction_log::list(&mut reader, &find, PART).await?;
            let Some(last) = part.last() else {
                break;
            };
            find.after = Some(last.prediction_id.clone());
            rows.extend(part);
            if rows.len() > MOST {
                return Err(Error::Invalid(format!(
                    "A file may have up to {MOST} entries. Choose a shorter period."
                )));
            }
        }
        drop(reader);
        let entries = rows.len();
        let bytes = compute(move || {
            if csv {
                as_csv(&rows)
            } else {
                Ok(as_lines(&rows))
            }
        })
        .await?;
        let hash = store::artifacts::hash(&bytes);
        let event = AuditEvent::PredictionLogExport {
            entries: entries as u64,
            format: if csv { "csv" } else { "jsonl" }.to_owned(),
            hash: hash.clone(),
            why,
        };
        let mut transaction = self.store.begin().await?;
        let subject = Subject::UseCase(use_case);
        audit::append(&mut transaction, analyst.name(), &subject, &event).await?;
        transaction.commit().await?;
        Ok(ExportedPredictions {
            bytes,
            entries,
            hash,
        })
    }
}

fn as_lines(rows: &[Logged]) -> Vec<u8> {
    let mut text = String::new();
    for row in rows {
        text.push_str(&row.entry);
        text.push('\n');
    }
    text.into_bytes()
}

fn as_csv(rows: &[Logged]) -> Result<Vec<u8>> {
    let header = [
        "id",
        "at",
        "kind",
        "version",
        "subject",
        "records",
        "probability",
        "decision",
        "band",
        "basis",
        "reasons",
        "latency_ms",
        "caller",
        "purpose",
        "retention",
    ];
    let line = |row: &Logged| -> Result<Vec<String>> {
        let entry = read(row)?;
        let answer = entry.answer.as_ref();
        let reasons = answer.map(|answer| {
            let texts: Vec<String> = answer
                .reasons
                .iter()
                .map(|reason| format!("{} {}", reason.field, reason.points))
                .collect();
            texts.join("; ")
        });
        Ok(vec![
            entry.id.to_string(),
            entry.at.rfc3339(),
            entry.kind.as_str().to_owned(),
            entry.version.to_string(),
            entry.subject.clone().unwrap_or_default(),
            entry.records.to_string(),
            answer.map_or_else(String::new, |answer| answer.probability.to_string()),
            answer.map_or_else(String::new, |answer| answer.decision.to_string()),
            answer.map_or_else(String::new, |answer| answer.band.clone()),
            answer.map_or_else(String::new, |answer| answer.basis.as_str().to_owned()),
            reasons.unwrap_or_default(),
            (entry.latency_us as f64 / 1e3).to_string(),
            entry.caller.to_string(),
            entry.purpose.clone().unwrap_or_default(),
            entry.retention.as_str().to_owned(),
        ])
    };
    let lines = rows.iter().map(line).collect::<Result<Vec<_>>>()?;
    Ok(csv_text(header.map(str::to_owned), lines)?.into_bytes())
}
