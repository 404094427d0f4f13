//! A model that was trained elsewhere, judged as ours are: on labeled rows, with the same figures.

use model::outside::count_pairs;
use model::{Encoder, Lineage, Model, Scorer, Training, UseCase};
use stats::Metric;

use crate::dataset::{Dataset, FEWEST_PER_CLASS};
use crate::error::TrainingError;
use crate::error_analysis::{ErrorAnalysis, error_analysis};
use crate::evaluate::{Evaluation, evaluate};
use crate::leakage::{Leak, check_data, check_model};
use crate::proxies::{Proxy, proxies};
use crate::quality::{DataQuality, data_quality};
use crate::settings::ValidSettings;
use crate::split::Split;
use crate::statistics::{calibration_information, field_statistics, interval_table};

/// What was read from the file of another system, on the fields of the use case.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportedParts {
    /// Turns a row into numbers.
    pub encoder: Encoder,
    /// Turns the numbers into a probability.
    pub scorer: Scorer,
    /// Where it is from.
    pub lineage: Lineage,
}

/// A model of another system with its evidence.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportedModel {
    /// Its statistics of fields are those of the rows that it was judged by: what its own training
    /// saw is not known.
    pub model: Model,
    /// Rows of the dataset that it was judged by.
    pub judged_rows: Vec<usize>,
    /// Whether it may have learned from the rows that judge it: the figures may then be too good.
    pub in_sample: bool,
    /// Probability of every row of the dataset.
    pub probabilities: Vec<f64>,
    /// On the judged rows.
    pub evaluation: Evaluation,
    /// Where it errs most.
    pub errors: ErrorAnalysis,
    /// Signs that it knows what it cannot know.
    pub leaks: Vec<Leak>,
    /// What the inputs give away about protected attributes.
    pub proxies: Vec<Proxy>,
    /// Of the rows of the dataset.
    pub quality: DataQuality,
}

/// Judges a model on `dataset`. `learned_from` tells for each row whether the model has learned from
/// its person; `None` where nobody has said so. Where too few people are left that it has not, all
/// rows judge it, in sample.
///
/// # Errors
/// When the data does not allow it.
pub fn judge_imported(
    dataset: &Dataset,
    use_case: &UseCase,
    parts: ImportedParts,
    learned_from: Option<&[bool]>,
    settings: &ValidSettings,
) -> Result<ImportedModel, TrainingError> {
    dataset.check(use_case)?;
    let everybody: Vec<usize> = (0..dataset.rows()).collect();
    let unseen: Vec<usize> = learned_from.map_or_else(Vec::new, |learned| {
        everybody
            .iter()
            .copied()
            .filter(|&row| !learned[row])
            .collect()
    });
    let events = unseen.iter().filter(|&&row| dataset.labels[row]).count();
    let in_sample = events.min(unseen.len() - events) < FEWEST_PER_CLASS;
    let judged_rows = if in_sample { everybody } else { unseen };
    let labels: Vec<bool> = judged_rows.iter().map(|&row| dataset.labels[row]).collect();
    let table = dataset.table.take(&judged_rows);
    let fields = field_statistics(use_case, &dataset.table);
    let mut model = Model {
        use_case: use_case.clone(),
        encoder: parts.encoder,
        scorer: parts.scorer,
        training: Training {
            rows: dataset.rows() as u32,
            positives: dataset.positives() as u32,
            pairs: count_pairs(use_case, &fields, &dataset.table),
            fields,
            ..Training::default()
        },
        lineage: parts.lineage,
    };
    let probabilities = model.probabilities(&dataset.table);
    if let Some(row) = probabilities.iter().position(|score| !score.is_finite()) {
        return Err(TrainingError::Learner(format!(
            "the imported model gives no probability for row {}, which has missing values that it cannot score",
            row + 1
        )));
    }
    let judged: Vec<f64> = judged_rows.iter().map(|&row| probabilities[row]).collect();
    let evaluation = evaluate(use_case, &table, &labels, &judged, settings.seed)?;
    let mut leaks = check_data(dataset, use_case, &Split::explicit(dataset, &[])?);
    if !in_sample {
        // Scores in sample say nothing about how uncertain others are.
        let intervals = interval_table(&labels, &judged)
            .map_err(|error| TrainingError::Learner(error.to_string()))?;
        model.training.interval_scores = intervals.scores;
        model.training.interval_lower = intervals.lower;
        model.training.interval_upper = intervals.upper;
        model.training.calibration_information = calibration_information(&judged);
        let auc = evaluation.report.metrics.get(&Metric::RocAuc);
        leaks.extend(check_model(auc.and_then(|figure| figure.value)));
    }
    Ok(ImportedModel {
        errors: error_analysis(&model, &table, &labels, &judged, settings.seed),
        proxies: proxies(dataset, use_case, settings)?,
        quality: data_quality(use_case, &dataset.table),
        model,
        judged_rows,
        in_sample,
        probabilities,
        evaluation,
        leaks,
    })
}
