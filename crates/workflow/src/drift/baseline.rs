//! The baseline of a version: the people it was trained on, as they are to be compared with people of today, and the scores that models
//! which had not seen them gave them.

use std::sync::Arc;

use model::{Column, Table};
use store::registry;

use crate::training_run::Evidence;
use crate::{Analyst, Error, Result, StoredPeople, Tenure, error::compute};

/// Rows of the sample that leaves the house as `reference_data.parquet`.
const SAMPLE: usize = 1000;

/// One side of every check.
#[derive(Debug, Clone, PartialEq)]
pub struct Reference {
    pub people: Table,
    /// By models that never saw the person, like the scores of today; of those rows of the training data that have one.
    pub scores: Vec<f64>,
    /// `[stayed, left]`; `None` without outcomes.
    pub outcomes: Option<[u64; 2]>,
}

impl Reference {
    /// People of the same kind on both sides: with several periods the newest, and those who stayed where today's leavers are left out.
    fn new(people: &StoredPeople, evidence: &Evidence, without_leavers: bool) -> Self {
        let newest = people.periods.as_ref().and_then(|periods| periods.iter().max());
        let of_period = |row: usize| people.periods.as_ref().is_none_or(|periods| Some(&periods[row]) == newest);
        let left = |row: usize| people.labels.as_ref().is_some_and(|labels| labels[row]);
        let period: Vec<usize> = (0..people.ids.len()).filter(|&row| of_period(row)).collect();
        let taken = |row: usize| of_period(row) && !(without_leavers && left(row));
        let leavers = period.iter().filter(|&&row| left(row)).count() as u64;
        let rows: Vec<usize> = period.iter().copied().filter(|&row| taken(row)).collect();
        Self {
            people: people.table.take(&rows),
            scores: unseen_scores(evidence).into_iter().filter(|(row, _)| taken(*row)).map(|(_, score)| score).collect(),
            outcomes: people.labels.is_some().then(|| [period.len() as u64 - leavers, leavers]),
        }
    }
}

/// Row and score of every row that a model which had not seen it scored.
fn unseen_scores(evidence: &Evidence) -> Vec<(usize, f64)> {
    let folds = evidence.training_rows.iter().zip(&evidence.out_of_fold).filter_map(|(row, score)| Some((*row as usize, (*score)?)));
    let held_out = evidence.holdout_rows.iter().zip(&evidence.holdout_probabilities).map(|(row, score)| (*row as usize, *score));
    folds.chain(held_out).collect()
}

impl Tenure {
    /// The baseline of a version.
    pub(crate) async fn reference(&self, version: &registry::Version, without_leavers: bool) -> Result<Arc<Reference>> {
        let people = self.people_of(&self.dataset(&version.dataset_id).await?).await?;
        let evidence = self.evidence(&version.run_id).await?;
        compute(move || Ok(Arc::new(Reference::new(&people, &evidence, without_leavers)))).await
    }

    /// A sample of the baseline's people, without who they are: `reference_data.parquet`.
    ///
    /// # Errors
    /// When there is no such version, or its data is gone.
    pub async fn reference_data(&self, _: &Analyst<'_>, use_case: &str, version: i64) -> Result<Vec<u8>> {
        let reference = self.reference(&self.version(use_case, version).await?, false).await?;
        compute(move || {
            let rows = reference.people.rows();
            let count = rows.min(SAMPLE);
            let sample = reference.people.take(&(0..count).map(|row| row * rows / count.max(1)).collect::<Vec<_>>());
            data::write(&sample, data::Format::Parquet).map_err(|error| Error::Internal(error.to_string()))
        })
        .await
    }

    /// The scores of the baseline: `reference_predictions.csv`, with the row of the training data and what became of it.
    ///
    /// # Errors
    /// When there is no such version, or its data is gone.
    pub async fn reference_predictions(&self, _: &Analyst<'_>, use_case: &str, version: i64) -> Result<Vec<u8>> {
        let version = self.version(use_case, version).await?;
        let people = self.people_of(&self.dataset(&version.dataset_id).await?).await?;
        let evidence = self.evidence(&version.run_id).await?;
        compute(move || {
            let mut scores = unseen_scores(&evidence);
            scores.sort_unstable_by_key(|(row, _)| *row);
            let mut table = Table::default();
            table.push("row", Column::Number(scores.iter().map(|(row, _)| (*row + 1) as f64).collect()));
            table.push("prediction", Column::Number(scores.iter().map(|(_, score)| *score).collect()));
            if let Some(labels) = &people.labels {
                table.push("actual", Column::Number(scores.iter().map(|(row, _)| f64::from(u8::from(labels[*row]))).collect()));
            }
            data::write(&table, data::Format::Csv).map_err(|error| Error::Internal(error.to_string()))
        })
        .await
    }
}
