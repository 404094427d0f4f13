//! From tuned trials to one fitted, calibrated scorer: blend, one-standard-error rule, calibration.
//! Nested evaluation runs exactly this.

use std::ops::ControlFlow;

use model::{Calibrator, Link, Scorer, UseCase};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::calibration::{CalibrationTrial, Judged, calibrate};
use crate::candidate::{BlendMember, Candidate, Parameters, fit};
use crate::dataset::Dataset;
use crate::error::TrainingError;
use crate::prepared::{Fold, Prepared};
use crate::preprocess::Encoding;
use crate::progress::Progress;
use crate::settings::ValidSettings;
use crate::split::{Split, TrainRows};
use crate::stacking::Stack;
use crate::tune::{Trial, Tried, judge, mean_and_error, tune};

/// The best trial of a candidate, beside the others on the same folds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CandidateResult {
    /// The kind of model.
    pub candidate: Candidate,
    /// Number of its best trial.
    pub trial: usize,
    /// Selection metric, mean over folds, and its standard error.
    pub score: f64,
    /// Standard error of `score` over the folds.
    pub standard_error: f64,
    /// How far it stays behind the best, paired by fold, and the standard error of that.
    pub behind: f64,
    /// Standard error of `behind`.
    pub behind_error: f64,
    /// Whether the model is of this candidate.
    pub chosen: bool,
}

/// What selection gives.
#[derive(Debug, Clone, PartialEq)]
pub struct Selection {
    /// Learned on all rows of the fitted side.
    pub encoding: Encoding,
    /// The chosen trial, fitted to all rows of the fitted side and calibrated.
    pub scorer: Scorer,
    /// The trial that the scorer was built from.
    pub chosen: Trial,
    /// From the simplest candidate to the most complex.
    pub candidates: Vec<CandidateResult>,
    /// In the order of the search.
    pub trials: Vec<Trial>,
    /// The best trial of each candidate with its calibration, in the order of `candidates`.
    pub calibrated: Vec<CalibratedTrial>,
    /// Every kind of calibration that was tried.
    pub calibration: Vec<CalibrationTrial>,
    /// Cross-fitted, calibrated probability of each training row, averaged over repeats; `None`
    /// where no fold judged a row.
    pub out_of_fold: Vec<Option<f64>>,
}

/// A candidate's best trial, ready to become a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CalibratedTrial {
    /// What it was fitted with.
    pub trial: Trial,
    /// Fitted to its margins out of fold.
    pub calibrator: Calibrator,
}

/// A candidate's best trial with the margins that judge it.
struct Finalist {
    trial: Trial,
    link: Link,
    /// Fold by fold.
    margins: Vec<Vec<f64>>,
}

/// Judges finalists on the folds of the other repeats. Each fold is encoded, judged and dropped, so
/// that memory holds few of them.
fn judge_further(
    finalists: &mut [Finalist],
    context: &SelectionContext<'_>,
    settings: &ValidSettings,
) -> Result<(), TrainingError> {
    let judge_fold = |split: &Split| -> Result<Vec<(Vec<f64>, f64)>, TrainingError> {
        let fold = Fold::new(context.dataset, context.use_case, split, &settings.inputs())?;
        finalists
            .iter()
            .map(|finalist| judge(&finalist.trial.parameters, &fold, settings))
            .collect()
    };
    let judged: Vec<Vec<(Vec<f64>, f64)>> = context.splits[context.searched.len()..]
        .par_iter()
        .with_max_len(1)
        .map(judge_fold)
        .collect::<Result<_, _>>()?;
    for fold in judged {
        for (finalist, (margins, score)) in finalists.iter_mut().zip(fold) {
            finalist.margins.push(margins);
            finalist.trial.fold_scores.push(score);
        }
    }
    for Finalist { trial, .. } in finalists {
        (trial.score, trial.standard_error) = mean_and_error(&trial.fold_scores);
    }
    Ok(())
}

/// What selection starts from: the fitted side of a split and the folds inside it.
pub struct SelectionContext<'a> {
    /// Table and outcomes.
    pub dataset: &'a Dataset,
    /// The definition that the table was read with.
    pub use_case: &'a UseCase,
    /// Rows that are fitted to.
    pub train: &'a TrainRows,
    /// The encoding of `train` itself, for the final fit.
    pub prepared: &'a Prepared,
    /// Folds of all repeats.
    pub splits: &'a [Split],
    /// The folds of the first repeat, encoded.
    pub searched: &'a [Fold],
}

/// Tunes, chooses, fits and calibrates on the training rows of `context`. Breaks with the trials
/// that were done when `progress` says stop.
///
/// # Errors
/// When a learner fails.
pub fn select(
    context: &SelectionContext<'_>,
    settings: &ValidSettings,
    progress: &dyn Progress,
) -> Result<ControlFlow<Vec<Trial>, Selection>, TrainingError> {
    let SelectionContext {
        dataset,
        splits,
        searched,
        ..
    } = *context;
    // The search sees the first repeat of folds only; the best of each candidate are then judged on
    // all of them, which takes out much of the luck by which they came first.
    let tried = match tune(searched, settings, progress)? {
        ControlFlow::Continue(tried) => tried,
        ControlFlow::Break(trials) => return Ok(ControlFlow::Break(trials)),
    };
    let mut trials: Vec<Trial> = tried.iter().map(|tried| tried.trial.clone()).collect();
    let mut finalists = finalists(tried);
    judge_further(&mut finalists, context, settings)?;
    for finalist in &finalists {
        trials[finalist.trial.number] = finalist.trial.clone();
    }
    let labels: Vec<Vec<bool>> = splits
        .iter()
        .map(|split| {
            split
                .test
                .rows()
                .iter()
                .map(|&row| dataset.labels[row])
                .collect()
        })
        .collect();
    if settings.candidates.contains(&Candidate::Blend)
        && finalists
            .iter()
            .filter(|finalist| may_blend(finalist))
            .count()
            > 1
    {
        let blend = blend(&finalists, &labels, searched.len(), settings, trials.len())?;
        trials.push(blend.trial.clone());
        finalists.push(blend);
    }
    let (chosen, candidates) = choose(&finalists, settings)?;
    let calibrated = |finalist: &Finalist| {
        let calibrator = calibrate(&judged(finalist, context), finalist.link)?.calibrator;
        Ok(CalibratedTrial {
            trial: finalist.trial.clone(),
            calibrator,
        })
    };
    let calibrated = finalists
        .iter()
        .map(calibrated)
        .collect::<Result<_, TrainingError>>()?;
    let mut selection = finish(&finalists[chosen], context, settings)?;
    selection.candidates = candidates;
    selection.trials = trials;
    selection.calibrated = calibrated;
    Ok(ControlFlow::Continue(selection))
}

/// The selection of a training that has been made before, with another of its candidates: nothing
/// is searched.
///
/// # Errors
/// When the learner fails.
pub fn select_given(
    context: &SelectionContext<'_>,
    given: &CalibratedTrial,
    settings: &ValidSettings,
) -> Result<Selection, TrainingError> {
    let parameters = &given.trial.parameters;
    let margins = context
        .searched
        .par_iter()
        .with_max_len(1)
        .map(|fold| Ok(judge(parameters, fold, settings)?.0))
        .collect::<Result<Vec<_>, TrainingError>>()?;
    let mut finalists = [Finalist {
        trial: given.trial.clone(),
        link: given.trial.candidate.link(),
        margins,
    }];
    judge_further(&mut finalists, context, settings)?;
    let [mut finalist] = finalists;
    // As it was judged then: of a blend, the folds had weights of their own.
    finalist.trial = given.trial.clone();
    let mut selection = finish(&finalist, context, settings)?;
    selection.scorer.calibrator = given.calibrator.clone();
    selection.candidates = vec![CandidateResult {
        candidate: given.trial.candidate,
        trial: 0,
        score: given.trial.score,
        standard_error: given.trial.standard_error,
        behind: 0.0,
        behind_error: 0.0,
        chosen: true,
    }];
    let trial = Trial {
        number: 0,
        ..given.trial.clone()
    };
    selection.trials = vec![trial.clone()];
    selection.chosen = trial;
    selection.calibrated = vec![given.clone()];
    Ok(selection)
}

/// The chosen trial, fitted to all rows of the fitted side and calibrated.
fn finish(
    finalist: &Finalist,
    context: &SelectionContext<'_>,
    settings: &ValidSettings,
) -> Result<Selection, TrainingError> {
    let SelectionContext {
        train, prepared, ..
    } = *context;
    let judged = judged(finalist, context);
    let calibration = calibrate(&judged, finalist.link)?;
    let mut scorer = fit(&finalist.trial.parameters, prepared, settings.seed)?;
    scorer.calibrator = calibration.calibrator;
    let mut sums = vec![(0.0, 0u32); train.rows().len()];
    for (judged, probability) in judged.iter().zip(&calibration.probabilities) {
        sums[judged.row].0 += probability;
        sums[judged.row].1 += 1;
    }
    let out_of_fold = sums
        .into_iter()
        .map(|(sum, count)| (count > 0).then(|| sum / f64::from(count)))
        .collect();
    Ok(Selection {
        encoding: prepared.encoding.clone(),
        scorer,
        chosen: finalist.trial.clone(),
        candidates: Vec::new(),
        trials: Vec::new(),
        calibrated: Vec::new(),
        calibration: calibration.trials,
        out_of_fold,
    })
}

/// Prepares folds, several at a time.
///
/// # Errors
/// See [`Fold::new`].
pub fn prepare_folds(
    dataset: &Dataset,
    use_case: &UseCase,
    splits: &[Split],
    settings: &ValidSettings,
) -> Result<Vec<Fold>, TrainingError> {
    splits
        .par_iter()
        .map(|split| Fold::new(dataset, use_case, split, &settings.inputs()))
        .collect()
}

/// The best whole trial of each candidate, simplest candidate first.
fn finalists(tried: Vec<Tried>) -> Vec<Finalist> {
    let mut best: std::collections::BTreeMap<Candidate, Tried> = std::collections::BTreeMap::new();
    for tried in tried.into_iter().filter(|tried| !tried.trial.pruned) {
        match best.entry(tried.trial.candidate) {
            std::collections::btree_map::Entry::Occupied(mut held)
                if held.get().trial.score < tried.trial.score =>
            {
                held.insert(tried);
            }
            std::collections::btree_map::Entry::Occupied(_) => {}
            std::collections::btree_map::Entry::Vacant(free) => {
                free.insert(tried);
            }
        }
    }
    let finalist = |tried: Tried| Finalist {
        link: tried.trial.candidate.link(),
        trial: tried.trial,
        margins: tried.margins,
    };
    best.into_values().map(finalist).collect()
}

fn may_blend(finalist: &Finalist) -> bool {
    finalist.trial.candidate.may_blend()
}

/// Stacks the finalists: judged on each fold with weights from the other folds of the same repeat,
/// its parameters from all of them. `labels` are those of each fold's judged rows.
fn blend(
    finalists: &[Finalist],
    labels: &[Vec<bool>],
    per_repeat: usize,
    settings: &ValidSettings,
    number: usize,
) -> Result<Finalist, TrainingError> {
    let started = std::time::Instant::now();
    let members: Vec<&Finalist> = finalists
        .iter()
        .filter(|finalist| may_blend(finalist))
        .collect();
    let stack = |chosen: &dyn Fn(usize) -> bool| {
        let folds: Vec<usize> = (0..labels.len()).filter(|&fold| chosen(fold)).collect();
        let of = |member: &&Finalist| {
            folds
                .iter()
                .flat_map(|&fold| member.margins[fold].iter().copied())
                .collect::<Vec<f64>>()
        };
        let labels: Vec<bool> = folds
            .iter()
            .flat_map(|&fold| labels[fold].iter().copied())
            .collect();
        Stack::fit(&members.iter().map(of).collect::<Vec<_>>(), &labels)
    };
    let margins: Vec<Vec<f64>> = (0..labels.len())
        .into_par_iter()
        .map(|fold| {
            let own: Vec<Vec<f64>> = members
                .iter()
                .map(|member| member.margins[fold].clone())
                .collect();
            stack(&|other| other != fold && other / per_repeat == fold / per_repeat).margins(&own)
        })
        .collect();
    let whole = stack(&|_| true);
    let weighted = members
        .iter()
        .zip(&whole.weights)
        .filter(|(_, weight)| **weight > 0.0);
    let member = |(member, weight): (&&Finalist, &f64)| BlendMember {
        weight: *weight,
        parameters: member.trial.parameters.clone(),
    };
    let parameters = Parameters::Blend {
        intercept: whole.intercept,
        members: weighted.map(member).collect(),
    };
    let fold_score = |(labels, margins): (&Vec<bool>, &Vec<f64>)| {
        let probabilities: Vec<f64> = margins
            .iter()
            .map(|margin| model::scorer::sigmoid(*margin))
            .collect();
        settings.metric.score(labels, &probabilities)
    };
    let fold_scores: Vec<f64> = labels
        .iter()
        .zip(&margins)
        .map(fold_score)
        .collect::<Option<_>>()
        .ok_or_else(|| TrainingError::Split("leaves a fold with only one outcome".into()))?;
    let (score, standard_error) = mean_and_error(&fold_scores);
    let trial = Trial {
        number,
        candidate: Candidate::Blend,
        parameters,
        fold_scores,
        score,
        standard_error,
        pruned: false,
        seconds: started.elapsed().as_secs_f64(),
    };
    Ok(Finalist {
        trial,
        link: Link::Logit,
        margins,
    })
}

/// The best finalist, or the simplest within one standard error of the paired difference to it
/// (Breiman et al. 1984, on paired folds).
fn choose(
    finalists: &[Finalist],
    settings: &ValidSettings,
) -> Result<(usize, Vec<CandidateResult>), TrainingError> {
    let best = (0..finalists.len())
        .filter(|&index| finalists[index].trial.candidate.may_be_chosen())
        .max_by(|&a, &b| {
            finalists[a]
                .trial
                .score
                .total_cmp(&finalists[b].trial.score)
                .then(b.cmp(&a))
        })
        .ok_or_else(|| TrainingError::Learner("no candidate finished a trial".into()))?;
    let mut results: Vec<CandidateResult> = finalists
        .iter()
        .map(|Finalist { trial, .. }| {
            let paired = finalists[best]
                .trial
                .fold_scores
                .iter()
                .zip(&trial.fold_scores);
            let (behind, behind_error) =
                mean_and_error(&paired.map(|(best, own)| best - own).collect::<Vec<_>>());
            CandidateResult {
                candidate: trial.candidate,
                trial: trial.number,
                score: trial.score,
                standard_error: trial.standard_error,
                behind,
                behind_error,
                chosen: false,
            }
        })
        .collect();
    let near = |result: &CandidateResult| {
        result.candidate.may_be_chosen() && result.behind <= result.behind_error
    };
    let simplest = results
        .iter()
        .position(near)
        .filter(|_| settings.one_standard_error);
    let chosen = simplest.map_or(best, |simplest| simplest.min(best));
    results[chosen].chosen = true;
    Ok((chosen, results))
}

fn judged(finalist: &Finalist, context: &SelectionContext<'_>) -> Vec<Judged> {
    let SelectionContext {
        dataset,
        train,
        splits,
        searched,
        ..
    } = *context;
    let of_fold = |(number, (split, margins)): (usize, (&Split, &Vec<f64>))| {
        let one = |(&row, &margin): (&usize, &f64)| {
            let position = train.rows().binary_search(&row).ok()?;
            Some(Judged {
                row: position,
                fold: number,
                repeat: number / searched.len(),
                margin,
                label: dataset.labels[row],
            })
        };
        split
            .test
            .rows()
            .iter()
            .zip(margins)
            .filter_map(one)
            .collect::<Vec<_>>()
    };
    splits
        .iter()
        .zip(&finalist.margins)
        .enumerate()
        .flat_map(of_fold)
        .collect()
}
