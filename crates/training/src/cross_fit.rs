//! The models that serve: the chosen trial fitted again to every row, and once more without each
//! fold of people, so that nobody is ever scored by a model that has learned from that person.
//!
//! What was judged on the hold-out is the procedure: another fit of the same trial, to the training
//! rows alone.

use model::{Calibrator, CrossFit, FoldModel, Link, Scorer, UseCase};
use rayon::prelude::*;

use crate::calibration::{Calibration, Judged, calibrate};
use crate::candidate::{Parameters, fit};
use crate::dataset::Dataset;
use crate::error::TrainingError;
use crate::prepared::{Fold, Prepared};
use crate::preprocess::Encoding;
use crate::prune::prune;
use crate::settings::ValidSettings;
use crate::split::{Split, TrainRows, person_folds};

/// What serves, before it is put into a model file.
pub(crate) struct CrossFitted {
    /// Learned on all rows.
    pub encoding: Encoding,
    /// Fitted to all rows, calibrated on the scores out of fold.
    pub scorer: Scorer,
    /// The fold models and the fold of each row of the dataset.
    pub cross_fit: CrossFit,
    /// The score of each row by the model of its fold: what serves this person.
    pub probabilities: Vec<f64>,
}

/// A fold fitted: its encoding, its uncalibrated scorer, and what it gives the rows that it judges.
struct Fitted {
    encoding: Encoding,
    scorer: Scorer,
    margins: Vec<f64>,
}

/// Fits `parameters` to all rows of `dataset` and without each fold of its people.
///
/// # Errors
/// When a learner fails.
pub(crate) fn cross_fit(
    dataset: &Dataset,
    use_case: &UseCase,
    parameters: &Parameters,
    link: Link,
    settings: &ValidSettings,
) -> Result<CrossFitted, TrainingError> {
    let splits = person_folds(dataset, settings.folds, settings.seed)?;
    let fold = |split: &Split| -> Result<Fitted, TrainingError> {
        let fold = Fold::new(dataset, use_case, split, &settings.inputs())?;
        let scorer = fit(parameters, &fold.train, settings.seed)?;
        let margins = scorer.margins(&fold.test_matrix);
        Ok(Fitted {
            encoding: fold.train.encoding,
            scorer,
            margins,
        })
    };
    // Each fold is encoded, fitted and dropped, so that memory holds few of them.
    let fitted: Vec<Fitted> = splits
        .par_iter()
        .with_max_len(1)
        .map(fold)
        .collect::<Result<_, _>>()?;
    let judged = judged(dataset, &splits, &fitted);
    let Calibration {
        calibrator,
        of_folds,
        probabilities: scores,
        ..
    } = calibrate(&judged, link)?;

    let mut probabilities = vec![0.0; dataset.rows()];
    let mut fold_of_row = vec![0; dataset.rows()];
    for (own, score) in judged.iter().zip(scores) {
        probabilities[own.row] = score;
        fold_of_row[own.row] = own.fold as u8;
    }
    let model = |(mut own, calibrator): (Fitted, Calibrator)| {
        own.scorer.calibrator = calibrator;
        let (encoder, scorer) = prune(&own.encoding.encoder, &own.scorer);
        FoldModel { encoder, scorer }
    };
    let folds = fitted.into_iter().zip(of_folds).map(model).collect();

    let everybody = TrainRows::everybody(dataset);
    let prepared = Prepared::new(dataset, use_case, &everybody, &settings.inputs())?;
    let mut scorer = fit(parameters, &prepared, settings.seed)?;
    scorer.calibrator = calibrator;
    Ok(CrossFitted {
        encoding: prepared.encoding,
        scorer,
        cross_fit: CrossFit {
            folds,
            rows: (0..dataset.rows() as u32).collect(),
            fold_of_row,
        },
        probabilities,
    })
}

/// The margin of every row by the model that did not learn from its person.
fn judged(dataset: &Dataset, splits: &[Split], fitted: &[Fitted]) -> Vec<Judged> {
    let of_fold = |(fold, (split, own)): (usize, (&Split, &Fitted))| {
        let one = move |(&row, &margin): (&usize, &f64)| Judged {
            row,
            fold,
            repeat: 0,
            margin,
            label: dataset.labels[row],
        };
        split
            .test
            .rows()
            .iter()
            .zip(&own.margins)
            .map(one)
            .collect::<Vec<_>>()
    };
    splits
        .iter()
        .zip(fitted)
        .enumerate()
        .flat_map(of_fold)
        .collect()
}
