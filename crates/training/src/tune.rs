//! Search over all candidates and their spaces: tree-structured Parzen estimator (Bergstra et al.
//! 2011), median pruning, every trial kept.

use std::ops::ControlFlow;
use std::time::Instant;

use rand::RngExt;
use rand::rngs::ChaCha8Rng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use tpe::density_estimation::DefaultEstimatorBuilder;
use tpe::{TpeOptimizer, TpeOptimizerBuilder};

use crate::candidate::{Candidate, Parameters, fit};
use crate::error::TrainingError;
use crate::prepared::Fold;
use crate::progress::{Progress, Stage, Status};
use crate::random::generator;
use crate::settings::ValidSettings;

/// One point that was tried.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    /// From 0, in the order of the search.
    pub number: usize,
    /// The kind of model.
    pub candidate: Candidate,
    /// What it was fitted with.
    pub parameters: Parameters,
    /// Selection metric of each fold that was fitted (more is better).
    pub fold_scores: Vec<f64>,
    /// Mean of the fold scores.
    pub score: f64,
    /// Standard error of that mean over folds.
    pub standard_error: f64,
    /// Given up after the first folds because it was below the median.
    pub pruned: bool,
    /// How long the trial took.
    pub seconds: f64,
}

/// A trial with its out-of-fold margins, fold by fold.
#[derive(Debug, Clone)]
pub(crate) struct Tried {
    pub trial: Trial,
    pub margins: Vec<Vec<f64>>,
}

/// Trials asked for at once: fixed, so that the number of threads never changes the search.
const BATCH: usize = 2;
/// Folds after which a trial may be given up.
const FIRST_FOLDS: usize = 2;
/// Finished trials of a candidate from which its median prunes.
const BEFORE_PRUNING: usize = 4;

/// Trials over the candidates of `settings` (but for the blend). On timeout, what is done counts.
///
/// Breaks with what was done when `progress` says stop.
///
/// # Errors
/// A learner's failure.
pub(crate) fn tune(
    folds: &[Fold],
    settings: &ValidSettings,
    progress: &dyn Progress,
) -> Result<ControlFlow<Vec<Trial>, Vec<Tried>>, TrainingError> {
    let started = Instant::now();
    let mut search = Search::new(settings);
    let mut done: Vec<Tried> = Vec::new();
    // Every candidate's starting point is always tried, however few trials were asked for.
    let planned = settings.trials.max(search.arms.len());
    while done.len() < planned {
        let elapsed = started.elapsed().as_secs_f64();
        let best = done
            .iter()
            .filter(|tried| tried.trial.candidate.may_be_chosen())
            .map(|tried| tried.trial.score)
            .fold(None, most);
        progress.report(&Status {
            stage: Stage::Train,
            trial: done.len(),
            trials: planned,
            candidate: done.last().map(|tried| tried.trial.candidate),
            best,
            seconds_left: (!done.is_empty())
                .then(|| elapsed / done.len() as f64 * (planned - done.len()) as f64),
        });
        if progress.canceled() {
            return Ok(ControlFlow::Break(
                done.into_iter().map(|tried| tried.trial).collect(),
            ));
        }
        if done.len() >= search.arms.len()
            && settings
                .timeout_seconds
                .is_some_and(|limit| elapsed >= limit)
        {
            break;
        }
        let points: Vec<Point> = (done.len()..planned.min(done.len() + BATCH))
            .map(|number| search.ask(number))
            .collect::<Result<_, _>>()?;
        let tried: Vec<Tried> = points
            .par_iter()
            .map(|point| try_point(point, folds, &done, settings))
            .collect::<Result<_, TrainingError>>()?;
        for (point, tried) in points.iter().zip(tried) {
            search.tell(point, tried.trial.score)?;
            done.push(tried);
        }
    }
    Ok(ControlFlow::Continue(done))
}

fn most(best: Option<f64>, score: f64) -> Option<f64> {
    Some(best.map_or(score, |best| best.max(score)))
}

fn try_point(
    point: &Point,
    folds: &[Fold],
    done: &[Tried],
    settings: &ValidSettings,
) -> Result<Tried, TrainingError> {
    let started = Instant::now();
    let run = |folds: &[Fold]| -> Result<Vec<(Vec<f64>, f64)>, TrainingError> {
        folds
            .par_iter()
            .map(|fold| judge(&point.parameters, fold, settings))
            .collect()
    };
    let first = FIRST_FOLDS.min(folds.len());
    let mut results = run(&folds[..first])?;
    let pruned = folds.len() > first && is_hopeless(&results, point.candidate, done);
    if !pruned {
        results.extend(run(&folds[first..])?);
    }
    let (margins, fold_scores): (Vec<Vec<f64>>, Vec<f64>) = results.into_iter().unzip();
    let (score, standard_error) = mean_and_error(&fold_scores);
    let trial = Trial {
        number: point.number,
        candidate: point.candidate,
        parameters: point.parameters.clone(),
        fold_scores,
        score,
        standard_error,
        pruned,
        seconds: started.elapsed().as_secs_f64(),
    };
    Ok(Tried { trial, margins })
}

/// Margins and score of one fold.
pub(crate) fn judge(
    parameters: &Parameters,
    fold: &Fold,
    settings: &ValidSettings,
) -> Result<(Vec<f64>, f64), TrainingError> {
    let scorer = fit(parameters, &fold.train, settings.seed)?;
    let margins = scorer.margins(&fold.test_matrix);
    let probabilities: Vec<f64> = margins
        .iter()
        .map(|&margin| scorer.probability_of_margin(margin))
        .collect();
    let score = settings.metric.score(&fold.test_labels, &probabilities);
    Ok((
        margins,
        score.ok_or_else(|| TrainingError::Split("leaves a fold with only one outcome".into()))?,
    ))
}

/// Below the median of the candidate's finished trials on the same first folds.
fn is_hopeless(results: &[(Vec<f64>, f64)], candidate: Candidate, done: &[Tried]) -> bool {
    let first = results.len();
    let sum = |scores: &[f64]| scores[..first].iter().sum::<f64>();
    let mut others: Vec<f64> = done
        .iter()
        .filter(|tried| tried.trial.candidate == candidate && !tried.trial.pruned)
        .map(|tried| sum(&tried.trial.fold_scores))
        .collect();
    others.sort_unstable_by(f64::total_cmp);
    others.len() >= BEFORE_PRUNING
        && results.iter().map(|(_, score)| score).sum::<f64>() < others[others.len() / 2]
}

/// Mean and its standard error.
pub(crate) fn mean_and_error(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values
        .iter()
        .map(|value| (value - mean) * (value - mean))
        .sum::<f64>()
        / (n - 1.0).max(1.0);
    (mean, (variance / n).sqrt())
}

/// A point of the search.
struct Point {
    number: usize,
    arm: usize,
    candidate: Candidate,
    parameters: Parameters,
    /// In the search's own numbers.
    searched: Vec<f64>,
}

/// A candidate and an estimator for each of its dimensions.
struct Arm {
    candidate: Candidate,
    estimators: Vec<TpeOptimizer<DefaultEstimatorBuilder>>,
    asked: usize,
}

struct Search {
    arms: Vec<Arm>,
    /// Which arm to try, estimated over the arms that have something to search.
    choice: Option<TpeOptimizer<DefaultEstimatorBuilder>>,
    searchable: Vec<usize>,
    random: ChaCha8Rng,
}

/// Random points of an arm before its estimators speak.
const RANDOM_POINTS: usize = 4;

impl Search {
    fn new(settings: &ValidSettings) -> Self {
        let mut candidates: Vec<Candidate> = settings
            .candidates
            .iter()
            .copied()
            .filter(|candidate| *candidate != Candidate::Blend)
            .collect();
        candidates.sort_unstable();
        candidates.dedup();
        let estimator = |range: [f64; 2]| {
            let range = tpe::range(range[0], range[1]).ok()?;
            TpeOptimizerBuilder::new()
                .gamma(0.2)
                .build(tpe::parzen_estimator(), range)
                .ok()
        };
        let arms: Vec<Arm> = candidates
            .into_iter()
            .map(|candidate| {
                let estimators = candidate
                    .space()
                    .iter()
                    .filter_map(|dimension| estimator(dimension.search_range()))
                    .collect();
                Arm {
                    candidate,
                    estimators,
                    asked: 0,
                }
            })
            .collect();
        let searchable: Vec<usize> = (0..arms.len())
            .filter(|&arm| !arms[arm].estimators.is_empty())
            .collect();
        let choice = tpe::categorical_range(searchable.len().max(1))
            .ok()
            .and_then(|range| {
                TpeOptimizerBuilder::new()
                    .gamma(0.2)
                    .build(tpe::histogram_estimator(), range)
                    .ok()
            });
        Self {
            arms,
            choice,
            searchable,
            random: generator(settings.seed, u64::MAX),
        }
    }

    /// The next point: first every arm's start; then in turn an arm by the estimator and an arm by
    /// rotation, so that none starves.
    fn ask(&mut self, number: usize) -> Result<Point, TrainingError> {
        let failed =
            |error: &dyn std::fmt::Display| TrainingError::Learner(format!("the search: {error}"));
        let arm = if number < self.arms.len() || self.searchable.is_empty() {
            number % self.arms.len()
        } else {
            let turn = number - self.arms.len();
            let position = match &mut self.choice {
                Some(choice) if turn % 2 == 1 => choice
                    .ask(&mut self.random)
                    .map_err(|error| failed(&error))?
                    as usize,
                _ => turn / 2 % self.searchable.len(),
            };
            self.searchable[position.min(self.searchable.len() - 1)]
        };
        let Arm {
            candidate,
            estimators,
            asked,
        } = &mut self.arms[arm];
        let dimensions = candidate.space();
        let mut searched = Vec::with_capacity(dimensions.len());
        for (dimension, estimator) in dimensions.iter().zip(estimators) {
            let [low, high] = dimension.search_range();
            searched.push(match *asked {
                0 => dimension.search_start(),
                early if early <= RANDOM_POINTS => self.random.random_range(low..high),
                _ => estimator
                    .ask(&mut self.random)
                    .map_err(|error| failed(&error))?,
            });
        }
        *asked += 1;
        let values: Vec<f64> = dimensions
            .iter()
            .zip(&searched)
            .map(|(dimension, searched)| dimension.value(*searched))
            .collect();
        let parameters = candidate
            .parameters(&values)
            .ok_or_else(|| TrainingError::Learner(format!("{} has no space", candidate.name())))?;
        Ok(Point {
            number,
            arm,
            candidate: *candidate,
            parameters,
            searched,
        })
    }

    fn tell(&mut self, point: &Point, score: f64) -> Result<(), TrainingError> {
        let failed =
            |error: &dyn std::fmt::Display| TrainingError::Learner(format!("the search: {error}"));
        for (estimator, searched) in self.arms[point.arm]
            .estimators
            .iter_mut()
            .zip(&point.searched)
        {
            estimator
                .tell(*searched, -score)
                .map_err(|error| failed(&error))?;
        }
        if let (Some(choice), Some(position)) = (
            &mut self.choice,
            self.searchable.iter().position(|arm| *arm == point.arm),
        ) {
            choice
                .tell(position as f64 + 0.5, -score)
                .map_err(|error| failed(&error))?;
        }
        Ok(())
    }
}
