//! What to expect before anybody waits: a quick logistic regression out of fold, held against the
//! gates.

use model::UseCase;
use rayon::prelude::*;

use crate::candidate::{L2Parameters, Parameters};
use crate::dataset::Dataset;
use crate::error::TrainingError;
use crate::feasibility::{Feasibility, RESAMPLES, feasibility};
use crate::gates::ValidGatePolicy;
use crate::prepared::Fold;
use crate::select::prepare_folds;
use crate::settings::ValidSettings;
use crate::split::{Split, folds};
use crate::tune::judge;

/// Where the search over L2 logistic regression starts: hard to beat by much on tables of people.
const QUICK: Parameters = Parameters::LogisticRegressionL2(L2Parameters {
    c: 0.1,
    balanced: false,
});

/// How often a model of about this quality would meet the gates of `policy`.
///
/// # Errors
/// When data or settings do not allow a training.
pub fn gate_forecast(
    dataset: &Dataset,
    use_case: &UseCase,
    policy: &ValidGatePolicy,
    settings: &ValidSettings,
) -> Result<Feasibility, TrainingError> {
    let use_case = &settings.applied_to(use_case);
    dataset.check(use_case)?;
    let split = Split::hold_out(dataset, settings.holdout_share, settings.seed)?;
    let splits = folds(dataset, &split.train, settings.folds, 1, settings.seed)?;
    gate_forecast_on(
        &prepare_folds(dataset, use_case, &splits, settings)?,
        use_case,
        policy,
        settings,
        split.test.rows().len(),
    )
}

/// The same on folds that are prepared already. `held_out` is the number of rows that the gates
/// will be judged on.
pub(crate) fn gate_forecast_on(
    folds: &[Fold],
    use_case: &UseCase,
    policy: &ValidGatePolicy,
    settings: &ValidSettings,
    held_out: usize,
) -> Result<Feasibility, TrainingError> {
    let judged: Vec<Vec<f64>> = folds
        .par_iter()
        .map(|fold| Ok(judge(&QUICK, fold, settings)?.0))
        .collect::<Result<_, TrainingError>>()?;
    let probabilities: Vec<f64> = judged
        .into_iter()
        .flatten()
        .map(model::scorer::sigmoid)
        .collect();
    let labels: Vec<bool> = folds
        .iter()
        .flat_map(|fold| fold.test_labels.iter().copied())
        .collect();
    let found = feasibility(
        policy,
        &labels,
        &probabilities,
        use_case.policies.cutoff,
        held_out,
        RESAMPLES,
        settings.seed,
    );
    let sentence = format!("Quick logistic regression: {}", found.sentence);
    Ok(Feasibility { sentence, ..found })
}
