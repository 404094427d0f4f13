//! Scoring the current people.

use std::sync::Arc;

use domain::{AuditEvent, Date, RefusalCode, ScoreBasis, Subject};
use model::explain::{Explanation, ModelExplainer};
use store::{audit, datasets, registry, scoring};
use tokio::sync::mpsc;

use crate::datasets::Under;
use crate::registry::VersionScorer;
use crate::{Admin, Error, Result, Tenure, causes, error::compute, shadow};

/// Reasons kept with each score.
const REASONS: usize = 3;
/// Rows per unit of parallel work; fixed, so that the result does not depend on the number of
/// threads.
const CHUNK: usize = 256;
/// People whose scores are written together, while those of the next are computed…
const WINDOW: usize = 32 * CHUNK;
/// … and how many of these wait at most.
const WINDOWS: usize = 2;

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
        let rows = people.current_rows();
        if rows.is_empty() {
            return Err(Error::Invalid("Nobody to score: everybody in this data is known to have left. Import current people.".into()));
        }
        let mut batch = scoring::Batch {
            batch_id: store::new_id(),
            use_case: use_case.into(),
            version,
            dataset_id: dataset.dataset_id.clone(),
            as_of: as_of.unwrap_or(dataset.as_of),
            people: rows.len() as i64,
            expected_events: 0.0,
            created_by: admin.name().clone(),
            created_at: store::now(),
        };
        let (sender, windows) = mpsc::channel(WINDOWS);
        let (scorer, rows_of) = (Arc::clone(&live.scorer), Arc::clone(&people));
        let scored = compute(move || {
            let gone = |_| Error::internal("the scores are not wanted any more");
            score_windows(&scorer, &rows_of, &rows, |scores| {
                sender.blocking_send(scores).map_err(gone)
            })
        });
        let (scored, written) = tokio::join!(scored, self.write_batch(&batch, windows));
        // When writing fails, scoring ends with an error of its own.
        let (mut transaction, scores) = written?;
        scored?;
        batch.expected_events = scores.iter().map(|score| score.probability).sum();
        scoring::set_expected_events(&mut transaction, &batch.batch_id, batch.expected_events)
            .await?;
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

    /// Writes scores down while others are computed: the batch and all of them, in a transaction that
    /// is still open.
    async fn write_batch(
        &self,
        batch: &scoring::Batch,
        mut windows: mpsc::Receiver<Vec<scoring::Score>>,
    ) -> Result<(store::Writer, Vec<scoring::Score>)> {
        let first = windows.recv().await.unwrap_or_default();
        let mut transaction = self.store.begin().await?;
        // The database refuses it too; here with a sentence.
        if registry::live(&mut transaction, &batch.use_case)
            .await?
            .and_then(|change| change.version)
            != Some(batch.version)
        {
            return Err(Error::conflict(
                RefusalCode::Changed,
                "The live version changed during scoring. Score again.",
            ));
        }
        if datasets::find(&mut transaction, &batch.dataset_id)
            .await?
            .is_none_or(|dataset| dataset.withdrawn_at.is_some())
        {
            return Err(Error::conflict(
                RefusalCode::Withdrawn,
                "The dataset was withdrawn during scoring. Score again.",
            ));
        }
        scoring::insert(&mut transaction, batch, &first).await?;
        let mut all = first;
        while let Some(scores) = windows.recv().await {
            scoring::add(&mut transaction, &batch.batch_id, &scores).await?;
            all.extend(scores);
        }
        Ok((transaction, all))
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

/// Scores rows of `people`, each by the model that has not learned from the person, and hands them on in
/// their order, [`WINDOW`] at a time.
fn score_windows(
    scorer: &VersionScorer,
    people: &crate::StoredPeople,
    rows: &[usize],
    hand_on: impl Fn(Vec<scoring::Score>) -> Result<()>,
) -> Result<()> {
    use rayon::prelude::*;
    let who = rows
        .iter()
        .map(|&row| (row, Some(people.ids[row].as_str())));
    let recognized = scorer.recognize(&people.table, who);
    let by_fold = recognized.by_fold();
    for start in (0..rows.len()).step_by(WINDOW) {
        let mut parts = Vec::new();
        for (fold, places) in &by_fold {
            let explainer = scorer.explainer(*fold)?;
            let until = |end: usize| places.partition_point(|&place| place < end);
            let inside = &places[until(start)..until(start + WINDOW)];
            parts.extend(inside.chunks(CHUNK).map(|places| (explainer, places)));
        }
        let scored: Vec<Vec<scoring::Score>> = parts
            .into_par_iter()
            .map(|(explainer, places)| {
                let of = |&place: &usize| (rows[place], recognized.basis(place));
                let (rows, bases): (Vec<usize>, Vec<ScoreBasis>) = places.iter().map(of).unzip();
                score_chunk(explainer, people, &rows, &bases)
            })
            .collect::<Result<_>>()?;
        let mut scores: Vec<scoring::Score> = scored.into_iter().flatten().collect();
        scores.sort_unstable_by_key(|score| score.position);
        hand_on(scores)?;
    }
    Ok(())
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
