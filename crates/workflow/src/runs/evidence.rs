//! What a training found out about its model, kept for the pages, and the comparison with what is
//! live.

use std::sync::Arc;

use domain::{RefusalCode, RunId};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use stats::comparison::Comparison;
use store::datasets::Dataset;
use store::runs;
use training::Trained;
use training::error_analysis::ErrorAnalysis;
use training::evaluate::Evaluation;
use training::feasibility::Feasibility;
use training::gates::{self, GateReport, ValidGatePolicy};
use training::leakage::Leak;
use training::proxies::Proxy;
use training::quality::DataQuality;
use training::stability::Stability;

use crate::datasets::Under;
use crate::registry::VersionScorer;
use crate::runs::artifacts::{EVIDENCE, no_file};
use crate::training::known::RowsUsed;
use crate::{Error, Result, Tenure, card, error::compute};

/// What is kept of a training for the pages, beside the model itself. Stored as JSON artifact
/// `evidence.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// Figures on rows that nothing was chosen by.
    pub holdout: Evaluation,
    /// Figures out of fold.
    pub cross_validated: Evaluation,
    /// Positions of the held-out rows in the dataset, their probabilities in the same order.
    pub holdout_rows: Vec<u32>,
    pub holdout_probabilities: Vec<f64>,
    /// Positions of the training rows, and the out-of-fold probability of each.
    pub training_rows: Vec<u32>,
    pub out_of_fold: Vec<Option<f64>>,
    /// Positions of all rows that the models that serve have learned from, ascending, and the score
    /// of each by the one that did not learn from its person.
    pub learned_rows: Vec<u32>,
    pub cross_fitted: Vec<f64>,
    /// Where the model is wrong most.
    pub errors: ErrorAnalysis,
    /// What looks like knowledge of the outcome.
    pub leaks: Vec<Leak>,
    /// How well the inputs predict the protected attributes.
    pub proxies: Vec<Proxy>,
    pub quality: DataQuality,
    /// How often a model of this quality would pass the gates.
    pub feasibility: Option<Feasibility>,
    /// How the fields rank in refits on other people; absent in runs of before that was measured.
    #[serde(default)]
    pub stability: Option<Stability>,
    /// The gates of the use case, judged.
    pub gates: GateReport,
    /// Paired with the live model on the held-out rows that it never saw; empty when nothing is
    /// live or too few such rows are left.
    pub against_live: Vec<Comparison>,
    /// Periods that trained and judged, and how many rows had no known outcome; absent in runs of
    /// before that was recorded.
    #[serde(default)]
    pub rows_used: RowsUsed,
    /// Of a model that was trained elsewhere.
    #[serde(default)]
    pub imported: Option<ImportedFrom>,
}

/// Where a model is from that was trained elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportedFrom {
    /// Name of the format.
    pub format: String,
    /// Name of the file and SHA-256 of its bytes.
    pub file: String,
    pub file_hash: String,
    /// Name of the dataset that it was trained on, as far as somebody has said so.
    pub trained_on: Option<String>,
    /// Whether it may have learned from the people who judged it.
    pub in_sample: bool,
    /// Its inputs, and what each was matched to.
    pub inputs: Vec<(String, String)>,
    /// Inputs that it does not use.
    pub unused: Vec<String>,
}

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
    pub(crate) async fn evidence(&self, run_id: &RunId) -> Result<Evidence> {
        self.json_of_run(run_id, EVIDENCE).await
    }

    /// A JSON file of a run.
    pub(crate) async fn json_of_run<T: DeserializeOwned + Send + 'static>(
        &self,
        run_id: &RunId,
        name: &str,
    ) -> Result<T> {
        let details = runs::details(&mut self.store.read().await?, run_id).await?;
        let artifact = details
            .artifacts
            .iter()
            .find(|artifact| artifact.name == name);
        let artifact = artifact.ok_or_else(|| no_file(name))?;
        let bytes = self.store.artifact(&artifact.hash).await?;
        compute(move || Ok(serde_json::from_slice(&bytes).map_err(store::Error::from)?)).await
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
