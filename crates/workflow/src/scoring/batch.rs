//! Scoring the current people.

use std::sync::Arc;

use domain::{AuditEvent, Date, RefusalCode, ScoreBasis, Subject};
use model::explain::{Explanation, ModelExplainer};
use store::{audit, datasets, registry, scoring};

use crate::datasets::Under;
use crate::registry::VersionScorer;
use crate::{Admin, Error, Result, Tenure, causes, error::compute, shadow};

/// Reasons kept with each score.
const REASONS: usize = 3;
/// Rows per unit of parallel work; fixed, so that the result does not depend on the number of
/// threads.
const CHUNK: usize = 256;

impl Tenure {
    /// Scores everybody who is there now ([`crate::StoredPeople::current_rows`]), of the newest
    /// dataset for scoring on or before `as_of` (the newest of all when absent), with the live
    /// model.
    ///
    /// # Errors
    /// When nothing is in service, there is no such dataset, it does not fit the definition of the
    /// model, or everybody of its newest period has left.
    pub async fn batch(
        &self,
        admin: &Admin<'_>,
        use_case: &str,
        as_of: Option<&str>,
    ) -> Result<scoring::Batch> {
        let as_of = as_of.map(str::parse::<Date>).transpose()?;
        let live = self.expect_live(use_case).await?;
        let dataset = self.dataset_as_of(use_case, as_of).await?;
        let people = self
            .people_for(&dataset, Under::Model(&live.model().use_case))
            .await?;
        let version = live.version.version;
        let (scorer, rows_of) = (Arc::clone(&live.scorer), Arc::clone(&people));
        let scores = compute(move || {
            let rows = rows_of.current_rows();
            if rows.is_empty() {
                return Err(Error::Invalid("Nobody to score: everybody in this data is known to have left. Import current people.".into()));
            }
            score_rows(&scorer, &rows_of, &rows)
        })
        .await?;
        let batch = scoring::Batch {
            batch_id: store::new_id(),
            use_case: use_case.into(),
            version,
            dataset_id: dataset.dataset_id.clone(),
            as_of: as_of.unwrap_or(dataset.as_of),
            people: scores.len() as i64,
            expected_events: scores.iter().map(|score| score.probability).sum(),
            created_by: admin.name().clone(),
            created_at: store::now(),
        };
        let mut transaction = self.store.begin().await?;
        // The database refuses it too; here with a sentence.
        if registry::live(&mut transaction, &use_case.into())
            .await?
            .and_then(|change| change.version)
            != Some(version)
        {
            return Err(Error::conflict(
                RefusalCode::Changed,
                "The live version changed during scoring. Score again.",
            ));
        }
        if datasets::find(&mut transaction, &dataset.dataset_id)
            .await?
            .is_none_or(|dataset| dataset.withdrawn_at.is_some())
        {
            return Err(Error::conflict(
                RefusalCode::Withdrawn,
                "The dataset was withdrawn during scoring. Score again.",
            ));
        }
        scoring::insert(&mut transaction, &batch, &scores).await?;
        let event = AuditEvent::ScoresBatch {
            version,
            dataset: dataset.dataset_id,
            as_of: batch.as_of,
            people: batch.people,
        };
        audit::append(
            &mut transaction,
            admin.name(),
            &Subject::Batch(batch.batch_id.clone()),
            &event,
        )
        .await?;
        transaction.commit().await?;
        let scored = shadow::Scored {
            batch: batch.clone(),
            scores,
            people,
            live,
        };
        // The people have their scores, whatever becomes of those of the version in shadow.
        if let Err(error) = self.score_in_shadow(admin, scored).await {
            tracing::error!(error = causes(&error), "scoring in shadow was not stored");
        }
        Ok(batch)
    }

    /// The newest dataset in use that is for scoring, on or before a day: the people of that day.
    ///
    /// # Errors
    /// [`Error::NotFound`] says what to import.
    pub(crate) async fn dataset_as_of(
        &self,
        use_case: &str,
        as_of: Option<Date>,
    ) -> Result<datasets::Dataset> {
        let all = self.all_datasets(Some(use_case)).await?;
        let until = |dataset: &datasets::Dataset| {
            as_of.is_none_or(|day| dataset.as_of <= day) && dataset.withdrawn_at.is_none()
        };
        let for_training = all.iter().any(until);
        let found = all
            .into_iter()
            .find(|dataset| until(dataset) && dataset.purpose.is_for_scoring());
        found.ok_or_else(|| {
            let day = as_of
                .map(|day| format!(" on or before {day}"))
                .unwrap_or_default();
            let others = if for_training {
                " Datasets for training are not scored; `--for both` imports one for both."
            } else {
                ""
            };
            Error::NotFound(format!(
                "{use_case} has no data for scoring{day}. Import current people with \
                 `tenure data import FILE --use-case {use_case} --for scoring`.{others}"
            ))
        })
    }
}

/// Scores rows of `people`, each by the model that has not learned from the person.
fn score_rows(
    scorer: &VersionScorer,
    people: &crate::StoredPeople,
    rows: &[usize],
) -> Result<Vec<scoring::Score>> {
    use rayon::prelude::*;
    let who = rows
        .iter()
        .map(|&row| (row, Some(people.ids[row].as_str())));
    let recognized = scorer.recognize(&people.table, who);
    let mut scores = Vec::new();
    for (fold, places) in recognized.by_fold() {
        let explainer = scorer.explainer(fold)?;
        let parts: Vec<Vec<scoring::Score>> = places
            .par_chunks(CHUNK)
            .map(|places| {
                let of = |&place: &usize| (rows[place], recognized.basis(place));
                let (rows, bases): (Vec<usize>, Vec<ScoreBasis>) = places.iter().map(of).unzip();
                score_chunk(explainer, people, &rows, &bases)
            })
            .collect::<Result<_>>()?;
        scores.extend(parts.into_iter().flatten());
    }
    scores.sort_unstable_by_key(|score: &scoring::Score| score.position);
    Ok(scores)
}

fn score_chunk(
    explainer: &ModelExplainer,
    people: &crate::StoredPeople,
    rows: &[usize],
    bases: &[ScoreBasis],
) -> Result<Vec<scoring::Score>> {
    let table = people.table.take(rows);
    let explanations = explainer.explain_rows(&table, 0..rows.len(), REASONS)?;
    let score = |((&row, &basis), explanation): ((&usize, &ScoreBasis), &Explanation)| {
        let reasons: Vec<domain::Reason> = explanation.fields.iter().map(reason).collect();
        Ok(scoring::Score {
            position: row as i64,
            person_id: people.ids[row].as_str().into(),
            probability: explanation.probability,
            basis,
            interval: explainer.model().interval(explanation.probability),
            reasons: scoring::reasons_text(&reasons)?,
        })
    };
    rows.iter()
        .zip(bases)
        .zip(&explanations)
        .map(score)
        .collect()
}

/// A contribution as the screens show it.
pub(crate) fn reason(contribution: &model::explain::FieldContribution) -> domain::Reason {
    domain::Reason {
        field: contribution.field.clone(),
        label: contribution.label.clone(),
        value: contribution.value.clone(),
        points: contribution.points,
    }
}
