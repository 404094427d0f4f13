//! What a training found out about its model, kept for the pages, and the comparison with what is
//! live.

use std::sync::Arc;

use domain::{RefusalCode, RunId};
use serde::de::DeserializeOwned;
use stats::comparison::Comparison;
use store::datasets::Dataset;
use store::runs;
use training::Trained;
use training::gates::{self, ValidGatePolicy};

use crate::datasets::Under;
use crate::registry::VersionScorer;
use crate::runs::artifacts::{EVIDENCE, no_file};
use crate::training::known::RowsUsed;
use crate::{Error, Evidence, Result, Tenure, card, error::compute};

impl Tenure {
    /// The live version, to be compared on a dataset.
    pub(crate) async fn champion(&self, dataset: &Dataset) -> Result<Option<Champion>> {
        let Some(live) = self.live(&dataset.use_case).await? else {
            return Ok(None);
        };
        let people = match self
            .people_for(dataset, Under::Model(&live.model().use_case))
            .await
        {
            Ok(people) => Some(people),
            // The new version is there because the live one does not know such data.
            Err(Error::Conflict {
                code: RefusalCode::OtherDefinition,
                ..
            }) => None,
            Err(error) => return Err(error),
        };
        Ok(Some(Champion { live, people }))
    }

    /// What is kept of the training that made a version.
    ///
    /// # Errors
    /// When the artifact is missing or damaged.
    pub(crate) async fn evidence(&self, run_id: &RunId) -> Result<Arc<Evidence>> {
        let hash = self.hash_of_run(run_id, EVIDENCE).await?;
        let make = async { Ok(Arc::new(self.json_of_hash(&hash).await?)) };
        self.caches.evidence.get_or_make(&hash, make).await
    }

    async fn hash_of_run(&self, run_id: &RunId, name: &str) -> Result<String> {
        let details = runs::details(&mut self.store.read().await?, run_id).await?;
        let artifact = details
            .artifacts
            .into_iter()
            .find(|artifact| artifact.name == name);
        Ok(artifact.ok_or_else(|| no_file(name))?.hash)
    }

    async fn json_of_hash<T: DeserializeOwned + Send + 'static>(&self, hash: &str) -> Result<T> {
        let bytes = self.store.artifact(hash).await?;
        compute(move || Ok(serde_json::from_slice(&bytes).map_err(store::Error::from)?)).await
    }

    /// A JSON file of a run.
    pub(crate) async fn json_of_run<T: DeserializeOwned + Send + 'static>(
        &self,
        run_id: &RunId,
        name: &str,
    ) -> Result<T> {
        let hash = self.hash_of_run(run_id, name).await?;
        self.json_of_hash(&hash).await
    }
}

/// The evidence of a training, with its gates judged. `has_explanation`: what the model has learned
/// is measured and kept with it.
pub(crate) fn evidence(
    trained: &Trained,
    policy: &ValidGatePolicy,
    against_live: Vec<Comparison>,
    rows_used: RowsUsed,
    has_explanation: bool,
) -> Evidence {
    let card = card::parts(
        &trained.judged.use_case,
        [&trained.holdout, &trained.cross_validated],
        has_explanation,
        "",
        false,
    );
    let positions = |rows: &[usize]| rows.iter().map(|&row| row as u32).collect();
    let gates = policy.judge(&gates::Evidence {
        report: &trained.holdout.report,
        against_live: (!against_live.is_empty()).then_some(&against_live),
        fairness: &trained.cross_validated.fairness,
        quality: &trained.quality,
        reproducible: Some(trained.reproducible),
        leaks: &trained.leaks,
        stability: Some(&trained.stability),
        use_case: &trained.judged.use_case,
        card: &card,
    });
    Evidence {
        holdout: trained.holdout.clone(),
        cross_validated: trained.cross_validated.clone(),
        holdout_rows: positions(&trained.holdout_rows),
        holdout_probabilities: trained.holdout_probabilities.clone(),
        training_rows: positions(&trained.training_rows),
        out_of_fold: trained.out_of_fold.clone(),
        learned_rows: trained.served.cross_fit.rows.clone(),
        cross_fitted: trained.cross_fitted.clone(),
        errors: trained.errors.clone(),
        leaks: trained.leaks.clone(),
        proxies: trained.proxies.clone(),
        quality: trained.quality.clone(),
        feasibility: Some(trained.feasibility.clone()),
        stability: Some(trained.stability.clone()),
        gates,
        against_live,
        rows_used,
        imported: None,
    }
}

/// The live version, to be compared on a dataset.
pub(crate) struct Champion {
    live: Arc<crate::Live>,
    /// The rows of the new version's dataset as the live version reads them; `None` where it
    /// cannot.
    people: Option<Arc<crate::StoredPeople>>,
}

/// Fewer rows than this cannot distinguish two models.
const LEAST_ROWS: usize = 50;

/// New model against live version on the held-out rows: a person whom the live version has learned
/// from is scored by the one of its models that has not. Rows of nobody in particular are left out,
/// as it is not known whether it has.
///
/// `rows` and `scores` are those of the new version, and its cutoff. `people` are the rows of its dataset as the definition in force reads them: who
/// left is told by it.
pub(crate) fn compare_with(
    champion: &Champion,
    (rows, scores, cutoff): (&[usize], &[f64], f64),
    people: &crate::StoredPeople,
    seed: u64,
) -> Result<Vec<Comparison>> {
    let Some(read_by_live) = &champion.people else {
        return Ok(Vec::new());
    };
    let unseen = unseen_by(
        &champion.live.scorer,
        read_by_live,
        rows.iter().copied().zip(scores.iter().copied()),
    )?;
    let (rows, scores, challenger) = unseen;
    let truth = people.outcomes_of(&rows)?;
    if rows.len() < LEAST_ROWS || truth.iter().all(|label| *label == truth[0]) {
        return Ok(Vec::new());
    }
    stats::comparison::compare(&truth, &scores, &challenger, [cutoff, cutoff], seed)
        .map_err(Error::caused)
}

/// Of held-out rows and their scores by a new version, those that `scorer`, the live version, scores
/// without having learned from the person: rows, its scores, and those of the new version.
pub(crate) fn unseen_by(
    scorer: &VersionScorer,
    people: &crate::StoredPeople,
    held_out: impl Iterator<Item = (usize, f64)>,
) -> Result<(Vec<usize>, Vec<f64>, Vec<f64>)> {
    let (rows, challenger): (Vec<usize>, Vec<f64>) = held_out.unzip();
    let ids: Vec<Option<&str>> = rows
        .iter()
        .map(|&row| Some(people.ids[row].as_str()))
        .collect();
    let (scores, recognized) = scorer.probabilities(&people.table.take(&rows), &ids)?;
    let known = (0..rows.len()).filter(|&place| recognized.basis(place).is_unseen());
    let mut unseen = (Vec::new(), Vec::new(), Vec::new());
    for place in known {
        unseen.0.push(rows[place]);
        unseen.1.push(scores[place]);
        unseen.2.push(challenger[place]);
    }
    Ok(unseen)
}
