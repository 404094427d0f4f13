//! Writing entries: nobody is answered before the entry is on disk.

use std::sync::atomic::Ordering;
use std::time::Instant;

use domain::{
    AccountName, Date, InputPolicy, LogFailure, PredictionId, PredictionKind, UseCaseId,
    VersionNumber,
};
use model::{Record, UseCase};
use store::prediction_log::{Answer, Entry, Input, Line, SubjectKey};

use super::LogPolicy;
use crate::scoring::Prediction;
use crate::scoring::records::given_ids;
use crate::{Error, Result, Tenure};

/// Who asked, and for what.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub kind: PredictionKind,
    pub caller: AccountName,
    /// Key of a purpose.
    pub purpose: Option<String>,
    pub started: Instant,
    /// Of a batch in parts: the id of the first part, and the number of this one.
    pub part: Option<(PredictionId, u32)>,
}

/// What was scored, in the order of the records.
pub(crate) struct Scored<'a> {
    pub use_case: &'a UseCase,
    pub version: VersionNumber,
    /// Hash of the model file.
    pub model: &'a str,
    pub day: Date,
    pub reasons_asked: usize,
    pub records: Vec<Record>,
    pub predictions: &'a [Prediction],
}

impl Tenure {
    /// Writes the entry of a scoring. `None`: it could not be written, and the policy allows going
    /// on.
    ///
    /// # Errors
    /// [`Error::NotLogged`] when it could not be written.
    pub(crate) async fn log_scores(
        &self,
        policy: LogPolicy,
        source: Source,
        scored: Scored<'_>,
    ) -> Result<Option<PredictionId>> {
        let use_case = UseCaseId::from(scored.use_case.id.as_str());
        for prediction in scored.predictions {
            self.log_counts.score(&use_case, &prediction.band);
        }
        match self.write_entry(policy, source, scored).await {
            Ok(id) => {
                self.log_counts.written.fetch_add(1, Ordering::Relaxed);
                Ok(Some(id))
            }
            Err(error) if policy.on_failure == LogFailure::Continue => {
                self.log_counts.dropped.fetch_add(1, Ordering::Relaxed);
                tracing::error!(
                    error = crate::causes(&error),
                    "a request was answered without an entry in the prediction log"
                );
                Ok(None)
            }
            Err(error) => {
                self.log_counts.refused.fetch_add(1, Ordering::Relaxed);
                Err(error)
            }
        }
    }

    async fn write_entry(
        &self,
        policy: LogPolicy,
        source: Source,
        mut scored: Scored<'_>,
    ) -> Result<PredictionId> {
        let latency_us = u64::try_from(source.started.elapsed().as_micros()).unwrap_or(u64::MAX);
        let key = self.store.spool().key().map_err(Error::not_logged)?;
        let count = scored.records.len();
        let mut lines = lines(&key, policy.input, &mut scored);
        let id: PredictionId = store::new_id();
        let is_batch = source.kind == PredictionKind::Batch;
        let single = (!is_batch).then(|| lines.pop()).flatten();
        let file = if is_batch {
            let bytes = file(&id, &lines)?;
            let stored = self.store.put_artifact_durably(bytes).await;
            Some(stored.map_err(Error::not_logged)?)
        } else {
            None
        };
        let (subject, input, answer) = match single {
            Some(line) => (line.subject, line.input, Some(line.answer)),
            None => (None, None, None),
        };
        let entry = Entry {
            id: id.clone(),
            at: store::now(),
            kind: source.kind,
            use_case: scored.use_case.id.as_str().into(),
            version: scored.version,
            model: scored.model.to_owned(),
            as_of: scored.day,
            policy: policy.input,
            subject,
            input,
            reasons_asked: scored.reasons_asked,
            answer,
            records: count,
            file,
            part: source.part,
            latency_us,
            caller: source.caller,
            purpose: source.purpose,
            retention: policy.retention,
        };
        let line = entry.line().map_err(Error::not_logged)?;
        self.store
            .spool()
            .write(line)
            .await
            .map_err(Error::not_logged)?;
        Ok(id)
    }
}

/// The file of a batch: a line that names the entry, and a line for each record.
fn file(id: &PredictionId, lines: &[Line]) -> Result<Vec<u8>> {
    let mut bytes = format!("{{\"prediction\":\"{id}\"}}\n").into_bytes();
    for line in lines {
        serde_json::to_writer(&mut bytes, line).map_err(Error::not_logged)?;
        bytes.push(b'\n');
    }
    Ok(bytes)
}

/// The text of values that the hash is of.
pub(super) fn canonical(record: &Record) -> String {
    let mut text = String::new();
    for (field, value) in record {
        for part in [field, value] {
            text.push_str(&part.len().to_string());
            text.push(':');
            text.push_str(part);
        }
    }
    text
}

/// A line for each record, whose values move into it.
fn lines(key: &SubjectKey, policy: InputPolicy, scored: &mut Scored<'_>) -> Vec<Line> {
    let records = std::mem::take(&mut scored.records);
    let ids: Vec<Option<String>> = given_ids(scored.use_case, &records)
        .into_iter()
        .map(|id| id.map(|id| key.subject(&scored.use_case.id, id)))
        .collect();
    let one = |((mut record, subject), prediction): ((Record, Option<String>), &Prediction)| {
        if let Some(column) = &scored.use_case.id_column {
            record.remove(column);
        }
        let input = match policy {
            InputPolicy::None => None,
            InputPolicy::Hashed => Some(Input::Hashed(
                key.input(&scored.use_case.id, &canonical(&record)),
            )),
            InputPolicy::Full => Some(Input::Full(record)),
        };
        Line {
            subject,
            input,
            answer: answer(prediction),
        }
    };
    records
        .into_iter()
        .zip(ids)
        .zip(scored.predictions)
        .map(one)
        .collect()
}

/// What of an answer is kept.
pub(super) fn answer(prediction: &Prediction) -> Answer {
    Answer {
        probability: prediction.probability,
        decision: prediction.decision,
        band: prediction.band.clone(),
        interval: prediction.interval,
        basis: prediction.basis,
        fold: prediction.fold,
        reasons: prediction.reasons.clone(),
    }
}
