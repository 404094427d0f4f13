//! What the form for a new training offers, and what to expect of it.

use store::datasets::Dataset;
use training::feasibility::Feasibility;
use training::{Candidate, Settings, ValidSettings};

use crate::training::commands::to_dataset;
use crate::training::{GateForecast, TrainingChoices};
use crate::{Member, Result, Tenure, error::compute};

/// From so many rows on, the quick look would keep the page waiting.
const QUICK_ROWS: i64 = 20_000;
/// Name and label of the metrics that a form offers.
const METRICS: [(&str, &str); 4] =
    [("roc_auc", "ROC AUC"), ("average_precision", "Average precision"), ("log_loss", "Log loss"), ("brier", "Brier score")];

impl Tenure {
    /// What a form for a training on `dataset` (the newest with outcomes when empty) offers, and what to expect of it.
    ///
    /// # Errors
    /// When there is no such use case or dataset, or the store fails.
    pub async fn training_choices(&self, member: &Member<'_>, use_case: &str, dataset: &str) -> Result<TrainingChoices> {
        let use_case = self.use_case(use_case)?;
        let datasets: Vec<Dataset> =
            self.datasets(member, Some(&use_case.id)).await?.into_iter().filter(|dataset| dataset.positives.is_some()).collect();
        let chosen = datasets.iter().find(|own| dataset.is_empty() || own.dataset_id.as_str() == dataset);
        let gate_forecast = match chosen {
            Some(dataset) => self.gate_forecast(dataset).await?,
            None => None,
        };
        let words = &use_case.words;
        let label = |dataset: &Dataset| {
            let events = dataset.positives.unwrap_or_default();
            format!("{}: {} rows, {events} {}, as of {}", dataset.name, dataset.row_count, words.event_many, dataset.as_of)
        };
        let defaults = Settings::default();
        Ok(TrainingChoices {
            datasets: datasets.iter().map(|dataset| (dataset.dataset_id.to_string(), label(dataset))).collect(),
            candidates: Candidate::ALL
                .iter()
                .map(|candidate| (candidate.name().to_owned(), candidate.label(), candidate.may_be_chosen()))
                .collect(),
            metrics: METRICS.map(|(name, label)| (name.to_owned(), label.to_owned())).to_vec(),
            trials: defaults.trials as u32,
            seed: defaults.seed,
            protected: use_case
                .fields
                .iter()
                .filter(|field| field.role == model::Role::Protected && !use_case.include_protected)
                .map(|field| field.label.clone())
                .collect(),
            gate_policy: use_case.policies.gates.clone(),
            gate_forecast,
        })
    }

    /// How often a model of about the quality that this data allows would meet the gates; `None` where that would take long.
    async fn gate_forecast(&self, dataset: &Dataset) -> Result<Option<GateForecast>> {
        if dataset.row_count > QUICK_ROWS {
            return Ok(None);
        }
        let use_case = self.use_case(&dataset.use_case)?;
        let policy = self.gate_policy(&dataset.use_case)?;
        let people = self.people_of(dataset).await?;
        compute(move || {
            let Some(labels) = people.labels.clone() else { return Ok(None) };
            let rows = to_dataset(&people, labels)?;
            // What cannot be trained is said by the training itself.
            let found = training::gate_forecast::gate_forecast(&rows, &use_case, &policy, &ValidSettings::default()).ok();
            Ok(found.map(|Feasibility { passed, resamples, sentence, .. }| GateForecast { passed, resamples, sentence }))
        })
        .await
    }
}
