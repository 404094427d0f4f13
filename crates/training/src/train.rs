//! One training, from checked rows to a model with its evidence.

use std::ops::ControlFlow;

use model::outside::count_pairs;
use model::{Lineage, Model, Scorer, Table, Training, UseCase, VersionFile};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use stats::Metric;
use stats::report::{Report, report};

use crate::calibration::CalibrationTrial;
use crate::candidate::{Candidate, fit};
use crate::cross_fit::{CrossFitted, cross_fit};
use crate::dataset::Dataset;
use crate::error::TrainingError;
use crate::error_analysis::{ErrorAnalysis, error_analysis};
use crate::evaluate::{Evaluation, evaluate};
use crate::feasibility::{Feasibility, RESAMPLES, feasibility};
use crate::gate_forecast::gate_forecast_on;
use crate::gates::ValidGatePolicy;
use crate::leakage::{Leak, check_data, check_model};
use crate::prepared::Prepared;
use crate::preprocess::Encoding;
use crate::progress::{Progress, Stage, StageRecord, Stages};
use crate::proxies::{Proxy, proxies};
use crate::prune::prune;
use crate::quality::{DataQuality, InputNoteKind, data_quality};
use crate::select::{
    CalibratedTrial, CandidateResult, SelectionContext, prepare_folds, select, select_given,
};
use crate::settings::{ValidSettings, on_threads};
use crate::split::{Split, folds};
use crate::stability::{Stability, stability};
use crate::statistics::{IntervalTable, calibration_information, field_statistics, interval_table};
use crate::tune::Trial;

/// A trained model with its evidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trained {
    /// The model that was judged: fitted to the training rows alone.
    pub judged: Model,
    /// What serves: the same trial fitted to all rows, and without each fold of people.
    pub served: VersionFile,
    /// The score of each row of the dataset by the model of its fold: that of a person who was
    /// learned from, wherever the person is scored.
    pub cross_fitted: Vec<f64>,
    /// The best trial of every candidate, from the simplest to the most complex; one is chosen.
    pub candidates: Vec<CandidateResult>,
    /// The best trial of each candidate with its calibration: any of them can become a model.
    pub calibrated: Vec<CalibratedTrial>,
    /// Figures of each candidate on the held-out rows, in the order of `calibrated`.
    pub on_holdout: Vec<(Candidate, Report)>,
    /// The trial that the model was built from.
    pub chosen: Trial,
    /// Every trial of the search.
    pub trials: Vec<Trial>,
    /// Every kind of calibration that was tried.
    pub calibration: Vec<CalibrationTrial>,
    /// Rows of the dataset that were trained on, and those held out.
    pub training_rows: Vec<usize>,
    /// Rows that were held out; empty when nothing was.
    pub holdout_rows: Vec<usize>,
    /// Calibrated probability of each training row by models that never saw it; `None` where no
    /// fold judged it.
    pub out_of_fold: Vec<Option<f64>>,
    /// Probabilities of the held-out rows.
    pub holdout_probabilities: Vec<f64>,
    /// On the held-out rows, which nothing was chosen by.
    pub holdout: Evaluation,
    /// Out of fold: more rows, but the candidate was chosen by them.
    pub cross_validated: Evaluation,
    /// Where the model errs most on the held-out rows.
    pub errors: ErrorAnalysis,
    /// Signs that the model knows what it cannot know.
    pub leaks: Vec<Leak>,
    /// What the inputs give away about protected attributes.
    pub proxies: Vec<Proxy>,
    /// Of the training rows.
    pub quality: DataQuality,
    /// How often a model like this meets the gates.
    pub feasibility: Feasibility,
    /// Whether a second fit, on one thread, gave the same model.
    pub reproducible: bool,
    /// How the fields rank in refits on other people.
    pub stability: Stability,
    /// What was done, and how long it took.
    pub stages: Vec<StageRecord>,
}

/// How a training ends.
#[derive(Debug, Clone, PartialEq)]
pub enum TrainingOutcome {
    /// Ran to its end, or to its time limit.
    Completed(Box<Trained>),
    /// Somebody asked to stop.
    Stopped {
        /// What was tried until then.
        trials: Vec<Trial>,
    },
}

impl TrainingOutcome {
    /// The trained model.
    ///
    /// # Errors
    /// [`TrainingError::Canceled`] when the training was stopped.
    pub fn completed(self) -> Result<Trained, TrainingError> {
        match self {
            Self::Completed(trained) => Ok(*trained),
            Self::Stopped { .. } => Err(TrainingError::Canceled),
        }
    }
}

/// Trains: everything is learned from the training side of one split, and judged on the other.
/// `policy` is what the result will be held against: it changes nothing about the model, only what
/// is said to be expected.
///
/// # Errors
/// When data or settings do not allow it, or when a learner fails.
pub fn train(
    dataset: &Dataset,
    use_case: &UseCase,
    policy: &ValidGatePolicy,
    settings: &ValidSettings,
    progress: &dyn Progress,
) -> Result<TrainingOutcome, TrainingError> {
    settings.with_threads(|| run(dataset, use_case, policy, settings, None, progress))?
}

/// Trains as [`train`] does, but for the search: the model is of the candidate that is given, which
/// a training on the same rows with the same settings has found.
///
/// # Errors
/// As for [`train`].
pub fn train_given(
    dataset: &Dataset,
    use_case: &UseCase,
    policy: &ValidGatePolicy,
    settings: &ValidSettings,
    given: &CalibratedTrial,
    progress: &dyn Progress,
) -> Result<TrainingOutcome, TrainingError> {
    settings.with_threads(|| run(dataset, use_case, policy, settings, Some(given), progress))?
}

fn run(
    dataset: &Dataset,
    use_case: &UseCase,
    policy: &ValidGatePolicy,
    settings: &ValidSettings,
    given: Option<&CalibratedTrial>,
    progress: &dyn Progress,
) -> Result<TrainingOutcome, TrainingError> {
    let use_case = &settings.applied_to(use_case);
    let mut stages = Stages::new(progress);
    stages.begin(Stage::Validate);
    dataset.check(use_case)?;
    let dataset = &*dataset.recognized(use_case);
    let split = Split::hold_out(dataset, settings.holdout_share, settings.seed)?;
    let mut leaks = check_data(dataset, use_case, &split);
    let (rows, events) = (dataset.rows(), dataset.positives());
    stages.end(
        Stage::Validate,
        format!(
            "{rows} rows, {events} {}, {} leakage warnings",
            use_case.words.event_many,
            leaks.len()
        ),
    );

    stages.begin(Stage::Merge);
    let sources: Vec<String> = dataset
        .sources
        .iter()
        .map(|(name, rows)| format!("{name} ({rows} rows)"))
        .collect();
    stages.end(Stage::Merge, sources.join(" + "));

    stages.begin(Stage::Preprocess);
    let splits = folds(
        dataset,
        &split.train,
        settings.folds,
        settings.repeats_for(split.train.rows().len()),
        settings.seed,
    )?;
    let prepared = Prepared::new(dataset, use_case, &split.train, &settings.inputs())?;
    let sizes = (split.train.rows().len(), split.test.rows().len());
    stages.end(
        Stage::Preprocess,
        format!(
            "{} training rows, {} hold-out rows, {} folds",
            sizes.0,
            sizes.1,
            splits.len()
        ),
    );

    stages.begin(Stage::Features);
    let searched = prepare_folds(
        dataset,
        use_case,
        &splits[..settings.folds.min(splits.len())],
        settings,
    )?;
    let encoder = &prepared.encoding.encoder;
    let quality = data_quality(use_case, &dataset.table.take(split.train.rows()));
    let unused = quality
        .notes
        .iter()
        .filter(|note| note.kind != InputNoteKind::Mark)
        .count();
    let unused = if unused == 0 {
        String::new()
    } else {
        format!(", {unused} of them empty or constant")
    };
    let fields = encoder.fields.len();
    stages.end(
        Stage::Features,
        format!(
            "{} inputs from {fields} fields{unused}, fitted in each fold",
            encoder.inputs.len()
        ),
    );

    progress.note(&gate_forecast_on(&searched, use_case, policy, settings, sizes.1)?.sentence);
    stages.begin(Stage::Train);
    let context = SelectionContext {
        dataset,
        use_case,
        train: &split.train,
        prepared: &prepared,
        splits: &splits,
        searched: &searched,
    };
    let selection = match given {
        Some(given) => select_given(&context, given, settings)?,
        None => match select(&context, settings, progress)? {
            ControlFlow::Continue(selection) => selection,
            ControlFlow::Break(trials) => return Ok(TrainingOutcome::Stopped { trials }),
        },
    };
    let reproducible = on_threads(Some(1), || {
        fit(&selection.chosen.parameters, &prepared, settings.seed)
    })??
    .parts
        == selection.scorer.parts;
    stages.end(
        Stage::Train,
        format!(
            "{} trials; selected: {}",
            selection.trials.len(),
            selection.chosen.candidate.label()
        ),
    );

    stages.begin(Stage::Evaluate);
    let (judged, out_of_fold): (Vec<usize>, Vec<f64>) = split
        .train
        .rows()
        .iter()
        .zip(&selection.out_of_fold)
        .filter_map(|(&row, score)| Some((row, (*score)?)))
        .unzip();
    let labels = |rows: &[usize]| {
        rows.iter()
            .map(|&row| dataset.labels[row])
            .collect::<Vec<bool>>()
    };
    let judged_labels = labels(&judged);
    let cross_validated = evaluate(
        use_case,
        &dataset.table.take(&judged),
        &judged_labels,
        &out_of_fold,
        settings.seed,
    )?;
    leaks.extend(check_model(
        cross_validated
            .report
            .metrics
            .get(&Metric::RocAuc)
            .and_then(|figure| figure.value),
    ));
    let unseen = split.test.rows();
    let (unseen_table, unseen_labels) = (dataset.table.take(unseen), labels(unseen));
    let intervals = interval_table(&judged_labels, &out_of_fold)
        .map_err(|error| TrainingError::Learner(error.to_string()))?;
    let assembly = Assembly {
        dataset,
        use_case,
        settings,
        chosen: &selection.chosen,
    };
    let model = assembly.model(
        split.train.rows(),
        (&selection.encoding, &selection.scorer),
        intervals,
        &out_of_fold,
    );
    let holdout_probabilities = model.probabilities(&unseen_table);
    let holdout = evaluate(
        use_case,
        &unseen_table,
        &unseen_labels,
        &holdout_probabilities,
        settings.seed,
    )?;
    let on_holdout = on_holdout(
        &selection.calibrated,
        &prepared,
        (&unseen_table, &unseen_labels),
        use_case,
        settings.seed,
    )?;
    let errors = error_analysis(
        &model,
        &unseen_table,
        &unseen_labels,
        &holdout_probabilities,
        settings.seed,
    );
    let feasibility = feasibility(
        policy,
        &judged_labels,
        &out_of_fold,
        use_case.policies.cutoff,
        sizes.1,
        RESAMPLES,
        settings.seed,
    );
    let stability = stability(
        &context,
        &selection.chosen.parameters,
        &unseen_table,
        settings,
    )?;
    stages.end(Stage::Evaluate, format!("{} hold-out rows", sizes.1));

    stages.begin(Stage::Refit);
    let (served, cross_fitted) = assembly.served()?;
    stages.end(
        Stage::Refit,
        format!(
            "fitted to all {rows} rows, and {} times without the people of a fold",
            served.cross_fit.folds.len()
        ),
    );

    stages.begin(Stage::Monitor);
    let proxies = proxies(dataset, use_case, settings)?;
    stages.end(
        Stage::Monitor,
        format!(
            "baseline statistics of {} fields saved",
            served.model.training.fields.len()
        ),
    );
    Ok(TrainingOutcome::Completed(Box::new(Trained {
        judged: model,
        served,
        cross_fitted,
        calibrated: selection.calibrated,
        on_holdout,
        candidates: selection.candidates,
        chosen: selection.chosen,
        trials: selection.trials,
        calibration: selection.calibration,
        training_rows: split.train.rows().to_vec(),
        holdout_rows: unseen.to_vec(),
        out_of_fold: selection.out_of_fold,
        holdout_probabilities,
        holdout,
        cross_validated,
        errors,
        leaks,
        proxies,
        quality,
        feasibility,
        reproducible,
        stability,
        stages: stages.records,
    })))
}

/// How each candidate does on the held-out rows, fitted to the training rows as the chosen one is.
fn on_holdout(
    candidates: &[CalibratedTrial],
    prepared: &Prepared,
    (table, labels): (&Table, &[bool]),
    use_case: &UseCase,
    seed: u64,
) -> Result<Vec<(Candidate, Report)>, TrainingError> {
    let matrix = prepared.encoding.encoder.encode(table);
    let one = |own: &CalibratedTrial| {
        let mut scorer = fit(&own.trial.parameters, prepared, seed)?;
        scorer.calibrator = own.calibrator.clone();
        let scores = scorer.probabilities(&matrix);
        let report = report(labels, &scores, use_case.policies.cutoff, seed)
            .map_err(|error| TrainingError::Learner(error.to_string()))?;
        Ok((own.trial.candidate, report))
    };
    candidates.par_iter().with_max_len(1).map(one).collect()
}

/// What the models of one training have in common.
struct Assembly<'a> {
    dataset: &'a Dataset,
    use_case: &'a UseCase,
    settings: &'a ValidSettings,
    chosen: &'a Trial,
}

impl Assembly<'_> {
    /// A model of what was learned from `rows`. `unseen` are scores of people by models that did
    /// not learn from them.
    fn model(
        &self,
        rows: &[usize],
        (encoding, scorer): (&Encoding, &Scorer),
        intervals: IntervalTable,
        unseen: &[f64],
    ) -> Model {
        let Self {
            dataset, use_case, ..
        } = *self;
        let table = dataset.table.take(rows);
        let fields = field_statistics(use_case, &table);
        let training = Training {
            rows: rows.len() as u32,
            positives: rows.iter().filter(|&&row| dataset.labels[row]).count() as u32,
            pairs: count_pairs(use_case, &fields, &table),
            fields,
            interval_scores: intervals.scores,
            interval_lower: intervals.lower,
            interval_upper: intervals.upper,
            calibration_information: calibration_information(unseen),
        };
        let lineage = Lineage {
            data_hash: dataset.hash.clone(),
            seed: self.settings.seed,
            candidate: self.chosen.candidate.name().to_owned(),
            parameters: self.chosen.parameters.describe(),
        };
        let (encoder, scorer) = prune(&encoding.encoder, scorer);
        Model {
            use_case: use_case.clone(),
            encoder,
            scorer,
            training,
            lineage,
        }
    }

    /// What serves, and the score of each row by the model of its fold.
    fn served(&self) -> Result<(VersionFile, Vec<f64>), TrainingError> {
        let Trial {
            parameters,
            candidate,
            ..
        } = self.chosen;
        let CrossFitted {
            encoding,
            scorer,
            cross_fit,
            probabilities,
        } = cross_fit(
            self.dataset,
            self.use_case,
            parameters,
            candidate.link(),
            self.settings,
        )?;
        let everybody: Vec<usize> = (0..self.dataset.rows()).collect();
        let intervals = interval_table(&self.dataset.labels, &probabilities)
            .map_err(|error| TrainingError::Learner(error.to_string()))?;
        let model = self.model(&everybody, (&encoding, &scorer), intervals, &probabilities);
        Ok((VersionFile { model, cross_fit }, probabilities))
    }
}
