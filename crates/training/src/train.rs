//! One training, from checked rows to a model with its evidence.

use model::{Lineage, Model, Training, UseCase};
use serde::{Deserialize, Serialize};
use stats::report::{Report, report};

use crate::calibration::CalibrationTrial;
use crate::dataset::Dataset;
use crate::error::TrainingError;
use crate::prepared::Prepared;
use crate::progress::{Progress, Stage, StageRecord, Stages};
use crate::select::{CandidateResult, Selection, prepare_folds, select};
use crate::settings::Settings;
use crate::split::{Split, folds};
use crate::statistics::field_statistics;
use crate::tune::Trial;

/// A trained model with its evidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trained {
    pub model: Model,
    /// The best trial of every candidate, from the simplest to the most complex; one is chosen.
    pub candidates: Vec<CandidateResult>,
    /// The trial that the model was built from.
    pub chosen: Trial,
    /// Every trial of the search.
    pub trials: Vec<Trial>,
    pub calibration: Vec<CalibrationTrial>,
    /// Rows of the dataset that were trained on, and those held out.
    pub training_rows: Vec<usize>,
    pub holdout_rows: Vec<usize>,
    /// Calibrated probability of each training row by models that never saw it; `None` where no fold judged it.
    pub out_of_fold: Vec<Option<f64>>,
    /// Probabilities of the held-out rows.
    pub holdout_probabilities: Vec<f64>,
    /// Figures on the held-out rows, which nothing was chosen by.
    pub holdout: Report,
    /// Figures out of fold: more rows, but the candidate was chosen by them.
    pub cross_validated: Report,
    /// What was done, and how long it took.
    pub stages: Vec<StageRecord>,
}

/// Trains: everything is learned from the training side of one split, and judged on the other.
///
/// # Errors
/// When data or settings do not allow it, when a learner fails, or when `progress` says stop (what was done is in the error).
pub fn train(dataset: &Dataset, use_case: &UseCase, settings: &Settings, progress: &dyn Progress) -> Result<Trained, TrainingError> {
    settings.check()?;
    with_threads(settings.threads, || run(dataset, use_case, settings, progress))?
}

/// Runs `work` on a pool of its own when a number of threads is asked for.
pub(crate) fn with_threads<T: Send>(threads: Option<usize>, work: impl FnOnce() -> T + Send) -> Result<T, TrainingError> {
    let Some(threads) = threads else { return Ok(work()) };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    pool.map(|pool| pool.install(work)).map_err(|error| TrainingError::Settings(format!("no threads: {error}")))
}

/// The use case as these settings want it.
pub(crate) fn effective_use_case(use_case: &UseCase, settings: &Settings) -> UseCase {
    UseCase { include_protected: settings.include_protected.unwrap_or(use_case.include_protected), ..use_case.clone() }
}

fn run(dataset: &Dataset, use_case: &UseCase, settings: &Settings, progress: &dyn Progress) -> Result<Trained, TrainingError> {
    let use_case = &effective_use_case(use_case, settings);
    let mut stages = Stages::new(progress);
    stages.begin(Stage::Validate);
    dataset.check(use_case)?;
    stages.end(Stage::Validate, format!("{} rows, {} {}", dataset.rows(), dataset.positives(), use_case.words.event_many));
    stages.begin(Stage::Merge);
    let sources: Vec<String> = dataset.sources.iter().map(|(name, rows)| format!("{name} ({rows} rows)")).collect();
    stages.end(Stage::Merge, sources.join(" + "));
    stages.begin(Stage::Preprocess);
    let split = Split::hold_out(dataset, settings.holdout_share, settings.seed)?;
    let splits = folds(dataset, &split.train, settings.folds, settings.repeats, settings.seed)?;
    let sizes = (split.train.rows().len(), split.test.rows().len());
    stages.end(Stage::Preprocess, format!("{} rows to train, {} held out, {} folds", sizes.0, sizes.1, splits.len()));
    stages.begin(Stage::Features);
    let prepared = Prepared::new(dataset, use_case, &split.train, &settings.inputs())?;
    let folds = prepare_folds(dataset, use_case, &splits, settings)?;
    stages.end(
        Stage::Features,
        format!("{} inputs from {} fields", prepared.encoding.encoder.inputs.len(), prepared.encoding.encoder.fields.len()),
    );
    stages.begin(Stage::Train);
    let selection = select(dataset, &split.train, prepared, &folds, settings, progress)?;
    stages.end(Stage::Train, format!("{} trials; chosen: {}", selection.trials.len(), selection.chosen.candidate.label()));
    stages.begin(Stage::Evaluate);
    let evaluated = evaluate(dataset, use_case, settings, &split, &selection)?;
    stages.end(Stage::Evaluate, format!("{} rows never seen", sizes.1));
    stages.begin(Stage::Monitor);
    let model = assemble(dataset, use_case, settings, &split, &selection);
    stages.end(Stage::Monitor, format!("statistics of {} fields kept for comparison", model.training.fields.len()));
    let (holdout_probabilities, holdout, cross_validated) = evaluated;
    Ok(Trained {
        model,
        candidates: selection.candidates,
        chosen: selection.chosen,
        trials: selection.trials,
        calibration: selection.calibration,
        training_rows: split.train.rows().to_vec(),
        holdout_rows: split.test.rows().to_vec(),
        out_of_fold: selection.out_of_fold,
        holdout_probabilities,
        holdout,
        cross_validated,
        stages: stages.records,
    })
}

fn evaluate(
    dataset: &Dataset,
    use_case: &UseCase,
    settings: &Settings,
    split: &Split,
    selection: &Selection,
) -> Result<(Vec<f64>, Report, Report), TrainingError> {
    let failed = |error: stats::InputError| TrainingError::Learner(format!("evaluation: {error}"));
    let cutoff = use_case.policies.cutoff;
    let unseen = split.test.rows();
    let probabilities = selection.scorer.probabilities(&selection.encoding.encoder.encode(&dataset.table.take(unseen)));
    let labels: Vec<bool> = unseen.iter().map(|&row| dataset.labels[row]).collect();
    let holdout = report(&labels, &probabilities, cutoff, settings.seed).map_err(failed)?;
    let judged = split.train.rows().iter().zip(&selection.out_of_fold);
    let (labels, scores): (Vec<bool>, Vec<f64>) = judged.filter_map(|(&row, score)| Some((dataset.labels[row], (*score)?))).unzip();
    let cross_validated = report(&labels, &scores, cutoff, settings.seed).map_err(failed)?;
    Ok((probabilities, holdout, cross_validated))
}

fn assemble(dataset: &Dataset, use_case: &UseCase, settings: &Settings, split: &Split, selection: &Selection) -> Model {
    let rows = split.train.rows();
    let training = Training {
        rows: rows.len() as u32,
        positives: rows.iter().filter(|&&row| dataset.labels[row]).count() as u32,
        fields: field_statistics(use_case, &dataset.table.take(rows)),
        ..Training::default()
    };
    let lineage = Lineage {
        data_hash: dataset.hash.clone(),
        seed: settings.seed,
        candidate: selection.chosen.candidate.name().to_owned(),
        parameters: selection.chosen.parameters.describe(),
    };
    let Selection { encoding, scorer, .. } = selection;
    Model { use_case: use_case.clone(), encoder: encoding.encoder.clone(), scorer: scorer.clone(), training, lineage }
}
