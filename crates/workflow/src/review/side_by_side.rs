//! Candidate and live version on the same rows, and the gates judged by that.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::VersionNumber;
use model::{Model, UseCase};
use stats::comparison::{Comparison, compare};
use training::evaluate::{Evaluation, evaluate};
use training::gates::{self, CardPart, Gate, GateReport, ValidGatePolicy};

use crate::Evidence;
use crate::StoredPeople;
use crate::registry::VersionScorer;
use crate::runs::evidence::unseen_by;
use crate::{Error, Result};

/// Fewer rows than this cannot distinguish two models.
const LEAST_ROWS: usize = 50;

/// The live version and its baseline.
pub(super) struct Champion {
    pub number: VersionNumber,
    pub scorer: Arc<VersionScorer>,
    pub baseline: model::Table,
    /// The rows of the candidate's dataset as the live version reads them; `None` where it cannot.
    pub people: Option<Arc<StoredPeople>>,
}

/// Why there is no comparison with a live version that does not know the data.
pub(super) const OTHER_DEFINITION: &str = "The data does not fit the definition of the live version, so the two cannot be compared on it.";

/// What the two did on the same rows.
pub(super) struct SideBySide {
    pub candidate: Evaluation,
    pub champion: Option<Evaluation>,
    /// Which rows these are.
    pub rows: String,
    /// Metric by metric; empty when there is nothing to compare with.
    pub comparisons: Vec<Comparison>,
}

/// Candidate and champion on the candidate's held-out rows, none of which the one that scores has
/// learned from.
pub(super) fn side_by_side(
    model: &Model,
    evidence: &Evidence,
    people: &StoredPeople,
    champion: Option<&Champion>,
) -> Result<SideBySide> {
    let alone = |why: String| SideBySide {
        candidate: evidence.holdout.clone(),
        champion: None,
        rows: format!(
            "{} hold-out rows not used in training. {why}",
            evidence.holdout_rows.len()
        ),
        comparisons: Vec::new(),
    };
    let Some(champion) = champion else {
        return Ok(alone("No version is live to compare it with.".into()));
    };
    let Some(as_champion) = &champion.people else {
        return Ok(alone(OTHER_DEFINITION.into()));
    };
    let held_out = evidence
        .holdout_rows
        .iter()
        .zip(&evidence.holdout_probabilities)
        .map(|(row, probability)| (*row as usize, *probability));
    let (rows, scores, challenger) = unseen_by(&champion.scorer, as_champion, held_out)?;
    let truth = people.outcomes_of(&rows)?;
    let events = truth.iter().filter(|label| **label).count();
    if rows.len() < LEAST_ROWS || events == 0 || events == rows.len() {
        let number = champion.number;
        let why = if rows.is_empty() {
            format!(
                "The use case has no identifiers, so it is not known whom the live version {number} has learned from; the two cannot be compared."
            )
        } else {
            format!("They are too few to compare the live version {number} with it.")
        };
        return Ok(alone(why));
    }
    let table = people.table.take(&rows);
    let seed = model.lineage.seed;
    let of_champion = as_champion.table.take(&rows);
    let own = &champion.scorer.model().use_case;
    let cutoffs = [own.policies.cutoff, model.use_case.policies.cutoff];
    let comparisons =
        compare(&truth, &scores, &challenger, cutoffs, seed).map_err(Error::caused)?;
    Ok(SideBySide {
        candidate: evaluate(&model.use_case, &table, &truth, &challenger, seed)?,
        champion: Some(evaluate(own, &of_champion, &truth, &scores, seed)?),
        rows: format!(
            "{} hold-out rows. Whoever the live version has learned from is scored by the one of its models that has not.",
            rows.len()
        ),
        comparisons,
    })
}

/// The gates again, this time against what is live now (`None`: nothing is), and with the card as
/// it is now.
pub(super) fn judge(
    policy: &ValidGatePolicy,
    use_case: &UseCase,
    evidence: &Evidence,
    card: &BTreeSet<CardPart>,
    against_live: Option<&Vec<Comparison>>,
) -> GateReport {
    let second_fit = evidence
        .gates
        .results
        .iter()
        .find(|result| matches!(result.gate, Gate::Reproducible));
    policy.judge(&gates::Evidence {
        report: &evidence.holdout.report,
        against_live: against_live.map(Vec::as_slice),
        fairness: &evidence.cross_validated.fairness,
        quality: &evidence.quality,
        reproducible: second_fit
            .and_then(|result| result.figure.value)
            .map(|value| value == 1.0),
        leaks: &evidence.leaks,
        stability: evidence.stability.as_ref(),
        use_case,
        card,
    })
}
