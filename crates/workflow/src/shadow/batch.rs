//! The people of a batch, scored once more.

use std::sync::Arc;

use domain::{AuditEvent, Stage, Subject};
use store::{audit, registry, scoring, shadow};

use super::bands;
use super::disagreement::{Attribute, Disagreement};
use crate::datasets::Under;
use crate::registry::somebody;
use crate::{Admin, Error, Live, Result, StoredPeople, Tenure, causes, error::compute};

/// What the live version has scored.
pub(crate) struct Scored {
    pub batch: scoring::Batch,
    pub scores: Vec<scoring::Score>,
    pub people: Arc<StoredPeople>,
    pub live: Arc<Live>,
}

impl Tenure {
    /// Scores the people of a batch by the version in shadow too, where there is one. A version that
    /// cannot score them leaves a note: the batch stands.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn score_in_shadow(&self, admin: &Admin<'_>, own: Scored) -> Result<()> {
        let Some(version) = self.shadow_version(&own.batch.use_case).await? else {
            return Ok(());
        };
        let batch = own.batch.clone();
        let (scores, report, problem) = match self.shadow_scores(&version, own).await {
            Ok((scores, report)) => {
                let report = serde_json::to_string(&report).map_err(store::Error::from)?;
                (scores, Some(report), None)
            }
            Err(error @ Error::Unavailable(_)) => return Err(error),
            Err(error) => (Vec::new(), None, Some(told(&error))),
        };
        let number = version.version;
        let record = shadow::Batch {
            batch_id: batch.batch_id.clone(),
            version: number,
            people: scores.len() as i64,
            problem,
            report,
            created_by: admin.name().clone(),
            created_at: store::now(),
        };
        let mut transaction = self.store.begin().await?;
        let now = registry::find(&mut transaction, &batch.use_case, number).await?;
        if now.is_none_or(|version| version.stage != Stage::Staging) {
            // It was decided on in the meantime.
            return Ok(());
        }
        shadow::insert(&mut transaction, &record, &scores).await?;
        let event = AuditEvent::ScoresShadow {
            version: number,
            beside: batch.version,
            people: record.people,
        };
        let subject = Subject::Batch(batch.batch_id);
        audit::append(&mut transaction, admin.name(), &subject, &event).await?;
        Ok(transaction.commit().await?)
    }

    async fn shadow_scores(
        &self,
        version: &registry::Version,
        own: Scored,
    ) -> Result<(Vec<shadow::Score>, Disagreement)> {
        let scorer = self.scorer_of(version).await?;
        let dataset = self.dataset(&own.batch.dataset_id).await?;
        let people = self
            .people_for(&dataset, Under::Model(&scorer.model().use_case))
            .await?;
        let definition = self.use_case(&own.batch.use_case)?;
        compute(move || {
            let rows: Vec<usize> = own
                .scores
                .iter()
                .map(|score| score.position as usize)
                .collect();
            let same = |(score, &row): (&scoring::Score, &usize)| {
                people.ids.get(row).map(String::as_str) == Some(score.person_id.as_str())
            };
            if !own.scores.iter().zip(&rows).all(same) {
                return Err(Error::Invalid(
                    "The version reads other people from the data than the live one.".into(),
                ));
            }
            let ids: Vec<String> = rows.iter().map(|&row| people.ids[row].clone()).collect();
            let table = people.table.take(&rows);
            let (probabilities, recognized) = scorer.probabilities(&table, &somebody(&ids))?;
            let scores = rows.iter().zip(&probabilities).enumerate();
            let scores = scores.map(|(place, (&row, &probability))| shadow::Score {
                position: row as i64,
                probability,
                basis: recognized.basis(place),
            });
            let pairs: Vec<[f64; 2]> = own
                .scores
                .iter()
                .zip(&probabilities)
                .map(|(score, probability)| [score.probability, *probability])
                .collect();
            let use_case = &own.live.model().use_case;
            let live_table = own.people.table.take(&rows);
            let attribute = |name: &String| -> Option<Attribute> {
                let groups = training::groups::groups(&live_table, use_case, name)?;
                Some((name.clone(), definition.label(name), groups))
            };
            let attributes: Vec<Attribute> =
                use_case.audited.iter().filter_map(attribute).collect();
            let (names, place) = bands(use_case);
            let report = Disagreement::measure(&pairs, names, place, &attributes);
            Ok((scores.collect(), report))
        })
        .await
    }
}

/// What is told of a failure; the cause of an internal one is for the log.
fn told(error: &Error) -> String {
    match error {
        Error::Store(_) | Error::Internal { .. } => {
            tracing::error!(error = causes(error), "scoring in shadow failed");
            "An internal error, which is in the log of the server.".to_owned()
        }
        Error::NotFound(_)
        | Error::Invalid(_)
        | Error::Fields(_)
        | Error::SignIn(_)
        | Error::TooMany { .. }
        | Error::Forbidden { .. }
        | Error::Conflict { .. }
        | Error::Refused(_)
        | Error::Canceled(_)
        | Error::Unavailable(_)
        | Error::NotLogged(_) => error.to_string(),
    }
}
